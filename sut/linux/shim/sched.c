/* SPDX-License-Identifier: GPL-2.0-only */

/* Tasks that go to sleep and are woken, counters, compare and exchange. */

#include "shim/kernel.h"

static struct task_struct tasks[33]; /* by host_task_id(); the last is what runs outside of tasks */

struct task_struct *shim_current(void)
{
	return &tasks[host_task_id()];
}

long schedule_timeout(long timeout)
{
	struct task_struct *self = current;
	u32 ms = timeout == MAX_SCHEDULE_TIMEOUT ? 0 : (u32)timeout;
	u32 left;

	left = host_park(&self->parking, HOST_SITE_WAIT_FOR_COMPLETION,
			 self->awaits ? self->awaits : "a wake-up", ms);
	return timeout == MAX_SCHEDULE_TIMEOUT ? timeout : (long)left;
}

int try_to_wake_up(struct task_struct *task, unsigned state, int wake_flags)
{
	return host_unpark(&task->parking);
}

int wake_up_state(struct task_struct *task, unsigned state)
{
	return host_unpark(&task->parking);
}

bool shim_cmpxchg64(u64 *p, u64 *old, u64 value)
{
	host_point(HOST_SITE_WRITE_ONCE);
	return __atomic_compare_exchange_n(p, old, value, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/* --- lib/refcount.c ---------------------------------------------------------------------------- */

void refcount_set(refcount_t *r, int n)
{
	__atomic_store_n(&r->refs, n, __ATOMIC_RELAXED);
}

unsigned refcount_read(const refcount_t *r)
{
	return (unsigned)__atomic_load_n(&r->refs, __ATOMIC_RELAXED);
}

void refcount_inc(refcount_t *r)
{
	host_point(HOST_SITE_WRITE_ONCE);
	if (__atomic_fetch_add(&r->refs, 1, __ATOMIC_RELAXED) <= 0)
		host_warn(__FILE__, "refcount_inc of a count that was not above zero");
}

bool refcount_inc_not_zero(refcount_t *r)
{
	int old;

	host_point(HOST_SITE_WRITE_ONCE);
	old = __atomic_load_n(&r->refs, __ATOMIC_RELAXED);
	while (old && !__atomic_compare_exchange_n(&r->refs, &old, old + 1, true, __ATOMIC_RELAXED,
						   __ATOMIC_RELAXED))
		;
	if (old < 0)
		host_warn(__FILE__, "refcount_inc_not_zero of a count below zero");
	return old != 0;
}

bool refcount_dec_and_test(refcount_t *r)
{
	int old;

	host_point(HOST_SITE_WRITE_ONCE);
	old = __atomic_fetch_sub(&r->refs, 1, __ATOMIC_ACQ_REL);
	if (old <= 0)
		host_warn(__FILE__, "refcount_dec_and_test below zero");
	return old == 1;
}
