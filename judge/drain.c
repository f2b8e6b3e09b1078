/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Operations, and what must be true when a drain returns success: PEND-* and OVERWAIT.
 *
 * The system under test can't be looked into, so a place is told by evidence. In order: the model
 * says link, unit or ring; a live allocation names the request's unique page (with a work item:
 * WORK, else PARTIAL); the event handler runs (HAND), or a work item does (WORK); descriptors wait
 * in the invalidation queue (QUEUE). A request with none of these is lost: RING at once if it looks
 * as if nobody had seen it, else MISS at rest. DMA memory is not searched: the ring keeps old
 * descriptors.
 *
 * The unit's own Invalid Request for a request that met a table already torn down counts as any
 * other response, though one pass of VT-d 7.10 a to c does not flush it and software cannot see it:
 * a drain that always goes round twice leaves none.
 */

#include <stdio.h>

#include "judge/ledger.h"
#include "model/model.h"

/* --- What live allocations speak of --- */

static void drain_visit(void *ctx, u32 serial, const u64 *words, size_t count, bool dma)
{
	int has_work = -1; /* asked once, when there is something to ask about */

	if (dma)
		return;
	for (size_t i = 0; i < count; i++) {
		u64 word = words[i];
		struct ledger_request *r;

		/* Wire pages have bit 34 set, nothing above: as an address, or as a number. */
		if (word >> 46 == 1)
			r = ledger_find_page(word >> 12);
		else if (word >> 34 == 1)
			r = ledger_find_page(word);
		else
			continue;
		if (!r)
			continue;
		if (has_work < 0)
			has_work = ledger.config.probe.alloc_has_work(serial);
		if (r->found_scan != ledger.scans)
			r->found_work = r->found_plain = false;
		r->found_scan = ledger.scans;
		*(has_work ? &r->found_work : &r->found_plain) = true;
	}
}

void drain_scan_allocs(void)
{
	ledger.scans++;
	ledger.config.probe.each_alloc(drain_visit, NULL);
}

/* --- PEND-* --- */

static void drain_find(enum invariant id, const struct ledger_request *r, const char *place)
{
	judge_find_request(id, r, place);
}

/* Past the ring: does the system still owe it something? */
static bool drain_owed(const struct ledger_request *r)
{
	const struct ledger_request *end;

	if (r->state != REQUEST_CONSUMED || r->answered || r->autos)
		return false;
	if (request_is_last(r))
		return true;
	/* A part is done with when its group was answered by software; see also rest.c. */
	end = ledger_group_end(r);
	return !end || !end->answered;
}

static void drain_judge_consumed(struct ledger_request *r)
{
	const struct ledger_unit *unit = ledger_unit(ledger.config.dev_unit[r->dev]);
	bool in_hand = unit && unit->batch_at, last = request_is_last(r), found = drain_found(r);

	if (found && r->found_work) {
		drain_find(INV_PEND_WORK, r, "is in the work queue after the drain returned");
	} else if (last && in_hand) {
		drain_find(INV_PEND_HAND, r,
			   "is in the event handler's hand after the drain returned");
	} else if (found) {
		drain_find(INV_PEND_PARTIAL, r, "is in a partial group after the drain returned");
	} else if (!last) {
		return; /* purged, as it should be */
	} else if (ledger.works) {
		drain_find(INV_PEND_WORK, r, "is in a worker's hand after the drain returned");
	} else if (request_is_unseen(r)) {
		judge_find_request(INV_RING, r, RING_LOST);
		ledger_lose(r);
	} else if (unit && unit->qi_seen && unit->qi_tail != unit->qi_next) {
		drain_find(INV_PEND_QUEUE, r,
			   "is answered in the invalidation queue only, after the drain returned");
	}
}

/* Gives whether allocations have to be searched for this request. */
static bool drain_judge_place(const struct ledger_request *r)
{
	char what[80];

	switch (ledger.config.probe.request_place(r->number)) {
	case PLACE_HELD:
		return false; /* not sent: the device withdraws it */
	case PLACE_LINK:
		drain_find(INV_PEND_LINK, r, "is on the way to the unit after the drain returned");
		return false;
	case PLACE_UNIT:
		drain_find(INV_PEND_UNIT, r, "is in the unit after the drain returned");
		return false;
	case PLACE_RING:
		snprintf(what, sizeof(what), "is in the ring at slot %u after the drain returned",
			 r->slot);
		drain_find(INV_PEND_RING, r, what);
		return false;
	default:
		break;
	}
	if (r->flying)
		drain_find(INV_PEND_RESPONSE, r,
			   r->autos
				   ? "is answered by the unit, and that is still under way to the "
				     "device after the drain returned"
				   : "is answered, and that is still under way to the device after "
				     "the drain returned");
	return drain_owed(r);
}

