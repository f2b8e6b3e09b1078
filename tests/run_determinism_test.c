/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A run of core is a pure function of its input (rule 4): generated scenarios under random
 * schedules run twice, the second time in another order, with equal hash, verdict, steps, decisions
 * and findings; where the build counts the edges that the code under test takes, with equal counts.
 * Then each becomes a replay file, which must do the same. That hangs in between
 * change nothing is the subject of run_memory_test.c.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/coverage.h"
#include "run/chooser.h"
#include "run/run.h"
#include "scenario/generate.h"

#define INPUTS 2000
#define DECISIONS 400

/* Where the build has access points, half of the inputs have them on. */
#if defined(SLUICE_ACCESS)
#define ACCESS_FLAG GENERATE_ACCESS
#else
#define ACCESS_FLAG 0
#endif

struct outcome {
	u64 hash, coverage;
	u32 steps, decisions, kept;
	char word[32];
	char detail[JUDGE_DETAIL_MAX];
};

static struct scenario scenario, recorded;
static struct outcome first[INPUTS];
static unsigned order[INPUTS];

static void make_scenario(unsigned input)
{
	uint8_t allowed[SCENARIO_KNOBS_MAX];
	bool odd = input % 3 == 2;

	run_knob_masks(allowed, odd, odd);
	scenario_generate(&scenario, 1000 + input, (odd ? 0 : GENERATE_KEEP_PROMISES) | ACCESS_FLAG,
			  allowed);
}

static void take(struct outcome *out, const struct run_result *result)
{
	memset(out, 0, sizeof(*out));
	out->hash = result->trace_hash;
	out->coverage = coverage_hash();
	out->steps = result->steps;
	out->decisions = result->decisions;
	out->kept = result->kept;
	snprintf(out->word, sizeof(out->word), "%s", run_verdict_word(result));
	if (result->finding)
		snprintf(out->detail, sizeof(out->detail), "%s", result->finding->detail);
}

static void run_input(const struct sut_image *system, unsigned input, struct run_result *result)
{
	make_scenario(input);
	coverage_clear();
	if (input % 2) {
		struct chooser_random random;

		chooser_random_init(&random, input, DECISIONS);
		run_scenario(&scenario, system, &random.base, result);
	} else {
		struct chooser_pct pct;

		chooser_pct_init(&pct, input, DECISIONS, 3);
		run_scenario(&scenario, system, &pct.base, result);
	}
}

static void expect_equal(const struct sut_image *system, unsigned input, const char *when,
			 const struct outcome *want, const struct run_result *result)
{
	struct outcome got;

	take(&got, result);
	if (!memcmp(want, &got, sizeof(got)))
		return;
	scenario_write(&scenario, stderr);
	fail_msg("%s, input %u, %s: %s %s (%u steps, %u decisions) became %s %s (%u, %u) %s",
		 system->ops->name, input, when, want->word, want->detail, want->steps,
		 want->decisions, got.word, got.detail, got.steps, got.decisions, result->reason);
}

static void shuffle(u64 seed)
{
	for (unsigned i = 0; i < INPUTS; i++)
		order[i] = i;
	for (unsigned i = INPUTS - 1; i; i--) {
		unsigned j = (unsigned)(scenario_random(&seed) % (i + 1)), swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
}

/* For tests/fuzz_determinism.sh: the same in every process of a build. */
static void print_digest(void)
{
	u64 trace = 0, coverage = 0;

	for (unsigned i = 0; i < INPUTS; i++) {
		trace = (trace ^ first[i].hash) * 0x9e3779b97f4a7c15ull;
		coverage = (coverage ^ first[i].coverage) * 0x9e3779b97f4a7c15ull;
	}
	printf("digest: traces %016llx, coverage %016llx\n", (unsigned long long)trace,
	       (unsigned long long)coverage);
}

static void check_system(const struct sut_image *system)
{
	struct run_result result;

	for (unsigned i = 0; i < INPUTS; i++) {
		run_input(system, i, &result);
		take(&first[i], &result);
	}
	print_digest();
	shuffle(42);
	for (unsigned i = 0; i < INPUTS; i++) {
		bool fits;

		run_input(system, order[i], &result);
		expect_equal(system, order[i], "run again", &first[order[i]], &result);
		fits = run_record(&scenario, &recorded);
		/* An overflow or n/a is settled, but its schedule may not fit. */
		if (!fits || result.verdict == RUN_OVERFLOW)
			continue;
		coverage_clear();
		run_scenario(&recorded, system, NULL, &result);
		expect_equal(system, order[i], "replayed", &first[order[i]], &result);
	}
}

/* Of all systems, core alone is sure to leave freed memory alone; others may end the process. */
static void test_pure(void **state)
{
	const struct sut_image *core;

	run_init();
	core = run_system("core");
	assert_non_null(core);
#if defined(SLUICE_ASAN) && defined(__clang__)
	/* Otherwise the comparison of coverage would be of nothing. */
	assert_true(coverage_size() > 100);
#endif
	check_system(core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
