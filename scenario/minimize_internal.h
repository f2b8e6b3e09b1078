/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_MINIMIZE_INTERNAL_H
#define SLUICE_SCENARIO_MINIMIZE_INTERNAL_H

/* What the minimiser's files share: the measure, and passes as rows of edits. */

#include "scenario/minimize.h"

/* Components of the measure, by weight. */
enum measure {
	MEASURE_PROMISES, /* broken ones; not on a detour, see minimize.c */
	MEASURE_OPS,
	MEASURE_TASKS,
	MEASURE_PARTS,
	MEASURE_SETTINGS,
	MEASURE_PREEMPTIONS,
	MEASURE_CHOICES,
	MEASURE_FIELDS, /* of operations and the machine, that are not the canonical ones */
	MEASURE_ODDNESS,
	MEASURE_LATENESS,
	MEASURES
};

void measure_of(const struct minimize_try *t, const struct minimize_ways *ways,
		unsigned measure[MEASURES]);
/* minimize_fields.c: canonical values come first, in the order of the text. */
unsigned measure_fields(const struct scenario *s);

/* Where a pass is: the edit's number, and for lists how much of them goes at a time. */
struct minimize_place {
	unsigned n, chunk, variant;
	bool begun;
};

enum minimize_edit { EDIT_END, EDIT_NOTHING, EDIT_MADE };

/*
 * Makes edit @at->n in @s, a copy of the best so far. The same number may have something to do again
 * after it was made, as the list has become shorter. @t: the best so far.
 */
struct minimize_pass {
	const char *name;
	enum minimize_edit (*edit)(struct scenario *s, struct minimize_place *at,
				   const struct minimize_try *t, const struct minimize_ways *ways);
	unsigned
		searches; /* per mille of ways->searches that a candidate is worth; 0: none, nor the fair one */
};

#define EDIT(name)                                                                                 \
	enum minimize_edit name(struct scenario *s, struct minimize_place *at,                     \
				const struct minimize_try *t, const struct minimize_ways *ways)

/*
 * Walks a list of @count elements in chunks that are halved; true: elements at->n to at->n + *n are
 * to go.
 */
bool minimize_chunk(struct minimize_place *at, unsigned count, unsigned *n);
/* The operations for which @goes says so, and nothing else. */
void minimize_filter_ops(struct scenario *s, unsigned index,
			 bool (*goes)(const struct scenario_op *op, unsigned index));

/* minimize_parts.c */
EDIT(edit_task);  /* drops one, or makes two one */
EDIT(edit_parts); /* devices, spaces, units */
/* minimize_fields.c */
EDIT(edit_settings); /* world, knobs, rings, credits */
EDIT(edit_ops);      /* flags and numbers of operations */
EDIT(edit_names);    /* canonical order and spelling */
/* minimize_schedule.c */
EDIT(edit_anchors);
EDIT(edit_head);    /* cuts a positional schedule short */
EDIT(edit_choices); /* of a positional one */
EDIT(edit_places);
EDIT(edit_schedule); /* another one altogether */
/* Schedule number @variant of those that are tried for a candidate whose own no longer fits. */
void minimize_reschedule(struct scenario *s, unsigned variant, unsigned decisions);
bool anchor_is_hardware(const struct scenario_anchor *a);
/* minimize_promises.c: what keeps promises that were broken; may add operations. */
EDIT(edit_promises);

#endif
