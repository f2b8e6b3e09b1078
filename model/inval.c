/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The invalidation queue: fetch, order, completion, errors (VT-d 6.5.2.11, 6.5.2.12).
 *
 * A descriptor is in flight from its fetch, which moves the head, to its completion. A window (K19)
 * bounds those that are fetched and not begun; among those that may begin, the schedule picks. A
 * device-TLB invalidation is begun when it is sent, and complete when its answer is back. A wait
 * completes when all before it is complete, and with PD when requests in its scope (K26) are in the
 * ring.
 */

#include "model/state.h"

#define MS 1000000ull

static u64 queue_bytes(const struct model_unit *u)
{
	return 0x1000ull << IQA_QS(u->iqa);
}

static unsigned window(const struct model_unit *u)
{
	return 1u << unit_knob(u, KNOB_QI_WINDOW);
}

static u64 time_out_ns(const struct model_unit *u)
{
	return (unit_knob(u, KNOB_INV_ANSWER) == 1 ? 1000 : 10) * MS;
}

/* --- Errors ----------------------------------------------------------------------------------- */

void inval_error(struct model_unit *u, enum qi_error error, unsigned index, bool injected)
{
	static const u32 bit[] = { [QI_IQE] = FSTS_IQE, [QI_ICE] = FSTS_ICE, [QI_ITE] = FSTS_ITE };

	host_event(EV_QI_ERROR, u->id, error, index, injected);
	message_fault_status(u, bit[error]);
}

static void queue_error(struct model_unit *u, enum iq_error_code code, bool injected)
{
	u->iqer = (u->iqer & ~0xfull) | code;
	inval_error(u, QI_IQE, u->iqh / IQ_SLOT, injected);
}

static u16 devtlb_sid(const struct flight *f)
{
	return f->type == DESC_PDEVTLB ? f->qw[0] >> 16 : f->qw[0] >> 32;
}

static void flight_remove(struct model_unit *u, unsigned at)
{
	for (u->flights--; at < u->flights; at++)
		u->flight[at] = u->flight[at + 1];
}

/* The answer of @at is missing: its tag is released, and every pending wait is aborted. */
static void time_out(struct model_unit *u, unsigned at, bool injected)
{
	unsigned index = u->flight[at].index;
	u16 sid = devtlb_sid(&u->flight[at]);

	flight_remove(u, at);
	for (unsigned i = u->flights; i-- > 0;) {
		if (u->flight[i].type == DESC_WAIT)
			flight_remove(u, i);
	}
	if (!(u->fsts & FSTS_ITE))
		u->iqer = (u->iqer & ~(0xffffull << 32)) | (u64)sid << 32;
	inval_error(u, QI_ITE, index, injected);
}

static int expired(const struct model_unit *u)
{
	for (unsigned i = 0; i < u->flights; i++) {
		const struct flight *f = &u->flight[i];

		if (descriptor_is_devtlb(f->type) && f->started && !f->arrived &&
		    f->deadline <= engine_now())
			return i;
	}
	return -1;
}

static void deadline_update(struct model_unit *u)
{
	u64 first = ENGINE_NO_DEADLINE;

	for (unsigned i = 0; i < u->flights; i++) {
		const struct flight *f = &u->flight[i];

		if (descriptor_is_devtlb(f->type) && f->started && !f->arrived &&
		    f->deadline < first)
			first = f->deadline;
	}
	if (first == u->deadline_set)
		return;
	u->deadline_set = first;
	engine_actor_at(u->inval_actor, first);
}

/* --- Fetch ------------------------------------------------------------------------------------ */

static bool can_fetch(const struct model_unit *u)
{
	unsigned waiting = 0;

	if (!(u->gsts & GCMD_QIE) || (u->fsts & (FSTS_IQE | FSTS_ITE)) || u->iqh == u->iqt ||
	    u->flights == FLIGHT_MAX)
		return false;
	for (unsigned i = 0; i < u->flights; i++)
		waiting += !u->flight[i].started;
	return waiting < window(u);
}

