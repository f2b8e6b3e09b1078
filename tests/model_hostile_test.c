/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whatever software writes, the model stays within its bounds and stays deterministic: random
 * registers, descriptors, tables, knobs and device operations, in a random schedule. The assertions
 * are the sanitizers', the trace hashes, and that hardware comes to rest.
 */

#include <stdlib.h>

#include "tests/model_driver.h"

static u64 seed;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static u64 rnd_value(void)
{
	switch (rnd() % 6) {
	case 0:
		return rnd();
	case 1:
		return rnd() % 8;
	case 2:
		return (rnd() % 256) * 32;
	case 3:
		return drv.ring_bus | rnd() % 8;
	case 4:
		return drv.queue_bus | IQA_DW | rnd() % 8;
	default:
		return ~0ull >> rnd() % 64;
	}
}

static void random_config(void)
{
	drv_defaults();
	for (unsigned k = 0; k < KNOB_COUNT; k++) {
		unsigned n = 0;

		while (knob_table[k].values[n].name)
			n++;
		if (n)
			drv.config.unit[0].knob[k] = rnd() % n;
	}
	drv.config.unit[0].ring_order = 3 + rnd() % 9;
	drv.config.device[0].credits = 1 + rnd() % 64;
	drv.config.device[0].retries = rnd() % 4;
	drv.config.device[1].holds_open = rnd() % 2;
}

static void random_register(void)
{
	static const u16 known[] = {
#define X(name, offset, bytes) offset,
		MODEL_REGISTERS(X)
#undef X
	};
	u32 offset = rnd() % 4 ? known[rnd() % ARRAY_SIZE(known)] : rnd() % 0x10000;
	u64 value = rnd_value();

	switch (rnd() % 4) {
	case 0:
		host_readl(REG(offset));
		break;
	case 1:
		host_readq(REG(offset));
		break;
	case 2:
		host_writel(value, REG(offset));
		break;
	default:
		host_writeq(value, REG(offset));
		break;
	}
}

static void random_descriptor(void)
{
	u64 a = rnd(), b = rnd(), value = rnd_value();
	u16 rid = a % 8 ? RID0 : b;
	u32 pasid = a >> 8 & 3;
	u16 did = DID + (a >> 10 & 1);

	switch (rnd() % 8) {
	case 0:
		drv_queue(a, b);
		break;
	case 1:
		drv_queue(a % 16, value);
		break;
	case 2:
		drv_wait(a % 16 << 4, b, b % 1024);
		break;
	case 3:
		drv_pdevtlb(rid, pasid);
		break;
	case 4:
		drv_response(rid, pasid, b % 4, b >> 8 & 15);
		break;
	case 5:
		drv_pasid_inv(b % 4, did, pasid);
		break;
	case 6:
		drv_piotlb(did, pasid);
		break;
	default:
		drv_submit();
		break;
	}
}

static void random_pri(unsigned dev)
{
	struct host_pci_dev *pci = model_pci_dev(dev);

	if (pci->pri_enabled)
		host_pci_disable_pri(pci);
	else
		host_pci_enable_pri(pci, 1 + rnd() % 40);
}

static void random_stranger(u64 value)
{
	switch (rnd() % 5) {
	case 0:
		model_write_head(0, value);
		break;
	case 1:
		model_write_tail(0, value);
		break;
	case 2:
		model_clear_prs(0, value);
		break;
	case 3:
		model_resize_queue(0, value);
		break;
	default:
		model_move_queue(0, value % 2);
	}
}

static void random_device(void)
{
	unsigned dev = rnd() % 2;
	u32 pasid = rnd() % 16 ? rnd() % 4 : MODEL_NO_PASID;
	u64 a = rnd(), b = rnd(), value = rnd_value();

	switch (rnd() % 18) {
	case 0:
		model_stop_begin(dev, pasid, a % 4);
		break;
	case 1:
		model_stop_end(dev, pasid, a % 4);
		break;
	case 2:
		model_resume(dev, pasid);
		break;
	case 3:
		model_translate(dev, pasid, a % 8, true);
		break;
	case 4:
		model_access(dev, pasid, a % 8, b % 2);
		break;
	case 5:
		model_send_marker(dev, pasid);
		break;
	case 6:
		model_hold_invalidations(dev, a % 3, b % 2);
		break;
	case 7:
		model_inject_qi_error(0, a % 4);
		break;
	case 8:
		host_backend.space_fault(model_space(a % 2), b % 8 << 12, 0);
		break;
	case 9:
		model_set_prs(0, a);
		break;
	case 10:
		if (a % 16 == 0)
			model_device_reset(dev);
		break;
	case 11:
		if (a % 64 == 0)
			model_device_gone(dev);
		break;
	case 12:
		random_pri(dev);
		break;
	case 13:
		drv.table[a % 64] = value;
		break;
	case 14:
		drv.context[a % 512] ^= BIT_ULL(b % 12);
		break;
	case 15:
		model_forge(0, (u64[4]){ a, b, value, rnd() });
		break;
	case 16:
		random_stranger(value);
		break;
	default:
		model_request(dev, pasid, a, b, a >> 16, b % 4 == 0);
		break;
	}
}

static void random_step(void)
{
	static const char *const actors[] = { "u0.walk",  "u0.accept", "u0.deliver",
					      "u0.inval", "u0.event",  "d0.up",
					      "d0.down",  "d1.up",     "d1.down" };
	const char *name = actors[rnd() % ARRAY_SIZE(actors)];

	if (drv_ready(name))
		drv_step(name);
}

