/* SPDX-License-Identifier: GPL-2.0-only */
/* The record of a run's decisions: choices for a replay, and the schedule in its byte form. */

#include <string.h>

#include "host/fiber/engine_state.h"

static struct engine_choice choices[ENGINE_CHOICES_MAX];
#define SCHEDULE_SLACK 16 /* bytes written at once behind what is kept */
static u8 schedule[ENGINE_SCHEDULE_MAX + SCHEDULE_SLACK];

void record_reset(void)
{
	host_engine.choice_count = host_engine.schedule_count = 0;
	host_engine.schedule_start = ~0u;
}

u64 engine_trace_hash(void)
{
	const struct engine *e = &host_engine;

	return trace_hash(e->decision_hash, e->steps, e->decisions);
}

void record_choice(const struct decision *d, u8 target, unsigned option, u32 index)
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
		.event = host_trace.event_count,
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
