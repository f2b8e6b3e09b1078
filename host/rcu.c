/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RCU: a callback waits for the tasks that were reading when it was queued.
 *
 * Readers that come later are not waited for, so the earliest legal moment is when the last of those
 * tasks leaves. Later callbacks wait for a superset of what is left of earlier ones' readers, so the
 * order of queueing is also an order of expiry. With `eager` the callback task is urgent: it runs at
 * the very next point.
 */

#include "host/primitives.h"
#include "host/sanitizer.h"

#define CALLBACKS_MAX 512

struct callback {
	struct host_rcu_head *head;
	void (*fn)(struct host_rcu_head *head);
	void *object; /* kfree_rcu(): freed, and @fn is not called */
	bool *done;   /* synchronize_rcu(): set, and nothing is called */
	u32 readers;
};

static struct callback callbacks[CALLBACKS_MAX];
static unsigned first, count; /* ring */
static u32 readers;           /* mask of tasks inside a read section */

static struct callback *callback_at(unsigned i)
{
	return &callbacks[(first + i) % CALLBACKS_MAX];
}

static void wake_callback_task(void)
{
	if (count && !callback_at(0)->readers)
		engine_wake(&callbacks, 1);
}

static void run_callback(void)
{
	struct engine_task *self = engine_self();
	struct callback c;
	unsigned depth;

	host_point(HOST_SITE_CALL_RCU);
	c = *callback_at(0);
	first = (first + 1) % CALLBACKS_MAX;
	count--;
	if (c.done) {
		*c.done = true;
		engine_wake(c.done, 1);
		return;
	}
	/* A soft interrupt. */
	self->atomic_depth++;
	host_acquired(&callbacks);
	host_msan_forget_call();
	depth = engine_step_out();
	if (c.object)
		host_kfree(c.object);
	else
		c.fn(c.head);
	engine_step_in(depth);
	self->atomic_depth--;
	host_check_exit(HOST_SITE_CALL_RCU);
}

static void callback_main(void *arg)
{
	while (!engine_dismissed()) {
		if (count && !callback_at(0)->readers)
			run_callback();
		else
			engine_block(HOST_SITE_CALL_RCU, &callbacks, "RCU callbacks",
				     ENGINE_NO_DEADLINE, true);
	}
}

void host_rcu_reset(bool eager)
{
	int id = engine_spawn("rcu", callback_main, NULL,
			      ENGINE_DAEMON | (eager ? ENGINE_URGENT : 0));

	first = count = 0;
	readers = 0;
	if (id >= 0)
		engine_park((unsigned)id, &callbacks, "RCU callbacks");
}

/* --- Readers ------------------------------------------------------------------------------------------ */

void host_rcu_read_lock(void)
{
	engine_guard();
	struct engine_task *self = engine_self();

	host_point(HOST_SITE_RCU_READ_LOCK);
	if (!self || self->rcu_depth++)
		return;
	readers |= BIT(self->id);
}

void host_rcu_read_unlock(void)
{
	engine_guard();
	struct engine_task *self = engine_self();

	if (!self)
		return;
	if (!self->rcu_depth) {
		engine_context(CONTEXT_UNLOCK, HOST_SITE_RCU_READ_LOCK, 0, 0);
		return;
	}
	if (--self->rcu_depth)
		return;
	host_released(&callbacks);
	readers &= ~BIT(self->id);
	for (unsigned i = 0; i < count; i++)
		callback_at(i)->readers &= ~BIT(self->id);
	wake_callback_task();
}

/* --- Callbacks ------------------------------------------------------------------------------------------ */

static void queue_callback(const struct callback *c)
{
	if (count == CALLBACKS_MAX) {
		engine_overflow("too many RCU callbacks");
		return;
	}
	*callback_at(count) = *c;
	callback_at(count)->readers = readers;
	count++;
	host_released(&callbacks);
	wake_callback_task();
}

void host_call_rcu(struct host_rcu_head *head, void (*fn)(struct host_rcu_head *head))
{
	engine_guard();
	const struct callback c = { .head = head, .fn = fn };

	host_point(HOST_SITE_CALL_RCU);
	host_touch(head, sizeof(*head));
	queue_callback(&c);
}

void host_kfree_rcu(void *object, struct host_rcu_head *head)
{
	engine_guard();
	const struct callback c = { .head = head, .object = object };

	host_point(HOST_SITE_CALL_RCU);
	host_touch(head, sizeof(*head));
	queue_callback(&c);
}

void host_synchronize_rcu(void)
{
	engine_guard();
	bool done = false;
	const struct callback c = { .done = &done };

	host_point(HOST_SITE_SYNCHRONIZE_RCU);
	host_might_sleep_at(HOST_SITE_SYNCHRONIZE_RCU);
	if (!engine_self())
		return;
	engine_object_init(&done);
	queue_callback(&c);
	while (!done)
		engine_block(HOST_SITE_SYNCHRONIZE_RCU, &done, "readers", ENGINE_NO_DEADLINE,
			     false);
	host_acquired(&callbacks);
}
