/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_MODEL_DRIVER_H
#define SLUICE_TESTS_MODEL_DRIVER_H

/*
 * A small driver for tests of the model: it sets up tables, ring and queue in memory as software
 * would, and moves hardware one step at a time. A step is only made when the engine says that the
 * actor can move, so each step also tests that.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/backend.h"
#include "host/engine.h"
#include "model/state.h"

#define EVENTS_MAX 8192
#define RID0 0x0010
#define RID1 0x0190
#define DID 5
#define REG(offset) (host_unit_regs(0) + (offset))

static struct {
	struct event event[EVENTS_MAX];
	unsigned events;
	struct model_config config;
	u64 *root, *context, *directory, *table, *ring, *queue;
	u32 *status;
	u64 ring_bus, queue_bus, status_bus;
	unsigned tail, irqs;
} drv;

static inline void drv_sink(const struct event *e)
{
	if (drv.events < EVENTS_MAX)
		drv.event[drv.events++] = *e;
}

static inline unsigned drv_count(unsigned kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < drv.events; i++)
		n += drv.event[i].kind == kind;
	return n;
}

static inline const struct event *drv_last(unsigned kind)
{
	for (unsigned i = drv.events; i-- > 0;) {
		if (drv.event[i].kind == kind)
			return &drv.event[i];
	}
	fail_msg("no event of kind %u", kind);
	return NULL;
}

static inline bool drv_ready(const char *actor)
{
	int id = engine_find(actor);

	assert_true(id >= 0);
	return engine_ready() >> id & 1;
}

static inline void drv_step(const char *actor)
{
	static const struct {
		const char *name;
		void (*step)(void *);
		unsigned unit_or_device;
	} steps[] = {
		{ "u0.walk", pipe_walk_step, 0 },       { "u0.accept", pipe_accept_step, 0 },
		{ "u0.deliver", pipe_deliver_step, 0 }, { "u0.inval", inval_step, 0 },
		{ "u0.event", message_event_step, 0 },  { "d0.up", link_up_step, 0 },
		{ "d0.down", link_down_step, 0 },       { "d1.up", link_up_step, 1 },
		{ "d1.down", link_down_step, 1 },
	};

	if (!drv_ready(actor))
		fail_msg("%s cannot move", actor);
	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		unsigned n = steps[i].unit_or_device;

		if (strcmp(actor, steps[i].name))
			continue;
		steps[i].step(actor[0] == 'u' ? (void *)&model.unit[n] : (void *)&model.device[n]);
		return;
	}
	fail_msg("no actor %s", actor);
}

/* Moves all hardware but @hold (or NULL) until it stands still; time does not pass. */
static inline void drv_settle(const char *hold)
{
	static const char *const all[] = { "u0.walk",  "u0.accept", "u0.deliver",
					   "u0.inval", "u0.event",  "d0.up",
					   "d0.down",  "d1.up",     "d1.down" };
	bool moved = true;

	for (unsigned round = 0; moved; round++) {
		moved = false;
		assert_true(round < 10000);
		for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
			if ((hold && !strcmp(all[i], hold)) ||
			    (all[i][0] == 'd' && all[i][1] - '0' >= drv.config.devices) ||
			    !drv_ready(all[i]))
				continue;
			drv_step(all[i]);
			moved = true;
		}
	}
}

static inline bool drv_irq(unsigned irq, void *data)
{
	drv.irqs++;
	return true;
}

static inline void drv_attach_tables(u16 rid)
{
	u64 *entry = drv.context + (rid & 0x7f) * 4;

	drv.root[(rid >> 8) * 2 + (rid >> 7 & 1)] = host_virt_to_bus(drv.context) | 1;
	entry[0] = CONTEXT_P | CONTEXT_DTE | CONTEXT_PASIDE | CONTEXT_PRE |
		   host_virt_to_bus(drv.directory);
	entry[1] = 0;
	drv.directory[0] = host_virt_to_bus(drv.table) | PASID_P;
}

static inline void drv_bind_tables(u32 pasid, unsigned space, u16 did)
{
	u64 *entry = drv.table + pasid * 8;

	entry[1] = did;
	entry[2] = model_space(space)->pgd;
	entry[0] = PASID_P | PGTT_FIRST << 6;
}

static inline void drv_start_queues(void)
{
	unsigned order = drv.config.unit[0].ring_order;

	host_writeq(host_virt_to_bus(drv.root) | RTADDR_TTM_SCALABLE << 10, REG(0x20));
	host_writel(GCMD_SRTP, REG(0x18));
	host_writeq(drv.queue_bus | IQA_DW, REG(0x90));
	host_writeq(0, REG(0x88));
	host_writel(GCMD_TE | GCMD_QIE, REG(0x18));
	host_writeq(0, REG(0xc0));
	host_writeq(0, REG(0xc8));
	host_writeq(drv.ring_bus | (order >= 7 ? order - 7 : 0), REG(0xd0));
	host_writel(host_unit_prq_irq(0), REG(0xe4));
	host_writel(0, REG(0xe0));
	drv.tail = 0;
}

