/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "host/backend.h"
#include "model/state.h"

struct model_state model;

const char *const model_reg_names[32] = {
#define X(name, offset, bytes) [REG_##name] = #name,
	MODEL_REGISTERS(X)
#undef X
		[REG_OTHER] = "other",
};

static unsigned unit_prq_irq(unsigned unit)
{
	return unit;
}

static unsigned unit_prq_order(unsigned unit)
{
	return unit < model.config.units ? model.config.unit[unit].ring_order : 7;
}

static const struct host_backend backend = {
	.reg_index = mmio_reg_index,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.pci_ats = endpoint_ats,
	.pci_pri_enable = endpoint_pri_enable,
	.pci_pri_disable = endpoint_pri_disable,
	.pci_pri_reset = endpoint_pri_reset,
	.space_fault = space_fault,
	.space_fault_delay_ms = space_fault_delay_ms,
	.space_release = space_release,
	.unit_prq_irq = unit_prq_irq,
	.unit_prq_order = unit_prq_order,
};

static void unit_reset(unsigned id)
{
	static const char *const name[MODEL_UNITS_MAX][5] = {
		{ "u0.walk", "u0.accept", "u0.deliver", "u0.inval", "u0.event" },
		{ "u1.walk", "u1.accept", "u1.deliver", "u1.inval", "u1.event" },
	};
	struct model_unit *u = &model.unit[id];

	memset(u, 0, offsetof(struct model_unit, big));
	u->received.head = u->received.tail = 0;
	u->walked.head = u->walked.tail = 0;
	u->accepted.head = u->accepted.tail = 0;
	u->id = id;
	u->config = &model.config.unit[id];
	u->fe.ctl = u->ie.ctl = u->pe.ctl = EVENT_IM;
	u->next_tag = u->tag_floor = 1;
	u->deadline_set = ENGINE_NO_DEADLINE;
	u->walk_actor = engine_actor(name[id][0], pipe_walk_step, u);
	u->accept_actor = engine_actor(name[id][1], pipe_accept_step, u);
	u->deliver_actor = engine_actor(name[id][2], pipe_deliver_step, u);
	u->inval_actor = engine_actor(name[id][3], inval_step, u);
	u->event_actor = engine_actor(name[id][4], message_event_step, u);
}

static void device_reset(unsigned id)
{
	static const char *const name[MODEL_DEVICES_MAX][2] = {
		{ "d0.up", "d0.down" },
		{ "d1.up", "d1.down" },
		{ "d2.up", "d2.down" },
		{ "d3.up", "d3.down" },
	};
	struct model_device *d = &model.device[id];

	memset(d, 0, offsetof(struct model_device, big));
	d->up.head = d->up.tail = 0;
	d->id = id;
	d->config = &model.config.device[id];
	d->capacity = d->config->credits;
	d->rid_pasid = MODEL_NO_PASID;
	d->late_set = ENGINE_NO_DEADLINE;
	d->pci.id = id;
	d->pci.unit = d->config->unit;
	d->pci.rid = d->config->rid;
	d->pci.pri_capacity = d->capacity;
	d->pci.no_ats = d->config->no_ats;
	d->up_actor = engine_actor(name[id][0], link_up_step, d);
	d->down_actor = engine_actor(name[id][1], link_down_step, d);
}

/* Scenarios have checked the configuration; here it only must never lead out of bounds. */
static void config_bound(struct model_config *c)
{
	if (c->units > MODEL_UNITS_MAX)
		c->units = MODEL_UNITS_MAX;
	if (c->devices > MODEL_DEVICES_MAX)
		c->devices = MODEL_DEVICES_MAX;
	if (c->spaces > MODEL_SPACES_MAX)
		c->spaces = MODEL_SPACES_MAX;
	for (unsigned i = 0; i < c->units; i++) {
		if (c->unit[i].ring_order < 3)
			c->unit[i].ring_order = 3;
		if (c->unit[i].ring_order > 14)
			c->unit[i].ring_order = 14;
	}
	for (unsigned i = 0; i < c->devices; i++) {
		if (c->device[i].unit >= c->units)
			c->device[i].unit = 0;
	}
}

void model_reset(const struct model_config *config)
{
	model.config = *config;
	config_bound(&model.config);
	model.requests = 0;
	model.next_group_uid = 0;
	for (unsigned i = 0; i < model.config.units; i++)
		unit_reset(i);
	for (unsigned i = 0; i < model.config.devices; i++)
		device_reset(i);
	space_reset();
	host_backend = backend;
}

struct host_pci_dev *model_pci_dev(unsigned dev)
{
	return &model.device[dev % MODEL_DEVICES_MAX].pci;
}

struct model_device *device_by_rid(const struct model_unit *u, u16 rid)
{
	for (unsigned i = 0; i < model.config.devices; i++) {
		struct model_device *d = &model.device[i];

		if (d->config->rid == rid && d->config->unit == u->id)
			return d;
	}
	return NULL;
}

void model_inject_qi_error(unsigned unit, enum qi_error error)
{
	model.unit[unit % MODEL_UNITS_MAX].inject = error;
}

void model_lose_msi(unsigned unit, unsigned count)
{
	model.unit[unit % MODEL_UNITS_MAX].lose_msi += count;
}

void model_set_prs(unsigned unit, u32 bits)
{
	struct model_unit *u = &model.unit[unit % MODEL_UNITS_MAX];
	u32 old = u->prs;

	u->prs |= bits & (PRS_PPR | PRS_PRO);
	host_event(EV_PRS, unit, old, u->prs, 1);
}
