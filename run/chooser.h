/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_CHOOSER_H
#define SLUICE_RUN_CHOOSER_H

/*
 * The choosers, a short file each: chooser_bytes.c, _random.c, _pct.c, _replay.c, _exhaustive.c.
 *
 * Each embeds a struct chooser as its first member, is initialised for one run (the exhaustive one:
 * for a series of runs) and given to run_scenario(). A chooser sees decisions, never pointers or
 * clocks, so a run is a function of scenario and chooser state.
 */

#include "host/choose.h"
#include "scenario/scenario.h"

/*
 * One byte for each decision, modulo the options; exhausted at the end. From
 * SCENARIO_CHOICE_HOLD on it holds back whom the option names. @bytes is kept.
 */
#define CHOOSER_HELD_MAX 1024  /* decisions behind the end for which somebody may be held back */
#define CHOOSER_PASSED_MAX 128 /* fair ones in a row that pass over who is held back */
struct chooser_bytes {
	struct chooser base;
	const u8 *bytes;
	u32 size, at, rest, passed;
	u64 held; /* mask of ids */
};
void chooser_bytes_init(struct chooser_bytes *c, const u8 *bytes, u32 size);

/* Odds, one in so many: a random chooser fails an allocation, or has the hardware surprise. */
#define CHOOSER_FAIL_ODDS 16
#define CHOOSER_MODEL_ODDS 4
/* It leaves a task at a load or store at these odds: most of them touch what nobody else does. */
#define CHOOSER_ACCESS_ODDS 8
/* A value decision (not CHOOSE_TASK) at these odds, from a generator's @state. */
unsigned chooser_random_value(u64 *state, const struct decision *d);

/* Uniform random walk of @decisions decisions. */
struct chooser_random {
	struct chooser base;
	u64 state;
	u32 left;
};
void chooser_random_init(struct chooser_random *c, u64 seed, u32 decisions);

/*
 * Probabilistic concurrency testing: the ready id of highest priority moves; at @depth - 1 random
 * decisions out of @length the running one's priority drops below all. Burckhardt et al., ASPLOS
 * 2010.
 */
#define CHOOSER_PCT_DEPTH_MAX 8
struct chooser_pct {
	struct chooser base;
	u64 state;
	u32 length, at, depth, changes;
	u32 change[CHOOSER_PCT_DEPTH_MAX];
	s64 priority[64];
	s64 low;
};
void chooser_pct_init(struct chooser_pct *c, u64 seed, u32 length, u32 depth);

/* Anchors of a scenario; option 0 between them. @s is kept. */
#define CHOOSER_REPLAY_SLOTS 1024 /* a power of two, twice the anchors */
_Static_assert(CHOOSER_REPLAY_SLOTS >= 2 * SCENARIO_ANCHORS_MAX, "replay's hash table is too full");
struct chooser_replay {
	struct chooser base;
	const struct scenario *scenario;
	u32 met; /* anchors whose decision has come */
	bool resolved;
	bool drifted;
	u32 drift; /* the first anchor that could not be taken, and what was open there */
	u8 drift_kind, drift_options;
	u64 drift_ready;
	u64 key[SCENARIO_ANCHORS_MAX];
	u8 target[SCENARIO_ANCHORS_MAX], state[SCENARIO_ANCHORS_MAX];
	u16 slot[CHOOSER_REPLAY_SLOTS]; /* index of the anchor + 1 */
};
void chooser_replay_init(struct chooser_replay *c, const struct scenario *s);
/* After the run: true if all anchors were taken; else the first that was not is in c->drift. */
bool chooser_replay_finish(struct chooser_replay *c);
/* "schedule drifted at app0 kmalloc#2 (line 12): app0 came there 1 times". */
size_t chooser_replay_explain(const struct chooser_replay *c, char *buf, size_t size);

/*
 * Every schedule with at most @preemptions preemptions, by an odometer over the decisions. What
 * counts as one is told in chooser_exhaustive.c. Between runs call _next(): false when all are
 * done. The result is complete unless @overflow or @diverged.
 */
#define CHOOSER_EXHAUSTIVE_MAX 4096
#define CHOOSER_UNBOUNDED (~0u)
struct chooser_exhaustive_step {
	u8 option, options;
	u64 costs;    /* mask of the options that are preemptions or failed allocations */
	u64 hardware; /* mask of the options that move hardware beside a task that could run */
};
struct chooser_exhaustive {
	struct chooser base;
	u32 preemptions, hardware, departures, depth_max;
	u32 at, size;
	bool overflow; /* a run had more decisions than depth_max: the rest was not searched */
	bool diverged; /* a prefix met other options than before: the run is not determined */
	struct chooser_exhaustive_step step[CHOOSER_EXHAUSTIVE_MAX];
};
void chooser_exhaustive_init(struct chooser_exhaustive *c, u32 preemptions, u32 depth_max);
/* At most @steps hardware steps beside a task that could go on (default: any number). */
void chooser_exhaustive_limit_hardware(struct chooser_exhaustive *c, u32 steps);
/* At most @options options other than 0, of whatever kind (default: any number). */
void chooser_exhaustive_limit_departures(struct chooser_exhaustive *c, u32 options);
bool chooser_exhaustive_next(struct chooser_exhaustive *c);

#endif
