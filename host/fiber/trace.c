/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run leaves behind: events, choices, the schedule, and the hash of all that. */

#include <string.h>

#include "host/fiber/engine_state.h"

static struct event events[ENGINE_EVENTS_MAX + 1];
static struct engine_choice choices[ENGINE_CHOICES_MAX];
#define SCHEDULE_SLACK 16 /* bytes written at once behind what is kept */
static u8 schedule[ENGINE_SCHEDULE_MAX + SCHEDULE_SLACK];

/* Address -> number. A slot belongs to the run whose number it bears, so nothing need be cleared. */
static struct object_slot {
	const void *object;
	u32 run, number;
} objects[ENGINE_OBJECTS_MAX];

static struct event reports[ENGINE_REPORTS_MAX];

void trace_reset(void)
{
	struct engine *e = &host_engine;

	e->event_hash = 0;
	e->event_count = e->dropped = 0;
	e->choice_count = e->schedule_count = 0;
	e->schedule_start = ~0u;
	e->object_count = e->object_number = 0;
	e->report_count = 0;
	if (++e->run_number == 0) { /* wrapped: old slots would come to life */
		memset(objects, 0, sizeof(objects));
		e->run_number = 1;
	}
}

/* --- Events ------------------------------------------------------------------------------------- */

static inline u64 rotate(u64 x, unsigned n)
{
	return x << n | x >> (64 - n);
}

void host_event(unsigned kind, u64 a, u64 b, u64 c, u64 d)
{
	struct engine *e = &host_engine;
	u64 head = (kind | (u64)e->who << 16) + 1;
	u64 x = (a + head) * 0x9e3779b97f4a7c15ull ^
		rotate((b + 0x7f4a7c15) * 0xbf58476d1ce4e5b9ull, 23);
	u64 y = (c + head) * 0x94d049bb133111ebull ^
		rotate((d + 0x133111eb) * 0xd6e8feb86659fd93ull, 41);
	struct event *ev;

	e->event_hash = (rotate(e->event_hash, 29) ^ x ^ rotate(y, 17)) * 0xff51afd7ed558ccdull;
	/* Written in place, the last slot takes what has no room: copies would wait for the stores. */
	if (likely(e->event_count < ENGINE_EVENTS_MAX)) {
		ev = &events[e->event_count++];
	} else {
		ev = &events[ENGINE_EVENTS_MAX];
		e->dropped++;
	}
	ev->kind = kind;
	ev->task = e->who;
	ev->reserved = 0;
	ev->step = e->steps;
	ev->time = e->now;
	ev->a = a;
	ev->b = b;
	ev->c = c;
	ev->d = d;
	if (e->sink)
		e->sink(ev);
}

const struct event *engine_events(u32 *count, u32 *dropped)
{
	if (count)
		*count = host_engine.event_count;
	if (dropped)
		*dropped = host_engine.dropped;
	return events;
}

u64 engine_trace_hash(void)
{
	const struct engine *e = &host_engine;
	u64 z = e->event_hash ^ rotate(e->decision_hash, 32) ^ (u64)e->steps << 32 ^ e->decisions;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void engine_context(enum host_context_rule rule, unsigned site, u64 lock, u64 other)
{
	struct engine *e = &host_engine;

	for (unsigned i = 0; i < e->report_count; i++) {
		const struct event *r = &reports[i];

		if (r->a == rule && r->b == site && r->c == lock && r->d == other)
			return;
	}
	if (e->report_count < ENGINE_REPORTS_MAX)
		reports[e->report_count++] =
			(struct event){ .a = rule, .b = site, .c = lock, .d = other };
	host_event(EV_CONTEXT, rule, site, lock, other);
}

/* --- Choices -------------------------------------------------------------------------------------- */

void trace_choice(const struct decision *d, u8 target, unsigned option, u32 index)
{
	struct engine *e = &host_engine;
	u32 at = index - e->schedule_start;

	if (at < ENGINE_SCHEDULE_MAX) {
		/* Gaps are short, and a call would take longer than the stores. */
		if (likely(at - e->schedule_count <= SCHEDULE_SLACK))
			memset(schedule + e->schedule_count, 0, SCHEDULE_SLACK);
		else
			memset(schedule + e->schedule_count, 0, at - e->schedule_count);
		schedule[at] = (u8)option;
		e->schedule_count = at + 1;
	} else if (e->limits.record) {
		engine_overflow("too many decisions for the schedule's record");
	}
	if (!e->limits.record)
		return;
	if (e->choice_count == ENGINE_CHOICES_MAX) {
		engine_overflow("too many choices for the record");
		return;
	}
	choices[e->choice_count++] = (struct engine_choice){
		.kind = d->kind,
		.task = d->current,
		.target = target,
		.option = (u8)option,
		.site = d->site,
		.nth = d->nth,
		.skip = d->skip,
		.index = index,
		.event = e->event_count,
	};
}

const struct engine_choice *engine_choices(u32 *count)
{
	*count = host_engine.choice_count;
	return choices;
}

const u8 *engine_schedule(u32 *count)
{
	*count = host_engine.schedule_count;
	return schedule;
}

/* --- Objects ----------------------------------------------------------------------------------------- */

static struct object_slot *object_slot(const void *object)
{
	u32 run = host_engine.run_number;
	u64 at = ((u64)(uintptr_t)object >> 3) * 0x9e3779b97f4a7c15ull >> 40;

	for (;; at++) {
		struct object_slot *slot = &objects[at % ENGINE_OBJECTS_MAX];

		if (slot->run != run || slot->object == object)
			return slot;
	}
}

static u32 number_slot(struct object_slot *slot, const void *object)
{
	struct engine *e = &host_engine;

	if (slot->run != e->run_number) {
		if (e->object_count >= ENGINE_OBJECTS_MAX / 2) {
			engine_overflow("too many objects are waited for");
			return 0;
		}
		e->object_count++;
		*slot = (struct object_slot){ .object = object, .run = e->run_number };
	}
	if (!slot->number)
		slot->number = ++e->object_number;
	return slot->number;
}

u32 engine_object_number(const void *object)
{
	return object ? number_slot(object_slot(object), object) : 0;
}

void engine_object_init(const void *object)
{
	struct object_slot *slot = object_slot(object);

	if (slot->run == host_engine.run_number)
		slot->number = 0;
}
