/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Mutations of scenarios (scenario/mutate.h), and fresh ones from the generator, so that a campaign which
 * begins with nothing meets lives, requests and drains in its first second. All on the target's ground.
 */

#include <stdbool.h>

#include "fuzz/mutate.h"
#include "fuzz/target.h"
#include "run/run.h"
#include "scenario/generate.h"
#include "scenario/mutate.h"

/*
 * Of our own one in so many is fresh, of libFuzzer's a quarter then: twelve of the harder planted bugs took
 * 71 s of CPU in all with 2 fresh scenarios in 32 mutations, 57 s with 8, 65 s with 14 (a trial ends at
 * 10 s).
 */
#define FRESH_OF 3
#define LEAST_SIZE 32 /* shorter ones hold no life */
#define THEME_MAX 4

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

static size_t generate(uint8_t *data, size_t max, uint64_t random)
{
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	unsigned flags = fuzz_target.generate;

	if (scenario_random(&random) & 1)
		flags |= GENERATE_KEEP_PROMISES;
	choose_knobs(knobs, &random);
	scenario_generate(&scenario, scenario_random(&random), flags, knobs);
	if (fuzz_target.ground.theme)
		for (unsigned n = below(&random, THEME_MAX + 1); n; n--)
			scenario_add_theme(&scenario, scenario_random(&random),
					   &fuzz_target.ground);
	scenario_generate_schedule(&scenario, scenario_random(&random));
	scenario_enter(&scenario, &fuzz_target.ground);
	return scenario_encode(&scenario, data, max);
}

static size_t mutate(uint8_t *data, size_t size, size_t max, uint64_t random)
{
	uint8_t knobs[SCENARIO_KNOBS_MAX];

	choose_knobs(knobs, &random);
	scenario_decode(&scenario, data, size);
	do
		scenario_mutate(&scenario, scenario_random(&random), knobs, &fuzz_target.ground);
	while (below(&random, 2));
	scenario_enter(&scenario, &fuzz_target.ground);
	return scenario_encode(&scenario, data, max);
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, uint64_t seed)
{
	bool fresh = !below(&seed, FRESH_OF) || size < LEAST_SIZE;

	if (max < SCENARIO_BYTES_MAX)
		return 0;
	return fresh ? generate(data, max, seed) : mutate(data, size, max, seed);
}

size_t fuzz_splice(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b, uint8_t *out,
		   size_t max, uint64_t seed)
{
	if (max < SCENARIO_BYTES_MAX)
		return 0;
	scenario_decode(&scenario, a, size_a);
	scenario_decode(&other, b, size_b);
	scenario_splice(&scenario, &other, scenario_random(&seed));
	scenario_enter(&scenario, &fuzz_target.ground);
	return scenario_encode(&scenario, out, max);
}
