/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_ENGINE_WAIT_H
#define SLUICE_HOST_ENGINE_WAIT_H

/*
 * Waiting, waking and time, on either engine: what it does to the books. Here, and not in a file of
 * their own, because a point of the fiber engine can't afford the calls.
 */

#include "host/engine/state.h"

/* Sites at which nothing changes that another task could be polling for: register reads, and these. */
#define X(id, name, flags) (((flags)&SITE_LOOK) ? BIT_ULL(HOST_SITE_##id) : 0) |
static const u64 look_sites[] = {
	HOST_SITES(X) ~0ull << HOST_SITE_READ,
	~(~0ull << (HOST_SITE_WRITE - 64)),
};
#undef X

static inline bool engine_site_is_look(unsigned site)
{
	return look_sites[site / 64] >> site % 64 & 1;
}

static inline u64 engine_waited_bit(const void *object)
{
	return BIT_ULL((u64)(uintptr_t)object * 0x9e3779b97f4a7c15ull >> 58);
}

static inline u64 engine_deadline_of(struct engine *e, unsigned id)
{
	return id < ENGINE_ACTOR_BASE ? e->task[id].wait.deadline
				      : e->actor[id - ENGINE_ACTOR_BASE].when;
}

static inline void engine_make_ready(struct engine *e, struct engine_task *t, bool by_timeout)
{
	t->state = TASK_READY;
	t->wait.timed_out = by_timeout;
	e->blocked &= ~t->bit;
	e->waited = 0;
	for (u64 rest = e->blocked; rest; rest &= rest - 1)
		e->waited |= engine_waited_bit(e->task[__builtin_ctzll(rest)].wait.object);
	e->timed &= ~t->bit;
	e->ready |= t->bit;
	engine_made_ready(e, t->id);
	if (t->wait.idle) {
		e->idle &= ~t->bit;
		return;
	}
	/* A sleep that waits for nothing else has not timed out. */
	if (by_timeout && t->wait.object)
		host_event(EV_WAIT_TIMEOUT, t->wait.site, 0, 0, 0);
	host_event(EV_WAKE, t->id, by_timeout, 0, 0);
}

/* To the next deadline, and all that ends there. False if nobody waits for time. */
static inline bool engine_move_clock(struct engine *e)
{
	u64 mask = e->timed | e->actor_timed;
	u64 next = ENGINE_NO_DEADLINE;

	if (!mask)
		return false;
	for (u64 rest = mask; rest; rest &= rest - 1) {
		u64 deadline = engine_deadline_of(e, (unsigned)__builtin_ctzll(rest));

		if (deadline < next)
			next = deadline;
	}

	engine_set_who(ENGINE_NOBODY);
	if (next > e->now) {
		u64 skipped = next - e->now;

		e->now = next;
		host_event(EV_TIME_SKIP, skipped / 1000000, 0, 0, 0);
	}
	for (u64 rest = mask; rest; rest &= rest - 1) {
		unsigned id = (unsigned)__builtin_ctzll(rest);

		if (engine_deadline_of(e, id) > e->now)
			continue;
		if (id < ENGINE_ACTOR_BASE) {
			engine_set_who((u8)id);
			engine_make_ready(e, &e->task[id], true);
			engine_set_who(ENGINE_NOBODY);
		} else {
			e->actor_timed &= ~BIT_ULL(id);
			e->ready |= BIT_ULL(id);
		}
	}
	engine_update_clock(e);
	engine_stir(e, 0);
	return true;
}

static inline enum engine_end engine_verdict_at_rest(struct engine *e)
{
	return (e->blocked & ~e->idle) | e->polling ? ENGINE_HANG : ENGINE_QUIET;
}

/* @t polls for @what, and has seen all that there is. */
static inline void engine_set_polling(struct engine *e, struct engine_task *t, const char *what)
{
	t->state = TASK_POLLING;
	t->wait = (struct engine_wait){
		.site = HOST_SITE_CPU_RELAX,
		.what = what,
		.deadline = ENGINE_NO_DEADLINE,
	};
	e->ready &= ~t->bit;
	e->polling |= t->bit;
}

static inline void engine_set_wait(struct engine *e, struct engine_task *t,
				   const struct engine_wait *wait)
{
	t->wait = *wait;
	t->wait.ticket = ++e->tickets;
	t->state = TASK_BLOCKED;
	e->ready &= ~t->bit;
	e->blocked |= t->bit;
	e->waited |= engine_waited_bit(wait->object);
	if (wait->idle)
		e->idle |= t->bit;
	if (wait->deadline != ENGINE_NO_DEADLINE)
		e->timed |= t->bit;
	engine_update_clock(e);
}

#endif
