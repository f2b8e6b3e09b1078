/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The link between an endpoint and its unit: two queues of posted writes. Up go page requests and
 * invalidation completions, down go group responses and invalidations; nothing overtakes in either
 * (VT-d 7.7, 7.8), so a completion is behind the requests that were sent before it.
 */

#include "model/state.h"

#define LATE_NS 1000000ull

void link_update(struct model_device *d)
{
	u64 first = ENGINE_NO_DEADLINE;
	bool room = fifo_count(&d->up) < UP_COMPLETIONS_MAX;

	engine_actor_set(d->up_actor, fifo_count(&d->up) > 0);
	engine_actor_set(d->down_actor, d->down_head != d->down_tail && room);
	for (unsigned i = 0; i < d->lates; i++) {
		if (d->late[i].when < first)
			first = d->late[i].when;
	}
	if (first == d->late_set)
		return;
	d->late_set = first;
	engine_actor_at(d->down_actor, first);
}

void link_up_request(struct model_device *d, u32 req)
{
	model.req[req].stage = STAGE_LINK;
	host_event(EV_REQ_DISPATCHED, req, 0, 0, 0);
	fifo_push(&d->up, req);
	link_update(d);
}

void link_up_completion(struct model_device *d, u32 tag)
{
	d->tag[d->up.tail % FIFO_SIZE] = tag;
	fifo_push(&d->up, UP_COMPLETION);
	link_update(d);
}

void link_up_step(void *arg)
{
	struct model_device *d = arg;
	u32 tag = d->tag[d->up.head % FIFO_SIZE];
	u16 item = fifo_pop(&d->up);

	if (item & UP_COMPLETION)
		inval_completion(device_unit(d), d, tag);
	else
		pipe_receive(device_unit(d), item);
	link_update(d);
}

bool link_down_room(const struct model_unit *u)
{
	for (unsigned i = 0; i < model.config.devices; i++) {
		if (model.device[i].config->unit == u->id && model.device[i].down_qi >= DOWN_QI_MAX)
			return false;
	}
	return true;
}

void link_down(struct model_device *d, const struct down_item *item, bool from_queue)
{
	if (from_queue)
		d->down_qi++;
	d->down[d->down_tail++ % DOWN_SIZE] = *item;
	link_update(d);
}

/*
 * A function that is gone, or has ATS off, answers no invalidation (the latter is an unsupported
 * request there): the unit's time-out ends it.
 */
static void take_invalidation(struct model_device *d, const struct down_item *item)
{
	struct model_unit *u = device_unit(d);
	bool is_long = unit_knob(u, KNOB_INV_ANSWER) == 1;

	if (!d->pci.ats_enabled)
		return;
	if (!d->hold_count) {
		atc_invalidate(d, item);
		link_up_completion(d, item->tag);
		return;
	}
	d->hold_count--;
	if (d->hold_never || d->lates == LATE_MAX) {
		host_event(EV_HOSTILE, d->id, HOSTILE_INV_NEVER, 0, 0);
		return;
	}
	host_event(EV_HOSTILE, d->id, HOSTILE_INV_LATE, 0, 0);
	atc_invalidate(d, item);
	d->late[d->lates++] = (struct late){
		.tag = item->tag,
		.when = engine_now() + (is_long ? 1000 : 10) * LATE_NS + LATE_NS,
	};
}

static bool send_late(struct model_device *d)
{
	for (unsigned i = 0; i < d->lates; i++) {
		u32 tag = d->late[i].tag;

		if (d->late[i].when > engine_now())
			continue;
		d->late[i] = d->late[--d->lates];
		if (!d->pci.gone)
			link_up_completion(d, tag);
		return true;
	}
	return false;
}

void link_down_step(void *arg)
{
	struct model_device *d = arg;
	struct down_item item;

	if (d->late_set <= engine_now())
		d->late_set = ENGINE_NO_DEADLINE; /* the engine has forgotten it */
	if (send_late(d) || d->down_head == d->down_tail) {
		link_update(d);
		return;
	}
	item = d->down[d->down_head++ % DOWN_SIZE];
	if (!item.automatic)
		d->down_qi--;
	if (!d->pci.gone && item.kind == DOWN_INVALIDATION)
		take_invalidation(d, &item);
	else if (!d->pci.gone)
		endpoint_response(d, &item);
	else if (item.kind == DOWN_RESPONSE)
		host_event(EV_RESP_LOST, d->config->rid, item.pasid, item.group, item.rc);
	link_update(d);
	if (device_unit(d)->flights)
		inval_update(device_unit(d));
}

void model_hold_invalidations(unsigned dev, unsigned count, bool never)
{
	struct model_device *d = &model.device[dev % MODEL_DEVICES_MAX];

	d->hold_count = count;
	d->hold_never = never;
}
