/* SPDX-License-Identifier: GPL-2.0-only */
/* What may be done where: every rule trips on what breaks it, and on nothing that looks like it. */

#include "tests/host_test.h"

static struct host_mutex a, b, c, b2;
static struct host_spinlock spin;
static struct host_completion done;
static struct host_waitqueue queue;
static struct host_workqueue *wq;
static struct host_work work;
static struct host_space space;

static void init_all(void)
{
	static const struct engine_limits limits = { .irqs = 1, .workers = 1 };

	begin_with(&limits);
	host_mutex_init(&a, "a");
	host_mutex_init(&b, "b");
	host_mutex_init(&b2, "b");
	host_mutex_init(&c, "c");
	host_spin_lock_init(&spin, "spin");
	host_init_completion(&done, "done");
	host_waitqueue_init(&queue, "queue");
	wq = host_alloc_workqueue("wq", 1);
	space = (struct host_space){ .users = 2 };
}

static unsigned reports;

/* Runs @first to its end, then @second; @rule must be reported @expected times, and nothing else. */
static void expect(void (*first)(void *), void (*second)(void *), enum host_context_rule rule,
		   unsigned expected)
{
	init_all();
	spawn("first", first, NULL);
	engine_run();
	if (second) {
		spawn("second", second, NULL);
		engine_run();
	}
	reports = count_events(EV_CONTEXT, NULL);
	assert_int_equal(count_context(rule), expected);
	assert_int_equal(reports, expected);
}

/* --- Sleeping ---------------------------------------------------------------------------------- */

static void sleepers(void *arg)
{
	static bool (*const never)(unsigned, void *) = NULL;
	u64 bus;

	host_mutex_lock(&a);
	host_mutex_unlock(&a);
	host_complete(&done);
	host_wait_for_completion(&done);
	host_wait_event(&queue, true);
	host_msleep(1);
	host_flush_workqueue(wq);
	host_kfree(host_kzalloc(8, HOST_GFP_KERNEL));
	host_dma_free(host_dma_alloc(8, HOST_GFP_KERNEL, &bus));
	host_request_threaded_irq(0, never, "irq", NULL);
	host_handle_mm_fault(&space, 0, 0);
	host_mmput(&space);
	host_mmput(&space);
}

static const u16 sleeping_sites[] = {
	HOST_SITE_MUTEX_LOCK, HOST_SITE_WAIT_FOR_COMPLETION, HOST_SITE_WAIT_EVENT,
	HOST_SITE_MSLEEP,     HOST_SITE_FLUSH_WORKQUEUE,     HOST_SITE_KMALLOC,
	HOST_SITE_DMA_ALLOC,  HOST_SITE_REQUEST_IRQ,         HOST_SITE_SPACE_FAULT,
	HOST_SITE_SPACE_PUT,
};

static void sleep_with_spinlock(void *arg)
{
	host_spin_lock(&spin);
	sleepers(NULL);
	host_spin_unlock(&spin);
}

static void sleep_as_reader(void *arg)
{
	host_rcu_read_lock();
	sleepers(NULL);
	host_rcu_read_unlock();
}

static void sleep_unbothered(void *arg)
{
	host_spin_lock(&spin);
	host_spin_unlock(&spin);
	host_rcu_read_lock();
	host_rcu_read_unlock();
	sleepers(NULL);
}

static void check_sites(enum host_context_rule rule)
{
	u32 count;
	const struct event *events = engine_events(&count, NULL);
	unsigned at = 0;

	for (u32 i = 0; i < count; i++) {
		if (events[i].kind != EV_CONTEXT || events[i].a != rule)
			continue;
		assert_true(at < ARRAY_SIZE(sleeping_sites));
		assert_int_equal(events[i].b, sleeping_sites[at++]);
	}
	assert_int_equal(at, ARRAY_SIZE(sleeping_sites));
}

