/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_ENGINE_BOOKS_H
#define SLUICE_HOST_ENGINE_BOOKS_H

/*
 * What both engines keep in the same way: events with their hash and the numbers of objects (trace.c),
 * tasks and actors by id (tasks.c), who waits for what (wait.h). Each engine has a `struct engine
 * host_engine` of its own, in which these files find members of the same names.
 */

#include "host/engine.h"

#define ENGINE_CLOCK 63u /* id of the pseudo-actor `clock` */
#define ENGINE_CLOCK_BIT BIT_ULL(ENGINE_CLOCK)
#define ENGINE_GOES_ON -1 /* no enum engine_end yet */
#define ENGINE_EVENTS_MAX 32768u
#define ENGINE_OBJECTS_MAX 1024u /* a power of two; half of it is used */
#define ENGINE_REPORTS_MAX 32u

struct engine_actor {
	void (*step)(void *arg);
	void *arg;
	u64 when;
	bool can_move; /* as engine_actor_set() said */
	char name[ENGINE_NAME_MAX];
};

struct engine_job {
	void (*fn)(void *arg);
	void *arg;
};

struct trace {
	u64 event_hash;
	event_sink sink;
	u32 event_count, dropped;
	u32 object_count, object_number, run_number;
	unsigned report_count;
};

extern struct trace host_trace __attribute__((visibility("hidden")));

/* For engine_reset(). Nobody is told of events until @sink is set. */
void trace_reset(void) __attribute__((visibility("hidden")));
/* The hash of all events and of what the engine adds to it. */
u64 trace_hash(u64 decision_hash, u32 steps, u32 decisions) __attribute__((visibility("hidden")));

/* tasks.c: the next id, ready; NULL if there is none. */
struct engine_task *engine_add_task(const char *name, void (*fn)(void *), void *arg, unsigned flags)
	__attribute__((visibility("hidden")));

#endif
