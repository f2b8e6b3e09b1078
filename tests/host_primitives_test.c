/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks, completions, wait queues, address spaces, PCI, registers: what each one promises. */

#include <asm-generic/errno.h>

#include "tests/host_test.h"

static struct host_mutex lock;
static struct host_spinlock spinlock;
static struct host_completion done;
static struct host_waitqueue queue;
static bool ready;

static void start_all(void)
{
	begin();
	host_mutex_init(&lock, "lock");
	host_spin_lock_init(&spinlock, "spinlock");
	host_init_completion(&done, "done");
	host_waitqueue_init(&queue, "queue");
	ready = false;
}

static void finish(const char *expected)
{
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, expected);
}

/* --- Locks ----------------------------------------------------------------------------------- */

static void lock_and_say(void *arg)
{
	const char *c = arg;

	host_mutex_lock(&lock);
	say(*c);
	host_point(HOST_SITE_OP);
	say(*c);
	host_mutex_unlock(&lock);
}

static void spin_and_say(void *arg)
{
	const char *c = arg;

	host_spin_lock(&spinlock);
	say(*c);
	host_point(HOST_SITE_OP);
	say(*c);
	host_spin_unlock(&spinlock);
}

static void test_locks_exclude_whatever_is_chosen(void **state)
{
	for (unsigned bits = 0; bits < 2 * 256; bits++) {
		static struct script s;
		u8 options[8];

		for (unsigned i = 0; i < 8; i++)
			options[i] = bits >> i & 1;
		start_all();
		spawn("a", bits & 256 ? spin_and_say : lock_and_say, "a");
		spawn("b", bits & 256 ? spin_and_say : lock_and_say, "b");
		use_script(&s, options, sizeof(options));
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_true(!strcmp(word, "aabb") || !strcmp(word, "bbaa"));
		assert_int_equal(count_events(EV_CONTEXT, NULL), 0);
		assert_false(host_mutex_is_locked(&lock));
	}
}

static void hold_till_done(void *arg)
{
	host_mutex_lock(&lock);
	host_wait_for_completion(&done);
	host_mutex_unlock(&lock);
	if (arg)
		lock_and_say(arg);
}

static void complete_done(void *arg)
{
	host_complete(&done);
}

static void test_mutex_wakes_in_order_of_arrival(void **state)
{
	start_all();
	spawn("holder", hold_till_done, NULL);
	spawn("a", lock_and_say, "a");
	spawn("b", lock_and_say, "b");
	spawn("c", lock_and_say, "c");
	spawn("completer", complete_done, NULL);
	finish("aabbcc");
}

/* The holder unlocks and locks again before the waiter that it woke has run. */
static void test_woken_waiter_competes_again(void **state)
{
	start_all();
	spawn("holder", hold_till_done, "h");
	spawn("a", lock_and_say, "a");
	spawn("completer", complete_done, NULL);
	finish("hhaa");
}

/* --- Completions -------------------------------------------------------------------------------- */

static void wait_and_say(void *arg)
{
	host_wait_for_completion(&done);
	say(*(const char *)arg);
}

static void complete_three(void *arg)
{
	for (unsigned i = 0; i < 3; i++)
		host_complete(&done);
}

static void test_completion_counts_and_is_fifo(void **state)
{
	start_all();
	spawn("a", wait_and_say, "a");
	spawn("b", wait_and_say, "b");
	spawn("completer", complete_three, NULL);
	spawn("c", wait_and_say, "c");
	/* The third count is kept for c, who has not begun to wait. */
	finish("cab");
	assert_int_equal(done.done, 0);
}

static void complete_then_wait(void *arg)
{
	host_complete(&done);
	host_wait_for_completion(&done);
	say('t');
}

static void test_woken_waiter_looks_at_the_count_again(void **state)
{
	start_all();
	spawn("a", wait_and_say, "a");
	spawn("thief", complete_then_wait, NULL);
	/* The thief took what it gave; the waiter that it had woken waits again. */
	assert_int_equal(engine_run(), ENGINE_HANG);
	assert_string_equal(word, "t");
}

static void complete_all_then_say(void *arg)
{
	host_complete_all(&done);
	say('!');
}

