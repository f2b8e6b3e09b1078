/* SPDX-License-Identifier: GPL-2.0-only */
/* The invalidation queue: descriptors, order, waits, page request drain, errors. */

#include "tests/model_driver.h"

#define FSTS REG(0x34)
#define IQH REG(0x80)
#define IQT REG(0x88)
#define ICS REG(0x9c)
#define IQER REG(0xb0)
#define NS_MS 1000000ull

/* Fills every cache for (d0, 1), (d0, 2) and (d1, 1) with pages 4 and 5. */
static void fill_caches(void)
{
	static const struct {
		u8 dev, pasid;
	} user[] = { { 0, 1 }, { 0, 2 }, { 1, 1 } };

	for (unsigned page = 4; page < 6; page++) {
		host_backend.space_fault(model_space(0), page << 12, 0);
		host_backend.space_fault(model_space(1), page << 12, 0);
		for (unsigned i = 0; i < ARRAY_SIZE(user); i++)
			model_translate(user[i].dev, user[i].pasid, page, false);
	}
}

static unsigned stale(unsigned dev, u32 pasid, enum model_cache cache)
{
	unsigned n = 0, from = drv.events;

	model_audit_life(dev, pasid);
	for (unsigned i = from; i < drv.events; i++)
		n += drv.event[i].kind == EV_STALE && drv.event[i].a == cache;
	return n;
}

static void run_queue(void)
{
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(host_readq(IQH), drv.tail * IQ_SLOT);
	assert_int_equal(host_readl(FSTS), 0);
}

static void start_filled(void)
{
	drv_setup();
	fill_caches();
	assert_int_equal(stale(0, 1, CACHE_PASID), 1);
	assert_int_equal(stale(0, 2, CACHE_IOTLB), 2);
	assert_int_equal(stale(0, 1, CACHE_ATC), 2);
}

/* Granularities of the PASID cache: one PASID of a domain, a domain, everything. */
static void pasid_cache_granularity(void **state)
{
	start_filled();
	drv_pasid_inv(1, DID + 1, 1); /* wrong domain */
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_PASID), 1);
	drv_pasid_inv(1, DID, 2); /* wrong PASID for the domain */
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_PASID), 1);
	drv_pasid_inv(1, DID, 1);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_PASID), 0);
	assert_int_equal(stale(1, 1, CACHE_PASID), 0);
	assert_int_equal(stale(0, 2, CACHE_PASID), 1);
	assert_int_equal(stale(0, 1, CACHE_IOTLB), 2);

	start_filled();
	drv_pasid_inv(0, DID + 1, 0);
	run_queue();
	assert_int_equal(stale(0, 2, CACHE_PASID), 0);
	assert_int_equal(stale(0, 1, CACHE_PASID), 1);
	drv_pasid_inv(3, 0, 0);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_PASID), 0);
}

static void iotlb_granularity(void **state)
{
	start_filled();
	drv_piotlb(DID, 2);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_IOTLB), 2);
	drv_piotlb(DID, 1);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_IOTLB), 0);
	assert_int_equal(stale(0, 2, CACHE_IOTLB), 2);
	/* One page, then the pair that holds the other. */
	drv_queue(DESC_PIOTLB | 3 << 4 | (u64)(DID + 1) << 16 | 2ull << 32, WIRE_PAGE(0, 4) << 12);
	run_queue();
	assert_int_equal(stale(0, 2, CACHE_IOTLB), 1);
	drv_queue(DESC_PIOTLB | 3 << 4 | (u64)(DID + 1) << 16 | 2ull << 32,
		  WIRE_PAGE(0, 4) << 12 | 1);
	run_queue();
	assert_int_equal(stale(0, 2, CACHE_IOTLB), 0);

	start_filled();
	drv_queue(DESC_IOTLB | 2 << 4 | (u64)DID << 16, 0);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_IOTLB), 0);
	assert_int_equal(stale(0, 2, CACHE_IOTLB), 2);
	drv_queue(DESC_IOTLB | 1 << 4, 0);
	run_queue();
	assert_int_equal(stale(0, 2, CACHE_IOTLB), 0);
}

