/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_GENERATE_H
#define SLUICE_SCENARIO_GENERATE_H

/*
 * Makes scenarios that mean something: devices fault in lives that are bound, stopped and unbound
 * by several tasks, with overflow, reuse, exit and errors mixed in. A pure function of the seed.
 * Features are switched on by a coin each (swarm testing), so that some runs are all of one kind.
 */

#include "scenario/scenario.h"

enum generate_flags {
	/* Choose operations that keep every promise but the kind of stop; else, any. */
	GENERATE_KEEP_PROMISES = 1,
	/* Half of the scenarios have access=on. */
	GENERATE_ACCESS = 2,
	/* One task, so that one drain runs at a time; and each stop waits for all responses. */
	GENERATE_ONE_DRAIN = 4,
	/* Descriptors in the ring that no device sent. */
	GENERATE_RAW = 8,
	/* Registers of the ring written by somebody else. */
	GENERATE_REGISTERS = 16,
};

/*
 * @classes: for each knob and value, whether the generator may use it:
 * allowed[knob] is a mask of values; value 0 is always allowed.
 */
void scenario_generate(struct scenario *s, uint64_t seed, unsigned flags, const uint8_t *allowed);

/*
 * Gives @s a positional schedule in place of the one it has, of a few departures from the fair one, or
 * many, and of holds. They may stand anywhere in the run, so a drain at its end meets them, too. A
 * pure function of the number of operations and the seed.
 */
void scenario_generate_schedule(struct scenario *s, uint64_t seed);
/* How many decisions a run of @s may take: a guess, for places where a choice is to stand. */
unsigned scenario_decisions(const struct scenario *s);
/* A choice that holds somebody back: half of the time whoever runs. */
uint8_t scenario_any_hold(uint64_t seed);

/* A small fast generator that all of Sluice's seeds go through (splitmix64). */
static inline uint64_t scenario_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

#endif
