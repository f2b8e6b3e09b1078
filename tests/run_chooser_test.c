/* SPDX-License-Identifier: GPL-2.0-only */

/* The choosers: what they pick, and for the exhaustive one that it picks everything, once. */

#include "tests/run_fake_sut.h"

#include "host/engine.h"
#include "run/chooser.h"

#define SEEN_MAX 4096

static struct scenario scenario;
static struct run_result result;
static struct chooser_exhaustive exhaustive;
static u64 seen[SEEN_MAX];

static struct decision between_tasks(u64 ready, u8 preferred, u8 current)
{
	return (struct decision){
		.kind = CHOOSE_TASK,
		.n = (u8)__builtin_popcountll(ready),
		.current = current,
		.preferred = preferred,
		.can_stay = ready >> current & 1,
		.ready = ready,
	};
}

static void test_bytes(void **state)
{
	static const u8 bytes[] = { 0, 7, 2 };
	struct decision d = between_tasks(0x7, 0, 0);
	struct chooser_bytes c;
	bool exhausted = false;

	chooser_bytes_init(&c, bytes, sizeof(bytes));
	assert_int_equal(c.base.choose(&c.base, &d, &exhausted), 0);
	assert_int_equal(c.base.choose(&c.base, &d, &exhausted), 1);
	assert_int_equal(c.base.choose(&c.base, &d, &exhausted), 2);
	assert_false(exhausted);
	assert_int_equal(c.base.choose(&c.base, &d, &exhausted), 0);
	assert_true(exhausted);
}

static unsigned ask(struct chooser_bytes *c, u64 ready, u8 preferred)
{
	struct decision d = between_tasks(ready, preferred, preferred);
	bool exhausted = false;
	unsigned option = c->base.choose(&c->base, &d, &exhausted);

	assert_false(exhausted);
	assert_in_range(option, 0, d.n - 1u);
	return decision_target(&d, option);
}

/* Whoever is held back moves when nobody else can, and when a byte names it; the clock comes last. */
static void test_bytes_hold(void **state)
{
	static const u8 bytes[] = { SCENARIO_CHOICE_HOLD + 1, 0, 1, 0, SCENARIO_CHOICE_HOLD };
	const u64 clock = 1ull << 63;
	struct chooser_bytes c;

	_Static_assert((SCENARIO_CHOICE_HOLD + 1) % 3 == 0, "the first byte names the fair one");
	_Static_assert(SCENARIO_CHOICE_HOLD % 4 == 0, "the last one, too");
	chooser_bytes_init(&c, bytes, sizeof(bytes));
	assert_int_equal(ask(&c, 0x7, 1), 2); /* 1 is held: whoever is behind it by turns */
	assert_int_equal(ask(&c, 0x7, 1), 2);
	assert_int_equal(ask(&c, 0x7, 0), 1); /* named */
	assert_int_equal(ask(&c, 0x7, 1), 1);
	assert_int_equal(ask(&c, 0x7 | clock, 2), 0); /* 2 is held, and the bytes are at an end */
	assert_int_equal(ask(&c, 0x4 | clock, 2), 63);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(ask(&c, 0xc, 2), 3);
	assert_int_equal(ask(&c, 0x6, 2), 1);
}

/* Not for ever: a run comes to its fair end. */
static void test_bytes_hold_ends(void **state)
{
	static const u8 byte = SCENARIO_CHOICE_HOLD;
	struct decision d = between_tasks(0x3, 0, 0);
	bool exhausted = false;
	struct chooser_bytes c;
	unsigned n = 0;

	chooser_bytes_init(&c, &byte, 1);
	for (; !exhausted; n++) {
		unsigned option = c.base.choose(&c.base, &d, &exhausted);

		assert_int_equal(option, !exhausted);
	}
	assert_int_equal(n, CHOOSER_HELD_MAX + 2);
}

/* A row of zeros counts as fair, so nobody is passed over for all of a long one. */
static void test_bytes_hold_is_no_livelock(void **state)
{
	static const u8 bytes[1000] = { SCENARIO_CHOICE_HOLD };
	struct chooser_bytes c;

	chooser_bytes_init(&c, bytes, sizeof(bytes));
	assert_int_equal(ask(&c, 0x3, 0), 1);
	for (unsigned i = 0; i < CHOOSER_PASSED_MAX; i++) {
		assert_int_equal(c.held, 1);
		assert_int_equal(ask(&c, 0x3, 1), 1);
	}
	assert_int_equal(c.held, 0);
	assert_int_equal(ask(&c, 0x3, 0), 0);
}

