/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks and actors as run/ sees them: names, questions, and what ends a run. */

#include <asm-generic/errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/wait.h"

static void copy_name(char to[ENGINE_NAME_MAX], const char *name)
{
	size_t i = 0;

	for (; i < ENGINE_NAME_MAX - 1 && name[i]; i++)
		to[i] = name[i];
	to[i] = 0;
}

struct engine_task *engine_add_task(const char *name, void (*fn)(void *), void *arg, unsigned flags)
{
	struct engine *e = &host_engine;
	unsigned id = e->task_count;
	struct engine_task *t = &e->task[id];
	u64 weight;

	if (id == ENGINE_TASKS_MAX)
		return NULL;
	weight = t->weight;
	memset(t, 0, sizeof(*t));
	t->id = id;
	t->bit = BIT_ULL(id);
	t->weight = weight;
	t->state = TASK_READY;
	t->flags = flags;
	t->site = HOST_SITE_START;
	t->nth[HOST_SITE_START] = 1;
	t->wait.deadline = ENGINE_NO_DEADLINE;
	copy_name(t->name, name);
	e->job[id] = (struct engine_job){ fn, arg };
	e->task_count++;
	e->ready |= t->bit;
	if (flags & ENGINE_URGENT)
		e->urgent |= t->bit;
	return t;
}

int engine_actor(const char *name, void (*step)(void *), void *arg)
{
	struct engine *e = &host_engine;
	/* The clock's id, the last one, is its own. */
	unsigned id = ENGINE_ACTOR_BASE + e->actor_count;
	struct engine_actor *actor = &e->actor[e->actor_count];

	if (id >= ENGINE_CLOCK)
		return -ENOSPC;
	*actor = (struct engine_actor){ .step = step, .arg = arg, .when = ENGINE_NO_DEADLINE };
	copy_name(actor->name, name);
	e->actor_count++;
	return (int)id;
}

static void update_actor(struct engine *e, unsigned id)
{
	struct engine_actor *actor = &e->actor[id - ENGINE_ACTOR_BASE];
	u64 bit = BIT_ULL(id);
	bool timed = actor->when != ENGINE_NO_DEADLINE && actor->when > e->now;

	if (actor->can_move || actor->when <= e->now)
		e->ready |= bit;
	else
		e->ready &= ~bit;
	if (timed)
		e->actor_timed |= bit;
	else
		e->actor_timed &= ~bit;
	engine_update_clock(e);
}

void engine_actor_set(unsigned id, bool can_move)
{
	struct engine *e = &host_engine;

	e->actor[id - ENGINE_ACTOR_BASE].can_move = can_move;
	update_actor(e, id);
}

void engine_actor_at(unsigned id, u64 when)
{
	struct engine *e = &host_engine;

	e->actor[id - ENGINE_ACTOR_BASE].when = when;
	update_actor(e, id);
}

/* --- Waiting -------------------------------------------------------------------------------------- */

void engine_park(unsigned id, const void *object, const char *what)
{
	const struct engine_wait wait = {
		.site = HOST_SITE_START,
		.idle = true,
		.object = object,
		.what = what,
		.deadline = ENGINE_NO_DEADLINE,
	};

	engine_set_wait(&host_engine, &host_engine.task[id], &wait);
}

unsigned engine_wake(const void *object, unsigned count)
{
	struct engine *e = &host_engine;
	unsigned woken = 0;

	if (likely(!(e->waited & engine_waited_bit(object))))
		return 0;
	while (woken < count) {
		struct engine_task *oldest = NULL;

		for (u64 rest = e->blocked; rest; rest &= rest - 1) {
			struct engine_task *t = &e->task[__builtin_ctzll(rest)];

			if (t->wait.object != object)
				continue;
			if (!oldest || t->wait.ticket < oldest->wait.ticket)
				oldest = t;
		}
		if (!oldest)
			break;
		engine_make_ready(e, oldest, false);
		woken++;
	}
	if (woken)
		engine_update_clock(e);
	return woken;
}

/* --- Ends ----------------------------------------------------------------------------------------- */

void engine_stop(void)
{
	struct engine *e = &host_engine;

	if (e->interrupt == ENGINE_GOES_ON)
		e->interrupt = ENGINE_STOPPED;
	engine_set_attention(e);
}

void engine_overflow(const char *what)
{
	struct engine *e = &host_engine;

	if (!e->overflow)
		e->overflow = what;
	e->interrupt = ENGINE_OVERFLOW;
	engine_set_attention(e);
}

const char *engine_overflow_reason(void)
{
	return host_engine.overflow;
}

void engine_die(const char *format, ...)
{
	va_list args;

	fputs("sluice: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* --- Questions -------------------------------------------------------------------------------------- */

u64 engine_now(void)
{
	return host_engine.now;
}

u64 engine_ready(void)
{
	return host_engine.ready;
}

const struct engine_task *engine_task(unsigned id)
{
	return id < host_engine.task_count ? &host_engine.task[id] : NULL;
}

const char *engine_name(unsigned id)
{
	const struct engine *e = &host_engine;

	if (id < e->task_count)
		return e->task[id].name;
	if (id >= ENGINE_ACTOR_BASE && id < ENGINE_ACTOR_BASE + e->actor_count)
		return e->actor[id - ENGINE_ACTOR_BASE].name;
	return id == ENGINE_CLOCK ? "clock" : "nobody";
}

int engine_find(const char *name)
{
	const struct engine *e = &host_engine;

	for (unsigned id = 0; id < e->task_count; id++)
		if (!strcmp(e->task[id].name, name))
			return (int)id;
	for (unsigned i = 0; i < e->actor_count; i++)
		if (!strcmp(e->actor[i].name, name))
			return (int)(ENGINE_ACTOR_BASE + i);
	return !strcmp(name, "clock") ? (int)ENGINE_CLOCK : -1;
}
