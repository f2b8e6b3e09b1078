/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_CHOOSE_H
#define SLUICE_HOST_CHOOSE_H

/*
 * choose(): the one function that decides what the scenario's operations leave open.
 *
 * A *decision* is a moment with more than one option. Option 0 is always what a fair scheduler would
 * do by itself: stay with the running task, unless it waits, polls, or has had its quantum; then the
 * next one in turn. So a chooser that answers 0 for ever *is* the fair end (rule 5), trailing zeros
 * of an input mean nothing, and an input that is cut short runs to completion.
 *
 * For CHOOSE_TASK the options after 0 are the other tasks and hardware actors that can move, by
 * ascending id, starting behind the default and wrapping round. For the value kinds, 0 is the kind
 * value (the allocation succeeds, the interrupt arrives).
 */

#include "host/types.h"

enum choice_kind {
	CHOOSE_TASK,  /* who moves next */
	CHOOSE_ALLOC, /* 0: the allocation succeeds, 1: it fails */
	CHOOSE_MODEL, /* a point that the hardware model leaves open, say whether an MSI is lost */
};

/* One decision, as the engine shows it to a chooser. Valid during the call only. */
struct decision {
	u8 kind;       /* enum choice_kind */
	u8 n;          /* number of options, at least 2 */
	u8 current;    /* id of the task that runs, or ran last */
	u8 preferred;  /* CHOOSE_TASK: id of option 0 */
	bool can_stay; /* the current task could go on: any other option is a preemption */
	u16 site;      /* where the current task stands (enum host_site) */
	u16 nth;       /* how often it has been at that site, from 1 */
	u16 skip;      /* decisions taken before at this same (current, site, nth) */
	u64 ready;     /* CHOOSE_TASK: mask of ids that can move, the default's among them */
};

/*
 * A source of decisions. choose() returns an option below d->n. When it has nothing more to say it
 * sets *exhausted, and is not asked again in this run; the engine then takes option 0 throughout.
 */
struct chooser {
	unsigned (*choose)(struct chooser *self, const struct decision *d, bool *exhausted);
};

/* The id behind an option of a CHOOSE_TASK decision, and the way back (-1: not an option). */
u8 decision_target(const struct decision *d, unsigned option);
int decision_option(const struct decision *d, u8 target);

#endif