static void device_tlb_granularity(void **state)
{
	start_filled();
	drv_pdevtlb(RID1, 1);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_ATC), 2);
	assert_int_equal(stale(1, 1, CACHE_ATC), 0);
	drv_queue(DESC_PDEVTLB | (u64)RID0 << 16 | 1ull << 32, WIRE_PAGE(0, 5) << 12);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_ATC), 1);
	assert_int_equal(drv_last(EV_DEVTLB_SENT)->d, 0);
	drv_pdevtlb(RID0, 1);
	run_queue();
	assert_int_equal(stale(0, 1, CACHE_ATC), 0);
	assert_int_equal(stale(0, 2, CACHE_ATC), 2);
	assert_int_equal(drv_last(EV_DEVTLB_SENT)->d, 1);
	/* All PASIDs at once; one without a PASID touches none of these. */
	drv_queue(DESC_DEVTLB | (u64)RID0 << 32, 1 | 0x7ffffffffffff000ull);
	run_queue();
	assert_int_equal(stale(0, 2, CACHE_ATC), 2);
	drv_queue(DESC_PDEVTLB | (u64)RID0 << 16, 1 | BIT_ULL(11) | 0x7ffffffffffff000ull);
	run_queue();
	assert_int_equal(stale(0, 2, CACHE_ATC), 0);
}

/* IF, SW, FN; a wait completes behind what is before it. */
static void wait_flags(void **state)
{
	drv_setup();
	drv_wait(WAIT_SW, 0x1234, 0);
	drv_wait(WAIT_IF | WAIT_FN, 1, 1);
	run_queue();
	assert_int_equal(drv.status[0], 0x1234);
	assert_int_equal(drv.status[1], 0);
	assert_int_equal(host_readl(ICS), 1);
	assert_int_equal(host_readl(REG(0xa0)), EVENT_IM | EVENT_IP);
	host_writel(1, ICS);
	assert_int_equal(host_readl(ICS), 0);
	assert_int_equal(host_readl(REG(0xa0)), EVENT_IM);

	drv_pdevtlb(RID0, 1);
	drv_wait(WAIT_SW, 7, 2);
	drv_submit();
	drv_settle("d0.up");
	assert_int_equal(drv.status[2], 0);
	drv_settle(NULL);
	assert_int_equal(drv.status[2], 7);
}

static u32 received_request(u32 pasid, u16 group)
{
	u32 req = drv_request(pasid, group, 1, true);

	drv_step("d0.up");
	return req;
}

/* K26: PD pushes what came ahead of the completion, or all that was received. */
static void drain_scope(void **state)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		u32 before, after;

		drv_defaults();
		drv_knob(KNOB_PD_SCOPE, wide ? "wait" : "devtlb");
		drv_start();
		before = drv_request(1, 1, 1, true);
		drv_pdevtlb(RID0, 1);
		drv_submit();
		drv_step("u0.inval");
		drv_step("d0.down");
		drv_step("d0.up"); /* the request: the completion is behind it */
		assert_int_equal(drv_count(EV_DEVTLB_DONE), 0);
		drv_step("d0.up");
		after = received_request(1, 2);
		drv_wait(WAIT_SW | WAIT_PD, 9, 0);
		drv_submit();
		drv_step("u0.inval"); /* fetched, and waits for the pipe */
		assert_false(drv_ready("u0.inval"));
		drv_step("u0.walk");
		drv_step("u0.accept");
		assert_int_equal(drv.status[0], 0);
		drv_step("u0.deliver");
		assert_int_equal(model_request_place(before), PLACE_RING);
		assert_int_equal(drv_ready("u0.inval"), !wide);
		drv_settle(NULL);
		assert_int_equal(drv.status[0], 9);
		assert_int_equal(model_request_place(after), PLACE_RING);
	}
}

/* Without PD nothing pushes a received request. */
static void plain_wait_pushes_nothing(void **state)
{
	u32 req;

	drv_setup();
	req = received_request(1, 1);
	drv_wait(WAIT_SW | WAIT_FN, 9, 0);
	drv_submit();
	drv_settle("u0.walk");
	assert_int_equal(drv.status[0], 9);
	assert_int_equal(model_request_place(req), PLACE_UNIT);
}

