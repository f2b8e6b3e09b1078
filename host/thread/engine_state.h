/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_THREAD_ENGINE_STATE_H
#define SLUICE_HOST_THREAD_ENGINE_STATE_H

/*
 * The thread engine's state, shared by its files.
 *
 * One raw lock, the *house lock*, lies over all of host, model, judge and run: only the code under test
 * runs without it. So what is written for "nothing else runs between two points" holds here, too, and
 * no other data of the harness needs a lock. It is a futex and a few atomics in code that is not
 * instrumented, so TSan takes no order from it.
 *
 * Each task id has a *runner*, a thread that takes one job after another. A task that waits sleeps on
 * its runner's own futex; whoever makes it ready marks it under the house lock, and the wake-up follows
 * when that is dropped. `ready` tells who can move whatever the machine does with the threads, so the
 * end of a run is as exact as on fibers.
 */

#include <pthread.h>

#include "host/engine/books.h"
#include "host/thread/noise.h"
#include "host/thread/thread.h"

#define TASKS_MASK 0xffffffffull

enum runner_place {
	RUNNER_HOME, /* no frame of a job on its stack */
	RUNNER_CALL,
	RUNNER_IDLE, /* a daemon that waits for something to do, straight from its job's function */
};

struct runner {
	pthread_t thread;
	struct engine_task *task; /* the slot */
	struct engine_job job;    /* what it is at */
	u32 wakeups;              /* its futex: how often it was woken */
	u8 place;
	bool asleep;    /* or about to be */
	bool dismissed; /* its job is of a run that is over: go home */
	bool adopted;   /* its job is of a run that is over, and goes on in this one */
	bool entered;   /* the house, and has not come to a point since */
	bool relook;    /* it polls, and has done nothing but look since its last cpu_relax() */
	u32 part;       /* engine_run() up to which TSan has heard of an order */
	u32 progress;   /* engine_progress() up to which @moves counts */
	u32 moves;      /* points since then */
	u32 points;     /* ever; the watch reads it */
	u32 outside;    /* points of this run that no lock was taken for */
	struct noise noise;
	bool tell_stack; /* what thread_stack() wants of it */
	unsigned frames;
	void *frame[THREAD_FRAMES_MAX];
};

struct engine {
	u64 ready;   /* ids that can move */
	u64 polling; /* tasks that poll, and have nothing new to see */
	u64 stirred; /* tasks for which something changed since their last cpu_relax() */
	u64 running; /* tasks whose runners are between two waits */
	u64 to_wake; /* tasks whose runners get a wake-up when the lock is dropped */
	u64 blocked, timed, actor_timed, urgent, idle;
	u64 waited; /* one bit for each object that is waited for */
	u32 steps;
	bool on;    /* engine_run() is under way */
	bool noisy; /* there is a chooser, and the noise has not made way for the bound on points */
	struct chooser *chooser;
	u32 decisions;
	u32 part, progress;
	u32 hw_moves; /* steps of actors since the last progress */
	int interrupt;
	int end;
	u64 now, tickets;
	u64 began; /* real time of the reset, ns */
	const char *overflow;
	struct engine_limits limits;
	unsigned task_count, actor_count;
	bool ready_to_use;

	/* As of the last drop of the lock, for those who look without it. */
	struct {
		u64 running;
		bool stops, polls, noisy;
	} shown;

	u32 hw_wakeups, driver_wakeups; /* futexes */
	bool hw_asleep, hw_called, wake_driver;

	struct engine_job job[ENGINE_TASKS_MAX];
	struct engine_actor actor[ENGINE_ACTORS_MAX];
	struct engine_task task[ENGINE_TASKS_MAX];
	struct runner *runner[ENGINE_TASKS_MAX];
};

extern struct engine host_engine __attribute__((visibility("hidden")));

/* What the running thread is: the runner of a task, the hardware's thread, or the caller of engine_run(). */
struct engine_thread {
	struct runner *runner; /* NULL: not a task's */
	unsigned depth;        /* of engine_enter() */
	u8 who;                /* whose events these are */
};

extern __thread struct engine_thread engine_thread __attribute__((visibility("hidden")));

/* --- house.c -------------------------------------------------------------------------------------- */

void house_lock(void) __attribute__((visibility("hidden")));
void house_unlock(void) __attribute__((visibility("hidden")));
bool house_is_wanted(void) __attribute__((visibility("hidden"))); /* somebody waits for it */
void house_sleep(u32 *futex, u32 seen) __attribute__((visibility("hidden")));
void house_wake(u32 *futex) __attribute__((visibility("hidden")));

/* --- schedule.c ------------------------------------------------------------------------------------ */

/* Drops the lock, and wakes whom its holder has made ready. */
void schedule_drop(struct engine *e) __attribute__((visibility("hidden")));
/* Sleeps without the lock until *@futex has moved on from what it is now. Depth is kept. */
void schedule_sleep(u32 *futex) __attribute__((visibility("hidden")));
/* Somebody has stopped moving: time moves on, or the run ends, if nobody else can. */
void schedule_settle(struct engine *e) __attribute__((visibility("hidden")));
void *schedule_runner_main(void *runner) __attribute__((visibility("hidden")));
void *schedule_hardware_main(void *unused) __attribute__((visibility("hidden")));

/* watch.c: the thread that looks for tasks that never come to a point; and a runner's own stack. */
void *watch_main(void *unused) __attribute__((visibility("hidden")));
void watch_take_stack(struct runner *r) __attribute__((visibility("hidden")));

static inline u8 engine_who(void)
{
	return engine_thread.who;
}

static inline void engine_set_who(u8 id)
{
	engine_thread.who = id;
}

/* Without the lock, too; it may have been replaced by then. */
static inline struct runner *engine_runner(const struct engine *e, unsigned id)
{
	return __atomic_load_n(&e->runner[id], __ATOMIC_ACQUIRE);
}

static inline void engine_made_ready(struct engine *e, unsigned id)
{
	struct runner *r = e->runner[id];

	if (!r->asleep)
		return;
	__atomic_store_n(&r->wakeups, r->wakeups + 1, __ATOMIC_RELAXED);
	e->to_wake |= BIT_ULL(id);
}

static inline void engine_set_attention(struct engine *e)
{
}

/* Time that may pass at will passes at points: see schedule.c. */
static inline void engine_update_clock(struct engine *e)
{
}

/* Real time of event number @index. */
void engine_stamp(u32 index) __attribute__((visibility("hidden")));

/* What a poller looks at may have changed, by the task whose bit is @by (0: by none). */
static inline void engine_stir(struct engine *e, u64 by)
{
	e->stirred |= ~by;
	for (u64 rest = e->polling; rest; rest &= rest - 1) {
		unsigned id = (unsigned)__builtin_ctzll(rest);

		e->task[id].state = TASK_READY;
		engine_made_ready(e, id);
	}
	e->ready |= e->polling;
	e->polling = 0;
}

#endif