static void drain_judge_life(const struct ledger_life *life)
{
	bool search = false;

	for (u16 n = life->first; n; n = ledger.request[n].next_in_life) {
		const struct ledger_request *r = &ledger.request[n];

		if ((r->flags & REQ_MARKER) || r->after_stop)
			continue;
		search |= drain_judge_place(r);
	}
	if (!search)
		return;
	drain_scan_allocs();
	for (u16 n = life->first; n; n = ledger.request[n].next_in_life) {
		struct ledger_request *r = &ledger.request[n];

		if (!(r->flags & REQ_MARKER) && !r->after_stop && drain_owed(r))
			drain_judge_consumed(r);
	}
}

/* --- Operations --- */

static bool drain_is_drain(unsigned op)
{
	return op == JOP_UNBIND || op == JOP_RID || op == JOP_DETACH || op == JOP_DRAIN;
}

/* Is another task's operation ending @life already? */
static bool drain_is_under_way(const struct ledger_life *life)
{
	for (u64 left = ledger.active; left; left &= left - 1) {
		const struct ledger_op *other = &ledger.op[__builtin_ctzll(left)];

		if (other->life == life->number && other->op != JOP_DRAIN)
			return true;
	}
	return false;
}

static void drain_begin(const struct event *e)
{
	struct ledger_op *op = &ledger.op[e->task % LEDGER_TASKS_MAX];
	struct ledger_unit *unit = ledger_unit(e->b >> 8);
	struct ledger_life *life;

	*op = (struct ledger_op){
		.op = e->a < JOP_COUNT ? e->a : JOP_COUNT,
		.dev = e->b,
		.unit = e->b >> 8,
		.space = e->d,
		.pasid = e->a == JOP_RID || e->a == JOP_DETACH ? MODEL_NO_PASID : (u32)e->c,
		.allowance = OVERWAIT_BATCHES,
		.begun_at = ledger.events,
	};
	if (drain_is_drain(op->op))
		op->life = ledger_current(op->dev, op->pasid);
	life = ledger_life(op->life);
	if (life && life->open && op->op != JOP_DRAIN && !drain_is_under_way(life))
		life->drain_at = ledger.events;
	if ((op->op == JOP_UNBIND || op->op == JOP_RID) && life && life->open &&
	    life->stop == STOP_NOT && !ledger.orderly)
		ledger.seen_stop[STOP_NOT] = true;
	if ((op->op == JOP_START || op->op == JOP_FINISH) && unit)
		unit->taken++;
	if (drain_is_drain(op->op)) {
		for (u64 left = ledger.active; left; left &= left - 1) {
			struct ledger_op *other = &ledger.op[__builtin_ctzll(left)];

			if (!drain_is_drain(other->op) || other->unit != op->unit)
				continue;
			other->allowance += OVERWAIT_BATCHES;
			op->allowance += OVERWAIT_BATCHES;
		}
	}
	if (op->op == JOP_EXIT && op->space < 64)
		ledger.exited |= 1ull << op->space;
	ledger.active |= 1ull << (e->task % LEDGER_TASKS_MAX);
}

/* A drain of @life returned success. */
static void drain_returned(struct ledger_life *life, const struct ledger_op *op, bool ends)
{
	u8 stop;

	if (!life || !life->open)
		return;
	stop = life->stop;
	ledger.stats.drains++;
	/* A stop that came after the drain began is none: nothing was promised of what it drained. */
	if (life->stop_at >= op->begun_at)
		life->stop = STOP_NOT;
	drain_judge_life(life);
	/* A life that is over stays as it ended; one that goes on has been stopped by now. */
	if (ends)
		ledger_end_life(life);
	else
		life->stop = stop;
}

/* Did another exchange of the device's domain run beside this one? */
static bool drain_met_exchange(const struct ledger_op *op)
{
	if (!ledger_has_device(op->dev))
		return false;
	for (u64 left = ledger.active; left; left &= left - 1) {
		const struct ledger_op *other = &ledger.op[__builtin_ctzll(left)];

		if ((other->op == JOP_RID || other->op == JOP_DETACH) && other->dev == op->dev)
			return true;
	}
	return ledger.dev[op->dev].rid_at > op->begun_at;
}

