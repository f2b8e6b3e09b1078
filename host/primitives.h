/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_PRIMITIVES_H
#define SLUICE_HOST_PRIMITIVES_H

/* What the files of host/ share among themselves. */

#include "host/engine.h"

/* --- context.c: what may be done where ---------------------------------------------------------- */

/*
 * Locks have classes, by the text of their name, and so have the things that a task can wait for.
 * "A was held when B was asked for" is an edge A -> B; an edge that closes a circle is CONTEXT_LOCK_ORDER.
 */
enum host_class_kind {
	CLASS_LOCK = 1,
	CLASS_COMPLETION,
	CLASS_WAITQUEUE,
	CLASS_WORKQUEUE,
	CLASS_IRQ,
};

void host_context_reset(void);
/*
 * The name an object gives itself, or "a freed object" and an EV_FREED_USE where it is the poison of
 * freed memory. With ASan the access itself is reported, before this is called.
 */
const char *host_object_name(const char *name);
/* The running task could sleep here. */
void host_might_sleep_at(unsigned site);
/* The running task asks for, or waits for, @name: edges from all that it holds. */
void host_order_wait(unsigned site, enum host_class_kind kind, const char *name);
/* The running task completes or wakes @name: an edge to every lock that it holds. */
void host_order_wake(unsigned site, enum host_class_kind kind, const char *name);
/* Takes and leaves the list of what the running task holds; outside of tasks: nothing. */
void host_hold(const void *lock, const char *name, u8 class, enum engine_held_kind kind);
bool host_unhold(const void *lock);
/*
 * The running task asks for a lock: the edges from all that it holds, or a report if the lock is
 * among that. Gives the lock's class, which is kept in it for the run; outside of tasks 0.
 */
u8 host_order_lock(unsigned site, const void *lock, const char *name, u32 *cached);
/* A task, handler or work function ends: nothing may be held. What is, is let go in the books. */
void host_check_exit(unsigned site);
u64 host_class_number(enum host_class_kind kind, const char *name);

/* What freed memory is filled with (alloc.c), as in the kernel. */
#define HOST_POISON 0x6b

/* --- alloc.c -------------------------------------------------------------------------------------- */

void host_warn_reset(void);
void host_alloc_reset(bool may_fail);
/* Asks the chooser, where the scenario lets allocations fail; then there has been an EV_ALLOC_FAIL. */
bool host_alloc_fails(size_t size);
/* Serial of the live allocation that @object lies in, 0 if none. */
u32 host_alloc_serial(const void *object);

/* --- the daemons' files ---------------------------------------------------------------------------- */

void host_irq_reset(unsigned count);
void host_work_reset(unsigned workers);
/* Emits EV_LEAK for each work queue that was not destroyed, and returns their number. */
unsigned host_work_audit(void);
void host_rcu_reset(bool eager);

#endif
