/* SPDX-License-Identifier: GPL-2.0-only */
/* Events and the hash of them; the numbers of objects. */

#include <string.h>

#include "host/engine/state.h"

struct trace host_trace;

static struct event events[ENGINE_EVENTS_MAX + 1];

/* Address -> number. A slot belongs to the run whose number it bears, so nothing need be cleared. */
static struct object_slot {
	const void *object;
	u32 run, number;
} objects[ENGINE_OBJECTS_MAX];

static struct event reports[ENGINE_REPORTS_MAX];

void trace_reset(void)
{
	struct trace *t = &host_trace;

	t->event_hash = 0;
	t->sink = NULL;
	t->event_count = t->dropped = 0;
	t->object_count = t->object_number = 0;
	t->report_count = 0;
	if (++t->run_number == 0) { /* wrapped: old slots would come to life */
		memset(objects, 0, sizeof(objects));
		t->run_number = 1;
	}
}

/* --- Events ------------------------------------------------------------------------------------- */

static inline u64 rotate(u64 x, unsigned n)
{
	return x << n | x >> (64 - n);
}

void host_event(unsigned kind, u64 a, u64 b, u64 c, u64 d)
{
	engine_guard();
	struct trace *t = &host_trace;
	u8 who = engine_who();
	u64 head = (kind | (u64)who << 16) + 1;
	u64 x = (a + head) * 0x9e3779b97f4a7c15ull ^
		rotate((b + 0x7f4a7c15) * 0xbf58476d1ce4e5b9ull, 23);
	u64 y = (c + head) * 0x94d049bb133111ebull ^
		rotate((d + 0x133111eb) * 0xd6e8feb86659fd93ull, 41);
	struct event *ev;

	t->event_hash = (rotate(t->event_hash, 29) ^ x ^ rotate(y, 17)) * 0xff51afd7ed558ccdull;
	/* Written in place, the last slot takes what has no room: copies would wait for the stores. */
	if (likely(t->event_count < ENGINE_EVENTS_MAX)) {
		ev = &events[t->event_count++];
	} else {
		ev = &events[ENGINE_EVENTS_MAX];
		t->dropped++;
	}
	ev->kind = kind;
	ev->task = who;
	ev->reserved = 0;
	ev->step = host_engine.steps;
	ev->time = host_engine.now;
	ev->a = a;
	ev->b = b;
	ev->c = c;
	ev->d = d;
	engine_stamp((u32)(ev - events));
	if (t->sink)
		t->sink(ev);
}

const struct event *engine_events(u32 *count, u32 *dropped)
{
	if (count)
		*count = host_trace.event_count;
	if (dropped)
		*dropped = host_trace.dropped;
	return events;
}

u64 trace_hash(u64 decision_hash, u32 steps, u32 decisions)
{
	u64 z = host_trace.event_hash ^ rotate(decision_hash, 32) ^ (u64)steps << 32 ^ decisions;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void engine_context(enum host_context_rule rule, unsigned site, u64 lock, u64 other)
{
	struct trace *t = &host_trace;

	for (unsigned i = 0; i < t->report_count; i++) {
		const struct event *r = &reports[i];

		if (r->a == rule && r->b == site && r->c == lock && r->d == other)
			return;
	}
	if (t->report_count < ENGINE_REPORTS_MAX)
		reports[t->report_count++] =
			(struct event){ .a = rule, .b = site, .c = lock, .d = other };
	host_event(EV_CONTEXT, rule, site, lock, other);
}

/* --- Objects ----------------------------------------------------------------------------------------- */

static struct object_slot *object_slot(const void *object)
{
	u32 run = host_trace.run_number;
	u64 at = ((u64)(uintptr_t)object >> 3) * 0x9e3779b97f4a7c15ull >> 40;

	for (;; at++) {
		struct object_slot *slot = &objects[at % ENGINE_OBJECTS_MAX];

		if (slot->run != run || slot->object == object)
			return slot;
	}
}

static u32 number_slot(struct object_slot *slot, const void *object)
{
	struct trace *t = &host_trace;

	if (slot->run != t->run_number) {
		if (t->object_count >= ENGINE_OBJECTS_MAX / 2) {
			engine_overflow("too many objects are waited for");
			return 0;
		}
		t->object_count++;
		*slot = (struct object_slot){ .object = object, .run = t->run_number };
	}
	if (!slot->number)
		slot->number = ++t->object_number;
	return slot->number;
}

u32 engine_object_number(const void *object)
{
	return object ? number_slot(object_slot(object), object) : 0;
}

void engine_object_init(const void *object)
{
	engine_guard();
	struct object_slot *slot = object_slot(object);

	if (slot->run == host_trace.run_number)
		slot->number = 0;
}
