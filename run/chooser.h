/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_CHOOSER_H
#define SLUICE_RUN_CHOOSER_H

/* The choosers, a short file each: chooser_bytes.c, _random.c, _pct.c, _replay.c, _exhaustive.c. */

#include "host/choose.h"
#include "scenario/scenario.h"

/* One byte for each decision, modulo the options; exhausted at the end. */
struct chooser_bytes {
	struct chooser base;
	const u8 *bytes;
	u32 size, at;
};
void chooser_bytes_init(struct chooser_bytes *c, const u8 *bytes, u32 size);

/* Uniform random walk of @decisions decisions. */
struct chooser_random {
	struct chooser base;
	u64 state;
	u32 left;
};
void chooser_random_init(struct chooser_random *c, u64 seed, u32 decisions);

/*
 * Probabilistic concurrency testing: the ready id of highest priority moves; at @depth - 1 random
 * decisions out of @length the running one's priority drops below all. Burckhardt et al., ASPLOS 2010.
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

/* Anchors of a scenario; option 0 between them. */
struct chooser_replay {
	struct chooser base;
	const struct scenario *scenario;
	u32 next;		/* first anchor not yet met */
	bool drifted;
	u32 drift;		/* the anchor that could not be taken */
};
void chooser_replay_init(struct chooser_replay *c, const struct scenario *s);

/*
 * Every schedule with at most @preemptions preemptions (an option other than 0 while the current
 * task can stay), by an odometer over the decisions. Between runs call _next(): false when all are done.
 */
#define CHOOSER_EXHAUSTIVE_MAX 4096
struct chooser_exhaustive {
	struct chooser base;
	u32 preemptions, depth_max;
	u32 at, used;
	u32 size;
	bool overflow;		/* a run had more decisions than depth_max: the bound says so */
	u8 option[CHOOSER_EXHAUSTIVE_MAX], options[CHOOSER_EXHAUSTIVE_MAX];
	bool costs[CHOOSER_EXHAUSTIVE_MAX];
};
void chooser_exhaustive_init(struct chooser_exhaustive *c, u32 preemptions, u32 depth_max);
bool chooser_exhaustive_next(struct chooser_exhaustive *c);

#endif
