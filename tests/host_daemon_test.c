/* SPDX-License-Identifier: GPL-2.0-only */
/* Work queues, RCU and threaded interrupts: what is done by daemons, and when. */

#include <asm-generic/errno.h>

#include "tests/host_test.h"

static void finish(const char *expected)
{
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, expected);
}

/* --- Work --------------------------------------------------------------------------------------------- */

static struct host_workqueue *wq;
static struct host_work works[4];
static bool requeue;

static void work_fn(struct host_work *work)
{
	char c = 'a' + (char)(work - works);

	say(c);
	if (work == &works[0] && requeue) {
		requeue = false;
		assert_true(host_queue_work(wq, work));
	}
	host_point(HOST_SITE_OP);
	host_point(HOST_SITE_OP);
	say(c - 'a' + 'A');
}

static void make_queue(unsigned max_active)
{
	begin();
	requeue = false;
	wq = host_alloc_workqueue("wq", max_active);
	assert_non_null(wq);
	for (unsigned i = 0; i < 4; i++)
		host_work_init(&works[i], work_fn);
}

static void queue_two_and_flush(void *arg)
{
	assert_true(host_queue_work(wq, &works[0]));
	if (arg)
		assert_false(host_queue_work(wq, &works[0]));
	assert_true(host_queue_work(wq, &works[1]));
	host_flush_workqueue(wq);
	say('.');
}

static void test_ordered_queue_and_flush(void **state)
{
	make_queue(1);
	spawn("app0", queue_two_and_flush, "again, while it is pending");
	finish("aAbB.");
}

static void test_unordered_queue_overlaps(void **state)
{
	bool overlapped = false;

	for (unsigned bits = 0; bits < 1024; bits++) {
		static struct script s;
		u8 options[10];

		for (unsigned i = 0; i < 10; i++)
			options[i] = bits >> i & 1;
		make_queue(2);
		spawn("app0", queue_two_and_flush, NULL);
		use_script(&s, options, sizeof(options));
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_int_equal(word[4], '.');
		overlapped |= !strncmp(word, "ab", 2);
	}
	assert_true(overlapped);
}

static void queue_third_when_first_runs(struct host_work *work)
{
	say('a');
	host_queue_work(wq, &works[2]);
	say('A');
}

static void queue_first_and_flush(void *arg)
{
	works[0].fn = queue_third_when_first_runs;
	host_queue_work(wq, &works[0]);
	host_flush_workqueue(wq);
	say('.');
}

static void test_flush_does_not_wait_for_what_comes_later(void **state)
{
	unsigned before = 0;

	for (unsigned bits = 0; bits < 1024; bits++) {
		static struct script s;
		u8 options[10];
		const char *dot, *third;

		for (unsigned i = 0; i < 10; i++)
			options[i] = bits >> i & 1;
		make_queue(1);
		spawn("app0", queue_first_and_flush, NULL);
		use_script(&s, options, sizeof(options));
		assert_int_equal(engine_run(), ENGINE_QUIET);
		dot = strchr(word, '.');
		third = strchr(word, 'C');
		assert_true(dot > strchr(word, 'A'));
		before += dot < third;
	}
	assert_true(before > 0);
}

static void queue_and_destroy(void *arg)
{
	works[0].fn = queue_third_when_first_runs;
	host_queue_work(wq, &works[0]);
	host_destroy_workqueue(wq);
	say('.');
	assert_false(host_queue_work(wq, &works[1]));
}

static void test_destroy_drains_what_work_queues(void **state)
{
	make_queue(1);
	spawn("app0", queue_and_destroy, NULL);
	finish("aAcC.");
	assert_int_equal(count_events(EV_WARN, NULL), 1);
}

