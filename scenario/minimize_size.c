/* SPDX-License-Identifier: GPL-2.0-only */
/* How large a scenario is, in numbers of which the minimiser makes each step smaller. */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

/* Hardware's names have a part behind a dot: d0.up. Time is no task either. */
bool anchor_is_hardware(const struct scenario_anchor *a)
{
	return !a->is_value && (strchr(a->target, '.') || !strcmp(a->target, "clock"));
}

static unsigned oddness(const struct minimize_ways *ways, const char *site)
{
	return ways && ways->oddness ? ways->oddness(site) : 1;
}

/* A wait leaves the turn to others by itself, and so does the start. */
static bool is_preemption(const struct scenario_anchor *a, const struct minimize_ways *ways)
{
	return !a->is_value && !anchor_is_hardware(a) && strcmp(a->task, a->target) &&
	       strcmp(a->task, "start") && oddness(ways, a->site);
}

static unsigned settings(const struct scenario *s)
{
	const struct scenario_world *w = &s->world;
	unsigned n = w->workers - 1u + w->clock_free + w->alloc_fails + w->rcu_eager + w->access +
		     w->misuse;

	for (unsigned u = 0; u < s->units; u++) {
		n += s->unit[u].ring_order != 7;
		for (unsigned k = 0; k < SCENARIO_KNOBS_MAX; k++)
			n += s->unit[u].knob[k] != 0;
	}
	for (unsigned d = 0; d < s->devices; d++)
		n += (s->device[d].retries != 0) + s->device[d].no_ats +
		     (s->device[d].credits != 32);
	return n;
}

void minimize_size(const struct minimize_try *t, const struct minimize_ways *ways,
		   struct minimize_size *size)
{
	const struct scenario *s = &t->s;

	*size = (struct minimize_size){
		.ops = s->ops,
		.tasks = s->tasks,
		.parts = s->devices + s->spaces + s->units,
		.settings = settings(s),
		.promises = (unsigned)__builtin_popcount(t->broken),
	};
	if (s->positional) {
		for (unsigned i = 0; i < s->choice_count; i++)
			size->choices += s->choice[i] != 0;
		size->preemptions = size->choices;
		return;
	}
	size->choices = s->anchors;
	for (unsigned i = 0; i < s->anchors; i++)
		size->preemptions += is_preemption(&s->anchor[i], ways);
}

void measure_of(const struct minimize_try *t, const struct minimize_ways *ways,
		unsigned measure[MEASURES])
{
	const struct scenario *s = &t->s;
	struct minimize_size size;

	minimize_size(t, ways, &size);
	measure[MEASURE_PROMISES] = size.promises;
	measure[MEASURE_OPS] = size.ops;
	measure[MEASURE_TASKS] = size.tasks;
	measure[MEASURE_PARTS] = size.parts;
	measure[MEASURE_SETTINGS] = size.settings;
	measure[MEASURE_PREEMPTIONS] = size.preemptions;
	measure[MEASURE_CHOICES] = size.choices;
	measure[MEASURE_FIELDS] = measure_fields(s);
	measure[MEASURE_ODDNESS] = measure[MEASURE_LATENESS] = 0;
	if (s->positional) {
		measure[MEASURE_LATENESS] = s->choice_count;
		return;
	}
	for (unsigned i = 0; i < s->anchors; i++) {
		measure[MEASURE_ODDNESS] += oddness(ways, s->anchor[i].site);
		measure[MEASURE_LATENESS] += s->anchor[i].nth + s->anchor[i].skip;
	}
}
