/* SPDX-License-Identifier: GPL-2.0-only */
/* Completions, wait queues, and sleeping for a time. */

#include "host/primitives.h"
#include "host/sanitizer.h"

#define NS_PER_MS 1000000ull

static u64 deadline_in(u32 ms)
{
	return engine_now() + ms * NS_PER_MS;
}

/* Milliseconds to @deadline, rounded up, at least 1. */
static u32 ms_left(u64 deadline)
{
	u64 now = engine_now();
	u64 left = deadline > now ? (deadline - now + NS_PER_MS - 1) / NS_PER_MS : 0;

	return left ? (u32)left : 1;
}

/* --- Completions ------------------------------------------------------------------------------------ */

void host_init_completion(struct host_completion *x, const char *name)
{
	engine_guard();
	host_touch(x, sizeof(*x));
	*x = (struct host_completion){ .name = name };
	engine_object_init(x);
}

void host_reinit_completion(struct host_completion *x)
{
	engine_guard();
	host_point(HOST_SITE_REINIT_COMPLETION);
	host_touch(x, sizeof(*x));
	x->done = 0;
}

void host_complete(struct host_completion *x)
{
	engine_guard();
	host_point(HOST_SITE_COMPLETE);
	host_touch(x, sizeof(*x));
	host_order_wake(HOST_SITE_COMPLETE, CLASS_COMPLETION, x->name);
	host_released(x);
	if (x->done != HOST_COMPLETE_ALL)
		x->done++;
	engine_wake(x, 1);
}

void host_complete_all(struct host_completion *x)
{
	engine_guard();
	host_point(HOST_SITE_COMPLETE);
	host_touch(x, sizeof(*x));
	host_order_wake(HOST_SITE_COMPLETE, CLASS_COMPLETION, x->name);
	host_released(x);
	x->done = HOST_COMPLETE_ALL;
	engine_wake(x, ~0u);
}

bool host_completion_done(const struct host_completion *x)
{
	engine_guard();
	host_point(HOST_SITE_COMPLETION_DONE);
	host_touch(x, sizeof(*x));
	if (!x->done)
		return false;
	/* completion_done() waits for complete() to have left its lock. */
	host_acquired(x);
	return true;
}

/* kernel/sched/completion.c, do_wait_for_common(): after each wake-up it looks at the count again. */
static bool wait_for_count(struct host_completion *x, u64 deadline)
{
	engine_guard();
	const char *name;
	bool in_time = true;

	host_point(HOST_SITE_WAIT_FOR_COMPLETION);
	host_might_sleep_at(HOST_SITE_WAIT_FOR_COMPLETION);
	host_touch(x, sizeof(*x));
	name = host_object_name(x->name);
	host_order_wait(HOST_SITE_WAIT_FOR_COMPLETION, CLASS_COMPLETION, name);
	while (!x->done && in_time) {
		in_time = engine_block(HOST_SITE_WAIT_FOR_COMPLETION, x, name, deadline, false);
		host_touch(x, sizeof(*x));
		/* It may have been freed under the waiter. */
		host_object_name(x->name);
	}
	/* Done counts even if the time-out came first. */
	in_time = x->done != 0;
	if (in_time && x->done != HOST_COMPLETE_ALL)
		x->done--;
	if (in_time)
		host_acquired(x);
	return in_time;
}

void host_wait_for_completion(struct host_completion *x)
{
	wait_for_count(x, ENGINE_NO_DEADLINE);
}

u32 host_wait_for_completion_timeout(struct host_completion *x, u32 ms)
{
	engine_guard();
	u64 deadline = deadline_in(ms);

	return wait_for_count(x, deadline) ? ms_left(deadline) : 0;
}

/* --- Wait queues ---------------------------------------------------------------------------------------- */

void host_waitqueue_init(struct host_waitqueue *wq, const char *name)
{
	engine_guard();
	host_touch(wq, sizeof(*wq));
	*wq = (struct host_waitqueue){ .name = name };
	engine_object_init(wq);
}