static void test_running_item_can_be_queued_again(void **state)
{
	for (unsigned max_active = 1; max_active <= 2; max_active++) {
		make_queue(max_active);
		requeue = true;
		spawn("app0", queue_two_and_flush, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		/* Twice, and never two at a time. */
		assert_int_equal(count_events(EV_WORK_DONE, NULL), 3);
		for (const char *p = strchr(word, 'a') + 1; *p != 'A'; p++)
			assert_int_not_equal(*p, 'a');
	}
}

/* --- RCU ------------------------------------------------------------------------------------------------ */

static struct host_rcu_head head;

static void rcu_fn(struct host_rcu_head *h)
{
	assert_int_equal(engine_self()->atomic_depth, 1);
	say('c');
}

static void read_twice(void *arg)
{
	host_rcu_read_lock();
	host_rcu_read_lock();
	say('(');
	host_point(HOST_SITE_OP);
	host_rcu_read_unlock();
	host_point(HOST_SITE_OP);
	say(')');
	host_rcu_read_unlock();
	host_point(HOST_SITE_OP);
	say('.');
}

static void call(void *arg)
{
	host_call_rcu(&head, rcu_fn);
	say('q');
	host_point(HOST_SITE_OP);
	host_point(HOST_SITE_OP);
}

static void start_rcu(bool eager, struct script *s, const u8 *options, u32 size)
{
	const struct engine_limits limits = { .workers = 1, .rcu_eager = eager };

	begin_with(&limits);
	spawn("reader", read_twice, NULL);
	spawn("caller", call, NULL);
	use_script(s, options, size);
	assert_int_equal(engine_run(), ENGINE_QUIET);
}

static void test_callback_runs_at_the_earliest_legal_moment(void **state)
{
	static const u8 options[] = { 0, 0, 0, 1 };
	static struct script s;

	/* The caller comes in while the reader reads. */
	start_rcu(true, &s, options, sizeof(options));
	assert_string_equal(word, "(q)c.");
	/* Nobody reads. */
	start_rcu(true, &s, (const u8[]){ 1 }, 1);
	assert_string_equal(word, "qc().");
}

static void test_callback_is_never_early(void **state)
{
	bool late = false;

	for (unsigned n = 0; n < 6561; n++) {
		static struct script s;
		u8 options[8];
		const char *q, *c;

		for (unsigned i = 0, rest = n; i < 8; i++, rest /= 3)
			options[i] = rest % 3;
		start_rcu(false, &s, options, sizeof(options));
		q = strchr(word, 'q');
		c = strchr(word, 'c');
		assert_true(q < c);
		if (strchr(word, '(') < q && q < strchr(word, ')'))
			assert_true(c > strchr(word, ')'));
		late |= !strcmp(word, "(q).c");
	}
	assert_true(late);
}

static void synchronize(void *arg)
{
	host_synchronize_rcu();
	say('s');
}

static void test_synchronize_waits_for_readers(void **state)
{
	static const u8 options[] = { 0, 0, 1 };
	static struct script s;

	begin();
	spawn("reader", read_twice, NULL);
	spawn("sync", synchronize, NULL);
	use_script(&s, options, sizeof(options));
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_true(strchr(word, 's') > strchr(word, ')'));
}

/* --- Interrupts ------------------------------------------------------------------------------------------- */

static unsigned raises;

static bool handler(unsigned irq, void *data)
{
	say('0' + (char)irq);
	assert_ptr_equal(data, &raises);
	for (; raises; raises--)
		host_irq_raise(irq);
	host_point(HOST_SITE_OP);
	say('.');
	return true;
}

static void raise_three(void *arg)
{
	for (unsigned i = 0; i < 3; i++)
		host_irq_raise(1);
}

static void test_interrupts_coalesce(void **state)
{
	begin();
	assert_int_equal(host_request_threaded_irq(1, handler, "dmar1", &raises), 0);
	assert_int_equal(host_request_threaded_irq(1, handler, "dmar1", &raises), -EBUSY);
	assert_int_equal(host_request_threaded_irq(2, handler, "dmar2", &raises), -EINVAL);
	spawn("hw", raise_three, NULL);
	finish("1.");
	assert_int_equal(count_events(EV_IRQ_RAISE, NULL), 3);
	assert_int_equal(count_events(EV_IRQ_DONE, NULL), 1);
}

static void test_interrupt_raised_while_its_thread_runs(void **state)
{
	begin();
	host_request_threaded_irq(1, handler, "dmar1", &raises);
	raises = 5;
	spawn("hw", raise_three, NULL);
	finish("1.1.");
}

static void test_interrupt_that_nobody_requested_is_lost(void **state)
{
	begin();
	spawn("hw", raise_three, NULL);
	finish("");
	host_request_threaded_irq(1, handler, "dmar1", &raises);
	finish("");
}

static void raise_and_free(void *arg)
{
	host_irq_wake_thread(1);
	host_free_irq(1);
	say('f');
	host_irq_raise(1);
}

static void test_free_irq_waits_for_the_thread(void **state)
{
	for (unsigned n = 0; n < 64; n++) {
		static struct script s;
		u8 options[6];

		for (unsigned i = 0; i < 6; i++)
			options[i] = n >> i & 1;
		begin();
		host_request_threaded_irq(1, handler, "dmar1", &raises);
		spawn("app0", raise_and_free, NULL);
		use_script(&s, options, sizeof(options));
		finish("1.f");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fibers_only(test_ordered_queue_and_flush),
		fibers_only(test_unordered_queue_overlaps),
		fibers_only(test_flush_does_not_wait_for_what_comes_later),
		cmocka_unit_test(test_destroy_drains_what_work_queues),
		cmocka_unit_test(test_running_item_can_be_queued_again),
		fibers_only(test_callback_runs_at_the_earliest_legal_moment),
		fibers_only(test_callback_is_never_early),
		fibers_only(test_synchronize_waits_for_readers),
		cmocka_unit_test(test_interrupts_coalesce),
		cmocka_unit_test(test_interrupt_raised_while_its_thread_runs),
		cmocka_unit_test(test_interrupt_that_nobody_requested_is_lost),
		cmocka_unit_test(test_free_irq_waits_for_the_thread),
	};

	return cmocka_run_group_tests_name("host_daemon", tests, NULL, NULL);
}