/*
 * Each exchange of a domain ends what the one before it began, whatever it found when it was called.
 * Of several at once nobody outside can tell which was the last, or which of them has drained: nothing
 * is held against their lives.
 */
static void drain_rid(const struct ledger_op *op)
{
	struct ledger_life *life = ledger_life(ledger_current(op->dev, MODEL_NO_PASID));
	bool met = drain_met_exchange(op);

	if (life)
		life->unsure |= met;
	drain_returned(life, op, true);
	if (!ledger_has_device(op->dev) || op->space == LEDGER_NO_SPACE)
		return;
	life = ledger_life(ledger_begin_life(op->dev, MODEL_NO_PASID, op->space));
	if (life)
		life->unsure = met;
}

/* The old domain may be gone, or not; and whoever exchanges it beside this one can't know either. */
static void drain_rid_failed(const struct ledger_op *op)
{
	struct ledger_life *life = ledger_life(op->life);

	if (life)
		life->unsure = true;
	if (ledger_has_device(op->dev))
		ledger.dev[op->dev].rid_at = ledger.events;
}

static void drain_end_success(const struct event *e, const struct ledger_op *op)
{
	struct ledger_unit *unit = ledger_unit(op->unit);

	switch (op->op) {
	case JOP_BIND:
		if (ledger_has_device(op->dev))
			ledger_begin_life(op->dev, e->c, op->space);
		break;
	case JOP_UNBIND:
		drain_returned(ledger_life(op->life), op, true);
		break;
	case JOP_DRAIN:
		drain_returned(ledger_life(op->life), op, false);
		break;
	case JOP_RID:
		drain_rid(op);
		if (ledger_has_device(op->dev))
			ledger.dev[op->dev].rid_at = ledger.events;
		break;
	case JOP_DETACH:
		if (ledger_has_device(op->dev))
			ledger.dev[op->dev].rid_at = ledger.events;
		for (unsigned n = 1; n <= ledger.lives; n++)
			if (ledger.life[n].dev == op->dev)
				drain_returned(&ledger.life[n], op, true);
		break;
	case JOP_FINISH:
		ledger_drop_ring(op->unit);
		if (unit)
			unit->up = false;
		break;
	default:
		break;
	}
}

static void drain_end(const struct event *e)
{
	unsigned task = e->task % LEDGER_TASKS_MAX;
	struct ledger_op *op = &ledger.op[task];
	struct ledger_unit *unit;

	if (!(ledger.active >> task & 1) || op->op != e->a)
		return;
	ledger.active &= ~(1ull << task);
	group_op_ended(op);
	unit = ledger_unit(op->unit);
	if ((op->op == JOP_START || op->op == JOP_FINISH) && unit && unit->taken)
		unit->taken--;
	if ((s64)e->d == 0)
		drain_end_success(e, op);
	else if (op->op == JOP_RID)
		drain_rid_failed(op);
}

/* --- OVERWAIT
 * ------------------------------------------------------------------------------------- */

/*
 * A response of @life has left the queue, and who sent it may still be at its work item: its poll for
 * that, and what comes behind it. One that began later, or did a fault for another life since, has
 * not sent it.
 */
static bool drain_at_work(const struct ledger_life *life)
{
	for (u64 left = ledger.works; left; left &= left - 1) {
		const struct ledger_work *work = &ledger.work[__builtin_ctzll(left)];

		if (work->begun_at < life->answered_at &&
		    (!work->life || work->life == life->number))
			return true;
	}
	return false;
}

/*
 * A request of that name that the device sent outside of this life, and that came in during it: the system
 * can't know, and waits for it as for any other.
 */
static bool drain_has_stranger(const struct ledger_op *op)
{
	if (!ledger.dev[op->dev].strangers)
		return false;
	for (unsigned n = 1; n <= ledger.requests; n++) {
		const struct ledger_request *r = &ledger.request[n];

		if (r->dev == op->dev && r->pasid == op->pasid && r->life != op->life &&
		    request_is_last(r) && request_was_delivered(r) && !r->answered)
			return true;
	}
	return false;
}

static bool drain_sleeps(unsigned blocked)
{
	return blocked == HOST_SITE_WAIT_FOR_COMPLETION + 1 || blocked == HOST_SITE_WAIT_EVENT + 1;
}

