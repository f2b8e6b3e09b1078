/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * From the choices of the last run to a scenario that replays it. Only choices other than option 0
 * are kept: between them the engine does by itself what it did.
 */

#include <stdio.h>

#include "run/run.h"

/* @s without a schedule. The struct is large, and the tails of its arrays are not in use. */
static void record_begin(const struct scenario *s, struct scenario *out)
{
	if (out != s)
		*out = *s;
	out->positional = false;
	out->choice_count = 0;
	out->anchors = 0;
}

static void record_word(char to[SCENARIO_WORD_MAX], const char *word)
{
	snprintf(to, SCENARIO_WORD_MAX, "%s", word);
}

static void record_anchor(struct scenario_anchor *a, const struct engine_choice *c, u32 number)
{
	char name[ENGINE_NAME_MAX];
	struct run_place place;

	run_choice_place(number, &place);
	record_word(a->task, place.task);
	record_word(a->site, engine_site_name(place.site, name));
	a->nth = place.nth;
	a->skip = place.skip;
	a->is_value = c->kind != CHOOSE_TASK;
	a->value = a->is_value ? c->target : 0;
	record_word(a->target, a->is_value ? "" : engine_name(c->target));
	a->line = 0;
}

bool run_record(const struct scenario *s, struct scenario *out)
{
	const struct engine_choice *choices;
	u32 count;

	choices = engine_choices(&count);
	if (count > SCENARIO_ANCHORS_MAX)
		return run_record_positional(s, out);
	record_begin(s, out);
	for (u32 i = 0; i < count; i++)
		record_anchor(&out->anchor[i], &choices[i], i);
	out->anchors = (uint16_t)count;
	return true;
}

bool run_record_positional(const struct scenario *s, struct scenario *out)
{
	const struct engine_choice *choices;
	u32 count, taken, size = 0;

	choices = engine_choices(&count);
	record_begin(s, out);
	for (taken = 0; taken < count; taken++) {
		struct run_place place;

		run_choice_place(taken, &place);
		if (place.position >= SCENARIO_BYTES_MAX)
			break;
		while (size < place.position)
			out->choice[size++] = 0;
		out->choice[size++] = choices[taken].option;
	}
	out->positional = size != 0;
	out->choice_count = (uint16_t)size;
	return taken == count;
}
