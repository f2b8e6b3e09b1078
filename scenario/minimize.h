/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_MINIMIZE_H
#define SLUICE_SCENARIO_MINIMIZE_H

/*
 * Makes a failing scenario smaller: drops operations, then tasks, devices, spaces and settings,
 * then choices. The caller's test runs each candidate and says whether it still fails in the same
 * way; it may replace the candidate's choices by those that its run recorded.
 */

#include "scenario/scenario.h"

struct minimize_progress {
	unsigned tried, kept;
	unsigned ops, choices; /* of the best so far */
};

/* Does @candidate still show the finding? May rewrite its anchors/choices to what was run. */
typedef bool (*minimize_test)(void *ctx, struct scenario *candidate);
/* Called after each candidate; false ends the search and keeps the best so far. */
typedef bool (*minimize_report)(void *ctx, const struct minimize_progress *progress);

/* @s fails at entry and at return. Runs at most @budget tests. True if a fixed point was reached.
 */
bool scenario_minimize(struct scenario *s, minimize_test test, minimize_report report, void *ctx,
		       unsigned budget);

#endif