/*
 * A batch that began at @begun_at ended. It counts against a drain that sleeps for the handler (not
 * for a lock or a work queue, where others' batches pass by), or was woken from that by this batch,
 * though nothing of its own life is left to be handled.
 */
static void drain_batch(unsigned unit, u64 begun_at)
{
	for (u64 left = ledger.active; left; left &= left - 1) {
		struct ledger_op *op = &ledger.op[__builtin_ctzll(left)];
		const struct ledger_life *life = ledger_life(op->life);

		if (op->unit != unit || !life || life->pending || drain_at_work(life) ||
		    drain_has_stranger(op))
			continue;
		if (!drain_sleeps(op->blocked) &&
		    !(op->woken_at > begun_at && drain_sleeps(op->woken)))
			continue;
		if (++op->foreign == op->allowance + 1)
			judge_find(INV_OVERWAIT,
				   &(struct judge_about){ .broken = promise_broken_unit(unit),
							  .dev = op->dev,
							  .pasid = op->pasid },
				   "a drain of d%u waited for %u batches without a request of its "
				   "life",
				   op->dev, op->foreign);
	}
}

static void drain_overflow(unsigned unit)
{
	ledger.stats.overflows++;
	for (u64 left = ledger.active; left; left &= left - 1) {
		struct ledger_op *op = &ledger.op[__builtin_ctzll(left)];

		if (op->unit == unit)
			op->allowance += OVERWAIT_BATCHES;
	}
}

static void drain_prs(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a);

	if (!unit || !((e->b | e->c) & 2))
		return;
	unit->overflow_at = ledger.events;
	if (e->b & 2)
		return;
	unit->overflow_began = ledger.events;
	drain_overflow(e->a);
}

static void drain_irq(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a); /* interrupt n is of unit n */

	if (!unit)
		return;
	if (e->kind == EV_IRQ_START) {
		unit->batch_at = ledger.events;
		return;
	}
	drain_batch(e->a, unit->batch_at);
	unit->batch_at = 0;
}

/* Slots of the invalidation queue: the tail as a byte offset of 32-byte descriptors (IQA.DW = 1).
 */
static void drain_queue(const struct event *e)
{
	struct ledger_unit *unit = ledger_unit(e->a);

	if (!unit)
		return;
	if (e->kind == EV_QI_EXEC) {
		/* Behind the last slot comes slot 0; queues have 2^n slots, 128 and more. */
		unit->qi_next =
			unit->qi_tail == 0 && e->b >= 127 && !(e->b & (e->b + 1)) ? 0 : e->b + 1;
		return;
	}
	unit->qi_tail = e->c / LEDGER_SLOT_BYTES;
	unit->qi_seen = true;
}

static void drain_work(const struct event *e)
{
	unsigned task = e->task % LEDGER_TASKS_MAX;
	const struct ledger_request *r;

	switch (e->kind) {
	case EV_WORK_START:
		ledger.works |= 1ull << task;
		ledger.work[task] = (struct ledger_work){ .begun_at = ledger.events };
		break;
	case EV_WORK_DONE:
		ledger.works &= ~(1ull << task);
		break;
	default:
		r = ledger_find_page(e->b);
		if (r && (ledger.works >> task & 1))
			ledger.work[task].life = r->life;
	}
}

static void drain_woken(struct ledger_op *op)
{
	op->woken = op->blocked;
	op->woken_at = ledger.events;
	op->blocked = 0;
}

void drain_event(const struct event *e)
{
	switch (e->kind) {
	case EV_OP_BEGIN:
		drain_begin(e);
		break;
	case EV_OP_END:
		drain_end(e);
		break;
	case EV_BLOCK:
		ledger.op[e->task % LEDGER_TASKS_MAX].blocked = e->a + 1;
		break;
	case EV_WAKE:
		drain_woken(&ledger.op[e->a % LEDGER_TASKS_MAX]);
		break;
	case EV_IRQ_START:
	case EV_IRQ_DONE:
		drain_irq(e);
		break;
	case EV_WORK_START:
	case EV_WORK_DONE:
	case EV_SPACE_FAULT:
		drain_work(e);
		break;
	case EV_QI_SUBMIT:
	case EV_QI_EXEC:
		drain_queue(e);
		break;
	case EV_PRS:
		drain_prs(e);
		break;
	default:
		break;
	}
}