/* A value is no task. */
static void test_bytes_hold_no_value(void **state)
{
	static const u8 bytes[] = { SCENARIO_CHOICE_HOLD + 1, 0 };
	struct decision d = { .kind = CHOOSE_ALLOC, .n = 2 };
	struct chooser_bytes c;
	bool exhausted = false;

	chooser_bytes_init(&c, bytes, sizeof(bytes));
	assert_int_equal(c.base.choose(&c.base, &d, &exhausted), 1);
	assert_int_equal(ask(&c, 0x3, 0), 0);
	assert_int_equal(c.held, 0);
}

static void test_random_is_even(void **state)
{
	struct decision d = between_tasks(0x7, 1, 1), alloc = { .kind = CHOOSE_ALLOC, .n = 2 };
	unsigned count[3] = { 0 }, failed = 0;
	struct chooser_random c;
	bool exhausted = false;

	chooser_random_init(&c, 1, 46000);
	for (unsigned i = 0; i < 30000; i++)
		count[c.base.choose(&c.base, &d, &exhausted)]++;
	for (unsigned i = 0; i < 16000; i++)
		failed += c.base.choose(&c.base, &alloc, &exhausted);
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(count[i], 9700, 10300);
	assert_in_range(failed, 16000 / CHOOSER_FAIL_ODDS * 8 / 10,
			16000 / CHOOSER_FAIL_ODDS * 12 / 10);
	assert_false(exhausted);
	c.base.choose(&c.base, &d, &exhausted);
	assert_true(exhausted);
}

/* Without change points the order of priorities decides all; each point lowers one id, once. */
static void test_pct_priorities(void **state)
{
	for (u32 depth = 1; depth <= 3; depth++) {
		for (u64 seed = 0; seed < 50; seed++) {
			struct decision d = between_tasks(0xf, 0, 0);
			unsigned changes = 0, last = ~0u;
			struct chooser_pct c;
			bool exhausted = false;

			chooser_pct_init(&c, seed, 100, depth);
			for (unsigned i = 0; i < 100; i++) {
				unsigned option = c.base.choose(&c.base, &d, &exhausted);
				unsigned id = decision_target(&d, option);

				changes += i && id != last;
				last = id;
			}
			assert_true(changes <= depth - 1);
			assert_false(exhausted);
		}
	}
}

/* All who can move are first equally often. */
static void test_pct_is_even(void **state)
{
	struct decision d = between_tasks(0x7, 0, 0);
	unsigned count[3] = { 0 };

	for (u64 seed = 0; seed < 6000; seed++) {
		struct chooser_pct c;
		bool exhausted = false;

		chooser_pct_init(&c, seed, 100, 2);
		count[decision_target(&d, c.base.choose(&c.base, &d, &exhausted))]++;
	}
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(count[i], 1800, 2200);
}

