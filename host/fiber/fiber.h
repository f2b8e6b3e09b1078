/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_FIBER_FIBER_H
#define SLUICE_HOST_FIBER_FIBER_H

/*
 * Stacks, and the switch between them.
 *
 * A fiber is a stack that was mapped once, between guard pages, and a place to go on from. It is
 * reused for ever: an entry function loops over jobs. A fiber that was left in the middle of a call
 * is put back to its entry by fiber_rewind(); what lay on its stack is forgotten.
 *
 * Sanitizers are told of each switch: ASan of the stack's bounds and its fake frames, TSan of the
 * logical thread. With TSan, switches inside a run do not synchronise, or no race would ever be
 * seen; those into and out of a run do, so that the reset code can't race with a run.
 */

#include "host/types.h"

struct fiber {
	void *sp;  /* where it stands while another runs */
	void *low; /* usable stack */
	size_t size;
	void (*entry)(void *arg); /* NULL: the thread's own stack */
	void *arg;
	void *fake_stack; /* ASan's */
	void *tsan;
	bool fresh; /* stands at its entry */
};

/* The switch itself: stores the stack pointer at @save, and goes on at @load. */
void fiber_swap(void **save, void *load) __attribute__((visibility("hidden")));
void fiber_begin(void) __attribute__((visibility("hidden")));

/* Makes @f stand for the stack of the thread, which the caller is on. */
void fiber_adopt(struct fiber *f);
/* Maps a stack; 0 or -ENOMEM. @entry never returns. */
int fiber_create(struct fiber *f, void (*entry)(void *arg), void *arg);
void fiber_destroy(struct fiber *f);
/*
 * Puts @f, which does not run, back to its entry. @in_call: frames of instrumented code may be on
 * its stack, so that TSan's shadow of it must be made anew.
 */
void fiber_rewind(struct fiber *f, bool in_call);
/* @sync: TSan orders all that @from did before all that @to does. */
void fiber_switch(struct fiber *from, struct fiber *to, bool sync);
/* For TSan: orders @here and @other both ways, without running @other. */
void fiber_order(struct fiber *here, struct fiber *other);

#endif
