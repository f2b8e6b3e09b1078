/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "judge/ledger.h"

struct ledger ledger;

void ledger_reset(const struct judge_config *config)
{
	unsigned devices;

	ledger.config = *config;
	if (ledger.config.devices > LEDGER_DEVICES_MAX)
		ledger.config.devices = LEDGER_DEVICES_MAX;
	if (ledger.config.units > LEDGER_UNITS_MAX)
		ledger.config.units = LEDGER_UNITS_MAX;
	devices = ledger.config.devices;
	/* Everything between the configuration and the first table is counters. */
	memset(&ledger.events, 0,
	       offsetof(struct ledger, current) - offsetof(struct ledger, events));
	memset(ledger.current, 0, sizeof(ledger.current[0]) * devices);
	memset(ledger.dev, 0, sizeof(ledger.dev[0]) * devices);
	for (unsigned u = 0; u < ledger.config.units; u++)
		memset(&ledger.unit[u], 0, offsetof(struct ledger_unit, ring));
	if (ledger.config.broken_knob)
		ledger.broken |= 1u << PROMISE_KNOBS;
	if (ledger.config.clock_free)
		ledger.broken |= 1u << PROMISE_CLOCK;
}

struct ledger_request *ledger_request(u64 number)
{
	return number && number <= ledger.requests ? &ledger.request[number] : NULL;
}

struct ledger_life *ledger_life(unsigned number)
{
	return number && number <= ledger.lives ? &ledger.life[number] : NULL;
}

struct ledger_unit *ledger_unit(u64 unit)
{
	return unit < ledger.config.units ? &ledger.unit[unit] : NULL;
}

bool ledger_has_device(u64 dev)
{
	return dev < ledger.config.devices;
}

int ledger_find_rid(u64 rid)
{
	for (unsigned d = 0; d < ledger.config.devices; d++)
		if (ledger.config.dev_rid[d] == rid)
			return (int)d;
	return -1;
}

/* Bits 33:16 of a wire page are the request's number; the whole must be that request's page. */
struct ledger_request *ledger_find_page(u64 page)
{
	struct ledger_request *r = ledger_request(page >> 16 & 0x3ffff);

	return r && r->page == page ? r : NULL;
}

/* --- Requests --- */

void ledger_issue(const struct event *e)
{
	u64 dev = e->b & 0xff;
	struct ledger_request *r;

	if (e->a != ledger.requests + 1ull || !ledger_has_device(dev))
		return;
	if (ledger.requests == LEDGER_REQUESTS_MAX) {
		ledger.full = true;
		return;
	}
	r = &ledger.request[++ledger.requests];
	memset(r, 0, sizeof(*r));
	r->number = ledger.requests;
	r->page = e->d;
	r->dev = dev;
	r->pasid = e->b >> 8;
	r->group = e->c;
	r->flags = e->c >> 16;
	if (r->flags & REQ_NO_PASID)
		r->pasid = MODEL_NO_PASID;
	ledger.stats.requests++;
}

/*
 * A request belongs to the life that is open when it is sent: what a device still holds back for
 * want of credit is nobody's. Sent after the end it belongs to none.
 */
static struct ledger_life *ledger_join_life(struct ledger_request *r)
{
	u16 number = ledger_current(r->dev, r->pasid);
	struct ledger_life *life = ledger_life(number);

	if (!life || !life->open)
		return NULL;
	r->life = number;
	if (life->last)
		ledger.request[life->last].next_in_life = r->number;
	else
		life->first = r->number;
	life->last = r->number;
	r->after_release = life->released;
	if (life->stop != STOP_NOT && !(r->flags & REQ_MARKER)) {
		r->after_stop = true;
		life->broken |= 1u << PROMISE_QUIET_AFTER_STOP;
	}
	return life;
}

/*
 * VT-d 7.9: a device that has forgotten its requests is let go again only after a drain. Their
 * responses are still to come, and nothing tells them from those of new requests.
 */
static void ledger_check_reset(unsigned dev)
{
	for (unsigned n = 1; n <= ledger.requests; n++) {
		const struct ledger_request *old = &ledger.request[n];
		const struct ledger_life *life = ledger_life(old->life);

		/* One that was sent outside of any life is never drained. */
		if (old->dev == dev && old->forgotten && (!life || life->open))
			ledger.dev[dev].broken |= 1u << PROMISE_RESET_DRAINED;
	}
}

void ledger_dispatch(struct ledger_request *r)
{
	struct ledger_life *life;

	if (r->state != REQUEST_ISSUED)
		return;
	r->state = REQUEST_DISPATCHED;
	r->dispatched_at = ledger.events;
	if (ledger.dev[r->dev].forgot)
		ledger_check_reset(r->dev);
	life = ledger_join_life(r);
	if (!life || (r->flags & REQ_MARKER))
		return;
	r->pending = true;
	life->pending++;
}

void ledger_settle(struct ledger_request *r)
{
	struct ledger_life *life = ledger_life(r->life);

	if (!r->pending)
		return;
	r->pending = false;
	if (life)
		life->pending--;
}

void ledger_reject(struct ledger_request *r, unsigned state)
{
	if (r->state > REQUEST_ACCEPTED)
		return;
	r->state = state;
	ledger_settle(r);
}