/* K7: PDS clear. */
static void drain_without_pds(void **state)
{
	drv_defaults();
	drv_knob(KNOB_PDS, "rejects");
	drv_start();
	assert_int_equal(host_readq(REG(0x10)) & ECAP_PDS, 0);
	drv_wait(WAIT_SW | WAIT_PD, 9, 0);
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(host_readl(FSTS), FSTS_IQE);
	assert_int_equal(host_readq(IQER) & 0xf, IQEI_RESERVED);

	drv_defaults();
	drv_knob(KNOB_PDS, "ignores");
	drv_start();
	received_request(1, 1);
	drv_wait(WAIT_SW | WAIT_PD, 9, 0);
	drv_submit();
	drv_settle("u0.walk");
	assert_int_equal(drv.status[0], 9);
	assert_int_equal(drv_last(EV_KNOB)->b, KNOB_PDS);
}

/* K8: the entry goes while an allowed request is in the pipe. */
static void pipe_open_or_closed(void **state)
{
	for (unsigned closed = 0; closed < 2; closed++) {
		drv_defaults();
		drv_knob(KNOB_PIPE, closed ? "closed" : "open");
		drv_start();
		received_request(1, 1);
		received_request(1, 2);
		drv_step("u0.walk");
		drv.table[1 * 8] = 0;
		drv_pasid_inv(1, DID, 1);
		drv_wait(WAIT_SW | WAIT_FN, 5, 0);
		drv_submit();
		drv_step("u0.inval");
		drv_step("u0.inval"); /* fetches the wait, and may complete it */
		assert_false(drv_ready("u0.inval"));
		drv_settle("u0.accept");
		assert_int_equal(drv.status[0], closed ? 0 : 5);
		drv_settle(NULL);
		assert_int_equal(drv.status[0], 5);
		assert_int_equal(drv_count(EV_REQ_DELIVERED), 1);
		assert_int_equal(drv_count(EV_REQ_REJECTED), 1);
		assert_int_equal(drv_count(EV_KNOB), !closed);
	}
}

/* K9: a completion that may not overtake waits for older requests to be processed. */
static void completion_overtakes(void **state)
{
	for (unsigned no = 0; no < 2; no++) {
		drv_defaults();
		drv_knob(KNOB_OVERTAKE, no ? "no" : "yes");
		drv_start();
		received_request(1, 1);
		drv_pdevtlb(RID0, 1);
		drv_wait(WAIT_SW, 5, 0);
		drv_submit();
		drv_settle("u0.walk");
		assert_int_equal(drv.status[0], no ? 0 : 5);
		drv_settle(NULL);
		assert_int_equal(drv.status[0], 5);
	}
}

/* Responses reach the endpoint in order with invalidations; one to nobody is reported. */
static void responses(void **state)
{
	drv_setup();
	drv_request(1, 3, 1, false);
	drv_request(1, 3, 2, true);
	drv_settle(NULL);
	assert_int_equal(model_outstanding(0, 1), 2);
	drv_response(RID0, 1, 3, 0);
	drv_pdevtlb(RID0, 1);
	drv_response(0x7777, 1, 3, 0);
	drv_submit();
	drv_step("u0.inval");
	drv_step("u0.inval");
	drv_step("d0.down");
	assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, 2);
	assert_int_equal(drv_count(EV_DEVTLB_DONE), 0);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_RESP_LOST)->a, 0x7777);
	assert_int_equal(model_outstanding(0, 1), 0);
}

/* K6: bit 66. */
static void response_lpig_bit(void **state)
{
	for (unsigned zero = 0; zero < 2; zero++) {
		drv_defaults();
		drv_knob(KNOB_RESP_LPIG, zero ? "zero" : "ignored");
		drv_start();
		drv_queue(DESC_RESPONSE | BIT_ULL(4) | RID0 << 16 | 1ull << 32, BIT(2));
		drv_submit();
		drv_settle(NULL);
		assert_int_equal(host_readl(FSTS), zero ? FSTS_IQE : 0);
	}
}