/* One unit, two devices, two spaces; PASID 1 of both devices is bound to space 0, 2 to space 1. */
static inline void drv_defaults(void)
{
	memset(&drv, 0, sizeof(drv));
	drv.config.units = 1;
	drv.config.devices = 2;
	drv.config.spaces = 2;
	drv.config.unit[0].ring_order = 3;
	drv.config.device[0].rid = RID0;
	drv.config.device[0].credits = 32;
	drv.config.device[1].rid = RID1;
	drv.config.device[1].credits = 32;
}

static inline void drv_knob(enum knob knob, const char *value)
{
	const struct knob_info *info = &knob_table[knob];

	for (unsigned i = 0; info->values[i].name; i++) {
		if (strcmp(info->values[i].name, value))
			continue;
		drv.config.unit[0].knob[knob] = i;
		return;
	}
	fail_msg("knob %s has no value %s", info->name, value);
}

static inline void drv_start(void)
{
	static const struct engine_limits limits = {
		.quantum = 256, .fair_steps = 100000, .workers = 1, .irqs = 1
	};
	static bool engine_is_up;

	if (!engine_is_up)
		assert_int_equal(engine_init(), 0);
	engine_is_up = true;
	engine_reset(&limits, drv_sink);
	model_reset(&drv.config);
	engine_set_reg_names(model_reg_names);
	drv.root = host_dma_alloc(4096, HOST_GFP_KERNEL, &(u64){ 0 });
	drv.context = host_dma_alloc(4096, HOST_GFP_KERNEL, &(u64){ 0 });
	drv.directory = host_dma_alloc(4096, HOST_GFP_KERNEL, &(u64){ 0 });
	drv.table = host_dma_alloc(4096, HOST_GFP_KERNEL, &(u64){ 0 });
	drv.ring = host_dma_alloc(4096, HOST_GFP_KERNEL, &drv.ring_bus);
	drv.queue = host_dma_alloc(4096, HOST_GFP_KERNEL, &drv.queue_bus);
	drv.status = host_dma_alloc(4096, HOST_GFP_KERNEL, &drv.status_bus);
	assert_int_equal(host_request_threaded_irq(0, drv_irq, "prq", NULL), 0);
	drv_attach_tables(RID0);
	drv_attach_tables(RID1);
	for (unsigned space = 0; space < 2; space++)
		drv_bind_tables(space + 1, space, DID + space);
	drv_start_queues();
	for (unsigned i = 0; i < drv.config.devices; i++) {
		struct host_pci_dev *dev = model_pci_dev(i);

		assert_int_equal(host_pci_enable_ats(dev), 0);
		assert_int_equal(host_pci_reset_pri(dev), 0);
		assert_int_equal(host_pci_enable_pri(dev, 32), 0);
	}
}

static inline void drv_setup(void)
{
	drv_defaults();
	drv_start();
}

static inline u32 drv_request(u32 pasid, u16 group, u64 page, bool last)
{
	return model_request(0, pasid, group, page, REQ_READ | (last ? REQ_LAST : 0), false);
}

/* --- The invalidation queue ------------------------------------------------------------------- */

static inline void drv_queue(u64 qw0, u64 qw1)
{
	u64 *slot = drv.queue + drv.tail * 4;

	slot[0] = qw0;
	slot[1] = qw1;
	slot[2] = slot[3] = 0;
	drv.tail = (drv.tail + 1) % 128;
}

static inline void drv_submit(void)
{
	host_writel(drv.tail * IQ_SLOT, REG(0x88));
}

static inline void drv_wait(u64 flags, u32 data, unsigned word)
{
	drv_queue(DESC_WAIT | flags | (u64)data << 32, drv.status_bus + word * 4);
}

static inline void drv_pdevtlb(u16 rid, u32 pasid)
{
	drv_queue(DESC_PDEVTLB | (u64)rid << 16 | (u64)pasid << 32,
		  BIT_ULL(11) | 0x7ffffffffffff000ull);
}

static inline void drv_response(u16 rid, u32 pasid, u16 group, unsigned rc)
{
	drv_queue(DESC_RESPONSE | BIT_ULL(4) | (u64)rc << 12 | (u64)rid << 16 | (u64)pasid << 32,
		  (u64)group << 3);
}

static inline void drv_pasid_inv(unsigned g, u16 did, u32 pasid)
{
	drv_queue(DESC_PASID | g << 4 | (u64)did << 16 | (u64)pasid << 32, 0);
}

static inline void drv_piotlb(u16 did, u32 pasid)
{
	drv_queue(DESC_PIOTLB | 2 << 4 | (u64)did << 16 | (u64)pasid << 32, 0);
}

#endif
