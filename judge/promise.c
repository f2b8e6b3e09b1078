/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What the environment kept, computed from the run's events.
 *
 * Each promise is broken towards somebody: a life (its stop, its groups), a device (its credits,
 * its page requests), or everybody (interrupts, registers). A finding is judged by the promises
 * towards those it speaks of, at the moment it is seen: what is broken later can't excuse it, and
 * neither can the misbehaviour of another device.
 */

#include "host/engine.h"
#include "judge/ledger.h"
#include "model/knob.h"

#define P(name) (1u << PROMISE_##name)

/* VT-d 11.4.11.8 */
#define PRS_PPR 1u
#define PRS_PRO 2u

static u32 promise_stop_mask(unsigned stop)
{
	switch (stop) {
	case STOP_ANSWERED:
		return P(STOP_MARKER) | P(STOP_RESET);
	case STOP_MARKER:
		return P(STOP_ANSWERED) | P(STOP_RESET);
	case STOP_RESET:
		return P(STOP_ANSWERED) | P(STOP_MARKER);
	default:
		return P(STOP_ANSWERED) | P(STOP_MARKER) | P(STOP_RESET) | P(STOPPED);
	}
}

/* A stop that came when the drain had begun is none: nothing was promised of what it drains. */
u32 promise_broken_life(const struct ledger_life *life)
{
	bool late = life->drain_at && life->stop_at >= life->drain_at;

	if (life->unsure)
		return ~0u;
	return ledger.broken | ledger.dev[life->dev].broken | life->broken |
	       promise_stop_mask(late ? STOP_NOT : life->stop);
}

u32 promise_broken_sent(const struct ledger_request *r, const struct ledger_life *life)
{
	u32 broken = promise_broken_life(life);

	if (!life->unsure && r->dispatched_at &&
	    (!life->drain_at || r->dispatched_at < life->drain_at))
		broken &= ~(P(STOP_ANSWERED) | P(STOP_MARKER) | P(STOP_RESET));
	return broken;
}

u32 promise_broken_device(unsigned dev)
{
	return ledger.broken | (ledger_has_device(dev) ? ledger.dev[dev].broken : 0);
}

u32 promise_broken_unit(unsigned unit)
{
	u32 broken = ledger.broken;

	for (unsigned d = 0; d < ledger.config.devices; d++)
		if (ledger.config.dev_unit[d] == unit)
			broken |= ledger.dev[d].broken;
	return broken;
}

/*
 * For the whole run the ways to stop are an order: answered promises more than marker, marker more
 * than reset. A run that keeps the stronger keeps the weaker.
 */
u32 promise_broken_run(void)
{
	u32 broken = ledger.broken;

	for (unsigned d = 0; d < ledger.config.devices; d++)
		broken |= ledger.dev[d].broken;
	for (unsigned n = 1; n <= ledger.lives; n++)
		broken |= ledger.life[n].broken;
	if (ledger.seen_stop[STOP_NOT])
		broken |= P(STOPPED) | P(STOP_RESET) | P(STOP_MARKER) | P(STOP_ANSWERED);
	if (ledger.seen_stop[STOP_RESET])
		broken |= P(STOP_MARKER) | P(STOP_ANSWERED);
	if (ledger.seen_stop[STOP_MARKER])
		broken |= P(STOP_ANSWERED);
	return broken;
}

static void promise_hostile(u64 dev, u64 what)
{
	u32 promise;

	switch (what) {
	case HOSTILE_AFTER_STOP:
	case HOSTILE_MARKER_EARLY:
		promise = P(QUIET_AFTER_STOP);
		break;
	case HOSTILE_OPEN_GROUP:
		promise = P(GROUPS_ENDED);
		break;
	case HOSTILE_INV_LATE:
	case HOSTILE_INV_NEVER:
		ledger.broken |= P(INV_ANSWERED); /* the whole queue waits for it */
		if (ledger_has_device(dev))
			ledger.dev[dev].mute = true;
		return;
	default:
		promise = P(CREDITS_KEPT);
	}
	if (ledger_has_device(dev))
		ledger.dev[dev].broken |= promise;
}

