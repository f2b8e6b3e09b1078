/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * An endpoint with PRI: credits, groups, responses, and the ways in which it stops (PCIe 10.4, VT-d
 * 7.9 to 7.11).
 *
 * A credit is held from a request's sending to the response of its group; a group's index is free
 * again with its response. Both are kept after a stop, also after a stop marker: only a reset
 * forgets them. A request that may not be sent yet is held back, in order; one that is forced goes
 * out all the same and is reported as hostile.
 */

#include "model/state.h"

static struct model_device *device(unsigned dev)
{
	return &model.device[dev % MODEL_DEVICES_MAX];
}

const void *model_outstanding_object(unsigned dev)
{
	return &device(dev)->in_use;
}

static void wake_waiters(const struct model_device *d)
{
	engine_wake(&d->in_use, ~0u);
}

/* --- Which PASIDs are in use ------------------------------------------------------------------ */

static struct pasid_state *pasid_state(struct model_device *d, u32 pasid, bool make)
{
	for (u32 i = 0; i < d->pasid_states; i++) {
		if (d->pasid_state[i].pasid == pasid)
			return &d->pasid_state[i];
	}
	if (!make)
		return NULL;
	if (d->pasid_states == PASID_STATES_MAX) {
		engine_overflow("PASIDs of a device in a run");
		return NULL;
	}
	d->pasid_state[d->pasid_states] = (struct pasid_state){ .pasid = pasid };
	return &d->pasid_state[d->pasid_states++];
}

static const struct pasid_state *pasid_look(const struct model_device *d, u32 pasid)
{
	for (u32 i = 0; i < d->pasid_states; i++) {
		if (d->pasid_state[i].pasid == pasid)
			return &d->pasid_state[i];
	}
	return NULL;
}

bool endpoint_stopped(const struct model_device *d, u32 pasid)
{
	const struct pasid_state *s = pasid_look(d, pasid);

	return s && s->stopped;
}

static bool pri_on(const struct model_device *d)
{
	return d->pci.pri_enabled && !d->failed;
}

/* --- Groups (K14) ----------------------------------------------------------------------------- */

static bool same_name(const struct model_device *d, u32 pasid, u16 index, u32 pasid2, u16 index2)
{
	if (index != index2)
		return false;
	return unit_knob(device_unit(d), KNOB_MATCH) == 0 || pasid == pasid2;
}

/* Only a name space for each PASID lets two PASIDs have a group of this index at once. */
static void note_shared_index(const struct model_device *d, u32 pasid, u16 index)
{
	if (unit_knob(device_unit(d), KNOB_MATCH) == 0)
		return;
	for (u32 i = 0; i < d->groups; i++) {
		if (d->group[i].index == index && d->group[i].pasid != pasid) {
			knob_mattered(device_unit(d), KNOB_MATCH);
			return;
		}
	}
}

static struct group *open_group(struct model_device *d, u32 pasid, u16 index)
{
	for (u32 i = 0; i < d->groups; i++) {
		struct group *g = &d->group[i];

		if (g->pasid == pasid && g->index == index && !g->last)
			return g;
	}
	return NULL;
}

/* Is the index taken by a group that this request does not belong to? */
static bool index_busy(const struct model_device *d, u32 pasid, u16 index)
{
	for (u32 i = 0; i < d->groups; i++) {
		const struct group *g = &d->group[i];

		if (same_name(d, g->pasid, g->index, pasid, index) &&
		    (g->last || g->pasid != pasid))
			return true;
	}
	return false;
}

unsigned model_outstanding(unsigned dev, u32 pasid)
{
	const struct model_device *d = device(dev);
	unsigned n = 0;

	for (u32 i = 0; i < d->groups; i++) {
		if (d->group[i].pasid == pasid && d->group[i].last)
			n += d->group[i].count;
	}
	return n;
}

/* --- Requests --------------------------------------------------------------------------------- */

