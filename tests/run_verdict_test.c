/* SPDX-License-Identifier: GPL-2.0-only */

/* Each verdict of run_scenario(), and what it says for itself. */

#include "tests/run_fake_sut.h"

#include "run/chooser.h"
#include "run/report.h"

static struct scenario scenario;
static struct run_result result;

static void play_text(const char *system, const char *text)
{
	fake_scenario(&scenario, text);
	run_scenario(&scenario, fake_system(system), NULL, &result);
}

static void expect_verdict(const char *word, const char *reason)
{
	char line[1024];

	report_verdict(&result, line, sizeof(line));
	if (strcmp(run_verdict_word(&result), word) || !strstr(line, reason))
		fail_msg("expected %s with \"%s\", got: %s", word, reason, line);
}

static void test_clean(void **state)
{
	play_text("fake-own", FAKE_TWO_DRAINS);
	expect_verdict("clean", "");
	assert_null(result.finding);
	assert_true(result.steps > 0 && result.events > 0 && result.decisions > 0);
}

/* In fair order each drain gets the token that was meant for it. */
static void test_fair_order_hides(void **state)
{
	play_text("fake", FAKE_TWO_DRAINS);
	expect_verdict("clean", "");
}

/*
 * app1 sleeps in its drain; the worker wakes it; before it has looked, app0 begins a drain of its
 * own and wipes the token: the lost wake-up of the shared completion, from one choice.
 */
static void test_hang_by_anchors(void **state)
{
	play_text("fake", FAKE_TWO_DRAINS "at start start#1 -> app1\n");
	expect_verdict("HANG", "fake_done");
	assert_non_null(result.finding);
	assert_true(result.finding->premises_hold);
}

/* A hung run leaves nothing behind: memory, tasks and data of the system are as new. */
static void test_hang_leaves_nothing(void **state)
{
	struct run_result clean, again;
	static struct scenario hang;

	fake_scenario(&scenario, FAKE_TWO_DRAINS);
	run_scenario(&scenario, fake_system("fake"), NULL, &clean);
	assert_int_equal(fake_state.runs, 1);
	for (u64 seed = 0; seed < 200; seed++) {
		struct chooser_random random;

		chooser_random_init(&random, seed, 200);
		run_scenario(&scenario, fake_system("fake"), &random.base, &result);
		if (result.verdict == RUN_FINDING)
			break;
	}
	assert_int_equal(result.verdict, RUN_FINDING);
	assert_true(run_record(&scenario, &hang));
	run_scenario(&scenario, fake_system("fake"), NULL, &again);
	assert_int_equal(clean.trace_hash, again.trace_hash);
	assert_int_equal(again.verdict, RUN_CLEAN);
	assert_int_equal(fake_state.runs, 1);
}

static void test_livelock(void **state)
{
	play_text("fake-spin", FAKE_TWO_DRAINS);
	expect_verdict("LIVELOCK", "");
}

static void test_leak(void **state)
{
	play_text("fake-leak", FAKE_TWO_DRAINS);
	expect_verdict("LEAK", "");
}

static void test_not_applicable(void **state)
{
	play_text("fake-own", "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n"
			      "task app0: rid d0 A\n");
	expect_verdict("n/a", "fake-own has no `rid`");
	assert_null(result.finding);
	play_text("fake-bare", "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n"
			       "task app0: detach d0\n");
	expect_verdict("n/a", "fake-bare has no `detach`");
}

/* A system without detach and finish still plays what does not ask for them. */
static void test_bare(void **state)
{
	play_text("fake-bare", FAKE_TWO_DRAINS);
	assert_true(result.verdict == RUN_CLEAN || result.finding->id == INV_LEAK);
}

static void test_picks_numbers(void **state)
{
	play_text("fake-picks", FAKE_TWO_DRAINS);
	expect_verdict("clean", "");
	play_text("fake-picks", "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n"
				"task app0: bind d0 A as p1; stop d0 p1 answered; unbind d0 p1; "
				"bind d0 A as p1\n");
	expect_verdict("clean", "");
}

/* A symbol stands for another number on each device, and after each bind; the requests follow it. */
static void test_picks_other_numbers(void **state)
{
	static const u32 expected[] = { 40, 41, 42 };
	const struct event *e;
	u32 count, seen = 0;

	play_text("fake-picks",
		  "sluice 1\nunit u0\ndevice d0 unit=u0\ndevice d1 unit=u0 rid=00:03.0\nspace A\n"
		  "task app0: bind d0 A as p1; bind d1 A as p1; stop d1 p1 answered; unbind d1 p1; "
		  "bind d1 A as p1; stop d0 p1 answered; unbind d0 p1; stop d1 p1 answered; "
		  "unbind d1 p1\n");
	expect_verdict("clean", "");
	e = engine_events(&count, NULL);
	for (u32 i = 0; i < count; i++) {
		if (e[i].kind != EV_OP_END || e[i].a != JOP_BIND)
			continue;
		assert_int_equal(e[i].c, expected[seen]);
		seen++;
	}
	assert_int_equal(seen, 3);
}

