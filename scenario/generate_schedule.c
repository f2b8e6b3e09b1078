/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generator's schedules, of bytes: chooser_bytes.c tells what one means. A drain comes at the end of
 * its life, so choices have to stand as far out as the run goes: with rows of 70 bytes on average, for
 * runs of 500 decisions, fresh scenarios gave 205 planted bugs a third less often in the mean, Linux's lost
 * wake-ups an eighth as often.
 */

#include <string.h>

#include "scenario/generate.h"
#include "scenario/internal.h"

/* A generated run of n operations takes more decisions than this in about half of the cases. */
#define DECISIONS_OF_RUN 32
#define DECISIONS_OF_OP 24

#define DENSE_OF 8 /* of so many schedules three leave the fair one all the time */
#define DEPARTURES_MAX 5
#define HOLDS_LOG2_MAX 7

static unsigned below(uint64_t *random, unsigned n)
{
	return (unsigned)((scenario_random(random) >> 32) * n >> 32);
}

unsigned scenario_decisions(const struct scenario *s)
{
	return DECISIONS_OF_RUN + DECISIONS_OF_OP * s->ops;
}

uint8_t scenario_any_hold(uint64_t seed)
{
	if (seed >> 63)
		return SCENARIO_CHOICE_HOLD_RUNNING;
	return (uint8_t)(SCENARIO_CHOICE_HOLD + below(&seed, 256 - SCENARIO_CHOICE_HOLD));
}

/* Any other than the fair one, at most decisions or at one in 32, or never. */
static void leave_often(struct scenario *s, uint64_t *random)
{
	unsigned rare = below(random, 6);

	for (unsigned i = 0; i < s->choice_count; i++) {
		uint64_t r = scenario_random(random);

		if (!(r & ((1u << rare) - 1)))
			s->choice[i] = (uint8_t)((r >> 32) % SCENARIO_CHOICE_HOLD);
	}
}

static void leave_at_times(struct scenario *s, uint64_t *random)
{
	for (unsigned n = below(random, DEPARTURES_MAX + 1); n; n--) {
		unsigned at = below(random, s->choice_count);

		s->choice[at] = (uint8_t)(1 + below(random, SCENARIO_CHOICE_HOLD - 1));
	}
}

/* None, a few, or so many that somebody or other is held back all the time. */
static void hold_back(struct scenario *s, uint64_t *random)
{
	unsigned n = below(random, 2u << below(random, HOLDS_LOG2_MAX));

	while (n--) {
		unsigned at = below(random, s->choice_count);

		s->choice[at] = scenario_any_hold(scenario_random(random));
	}
}

void scenario_generate_schedule(struct scenario *s, uint64_t seed)
{
	unsigned most = scenario_decisions(s), length = most / 4 + below(&seed, most + 1);
	size_t room = scenario_choice_room(s);

	s->positional = true;
	s->anchors = 0;
	s->choice_count = (uint16_t)(length < room ? length : room);
	memset(s->choice, 0, s->choice_count);
	if (s->choice_count) {
		if (below(&seed, DENSE_OF) < 3)
			leave_often(s, &seed);
		else
			leave_at_times(s, &seed);
		hold_back(s, &seed);
	}
	scenario_strip_choices(s);
}
