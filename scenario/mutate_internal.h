/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_MUTATE_INTERNAL_H
#define SLUICE_SCENARIO_MUTATE_INTERNAL_H

/* What the files of the mutator share. Each mutation says false if there is nothing it could change. */

#include "scenario/generate.h"
#include "scenario/internal.h"
#include "scenario/mutate.h"

struct mutator {
	struct scenario *s;
	uint64_t random;
	const uint8_t *allowed;
	const struct scenario_ground *ground; /* or NULL */
};

static inline unsigned mutate_below(struct mutator *m, unsigned n)
{
	return (unsigned)((scenario_random(&m->random) >> 32) * n >> 32);
}

static inline bool mutate_one_in(struct mutator *m, unsigned n)
{
	return mutate_below(m, n) == 0;
}

/* mutate_field.c */

/* An operation of this kind by @task, on what another one uses, or on anything. */
struct scenario_op mutate_any_op(struct mutator *m, unsigned code, unsigned task);
/* Brings into the range of this scenario what may be of another. */
void mutate_fit_op(const struct scenario *s, struct scenario_op *op);
bool mutate_field(struct mutator *m, bool beyond);
bool mutate_swap_devices(struct mutator *m);
bool mutate_smaller_ring(struct mutator *m);
bool mutate_machine(struct mutator *m);
bool mutate_knob(struct mutator *m);

/* mutate_schedule.c */
bool mutate_schedule(struct mutator *m, enum scenario_mutation kind);
void mutate_splice_schedule(struct mutator *m, const struct scenario *other);

#endif
