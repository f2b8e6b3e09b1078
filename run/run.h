/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_RUN_H
#define SLUICE_RUN_RUN_H

/*
 * One call: scenario + system + chooser in, verdict + trace out. Everything goes through here.
 *
 * A run: the system's data is restored, engine, model and judge are reset; driver tasks play the
 * scenario's scripts while the chooser decides who moves; then everything falls quiet (the fair
 * end); then the orderly end (unbind all, finish the queues) and the search for leaks.
 */

#include "host/choose.h"
#include "judge/judge.h"
#include "scenario/scenario.h"
#include "sut/sut.h"

enum run_verdict {
	RUN_CLEAN,	/* every invariant held, or was excused */
	RUN_FINDING,
	RUN_NA,		/* the system lacks an operation that the scenario needs */
	RUN_DRIFT,	/* an anchor of the scenario was not met */
	RUN_REFUSED,	/* the scenario claims a promise that it breaks */
	RUN_OVERFLOW,	/* a bound of the harness was met; nothing can be said */
};

struct run_result {
	enum run_verdict verdict;
	const struct judge_finding *finding;	/* the first, if any; good until the next run */
	char reason[160];			/* n/a, drift, refused: why */
	u64 trace_hash;
	u32 steps, decisions, events;
	u32 kept, broken;			/* masks of enum promise */
};

/* Once for each process. Aborts with a message if memory for stacks can't be had. */
void run_init(void);

/*
 * Runs @s against @system. @chooser: NULL takes the schedule that is in the scenario (positional
 * choices, or anchors). Allocates nothing itself.
 */
void run_scenario(const struct scenario *s, const struct sut_image *system, struct chooser *chooser,
		  struct run_result *result);

/*
 * Fills @out with @s and the schedule that the last run took, anchored: a replay file. Exact.
 * Also good from a death callback in the middle of a run.
 */
void run_record(const struct scenario *s, struct scenario *out);
/* The same with positional choices. */
void run_record_positional(const struct scenario *s, struct scenario *out);

const struct sut_image *run_system(const char *name);	/* NULL if there is none */
const char *run_verdict_word(const struct run_result *result); /* "clean", "HANG", "n/a", ... */

/* Feedback table of the engine, see engine_set_feedback(). */
void run_set_feedback(u8 *table, u32 size);

/* The mask of knob values that the generator may use: conformant ones, with or without the rest. */
void run_knob_masks(uint8_t allowed[SCENARIO_KNOBS_MAX], bool disputed, bool broken);

/* The timeline of the last run: a column per task, a line per step that matters. */
void run_print_timeline(FILE *out, unsigned columns, bool colour);

#endif
