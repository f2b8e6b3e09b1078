/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A page request inside the unit: received, walked, accepted, delivered (VT-d 7.5 to 7.8).
 *
 * The tables are asked in the walk and never again, so a request that was allowed stays allowed
 * (K8 open). Checks of the ring come with acceptance, where the slot is taken. Nothing pushes
 * received requests on but a wait descriptor with PD; a read of PQT, and the event's message, push
 * accepted ones.
 */

#include "model/state.h"

u32 pipe_ring_bytes(const struct model_unit *u)
{
	unsigned order = PQA_PQS(u->pqa) + 7;

	/* Rings below 128 slots are an extension: they are asked for by the configuration. */
	if (order == 7 && u->config->ring_order < 7)
		order = u->config->ring_order;
	return PQ_SLOT << order;
}

void pipe_update(struct model_unit *u)
{
	engine_actor_set(u->walk_actor, fifo_count(&u->received) > 0);
	engine_actor_set(u->accept_actor, fifo_count(&u->walked) > 0 && !u->halted);
	engine_actor_set(u->deliver_actor, fifo_count(&u->accepted) > 0);
	if (u->flights)
		inval_update(u);
}

static bool passed(const struct fifo *f, u32 seq)
{
	return !fifo_count(f) || model.req[fifo_first(f)].seq > seq;
}

bool pipe_passed(const struct model_unit *u, u32 seq, bool deliver)
{
	return passed(&u->received, seq) && passed(&u->walked, seq) &&
	       (!deliver || passed(&u->accepted, seq));
}

void pipe_receive(struct model_unit *u, u32 req)
{
	struct model_req *r = &model.req[req];

	r->seq = ++u->received_seq;
	r->stage = STAGE_RECEIVED;
	host_event(EV_REQ_RECEIVED, req, 0, 0, 0);
	fifo_push(&u->received, req);
	pipe_update(u);
}

static void auto_response(struct model_unit *u, u32 req, unsigned rc)
{
	struct model_req *r = &model.req[req];
	struct down_item item = {
		.kind = DOWN_RESPONSE,
		.rc = rc,
		.automatic = true,
		.group = r->group,
		.pasid = r->pasid,
	};

	/* Stop markers get no response, unless the unit cannot tell them (ECAP.SMS, 7.11). */
	if (r->flags & REQ_MARKER) {
		if (unit_knob(u, KNOB_SMS) == 0)
			return;
		knob_mattered(u, KNOB_SMS);
	}
	if (!(r->flags & REQ_LAST))
		return;
	host_event(EV_RESP_AUTO, req, rc, 0, 0);
	link_down(&model.device[r->dev], &item, false);
}

/* K11: is @r a later member of a damaged group? Its last page ends that. */
static bool group_is_damaged(struct model_unit *u, const struct model_req *r)
{
	if (r->flags & REQ_MARKER)
		return false;
	for (u32 i = 0; i < u->damaged_count; i++) {
		if (u->damaged[i].dev != r->dev || u->damaged[i].group != r->group ||
		    u->damaged[i].pasid != r->pasid)
			continue;
		if (r->flags & REQ_LAST)
			u->damaged[i] = u->damaged[--u->damaged_count];
		return true;
	}
	return false;
}

/* @r is lost: so is what comes after it, up to its group's last page, which may be @r itself. */
static void damage_group(struct model_unit *u, const struct model_req *r)
{
	if (unit_knob(u, KNOB_GROUP_REST) == 0 || group_is_damaged(u, r) || (r->flags & REQ_LAST))
		return;
	if (u->damaged_count == DAMAGED_MAX) {
		engine_overflow("damaged groups of a unit");
		return;
	}
	u->damaged[u->damaged_count].dev = r->dev;
	u->damaged[u->damaged_count].group = r->group;
	u->damaged[u->damaged_count++].pasid = r->pasid;
}

static void reject(struct model_unit *u, u32 req, enum request_reject reason)
{
	model.req[req].stage = STAGE_ENDED;
	host_event(EV_REQ_REJECTED, req, reason, 0, 0);
}

/* Overflow: Success makes the device ask again (7.6); parts of a group vanish without a word. */
static void reject_overflow(struct model_unit *u, u32 req, enum request_reject reason)
{
	struct model_req *r = &model.req[req];

	reject(u, req, reason);
	damage_group(u, r);
	auto_response(u, req, 0);
}

bool pipe_ring_full(const struct model_unit *u)
{
	return ((u->accept_tail + PQ_SLOT) & (pipe_ring_bytes(u) - 1)) == u->pqh;
}

/* The ring is full, and one more came. */
static void overflow(struct model_unit *u, bool last)
{
	if (unit_knob(u, KNOB_FULL_PRO) == 0 || last)
		message_set_prs(u, PRS_PRO);
	else
		knob_mattered(u, KNOB_FULL_PRO);
}

