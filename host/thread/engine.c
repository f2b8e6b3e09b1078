/* SPDX-License-Identifier: GPL-2.0-only */
/* Control of the thread engine: what run/ calls before and after a run. */

#define _GNU_SOURCE
#include <asm-generic/errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/access.h"
#include "host/primitives.h"
#include "host/thread/engine_state.h"

#define FAIR_STEPS_DEFAULT 100000
#define STACK_SIZE (4u << 20) /* a death handler prints a whole scenario on it */
#define LEFT_MAX 512u         /* threads that hung tasks may keep */

static u64 stamps[ENGINE_EVENTS_MAX + 1];

#if defined(SLUICE_ASAN)
const char *__asan_default_options(void);

/* For every program over this engine; see host/fiber/fiber.c. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0:allocator_may_return_null=1:handle_abort=0:quarantine_size_mb=16";
}
#endif

/* --- Threads ------------------------------------------------------------------------------------- */

static int start_thread(pthread_t *thread, void *(*main)(void *), void *arg)
{
	pthread_attr_t attr;
	int error;

	if (pthread_attr_init(&attr))
		return -ENOMEM;
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(thread, &attr, main, arg);
	pthread_attr_destroy(&attr);
	return error ? -ENOMEM : 0;
}

/* A thread for task @id. One that is in the middle of a call keeps it for ever. */
static int make_runner(struct engine *e, unsigned id)
{
	struct runner *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->task = &e->task[id];
	e->task[id].id = (u8)id;
	e->task[id].bit = BIT_ULL(id);
	if (start_thread(&r->thread, schedule_runner_main, r)) {
		free(r);
		return -ENOMEM;
	}
	__atomic_store_n(&e->runner[id], r, __ATOMIC_RELEASE);
	return 0;
}

int engine_init(void)
{
	struct engine *e = &host_engine;
	pthread_t thread;
	int error = 0;

	if (e->ready_to_use)
		return 0;
	for (unsigned id = 0; id < ENGINE_TASKS_MAX && !error; id++)
		error = e->runner[id] ? 0 : make_runner(e, id);
	if (!error)
		error = start_thread(&thread, schedule_hardware_main, NULL);
	if (!error)
		error = start_thread(&thread, watch_main, NULL);
	e->ready_to_use = !error;
	return error;
}

/* --- Reset ------------------------------------------------------------------------------------- */

static void drop_tasks(struct engine *e)
{
	static unsigned left;

	for (unsigned id = 0; id < e->task_count; id++) {
		struct engine_task *t = &e->task[id];

		t->state = TASK_UNUSED;
		if (e->runner[id]->place != RUNNER_CALL)
			continue;
		if (++left > LEFT_MAX || make_runner(e, id))
			engine_die("too many tasks were left in the middle of a call");
	}
	e->task_count = 0;
	e->actor_count = 0;
}

static u64 real_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
}

static void clear_state(struct engine *e)
{
	e->ready = e->polling = e->stirred = e->running = e->to_wake = 0;
	e->blocked = e->timed = e->actor_timed = e->urgent = e->idle = e->waited = 0;
	e->steps = e->decisions = e->hw_moves = 0;
	e->chooser = NULL;
	e->noisy = false;
	e->interrupt = e->end = ENGINE_GOES_ON;
	e->now = e->tickets = 0;
	e->overflow = NULL;
	e->began = real_time();
}

void engine_reset(const struct engine_limits *limits, event_sink sink)
{
	struct engine *e = &host_engine;

	engine_guard();
	drop_tasks(e);
	clear_state(e);
	trace_reset();
	e->limits = *limits;
	if (!e->limits.fair_steps)
		e->limits.fair_steps = FAIR_STEPS_DEFAULT;
	host_access_points = limits->access;
	host_primitives_reset(&e->limits);
	host_trace.sink = sink;
}

void engine_set_chooser(struct chooser *chooser)
{
	struct engine *e = &host_engine;

	engine_guard();
	if (chooser)
		noise_begin();
	e->chooser = chooser;
	engine_progress();
}

void engine_hand_over(struct chooser *chooser)
{
	host_engine.chooser = chooser;
	host_engine.noisy = chooser != NULL;
}

bool engine_is_fair(void)
{
	return !host_engine.chooser;
}

/* --- Tasks ---------------------------------------------------------------------------------------- */

/* A daemon of the last run is where the new one would be, if it is the same. */
static void take_over(struct engine *e, struct runner *r)
{
	const struct engine_job *job = &e->job[r->task->id];

	if (r->place != RUNNER_IDLE)
		return;
	r->adopted = r->job.fn == job->fn && r->job.arg == job->arg;
	r->dismissed = !r->adopted;
	if (r->dismissed)
		engine_made_ready(e, r->task->id);
}

int engine_spawn(const char *name, void (*fn)(void *), void *arg, unsigned flags)
{
	struct engine *e = &host_engine;
	struct engine_task *t;
	struct runner *r;

	engine_guard();
	t = e->ready_to_use ? engine_add_task(name, fn, arg, flags) : NULL;
	if (!t)
		return -ENOSPC;
	r = e->runner[t->id];
	r->outside = 0;
	take_over(e, r);
	if (e->on)
		engine_made_ready(e, t->id);
	return t->id;
}

bool engine_left_tasks(void)
{
	const struct engine *e = &host_engine;

	engine_guard();
	for (unsigned id = 0; id < e->task_count; id++)
		if (e->runner[id]->place == RUNNER_CALL)
			return true;
	return false;
}

/* --- Decisions ------------------------------------------------------------------------------------- */

unsigned engine_choose(enum choice_kind kind, unsigned n)
{
	struct engine *e = &host_engine;
	struct decision d = { .kind = kind, .n = n < 255 ? n : 255, .current = engine_who() };
	const struct engine_task *self = engine_self();
	bool exhausted = false;
	unsigned option;

	if (n < 2)
		return 0;
	engine_guard();
	e->decisions++;
	if (!e->chooser)
		return 0;
	if (self) {
		d.site = self->site;
		d.nth = self->nth[self->site];
	}
	option = e->chooser->choose(e->chooser, &d, &exhausted);
	if (exhausted) {
		e->chooser = NULL;
		e->noisy = false;
	}
	return option % d.n;
}

/* Who moves next is the machine's decision: there is nothing that a replay could say again. */
const struct engine_choice *engine_choices(u32 *count)
{
	static const struct engine_choice none;

	*count = 0;
	return &none;
}

const u8 *engine_schedule(u32 *count)
{
	static const u8 none;

	*count = 0;
	return &none;
}

void engine_set_feedback(u8 *table, u32 size)
{
}

/* --- Questions -------------------------------------------------------------------------------------- */

struct engine_task *engine_self(void)
{
	return engine_thread.runner ? engine_thread.runner->task : NULL;
}

u32 engine_steps(void)
{
	const struct engine *e = &host_engine;
	u32 steps = e->steps;

	for (unsigned id = 0; id < e->task_count; id++)
		steps += e->runner[id]->outside;
	return steps;
}

u32 engine_decisions(void)
{
	return host_engine.decisions;
}

u64 engine_trace_hash(void)
{
	return trace_hash(0, host_engine.steps, host_engine.decisions);
}

void engine_stamp(u32 index)
{
	stamps[index] = real_time() - host_engine.began;
}

const u64 *thread_event_ns(u32 *count)
{
	engine_events(count, NULL);
	return stamps;
}