static int compare_hashes(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* Runs all schedules; gives their number, and checks that no two are the same. */
static unsigned count_schedules(const char *system, u32 preemptions, u32 hardware)
{
	unsigned runs = 0;

	chooser_exhaustive_init(&exhaustive, preemptions, 1000);
	chooser_exhaustive_limit_hardware(&exhaustive, hardware);
	do {
		run_scenario(&scenario, fake_system(system), &exhaustive.base, &result);
		assert_true(runs < SEEN_MAX);
		seen[runs++] = result.trace_hash;
	} while (chooser_exhaustive_next(&exhaustive));
	assert_false(exhaustive.overflow);
	assert_false(exhaustive.diverged);
	qsort(seen, runs, sizeof(seen[0]), compare_hashes);
	for (unsigned i = 1; i < runs; i++)
		assert_true(seen[i] != seen[i - 1]);
	return runs;
}

static void pausing_tasks(const char *const *scripts, unsigned count)
{
	char text[1024];
	size_t n = (size_t)snprintf(text, sizeof(text),
				    "sluice 1\nunit u0\ndevice d0 unit=u0\nspace A\n");

	for (unsigned i = 0; i < count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "task app%u: %s\n", i,
				      scripts[i]);
	fake_scenario(&scenario, text);
}

/* Two tasks of k points each are k + 1 steps each: (2k + 2)! / (k + 1)!^2 interleavings. */
static void test_exhaustive_counts(void **state)
{
	const char *const one[] = { "pause", "pause", "pause" };
	const char *const two[] = { "pause; pause", "pause; pause" };
	const char *const three[] = { "pause; pause; pause", "pause; pause; pause" };

	pausing_tasks(one, 2);
	assert_int_equal(count_schedules("fake-own", CHOOSER_UNBOUNDED, 0), 6);
	pausing_tasks(two, 2);
	assert_int_equal(count_schedules("fake-own", CHOOSER_UNBOUNDED, 0), 20);
	pausing_tasks(three, 2);
	assert_int_equal(count_schedules("fake-own", CHOOSER_UNBOUNDED, 0), 70);
	pausing_tasks(one, 3);
	assert_int_equal(count_schedules("fake-own", CHOOSER_UNBOUNDED, 0), 90);
}

/* aabb bbaa; abba baab; abab baba: by the number of times that a task is left unended. */
static void test_exhaustive_bound(void **state)
{
	const char *const one[] = { "pause", "pause" };

	pausing_tasks(one, 2);
	assert_int_equal(count_schedules("fake-own", 0, 0), 2);
	assert_int_equal(count_schedules("fake-own", 1, 0), 4);
	assert_int_equal(count_schedules("fake-own", 2, 0), 6);
	assert_int_equal(count_schedules("fake-own", 3, 0), 6);
}

/* One departure is one option other than 0 somewhere: as many runs as there are such options,
 * and 1. */
static void test_exhaustive_departures(void **state)
{
	const char *const one[] = { "pause", "pause" };
	unsigned options = 0, runs = 0;

	fake_scenario(&scenario, FAKE_TWO_DRAINS);
	chooser_exhaustive_init(&exhaustive, CHOOSER_UNBOUNDED, 1000);
	run_scenario(&scenario, fake_system("fake-own"), &exhaustive.base, &result);
	for (u32 i = 0; i < exhaustive.size; i++)
		options += exhaustive.step[i].options - 1u;
	chooser_exhaustive_init(&exhaustive, CHOOSER_UNBOUNDED, 1000);
	chooser_exhaustive_limit_departures(&exhaustive, 1);
	do {
		run_scenario(&scenario, fake_system("fake-own"), &exhaustive.base, &result);
		runs++;
	} while (chooser_exhaustive_next(&exhaustive));
	assert_int_equal(runs, options + 1);

	/* With enough of them it is the whole tree again. */
	pausing_tasks(one, 2);
	runs = 0;
	chooser_exhaustive_init(&exhaustive, CHOOSER_UNBOUNDED, 1000);
	chooser_exhaustive_limit_departures(&exhaustive, 4);
	do {
		run_scenario(&scenario, fake_system("fake-own"), &exhaustive.base, &result);
		runs++;
	} while (chooser_exhaustive_next(&exhaustive));
	assert_int_equal(runs, 6);
}

static void test_exhaustive_allocations(void **state)
{
	fake_scenario(&scenario,
		      "sluice 1\nworld alloc=fails\nunit u0\ndevice d0 unit=u0\nspace A\n"
		      "task app0: bind d0 A as p1\n");
	assert_int_equal(count_schedules("fake-own", 0, 0), 1);
	assert_int_equal(count_schedules("fake-own", 1, 0), 2);
}

/*
 * The search finds the hang of a shared completion, and none where each drain has its own. Both are
 * complete within two preemptions.
 */
static void test_exhaustive_verdicts(void **state)
{
	static const char *const systems[] = { "fake", "fake-own" };

	fake_scenario(&scenario, FAKE_TWO_DRAINS);
	for (unsigned i = 0; i < 2; i++) {
		unsigned hangs = 0;

		chooser_exhaustive_init(&exhaustive, 2, 1000);
		do {
			run_scenario(&scenario, fake_system(systems[i]), &exhaustive.base, &result);
			hangs += result.verdict == RUN_FINDING && result.finding->id == INV_HANG;
			assert_true(result.verdict == RUN_CLEAN || result.finding->id == INV_HANG);
		} while (chooser_exhaustive_next(&exhaustive));
		assert_false(exhaustive.overflow);
		assert_true((hangs != 0) == (i == 0));
	}
}

static void test_exhaustive_overflow(void **state)
{
	fake_scenario(&scenario, FAKE_TWO_DRAINS);
	chooser_exhaustive_init(&exhaustive, 0, 2);
	run_scenario(&scenario, fake_system("fake-own"), &exhaustive.base, &result);
	assert_true(exhaustive.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_bytes_hold),
		cmocka_unit_test(test_bytes_hold_ends),
		cmocka_unit_test(test_bytes_hold_is_no_livelock),
		cmocka_unit_test(test_bytes_hold_no_value),
		cmocka_unit_test(test_random_is_even),
		cmocka_unit_test(test_pct_priorities),
		cmocka_unit_test(test_pct_is_even),
		cmocka_unit_test(test_exhaustive_counts),
		cmocka_unit_test(test_exhaustive_bound),
		cmocka_unit_test(test_exhaustive_departures),
		cmocka_unit_test(test_exhaustive_allocations),
		cmocka_unit_test(test_exhaustive_verdicts),
		cmocka_unit_test(test_exhaustive_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
