/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A scheduling point at each load and store of the code under test, in builds that compile it with
 * clang's -fsanitize-coverage=trace-loads,trace-stores (SLUICE_ACCESS), and in runs that ask for it.
 *
 * The compiler calls in ahead of the access, so the point comes before the step, like any other.
 * What the host does is not instrumented, so a primitive stays whole; a file of a system that must
 * stay whole as well (its atomics) is compiled with SLUICE_SYSTEM_WHOLE_FLAGS.
 *
 * Accesses to a task's own stack are points too. To leave them out would be to lose schedules: a
 * waiter that lies on a stack is reached through a list, and between putting it there and looking at
 * it again there may be no other point.
 *
 * A load changes nothing that another task polls for, any store does.
 */

#include "host/access.h"
#include "host/engine.h"

bool host_access_points;

#if defined(SLUICE_ACCESS)
#define ACCESS_NTH_MAX 65535 /* what an anchor can name */

static inline void access_point(unsigned site)
{
	const struct engine_task *self;

	if (likely(!host_access_points))
		return;
	self = engine_self();
	if (self && self->nth[site] < ACCESS_NTH_MAX)
		host_point(site);
}

#define ACCESS(bytes, word)                                                                        \
	void __sanitizer_cov_load##bytes(const word *address);                                     \
	void __sanitizer_cov_store##bytes(word *address);                                          \
	void __sanitizer_cov_load##bytes(const word *address)                                      \
	{                                                                                          \
		access_point(HOST_SITE_LOAD);                                                      \
	}                                                                                          \
	void __sanitizer_cov_store##bytes(word *address)                                           \
	{                                                                                          \
		access_point(HOST_SITE_STORE);                                                     \
	}

ACCESS(1, u8)
ACCESS(2, u16)
ACCESS(4, u32)
ACCESS(8, u64)
ACCESS(16, void)

/* Loads and stores are told of only beside a mode that counts edges: the cheapest, and nobody looks. */
void __sanitizer_cov_bool_flag_init(bool *start, bool *stop);
__attribute__((weak)) void __sanitizer_cov_bool_flag_init(bool *start, bool *stop)
{
}
#endif
