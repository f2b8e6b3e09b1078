/* SPDX-License-Identifier: GPL-2.0-only */
/* Control of the fiber engine: what run/ calls before, around and after a run. */

#include <asm-generic/errno.h>
#include <string.h>

#include "host/access.h"
#include "host/fiber/engine_state.h"
#include "host/primitives.h"

#define QUANTUM_DEFAULT 256
#define FAIR_STEPS_DEFAULT 100000

/* An odd number for each id, so that a sum over tasks tells their sites apart (splitmix64). */
static u64 place_weight(unsigned id)
{
	u64 z = (id + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (z ^ (z >> 31)) | 1;
}

int engine_init(void)
{
	struct engine *e = &host_engine;

	if (e->ready_to_use)
		return 0;
	fiber_adopt(&e->main);
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++) {
		int error = fiber_create(&e->fiber[id], schedule_task_main, &e->task[id]);

		e->task[id].weight = place_weight(id);
		if (!error)
			continue;
		while (id--)
			fiber_destroy(&e->fiber[id]);
		return error;
	}
	e->nobody.id = ENGINE_NOBODY;
	e->current = &e->nobody;
	e->ready_to_use = true;
	return 0;
}

/* --- Reset ------------------------------------------------------------------------------------- */

/* Tasks that did not end are abandoned. An idle daemon has no frame of instrumented code. */
static void drop_tasks(struct engine *e)
{
	for (unsigned id = 0; id < e->task_count; id++) {
		struct engine_task *t = &e->task[id];

		if (t->state != TASK_DONE)
			fiber_rewind(&e->fiber[id], !(e->idle & t->bit));
		t->state = TASK_UNUSED;
	}
	e->task_count = 0;
	e->actor_count = 0;
}

static void clear_state(struct engine *e)
{
	e->running = NULL;
	e->current = &e->nobody;
	e->nobody.skip = 0;
	e->chooser = NULL;
	e->waited = 0;
	e->ready = e->polling = e->blocked = e->timed = e->actor_timed = e->urgent = e->idle = 0;
	e->place = 0;
	e->stirred = 0;
	e->steps = e->decisions = 0;
	e->decision_hash = 0;
	e->who = ENGINE_NOBODY;
	e->interrupt = e->end = ENGINE_GOES_ON;
	e->now = e->tickets = 0;
	e->overflow = NULL;
}

void engine_reset(const struct engine_limits *limits, event_sink sink)
{
	struct engine *e = &host_engine;

	drop_tasks(e);
	clear_state(e);
	trace_reset();
	record_reset();
	e->limits = *limits;
	if (!e->limits.quantum)
		e->limits.quantum = QUANTUM_DEFAULT;
	if (!e->limits.fair_steps)
		e->limits.fair_steps = FAIR_STEPS_DEFAULT;
	e->quantum_end = e->limits.quantum;
	engine_restart_fair_count(e);
	host_access_points = limits->access;

	/* The sink hears nothing of what belongs to the last run. */
	host_primitives_reset(&e->limits);
	host_trace.sink = sink;
}

void engine_set_chooser(struct chooser *chooser)
{
	struct engine *e = &host_engine;

	if (chooser && e->schedule_start == ~0u)
		e->schedule_start = e->decisions;
	e->chooser = chooser;
	engine_restart_fair_count(e);
}

void engine_hand_over(struct chooser *chooser)
{
	host_engine.chooser = chooser;
}

bool engine_is_fair(void)
{
	return !host_engine.chooser;
}

int engine_spawn(const char *name, void (*fn)(void *), void *arg, unsigned flags)
{
	struct engine_task *t =
		host_engine.ready_to_use ? engine_add_task(name, fn, arg, flags) : NULL;

	return t ? t->id : -ENOSPC;
}

/* --- Running -------------------------------------------------------------------------------------- */

/* Nothing that the caller does between runs can race with what tasks do, and the reverse. */
static void order_with_tasks(struct engine *e)
{
#if defined(SLUICE_TSAN)
	for (unsigned id = 0; id < e->task_count; id++)
		fiber_order(&e->main, &e->fiber[id]);
#endif
}

enum engine_end engine_run(void)
{
	struct engine *e = &host_engine;
	int next;

	if (e->interrupt == ENGINE_OVERFLOW)
		return ENGINE_OVERFLOW;
	e->interrupt = ENGINE_GOES_ON;
	e->end = ENGINE_GOES_ON;
	engine_restart_quantum(e);
	engine_restart_fair_count(e);
	order_with_tasks(e);
	next = schedule_pick(e->current, false);
	if (next >= 0) {
		e->running = e->current = &e->task[next];
		e->who = (u8)next;
		engine_restart_quantum(e);
		fiber_switch(&e->main, &e->fiber[next], true);
	}
	e->running = NULL;
	e->who = ENGINE_NOBODY;
	order_with_tasks(e);
	return (enum engine_end)e->end;
}

bool engine_left_tasks(void)
{
	struct engine *e = &host_engine;

	for (unsigned id = 0; id < e->task_count; id++)
		if (e->task[id].state != TASK_DONE && !(e->idle & e->task[id].bit))
			return true;
	return false;
}

void engine_progress(void)
{
	engine_restart_fair_count(&host_engine);
}

void engine_set_feedback(u8 *table, u32 size)
{
	struct engine *e = &host_engine;

	e->feedback = size >= 2 ? table : NULL;
	e->feedback_shift = size >= 2 ? 64 - (unsigned)__builtin_ctz(size) : 0;
}

/* --- Questions -------------------------------------------------------------------------------------- */

struct engine_task *engine_self(void)
{
	return host_engine.running;
}

u32 engine_steps(void)
{
	return host_engine.steps;
}

u32 engine_decisions(void)
{
	return host_engine.decisions;
}
