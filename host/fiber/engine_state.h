/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_FIBER_ENGINE_STATE_H
#define SLUICE_HOST_FIBER_ENGINE_STATE_H

/*
 * The fiber engine's state, shared by its files. The first lines are what a point touches.
 *
 * A point with one option is counters, one test of masks and one of a step number: @attention is
 * the first step at which anything but masks must be looked at (the quantum's end, the bound on fair
 * steps, or at once if the run is to stop).
 */

#include "host/engine/books.h"
#include "host/fiber/fiber.h"

#define ENGINE_CHOICES_MAX 8192u
#define ENGINE_SCHEDULE_MAX 65536u

struct engine {
	struct engine_task *running; /* NULL outside a run and in an actor's step */
	u64 ready;                   /* ids that can move, the running task's among them */
	u64 polling;                 /* tasks that poll, and have nothing new to see */
	u64 stirred; /* tasks for which something changed since their last cpu_relax() */
	u64 place;   /* hash of where all tasks stand */
	u32 steps;
	u32 attention;

	struct engine_task *current; /* runs, or ran last; &nobody before the first */
	struct chooser *chooser;
	u64 decision_hash;
	u32 decisions;
	u8 who; /* whose events these are */
	u8 feedback_shift;
	u8 *feedback;
	u64 blocked, timed, actor_timed, urgent, idle;
	u64 waited; /* one bit for each object that is waited for: most unlocks wake nobody */
	u32 quantum_end, fair_end;
	int interrupt; /* enum engine_end that the next point brings */
	int end;
	u64 now, tickets;
	u32 choice_count, schedule_count;
	u32 schedule_start; /* decisions before there was a chooser */
	const char *overflow;
	struct engine_limits limits;
	unsigned task_count, actor_count;
	bool ready_to_use;

	struct fiber main;
	struct fiber fiber[ENGINE_TASKS_MAX];
	struct engine_job job[ENGINE_TASKS_MAX];
	struct engine_actor actor[ENGINE_ACTORS_MAX];
	struct engine_task nobody;
	struct engine_task task[ENGINE_TASKS_MAX];
};

extern struct engine host_engine __attribute__((visibility("hidden")));

/* Id of the task or actor whose events these are. */
static inline u8 engine_who(void)
{
	return host_engine.who;
}

static inline void engine_set_who(u8 id)
{
	host_engine.who = id;
}

/* Events have virtual time only. */
static inline void engine_stamp(u32 index)
{
}

/* Its stack is switched to when its turn comes. */
static inline void engine_made_ready(struct engine *e, unsigned id)
{
}

/* schedule.c: who moves next, after actors and clock have had their steps; -1: the run is over. */
int schedule_pick(struct engine_task *cur, bool can_stay) __attribute__((visibility("hidden")));
/* Gives the stack's CPU to task @next, or to engine_run()'s caller if negative. */
void schedule_leave(struct engine_task *cur, int next) __attribute__((visibility("hidden")));
/* The body of every task's stack. */
void schedule_task_main(void *arg) __attribute__((visibility("hidden")));

/* record.c */
void record_reset(void) __attribute__((visibility("hidden")));
void record_choice(const struct decision *d, u8 target, unsigned option, u32 index)
	__attribute__((visibility("hidden")));

static inline void engine_set_attention(struct engine *e)
{
	e->attention = e->quantum_end < e->fair_end ? e->quantum_end : e->fair_end;
	if (e->interrupt != ENGINE_GOES_ON)
		e->attention = 0;
}

/* Somebody who may yet choose otherwise has spoken: the count of fair steps begins again. */
static inline void engine_restart_fair_count(struct engine *e)
{
	e->fair_end = e->steps + e->limits.fair_steps;
	engine_set_attention(e);
}

static inline void engine_restart_quantum(struct engine *e)
{
	e->quantum_end = e->steps + e->limits.quantum;
	engine_set_attention(e);
}

/* Where the scenario lets time pass at will, `clock` can move while anybody waits for time. */
static inline void engine_update_clock(struct engine *e)
{
	if (!e->limits.clock_choice)
		return;
	if (e->timed | e->actor_timed)
		e->ready |= ENGINE_CLOCK_BIT;
	else
		e->ready &= ~ENGINE_CLOCK_BIT;
}

/* What a poller looks at may have changed, by the task whose bit is @by (0: by none). */
static inline void engine_stir(struct engine *e, u64 by)
{
	e->stirred |= ~by;
	if (likely(!e->polling))
		return;
	e->ready |= e->polling;
	e->polling = 0;
}

#endif