/* IQE: the head stays, clearing lets the fetch go on, and the slot is read anew. */
static void bad_descriptors(void **state)
{
	static const struct {
		u64 qw0, qw1;
		unsigned code;
	} row[] = {
		{ 0, 0, IQEI_TYPE },
		{ 0xa, 0, IQEI_TYPE },
		{ DESC_WAIT | BIT_ULL(9), 0, IQEI_TYPE },
		{ DESC_WAIT | WAIT_SW | BIT_ULL(8), 0, IQEI_RESERVED },
		{ DESC_WAIT | WAIT_SW, 2, IQEI_RESERVED },
		{ DESC_CONTEXT, 0, IQEI_RESERVED },
		{ DESC_CONTEXT | 1 << 4, 1, IQEI_RESERVED },
		{ DESC_IOTLB | 1 << 4 | 1ull << 40, 0, IQEI_RESERVED },
		{ DESC_PIOTLB | 1 << 4, 0, IQEI_RESERVED },
		{ DESC_PASID | 2 << 4, 0, IQEI_RESERVED },
		{ DESC_DEVTLB | 1ull << 21, 0, IQEI_RESERVED },
		{ DESC_PDEVTLB | (u64)RID0 << 16, 2, IQEI_RESERVED },
		{ DESC_RESPONSE | BIT_ULL(5), 0, IQEI_RESERVED },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		drv_setup();
		drv_wait(WAIT_SW, 3, 0);
		drv_queue(row[i].qw0, row[i].qw1);
		drv_wait(WAIT_SW, 4, 1);
		drv_submit();
		drv_settle(NULL);
		assert_int_equal(drv.status[0], 3);
		assert_int_equal(drv.status[1], 0);
		assert_int_equal(host_readl(FSTS), FSTS_IQE);
		assert_int_equal(host_readq(IQER) & 0xf, row[i].code);
		assert_int_equal(host_readq(IQH), IQ_SLOT);
		drv.queue[4] = DESC_WAIT | WAIT_SW | 6ull << 32;
		drv.queue[5] = drv.status_bus + 8;
		host_writel(FSTS_IQE, FSTS);
		drv_settle(NULL);
		assert_int_equal(drv.status[2], 6);
		assert_int_equal(drv.status[1], 4);
	}
}

static void bad_queue(void **state)
{
	drv_setup();
	host_writel(0x1000, IQT);
	drv_settle(NULL);
	assert_int_equal(host_readq(IQER) & 0xf, IQEI_TAIL);
	assert_int_equal(host_readl(FSTS), FSTS_IQE);
	host_writel(0x10, IQT);
	host_writel(FSTS_IQE, FSTS);
	drv_settle(NULL);
	assert_int_equal(host_readq(IQER) & 0xf, IQEI_ALIGN);

	drv_setup();
	host_writeq(drv.queue_bus, REG(0x90));
	drv_wait(WAIT_SW, 3, 0);
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(host_readq(IQER) & 0xf, IQEI_WIDTH);

	drv_setup();
	host_writeq(0x5555000 | IQA_DW, REG(0x90));
	drv_submit();
	host_writel(32, IQT);
	drv_settle(NULL);
	assert_int_equal(host_readq(IQER) & 0xf, IQEI_FETCH);
	assert_int_equal(drv_count(EV_DMA_FAULT), 1);
}