static void test_every_sleeper_is_judged_even_if_it_need_not_wait(void **state)
{
	init_all();
	spawn("first", sleep_with_spinlock, NULL);
	engine_run();
	check_sites(CONTEXT_SLEEP_ATOMIC);
	init_all();
	spawn("first", sleep_as_reader, NULL);
	engine_run();
	check_sites(CONTEXT_SLEEP_RCU);
	expect(sleep_unbothered, NULL, CONTEXT_SLEEP_ATOMIC, 0);
}

static void atomic_is_fine(void *arg)
{
	host_spin_lock(&spin);
	host_kfree(host_kzalloc(8, HOST_GFP_ATOMIC));
	host_complete(&done);
	host_wake_up(&queue);
	host_irq_wake_thread(0);
	host_mmput(&space);
	host_spin_unlock(&spin);
}

static void test_what_never_sleeps_is_not_judged(void **state)
{
	expect(atomic_is_fine, NULL, CONTEXT_SLEEP_ATOMIC, 0);
}

static struct host_rcu_head head;

static void callback_sleeps(struct host_rcu_head *h)
{
	host_mutex_lock(&a);
	host_mutex_unlock(&a);
}

static void call_sleeper(void *arg)
{
	host_call_rcu(&head, callback_sleeps);
}

static void test_callbacks_are_atomic(void **state)
{
	expect(call_sleeper, NULL, CONTEXT_SLEEP_ATOMIC, 1);
}

/* --- Order --------------------------------------------------------------------------------------- */

static void nest(struct host_mutex *outer, struct host_mutex *inner)
{
	host_mutex_lock(outer);
	host_mutex_lock(inner);
	host_mutex_unlock(inner);
	host_mutex_unlock(outer);
}

static void a_then_b(void *arg)
{
	nest(&a, &b);
}

static void b_then_a_twice(void *arg)
{
	nest(&b, &a);
	nest(&b2, &a);
}

static void b_then_c(void *arg)
{
	nest(&b, &c);
}

static void bc_then_ca(void *arg)
{
	nest(&b, &c);
	nest(&c, &a);
}

static void b_in_b(void *arg)
{
	nest(&b, &b2);
	nest(&b2, &b);
}

static void test_lock_order(void **state)
{
	char name[32];
	struct event e;

	expect(a_then_b, b_then_a_twice, CONTEXT_LOCK_ORDER, 1);
	count_events(EV_CONTEXT, &e);
	assert_string_equal(host_class_name(e.c, name, sizeof(name)), "lock a");
	assert_string_equal(host_class_name(e.d, name, sizeof(name)), "lock b");
	expect(a_then_b, bc_then_ca, CONTEXT_LOCK_ORDER, 1);
	expect(a_then_b, b_then_c, CONTEXT_LOCK_ORDER, 0);
	expect(b_in_b, NULL, CONTEXT_LOCK_ORDER, 0);
}

static void wait_under_a(void *arg)
{
	host_mutex_lock(&a);
	host_wait_for_completion_timeout(&done, 1);
	host_mutex_unlock(&a);
}

static void complete_under_a(void *arg)
{
	host_mutex_lock(&a);
	host_complete(&done);
	host_mutex_unlock(&a);
}

static void complete_after_a(void *arg)
{
	host_mutex_lock(&a);
	host_mutex_unlock(&a);
	host_complete(&done);
}

static void test_completion_under_a_lock_that_its_completer_needs(void **state)
{
	expect(wait_under_a, complete_under_a, CONTEXT_LOCK_ORDER, 1);
	expect(complete_under_a, wait_under_a, CONTEXT_LOCK_ORDER, 1);
	expect(wait_under_a, complete_after_a, CONTEXT_LOCK_ORDER, 0);
}

static void work_takes_a(struct host_work *w)
{
	host_mutex_lock(&a);
	host_mutex_unlock(&a);
}

static void queue_taker(void *arg)
{
	host_work_init(&work, work_takes_a);
	host_queue_work(wq, &work);
}

