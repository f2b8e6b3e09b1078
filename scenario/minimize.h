/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_MINIMIZE_H
#define SLUICE_SCENARIO_MINIMIZE_H

/*
 * Makes a failing scenario small, and plain: delta debugging (Zeller and Hildebrandt, TSE 2002) over
 * all that it consists of. The caller runs the candidates; nothing here knows a world.
 *
 * One measure orders scenarios: promises that need not be broken, operations, tasks, parts of the
 * machine, settings, preemptions, other choices, how far fields and names are from the canonical ones,
 * and how early and natural the places of the choices are; what stands first weighs most. Each step
 * makes it smaller, so there is an end, and a result for which no step is left.
 *
 * A schedule means something else once an operation is gone. A candidate is therefore tried with what is
 * left of the schedule, with none, and with some that hold one or two tasks back; the run says which
 * choices it took, and these are what is minimised further.
 */

#include "scenario/scenario.h"

#define MINIMIZE_BATCH_MAX 64 /* candidates that are asked for at a time */

struct minimize_try {
	struct scenario s; /* to be run; if it fails, rewritten with the schedule that was taken */
	/* In: of what it was made from. Out: of the run. */
	uint32_t broken;    /* mask of the promises that it broke */
	uint32_t decisions; /* how many there were, of a positional schedule */
};

struct minimize_size {
	unsigned ops, tasks;
	unsigned parts; /* devices, spaces, units */
	unsigned settings;
	unsigned
		preemptions; /* choices by which a task stands still that could go on, for another */
	unsigned choices;    /* all of them */
	unsigned promises;   /* broken ones */
};

#define MINIMIZE_PASSES_MAX 16

struct minimize_count {
	const char *name;
	unsigned tried; /* candidates that were run */
	unsigned kept;
};

struct minimize_progress {
	struct minimize_count all, pass[MINIMIZE_PASSES_MAX];
	unsigned passes;
	const char *at; /* name of the pass that is on */
	struct minimize_size size;
};

struct minimize_ways {
	/*
	 * Runs @count candidates, and gives the index of the first that still fails in the same way and
	 * that minimize_accepts(); @count if none does. Only that one is rewritten. @dear: of those ahead of
	 * it, how many cost much more than a run; where many do, fewer schedules are tried.
	 */
	unsigned (*test)(void *ctx, struct minimize_try *candidate, unsigned count, unsigned *dear);
	/* Called now and then; false ends the search and keeps the best so far. May be NULL. */
	bool (*report)(void *ctx, const struct minimize_progress *progress);
	/* How odd a place for a choice is: 0 where the task waits anyway. NULL: all are alike. */
	unsigned (*oddness)(const char *site);
	/* The site that a task visits once for this operation, as it begins. NULL: there is none. */
	const char *(*entry)(const struct scenario_op *op);
	/* Places to try for a choice, NULL-terminated; NULL: none but those that it has. */
	const char *const *places;
	void *ctx;
	unsigned budget;   /* candidates */
	unsigned searches; /* schedules to try for a candidate whose own no longer fits */
};

enum minimize_end { MINIMIZE_DONE, MINIMIZE_STOPPED, MINIMIZE_BUDGET };

/* @t fails at entry, its fields filled, and at return. Done: no single step makes it smaller. */
enum minimize_end scenario_minimize(struct minimize_try *t, const struct minimize_ways *ways,
				    struct minimize_progress *progress);

/* For tests: is the scenario smaller than the best so far? A function of the two, in any process. */
bool minimize_accepts(const struct minimize_try *t);

/* @t's own. @ways: for oddness; may be NULL. */
void minimize_size(const struct minimize_try *t, const struct minimize_ways *ways,
		   struct minimize_size *size);

/* Copies what is in use. */
void scenario_copy(struct scenario *to, const struct scenario *from);

#endif
