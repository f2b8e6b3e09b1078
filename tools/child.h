/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_CHILD_H
#define SLUICE_TOOLS_CHILD_H

/*
 * Runs are judged in a child process, because the system under test may take the process down with
 * it (rule 9). What the child learns lies in shared memory; when a sanitizer or a signal ends it,
 * the death handler fills in the verdict that the run can no longer give: the token, the premises
 * so far, and the schedule up to that point.
 */

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "fuzz/death.h"
#include "run/run.h"

/* What a run came to; in memory that parent and child share. */
struct judged {
	enum run_verdict verdict;
	bool died; /* by a sanitizer's report or a signal */
	bool premises_hold;
	char identity[DEATH_TOKEN_MAX]; /* "clean", "HANG", "n/a", "UAF:prq_drain", ... */
	char finding[DEATH_TOKEN_MAX];  /* the same if it is one, "" if not; a drifted run may have
					   one */
	char before[DEATH_TOKEN_MAX];   /* died: what the judge had found first, "" if nothing */
	char line[512];                 /* the verdict in one line */
	char premises[2048];
	u64 trace_hash;
	u32 steps, decisions, events;
	u32 broken;               /* mask of the promises that the run broke */
	struct scenario recorded; /* what was run, with the schedule that was taken, anchored */
};

struct child {
	pid_t pid;
	struct judged *judged;
	double cpu; /* seconds that it took; when it has ended */
};

/* Zeroed memory that a child shares with us. Ends the process with exit 3 if there is none. */
void *child_memory(size_t size);

enum child_noise {
	CHILD_SILENT, /* the sanitizer's own report is thrown away, and does not cost its time */
	CHILD_LOUD,   /* it goes to stderr, and on_death (see below) prints to stdout */
};

/* Starts @body in a child, which ends with it. @judged: from child_memory(). */
void child_start(struct child *c, struct judged *judged, enum child_noise noise,
		 void (*body)(void *ctx, struct judged *judged), void *ctx);
/* Waits for its end; @flags as waitpid's. 1: ended as it should, or died of a finding. 0: lives on.
 */
int child_wait(struct child *c, int flags);

/*
 * For bodies. Runs @s, and fills @judged; a death in it fills @judged too, calls @on_death (loud
 * only, may be NULL) and ends the child.
 */
void child_judge(const struct scenario *s, const struct sut_image *system, struct chooser *chooser,
		 struct judged *judged, struct run_result *result);
/* For bodies: twin_gives() (fuzz/twin.h); a death in it fills the child's verdict like any other. */
bool child_twin_gives(const struct sut_image *twin, const struct scenario *recorded,
		      const char *identity, unsigned *next);
void child_on_death(void (*print)(const struct judged *judged));

/*
 * From the next child on data races but for @token are passed over, and the rest of the run is judged as
 * usual ("none": all races are; NULL: none is). The string stays the caller's.
 */
void child_count_race(const char *token);

/* The identity without what a token adds to it: "UAF" of "UAF:prq_drain". @base: DEATH_TOKEN_MAX.
 */
void judged_base(const char *identity, char *base);
/* Is @identity what an `expect` line or a minimiser asks for with @wanted? */
bool judged_matches(const char *identity, const char *wanted);
/* A finding whose premises hold. */
bool judged_is_finding(const struct judged *judged);

#endif