/* Rows 2 and 3 of table 31, and a unit that has no ring. False: the request was rejected. */
static bool check_ring(struct model_unit *u, u32 req)
{
	struct model_req *r = &model.req[req];

	if (!(u->pqa & ADDRESS_MASK)) {
		reject(u, req, REJECT_DISABLED);
		auto_response(u, req, 1);
		return false;
	}
	if (u->prs & PRS_PRO) {
		reject_overflow(u, req, REJECT_OVERFLOW);
		return false;
	}
	if (!pipe_ring_full(u))
		return true;
	overflow(u, r->flags & REQ_LAST);
	reject_overflow(u, req, REJECT_FULL);
	return false;
}

static void reject_tables(struct model_unit *u, u32 req, const struct walk *w)
{
	struct model_req *r = &model.req[req];
	bool pre = w->reason == FAULT_PRE;
	unsigned rc = 1;

	walk_log_fault(u, &model.device[r->dev], r->pasid, w, req, r->page,
		       (r->flags & REQ_WRITE) != 0);
	reject(u, req, pre ? REJECT_DISABLED : REJECT_TABLES);
	if (!(r->flags & REQ_LAST))
		return;
	if (w->fpd && unit_knob(u, KNOB_FPD_RESP) == 1 && !(r->flags & REQ_MARKER)) {
		knob_mattered(u, KNOB_FPD_RESP);
		return;
	}
	if (pre && unit_knob(u, KNOB_PRE_RC) == 1) {
		knob_mattered(u, KNOB_PRE_RC);
		rc = 15;
	}
	auto_response(u, req, rc);
}

void pipe_walk_step(void *arg)
{
	struct model_unit *u = arg;
	u32 req = fifo_pop(&u->received);
	struct model_req *r = &model.req[req];
	struct walk w;

	/* K25: which check comes first. The ring is asked again on acceptance in either case. */
	if (unit_knob(u, KNOB_PRECEDENCE) == 1 && !check_ring(u, req))
		goto out;
	if (!walk_tables(u, &model.device[r->dev], r->pasid, WALK_PAGE_REQUEST, &w)) {
		reject_tables(u, req, &w);
		goto out;
	}
	r->stage = STAGE_WALKED;
	r->did = w.did;
	r->stale_entry = false;
	host_event(EV_REQ_WALKED, req, 0, 0, 0);
	fifo_push(&u->walked, req);
out:
	pipe_update(u);
}

/* VT-d table 27: queuing a request invalidates what the IOTLB holds for its address. */
static void implicit_invalidation(struct model_unit *u, const struct model_req *r)
{
	u32 seen = r->pasid == MODEL_NO_PASID ? model.device[r->dev].rid_pasid : r->pasid;

	for (u32 i = 0; i < u->iotlb_count;) {
		struct iotlb_entry *e = &u->iotlb[i];

		if (e->did == r->did && e->pasid == seen && PAGE_KEY(e->page) == PAGE_KEY(r->page))
			*e = u->iotlb[--u->iotlb_count];
		else
			i++;
	}
}

void pipe_encode(const struct model_req *r, u64 qw[4])
{
	unsigned rid = model.device[r->dev].config->rid;

	qw[0] = PRD_TYPE | PRD_RID(rid);
	if (r->pasid != MODEL_NO_PASID)
		qw[0] |= PRD_PP | PRD_PASID(r->pasid);
	if (r->flags & REQ_EXEC)
		qw[0] |= PRD_EXR;
	if (r->flags & REQ_PRIV)
		qw[0] |= PRD_PMR;
	qw[1] = PRD_PRGI(r->group) | r->page << 12;
	if (r->flags & REQ_READ)
		qw[1] |= PRD_RDR;
	if (r->flags & REQ_WRITE)
		qw[1] |= PRD_WRR;
	if (r->flags & REQ_LAST)
		qw[1] |= PRD_LPIG;
	qw[2] = 0;
	qw[3] = 0;
}

/*
 * A slot of the ring; NULL, and reported, where no memory of the ring is. What lies behind a ring that
 * somebody has made too large is another's: hardware would write there, and nothing could be said of
 * the run any more.
 */
static volatile u64 *ring_slot(struct model_unit *u, u32 at)
{
	u64 base = u->pqa & ADDRESS_MASK, bus = base + at * PQ_SLOT;
	/* volatile: not turned into a memcpy(), which sanitizers would take for the code's own */
	volatile u64 *slot = host_dma_access(u->id, bus, PQ_SLOT, true);

	if (!slot || host_dma_is_one(base, bus - base + PQ_SLOT))
		return slot;
	host_event(EV_DMA_FAULT, u->id, bus, true, 0);
	return NULL;
}

/* Writes words @from up to @to of a slot. */
static void write_slot(struct model_unit *u, u32 at, const u64 qw[4], unsigned from, unsigned to)
{
	volatile u64 *slot = ring_slot(u, at);

	if (!slot)
		return;
	for (unsigned i = from; i < to; i++)
		slot[i] = qw[i];
}

