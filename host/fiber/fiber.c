/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks, and what the sanitizers must hear about them. */

#define _GNU_SOURCE
#include <asm-generic/errno.h>
#include <sys/mman.h>

#include "host/fiber/fiber.h"
#include "host/sanitizer.h"

#define PAGE 4096u

#if defined(SLUICE_ASAN) || defined(SLUICE_TSAN) || defined(SLUICE_MSAN)
#define STACK_SIZE (512u * 1024) /* instrumented frames are several times larger */
#else
#define STACK_SIZE (128u * 1024)
#endif

#if defined(SLUICE_ASAN)
const char *__asan_default_options(void);

/*
 * For every program over this engine. A fake stack does not know which fiber it is of. Leaks are the
 * judge's business (LEAK). The quarantine holds what a run or a few have freed; a larger one costs a
 * third of the speed in cache misses and page faults.
 */
const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=0:detect_leaks=0:allocator_may_return_null=1:"
	       "handle_abort=0:quarantine_size_mb=2";
}
#endif

#if defined(SLUICE_ASAN)
/* The stack of the thread: ASan tells its bounds at the first switch away from it. */
static const void *own_low;
static size_t own_size;
#endif

#if defined(SLUICE_ASAN)
static HOST_BARE void after_switch(struct fiber *self)
{
	const void *low = NULL;
	size_t size = 0;

	__sanitizer_finish_switch_fiber(self->fake_stack, &low, &size);
	if (unlikely(!own_size)) {
		own_low = low;
		own_size = size;
	}
}
#else
static inline void after_switch(struct fiber *self)
{
}
#endif

static HOST_BARE void first_entry(void *arg)
{
	struct fiber *self = arg;

	self->fresh = false;
	after_switch(self);
	self->entry(self->arg);
	__builtin_trap();
}

/* The frame that fiber_swap() pops when it first comes here; see switch_*.S. */
static HOST_BARE void set_start_frame(struct fiber *f)
{
	u64 *top = (u64 *)((char *)f->low + f->size);
	u64 *frame;

#if defined(__x86_64__)
	/* fiber_begin() is entered as if by a jump, with the stack aligned for its call. */
	frame = top - 10;
	frame[0] = 0x037f00001f80ull;           /* mxcsr, x87 control word: their defaults */
	frame[1] = 0;                           /* r15 */
	frame[2] = 0;                           /* r14 */
	frame[3] = 0;                           /* r13 */
	frame[4] = (u64)(uintptr_t)f;           /* r12 */
	frame[5] = (u64)(uintptr_t)first_entry; /* rbx */
	frame[6] = 0;                           /* rbp: backtraces end here */
	frame[7] = (u64)(uintptr_t)fiber_begin;
	frame[8] = frame[9] = 0;
#elif defined(__aarch64__)
	frame = top - 20;
	for (unsigned i = 0; i < 20; i++)
		frame[i] = 0;
	frame[0] = (u64)(uintptr_t)first_entry;  /* x19 */
	frame[1] = (u64)(uintptr_t)f;            /* x20 */
	frame[11] = (u64)(uintptr_t)fiber_begin; /* x30 */
#else
#error "no switch for this architecture"
#endif
	f->sp = frame;
	f->fresh = true;
}

void fiber_adopt(struct fiber *f)
{
	*f = (struct fiber){ 0 };
#if defined(SLUICE_TSAN)
	f->tsan = __tsan_get_current_fiber();
#endif
}

int fiber_create(struct fiber *f, void (*entry)(void *arg), void *arg)
{
	char *map = mmap(NULL, STACK_SIZE + 2 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(map, PAGE, PROT_NONE) || mprotect(map + PAGE + STACK_SIZE, PAGE, PROT_NONE)) {
		munmap(map, STACK_SIZE + 2 * PAGE);
		return -ENOMEM;
	}

	*f = (struct fiber){ .low = map + PAGE, .size = STACK_SIZE, .entry = entry, .arg = arg };
#if defined(SLUICE_TSAN)
	f->tsan = __tsan_create_fiber(0);
#endif
	set_start_frame(f);
	return 0;
}

#if defined(SLUICE_ASAN)
/*
 * ASan frees a fake stack only when its owner announces a last switch. The fiber is gone, so the
 * caller announces it in its place, without leaving its own stack.
 */
static HOST_BARE void drop_fake_stack(struct fiber *f)
{
	void *own = NULL;

	if (!f->fake_stack)
		return;
	__sanitizer_start_switch_fiber(&own, own_low, own_size);
	__sanitizer_finish_switch_fiber(f->fake_stack, NULL, NULL);
	__sanitizer_start_switch_fiber(NULL, own_low, own_size);
	__sanitizer_finish_switch_fiber(own, NULL, NULL);
	f->fake_stack = NULL;
}
#endif

HOST_BARE void fiber_rewind(struct fiber *f, bool in_call)
{
	if (f->fresh)
		return;
#if defined(SLUICE_ASAN)
	/* From a little below the last frame: a red zone of 128 bytes lies there. */
	char *from = (char *)f->sp - 256;

	if (from < (char *)f->low)
		from = f->low;
	__asan_unpoison_memory_region(from, (size_t)((char *)f->low + f->size - from));
	drop_fake_stack(f);
#endif
#if defined(SLUICE_TSAN)
	if (in_call) {
		__tsan_destroy_fiber(f->tsan);
		f->tsan = __tsan_create_fiber(0);
	}
#endif
	set_start_frame(f);
}

void fiber_destroy(struct fiber *f)
{
	fiber_rewind(f, false);
#if defined(SLUICE_TSAN)
	__tsan_destroy_fiber(f->tsan);
#endif
	munmap((char *)f->low - PAGE, f->size + 2 * PAGE);
}

HOST_BARE void fiber_switch(struct fiber *from, struct fiber *to, bool sync)
{
#if defined(SLUICE_ASAN)
	__sanitizer_start_switch_fiber(&from->fake_stack, to->entry ? to->low : own_low,
				       to->entry ? to->size : own_size);
#endif
	host_msan_forget_call();
#if defined(SLUICE_TSAN)
	__tsan_switch_to_fiber(to->tsan, sync ? 0 : TSAN_NO_SYNC);
#endif
	fiber_swap(&from->sp, to->sp);
	after_switch(from);
}

HOST_BARE void fiber_order(struct fiber *here, struct fiber *other)
{
#if defined(SLUICE_TSAN)
	__tsan_switch_to_fiber(other->tsan, 0);
	__tsan_switch_to_fiber(here->tsan, 0);
#endif
}
