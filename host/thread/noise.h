/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_THREAD_NOISE_H
#define SLUICE_HOST_THREAD_NOISE_H

/*
 * Noise is the chooser of real threads: at each point it may yield, or sleep for a moment, and it
 * answers what the scenario leaves open (an allocation that fails, an interrupt that is lost). It does
 * not decide who runs next, so a run does not replay; seed and profile make it likely to show the same
 * again.
 *
 * There is noise while the engine has a chooser: in the scripts of a run, not in its setup and its
 * orderly end, and no more in a part of the run that makes no progress for long.
 */

#include "host/choose.h"

enum noise_profile {
	NOISE_NONE,
	NOISE_YIELDS,  /* one point in five gives its CPU away */
	NOISE_NAPS,    /* one point in twenty sleeps for up to 100 us */
	NOISE_FAVOURS, /* for a while some tasks go on, and others yield at every point */
	NOISE_MIXED,   /* one of those three for each run, or all at once */
	NOISE_PROFILES,
};

/* The noise of runs that begin from now on. */
void noise_set(u64 seed, enum noise_profile profile);
int noise_find(const char *word); /* -1: there is no such profile */
const char *noise_word(enum noise_profile profile);
/* For run_scenario(): noise as noise_set() says, and none of what is in the scenario's schedule. */
struct chooser *noise_chooser(void);

/* --- For the engine ------------------------------------------------------------------------------- */

struct noise {
	u64 state;
};

/* A run begins: every thread begins a stream of its own, number @id. */
void noise_begin(void);
void noise_start(struct noise *n, unsigned id);
/* What to do at a point: 0 nothing, 1 yield, else nap for so many microseconds. */
u32 noise_draw(struct noise *n, unsigned id);
/* Does it. Without the house lock. */
void noise_do(u32 what);
u32 noise_below(struct noise *n, u32 below);
/* Mask of ids that go on for now. */
u64 noise_favourites(void);

#endif
