/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A finding ends neither the process nor the run after it: 100,000 runs, of which every other one
 * hangs and is abandoned in the middle, give equal hashes and leave memory flat (rule 9).
 */

#include <malloc.h>
#include <stdio.h>

#include "tests/run_fake_sut.h"

#include "host/engine.h"

#define RUNS 100000
#define WARM 1000 /* until pools, stacks and the allocator's arenas have their size */

static struct scenario hang, clean;

/* Pages in memory, and bytes that malloc has given out. */
static void measure(size_t *resident, size_t *allocated)
{
	struct mallinfo2 info = mallinfo2();
	unsigned long size = 0, pages = 0;
	FILE *statm = fopen("/proc/self/statm", "r");

	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%lu %lu", &size, &pages), 2);
	fclose(statm);
	*resident = pages * 4096ul;
	*allocated = info.uordblks + info.hblkhd;
}

static void test_hung_and_clean(void **state)
{
	size_t resident[2], allocated[2];
	u64 hash[2] = { 0 };
	unsigned runs = RUNS;

#if defined(SLUICE_ASAN) || defined(SLUICE_MSAN)
	runs = RUNS / 10;
#endif
	fake_scenario(&clean, FAKE_TWO_DRAINS);
	fake_scenario(&hang, FAKE_TWO_DRAINS "at start start#1 -> app1\n");
	for (unsigned i = 0; i < runs; i++) {
		bool hung = i & 1;
		struct run_result result;

		run_scenario(hung ? &hang : &clean, fake_system("fake"), NULL, &result);
		if (i < 2)
			hash[hung] = result.trace_hash;
		assert_int_equal(result.trace_hash, hash[hung]);
		assert_int_equal(result.verdict, hung ? RUN_FINDING : RUN_CLEAN);
		if (i == WARM)
			measure(&resident[0], &allocated[0]);
	}
	measure(&resident[1], &allocated[1]);
	assert_true(hash[0] != hash[1]);
	assert_true(allocated[1] <= allocated[0] + 4096);
#if !defined(SLUICE_ASAN) && !defined(SLUICE_MSAN)
	/* A sanitizer keeps freed memory in quarantine, and shadow beside it. */
	assert_true(resident[1] <= resident[0] + 256 * 1024);
#endif
}

/* A livelock is abandoned between any two instructions of a task's, too. */
static void test_spinning_and_clean(void **state)
{
	struct run_result result;
	u64 hash[2] = { 0 };

	fake_scenario(&clean, FAKE_TWO_DRAINS);
	for (unsigned i = 0; i < 40; i++) {
		bool spins = i & 1;

		run_scenario(&clean, fake_system(spins ? "fake-spin" : "fake-own"), NULL, &result);
		if (i < 2)
			hash[spins] = result.trace_hash;
		assert_int_equal(result.trace_hash, hash[spins]);
		assert_int_equal(result.verdict, spins ? RUN_FINDING : RUN_CLEAN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hung_and_clean),
		cmocka_unit_test(test_spinning_and_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
