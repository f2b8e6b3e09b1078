/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_BUGS_BUGS_H
#define SLUICE_BUGS_BUGS_H

/*
 * The zoo: planted bugs as ground truth. A *variant* is a system under test with one bug in it; its
 * *twin* is the same system without. The table is made by the build from the heads of the patches
 * (bugs/README.md), and is there in builds with SLUICE_BUGS only.
 */

#include "host/types.h"

struct bug {
	const char *id;       /* "Z05": of the catalogue, or "S01" and on: our own */
	const char *slug;     /* "reinit-after-scan" */
	const char *variant;  /* the system that has it: "core-Z05" */
	const char *twin;     /* the system without it: "core" */
	const char *origin;   /* commit, thread, or "mutation" */
	const char *breaks;   /* in one or two sentences */
	const char *expect;   /* invariants, the one expected first: "HANG PEND-RING" */
	const char *why;      /* why the others may come first; "" if there are none */
	const char *premises; /* promises to be kept or broken, in words; "" if none */
	const char *knobs;    /* knob values it needs, as `unit` lines have them; "" if none */
	const char *patch;    /* file, from the project's root */
};

/* By variant; the last has no id. */
extern const struct bug bug_table[];

/*
 * What the canaries saw, in memory that this process shares with all that it starts. A program that
 * is told SLUICE_CANARY_FD shares the page behind that descriptor with whoever opened it.
 */
struct bug_canary {
	u64 reached, triggered;       /* how often */
	u64 reached_ns, triggered_ns; /* CLOCK_MONOTONIC of the first time; 0: never */
};

extern struct bug_canary *bug_canary;

#define BUG_CANARY_FD "SLUICE_CANARY_FD"

#endif