static u32 issue(struct model_device *d, u32 pasid, u16 group, u64 page, unsigned flags,
		 unsigned tries)
{
	unsigned limit = MODEL_REQUESTS_MAX - (flags & REQ_MARKER ? 0 : MARKER_RESERVE);
	struct model_req *r;
	u32 req;

	if (model.requests >= limit) {
		engine_overflow("page requests in a run");
		return 0;
	}
	req = ++model.requests;
	if (pasid == MODEL_NO_PASID)
		flags |= REQ_NO_PASID;
	r = &model.req[req];
	*r = (struct model_req){
		.dev = d->id,
		.stage = STAGE_HELD,
		.flags = flags,
		.tries = tries,
		.group = group,
		.pasid = pasid,
		.page = flags & REQ_MARKER ? 0 : WIRE_PAGE(req, page),
	};
	host_event(EV_REQ_ISSUED, req, event_dev_pasid(d->id, pasid), group | (u64)flags << 16,
		   r->page);
	return req;
}

static void send(struct model_device *d, u32 req)
{
	struct model_req *r = &model.req[req];
	const struct pasid_state *s = pasid_look(d, r->pasid);
	struct group *g = open_group(d, r->pasid, r->group);

	if (s && s->marked && !s->stopped)
		host_event(EV_HOSTILE, d->id, HOSTILE_MARKER_EARLY, 0, 0);
	note_shared_index(d, r->pasid, r->group);
	if (!g) {
		g = &d->group[d->groups++];
		*g = (struct group){ .pasid = r->pasid,
				     .index = r->group,
				     .uid = ++model.next_group_uid };
	}
	g->count++;
	d->in_use++;
	if (r->flags & REQ_LAST)
		g->last = req;
	r->group_uid = g->uid;
	link_up_request(d, req);
}

/* What holds back a request of a group holds back the later ones too, so they stay in order. */
static bool may_send(const struct model_device *d, u32 req)
{
	const struct model_req *r = &model.req[req];

	return pri_on(d) && d->in_use < d->allocated && !index_busy(d, r->pasid, r->group);
}

static void send_or_hold(struct model_device *d, u32 req)
{
	if (may_send(d, req))
		send(d, req);
	else
		d->held[d->held_count++] = req;
}

static void release_held(struct model_device *d)
{
	for (u32 i = 0; i < d->held_count;) {
		u32 req = d->held[i];

		if (!may_send(d, req)) {
			i++;
			continue;
		}
		for (u32 j = i + 1; j < d->held_count; j++)
			d->held[j - 1] = d->held[j];
		d->held_count--;
		send(d, req);
	}
}

static void withdraw(struct model_device *d, bool all, u32 pasid)
{
	u32 kept = 0;

	for (u32 i = 0; i < d->held_count; i++) {
		u32 req = d->held[i];

		if (!all && model.req[req].pasid != pasid) {
			d->held[kept++] = req;
			continue;
		}
		model.req[req].stage = STAGE_ENDED;
		host_event(EV_REQ_WITHDRAWN, req, 0, 0, 0);
	}
	d->held_count = kept;
}

/* What a forced request breaks. */
static void report_hostility(struct model_device *d, u32 pasid, u16 group)
{
	if (!pri_on(d))
		host_event(EV_HOSTILE, d->id, HOSTILE_DISABLED, 0, 0);
	else if (d->in_use >= d->allocated)
		host_event(EV_HOSTILE, d->id, HOSTILE_CREDIT, 0, 0);
	if (endpoint_stopped(d, pasid))
		host_event(EV_HOSTILE, d->id, HOSTILE_AFTER_STOP, 0, 0);
	if (index_busy(d, pasid, group))
		host_event(EV_HOSTILE, d->id, HOSTILE_GROUP_REUSE, 0, 0);
}

