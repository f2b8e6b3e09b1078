/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_EVENT_H
#define SLUICE_HOST_EVENT_H

/*
 * Events: what the host and the model tell the judge.
 *
 * An event carries small integers only, never a pointer or a clock, so that the trace and its hash
 * are a function of the input alone. Host kinds are below EV_HOST_MAX; the model's follow
 * (model/event.h). The engine stamps step, time and task, keeps the event for the timeline, mixes it
 * into the trace hash and hands it to the sink.
 */

#include "host/types.h"

/* X(enumerator, spelling, names of the arguments a b c d) */
#define HOST_EVENTS(X)                                                                             \
	X(TASK_START, "task-start", "")                                                            \
	X(TASK_END, "task-end", "")                                                                \
	X(BLOCK, "block", "site object") /* object: engine's number for what is awaited */         \
	X(WAKE, "wake", "task by-timeout")                                                         \
	X(WORK_QUEUED, "work-queued", "queue alloc") /* alloc: serial of the allocation, 0 none */ \
	X(WORK_START, "work-start", "queue alloc")                                                 \
	X(WORK_DONE, "work-done", "queue alloc")                                                   \
	X(ALLOC, "alloc", "serial size dma")                                                       \
	X(ALLOC_FAIL, "alloc-fail", "size")                                                        \
	X(FREE, "free", "serial")                                                                  \
	X(LEAK, "leak", "serial size queue") /* host_audit_leaks(); a queue has no serial */       \
	X(IRQ_RAISE, "irq-raise", "irq")                                                           \
	X(IRQ_START, "irq-start", "irq")                                                           \
	X(IRQ_DONE, "irq-done", "irq handled")                                                     \
	X(SPACE_FAULT, "page-fault", "space page flags result")                                    \
	X(SPACE_RELEASE, "space-release", "space")                                                 \
	X(CONTEXT, "context", "rule site lock other") /* enum host_context_rule */                 \
	X(TIME_SKIP, "time-skip", "milliseconds")     /* all waited: the clock moved on */         \
	X(WAIT_TIMEOUT, "wait-timeout", "site")       /* a bounded wait ended by its time-out */   \
	X(FREED_USE, "freed-use", "site") /* a primitive met an object that was freed */           \
	X(BAD_FREE, "bad-free", "serial") /* kfree of what is not allocated */                     \
	X(DMA_FAULT, "dma-fault",                                                                  \
	  "unit bus write")          /* hardware touched memory that is not mapped */              \
	X(WARN, "warn", "number")    /* WARN_ON() in the code under test: host_warn_text() */      \
	X(ASSUME, "assume", "index") /* the system stands on one of its assumptions (sut.h) */

enum host_event_kind {
	EV_NONE,
#define X(id, name, args) EV_##id,
	HOST_EVENTS(X) EV_HOST_END,
	EV_HOST_MAX = 32,
};
#undef X
_Static_assert(EV_HOST_END <= EV_HOST_MAX, "host events run into the model's");

enum host_context_rule {
	CONTEXT_SLEEP_ATOMIC = 1, /* slept, or could have, with a spin lock held */
	CONTEXT_SLEEP_RCU,        /* the same inside an RCU read section */
	CONTEXT_LOCK_ORDER,       /* lock classes taken in both orders (waits and flushes count) */
	CONTEXT_RECURSION,        /* a task takes a lock it holds */
	CONTEXT_UNLOCK,           /* a lock is released by a task that does not hold it */
	CONTEXT_EXIT_HELD,        /* a task ends with a lock or an RCU section open */
};

struct event {
	u16 kind;
	u8 task; /* id of the task or actor that caused it */
	u8 reserved;
	u32 step; /* scheduling points so far */
	u64 time; /* virtual nanoseconds */
	u64 a, b, c, d;
};

/* Emits an event of the running task. May be called from tasks and from actors; never sleeps. */
void host_event(unsigned kind, u64 a, u64 b, u64 c, u64 d);

/* Who is told of every event, as it happens; set once for each run by run/. */
typedef void (*event_sink)(const struct event *e);

#endif
