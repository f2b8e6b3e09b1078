/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_STRESS_THEME_H
#define SLUICE_STRESS_THEME_H

/*
 * What a stress binary plays. Each has a page, stress/<name>.c, that defines stress_theme; what they
 * share is in the other files of the room.
 *
 * A stress run is a row of *rounds*, each a scenario of its own: made by stress_make(), played on real
 * threads by run_scenario(), judged, and brought to its quiet and orderly end. So whatever is found has its
 * scenario from the start. Round n of seed s is a function of the two.
 *
 * A round is made as dense as the language allows: every task has an equal share of the operations, and
 * fills it with lives, one behind the other, on devices and PASIDs of its own; so the driver's promises
 * are kept, and what meets is hardware, handler, workers and the drains. Some rounds are the generator's
 * (scenario/generate.h), on the theme's ground, for what no weight below can say.
 */

#include "scenario/generate.h"
#include "scenario/ground.h"

struct stress_range {
	uint16_t least, most;
};

struct stress_theme {
	const char *name;
	const char *about; /* for --help: a sentence or two */
	struct scenario_ground ground;
	struct stress_range units, devices, symbols;
	struct stress_range ring_order; /* 3: 8 slots */
	struct stress_range credits;
	struct stress_range groups;        /* that a life sends */
	struct stress_range pages;         /* of a group */
	uint8_t stop[SCENARIO_STOP_COUNT]; /* weights of the ways to stop before unbind */
	/*
	 * Weights of what stands beside a group of requests, after a life's bind and before its stop; and of
	 * what stands between two lives of a task, 16 being "nothing". What takes something away is
	 * followed by what gives it back: detach by attach, finish by start, disable by enable. An unbind or a
	 * drain between lives is of anybody's, and half of the changes of a RID's domain are in the middle of
	 * another task's.
	 */
	uint8_t during[OP_COUNT], between[OP_COUNT];
	/* Of 8: binds to a driver's domain; rounds that have several tasks on one device. */
	uint8_t domains, shared;
	uint8_t open;      /* of 16 lives: their last group has no end */
	uint8_t generated; /* of 8 rounds: the generator's */
	unsigned generate; /* enum generate_flags that these have */
};
extern const struct stress_theme stress_theme;

/* Round @n of @seed: what all of its choices, noise among them, begin with. */
uint64_t stress_round_seed(uint64_t seed, uint64_t n);

/*
 * Makes the round of @seed (from stress_round_seed()) with @tasks driver tasks. @allowed: masks of knob
 * values, as in scenario_generate().
 */
void stress_make(struct scenario *s, const struct stress_theme *theme, uint64_t seed,
		 unsigned tasks, const uint8_t *allowed);

#endif
