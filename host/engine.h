/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_ENGINE_H
#define SLUICE_HOST_ENGINE_H

/*
 * The engine under the primitives, and its control by run/.
 *
 * There are two, one for each program: host/fiber/, where a chooser decides who moves, and host/thread/,
 * where the machine does. What is of one alone says so below.
 *
 * Tasks are stackful; actors (pieces of hardware) are functions that make one step when chosen. Both
 * have ids below 64, so that "who can move" is one word. Tasks and stacks are made once and reused.
 * Time is virtual: it moves only when nothing else can (or, if the scenario says so, when chosen).
 *
 * All of host, model, judge and run is whole between two points: on fibers by nature, on threads under
 * one raw lock that TSan does not see, and that only the code under test runs without. A primitive holds
 * it from its entry to its return (engine_guard()); so does a task, but for the calls that it makes into
 * the code under test (engine_step_out()).
 *
 * Who moves next, in the fair order of fibers: the task that runs stays, until it blocks, polls, or has used
 * its quantum; then the next id in rotation behind whoever moved last, actors among them. Time, and
 * with it the actor `clock`, is never next while another can move.
 */

#include "host/choose.h"
#include "host/event.h"
#include "host/host.h"

#define ENGINE_IDS_MAX 64
#define ENGINE_TASKS_MAX 32  /* ids 0..31 */
#define ENGINE_ACTOR_BASE 32 /* ids 32..63 */
#define ENGINE_ACTORS_MAX 32
#define ENGINE_LOCKS_HELD_MAX 12
#define ENGINE_NO_DEADLINE (~0ull)
#define ENGINE_NAME_MAX 24

enum engine_task_flags {
	ENGINE_DAEMON =
		1, /* event thread, worker, callback task: may be idle at the end of a run */
	/* Moves as soon as it can, without a decision, like an interrupt. Threads know no urgency. */
	ENGINE_URGENT = 2,
};

/* Why a task does not move. @what: static text, or the name of an object of the run. */
struct engine_wait {
	u16 site;  /* enum host_site of the wait */
	bool idle; /* a daemon that waits for something to do */
	bool timed_out;
	const void *object; /* identity of what is awaited; compared, never followed */
	const char *what;
	u64 ticket;   /* order of arrival: wake-ups are FIFO */
	u64 deadline; /* virtual ns, or ENGINE_NO_DEADLINE */
};

enum engine_held_kind {
	HELD_MUTEX,
	HELD_SPIN,
	HELD_QUEUE, /* not a lock: the task runs an item of this work queue */
	HELD_IRQ,   /* not a lock: the task runs the handler of this interrupt */
};

struct engine_held {
	const void *lock;
	const char *name;
	u8 kind;
	u8 class; /* for the order check; 0: not looked up yet */
};

enum engine_task_state { TASK_UNUSED, TASK_READY, TASK_BLOCKED, TASK_POLLING, TASK_DONE };

struct engine_task {
	u16 site; /* last point */
	u16 skip; /* decisions since the last point */
	u8 id;
	u8 state;
	u8 flags;
	u8 held_count;
	u64 bit;          /* of its id */
	u64 weight;       /* of its site in the feedback's hash */
	u16 atomic_depth; /* spin locks held, atomic callbacks */
	u16 rcu_depth;
	char name[ENGINE_NAME_MAX];
	struct engine_wait wait;
	struct engine_held held[ENGINE_LOCKS_HELD_MAX];
	u16 nth[HOST_SITE_MAX]; /* visits of each site in this run */
};

/* --- For the primitives -------------------------------------------------------------------- */

#if defined(SLUICE_THREADS)
/* Nests. */
void engine_enter(void);
void engine_leave(void);
/* Around a call into the code under test; gives what engine_step_in() wants back. */
unsigned engine_step_out(void);
void engine_step_in(unsigned depth);
/* The daemon that asks is of a run that is over: it returns. */
bool engine_dismissed(void);

struct engine_guard {
	char unused;
};

static inline struct engine_guard engine_guard_enter(void)
{
	engine_enter();
	return (struct engine_guard){ 0 };
}

static inline void engine_guard_leave(struct engine_guard *guard)
{
	(void)guard;
	engine_leave();
}

/* Inside from here to the end of the block. */
#define engine_guard()                                                                             \
	struct engine_guard engine_guard __attribute__((cleanup(engine_guard_leave), unused)) =    \
		engine_guard_enter()
#else
/* Nothing else runs between two points. */
static inline void engine_enter(void)
{
}