/* A tail that moves, and a descriptor that found no room, may be a task's doing. */
u32 promise_prs_due(unsigned kind)
{
	return kind == EV_TAIL ? PRS_PPR : kind == EV_FORGED ? PRS_PRO : 0;
}

/*
 * Software can only clear these bits, and hardware sets PPR right behind a tail, PRO in a step of
 * its own. What is set otherwise is set by an earlier owner: his right while the queue is down
 * (kexec, crash), and a broken promise while it is up.
 */
static void promise_prs(const struct event *e)
{
	const struct ledger_unit *unit = ledger_unit(e->a);
	u64 rise = e->c & ~e->b & (PRS_PPR | PRS_PRO);
	bool forced = e->d || (e->task < ENGINE_ACTOR_BASE && rise & ~(u64)ledger.prs_due);

	if (unit && unit->up && rise && forced)
		ledger.broken |= P(REGISTERS);
}

/*
 * Whoever had the registers before may leave anything in them, as long as the queue is down and
 * nobody is at it; but not a queue.
 */
static void promise_stranger(const struct event *e)
{
	const struct ledger_unit *unit = ledger_unit(e->a);

	if (!unit || unit->up || unit->taken || e->b == STRANGER_QUEUE)
		ledger.broken |= P(REGISTERS);
}

/*
 * Page requests go off because somebody asked for it. The event of the endpoint itself (EV_PRI)
 * does not count: a function also turns them off by itself when it is answered Response Failure,
 * and that is the system's doing. A detach takes the domain of requests without PASID along.
 */
static void promise_op(const struct event *e)
{
	u64 dev = e->b & 0xff;
	bool off = e->a == JOP_DISABLE || e->a == JOP_DETACH;

	if (off && ledger_has_device(dev) && ledger_open_lives(dev, e->a == JOP_DETACH))
		ledger.dev[dev].broken |= P(PRI_ON);
	else if (e->a == JOP_FINISH && ledger_unit(e->b >> 8))
		ledger_break_unit(e->b >> 8, P(PRI_ON));
}

void promise_event(const struct event *e)
{
	switch (e->kind) {
	case EV_ALLOC_FAIL:
		ledger.broken |= P(ALLOCATIONS);
		break;
	case EV_BLOCK:
		if (e->a == HOST_SITE_SPACE_FAULT)
			ledger.broken |= P(HANDLERS);
		break;
	case EV_MSI:
		if (e->b)
			ledger.broken |= P(INTERRUPTS);
		break;
	case EV_QI_ERROR:
		if (e->d)
			ledger.broken |= P(NO_QI_ERROR);
		else if (e->b == QI_ITE && (ledger.broken & P(CLOCK)))
			ledger.broken |= P(INV_ANSWERED); /* the clock ran ahead of the answer */
		break;
	case EV_KNOB:
		if (e->b == KNOB_EVENT && e->a < LEDGER_UNITS_MAX)
			ledger.unit[e->a].no_event = true;
		/* The tail runs ahead of the words: only where that value is the broken one. */
		if (ledger.config.broken_knob && e->c &&
		    (e->b == KNOB_TAIL_EARLY || e->b == KNOB_TORN))
			ledger.broken |= P(DESCRIPTORS);
		break;
	case EV_HOSTILE:
		promise_hostile(e->a, e->b);
		break;
	case EV_GONE:
		if (ledger_has_device(e->a)) {
			ledger.dev[e->a].gone = true;
			ledger.dev[e->a].broken |= P(PRESENT);
		}
		break;
	case EV_PRS:
		promise_prs(e);
		break;
	case EV_STRANGER:
		promise_stranger(e);
		break;
	case EV_FORGED:
		ledger.broken |= P(GENUINE); /* it may bear any name, of any device */
		break;
	case EV_OP_BEGIN:
		promise_op(e);
		break;
	default:
		break;
	}
}