/* What a well-behaved device asks for, so that the ring sees traffic in any case. */
static void random_request(void)
{
	u64 a = rnd();

	model_request(0, 1 + a % 2, a >> 8 & 3, a >> 16 & 7, a >> 24 & 0xff, false);
}

static u64 hostile_run(u64 with)
{
	enum engine_end end;

	seed = with;
	random_config();
	drv_start();
	for (unsigned i = 0; i < 600; i++) {
		switch (rnd() % 8) {
		case 0:
			random_register();
			break;
		case 1:
			random_descriptor();
			break;
		case 2:
			random_device();
			break;
		case 3:
			random_request();
			break;
		default:
			random_step();
			break;
		}
		if (drv.events > EVENTS_MAX - 1000)
			drv.events = 0;
	}
	model_audit_life(0, 1);
	model_audit_rest();
	/* Left alone, hardware comes to rest in bounded time. */
	drv.events = 0;
	end = engine_run();
	if (end != ENGINE_QUIET && end != ENGINE_OVERFLOW)
		fail_msg("seed %llu: ended with %d", (unsigned long long)with, end);
	for (u32 req = 0; req <= MODEL_REQUESTS_MAX + 1; req++)
		model_request_place(req);
	return engine_trace_hash();
}

static void hostile_software(void **state)
{
	for (u64 with = 1; with <= 1500; with++)
		hostile_run(with * 0x9e3779b97f4a7c15ull);
}

static void hostile_is_deterministic(void **state)
{
	for (u64 with = 1; with <= 50; with++) {
		u64 hash = hostile_run(with);

		hostile_run(with + 1000);
		assert_true(hash == hostile_run(with));
	}
}

/* The ledger is bounded: what does not fit is not issued, and markers still go. */
static void ledger_is_full(void **state)
{
	unsigned issued = 0;

	drv_defaults();
	drv.config.device[0].credits = 2048;
	drv.config.unit[0].ring_order = 7;
	drv_start();
	for (unsigned i = 0; i < 1000; i++)
		issued += model_request(0, 1, i, i, REQ_READ | REQ_LAST, true) != 0;
	assert_int_equal(issued, MODEL_REQUESTS_MAX - MARKER_RESERVE);
	assert_int_equal(engine_run(), ENGINE_OVERFLOW); /* not silently */
	model_stop_begin(0, 1, STOP_MARKER);
	assert_int_equal(drv_count(EV_MARKER), 1);
	for (unsigned i = 0; i < 100; i++)
		model_send_marker(0, 1);
	assert_int_equal(model.requests, MODEL_REQUESTS_MAX);
	drv_settle(NULL);
}

/* Slots beyond a small ring are never written. */
static void small_ring_stays_small(void **state)
{
	drv_setup();
	for (unsigned i = 0; i < 40; i++) {
		drv_request(1, i, i, true);
		drv_settle(NULL);
		host_writeq(host_readq(REG(0xc8)), REG(0xc0));
	}
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 32);
	for (unsigned i = 8 * 4; i < 512; i++)
		assert_int_equal(drv.ring[i], 0);
}

/* Accesses that no register expects. */
static void odd_accesses(void **state)
{
	drv_setup();
	assert_int_equal(host_readl(REG(0x2)), host_readl(REG(0)));
	assert_int_equal(host_readq(REG(0xfffc)), 0);
	assert_int_equal(host_readl(host_unit_regs(1)), 0xffffffff);
	host_writeq(1, host_unit_regs(1) + 0xd0);
	assert_int_equal(host_readl(REG(0xd4)), drv.ring_bus >> 32);
	host_writel(0x3, REG(0xd4)); /* the upper half alone */
	assert_int_equal(host_readq(REG(0xd0)), (u32)drv.ring_bus | 3ull << 32);
	assert_int_equal(host_readq(REG(0xe4)), 0);
	host_writeq(0x1234500000077ull, REG(0xe4));
	assert_int_equal(host_readl(REG(0xe4)), 0x77);
	assert_int_equal(host_readl(REG(0xe8)), 0x12344);
	host_writeq(~0ull, REG(0x8));
	assert_int_equal(host_readq(REG(0x8)), CAP_VALUE);
	/* Reserved bits do not stick. */
	host_writeq(~0ull, REG(0x90));
	assert_int_equal(host_readq(REG(0x90)), ADDRESS_MASK | IQA_DW | 7);
	host_writeq(~0ull, REG(0xd0));
	assert_int_equal(host_readq(REG(0xd0)), ADDRESS_MASK | 7);
	host_writel(~0u, REG(0xe0));
	assert_int_equal(host_readl(REG(0xe0)), EVENT_IM);
}

/* Knobs: a row for each, a default for each that is modelled, and a note for each value. */
static void knob_rows(void **state)
{
	for (unsigned k = 0; k < KNOB_COUNT; k++) {
		const struct knob_info *info = &knob_table[k];

		assert_int_equal(atoi(info->id + 1), k + 1);
		assert_non_null(info->name);
		assert_true(info->modelled == (info->values[0].name != NULL));
		for (unsigned v = 0; v < KNOB_VALUES_MAX && info->values[v].name; v++) {
			assert_true(info->values[v].class <= KNOB_BROKEN);
			assert_true(info->values[v].note[0] != 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_software), cmocka_unit_test(hostile_is_deterministic),
		cmocka_unit_test(ledger_is_full),   cmocka_unit_test(small_ring_stays_small),
		cmocka_unit_test(odd_accesses),     cmocka_unit_test(knob_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
