/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Access points: in a build that has them, what plain loads and stores of two tasks can lose is
 * found, and replays exactly; without them no schedule finds it, and a scenario that asks for them is
 * refused. In such a build this file is compiled as code under test is.
 */

#include "tests/run_fake_sut.h"

#include "run/chooser.h"

/* Binds are counted without a lock; at the end a count that is too low is a leak. */
static struct count_state {
	u32 counted, binds;
} count_state;

static int count_finish(unsigned unit)
{
	if (count_state.counted != count_state.binds)
		host_kzalloc(8, HOST_GFP_KERNEL);
	return 0;
}

static int count_bind(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
		      u32 *pasid)
{
	/* Volatile as READ_ONCE() and WRITE_ONCE() are: two accesses, whatever the compiler knows. */
	volatile u32 *counted = &count_state.counted;

	*counted = *counted + 1;
	__atomic_fetch_add(&count_state.binds, 1, __ATOMIC_RELAXED);
	return 0;
}

static int count_unbind(struct host_pci_dev *dev, u32 pasid)
{
	return 0;
}

static int count_enable(unsigned unit)
{
	return 0;
}

static const struct sut count_sut = {
	.name = "count",
	.summary = "for tests",
	.unit_enable = count_enable,
	.unit_finish = count_finish,
	.device_attach = fake_attach,
	.device_detach = fake_detach,
	.bind = count_bind,
	.unbind = count_unbind,
};
static const struct sut_image count_image = { &count_sut, &count_state, sizeof(count_state) };

#define COUNT_TASKS                                                                                \
	"unit u0\ndevice d0 unit=u0 rid=00:02.0 credits=8\nspace A\n"                              \
	"task app0: bind d0 A as p1\ntask app1: bind d0 A as p2\n"

static struct scenario scenario, recorded;
static struct run_result result;
static struct chooser_exhaustive odometer;

/* How many of all schedules with at most one preemption lose a count; the first is in recorded. */
static unsigned explore(unsigned *runs)
{
	unsigned lost = 0;

	*runs = 0;
	chooser_exhaustive_init(&odometer, 1, CHOOSER_EXHAUSTIVE_MAX);
	do {
		run_scenario(&scenario, &count_image, &odometer.base, &result);
		assert_in_range(result.verdict, RUN_CLEAN, RUN_FINDING);
		++*runs;
		if (result.verdict != RUN_FINDING || lost++)
			continue;
		assert_string_equal(run_verdict_word(&result), "LEAK");
		assert_true(run_record(&scenario, &recorded));
	} while (chooser_exhaustive_next(&odometer));
	assert_false(odometer.overflow || odometer.diverged);
	return lost;
}

static void test_calls_alone_hide_it(void **state)
{
	unsigned runs;

	fake_scenario(&scenario, "sluice 1\n" COUNT_TASKS);
	assert_int_equal(explore(&runs), 0);
	assert_true(runs > 1);
}

#if defined(SLUICE_ACCESS)
struct outcome {
	u64 hash;
	u32 steps, decisions;
	enum run_verdict verdict;
};

static struct outcome outcome(void)
{
	return (struct outcome){ result.trace_hash, result.steps, result.decisions,
				 result.verdict };
}

static void expect_outcome(struct outcome want)
{
	struct outcome got = outcome();

	assert_int_equal(want.hash, got.hash);
	assert_int_equal(want.steps, got.steps);
	assert_int_equal(want.decisions, got.decisions);
	assert_int_equal(want.verdict, got.verdict);
}

