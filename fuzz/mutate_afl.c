/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The target's own mutations as a library of AFL++'s custom mutators; AFL++ mutates bytes beside it. A
 * function of the input, AFL++'s seed, and how many came before. What it made has the operation's name
 * in AFL++'s queue, and is counted.
 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutate.h"
#include "fuzz/status.h"
#include "run/run.h"
#include "scenario/generate.h"

void *afl_custom_init(void *afl, unsigned seed);
void afl_custom_deinit(void *state);
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t max);
unsigned afl_custom_fuzz_count(void *state, const uint8_t *data, size_t size);
const char *afl_custom_describe(void *state, size_t max);

/*
 * How many of ours an entry of the queue gets before AFL++'s own turn, which takes some thousands: as many as
 * the share wants. AFL++ doubles them with what they find. Without a bound the first entry takes half a minute.
 */
#define COUNT_LEAST 256
#define COUNT_USUAL 512 /* where no campaign counts */
#define COUNT_MOST 1024

static struct {
	uint64_t random;
	bool alone; /* the engine's own mutations are to be measured */
	const char *made;
	uint8_t out[SCENARIO_TEXT_MAX];
} mutator;

void *afl_custom_init(void *afl, unsigned seed)
{
	const char *word = getenv(STATUS_MUTATOR);

	run_init_knobs();
	status_map("mutator");
	mutator.random = seed;
	mutator.alone = word && !strcmp(word, "engine");
	mutator.made = "none";
	return &mutator;
}

void afl_custom_deinit(void *state)
{
}

unsigned afl_custom_fuzz_count(void *state, const uint8_t *data, size_t size)
{
	uint64_t wanted = fuzz_status->executions * FUZZ_MUTATE_SHARE / FUZZ_MUTATE_OF;
	uint64_t more = wanted > fuzz_status->mutations ? wanted - fuzz_status->mutations : 0;

	if (!fuzz_status->executions)
		return COUNT_USUAL;
	if (more < COUNT_LEAST)
		return COUNT_LEAST;
	return more < COUNT_MOST ? (unsigned)more : COUNT_MOST;
}

/* 0: none this time. */
size_t afl_custom_fuzz(void *state, uint8_t *data, size_t size, uint8_t **out, uint8_t *other,
		       size_t other_size, size_t max)
{
	uint64_t random = scenario_random(&mutator.random);
	size_t made = 0;

	*out = mutator.out;
	if (mutator.alone)
		return 0;
	if (max > sizeof(mutator.out))
		max = sizeof(mutator.out);
	if (other && other_size && (random >> 32) % FUZZ_SPLICE_OF == 0) {
		mutator.made = "splice";
		made = fuzz_splice(data, size, other, other_size, mutator.out, max, random);
	}
	if (!made && size <= max) {
		mutator.made = "scenario";
		memcpy(mutator.out, data, size);
		made = fuzz_mutate(mutator.out, size, max, random);
	}
	fuzz_status->mutations += made != 0;
	return made;
}

/* Of the last one. */
const char *afl_custom_describe(void *state, size_t max)
{
	return mutator.made;
}
