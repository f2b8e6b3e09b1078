/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Any run by any chooser becomes a file that replays it exactly: anchored, positional, through text
 * and through bytes. Exactly means: equal trace hash, verdict, steps and decisions.
 */

#include "tests/run_fake_sut.h"

#include "run/chooser.h"
#include "scenario/generate.h"

#define SCENARIOS 150
#define SCHEDULES 4

static struct scenario scenario, anchored, positional, parsed;
static char text[SCENARIO_TEXT_MAX];

static void write_failure(const char *what, const struct scenario *s, const struct run_result *want,
			  const struct run_result *got)
{
	scenario_write(s, stderr);
	fail_msg("%s: %s (%u steps, %u decisions) became %s (%u steps, %u decisions) %s", what,
		 run_verdict_word(want), want->steps, want->decisions, run_verdict_word(got),
		 got->steps, got->decisions, got->reason);
}

static void expect_same(const char *what, const struct scenario *s, const struct run_result *want)
{
	struct run_result got;

	run_scenario(s, fake_system("fake"), NULL, &got);
	if (got.trace_hash != want->trace_hash || got.verdict != want->verdict ||
	    got.steps != want->steps || got.decisions != want->decisions)
		write_failure(what, s, want, &got);
}

static void expect_text_same(const struct scenario *s, const struct run_result *want)
{
	struct scenario_error error;
	size_t size = scenario_print(s, text, sizeof(text));

	assert_true(size < sizeof(text));
	if (scenario_parse(&parsed, text, size, &error))
		fail_msg("line %u: %s\n%s", error.line, error.text, text);
	expect_same("text", &parsed, want);
}

static void expect_bytes_same(const struct scenario *s, const struct run_result *want)
{
	u8 bytes[SCENARIO_BYTES_MAX];
	size_t size = scenario_encode(s, bytes, sizeof(bytes));

	/* What was cut off at the end is not the same schedule. */
	if (size == sizeof(bytes))
		return;
	scenario_decode(&parsed, bytes, size);
	expect_same("bytes", &parsed, want);
}

static void check_schedule(struct chooser *chooser)
{
	struct run_result want;
	bool fits;

	run_scenario(&scenario, fake_system("fake"), chooser, &want);
	assert_int_not_equal(want.verdict, RUN_DRIFT);
	fits = run_record(&scenario, &anchored);
	if (run_record_positional(&scenario, &positional)) {
		expect_same("positional", &positional, &want);
		expect_text_same(&positional, &want);
		expect_bytes_same(&positional, &want);
	}
	if (fits && !anchored.positional) {
		expect_same("anchored", &anchored, &want);
		expect_text_same(&anchored, &want);
		/* And from the replay of anchors to positions again. */
		expect_same("anchored", &anchored, &want);
		assert_true(run_record_positional(&anchored, &anchored));
		assert_int_equal(anchored.choice_count, positional.choice_count);
		assert_memory_equal(anchored.choice, positional.choice, positional.choice_count);
	}
}

/* Mostly the fair choice; of the others one in eight holds somebody back. */
static struct chooser *random_bytes(u64 seed)
{
	static struct chooser_bytes chooser;
	static u8 bytes[300];

	for (unsigned i = 0; i < sizeof(bytes); i++) {
		u64 r = scenario_random(&seed);

		bytes[i] = r % 8 ? 0 : (u8)(r >> 32);
	}
	chooser_bytes_init(&chooser, bytes, sizeof(bytes));
	return &chooser.base;
}

static void check_generated(unsigned flags, bool odd)
{
	static struct chooser_random random;
	static struct chooser_pct pct;
	uint8_t allowed[SCENARIO_KNOBS_MAX];

	run_init();
	run_knob_masks(allowed, odd, odd);
	for (u64 seed = 1; seed <= SCENARIOS; seed++) {
		scenario_generate(&scenario, seed, flags, allowed);
		for (u64 i = 0; i < SCHEDULES; i++) {
			chooser_random_init(&random, seed * 100 + i, (u32)(seed * 7 % 500));
			check_schedule(&random.base);
			chooser_pct_init(&pct, seed * 100 + i, 400, 1 + (u32)i);
			check_schedule(&pct.base);
			check_schedule(random_bytes(seed * 100 + i));
		}
	}
}

static void test_kept_promises(void **state)
{
	check_generated(GENERATE_KEEP_PROMISES, false);
}

static void test_broken_promises(void **state)
{
	check_generated(0, true);
}

/* A drain that loses its wake-up is found, recorded, and found again from the file. */
static void test_hang_is_recorded(void **state)
{
	unsigned hangs = 0;

	fake_scenario(&scenario, FAKE_TWO_DRAINS "# why\nexpect fake HANG\npromise stopped\n");
	for (u64 seed = 0; seed < 300; seed++) {
		static struct chooser_random random;
		struct run_result want, got;

		chooser_random_init(&random, seed, 300);
		run_scenario(&scenario, fake_system("fake"), &random.base, &want);
		if (want.verdict != RUN_FINDING)
			continue;
		hangs++;
		assert_true(run_record(&scenario, &anchored));
		assert_int_equal(anchored.expects, 1);
		assert_int_equal(anchored.promises, 1);
		run_scenario(&anchored, fake_system("fake"), NULL, &got);
		assert_int_equal(got.verdict, RUN_FINDING);
		assert_int_equal(got.finding->id, INV_HANG);
		assert_int_equal(got.trace_hash, want.trace_hash);
	}
	assert_true(hangs > 10);
}

/* In place, as a minimiser does it. */
static void test_record_in_place(void **state)
{
	struct run_result first, second;

	fake_scenario(&scenario, FAKE_TWO_DRAINS "at start start#1 -> app1\n");
	run_scenario(&scenario, fake_system("fake"), NULL, &first);
	assert_true(run_record(&scenario, &scenario));
	assert_int_equal(scenario.anchors, 1);
	assert_string_equal(scenario.anchor[0].task, "start");
	assert_string_equal(scenario.anchor[0].target, "app1");
	run_scenario(&scenario, fake_system("fake"), NULL, &second);
	assert_int_equal(first.trace_hash, second.trace_hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_promises),
		cmocka_unit_test(test_broken_promises),
		cmocka_unit_test(test_hang_is_recorded),
		cmocka_unit_test(test_record_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