/* False: an error stopped it, with the head at the culprit. */
static bool fetch_one(struct model_unit *u)
{
	struct flight *f = &u->flight[u->flights];
	enum iq_error_code code;
	const u64 *slot;
	u64 qw[4];

	if (u->iqt >= queue_bytes(u) || (u->iqt & (IQ_SLOT - 1))) {
		queue_error(u, u->iqt >= queue_bytes(u) ? IQEI_TAIL : IQEI_ALIGN, false);
		return false;
	}
	if (u->inject == QI_IQE) {
		u->inject = 0;
		queue_error(u, IQEI_TYPE, true);
		return false;
	}
	slot = host_dma_access(u->id, (u->iqa & ADDRESS_MASK) + u->iqh, IQ_SLOT, false);
	if (!slot) {
		queue_error(u, IQEI_FETCH, false);
		return false;
	}
	for (unsigned i = 0; i < 4; i++)
		qw[i] = slot[i];
	code = descriptor_check(u, qw);
	if (code) {
		queue_error(u, code, false);
		return false;
	}
	*f = (struct flight){
		.qw = { qw[0], qw[1] },
		.type = DESC_TYPE(qw[0]),
		.index = u->iqh / IQ_SLOT,
		.pd_seq = u->pd_seq,
	};
	u->flights++;
	u->iqh = (u->iqh + IQ_SLOT) & (queue_bytes(u) - 1);
	return true;
}

/* --- Order (6.5.2.12) ------------------------------------------------------------------------- */

/* May a descriptor of type @later not begin while one of type @earlier is incomplete? */
static bool must_follow(unsigned later, unsigned earlier)
{
	switch (later) {
	case DESC_DEVTLB:
		return earlier == DESC_IOTLB || earlier == DESC_IEC;
	case DESC_PDEVTLB:
		return earlier == DESC_IOTLB || earlier == DESC_IEC || earlier == DESC_PIOTLB;
	case DESC_IOTLB:
	case DESC_PIOTLB:
		return earlier == DESC_CONTEXT || earlier == DESC_PASID;
	default:
		return false;
	}
}

/* Responses and device-TLB invalidations leave in queue order (7.8). */
static bool goes_down(unsigned type)
{
	return type == DESC_RESPONSE || descriptor_is_devtlb(type);
}

static bool may_begin(const struct model_unit *u, unsigned at)
{
	unsigned type = u->flight[at].type;

	for (unsigned i = 0; i < at; i++) {
		const struct flight *f = &u->flight[i];
		bool sent = f->started && descriptor_is_devtlb(f->type);

		if (f->type == DESC_WAIT && ((f->qw[0] & WAIT_FN) || window(u) == 1))
			return false;
		if (window(u) == 1 && !sent)
			return false;
		if (f->type != DESC_WAIT && !f->started && goes_down(f->type) && goes_down(type))
			return false;
		if (must_follow(type, f->type))
			return false;
	}
	return !goes_down(type) || link_down_room(u);
}

static bool may_complete_wait(const struct model_unit *u, unsigned at)
{
	const struct flight *wait = &u->flight[at];
	bool wide = unit_knob(u, KNOB_PD_SCOPE) == 1;

	for (unsigned i = 0; i < at; i++) {
		const struct flight *f = &u->flight[i];

		if (f->type != DESC_WAIT || (f->qw[0] & WAIT_FN) || window(u) == 1)
			return false;
	}
	if (!(wait->qw[0] & WAIT_PD) || unit_knob(u, KNOB_PDS) != 0)
		return true;
	return pipe_passed(u, wide ? u->received_seq : wait->pd_seq, true);
}

static unsigned candidates(const struct model_unit *u, u8 at[FLIGHT_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < u->flights; i++) {
		const struct flight *f = &u->flight[i];

		if (f->started)
			continue;
		if (f->type == DESC_WAIT ? may_complete_wait(u, i) : may_begin(u, i))
			at[n++] = i;
	}
	return n;
}

/* --- Completion ------------------------------------------------------------------------------- */

static void complete_wait(struct model_unit *u, unsigned at)
{
	struct flight f = u->flight[at];

	descriptor_execute(u, &f);
	flight_remove(u, at);
	if (f.qw[0] & WAIT_SW) {
		volatile u32 *status = host_dma_access(u->id, f.qw[1] & ~3ull, 4, true);

		if (status)
			*status = f.qw[0] >> 32;
	}
	host_event(EV_QI_WAIT_DONE, u->id, f.index, f.qw[0] >> 4 & 0xf, 0);
	if ((f.qw[0] & WAIT_IF) && !u->ics) {
		u->ics = 1;
		message_raise(&u->ie);
	}
}

