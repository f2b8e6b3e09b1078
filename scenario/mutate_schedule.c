/* SPDX-License-Identifier: GPL-2.0-only */
/* The mutator's changes of the positional schedule: see chooser_bytes.c for what a byte means. */

#include <string.h>

#include "scenario/mutate_internal.h"

#define STRETCH_MAX 32
#define BEHIND_MAX 64 /* near: a new choice stands at most so far behind the last one */

static unsigned room(const struct scenario *s)
{
	size_t most = scenario_choice_room(s);

	return most < sizeof(s->choice) ? (unsigned)most : sizeof(s->choice);
}

static void pad(struct scenario *s, unsigned count)
{
	while (s->choice_count < count)
		s->choice[s->choice_count++] = 0;
}

/* Any that is not the fair one, and holds nobody back; or one that does. */
static uint8_t any_choice(struct mutator *m, bool hold)
{
	if (hold)
		return scenario_any_hold(scenario_random(&m->random));
	return (uint8_t)(1 + mutate_below(m, SCENARIO_CHOICE_HOLD - 1));
}

/* The place of a choice that is not the fair one; or the length. */
static unsigned find_choice(struct mutator *m, unsigned from)
{
	const struct scenario *s = m->s;
	unsigned start = s->choice_count ? mutate_below(m, s->choice_count) : 0;

	for (unsigned i = 0; i < s->choice_count; i++) {
		unsigned at = (start + i) % s->choice_count;

		if (s->choice[at] >= from)
			return at;
	}
	return s->choice_count;
}

/* Near those that are there, or anywhere in the run. */
static bool add(struct mutator *m, bool hold)
{
	struct scenario *s = m->s;
	unsigned end = s->choice_count + BEHIND_MAX, most = room(s), at;
	unsigned decisions = scenario_decisions(s);

	if (decisions > end && mutate_one_in(m, 2))
		end = decisions;
	at = mutate_below(m, end < most ? end : most);
	if (at >= most)
		return false;
	pad(s, at + 1);
	s->choice[at] = any_choice(m, hold);
	return true;
}

/* Fair decisions more in front of @at: what follows comes later. */
static bool stretch(struct mutator *m, unsigned at, unsigned n)
{
	struct scenario *s = m->s;

	if (at >= s->choice_count || s->choice_count + n > room(s))
		return false;
	memmove(s->choice + at + n, s->choice + at, s->choice_count - at);
	memset(s->choice + at, 0, n);
	s->choice_count = (uint16_t)(s->choice_count + n);
	return true;
}

static bool cut(struct mutator *m, unsigned at, unsigned n)
{
	struct scenario *s = m->s;

	if (at >= s->choice_count)
		return false;
	if (n > s->choice_count - at)
		n = s->choice_count - at;
	memmove(s->choice + at, s->choice + at + n, s->choice_count - at - n);
	s->choice_count = (uint16_t)(s->choice_count - n);
	return true;
}

/* One choice some decisions earlier or later, the others where they are. */
static bool shift(struct mutator *m)
{
	struct scenario *s = m->s;
	unsigned from = find_choice(m, 1), by = 1 + mutate_below(m, 8), to;

	if (from == s->choice_count)
		return false;
	to = mutate_one_in(m, 2) ? from + by : from - by;
	if (to >= room(s)) /* or below 0 */
		return false;
	pad(s, to + 1);
	s->choice[to] = s->choice[from];
	s->choice[from] = 0;
	return true;
}

static bool set(struct mutator *m, unsigned at, uint8_t value)
{
	if (at >= m->s->choice_count)
		return false;
	m->s->choice[at] = value;
	return true;
}

bool mutate_schedule(struct mutator *m, enum scenario_mutation kind)
{
	unsigned length = m->s->choice_count, at;

	switch (kind) {
	case SCENARIO_MUTATE_PREEMPT_ADD:
		return add(m, false);
	case SCENARIO_MUTATE_HOLD_ADD:
		return add(m, true);
	case SCENARIO_MUTATE_PREEMPT_REMOVE:
		return set(m, find_choice(m, 1), 0);
	case SCENARIO_MUTATE_HOLD_END:
		return set(m, find_choice(m, SCENARIO_CHOICE_HOLD), 0);
	case SCENARIO_MUTATE_PREEMPT_SHIFT:
		return shift(m);
	case SCENARIO_MUTATE_PREEMPT_TARGET:
		at = find_choice(m, 1);
		return set(m, at,
			   any_choice(m, at < length && m->s->choice[at] >= SCENARIO_CHOICE_HOLD));
	case SCENARIO_MUTATE_STRETCH:
		if (!length)
			return false;
		at = mutate_below(m, length);
		return stretch(m, at, 1 + mutate_below(m, STRETCH_MAX));
	case SCENARIO_MUTATE_SCHEDULE:
		scenario_generate_schedule(m->s, scenario_random(&m->random));
		return true;
	default: /* SCENARIO_MUTATE_CUT */
		if (!length)
			return false;
		at = mutate_below(m, length);
		return cut(m, at, mutate_one_in(m, 8) ? length : 1 + mutate_below(m, STRETCH_MAX));
	}
}

void mutate_splice_schedule(struct mutator *m, const struct scenario *other)
{
	struct scenario *s = m->s;
	unsigned from, at, n, most = room(s);

	if (!other->choice_count)
		return;
	from = mutate_below(m, other->choice_count);
	at = mutate_one_in(m, 2) ? from : mutate_below(m, s->choice_count + 1u);
	n = 1 + mutate_below(m, other->choice_count - from);
	if (at >= most)
		return;
	if (n > most - at)
		n = most - at;
	pad(s, at + n);
	memcpy(s->choice + at, other->choice + from, n);
}