static inline void engine_leave(void)
{
}

static inline unsigned engine_step_out(void)
{
	return 0;
}

static inline void engine_step_in(unsigned depth)
{
	(void)depth;
}

static inline bool engine_dismissed(void)
{
	return false;
}

#define engine_guard() ((void)0)
#endif

struct engine_task *engine_self(void); /* NULL outside a run, and in an actor's step */
/*
 * Blocks the running task until engine_wake() names it or @deadline passes; false on time-out.
 * Called and returns inside engine_enter(). Judges CONTEXT first unless @idle.
 */
bool engine_block(unsigned site, const void *object, const char *what, u64 deadline, bool idle);
/* Wakes up to @count tasks that wait for @object, oldest first; gives how many. */
unsigned engine_wake(const void *object, unsigned count);
/* A new daemon is not ready, but idle in a wait for @object, as if it had run up to there. */
void engine_park(unsigned id, const void *object, const char *what);
u64 engine_now(void);
/* A value decision (CHOOSE_ALLOC, CHOOSE_MODEL): below @n, 0 unless a chooser says otherwise. */
unsigned engine_choose(enum choice_kind kind, unsigned n);
/* The number the trace uses for an object: order of first appearance in the run, from 1. */
u32 engine_object_number(const void *object);
/* @object is born: it gets a new number at its next use, even where another one lay before. */
void engine_object_init(const void *object);
/* A bound of the engine or the primitives was met: the run ends at the next point. */
void engine_overflow(const char *what);
/* Emits EV_CONTEXT, once in a run for equal arguments. @lock, @other: host_class_name(). */
void engine_context(enum host_context_rule rule, unsigned site, u64 lock, u64 other);

/* --- For run/ --------------------------------------------------------------------------------- */

enum engine_end {
	ENGINE_QUIET, /* every task but idle daemons has ended, and nothing can move */
	ENGINE_HANG,  /* nothing can move, and somebody waits */
	ENGINE_LIVELOCK, /* fair steps used up; on threads, by one task, and all others have had a share */
	ENGINE_STOPPED,  /* engine_stop() */
	ENGINE_OVERFLOW, /* a bound of the engine itself was met: the run says nothing */
};

struct engine_limits {
	u32 quantum; /* points a task runs in fair turn before the next (default 256); fibers */
	/*
	 * Points after the last choice other than 0 before LIVELOCK. Threads have no fair order: there it
	 * is what each task has as its share, and one may take eight times as much.
	 */
	u32 fair_steps;
	bool clock_choice; /* moving the clock on is an option of every decision while a timer runs */
	bool rcu_eager;    /* callbacks run at the earliest legal moment, by themselves */
	bool fail_alloc;   /* allocations ask the chooser */
	u8 workers;        /* work-queue workers, 1..4: tasks worker0, worker1, ... */
	u8 irqs;           /* event threads: tasks irq, irq1, ... for interrupts 0, 1, ... */
	bool access;       /* points at loads and stores of the code under test (host/access.c) */
	bool record;       /* keep the decisions other than 0, for a replay */
};

/* One decision that was not option 0, as a replay needs it. */
struct engine_choice {
	u8 kind;
	u8 task;   /* the current task (255: none has run yet) */
	u8 target; /* CHOOSE_TASK: id chosen; else the value */
	u8 option;
	u16 site, nth, skip;
	u32 index; /* number of the decision in the run */
	u32 event; /* number of the next event */
};

#define ENGINE_NOBODY 255

/* Once for each process: reserves stacks. 0 or -ENOMEM. */
int engine_init(void);
/*
 * Starts a run: forgets the last one, frees what it left, even if its tasks were abandoned in the
 * middle. Allocates nothing. Calls host_primitives_reset(), which makes the daemons. Every decision
 * takes option 0 until engine_set_chooser().
 */
void engine_reset(const struct engine_limits *limits, event_sink sink);
/*
 * From now on ask @chooser until it is exhausted; NULL: option 0 for good (the orderly end). On threads
 * it is asked for values only, and while there is one, there is noise (host/thread/noise.h).
 */
void engine_set_chooser(struct chooser *chooser);
/* The chooser that answers hands over to @chooser, which is asked from the next decision on. */
void engine_hand_over(struct chooser *chooser);
/* Both: id, or -ENOSPC. @name is copied. Tasks start ready. Actors start unable to move. */
int engine_spawn(const char *name, void (*fn)(void *), void *arg, unsigned flags);
int engine_actor(const char *name, void (*step)(void *), void *arg);
void engine_actor_set(unsigned id, bool can_move);
/*
 * The actor can move once virtual time has reached @when, for one step; ENGINE_NO_DEADLINE: forget
 * that. It may do so again in that step.
 */