static void write_request(struct model_unit *u, const struct model_req *r, unsigned from,
			  unsigned to)
{
	u64 qw[4];

	pipe_encode(r, qw);
	write_slot(u, r->slot, qw, from, to);
}

static void publish_tail(struct model_unit *u, u32 slot, bool last)
{
	u64 old = u->pqt;

	u->pqt = ((slot + 1u) * PQ_SLOT) & (pipe_ring_bytes(u) - 1);
	host_event(EV_TAIL, u->id, old, u->pqt, 0);
	if (unit_knob(u, KNOB_EVENT) == 0 || last)
		message_set_prs(u, PRS_PPR);
	else if (!(u->prs & PRS_PPR))
		knob_mattered(u, KNOB_EVENT);
}

void pipe_accept_step(void *arg)
{
	struct model_unit *u = arg;
	u32 req = fifo_pop(&u->walked);
	struct model_req *r = &model.req[req];

	if (!check_ring(u, req))
		goto out;
	if (group_is_damaged(u, r)) {
		knob_mattered(u, KNOB_GROUP_REST);
		reject(u, req, REJECT_OVERFLOW);
		auto_response(u, req, 0);
		goto out;
	}
	r->stage = STAGE_ACCEPTED;
	r->slot = u->accept_tail / PQ_SLOT;
	u->accept_tail = (u->accept_tail + PQ_SLOT) & (pipe_ring_bytes(u) - 1);
	host_event(EV_REQ_ACCEPTED, req, r->slot, 0, 0);
	if (r->stale_entry && unit_knob(u, KNOB_PIPE) == 0)
		knob_mattered(u, KNOB_PIPE);
	implicit_invalidation(u, r);
	fifo_push(&u->accepted, req);
	if (unit_knob(u, KNOB_TORN) == 1) {
		knob_mattered(u, KNOB_TORN);
		write_request(u, r, 0, 2);
	}
	if (unit_knob(u, KNOB_TAIL_EARLY) == 1) {
		knob_mattered(u, KNOB_TAIL_EARLY);
		publish_tail(u, r->slot, r->flags & REQ_LAST);
	}
out:
	pipe_update(u);
}

static void deliver_one(struct model_unit *u)
{
	u32 req = fifo_pop(&u->accepted);
	struct model_req *r = &model.req[req];

	write_request(u, r, unit_knob(u, KNOB_TORN) == 1 ? 2 : 0, 4);
	r->stage = STAGE_DELIVERED;
	r->ring_pos = u->ring_pos++;
	r->ring_epoch = u->ring_epoch;
	host_event(EV_REQ_DELIVERED, req, r->slot, 0, 0);
	if (unit_knob(u, KNOB_TAIL_EARLY) == 0)
		publish_tail(u, r->slot, r->flags & REQ_LAST);
}

void pipe_deliver_step(void *arg)
{
	struct model_unit *u = arg;

	deliver_one(u);
	pipe_update(u);
}

void pipe_deliver_all(struct model_unit *u)
{
	if (!fifo_count(&u->accepted))
		return;
	while (fifo_count(&u->accepted))
		deliver_one(u);
	pipe_update(u);
}

void pipe_forge(struct model_unit *u, const u64 qw[4])
{
	bool last = qw[1] & PRD_LPIG;
	u32 slot;

	pipe_deliver_all(u);
	slot = u->accept_tail / PQ_SLOT;
	if (!(u->pqa & ADDRESS_MASK) || u->halted || u->prs & PRS_PRO || pipe_ring_full(u)) {
		host_event(EV_FORGED, u->id, MODEL_NO_SLOT, qw[0], qw[1]);
		if (u->pqa & ADDRESS_MASK && !u->halted && !(u->prs & PRS_PRO))
			overflow(u, last);
		return;
	}
	host_event(EV_FORGED, u->id, slot, qw[0], qw[1]);
	write_slot(u, slot, qw, 0, 4);
	u->accept_tail = (u->accept_tail + PQ_SLOT) & (pipe_ring_bytes(u) - 1);
	u->ring_pos++;
	publish_tail(u, slot, last);
	pipe_update(u);
}

enum request_place model_request_place(u32 req)
{
	const struct model_req *r;
	const struct model_unit *u;
	u32 used;

	if (!req || req > model.requests)
		return PLACE_NONE;
	r = &model.req[req];
	u = device_unit(&model.device[r->dev]);
	switch (r->stage) {
	case STAGE_HELD:
		return PLACE_HELD;
	case STAGE_LINK:
		return PLACE_LINK;
	case STAGE_RECEIVED:
	case STAGE_WALKED:
	case STAGE_ACCEPTED:
		return PLACE_UNIT;
	case STAGE_DELIVERED:
		used = ((u32)(u->pqt - u->pqh) & (pipe_ring_bytes(u) - 1)) / PQ_SLOT;
		if (r->ring_epoch == u->ring_epoch && u->ring_pos - r->ring_pos <= used)
			return PLACE_RING;
		return PLACE_NONE;
	default:
		return PLACE_NONE;
	}
}
