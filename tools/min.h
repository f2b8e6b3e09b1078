/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_MIN_H
#define SLUICE_TOOLS_MIN_H

/*
 * Judges a minimiser's candidates: many to a process, in as many processes at a time as one likes.
 * What counts as the finding is its identity, for a sanitizer's the whole token, and whether its premises
 * hold. A candidate that is to be kept has given it in a process of its own.
 */

#include "scenario/minimize.h"
#include "tools/child.h"

#define MIN_JOBS_MAX 64

struct min_finding {
	const struct sut_image *system;
	char identity[DEATH_TOKEN_MAX];
	bool premises_hold;
	u32 promised; /* mask of what the file claims to keep */
};

/* Before all others. @jobs: processes at a time. */
void min_start(unsigned jobs);
/* One run of @s in a fresh process. Valid until the next one. */
const struct judged *min_judge(const struct scenario *s, const struct sut_image *system);
/* From now on this is what candidates must give. */
void min_seek(const struct min_finding *finding);
/* Does @t give it in a fresh process? Then its schedule is the one that was taken. */
bool min_gives(struct minimize_try *t);
/* From a signal handler: the batch that is on ends soon, and finds nothing. */
void min_interrupt(void);
/* For struct minimize_ways. The same index for any number of jobs. */
unsigned min_test(void *ctx, struct minimize_try *candidate, unsigned count, unsigned *dear);

#endif
