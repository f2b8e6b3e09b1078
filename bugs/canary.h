/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_BUGS_CANARY_H
#define SLUICE_BUGS_CANARY_H

/*
 * What a planted bug calls, in every file that a patch of the zoo has touched: that its line runs is
 * one thing, that its condition is met another, and that an invariant sees it a third.
 *
 * Neither sleeps, allocates, or is a scheduling point; neither touches what the code under test can
 * see, so a variant without the calls behaves in the same way.
 */

/* The planted line runs. */
void bug_reached(void);
/* It makes a difference now: from here on the system is in a state that the clean one can't reach. */
void bug_triggered(void);

/*
 * For conditions only, and what the hardware holds rather than what a read would make of it: is a
 * request in @unit's ring, between head and tail?
 */
_Bool bug_ring_busy(unsigned unit);

#endif