static void test_complete_all_lets_everyone_through_until_reinit(void **state)
{
	start_all();
	spawn("a", wait_and_say, "a");
	spawn("b", wait_and_say, "b");
	spawn("completer", complete_all_then_say, NULL);
	spawn("c", wait_and_say, "c");
	finish("!cab");
	assert_true(host_completion_done(&done));
	host_reinit_completion(&done);
	assert_false(host_completion_done(&done));
}

static u32 left;

static void wait_ten(void *arg)
{
	left = host_wait_for_completion_timeout(&done, 10);
}

static void complete_in_three(void *arg)
{
	host_msleep(3);
	host_complete(&done);
}

static void test_timeout_in_virtual_time(void **state)
{
	start_all();
	spawn("a", wait_ten, NULL);
	finish("");
	assert_int_equal(left, 0);
	assert_int_equal(host_time_ns(), 10000000);
	assert_int_equal(count_events(EV_WAIT_TIMEOUT, NULL), 1);

	start_all();
	spawn("a", wait_ten, NULL);
	spawn("b", complete_in_three, NULL);
	finish("");
	assert_int_equal(left, 7);
}

/* --- Wait queues ------------------------------------------------------------------------------------ */

static void wait_for_ready(void *arg)
{
	host_wait_event(&queue, host_READ_ONCE(ready));
	say(*(const char *)arg);
}

static void make_ready(void *arg)
{
	host_WRITE_ONCE(ready, true);
	host_wake_up(&queue);
	say('w');
}

/* However the wake-up falls between the look at the condition and the sleep, it is not lost. */
static void test_wait_event_loses_no_wakeup(void **state)
{
	for (unsigned n = 0; n < 729; n++) {
		static struct script s;
		u8 options[6];

		for (unsigned i = 0, rest = n; i < 6; i++, rest /= 3)
			options[i] = rest % 3;
		start_all();
		spawn("a", wait_for_ready, "a");
		spawn("b", wait_for_ready, "b");
		spawn("w", make_ready, NULL);
		use_script(&s, options, sizeof(options));
		assert_int_equal(engine_run(), ENGINE_QUIET);
	}
}

static void wait_ten_for_ready(void *arg)
{
	left = host_wait_event_timeout(&queue, host_READ_ONCE(ready), 10);
}

static void wake_in_three(void *arg)
{
	host_msleep(3);
	make_ready(NULL);
}

static void test_wait_event_timeout(void **state)
{
	start_all();
	spawn("a", wait_ten_for_ready, NULL);
	finish("");
	assert_int_equal(left, 0);

	start_all();
	spawn("a", wait_ten_for_ready, NULL);
	spawn("b", wake_in_three, NULL);
	finish("w");
	assert_int_equal(left, 7);
}

/* --- Spaces and PCI ------------------------------------------------------------------------------------------ */

static struct host_space space;
static struct host_space_notifier notifier;

static void released(struct host_space_notifier *self, struct host_space *s)
{
	assert_false(s->released);
	say('r');
	host_point(HOST_SITE_OP);
	say('R');
}

static void put(void *arg)
{
	host_mmput(&space);
}

static void unregister(void *arg)
{
	host_space_unregister(&space, &notifier);
	say('u');
}

static void test_last_put_runs_notifiers(void **state)
{
	static const u8 options[] = { 0, 0, 1 };
	static struct script s;

	start_all();
	space = (struct host_space){ .id = 3, .users = 1 };
	notifier.release = released;
	host_space_register(&space, &notifier);
	assert_true(host_mmget_not_zero(&space));
	host_mmput(&space);
	assert_int_equal(count_events(EV_SPACE_RELEASE, NULL), 0);
	spawn("a", put, NULL);
	spawn("b", unregister, NULL);
	use_script(&s, options, sizeof(options));
	/* b comes in while the notifier runs, and waits for it. */
	finish("rRu");
	assert_true(space.released);
	assert_false(host_mmget_not_zero(&space));
	assert_int_equal(count_events(EV_SPACE_RELEASE, NULL), 1);
}

static u32 slow_fault(struct host_space *s, u64 addr)
{
	return 20;
}

static int page_fault(struct host_space *s, u64 addr, unsigned flags)
{
	return addr == 0x5000 ? -EFAULT : 0;
}