u32 model_request(unsigned dev, u32 pasid, u16 group, u64 page, unsigned flags, bool force)
{
	struct model_device *d = device(dev);
	u32 req;

	if (pasid != MODEL_NO_PASID)
		pasid &= PASID_MASK;
	group &= GROUP_MASK;
	flags &= REQ_READ | REQ_WRITE | REQ_LAST | REQ_EXEC | REQ_PRIV;
	/* A last page that asks for nothing would be a stop marker. */
	if (!(flags & (REQ_READ | REQ_WRITE)))
		flags |= REQ_READ;
	force |= d->config->holds_open;
	if (d->pci.gone || (!force && (!pri_on(d) || endpoint_stopped(d, pasid))))
		return 0;
	req = issue(d, pasid, group, page, flags, 0);
	if (!req)
		return 0;
	if (force) {
		report_hostility(d, pasid, group);
		send(d, req);
	} else {
		send_or_hold(d, req);
	}
	return req;
}

static void send_marker(struct model_device *d, u32 pasid)
{
	struct pasid_state *s = pasid_state(d, pasid, true);
	u32 req;

	if (d->pci.gone || !pri_on(d) || pasid == MODEL_NO_PASID)
		return;
	req = issue(d, pasid, 0, 0, REQ_MARKER | REQ_LAST, 0);
	if (!req)
		return;
	if (s)
		s->marked = true;
	host_event(EV_MARKER, d->id, pasid, req, 0);
	link_up_request(d, req);
}

void model_send_marker(unsigned dev, u32 pasid)
{
	send_marker(device(dev), pasid);
}

/* --- Responses -------------------------------------------------------------------------------- */

/* All tracking ends: credits are back, and no response is expected. */
static void forget(struct model_device *d)
{
	withdraw(d, true, 0);
	d->groups = 0;
	d->in_use = 0;
	wake_waiters(d);
}

static void stop_using_pri(struct model_device *d)
{
	d->failed = true;
	forget(d);
	host_event(EV_PRI, d->id, 0, d->allocated, 0);
}

static struct group *matching_group(struct model_device *d, const struct down_item *item)
{
	for (u32 i = 0; i < d->groups; i++) {
		struct group *g = &d->group[i];

		if (g->last && same_name(d, g->pasid, g->index, item->pasid, item->group))
			return g;
	}
	return NULL;
}

/*
 * After Success the device asks for the translations again, and for pages that are still absent
 * perhaps once more (PCIe 10.4.2).
 */
static void retry_group(struct model_device *d, const struct group *g)
{
	u16 absent[MODEL_REQUESTS_MAX];
	u32 issued = model.requests, count = 0;

	if (!d->pci.ats_enabled || endpoint_stopped(d, g->pasid))
		return;
	for (u32 req = 1; req <= issued; req++) {
		const struct model_req *r = &model.req[req];

		if (r->dev != d->id || r->group_uid != g->uid)
			continue;
		if (!atc_translate(d, r->pasid, WIRE_PAGE(0, r->page), r->flags & REQ_WRITE) &&
		    r->tries < d->config->retries)
			absent[count++] = req;
	}
	for (u32 i = 0; i < count && pri_on(d); i++) {
		struct model_req r = model.req[absent[i]];
		unsigned last = i + 1 == count ? REQ_LAST : 0;
		u32 req = issue(d, r.pasid, r.group, r.page, (r.flags & ~REQ_LAST) | last,
				r.tries + 1);

		if (req)
			send_or_hold(d, req);
	}
}

static void unmatched(struct model_device *d)
{
	struct model_unit *u = device_unit(d);

	d->uprgi = true;
	if (unit_knob(u, KNOB_UNMATCHED) == 0)
		return;
	knob_mattered(u, KNOB_UNMATCHED);
	stop_using_pri(d);
}

void endpoint_response(struct model_device *d, const struct down_item *item)
{
	struct model_unit *u = device_unit(d);
	struct group *g = d->failed ? NULL : matching_group(d, item);
	struct group closed;

	note_shared_index(d, item->pasid, item->group);
	host_event(EV_RESP_ARRIVED, d->id | (u64)item->automatic << 8, item->pasid,
		   item->group | (u64)item->rc << 16, g ? g->last : 0);
	if (!g) {
		if (!d->failed)
			unmatched(d);
		return;
	}
	closed = *g;
	d->in_use -= g->count;
	for (d->groups--; g < &d->group[d->groups]; g++)
		*g = g[1];
	if (item->rc > 1) {
		if (unit_knob(u, KNOB_RF) == 0) {
			stop_using_pri(d);
			return;
		}
		knob_mattered(u, KNOB_RF);
	}
	if (item->rc == 0)
		retry_group(d, &closed);
	release_held(d);
	wake_waiters(d);
}

