/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_SANITIZER_H
#define SLUICE_HOST_SANITIZER_H

/*
 * What the host tells the sanitizers.
 *
 * The harness is not instrumented: it must not order what it watches, nor be reported itself. So
 * the primitives say by hand what a kernel's would: that they touch the caller's object (ASan), what
 * they order (TSan: only what the primitive promises), and what they have written (MSan).
 */

#include "host/types.h"

#if defined(SLUICE_ASAN)
void __sanitizer_start_switch_fiber(void **fake_stack_save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack_save, const void **bottom_old,
				     size_t *size_old);
void __asan_poison_memory_region(const volatile void *addr, size_t size);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);
void __asan_loadN(void *addr, ptrdiff_t size); /* gcc knows it as signed */
#endif

#if defined(SLUICE_TSAN)
#define TSAN_NO_SYNC 1u
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
#endif

#if defined(SLUICE_MSAN)
extern __thread u64 __msan_param_tls[100] __attribute__((tls_model("initial-exec")));
extern __thread u64 __msan_retval_tls[100] __attribute__((tls_model("initial-exec")));
void __msan_unpoison(const volatile void *addr, size_t size);
#endif

/*
 * For the few functions that run while one stack is exchanged for another: instrumentation would
 * find the frame of one fiber under the shadow of the other.
 */
#if defined(SLUICE_ASAN)
#define HOST_BARE __attribute__((noinline, no_sanitize("address", "undefined")))
#elif defined(SLUICE_TSAN)
#define HOST_BARE __attribute__((noinline, no_sanitize("thread")))
#elif defined(SLUICE_MSAN)
#define HOST_BARE __attribute__((noinline, no_sanitize("memory")))
#else
#define HOST_BARE __attribute__((noinline))
#endif

/* The primitive looks at, or writes to, @size bytes of the caller's @object. */
static inline void host_touch(const void *object, size_t size)
{
#if defined(SLUICE_ASAN)
	__asan_loadN((void *)object, (ptrdiff_t)size);
#endif
}

/* Nobody may touch this from now on, though it belongs to a block. */
static inline void host_fence(const void *memory, size_t size)
{
#if defined(SLUICE_ASAN)
	__asan_poison_memory_region(memory, size);
#endif
}

/* All that went before host_released(object) anywhere comes before what follows here. */
static inline void host_acquired(const void *object)
{
#if defined(SLUICE_TSAN)
	__tsan_acquire((void *)object);
#endif
}

static inline void host_released(const void *object)
{
#if defined(SLUICE_TSAN)
	__tsan_release((void *)object);
#endif
}

/* The host has written to memory that instrumented code reads. */
static inline void host_wrote(const void *object, size_t size)
{
#if defined(SLUICE_MSAN)
	__msan_unpoison(object, size);
#endif
}

/* Before instrumented code is called: the shadow of the arguments is another call's. */
static inline void host_msan_forget_call(void)
{
#if defined(SLUICE_MSAN)
	for (unsigned i = 0; i < 100; i++)
		__msan_param_tls[i] = __msan_retval_tls[i] = 0;
#endif
}

#endif