void ledger_deliver(struct ledger_request *r, u64 slot)
{
	struct ledger_unit *unit = ledger_unit(ledger.config.dev_unit[r->dev]);
	struct ledger_device *dev = &ledger.dev[r->dev];

	if (r->state > REQUEST_ACCEPTED || slot >= LEDGER_SLOTS_MAX || !unit)
		return;
	r->state = REQUEST_DELIVERED;
	r->slot = slot;
	r->delivered_at = ledger.events;
	unit->ring[slot] = r->number;
	dev->strangers |= request_is_last(r) && r->life != ledger_current(r->dev, r->pasid);
	if (!request_is_last(r) || r->answered || r->autos)
		return;
	if (dev->open_last)
		ledger.request[dev->open_last].next_open = r->number;
	else
		dev->open_first = r->number;
	dev->open_last = r->number;
}

/* Takes @r off the list of those that are owed a response. */
static void ledger_close(const struct ledger_request *r)
{
	struct ledger_device *dev = &ledger.dev[r->dev];
	u16 before = 0;

	for (u16 n = dev->open_first; n; before = n, n = ledger.request[n].next_open) {
		if (n != r->number)
			continue;
		if (before)
			ledger.request[before].next_open = r->next_open;
		else
			dev->open_first = r->next_open;
		if (dev->open_last == n)
			dev->open_last = before;
		ledger.request[n].next_open = 0;
		return;
	}
}

struct ledger_request *ledger_take_open(unsigned dev, u32 pasid, u16 group)
{
	struct ledger_request *best = NULL, *first = NULL;

	for (u16 n = ledger.dev[dev].open_first; n; n = ledger.request[n].next_open) {
		struct ledger_request *r = &ledger.request[n];

		if (r->pasid != pasid || r->group != group)
			continue;
		if (first)
			first->namesake = r->namesake = true;
		else
			first = r;
		/* What nobody seems to have seen is answered by nobody, if there is another. */
		if (!best && !request_is_unseen(r))
			best = r;
	}
	if (!best)
		best = first;
	if (best)
		ledger_close(best);
	return best;
}

void ledger_lose(struct ledger_request *r)
{
	ledger_close(r);
	r->state = REQUEST_DROPPED;
	ledger_settle(r);
}

/* The queue is set up anew, or gone: what it held can't be answered by anybody. */
void ledger_drop_ring(unsigned unit)
{
	for (unsigned n = 1; n <= ledger.requests; n++) {
		struct ledger_request *r = &ledger.request[n];

		if (r->state != REQUEST_DELIVERED || ledger.config.dev_unit[r->dev] != unit)
			continue;
		r->state = REQUEST_DROPPED;
		ledger_settle(r);
		ledger_close(r);
	}
}

struct ledger_request *ledger_group_end(const struct ledger_request *r)
{
	for (u16 n = r->next_in_life; n; n = ledger.request[n].next_in_life) {
		struct ledger_request *last = &ledger.request[n];

		if (last->group == r->group && request_is_last(last))
			return last;
	}
	return NULL;
}

static bool ledger_group_is_open(const struct ledger_request *r)
{
	const struct ledger_request *end;

	if (r->state == REQUEST_ISSUED || r->state == REQUEST_WITHDRAWN || r->forgotten ||
	    (r->flags & (REQ_LAST | REQ_MARKER)))
		return false;
	end = ledger_group_end(r);
	return !end || end->state == REQUEST_ISSUED || end->state == REQUEST_WITHDRAWN;
}

bool ledger_open_group_of_life(const struct ledger_life *life)
{
	for (u16 n = life->first; n; n = ledger.request[n].next_in_life)
		if (ledger_group_is_open(&ledger.request[n]))
			return true;
	return false;
}

bool ledger_open_group_of_device(unsigned dev)
{
	for (unsigned n = 1; n <= ledger.requests; n++)
		if (ledger.request[n].dev == dev && ledger_group_is_open(&ledger.request[n]))
			return true;
	return false;
}

/* --- Responses under way --- */

void ledger_fly(unsigned index, u32 pasid, u16 group, u16 req, bool autos)
{
	struct ledger_device *dev = &ledger.dev[index];
	struct ledger_flight *flight;
	u16 n = ledger.free_flight;

	if (n) {
		ledger.free_flight = ledger.flight[n].next;
	} else if (ledger.flights < LEDGER_FLIGHTS_MAX) {
		n = ++ledger.flights;
	} else {
		ledger.full = true;
		return;
	}
	flight = &ledger.flight[n];
	*flight = (struct ledger_flight){
		.pasid = pasid, .group = group, .req = req, .autos = autos
	};
	if (req)
		ledger.request[req].flying++;
	if (dev->fly_last)
		ledger.flight[dev->fly_last].next = n;
	else
		dev->fly_first = n;
	dev->fly_last = n;
}

bool ledger_land(unsigned index, u32 pasid, u16 group, bool autos, u16 *req)
{
	struct ledger_device *dev = &ledger.dev[index];
	u16 before = 0;

	for (u16 n = dev->fly_first; n; before = n, n = ledger.flight[n].next) {
		struct ledger_flight *flight = &ledger.flight[n];

		if (flight->pasid != pasid || flight->group != group || flight->autos != autos)
			continue;
		if (before)
			ledger.flight[before].next = flight->next;
		else
			dev->fly_first = flight->next;
		if (dev->fly_last == n)
			dev->fly_last = before;
		flight->next = ledger.free_flight;
		ledger.free_flight = n;
		*req = flight->req;
		if (flight->req)
			ledger.request[flight->req].flying--;
		return true;
	}
	return false;
}
