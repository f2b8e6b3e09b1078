/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * RING: head and tail, and the shadow of the ring. The shadow says which request lies in a slot; a
 * head that moves past a slot takes that request out of the ring, whether anybody looked or not.
 * What the handler did with it shows later, at rest (rest.c).
 */

#include "judge/ledger.h"

static void ring_find(unsigned unit, const char *what, u64 old, u64 value)
{
	struct judge_about about = {
		.broken = promise_broken_unit(unit),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};

	judge_find(INV_RING, &about, "u%u: %s (0x%llx -> 0x%llx, tail at 0x%x, %u slots)", unit,
		   what, (unsigned long long)old, (unsigned long long)value, ledger.unit[unit].tail,
		   ledger.unit[unit].slots);
}

static bool ring_in_range(const struct ledger_unit *unit, u64 offset)
{
	return offset % LEDGER_SLOT_BYTES == 0 && offset / LEDGER_SLOT_BYTES < unit->slots;
}

/* The request that lies in @slot now; entries of older runs and of consumed slots don't count. */
static struct ledger_request *ring_request(unsigned index, unsigned slot)
{
	struct ledger_request *r = ledger_request(ledger.unit[index].ring[slot]);

	if (!r || r->state != REQUEST_DELIVERED || r->slot != slot ||
	    ledger.config.dev_unit[r->dev] != index)
		return NULL;
	return r;
}

static void ring_consume(unsigned index, struct ledger_request *r)
{
	const struct ledger_unit *unit = &ledger.unit[index];

	r->state = REQUEST_CONSUMED;
	r->mid_batch = unit->batch_at && r->delivered_at > unit->batch_at;
	if (!request_is_last(r))
		ledger_settle(r);
}

static void ring_head(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a);
	u32 old, at, passed = 0, filled;

	if (!unit || !unit->up || unit->taken)
		return;
	old = e->b;
	if (!ring_in_range(unit, e->c)) {
		ring_find(e->a, "the head is out of range", e->b, e->c);
		return;
	}
	if (!ring_in_range(unit, e->b) || !ring_in_range(unit, unit->tail))
		return;
	filled = (unit->tail / LEDGER_SLOT_BYTES + unit->slots - old / LEDGER_SLOT_BYTES) %
		 unit->slots;
	for (at = old / LEDGER_SLOT_BYTES; at != e->c / LEDGER_SLOT_BYTES;
	     at = (at + 1) % unit->slots, passed++) {
		struct ledger_request *r = ring_request(e->a, at);

		if (r && passed < filled)
			ring_consume(e->a, r);
	}
	if (passed > filled)
		ring_find(e->a, "the head passes the tail, into slots that hardware owns", e->b,
			  e->c);
}

/* PQT is hardware's. Software may write it, but with the queue running it makes entries vanish. */
static void ring_tail(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a);

	if (!unit)
		return;
	unit->tail = e->c;
	if (e->d && unit->up && !unit->taken && e->b != e->c)
		ring_find(e->a, "software moves the tail of a running queue", e->b, e->c);
}

/* Of no request: what was in that slot before is none of it. */
static void ring_forged(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a);

	if (unit && e->b < LEDGER_SLOTS_MAX)
		unit->ring[e->b] = LEDGER_FORGED;
}

static void ring_set_up(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a);

	if (!unit)
		return;
	ledger_drop_ring(e->a);
	unit->slots = e->b <= LEDGER_SLOTS_MAX ? e->b : 0;
	unit->up = unit->slots != 0;
	unit->tail = unit->up ? unit->tail % (unit->slots * LEDGER_SLOT_BYTES) : 0;
}

/*
 * A page fault is done once for each request: a retry of the device has a number of its own. One
 * for a request that was not delivered means that the slot was read ahead of the tail.
 */
static void ring_fault(const struct event *e)
{
	struct ledger_request *r = ledger_find_page(e->b);

	if (!r)
		return;
	if (!request_was_delivered(r) && r->state != REQUEST_DROPPED)
		judge_find_request(INV_RING, r,
				   "is handled before hardware has handed over its slot");
	if (r->faults)
		judge_find_request(INV_RING, r, "is handled twice");
	if (r->faults < 2)
		r->faults++;
}

void ring_event(const struct event *e)
{
	struct ledger_request *r;

	switch (e->kind) {
	case EV_HEAD:
		ring_head(e);
		break;
	case EV_TAIL:
		ring_tail(e);
		break;
	case EV_RING:
		ring_set_up(e);
		break;
	case EV_FORGED:
		ring_forged(e);
		break;
	case EV_SPACE_FAULT:
		ring_fault(e);
		break;
	case EV_REQ_ACCEPTED:
		r = ledger_request(e->a);
		if (!r || r->state >= REQUEST_ACCEPTED)
			break;
		r->state = REQUEST_ACCEPTED;
		r->accepted_at = ledger.events;
		break;
	case EV_REQ_DELIVERED:
		r = ledger_request(e->a);
		if (r)
			ledger_deliver(r, e->b);
		break;
	default:
		break;
	}
}
