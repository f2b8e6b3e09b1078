/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What must be true when nothing moves any more: MISS, CREDIT, REST, and no queue error left.
 *
 * An unanswered request that the head has passed is a MISS, unless it came in while the batch that
 * passed it was running and no trace of it is left: no page fault, no allocation that names it.
 * Then the head was moved over a slot that nobody looked at: RING.
 */

#include <stdio.h>

#include "judge/ledger.h"

/* VT-d 11.4.7: IQE, ICE, ITE in the fault status register. */
#define FSTS_IQE 0x10u
#define FSTS_ICE 0x20u
#define FSTS_ITE 0x40u

#define PRS_PRO 2u

#define P(name) (1u << PROMISE_##name)

/* Owed a response, with no excuse in what happened to the request itself. */
static bool rest_is_missing(const struct ledger_request *r)
{
	if (!request_is_last(r) || r->answered || r->autos || r->forgotten)
		return false;
	return r->state == REQUEST_ACCEPTED || request_was_delivered(r);
}

unsigned rest_missing(void)
{
	unsigned missing = 0;
	bool scanned = false;

	for (unsigned n = 1; n <= ledger.requests; n++) {
		const struct ledger_request *r = &ledger.request[n];

		if (!rest_is_missing(r))
			continue;
		missing++;
		ledger.dev[r->dev].missed = true;
		if (r->state != REQUEST_CONSUMED) {
			judge_find_request(INV_MISS, r,
					   "waits in the ring, and nobody comes for it");
			continue;
		}
		if (!scanned)
			drain_scan_allocs();
		scanned = true;
		if (request_is_unseen(r) && !drain_found(r))
			judge_find_request(INV_RING, r, RING_LOST);
		else
			judge_find_request(INV_MISS, r, "gets no response");
	}
	return missing;
}

/* A part in the hands of the system, of a life or a group that is over. */
static bool rest_is_orphan(const struct ledger_request *r)
{
	const struct ledger_life *life = ledger_life(r->life);

	if (r->state != REQUEST_CONSUMED || (r->flags & (REQ_LAST | REQ_MARKER)))
		return false;
	/* Sent by a device that had not stopped, it may have come in when the next life had begun. */
	if (life && life->open)
		return group_is_cut(r);
	return life && !life->open && life->stop != STOP_NOT && !r->after_stop &&
	       !ledger.dev[r->dev].gone;
}

static void rest_partials(void)
{
	bool scanned = false;

	for (unsigned n = 1; n <= ledger.requests; n++) {
		const struct ledger_request *r = &ledger.request[n];

		if (!rest_is_orphan(r))
			continue;
		if (!scanned)
			drain_scan_allocs();
		scanned = true;
		if (drain_found(r))
			judge_find_request(INV_REST, r,
					   ledger_life(r->life)->open
						   ? "is left, though the unit has ended its group"
						   : "is left in a partial group of a dead life");
	}
}

static void rest_find_unit(enum invariant id, u64 unit, const char *what, u64 value)
{
	struct judge_about about = {
		.broken = promise_broken_unit(unit),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};

	judge_find(id, &about, "u%llu: %s (0x%llx)", (unsigned long long)unit, what,
		   (unsigned long long)value);
}

/* K1: for parts of groups there is no event, so where the device never ends them nobody comes. */
static bool rest_no_event_due(const struct ledger_unit *unit, u64 head, u64 tail)
{
	u64 slots = unit->slots;
	u64 slot = head / LEDGER_SLOT_BYTES;

	if (!unit->no_event || !slots)
		return false;
	for (; slot != tail / LEDGER_SLOT_BYTES; slot = (slot + 1) % slots) {
		const struct ledger_request *r =
			slot < slots ? ledger_request(unit->ring[slot]) : NULL;

		if (slot < slots && unit->ring[slot] == LEDGER_FORGED)
			continue;
		if (!r || (r->flags & REQ_LAST))
			return false;
	}
	return true;
}

static void rest_ring(const struct event *e)
{
	const struct ledger_unit *unit = ledger_unit(e->a);

	if (!unit || !unit->up)
		return; /* bits that are set while the queue is down are left to its next owner */
	if (e->b != e->c && !rest_no_event_due(unit, e->b, e->c))
		rest_find_unit(INV_REST, e->a, "requests are left in the ring, head at", e->b);
	if (e->d & PRS_PRO)
		rest_find_unit(INV_REST, e->a, "the overflow bit is left set, PRS", e->d);
}

/* The unit rejected a last page and said nothing (K23): no software can mend that. */
static bool rest_unit_was_silent(unsigned dev)
{
	for (unsigned n = 1; n <= ledger.requests; n++) {
		const struct ledger_request *r = &ledger.request[n];

		if (r->dev == dev && r->state == REQUEST_REJECTED && request_is_last(r) &&
		    !r->autos)
			return true;
	}
	return false;
}

/* Credits are held by what the device did not end, and by what was found missing: those aside. */
static void rest_credit(const struct event *e)
{
	char what[96];

	if (!ledger_has_device(e->a) || !e->b || rest_unit_was_silent(e->a))
		return;
	rest_missing();
	if (ledger.dev[e->a].missed)
		return;
	if (ledger_open_group_of_device(e->a))
		ledger.dev[e->a].broken |= P(GROUPS_ENDED);
	snprintf(what, sizeof(what),
		 "%llu of %llu credits are still in use at rest, %llu groups open",
		 (unsigned long long)e->b, (unsigned long long)e->c, (unsigned long long)e->d);
	judge_find_device(INV_CREDIT, e->a, MODEL_NO_PASID, what);
}

/*
 * IQE and ITE stop the queue, so whoever goes on must have cleared them, injected or not; an ITE that
 * comes when all have given up is the next submitter's. ICE stops nothing, and may come when nobody looks
 * any more: it counts if nobody but the system caused it.
 */
static void rest_error(const struct event *e)
{
	const struct ledger_unit *unit = ledger_unit(e->a);
	u64 left = e->b & (unit && unit->late_ite ? FSTS_IQE : FSTS_IQE | FSTS_ITE);

	if (!(ledger.broken & (P(NO_QI_ERROR) | P(INV_ANSWERED))))
		left |= e->b & FSTS_ICE;
	if (left && unit)
		rest_find_unit(INV_QERR, e->a, "a queue error is left behind, FSTS", e->b);
}

static void rest_queue_error(const struct event *e)
{
	static const char *const name[] = { "error", "IQE", "ICE", "ITE" };
	struct ledger_unit *unit = ledger_unit(e->a);
	char what[64];

	if (unit && e->b == QI_ITE)
		unit->late_ite = !ledger.active && !ledger.works && !unit->batch_at;
	if (e->d || !ledger_unit(e->a) || (ledger.broken & (P(NO_QI_ERROR) | P(INV_ANSWERED))))
		return; /* the hardware's doing */
	snprintf(what, sizeof(what), "the invalidation queue reports %s, at slot",
		 name[e->b < 4 ? e->b : 0]);
	rest_find_unit(INV_QERR, e->a, what, e->c);
}

void rest_event(const struct event *e)
{
	switch (e->kind) {
	case EV_ORDERLY:
		/* Everything has come to rest, and nothing of the orderly end has begun. */
		ledger.orderly = true;
		rest_missing();
		rest_partials();
		break;
	case EV_REST_RING:
		rest_ring(e);
		break;
	case EV_REST_CREDIT:
		rest_credit(e);
		break;
	case EV_REST_ERROR:
		rest_error(e);
		break;
	case EV_QI_ERROR:
		rest_queue_error(e);
		break;
	default:
		break;
	}
}