void host_wake_up(struct host_waitqueue *wq)
{
	engine_guard();
	host_point(HOST_SITE_WAKE_UP);
	host_touch(wq, sizeof(*wq));
	host_order_wake(HOST_SITE_WAKE_UP, CLASS_WAITQUEUE, wq->name);
	host_released(wq);
	wq->wakes++;
	engine_wake(wq, ~0u);
}

void host_wait_begin(struct host_waitqueue *wq, struct host_wait_entry *entry, u32 ms)
{
	engine_guard();
	host_point(HOST_SITE_WAIT_EVENT);
	host_might_sleep_at(HOST_SITE_WAIT_EVENT);
	host_touch(wq, sizeof(*wq));
	host_order_wait(HOST_SITE_WAIT_EVENT, CLASS_WAITQUEUE, wq->name);
	*entry = (struct host_wait_entry){
		.deadline = ms ? deadline_in(ms) : ENGINE_NO_DEADLINE,
		.wakes = wq->wakes,
	};
	host_wrote(entry, sizeof(*entry));
}

void host_wait_sleep(struct host_waitqueue *wq, struct host_wait_entry *entry)
{
	engine_guard();
	host_touch(wq, sizeof(*wq));
	/* Woken while it looked at its condition: prepare_to_wait() had put it on the queue by then. */
	if (wq->wakes == entry->wakes)
		entry->timed_out =
			!engine_block(HOST_SITE_WAIT_EVENT, wq, host_object_name(wq->name),
				      entry->deadline, false);
	host_touch(wq, sizeof(*wq));
	entry->wakes = wq->wakes;
	host_wrote(entry, sizeof(*entry));
	host_acquired(wq);
}

u32 host_wait_left(const struct host_wait_entry *entry)
{
	engine_guard();
	return entry->deadline == ENGINE_NO_DEADLINE ? 1 : ms_left(entry->deadline);
}

/* --- Wait queues of the code's own ------------------------------------------------------------------------ */

u32 host_park(struct host_parking *p, unsigned site, const char *what, u32 ms)
{
	engine_guard();
	u64 deadline = ms ? deadline_in(ms) : ENGINE_NO_DEADLINE;
	bool in_time = true;

	host_might_sleep_at(site);
	while (p->asleep && in_time)
		in_time = engine_block(site, p, host_object_name(what), deadline, false);
	p->asleep = 0;
	if (!in_time)
		return 0;
	return ms ? ms_left(deadline) : 1;
}

bool host_unpark(struct host_parking *p)
{
	engine_guard();
	bool asleep;

	asleep = p->asleep != 0;
	p->asleep = 0;
	engine_wake(p, 1);
	return asleep;
}

void host_completion_awaited(const char *name)
{
	engine_guard();
	host_point(HOST_SITE_WAIT_FOR_COMPLETION);
	host_might_sleep_at(HOST_SITE_WAIT_FOR_COMPLETION);
	host_order_wait(HOST_SITE_WAIT_FOR_COMPLETION, CLASS_COMPLETION, name);
}

void host_completion_signalled(const char *name)
{
	engine_guard();
	host_point(HOST_SITE_COMPLETE);
	host_order_wake(HOST_SITE_COMPLETE, CLASS_COMPLETION, name);
}

unsigned host_task_id(void)
{
	struct engine_task *self = engine_self();

	return self ? self->id : ENGINE_TASKS_MAX;
}

/* --- Time --------------------------------------------------------------------------------------------------- */

void host_msleep(u32 ms)
{
	engine_guard();
	struct engine_task *self = engine_self();

	host_point(HOST_SITE_MSLEEP);
	host_might_sleep_at(HOST_SITE_MSLEEP);
	if (!self)
		return;
	engine_block(HOST_SITE_MSLEEP, NULL, "time", deadline_in(ms), false);
}

u64 host_time_ns(void)
{
	engine_guard();
	return engine_now();
}