static void test_one_number(void **state)
{
	play_text("fake-same", "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n"
			       "task app0: bind d0 A as p1; bind d0 A as p2\n");
	expect_verdict("n/a", "gives one PASID number to two symbols");
}

static void test_drift(void **state)
{
	play_text("fake", FAKE_TWO_DRAINS "at app0 wait_for_completion#7 -> app1\n");
	expect_verdict("drift", "schedule drifted at app0 wait_for_completion#7 (line 7): "
				"app0 came there 1 times");
	play_text("fake", FAKE_TWO_DRAINS "at app0 op#1 -> app9\n");
	expect_verdict("drift", "there is no task or actor `app9`");
	play_text("fake", FAKE_TWO_DRAINS "at app9 op#1 -> app0\n");
	expect_verdict("drift", "there is no task `app9`");
	play_text("fake", FAKE_TWO_DRAINS "at app0 sleeping#1 -> app1\n");
	expect_verdict("drift", "there is no site `sleeping`");
	play_text("fake", FAKE_TWO_DRAINS "at app0 op#1 -> irq\n");
	expect_verdict("drift", "irq could not move; could: app0 app1");
	play_text("fake", FAKE_TWO_DRAINS "at app0 op#1 = 1\n");
	expect_verdict("drift", "the decision there is who moves next");
}

static void test_refused(void **state)
{
	play_text("fake", FAKE_TWO_DRAINS "promise be-nice\n");
	expect_verdict("refused", "there is no promise `be-nice`");
	play_text("fake", FAKE_TWO_DRAINS "promise stopped-answered\n");
	expect_verdict("clean", "");
	play_text("fake-own", "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n"
			      "task app0: bind d0 A as p1; unbind d0 p1\n"
			      "promise stopped\n");
	expect_verdict("refused", "promises `stopped`");
#if !defined(SLUICE_TSAN)
	play_text("fake", FAKE_TWO_DRAINS "needs tsan\n");
	expect_verdict("refused", "needs a build with `tsan`");
#endif
}

/* Scripts that wait for each other are no hang of the system. */
static void test_scripts_give_up(void **state)
{
	fake_scenario(&scenario, "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n"
				 "task app0: bind d0 A as p1; pause\n"
				 "task app1: await app0; pause\n");
	/* The parser refuses a circle; bytes and minimisers are not asked. */
	for (unsigned i = 0; i < scenario.ops; i++) {
		if (scenario.op[i].code == OP_PAUSE && scenario.op[i].task == 0) {
			scenario.op[i].code = OP_AWAIT;
			scenario.op[i].space = 1;
		}
	}
	run_scenario(&scenario, fake_system("fake-own"), NULL, &result);
	expect_verdict("clean", "app0 gave up at `await app1`");
}

/* Whatever a scenario asks for, in whatever state, a run comes to an end, and twice to the same. */
static void test_any_bytes(void **state)
{
	u64 seed = 7;

	run_init();
	for (unsigned i = 0; i < 3000; i++) {
		u8 bytes[600];
		unsigned size = 0;
		struct run_result again;

		for (; size < sizeof(bytes); size++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			bytes[size] = seed >> 56;
		}
		scenario_decode(&scenario, bytes, 100 + i % 500);
		run_trim(&scenario);
		run_scenario(&scenario, fake_system("fake-own"), NULL, &result);
		run_scenario(&scenario, fake_system("fake-own"), NULL, &again);
		assert_int_equal(result.trace_hash, again.trace_hash);
		assert_int_equal(result.verdict, again.verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),           cmocka_unit_test(test_fair_order_hides),
		cmocka_unit_test(test_hang_by_anchors), cmocka_unit_test(test_hang_leaves_nothing),
		cmocka_unit_test(test_livelock),        cmocka_unit_test(test_leak),
		cmocka_unit_test(test_not_applicable),  cmocka_unit_test(test_bare),
		cmocka_unit_test(test_picks_numbers),   cmocka_unit_test(test_picks_other_numbers),
		cmocka_unit_test(test_one_number),      cmocka_unit_test(test_drift),
		cmocka_unit_test(test_refused),         cmocka_unit_test(test_scripts_give_up),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