void engine_actor_at(unsigned id, u64 when);
/* Lets tasks take turns until the run ends or needs its caller; may be called again after more spawns. */
enum engine_end engine_run(void);
/* From a task: something that the run is for has been done; the count of fair steps begins again. */
void engine_progress(void);
/*
 * The last run left tasks in the middle of a call, which the next reset abandons. TSan keeps a call
 * stack for each fiber, so there they are destroyed and made anew, which is slow and grows memory. A
 * thread in a call can't be ended at all: it sleeps for ever, its task gets a new one, and after some
 * hundreds the next reset dies. A process that runs many should end instead (rule 9).
 */
bool engine_left_tasks(void);
void engine_stop(void); /* from inside: engine_run() returns at the next point */
/* The chooser has run dry, or was never set: all that follows is the fair end. */
bool engine_is_fair(void);
/* What bound was met, after ENGINE_OVERFLOW; else NULL. */
const char *engine_overflow_reason(void);
/* The primitives' part of engine_reset(): their state, and the daemons (irq threads, workers, rcu). */
void host_primitives_reset(const struct engine_limits *limits);
/* Emits EV_LEAK for each allocation, and each work queue, still alive; then the caller may reset. Returns their
 * number. */
unsigned host_audit_leaks(void);
/*
 * Calls @visit for each live allocation of the run, in order of allocation, with its serial, its
 * words, and whether hardware can reach it. For the judge's search of unique page numbers.
 */
void host_each_alloc(void (*visit)(void *ctx, u32 serial, const u64 *words, size_t count, bool dma),
		     void *ctx);
/* Is a work item that lies inside allocation @serial pending or running? */
bool host_alloc_has_work(u32 serial);

/*
 * The numbers in EV_CONTEXT's `lock` and `other`: classes, in order of first use in the run, from 1.
 * "mutex pasid_mutex", "completion prq_complete"; "-" for 0.
 */
const char *host_class_name(u64 class, char *buf, size_t size);
/* The text behind an EV_WARN: "core/qi.c: !iommu". */
const char *host_warn_text(u64 number, char *buf, size_t size);

/*
 * Hardware's access to memory by bus address: the memory, or NULL with an EV_DMA_FAULT if any of
 * @bytes is not mapped. The pointer is good until the next step.
 */
void *host_dma_access(unsigned unit, u64 bus, size_t bytes, bool write);
/* Is all of this range one allocation's? Asks only: nothing is reported. */
bool host_dma_is_one(u64 bus, size_t bytes);

/* What the run did. Valid until the next reset. Threads record no choices, and have no schedule. */
const struct event *engine_events(u32 *count, u32 *dropped);
const struct engine_choice *engine_choices(u32 *count);
/*
 * The option of every decision since there was a chooser, the byte form of this run's schedule;
 * trailing zeros stripped.
 * Without limits.record it may lack what comes behind the first 65536.
 */
const u8 *engine_schedule(u32 *count);
u64 engine_trace_hash(void);
/*
 * Something is wrong with the harness, not with what it watches. Says what on stderr, and ends the
 * process by SIGABRT, of which no handler makes a finding.
 */
__attribute__((format(printf, 1, 2), noreturn)) void engine_die(const char *format, ...);
u32 engine_steps(void);
u32 engine_decisions(void);
const struct engine_task *engine_task(unsigned id); /* NULL if unused */
const char *engine_name(unsigned id);               /* task or actor; "nobody" */
int engine_find(const char *name);                  /* id, or -1 */
u64 engine_ready(void);
/* Name of a site into @buf, say "read_PQT"; and back: -1 if there is none. */
const char *engine_site_name(unsigned site, char buf[ENGINE_NAME_MAX]);
int engine_site_find(const char *name);
/* Names of registers by index, for site names; set once by run/. */
void engine_set_reg_names(const char *const names[32]);

/*
 * Feedback for a fuzz engine: one byte set for each hash of "where all tasks stand" met at a
 * decision. NULL: off. @size: a power of two. Fibers.
 */
void engine_set_feedback(u8 *table, u32 size);

/* Seeks the task that the judge would call to account: for hang reports. Text into @buf. */
size_t engine_describe_wait(unsigned id, char *buf, size_t size);

#endif