/* ITE: a held answer, time passes, waits are aborted, a retry works, the late answer is an ICE. */
static void time_out(void **state)
{
	for (unsigned never = 0; never < 2; never++) {
		drv_setup();
		model_hold_invalidations(0, 1, never);
		drv_pdevtlb(RID0, 1);
		drv_wait(WAIT_SW, 1, 0);
		drv_submit();
		drv_settle(NULL);
		assert_int_equal(host_readl(FSTS), 0);
		assert_int_equal(engine_run(), ENGINE_QUIET); /* the clock moves */
		assert_int_equal(drv_last(EV_QI_ERROR)->d, 0);
		assert_int_equal(host_readl(FSTS), never ? FSTS_ITE : FSTS_ITE | FSTS_ICE);
		assert_int_equal(host_readq(IQER) >> 32 & 0xffff, RID0);
		assert_int_equal(host_readq(IQER) >> 48, never ? 0 : RID0);
		assert_int_equal(engine_now(), never ? 10 * NS_MS : 11 * NS_MS);
		assert_int_equal(drv.status[0], 0);

		drv_pdevtlb(RID0, 1);
		drv_wait(WAIT_SW, 2, 1);
		drv_submit();
		drv_settle(NULL);
		assert_int_equal(drv.status[1], 0); /* fetch is stopped */
		host_writel(FSTS_ITE | FSTS_ICE, FSTS);
		drv_settle(NULL);
		assert_int_equal(drv.status[1], 2);
		assert_int_equal(drv.status[0], 0);
		assert_int_equal(host_readl(FSTS), 0);
	}
}

/* K18, and functions that cannot answer: ATS off, gone, or none there. */
static void no_answer(void **state)
{
	for (unsigned how = 0; how < 3; how++) {
		drv_defaults();
		drv_knob(KNOB_INV_ANSWER, "long");
		drv_start();
		if (how == 0)
			host_pci_disable_ats(model_pci_dev(0));
		if (how == 1)
			model_device_gone(0);
		drv_pdevtlb(how == 2 ? 0x4444 : RID0, 1);
		drv_wait(WAIT_SW, 1, 0);
		drv_submit();
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_int_equal(host_readl(FSTS), FSTS_ITE);
		assert_int_equal(engine_now(), 1000 * NS_MS);
		assert_int_equal(drv_count(EV_QI_ERROR), 1);
	}
}

static void injected(void **state)
{
	drv_setup();
	model_inject_qi_error(0, QI_IQE);
	drv_wait(WAIT_SW, 1, 0);
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_QI_ERROR)->d, 1);
	assert_int_equal(host_readl(FSTS), FSTS_IQE);
	host_writel(FSTS_IQE, FSTS);
	drv_settle(NULL);
	assert_int_equal(drv.status[0], 1);

	model_inject_qi_error(0, QI_ICE);
	drv_wait(WAIT_SW, 2, 0);
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(host_readl(FSTS), FSTS_ICE);
	assert_int_equal(drv.status[0], 2);
	host_writel(FSTS_ICE, FSTS);

	model_inject_qi_error(0, QI_ITE);
	drv_pdevtlb(RID0, 1);
	drv_wait(WAIT_SW, 3, 0);
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(host_readl(FSTS), FSTS_ITE);
	assert_int_equal(drv.status[0], 2);
}

/* An answer that is under way when the queue is switched off concerns nobody after it. */
static void stop_queue(void **state)
{
	drv_setup();
	drv_pdevtlb(RID0, 1);
	drv_submit();
	drv_settle("d0.up");
	host_writel(0, REG(0x18));
	assert_int_equal(host_readl(REG(0x1c)) & GCMD_QIE, 0);
	assert_int_equal(host_readq(IQH), 0);
	drv_settle(NULL);
	assert_int_equal(host_readl(FSTS), 0);
	drv_start_queues();
	drv_wait(WAIT_SW, 1, 0);
	run_queue();
	assert_int_equal(drv.status[0], 1);
}

/* Always takes the last option. */
static unsigned choose_last(struct chooser *self, const struct decision *d, bool *exhausted)
{
	return d->n - 1;
}

/* K19: within the window the order is free but for 6.5.2.12; waits and fences hold. */
static void window_order(void **state)
{
	static struct chooser last = { choose_last };
	static const u8 want[] = { DESC_RESPONSE, DESC_PASID, DESC_PIOTLB, DESC_PDEVTLB,
				   DESC_WAIT };
	unsigned n = 0;

	drv_defaults();
	drv_knob(KNOB_QI_WINDOW, "four");
	drv_start();
	engine_set_chooser(&last);
	drv_pasid_inv(1, DID, 1);
	drv_piotlb(DID, 1);
	drv_response(RID0, 1, 1, 0);
	drv_pdevtlb(RID0, 1);
	drv_wait(WAIT_SW | WAIT_FN, 1, 0);
	drv_submit();
	drv_settle(NULL);
	engine_set_chooser(NULL);
	for (unsigned i = 0; i < drv.events; i++) {
		if (drv.event[i].kind == EV_QI_EXEC)
			assert_int_equal(drv.event[i].c & 0xff, want[n++]);
	}
	assert_int_equal(n, ARRAY_SIZE(want));
	assert_int_equal(drv.status[0], 1);
}

