/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data races on fibers: TSan sees one between two tasks though a single thread runs them, and sees
 * none where a primitive promises order. What watches orders nothing.
 *
 * Only in the tsan flavour. This file stands for code under test, so it must be built with
 * -fsanitize=thread, though the harness is not.
 */

#include "tests/host_test.h"

#if defined(__SANITIZE_THREAD__)
#define INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define INSTRUMENTED 1
#endif
#endif
#if !defined(INSTRUMENTED)
#define INSTRUMENTED 0
#endif

static unsigned reported;

/* TSan calls this for each report. */
void __tsan_on_report(void *report);
void __tsan_on_report(void *report)
{
	reported++;
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "halt_on_error=0:exitcode=0:log_path=/dev/null:suppress_equal_stacks=0:"
	       "suppress_equal_addresses=0";
}

static struct host_mutex lock;
static struct host_spinlock spinlock;
static struct host_completion done;
static struct host_waitqueue queue;
static struct host_workqueue *wq;
static struct host_work work;
static struct host_rcu_head head;
static int plain;
static int flag;
static u64 reg;

/* Each pair has a variable of its own, so that no report hides another. */
static int pairs[32];
static int *value;

static unsigned run_pair(unsigned pair, void (*first)(void *), void (*second)(void *))
{
	unsigned before = reported;

	begin();
	host_mutex_init(&lock, "lock");
	host_spin_lock_init(&spinlock, "spinlock");
	host_init_completion(&done, "done");
	host_waitqueue_init(&queue, "queue");
	wq = host_alloc_workqueue("wq", 1);
	flag = 0;
	value = &pairs[pair];
	spawn("first", first, NULL);
	if (second)
		spawn("second", second, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	return reported - before;
}

static void test_this_file_is_instrumented(void **state)
{
	if (!INSTRUMENTED)
		fail_msg("build tests/host_tsan_test.c with -fsanitize=thread");
}

/* --- Races --------------------------------------------------------------------------------------- */

static void add_plain(void *arg)
{
	host_point(HOST_SITE_OP);
	*value += 1;
	host_point(HOST_SITE_OP);
}

static void test_plain_accesses_race(void **state)
{
	assert_int_not_equal(run_pair(0, add_plain, add_plain), 0);
}

static void write_then_raise_flag(void *arg)
{
	*value = 1;
	host_WRITE_ONCE(flag, 1);
}

static void write_behind_flag(void *arg)
{
	while (!host_READ_ONCE(flag))
		host_cpu_relax("the flag");
	*value = 2;
}

/* The flag itself may race, as in the kernel; it orders nothing. */
static void test_marked_accesses_order_nothing(void **state)
{
	assert_int_not_equal(run_pair(1, write_then_raise_flag, write_behind_flag), 0);
}

static void write_then_release_flag(void *arg)
{
	*value = 1;
	host_smp_store_release(&flag, 1);
}

static void read_if_acquired(void *arg)
{
	if (host_smp_load_acquire(&flag))
		*value = 2;
}

static void test_release_and_acquire_order(void **state)
{
	assert_int_equal(run_pair(2, write_then_release_flag, read_if_acquired), 0);
}

static unsigned reg_index(u32 offset)
{
	return 0;
}

static u64 mmio_read(unsigned unit, u32 offset, unsigned bytes)
{
	return reg;
}

static void mmio_write(unsigned unit, u32 offset, unsigned bytes, u64 v)
{
	reg = v;
	host_irq_raise(0);
}

static void write_then_register(void *arg)
{
	*value = 1;
	host_writel(1, host_unit_regs(0));
}

static void register_then_write(void *arg)
{
	host_readl(host_unit_regs(0));
	*value = 2;
}

static bool handler_writes(unsigned irq, void *data)
{
	*value = 2;
	return true;
}

static void request(void *arg)
{
	host_request_threaded_irq(0, handler_writes, "dmar0", NULL);
}

static void request_then_register(void *arg)
{
	request(NULL);
	write_then_register(NULL);
}

static void request_then_wake(void *arg)
{
	request(NULL);
	*value = 1;
	host_irq_wake_thread(0);
}

static void use_registers(void)
{
	host_backend.reg_index = reg_index;
	host_backend.mmio_read = mmio_read;
	host_backend.mmio_write = mmio_write;
}

static void test_registers_order_nothing(void **state)
{
	use_registers();
	assert_int_not_equal(run_pair(3, write_then_register, register_then_write), 0);
	/* Nor does the interrupt that a register access brings about. */
	assert_int_not_equal(run_pair(4, request_then_register, NULL), 0);
	assert_int_equal(run_pair(5, request_then_wake, NULL), 0);
}

static void note_event(const struct event *e)
{
}

static void event_and_write(void *arg)
{
	host_event(EV_WARN, 0, 0, 0, 0);
	*value += 1;
	host_event(EV_WARN, 0, 0, 0, 0);
	note_event(NULL);
}

static void test_events_order_nothing(void **state)
{
	assert_int_not_equal(run_pair(6, event_and_write, event_and_write), 0);
}

/* --- Order -------------------------------------------------------------------------------------------- */

static void add_under_mutex(void *arg)
{
	host_mutex_lock(&lock);
	add_plain(NULL);
	host_mutex_unlock(&lock);
}

static void add_under_spinlock(void *arg)
{
	host_spin_lock(&spinlock);
	add_plain(NULL);
	host_spin_unlock(&spinlock);
}

static void test_locks_order(void **state)
{
	assert_int_equal(run_pair(7, add_under_mutex, add_under_mutex), 0);
	assert_int_equal(run_pair(8, add_under_spinlock, add_under_spinlock), 0);
	/* Two different locks do not. */
	assert_int_not_equal(run_pair(9, add_under_mutex, add_under_spinlock), 0);
}

static void wait_and_add(void *arg)
{
	host_wait_for_completion(&done);
	*value += 1;
}

static void add_and_complete(void *arg)
{
	*value += 1;
	host_complete(&done);
}

static void complete_and_add(void *arg)
{
	host_complete(&done);
	*value += 1;
}

static void test_completions_order_what_went_before(void **state)
{
	assert_int_equal(run_pair(10, wait_and_add, add_and_complete), 0);
	assert_int_not_equal(run_pair(11, wait_and_add, complete_and_add), 0);
}

static void wait_flag_and_add(void *arg)
{
	host_wait_event(&queue, host_READ_ONCE(flag));
	*value += 1;
}

static void add_and_wake(void *arg)
{
	*value += 1;
	host_WRITE_ONCE(flag, 1);
	host_wake_up(&queue);
}

/* Where the waiter may find its condition true ahead of the wake-up, nothing orders the two. */
static void test_wake_ups_order_what_went_before(void **state)
{
	assert_int_equal(run_pair(12, wait_flag_and_add, add_and_wake), 0);
}

static void work_adds(struct host_work *w)
{
	*value += 1;
}

static void add_around_work(void *arg)
{
	host_work_init(&work, work_adds);
	*value += 1;
	host_queue_work(wq, &work);
	host_flush_workqueue(wq);
	*value += 1;
}

static void add_beside_work(void *arg)
{
	host_work_init(&work, work_adds);
	host_queue_work(wq, &work);
	*value += 1;
}

static void test_work_is_ordered_by_queueing_and_flush(void **state)
{
	assert_int_equal(run_pair(13, add_around_work, NULL), 0);
	assert_int_not_equal(run_pair(14, add_beside_work, NULL), 0);
}

static void callback_adds(struct host_rcu_head *h)
{
	*value += 1;
}

static void add_as_reader(void *arg)
{
	host_rcu_read_lock();
	host_WRITE_ONCE(flag, 1);
	add_plain(NULL);
	host_rcu_read_unlock();
}

/* Readers that come later are not waited for. */
static void wait_for_reader(void)
{
	while (!host_READ_ONCE(flag))
		host_cpu_relax("the reader");
}

static void call_rcu_only(void *arg)
{
	wait_for_reader();
	host_call_rcu(&head, callback_adds);
}

static void synchronize_and_add(void *arg)
{
	wait_for_reader();
	host_synchronize_rcu();
	*value += 1;
}

static void test_rcu_orders_readers_before_callbacks(void **state)
{
	assert_int_equal(run_pair(15, add_as_reader, call_rcu_only), 0);
	assert_int_equal(run_pair(16, add_as_reader, synchronize_and_add), 0);
}

static void free_irq_and_add(void *arg)
{
	request(NULL);
	host_irq_wake_thread(0);
	host_free_irq(0);
	*value += 1;
}

static void test_free_irq_orders_the_handler(void **state)
{
	assert_int_equal(run_pair(17, free_irq_and_add, NULL), 0);
}

/* --- Between runs ---------------------------------------------------------------------------------------- */

static void write_plain(void *arg)
{
	plain++;
}

static void wait_in_call(void *arg)
{
	plain++;
	host_wait_for_completion(&done);
}

/* On threads each hang leaves one behind. */
#if defined(SLUICE_THREADS)
#define RUNS 200u
#else
#define RUNS 2000u
#endif

static void test_runs_and_resets_are_ordered(void **state)
{
	unsigned before = reported;

	for (unsigned i = 0; i < RUNS; i++) {
		begin();
		host_init_completion(&done, "done");
		plain = 0;
		spawn("first", i % 2 ? wait_in_call : write_plain, NULL);
		assert_int_equal(engine_run(), i % 2 ? ENGINE_HANG : ENGINE_QUIET);
		assert_int_equal(plain, 1);
	}
	assert_int_equal(reported, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_this_file_is_instrumented),
		cmocka_unit_test(test_plain_accesses_race),
		cmocka_unit_test(test_marked_accesses_order_nothing),
		cmocka_unit_test(test_release_and_acquire_order),
		cmocka_unit_test(test_registers_order_nothing),
		cmocka_unit_test(test_events_order_nothing),
		cmocka_unit_test(test_locks_order),
		cmocka_unit_test(test_completions_order_what_went_before),
		fibers_only(test_wake_ups_order_what_went_before),
		cmocka_unit_test(test_work_is_ordered_by_queueing_and_flush),
		cmocka_unit_test(test_rcu_orders_readers_before_callbacks),
		cmocka_unit_test(test_free_irq_orders_the_handler),
		cmocka_unit_test(test_runs_and_resets_are_ordered),
	};

	return cmocka_run_group_tests_name("host_tsan", tests, NULL, NULL);
}