static void test_accesses_show_it(void **state)
{
	static char text[SCENARIO_TEXT_MAX];
	struct run_result found;
	struct outcome want;
	unsigned runs, again;

	fake_scenario(&scenario, "sluice 1\nworld access=on\n" COUNT_TASKS);
	assert_true(explore(&runs) > 0);
	assert_true(runs > 4);

	/* As anchors, through text, and as positions: one run each, a hundred times over. */
	scenario_print(&recorded, text, sizeof(text));
	assert_non_null(strstr(text, "\nat app0 store#"));
	assert_non_null(strstr(text, "\nneeds access\n"));
	run_scenario(&recorded, &count_image, NULL, &result);
	assert_int_equal(result.verdict, RUN_FINDING);
	want = outcome();
	run_set_needs(&recorded, false);
	for (unsigned i = 0; i < 100; i++) {
		scenario_print(&recorded, text, sizeof(text));
		fake_scenario(&scenario, text);
		run_scenario(&scenario, &count_image, NULL, &result);
		expect_outcome(want);
		assert_true(run_record_positional(&scenario, &recorded));
		run_scenario(&recorded, &count_image, NULL, &result);
		expect_outcome(want);
	}

	/* A run without them, in between, is one without them. */
	fake_scenario(&scenario, "sluice 1\n" COUNT_TASKS);
	run_scenario(&scenario, &count_image, NULL, &found);
	fake_scenario(&scenario, "sluice 1\nworld access=on\n" COUNT_TASKS);
	run_scenario(&scenario, &count_image, NULL, &result);
	assert_true(result.steps > found.steps);
	assert_int_equal(result.verdict, RUN_CLEAN);
	explore(&again);
	assert_int_equal(again, runs);
}

/* By hand: app0 has loaded the count, and is about to store it. */
static void test_anchored_at_an_access(void **state)
{
	char text[1024], build[64];
	unsigned found = 0;

	run_init();
	snprintf(build, sizeof(build), "%s", run_build());
	for (unsigned nth = 1; nth < 8; nth++) {
		snprintf(text, sizeof(text),
			 "sluice 1\nworld access=on\n" COUNT_TASKS
			 "at app0 store#%u -> app1\nneeds %s\n",
			 nth, build);
		fake_scenario(&scenario, text);
		run_scenario(&scenario, &count_image, NULL, &result);
		found += result.verdict == RUN_FINDING;
	}
	assert_in_range(found, 1, 7);
}

static int many_bind(struct host_pci_dev *dev, struct host_space *space, unsigned flags, u32 *pasid)
{
	volatile u32 *counted = &count_state.counted;

	for (unsigned i = 0; i < 100000; i++) {
		(void)*counted;
		if (i % 10000 == 0)
			engine_progress(); /* or it is a livelock */
	}
	return 0;
}

/* No two moments have the same name: behind the last that an anchor can name there are none. */
static void test_accesses_have_names(void **state)
{
	struct sut sut = count_sut;
	const struct sut_image image = { &sut, &count_state, sizeof(count_state) };

	sut.bind = many_bind;
	fake_scenario(&scenario, "sluice 1\nworld access=on\n" COUNT_TASKS);
	run_scenario(&scenario, &image, NULL, &result);
	assert_int_equal(result.verdict, RUN_CLEAN);
	assert_int_equal(engine_task((unsigned)engine_find("app0"))->nth[HOST_SITE_LOAD], 65535);
	assert_int_equal(engine_task((unsigned)engine_find("app1"))->nth[HOST_SITE_LOAD], 65535);
}

/* A recorded access may be another one where a sanitizer has a hand in the code. */
static void test_other_builds_refuse(void **state)
{
	static const char *const others[] = { "asan access", "tsan access", "access" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		fake_scenario(&scenario, "sluice 1\nworld access=on\n" COUNT_TASKS);
		snprintf(scenario.needs, sizeof(scenario.needs), "%s", others[i]);
		run_scenario(&scenario, &count_image, NULL, &result);
		assert_int_equal(result.verdict == RUN_REFUSED,
				 strcmp(others[i], run_build()) != 0);
	}
}
#else
static void test_refused(void **state)
{
	fake_scenario(&scenario, "sluice 1\nworld access=on\n" COUNT_TASKS);
	run_scenario(&scenario, &count_image, NULL, &result);
	assert_int_equal(result.verdict, RUN_REFUSED);
	assert_non_null(strstr(result.reason, "needs a build with `access`"));
}

static void test_bytes_run_without(void **state)
{
	fake_scenario(&scenario, "sluice 1\nworld access=on\n" COUNT_TASKS);
	run_trim(&scenario);
	assert_false(scenario.world.access);
	scenario.needs[0] = '\0';
	run_scenario(&scenario, &count_image, NULL, &result);
	assert_int_equal(result.verdict, RUN_CLEAN);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_alone_hide_it),
#if defined(SLUICE_ACCESS)
		cmocka_unit_test(test_accesses_show_it),
		cmocka_unit_test(test_anchored_at_an_access),
		cmocka_unit_test(test_accesses_have_names),
		cmocka_unit_test(test_other_builds_refuse),
#else
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bytes_run_without),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
