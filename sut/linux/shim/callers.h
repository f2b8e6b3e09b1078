/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_SHIM_CALLERS_H
#define SLUICE_LINUX_SHIM_CALLERS_H

/*
 * For files that call rather than implement: scheduling points and names around the kernel's own
 * completions, and points at marked accesses.
 */

/*
 * Entries of a PASID directory are set once and never cleared, and freeing a table looks at all 512:
 * a point at each would be a tenth of a run. Decided when compiled.
 */
#define shim_is_quiet(text) (__builtin_strcmp(text, "pde->val") == 0)

/*
 * An entry that is cleared loses its present bit with the first of eight words, or had none: who looks
 * at it between the others sees what he sees behind the last.
 */
#define shim_is_rest(text)                                                                         \
	(__builtin_strncmp(text, "pe->val[", 8) == 0 && __builtin_strcmp(text, "pe->val[0]") != 0)

#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x)                                                                               \
	({                                                                                         \
		if (!shim_is_quiet(#x))                                                            \
			host_point(HOST_SITE_READ_ONCE);                                           \
		__auto_type __once = __atomic_load_n(&(x), __ATOMIC_RELAXED);                      \
		if (shim_is_quiet(#x) && __once)                                                   \
			host_pass(HOST_SITE_READ_ONCE);                                            \
		__once;                                                                            \
	})
#define WRITE_ONCE(x, value)                                                                       \
	((shim_is_rest(#x) ? host_pass : host_point)(HOST_SITE_WRITE_ONCE),                        \
	 __atomic_store_n(&(x), (value), __ATOMIC_RELAXED))

/* "&iommu->prq_complete" is the class prq_complete. @text: static string. */
static inline const char *shim_member(const char *text)
{
	const char *arrow = strrchr(text, '>');

	return arrow ? arrow + 1 : text;
}

#define wait_for_completion(x)                                                                     \
	do {                                                                                       \
		current->awaits = shim_member(#x);                                                 \
		host_completion_awaited(current->awaits);                                          \
		(wait_for_completion)(x);                                                          \
	} while (0)
#define wait_for_completion_timeout(x, timeout)                                                    \
	({                                                                                         \
		current->awaits = shim_member(#x);                                                 \
		host_completion_awaited(current->awaits);                                          \
		(wait_for_completion_timeout)(x, timeout);                                         \
	})
#define complete(x) (host_completion_signalled(shim_member(#x)), (complete)(x))
#define complete_all(x) (host_completion_signalled(shim_member(#x)), (complete_all)(x))
#define reinit_completion(x) (host_point(HOST_SITE_REINIT_COMPLETION), (reinit_completion)(x))
#define completion_done(x) (host_point(HOST_SITE_COMPLETION_DONE), (completion_done)(x))

#endif