static void flush_under_a(void *arg)
{
	host_mutex_lock(&a);
	host_flush_workqueue(wq);
	host_mutex_unlock(&a);
}

static void flush_without(void *arg)
{
	host_mutex_lock(&a);
	host_mutex_unlock(&a);
	host_flush_workqueue(wq);
}

static void test_flush_under_a_lock_that_work_needs(void **state)
{
	expect(queue_taker, flush_under_a, CONTEXT_LOCK_ORDER, 1);
	expect(flush_under_a, queue_taker, CONTEXT_LOCK_ORDER, 1);
	expect(queue_taker, flush_without, CONTEXT_LOCK_ORDER, 0);
}

static bool handler_takes_a(unsigned irq, void *data)
{
	host_mutex_lock(&a);
	host_mutex_unlock(&a);
	return true;
}

static void request_and_raise(void *arg)
{
	host_request_threaded_irq(0, handler_takes_a, "dmar0", NULL);
	host_irq_wake_thread(0);
}

static void free_under_a(void *arg)
{
	host_mutex_lock(&a);
	host_free_irq(0);
	host_mutex_unlock(&a);
}

static void free_without(void *arg)
{
	host_free_irq(0);
}

static void test_free_irq_under_a_lock_that_the_handler_needs(void **state)
{
	expect(request_and_raise, free_under_a, CONTEXT_LOCK_ORDER, 1);
	expect(request_and_raise, free_without, CONTEXT_LOCK_ORDER, 0);
}

/* --- Ownership -------------------------------------------------------------------------------------- */

static void lock_twice(void *arg)
{
	host_mutex_lock(&a);
	host_mutex_lock(&a);
}

static void test_recursion(void **state)
{
	/* And it hangs, as it would. The lock is held at no task's end: there is none. */
	expect(lock_twice, NULL, CONTEXT_RECURSION, 1);
}

static void keep_a(void *arg)
{
	host_mutex_lock(&a);
	host_wait_for_completion_timeout(&done, 10);
	host_mutex_unlock(&a);
}

static void unlock_a(void *arg)
{
	host_mutex_unlock(&a);
}

static void test_unlock_by_another(void **state)
{
	expect(unlock_a, NULL, CONTEXT_UNLOCK, 1);
	init_all();
	spawn("keeper", keep_a, NULL);
	spawn("other", unlock_a, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_int_equal(count_context(CONTEXT_UNLOCK), 1);
	expect(keep_a, NULL, CONTEXT_UNLOCK, 0);
}

static void leave_with_a(void *arg)
{
	host_mutex_lock(&a);
}

static void leave_as_reader(void *arg)
{
	host_rcu_read_lock();
}

static void work_keeps_spin(struct host_work *w)
{
	host_spin_lock(&spin);
}

static void queue_keeper(void *arg)
{
	host_work_init(&work, work_keeps_spin);
	host_queue_work(wq, &work);
}

static void test_exit_with_something_held(void **state)
{
	expect(leave_with_a, NULL, CONTEXT_EXIT_HELD, 1);
	expect(leave_as_reader, NULL, CONTEXT_EXIT_HELD, 1);
	expect(queue_keeper, NULL, CONTEXT_EXIT_HELD, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sleeper_is_judged_even_if_it_need_not_wait),
		cmocka_unit_test(test_what_never_sleeps_is_not_judged),
		cmocka_unit_test(test_callbacks_are_atomic),
		cmocka_unit_test(test_lock_order),
		cmocka_unit_test(test_completion_under_a_lock_that_its_completer_needs),
		cmocka_unit_test(test_flush_under_a_lock_that_work_needs),
		cmocka_unit_test(test_free_irq_under_a_lock_that_the_handler_needs),
		cmocka_unit_test(test_recursion),
		cmocka_unit_test(test_unlock_by_another),
		cmocka_unit_test(test_exit_with_something_held),
	};

	return cmocka_run_group_tests_name("host_context", tests, NULL, NULL);
}
