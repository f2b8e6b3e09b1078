/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watcher does not order the watched: races planted on either side of what ledger, model, engine and
 * noise do, each of which a hidden ordering there would mask; and the same under a lock, which is silent.
 *
 * Only in the tsan flavour. This file stands for code under test, so it is built with -fsanitize=thread.
 */

#include "host/thread/noise.h"
#include "model/model.h"
#include "run/run.h"
#include "tests/host_test.h"

static unsigned reported;

/* TSan calls this for each report. */
void __tsan_on_report(void *report);
void __tsan_on_report(void *report)
{
	__atomic_fetch_add(&reported, 1, __ATOMIC_RELAXED);
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "halt_on_error=0:exitcode=0:log_path=/dev/null:suppress_equal_stacks=0:"
	       "suppress_equal_addresses=0";
}

/* Each test has a variable of its own, so that no report hides another. */
static int values[16];
static int *value;
static struct host_mutex lock = { .name = "lock" };
static struct host_completion done[2];
static bool locked;

static void write_value(void)
{
	if (locked)
		host_mutex_lock(&lock);
	*value += 1;
	if (locked)
		host_mutex_unlock(&lock);
}

/* --- Engine and noise ------------------------------------------------------------------------------- */

static unsigned run_pair(unsigned pair, void (*first)(void *), void (*second)(void *))
{
	unsigned before = reported;

	begin();
	host_mutex_init(&lock, "lock");
	host_init_completion(&done[0], "first");
	host_init_completion(&done[1], "second");
	value = &values[pair];
	engine_set_chooser(noise_chooser());
	spawn("first", first, NULL);
	spawn("second", second, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	return reported - before;
}

static void write_among_points(void *arg)
{
	unsigned depth = engine_step_out();
	int ignored = 0;

	for (unsigned i = 0; i < 20; i++) {
		ignored += host_READ_ONCE(locked);
		host_event(EV_WARN, 0, 0, 0, 0);
		write_value();
		host_point(HOST_SITE_OP);
	}
	(void)ignored;
	engine_step_in(depth);
}

static void test_points_and_noise_order_nothing(void **state)
{
	for (unsigned profile = 0; profile < NOISE_PROFILES; profile++) {
		noise_set(profile, (enum noise_profile)profile);
		locked = false;
		assert_int_not_equal(run_pair(profile, write_among_points, write_among_points), 0);
		locked = true;
		assert_int_equal(run_pair(5, write_among_points, write_among_points), 0);
	}
}

/* The engine wakes both, one after the other, and moves the clock for them. */
static void write_and_sleep(void *arg)
{
	unsigned depth = engine_step_out();

	write_value();
	host_msleep(1);
	host_wait_for_completion_timeout(&done[0], 3);
	write_value();
	engine_step_in(depth);
}

static void sleep_and_write(void *arg)
{
	unsigned depth = engine_step_out();

	host_msleep(2);
	write_value();
	host_wait_for_completion_timeout(&done[1], 4);
	engine_step_in(depth);
}

static void test_sleep_and_wake_up_by_the_engine_order_nothing(void **state)
{
	noise_set(1, NOISE_NONE);
	locked = false;
	assert_int_not_equal(run_pair(6, write_and_sleep, sleep_and_write), 0);
	locked = true;
	assert_int_equal(run_pair(7, write_and_sleep, sleep_and_write), 0);
}

/* --- Ledger and model ------------------------------------------------------------------------------------ */

#define REG_ECAP 0x10
#define REG_PECTL 0xe0

static bool uses_registers;

static int no_op(unsigned unit)
{
	return 0;
}

static int no_attach(unsigned unit, struct host_pci_dev *dev)
{
	return 0;
}

static int no_detach(struct host_pci_dev *dev)
{
	return 0;
}

static int racy_bind(struct host_pci_dev *dev, struct host_space *space, unsigned flags, u32 *pasid)
{
	return 0;
}

/* Between the accesses of two unbinds lie the ledger's events, or those and the model's registers. */
static int racy_unbind(struct host_pci_dev *dev, u32 pasid)
{
	host_iomem regs = host_unit_regs(dev->unit);

	for (unsigned i = 0; uses_registers && i < 3; i++) {
		host_readq(regs + REG_ECAP);
		host_writel(BIT(31), regs + REG_PECTL);
	}
	write_value();
	for (unsigned i = 0; uses_registers && i < 3; i++)
		host_writel(BIT(31), regs + REG_PECTL);
	return 0;
}

static const struct sut racy = {
	.name = "racy",
	.summary = "for tests",
	.unit_enable = no_op,
	.unit_finish = no_op,
	.device_attach = no_attach,
	.device_detach = no_detach,
	.bind = racy_bind,
	.unbind = racy_unbind,
};

static char nothing[8];
static const struct sut_image racy_image = { &racy, nothing, sizeof(nothing) };

static const char two_unbinds[] = "sluice 1\n"
				  "unit u0\n"
				  "device d0 unit=u0 rid=00:02.0 credits=8\n"
				  "space A B\n"
				  "task app0: bind d0 A as p1; stop d0 p1 answered; unbind d0 p1\n"
				  "task app1: bind d0 B as p2; stop d0 p2 answered; unbind d0 p2\n";

/* The same two by the clock of the run: whoever is second comes when the other is through. */
static unsigned run_unbinds(unsigned pair, bool registers)
{
	static struct scenario scenario;
	static struct run_result result;
	struct scenario_error error;
	unsigned before = reported;

	value = &values[pair];
	uses_registers = registers;
	run_init();
	assert_int_equal(scenario_parse(&scenario, two_unbinds, strlen(two_unbinds), &error), 0);
	run_scenario(&scenario, &racy_image, noise_chooser(), &result);
	assert_true(engine_steps() > 0);
	return reported - before;
}

static void test_ledger_and_model_order_nothing(void **state)
{
	noise_set(1, NOISE_NONE);
	host_mutex_init(&lock, "lock");
	locked = false;
	assert_int_not_equal(run_unbinds(8, false), 0);
	assert_int_not_equal(run_unbinds(9, true), 0);
	locked = true;
	assert_int_equal(run_unbinds(10, false), 0);
	assert_int_equal(run_unbinds(11, true), 0);
}

/* --- Between runs ---------------------------------------------------------------------------------------- */

static bool handler(unsigned irq, void *data)
{
	write_value();
	return true;
}

static void use_daemon(void *arg)
{
	unsigned depth = engine_step_out();

	host_request_threaded_irq(0, handler, "dmar0", NULL);
	write_value();
	host_irq_wake_thread(0);
	host_free_irq(0);
	write_value();
	engine_step_in(depth);
}

/* A daemon's thread goes on from run to run, and what its caller does in between is ordered. */
static void test_runs_are_ordered(void **state)
{
	unsigned before = reported;

	locked = false;
	value = &values[12];
	for (unsigned i = 0; i < 300; i++) {
		begin();
		*value = 0;
		spawn("app0", use_daemon, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_int_equal(*value, 3);
		spawn("app1", use_daemon, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_int_equal(*value, 6);
	}
	assert_int_equal(reported, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_and_noise_order_nothing),
		cmocka_unit_test(test_sleep_and_wake_up_by_the_engine_order_nothing),
		cmocka_unit_test(test_ledger_and_model_order_nothing),
		cmocka_unit_test(test_runs_are_ordered),
	};

	return cmocka_run_group_tests_name("thread_tsan", tests, NULL, NULL);
}
