/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_MINIMIZE_INTERNAL_H
#define SLUICE_SCENARIO_MINIMIZE_INTERNAL_H

/* The minimiser's state, shared by its files. */

#include "scenario/minimize.h"

struct minimizer {
	struct scenario *best, *candidate;
	minimize_test test;
	minimize_report report;
	void *ctx;
	unsigned budget;
	struct minimize_progress progress;
	bool changed, stopped;
};

/* A copy of the best so far, to be made smaller and then tried. */
struct scenario *minimize_candidate(struct minimizer *m);
/* Runs the candidate; if it still fails, it is the best from now on. */
bool minimize_try(struct minimizer *m);

/* minimize_parts.c */
void minimize_tasks(struct minimizer *m);
void minimize_machine(struct minimizer *m);  /* devices, spaces, units */
void minimize_settings(struct minimizer *m); /* world, knobs, rings, credits, flags of operations */

#endif
