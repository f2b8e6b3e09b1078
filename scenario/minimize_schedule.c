/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The minimiser's passes over the schedule, and the schedules that it makes itself: few bytes of the
 * positional form, most of which hold somebody back (PCT's change points, one byte each).
 */

#include <string.h>

#include "scenario/generate.h"
#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

#define POSITIONS_MAX 256 /* of choices that are tried one by one */
#define POSITIONS_FEW 96
#define PAIRS_SHARE 12  /* searches times searches by this: schedules with two or three choices */
#define SEARCHES_FEW 60 /* with fewer, somebody is held back once, and that is all */
#define NTH_MAX 6       /* places of a site that are tried for a choice */

/* --- Other schedules ---------------------------------------------------------------------------------- */

/* Holds back whoever would move, or one behind; lets one behind move. */
static const uint8_t single[] = { 0xf0, 0xf1, 0xf2, 0x01, 0x02, 0x03 };
#define SINGLES (sizeof(single) / sizeof(single[0]))

static void no_schedule(struct scenario *s)
{
	s->anchors = 0;
	s->positional = false;
	s->choice_count = 0;
}

static void set_choice(struct scenario *s, unsigned at, uint8_t choice)
{
	while (s->choice_count <= at)
		s->choice[s->choice_count++] = 0;
	s->choice[at] = choice;
	s->positional = true;
}

static unsigned positions(unsigned decisions, const struct minimize_ways *ways)
{
	unsigned max = ways->searches < SEARCHES_FEW ? POSITIONS_FEW : POSITIONS_MAX;

	return decisions < max ? decisions : max;
}

/* @count choices at random places, as @seed says. */
static void random_schedule(struct scenario *s, uint64_t seed, unsigned count, unsigned decisions)
{
	unsigned max = decisions < POSITIONS_MAX ? decisions : POSITIONS_MAX;

	no_schedule(s);
	for (unsigned i = 0; i < count && max; i++) {
		uint64_t r = scenario_random(&seed);

		set_choice(s, (unsigned)(r >> 16) % max, single[r % SINGLES]);
	}
}

void minimize_reschedule(struct scenario *s, unsigned variant, unsigned decisions)
{
	no_schedule(s);
	if (variant)
		random_schedule(s, variant, 1 + variant % 3, decisions);
}

EDIT(edit_schedule)
{
	unsigned kinds = ways->searches < SEARCHES_FEW ? 1 : SINGLES;
	unsigned singles = positions(t->decisions, ways) * kinds, n = at->n;
	struct minimize_size size;

	minimize_size(t, ways, &size);
	if (!size.choices)
		return EDIT_END;
	no_schedule(s);
	if (!n)
		return EDIT_MADE;
	if (size.choices == 1 || !ways->searches)
		return EDIT_END;
	if (--n < singles) {
		set_choice(s, n / kinds, single[n % kinds]);
		return EDIT_MADE;
	}
	n -= singles;
	if (n >= ways->searches * ways->searches / PAIRS_SHARE || size.preemptions < 2)
		return EDIT_END;
	random_schedule(s, n, 2 + n % 2, t->decisions);
	return EDIT_MADE;
}

/* --- Anchors ------------------------------------------------------------------------------------------ */

static bool same_moment(const struct scenario_anchor *a, const struct scenario_anchor *b)
{
	return a->nth == b->nth && !strcmp(a->task, b->task) && !strcmp(a->site, b->site);
}

/* The anchors behind @at that belong to its moment, itself included. */
static unsigned moment_length(const struct scenario *s, unsigned at)
{
	unsigned n = 1;

	while (at + n < s->anchors && same_moment(&s->anchor[at], &s->anchor[at + n]))
		n++;
	return n;
}

static void drop_anchors(struct scenario *s, unsigned at, unsigned n)
{
	memmove(&s->anchor[at], &s->anchor[at + n], (s->anchors - at - n) * sizeof(s->anchor[0]));
	s->anchors = (uint16_t)(s->anchors - n);
}

/* All steps of hardware; then each moment, and each tail; then by chunks. */
EDIT(edit_anchors)
{
	unsigned n, i = at->n - 1;

	if (s->positional || !s->anchors)
		return EDIT_END;
	if (!at->n && !at->begun) {
		for (n = i = 0; i < s->anchors; i++)
			if (!anchor_is_hardware(&s->anchor[i]))
				s->anchor[n++] = s->anchor[i];
		s->anchors = (uint16_t)n;
		return EDIT_MADE;
	}
	if (!at->begun && i < s->anchors) {
		if (i && same_moment(&s->anchor[i], &s->anchor[i - 1]))
			s->anchors = (uint16_t)i;
		else
			drop_anchors(s, i, moment_length(s, i));
		return EDIT_MADE;
	}
	if (!at->begun)
		at->n = 0;
	if (!minimize_chunk(at, s->anchors, &n))
		return EDIT_END;
	drop_anchors(s, at->n, n);
	return EDIT_MADE;
}

/* --- Places -------------------------------------------------------------------------------------------- */

static unsigned places(const struct minimize_ways *ways)
{
	unsigned n = 0;

	while (ways->places && ways->places[n])
		n++;
	return n;
}

static bool place_is_taken(const struct scenario *s, unsigned from, unsigned n,
			   const struct scenario_anchor *a)
{
	for (unsigned i = 0; i < s->anchors; i++)
		if ((i < from || i >= from + n) && same_moment(&s->anchor[i], a))
			return true;
	return false;
}

/* A moment's choices go to an earlier visit of the site, or to another site. */
static bool move_moment(struct scenario *s, unsigned at, unsigned e,
			const struct minimize_ways *ways)
{
	unsigned length = moment_length(s, at), first = s->anchor[at].skip;
	struct scenario_anchor place = s->anchor[at];

	if (e < NTH_MAX) {
		place.nth = (uint16_t)(e + 1);
		if (place.nth >= s->anchor[at].nth)
			return false;
	} else if (e < 2 * NTH_MAX) {
		if (place.nth <= 2 * NTH_MAX - e)
			return false;
		place.nth = (uint16_t)(place.nth - (2 * NTH_MAX - e));
	} else {
		e -= 2 * NTH_MAX;
		place.nth = (uint16_t)(e % NTH_MAX + 1);
		memset(place.site, 0, sizeof(place.site));
		memccpy(place.site, ways->places[e / NTH_MAX], 0, sizeof(place.site) - 1);
		if (same_moment(&place, &s->anchor[at]))
			return false;
	}
	if (place_is_taken(s, at, length, &place))
		return false;
	for (unsigned i = at; i < at + length; i++) {
		memcpy(s->anchor[i].site, place.site, sizeof(place.site));
		s->anchor[i].nth = place.nth;
		s->anchor[i].skip = (uint16_t)(s->anchor[i].skip - first);
	}
	return true;
}

/* A wait where hardware moves, or nobody else, is as good a place as any. */
static bool is_worth_moving(const struct scenario *s, unsigned at, const struct minimize_ways *ways)
{
	unsigned length = moment_length(s, at);

	if (!ways->oddness || ways->oddness(s->anchor[at].site))
		return true;
	for (unsigned i = at; i < at + length; i++)
		if (!anchor_is_hardware(&s->anchor[i]) &&
		    strcmp(s->anchor[i].task, s->anchor[i].target))
			return true;
	return false;
}

EDIT(edit_places)
{
	unsigned edits = (2 + places(ways)) * NTH_MAX, moment = at->n / edits, i = 0;

	if (s->positional || !ways->searches)
		return EDIT_END;
	while (i < s->anchors && moment--)
		i += moment_length(s, i);
	if (i >= s->anchors)
		return EDIT_END;
	if (!is_worth_moving(s, i, ways)) {
		at->n += edits - 1 - at->n % edits;
		return EDIT_NOTHING;
	}
	return move_moment(s, i, at->n % edits, ways) ? EDIT_MADE : EDIT_NOTHING;
}

/* --- Positional choices ---------------------------------------------------------------------------------- */

/* The shortest head of the choices that will do, if shortening is monotonous; else a short one. */
EDIT(edit_head)
{
	if (!s->positional || at->n >= s->choice_count)
		return EDIT_END;
	at->n += (s->choice_count - at->n) / 2;
	s->choice_count = (uint16_t)at->n;
	scenario_strip_choices(s);
	return EDIT_MADE;
}

/* A choice is dropped by making it "stay"; the others keep their places. */
EDIT(edit_choices)
{
	bool any = false;
	unsigned n;

	if (!s->positional || !minimize_chunk(at, s->choice_count, &n))
		return EDIT_END;
	for (unsigned i = at->n; i < at->n + n; i++) {
		any |= s->choice[i] != 0;
		s->choice[i] = 0;
	}
	scenario_strip_choices(s);
	return any ? EDIT_MADE : EDIT_NOTHING;
}
