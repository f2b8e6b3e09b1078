/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Responses: DUP, TARGET, RC when the descriptor leaves the queue, DEADRESP when the endpoint takes
 * it. A response carries no more than requester, PASID and group index; it is held to be the answer
 * to the oldest delivered request of that identity that is owed one, as a conforming device has one
 * at most.
 */

#include "judge/ledger.h"

#define RC_SUCCESS 0
#define RC_INVALID 1

struct response {
	int dev;
	u32 pasid;
	u16 group;
	u8 rc, pp;
	u64 rid;
};

static struct response response_read(const struct event *e)
{
	struct response resp = {
		.dev = ledger_find_rid(e->a),
		.rid = e->a,
		.group = e->c,
		.rc = e->d,
		.pp = e->d >> 8,
	};

	resp.pasid = resp.pp ? (u32)e->b : MODEL_NO_PASID;
	return resp;
}

static void response_find(enum invariant id, const struct response *resp, const char *what)
{
	struct judge_about about = {
		.broken = resp->dev < 0 ? promise_broken_run() : promise_broken_device(resp->dev),
		.pasid = resp->pasid,
		.dev = resp->dev < 0 ? LEDGER_NO_DEVICE : resp->dev,
	};
	char pasid[24];

	judge_find(id, &about, "response %u to rid 0x%llx %s group %u: %s", resp->rc,
		   (unsigned long long)resp->rid, judge_pasid(resp->pasid, pasid), resp->group,
		   what);
}

/*
 * Nobody waits for this response: is it a second one, or does it name a request that never was? One
 * whose ring was taken away may have been in the handler's hand by then.
 */
static void response_unmatched(const struct response *resp)
{
	struct ledger_request *seen = NULL;

	ledger.stats.unmatched++;
	for (unsigned n = ledger.requests; n; n--) {
		struct ledger_request *r = &ledger.request[n];

		if (r->dev != resp->dev || r->pasid != resp->pasid || r->group != resp->group)
			continue;
		if (!request_was_delivered(r) && r->state != REQUEST_DROPPED && !r->autos)
			continue;
		if (!seen || (request_is_last(r) && !request_is_last(seen)))
			seen = r;
	}
	if (!seen)
		response_find(INV_TARGET, resp, "no request of that name was ever in the ring");
	else if (seen->state == REQUEST_DROPPED && request_is_last(seen) && !seen->answered)
		seen->answered = true;
	else if (request_is_last(seen))
		judge_find_request(INV_DUP, seen, "is answered twice");
	else if (seen->flags & REQ_MARKER)
		judge_find_request(INV_DUP, seen, "is a stop marker, and is answered");
	else
		judge_find_request(INV_DUP, seen, "has no last-page flag, and is answered");
}

static void response_sent(const struct event *e)
{
	struct response resp = response_read(e);
	struct ledger_request *r;
	struct ledger_life *life;

	ledger.stats.responses++;
	if (resp.rc != RC_SUCCESS && resp.rc != RC_INVALID)
		response_find(INV_RC, &resp,
			      "reserved, or makes the device turn page requests off");
	if (resp.dev < 0) {
		response_find(INV_TARGET, &resp, "no such requester");
		return;
	}
	r = ledger_take_open(resp.dev, resp.pasid, resp.group);
	if (!r) {
		response_unmatched(&resp);
		ledger_fly(resp.dev, resp.pasid, resp.group, 0, false);
		return;
	}
	r->answered = true;
	ledger_settle(r);
	ledger_fly(resp.dev, resp.pasid, resp.group, r->number, false);
	group_answered(r, resp.rc);
	life = ledger_life(ledger_current(r->dev, r->pasid));
	if (life)
		life->answered_at = ledger.events;
	life = ledger_life(r->life);
	if (life && !life->open && resp.rc == RC_SUCCESS)
		judge_find_sent(INV_OLDNEW, r, "is answered Success after its life has ended");
}

static void response_auto(const struct event *e)
{
	struct ledger_request *r = ledger_request(e->a);

	if (!r || r->autos)
		return;
	ledger.stats.autos++;
	r->autos = true;
	/* K27: undefined, and the device may take it for the answer to a group of that index. */
	if ((r->flags & REQ_MARKER) && ledger_has_device(r->dev))
		ledger.dev[r->dev].broken |= 1u << PROMISE_KNOBS;
	ledger_settle(r);
	ledger_fly(r->dev, r->pasid, r->group, r->number, true);
}

static void response_arrived(const struct event *e)
{
	u64 dev = e->a & 0xff;
	const struct ledger_request *own, *closed = ledger_request(e->d);
	u32 broken;
	u16 req = 0;
	char name[JUDGE_NAME_MAX];

	if (!ledger_has_device(dev) || !ledger_land(dev, e->b, e->c, e->a >> 8 & 1, &req))
		return;
	own = ledger_request(req);
	if (!own || !closed || own->life == closed->life || !own->life || !closed->life ||
	    ledger.full)
		return;
	broken = promise_broken_sent(own, &ledger.life[own->life]) |
		 ledger.life[closed->life].broken;
	judge_find(INV_DEADRESP,
		   &(struct judge_about){ .broken = broken,
					  .dev = own->dev,
					  .pasid = own->pasid,
					  .req = own->number },
		   "the %sresponse to %s, of life %u, closes the group of request %u, of life %u",
		   own->autos ? "unit's own " : "", judge_name(own, name),
		   ledger.life[own->life].number, closed->number, ledger.life[closed->life].number);
}

/* Lost on the way: fine if the function is gone, else it went to where nobody is. */
static void response_lost(const struct event *e)
{
	struct response resp = response_read(e);
	u16 req;

	resp.pasid = e->b; /* this event has no PP, and NO_PASID in its place */
	if (resp.dev >= 0)
		ledger_land(resp.dev, resp.pasid, resp.group, false, &req);
	if (resp.dev < 0 || !ledger.dev[resp.dev].gone)
		response_find(INV_TARGET, &resp, "no such requester behind this unit");
}

/*
 * Device-TLB invalidations name a requester. Range and PASID of the drain's own are free (VT-d 7.10
 * b: any size), and here it can't be told which are the drain's: only the requester is judged.
 */
static void response_invalidation(const struct event *e)
{
	u64 rid = e->d >> 32;
	u8 kind = e->c;
	struct judge_about about = {
		.broken = promise_broken_run(),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};

	if ((kind == 3 || kind == 8) && ledger_find_rid(rid) < 0)
		judge_find(INV_TARGET, &about,
			   "device-TLB invalidation at u%llu slot %llu: no requester 0x%llx",
			   (unsigned long long)e->a, (unsigned long long)e->b,
			   (unsigned long long)rid);
}

void response_event(const struct event *e)
{
	switch (e->kind) {
	case EV_RESP_SENT:
		response_sent(e);
		break;
	case EV_RESP_AUTO:
		response_auto(e);
		break;
	case EV_RESP_ARRIVED:
		response_arrived(e);
		break;
	case EV_RESP_LOST:
		response_lost(e);
		break;
	case EV_QI_EXEC:
		response_invalidation(e);
		break;
	default:
		break;
	}
}