/* A device-TLB invalidation is complete: waits behind it push what was received ahead of it. */
static void note_arrival(struct model_unit *u, unsigned at)
{
	u32 seq = u->flight[at].arrival_seq;

	for (unsigned i = at + 1; i < u->flights; i++) {
		if (u->flight[i].pd_seq < seq)
			u->flight[i].pd_seq = seq;
	}
	if (u->pd_seq < seq)
		u->pd_seq = seq;
}

/* Completes what only waited for the request pipe: K9, and K8 closed. */
static void settle(struct model_unit *u)
{
	bool overtake = unit_knob(u, KNOB_OVERTAKE) == 0;

	for (unsigned i = 0; i < u->flights;) {
		struct flight *f = &u->flight[i];
		bool done = false;

		if (f->arrived) {
			done = overtake || pipe_passed(u, f->arrival_seq, false);
			if (done)
				note_arrival(u, i);
		} else if (f->type == DESC_PASID && f->started) {
			done = pipe_passed(u, f->walked_seq, true);
		}
		if (done)
			flight_remove(u, i);
		else
			i++;
	}
}

static u32 last_walked(const struct model_unit *u)
{
	const struct fifo *f = fifo_count(&u->walked) ? &u->walked : &u->accepted;

	return fifo_count(f) ? model.req[f->item[(f->tail - 1) % FIFO_SIZE]].seq : 0;
}

static void begin(struct model_unit *u, unsigned at)
{
	struct flight *f = &u->flight[at];

	if (descriptor_is_devtlb(f->type)) {
		if (u->inject == QI_ITE) {
			u->inject = 0;
			time_out(u, at, true);
			return;
		}
		f->tag = u->next_tag++;
		f->deadline = engine_now() + time_out_ns(u);
		f->started = true;
		descriptor_execute(u, f);
		return;
	}
	/* What was allowed by the old entry reaches the ring first, if the pipe is closed. */
	f->walked_seq = f->type == DESC_PASID && unit_knob(u, KNOB_PIPE) == 1 ? last_walked(u) : 0;
	descriptor_execute(u, f);
	if (f->walked_seq)
		f->started = true;
	else
		flight_remove(u, at);
}

void inval_completion(struct model_unit *u, struct model_device *d, u32 tag)
{
	/* Left over from before the queue was last disabled: nobody remembers it. */
	if (tag < u->tag_floor)
		return;
	for (unsigned i = 0; i < u->flights; i++) {
		struct flight *f = &u->flight[i];

		if (f->tag != tag)
			continue;
		host_event(EV_DEVTLB_DONE, d->id, 0, 0, 0);
		f->arrived = true;
		f->arrival_seq = u->received_seq;
		inval_update(u);
		return;
	}
	host_event(EV_DEVTLB_DONE, d->id, 1, 0, 0);
	if (!(u->fsts & FSTS_ICE))
		u->iqer = (u->iqer & ~(0xffffull << 48)) | (u64)d->config->rid << 48;
	inval_error(u, QI_ICE, 0, false);
}

/* --- The actor -------------------------------------------------------------------------------- */

void inval_update(struct model_unit *u)
{
	u8 at[FLIGHT_MAX];

	settle(u);
	deadline_update(u);
	engine_actor_set(u->inval_actor, can_fetch(u) || candidates(u, at));
}

void inval_step(void *arg)
{
	struct model_unit *u = arg;
	int late = expired(u);
	u8 at[FLIGHT_MAX];
	unsigned n;

	if (u->deadline_set <= engine_now())
		u->deadline_set = ENGINE_NO_DEADLINE; /* the engine has forgotten it */
	if (late >= 0) {
		time_out(u, late, false);
		goto out;
	}
	while (can_fetch(u)) {
		if (!fetch_one(u))
			break;
	}
	n = candidates(u, at);
	if (n) {
		unsigned chosen = at[n > 1 ? engine_choose(CHOOSE_MODEL, n) : 0];

		if (u->inject == QI_ICE) {
			u->inject = 0;
			inval_error(u, QI_ICE, u->flight[chosen].index, true);
		}
		if (u->flight[chosen].type == DESC_WAIT)
			complete_wait(u, chosen);
		else
			begin(u, chosen);
	}
out:
	inval_update(u);
}

void inval_tail(struct model_unit *u, u64 value)
{
	u64 old = u->iqt;

	u->iqt = value & IQ_POINTER;
	host_event(EV_QI_SUBMIT, u->id, old, u->iqt, 0);
	inval_update(u);
}

void inval_stop(struct model_unit *u)
{
	u->flights = 0;
	u->tag_floor = u->next_tag;
	u->iqh = 0;
}