static void fault(void *arg)
{
	assert_int_equal(host_handle_mm_fault(&space, 0x4000, HOST_FAULT_READ), 0);
	assert_int_equal(host_handle_mm_fault(&space, 0x5000, HOST_FAULT_READ), -EFAULT);
}

static void test_page_fault_sleeps_as_long_as_told(void **state)
{
	struct event e;

	start_all();
	space = (struct host_space){ .users = 1 };
	host_backend.space_fault_delay_ms = slow_fault;
	host_backend.space_fault = page_fault;
	spawn("a", fault, NULL);
	finish("");
	assert_int_equal(host_time_ns(), 40000000);
	assert_int_equal(count_events(EV_WAIT_TIMEOUT, NULL), 0);
	assert_int_equal(count_events(EV_SPACE_FAULT, &e), 2);
	assert_int_equal(e.b, 5);
	assert_int_equal((s64)e.d, -EFAULT);
	memset(&host_backend, 0, sizeof(host_backend));
}

static void test_pci_states(void **state)
{
	struct host_pci_dev dev = { .pri_capacity = 8 };

	start_all();
	assert_int_equal(host_pci_enable_ats(&dev), 0);
	assert_int_equal(host_pci_enable_ats(&dev), -EBUSY);
	assert_int_equal(host_pci_enable_pri(&dev, 0), -EINVAL);
	assert_int_equal(host_pci_enable_pri(&dev, 8), 0);
	assert_int_equal(host_pci_enable_pri(&dev, 8), -EBUSY);
	assert_int_equal(host_pci_reset_pri(&dev), -EBUSY);
	host_pci_disable_pri(&dev);
	assert_int_equal(host_pci_reset_pri(&dev), 0);
	host_pci_disable_ats(&dev);
	assert_false(dev.ats_enabled | dev.pri_enabled);
	assert_int_equal(count_events(EV_WARN, NULL), 3);
	host_pci_disable_pasid(&dev);
	assert_int_equal(count_events(EV_WARN, NULL), 4);
}

/* --- Registers -------------------------------------------------------------------------------------------------- */

static u64 reg[2];

static unsigned reg_index(u32 offset)
{
	return offset / 8 & 31;
}

static u64 mmio_read(unsigned unit, u32 offset, unsigned bytes)
{
	return reg[unit] + offset + bytes;
}

static void mmio_write(unsigned unit, u32 offset, unsigned bytes, u64 value)
{
	reg[unit] = value;
}

static void use_regs(void *arg)
{
	host_writeq(0x123456789a000ull, host_unit_regs(1) + 0x18);
	assert_int_equal(host_readq(host_unit_regs(1) + 0x10), 0x123456789a018ull);
	assert_int_equal(host_readl(host_unit_regs(1) + 0x10), 0x6789a014u);
	assert_int_equal(host_readl(host_unit_regs(0) + 0x20), 0x24);
	assert_int_equal(engine_self()->nth[HOST_SITE_READ + 2], 2);
	assert_int_equal(engine_self()->nth[HOST_SITE_WRITE + 3], 1);
}

static void test_registers_name_unit_and_offset(void **state)
{
	start_all();
	reg[0] = reg[1] = 0;
	host_backend.reg_index = reg_index;
	host_backend.mmio_read = mmio_read;
	host_backend.mmio_write = mmio_write;
	spawn("a", use_regs, NULL);
	finish("");
	memset(&host_backend, 0, sizeof(host_backend));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locks_exclude_whatever_is_chosen),
		fibers_only(test_mutex_wakes_in_order_of_arrival),
		fibers_only(test_woken_waiter_competes_again),
		fibers_only(test_completion_counts_and_is_fifo),
		fibers_only(test_woken_waiter_looks_at_the_count_again),
		fibers_only(test_complete_all_lets_everyone_through_until_reinit),
		cmocka_unit_test(test_timeout_in_virtual_time),
		cmocka_unit_test(test_wait_event_loses_no_wakeup),
		cmocka_unit_test(test_wait_event_timeout),
		fibers_only(test_last_put_runs_notifiers),
		cmocka_unit_test(test_page_fault_sleeps_as_long_as_told),
		cmocka_unit_test(test_pci_states),
		cmocka_unit_test(test_registers_name_unit_and_offset),
	};

	return cmocka_run_group_tests_name("host_primitives", tests, NULL, NULL);
}
