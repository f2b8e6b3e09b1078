/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * libFuzzer's mutations of bytes, with those of scenarios mixed in (scenario/mutate.h), and scenarios
 * from the generator, so that a campaign which begins with nothing meets lives, requests and drains
 * in its first second. A function of input and seed.
 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/status.h"
#include "run/run.h"
#include "scenario/generate.h"
#include "scenario/mutate.h"

/*
 * Of 32 mutations so many are ours; half are the engine's, crossover among them: of schedules it makes
 * the better ones. Twelve of the harder planted bugs took 71 s of CPU in all with 2 fresh scenarios
 * in 32, 57 s with 8, 65 s with 14 (a trial ends at 10 s).
 */
#define OF_ALL 32
#define SHARE_FRESH 8
#define SHARE_OWN 8
#define SPLICE_ODDS 16
#define SCHEDULE_LENGTHS 4 /* log2 of the least bound on a fresh one's length; 5 more is the most */
#define HOLDS_MAX 5

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max, unsigned seed);

static struct scenario scenario, other;

static unsigned below(uint64_t *random, unsigned n)
{
	return (unsigned)((scenario_random(random) >> 32) * n >> 32);
}

/* Values that a knob may get: half of the time conformant ones only. */
static void choose_knobs(uint8_t knobs[SCENARIO_KNOBS_MAX], uint64_t *random)
{
	run_knob_masks(knobs, scenario_random(random) & 1, false);
}

/*
 * The bytes of a schedule: it leaves the fair one now and then, or at each decision, or it holds
 * somebody back a few times, or both.
 */
static void choose_schedule(struct scenario *s, uint64_t *random)
{
	unsigned length = below(random, 1u << (SCHEDULE_LENGTHS + below(random, 6)));
	unsigned kind = below(random, 8), rare = kind ? 1 + below(random, 5) : 0;

	s->positional = length;
	s->choice_count = (uint16_t)length;
	for (unsigned i = 0; i < length; i++) {
		uint64_t r = scenario_random(random);
		bool fair = kind > 4 || r & ((1u << rare) - 1);

		s->choice[i] = fair ? 0 : (uint8_t)((r >> 32) % SCENARIO_CHOICE_HOLD);
	}
	if (!length || kind < 3)
		return;
	for (unsigned holds = 1 + below(random, HOLDS_MAX); holds; holds--) {
		unsigned at = below(random, length);

		s->choice[at] =
			(uint8_t)(SCENARIO_CHOICE_HOLD + below(random, 256 - SCENARIO_CHOICE_HOLD));
	}
}

static size_t generate(uint8_t *data, size_t max, uint64_t random)
{
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	unsigned flags = scenario_random(&random) & 1 ? GENERATE_KEEP_PROMISES : 0;

	choose_knobs(knobs, &random);
	scenario_generate(&scenario, scenario_random(&random), flags, knobs);
	choose_schedule(&scenario, &random);
	return scenario_encode(&scenario, data, max);
}

static size_t mutate(uint8_t *data, size_t size, size_t max, uint64_t random)
{
	uint8_t knobs[SCENARIO_KNOBS_MAX];

	choose_knobs(knobs, &random);
	scenario_decode(&scenario, data, size);
	do
		scenario_mutate(&scenario, scenario_random(&random), knobs);
	while (below(&random, 2));
	return scenario_encode(&scenario, data, max);
}

/* Is what libFuzzer does by itself to be measured? */
static bool engine_alone(void)
{
	static int alone = -1;

	if (alone < 0) {
		const char *word = getenv(STATUS_MUTATOR);

		alone = word && !strcmp(word, "engine");
	}
	return alone;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	uint64_t random = seed;
	unsigned dice = below(&random, OF_ALL);

	if (engine_alone() || max < SCENARIO_BYTES_MAX)
		return LLVMFuzzerMutate(data, size, max);
	/* Shorter ones hold no life. */
	if (size < 32 || dice < SHARE_FRESH)
		return generate(data, max, random);
	if (dice < SHARE_FRESH + SHARE_OWN)
		return mutate(data, size, max, random);
	return LLVMFuzzerMutate(data, size, max);
}

/* Mostly it declines: the engine's own crossover is among its mutations. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max, unsigned seed)
{
	uint64_t random = seed;

	if (engine_alone() || below(&random, SPLICE_ODDS))
		return 0;
	scenario_decode(&scenario, data1, size1);
	scenario_decode(&other, data2, size2);
	scenario_splice(&scenario, &other, scenario_random(&random));
	return scenario_encode(&scenario, out, max);
}