/* --- Stop, reset, removal --------------------------------------------------------------------- */

static void reset(struct model_device *d)
{
	forget(d);
	d->uprgi = false;
	host_event(EV_DEV_RESET, d->id, 0, 0, 0);
}

void model_stop_begin(unsigned dev, u32 pasid, enum stop_kind how)
{
	struct model_device *d = device(dev);
	struct pasid_state *s;

	if (how == STOP_NOT)
		return;
	s = pasid_state(d, pasid, true);
	if (s)
		s->stopped = true;
	withdraw(d, how == STOP_RESET, pasid);
	for (u32 i = 0; i < d->groups; i++) {
		if (d->group[i].pasid == pasid && !d->group[i].last) {
			host_event(EV_HOSTILE, d->id, HOSTILE_OPEN_GROUP, 0, 0);
			break;
		}
	}
	if (how == STOP_MARKER)
		send_marker(d, pasid);
	else if (how == STOP_RESET)
		reset(d);
	release_held(d);
	wake_waiters(d);
}

void model_stop_end(unsigned dev, u32 pasid, enum stop_kind how)
{
	struct model_device *d = device(dev);
	unsigned outstanding = 0;

	for (u32 i = 0; i < d->groups; i++) {
		if (d->group[i].pasid == pasid)
			outstanding += d->group[i].count;
	}
	host_event(EV_STOP, d->id, pasid, how, outstanding);
}

void model_resume(unsigned dev, u32 pasid)
{
	struct pasid_state *s = pasid_state(device(dev), pasid, false);

	if (s)
		*s = (struct pasid_state){ .pasid = pasid };
}

void model_device_reset(unsigned dev)
{
	struct model_device *d = device(dev);

	d->atc_count = 0;
	reset(d);
}

void model_device_gone(unsigned dev)
{
	struct model_device *d = device(dev);

	if (d->pci.gone)
		return;
	d->pci.gone = true;
	d->atc_count = 0;
	host_event(EV_GONE, d->id, 0, 0, 0);
	forget(d);
}

/* --- Capabilities, as software sets them ------------------------------------------------------ */

int endpoint_pri_enable(struct host_pci_dev *dev, u32 credits)
{
	struct model_device *d = container_of(dev, struct model_device, pci);

	d->allocated = credits < d->capacity ? credits : d->capacity;
	d->failed = false;
	host_event(EV_PRI, d->id, 1, d->allocated, 0);
	return 0;
}

/* What was sent stays outstanding: credits return with its responses. */
void endpoint_pri_disable(struct host_pci_dev *dev)
{
	struct model_device *d = container_of(dev, struct model_device, pci);

	withdraw(d, true, 0);
	host_event(EV_PRI, d->id, 0, d->allocated, 0);
	wake_waiters(d);
}

void endpoint_pri_reset(struct host_pci_dev *dev)
{
	struct model_device *d = container_of(dev, struct model_device, pci);

	forget(d);
	d->failed = false;
	d->uprgi = false;
	host_event(EV_PRI, d->id, 0, d->allocated, 1);
}

void model_audit_rest(void)
{
	for (unsigned i = 0; i < model.config.units; i++) {
		const struct model_unit *u = &model.unit[i];

		host_event(EV_REST_RING, i, u->pqh, u->pqt, u->prs);
		host_event(EV_REST_ERROR, i, u->fsts, 0, 0);
	}
	for (unsigned i = 0; i < model.config.devices; i++) {
		const struct model_device *d = &model.device[i];

		host_event(EV_REST_CREDIT, i, d->in_use, d->allocated, d->groups);
	}
}
