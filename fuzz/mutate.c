/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * libFuzzer's mutations, with scenarios from the generator mixed in, so that a campaign which begins
 * with nothing meets lives, requests and drains in its first second. A function of input and seed.
 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/status.h"
#include "run/run.h"
#include "scenario/generate.h"

#define SCHEDULE_MAX 512

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* The bytes of a schedule that leaves the fair one now and then: one decision in 2 to 32. */
static void choose_schedule(struct scenario *s, uint64_t *random)
{
	uint64_t length = scenario_random(random) % SCHEDULE_MAX;
	unsigned rare = 1 + scenario_random(random) % 5;

	s->positional = true;
	for (s->choice_count = 0; s->choice_count < length; s->choice_count++) {
		uint64_t r = scenario_random(random);

		s->choice[s->choice_count] = r & ((1u << rare) - 1) ? 0 : (uint8_t)(r >> 56);
	}
}

static size_t generate(uint8_t *data, size_t max, uint64_t random)
{
	static struct scenario s;
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	unsigned flags = scenario_random(&random) & 1 ? GENERATE_KEEP_PROMISES : 0;

	run_knob_masks(knobs, scenario_random(&random) & 1, false);
	scenario_generate(&s, scenario_random(&random), flags, knobs);
	choose_schedule(&s, &random);
	return scenario_encode(&s, data, max);
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
	/* Shorter ones hold no life; of the others, one in 16 makes room. */
	bool fresh = size < 32 || scenario_random(&random) % 16 == 0;

	if (fresh && !engine_alone() && max >= SCENARIO_BYTES_MAX)
		return generate(data, max, random);
	return LLVMFuzzerMutate(data, size, max);
}
