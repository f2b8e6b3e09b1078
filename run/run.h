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

#include <stdio.h>

#include "host/choose.h"
#include "host/engine.h"
#include "judge/judge.h"
#include "scenario/scenario.h"
#include "sut/sut.h"

enum run_verdict {
	RUN_CLEAN, /* every invariant held, or was excused */
	RUN_FINDING,
	RUN_NA,       /* the system lacks an operation that the scenario needs */
	RUN_DRIFT,    /* an anchor of the scenario was not met */
	RUN_REFUSED,  /* the scenario claims a promise that it breaks */
	RUN_OVERFLOW, /* a bound of the harness was met; nothing can be said */
	RUN_VERDICTS
};

/*
 * The verdict is what weighs most: overflow, n/a, drift and refused say that the run was not the
 * one asked for, so what was found in it does not count; @finding is filled in all the same.
 */
struct run_result {
	enum run_verdict verdict;
	const struct judge_finding *finding; /* the first whose premises hold; until the next run */
	char reason[320];                    /* why not; clean: which script wait gave up, or "" */
	u64 trace_hash;
	u32 steps, events;
	u32 decisions;    /* those that the chooser could have had a say in */
	u32 kept, broken; /* masks of enum promise */
};

/* Once for each process. */
void run_init(void);

/*
 * Runs @s against @system. @chooser: NULL takes the schedule that is in the scenario (positional
 * choices, or anchors). Allocates nothing itself, but for the first run of a process: that makes the
 * stacks, and aborts with a message if there is no memory for them.
 */
void run_scenario(const struct scenario *s, const struct sut_image *system, struct chooser *chooser,
		  struct run_result *result);

/*
 * From now on each run is held against one of @reference (NULL: of none), which plays the scenario
 * in the fair schedule, ahead of it. What their endpoints saw must agree (INV_DIFF; run/compare.h).
 * Where none is set, a scenario that expects DIFF of its system names its own: the first system of
 * which it expects `clean`.
 */
void run_set_reference(const struct sut_image *reference);

/*
 * Fills @out with @s and the schedule that the last run took, anchored: a replay file. Exact: its
 * replay has the same trace hash. A schedule with more choices than anchors fit becomes positional.
 * Also good from a death callback in the middle of a run. @out may be @s. False if the schedule
 * does not fit at all; then @out holds as much of it as does.
 */
bool run_record(const struct scenario *s, struct scenario *out);
/* The same with positional choices. */
bool run_record_positional(const struct scenario *s, struct scenario *out);

const struct sut_image *run_system(const char *name);          /* NULL if there is none */
const char *run_verdict_word(const struct run_result *result); /* "clean", "HANG", "n/a", ... */

/* "linux-6.12 (6.12.117-1~deb12u1)"; without a version the name alone. */
const char *run_system_title(const struct sut *system, char *buf, size_t size);
/* What a file says that records @result of @system: its name and version. */
void run_expect(struct scenario_expect *e, const struct sut *system, const char *result);
/* Mask of the system's assumptions that the last run stood on, in the order of its table. */
u32 run_assumptions(void);

/*
 * What this program was built with, as a `needs` line says it: "asan", "access", "asan access"; or
 * "plain". A scenario can be run if the build has all that it needs. One whose `needs` line says
 * `access` has choices at single accesses, which no sanitizer may have moved: then the build must
 * have nothing else.
 */
const char *run_build(void);
bool run_build_serves(const struct scenario *s);
/* Sets the `needs` of what was recorded here; @died: of a report of this build's sanitizer. */
void run_set_needs(struct scenario *s, bool died);
/* Of a scenario from bytes: takes off what this build has not, access points, so that any bytes run. */
void run_trim(struct scenario *s);
/*
 * Of a scenario from bytes or from the generator: an operation that @system lacks becomes a pause,
 * and PASIDs get the symbols that it can serve (scenario/renumber.h). A text is run as it stands, or
 * refused.
 */
void run_fit(struct scenario *s, const struct sut_image *system);

/* Feedback table of the engine, see engine_set_feedback(). */
void run_set_feedback(u8 *table, u32 size);

/* Tells scenarios which knobs there are. run_init() does it, too. */
void run_init_knobs(void);
/* The mask of knob values that the generator may use: conformant ones, with or without the rest. */
void run_knob_masks(uint8_t allowed[SCENARIO_KNOBS_MAX], bool disputed, bool broken);

/* Where a choice of the last run was made, as its anchor says. @number: as in engine_choices(). */
struct run_place {
	const char *task; /* "start": nobody of the scripts had run yet */
	u16 site, nth, skip;
	u32 position; /* in the positional form of the schedule */
	u32 event;    /* index of the first event behind it */
};
void run_choice_place(u32 number, struct run_place *place);

/*
 * The timeline of the last run: a column per task or actor, a line per step that matters; where
 * @columns are too few for that, a list. @colour: with ANSI escapes. @whole: with the machine's setup
 * and all that comes after the last finding (or the orderly end, if there is none).
 */
void run_print_timeline(FILE *out, unsigned columns, bool colour, bool whole);

#endif
