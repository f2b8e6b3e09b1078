/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The house lock.
 *
 * A futex with three states (Drepper, "Futexes are tricky"). Whoever comes by takes it if it is free,
 * which saves a switch for each turn; but a waiter that was woken in vain a few times is owed it, and
 * newcomers stand back until it has had its turn.
 */

#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/thread/engine_state.h"

#define FREE 0u
#define HELD 1u
#define WANTED 2u /* held, and somebody sleeps for it */
#define SPINS 24
#define PATIENCE 6 /* wake-ups in vain before newcomers stand back */

static u32 word;
static u32 starving;

void house_sleep(u32 *futex, u32 seen)
{
	syscall(SYS_futex, futex, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

void house_wake(u32 *futex)
{
	syscall(SYS_futex, futex, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static inline bool take_free(void)
{
	u32 free = FREE;

	return __atomic_compare_exchange_n(&word, &free, HELD, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline bool is_owed(void)
{
	return __atomic_load_n(&starving, __ATOMIC_RELAXED) != 0;
}

static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static void stand_back(void)
{
	u32 seen;

	while ((seen = __atomic_load_n(&starving, __ATOMIC_RELAXED)))
		house_sleep(&starving, seen);
}

static void starve(bool begins)
{
	__atomic_fetch_add(&starving, begins ? 1u : ~0u, __ATOMIC_RELAXED);
	if (!begins)
		syscall(SYS_futex, &starving, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static __attribute__((noinline)) void wait_for_lock(void)
{
	unsigned vain = 0;

	stand_back();
	for (unsigned i = 0; i < SPINS; i++) {
		if (__atomic_load_n(&word, __ATOMIC_RELAXED) == FREE && take_free())
			return;
		relax();
	}
	while (__atomic_exchange_n(&word, WANTED, __ATOMIC_ACQUIRE) != FREE) {
		house_sleep(&word, WANTED);
		if (++vain == PATIENCE)
			starve(true);
	}
	if (vain >= PATIENCE)
		starve(false);
}

void house_lock(void)
{
	if (unlikely(is_owed() || !take_free()))
		wait_for_lock();
}

void house_unlock(void)
{
	if (unlikely(__atomic_exchange_n(&word, FREE, __ATOMIC_RELEASE) == WANTED))
		house_wake(&word);
}

bool house_is_wanted(void)
{
	return __atomic_load_n(&word, __ATOMIC_RELAXED) == WANTED;
}