/* What each kind waits for, with a window in which it could go ahead (6.5.2.12). */
static void window_pairs(void **state)
{
	static struct chooser last = { choose_last };
	static const struct {
		u64 first, second;
		bool swaps;
	} row[] = {
		{ DESC_IOTLB | 1 << 4, DESC_DEVTLB | (u64)RID0 << 32, false },
		{ DESC_PIOTLB | 2 << 4, DESC_DEVTLB | (u64)RID0 << 32, true },
		{ DESC_IOTLB | 1 << 4, DESC_PDEVTLB | (u64)RID0 << 16, false },
		{ DESC_PIOTLB | 2 << 4, DESC_PDEVTLB | (u64)RID0 << 16, false },
		{ DESC_PASID | 3 << 4, DESC_PDEVTLB | (u64)RID0 << 16, true },
		{ DESC_CONTEXT | 1 << 4, DESC_IOTLB | 1 << 4, false },
		{ DESC_PASID | 3 << 4, DESC_PIOTLB | 2 << 4, false },
		{ DESC_CONTEXT | 1 << 4, DESC_PASID | 3 << 4, true },
		{ DESC_RESPONSE | RID0 << 16, DESC_PDEVTLB | (u64)RID0 << 16, false },
		{ DESC_WAIT, DESC_PASID | 3 << 4, true },
		{ DESC_WAIT | WAIT_FN, DESC_PASID | 3 << 4, false },
		{ DESC_PASID | 3 << 4, DESC_WAIT, false },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		drv_defaults();
		drv_knob(KNOB_QI_WINDOW, "two");
		drv_start();
		engine_set_chooser(&last);
		drv_queue(row[i].first, 0);
		drv_queue(row[i].second, 0);
		drv_submit();
		drv_settle(NULL);
		engine_set_chooser(NULL);
		assert_int_equal(drv_count(EV_QI_EXEC), 2);
		assert_int_equal(drv_last(EV_QI_EXEC)->b, row[i].swaps ? 0 : 1);
		assert_int_equal(host_readl(FSTS), 0);
	}
}

/* Masked, the completion and the fault event are held; unmasked, they are sent. */
static void other_events(void **state)
{
	drv_setup();
	drv_wait(WAIT_IF, 0, 0);
	drv_submit();
	drv_settle(NULL);
	host_writel(2, REG(0xa4));
	assert_int_equal(drv_count(EV_IRQ_RAISE), 0);
	host_writel(0, REG(0xa0));
	assert_int_equal(drv_last(EV_IRQ_RAISE)->a, 2);
	host_writel(3, REG(0x3c));
	host_writel(0, REG(0x38));
	model_inject_qi_error(0, QI_IQE);
	drv_wait(0, 0, 0);
	drv_submit();
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_IRQ_RAISE)->a, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pasid_cache_granularity),
		cmocka_unit_test(iotlb_granularity),
		cmocka_unit_test(device_tlb_granularity),
		cmocka_unit_test(wait_flags),
		cmocka_unit_test(drain_scope),
		cmocka_unit_test(plain_wait_pushes_nothing),
		cmocka_unit_test(drain_without_pds),
		cmocka_unit_test(pipe_open_or_closed),
		cmocka_unit_test(completion_overtakes),
		cmocka_unit_test(responses),
		cmocka_unit_test(response_lpig_bit),
		cmocka_unit_test(bad_descriptors),
		cmocka_unit_test(bad_queue),
		cmocka_unit_test(time_out),
		cmocka_unit_test(no_answer),
		cmocka_unit_test(injected),
		cmocka_unit_test(stop_queue),
		cmocka_unit_test(window_order),
		cmocka_unit_test(window_pairs),
		cmocka_unit_test(other_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
