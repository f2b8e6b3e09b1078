/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_COMPARE_H
#define SLUICE_RUN_COMPARE_H

/*
 * What the endpoints saw of two systems that played the same scenario: each request that is owed a
 * response has one in both, and where nothing else can decide the code, it is the same. Schedules
 * mean different things to different systems, so what a schedule may decide is not compared.
 */

#include "run/play.h"
#include "run/run.h"

struct endpoint_view {
	bool sound; /* the run came to its end, and kept what INV_DIFF asks for */
	struct judge_answer answer[SCENARIO_OPS_MAX]; /* of each `request` operation */
};

/* Of the run that is over: its verdict was @result. */
void compare_view(const struct scenario *s, const struct run_result *result,
		  struct endpoint_view *view);
/* Tells the judge of the first difference from @other, the view of system @name. */
void compare_views(const struct scenario *s, const struct endpoint_view *view,
		   const struct endpoint_view *other, const char *name);

#endif
