/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a page request through the unit, its ring, and the page request event. */

#include "tests/model_driver.h"

#define PQH REG(0xc0)
#define PQT REG(0xc8)
#define PRS REG(0xdc)
#define PECTL REG(0xe0)

static void receive(u32 req)
{
	assert_true(req != 0);
	drv_step("d0.up");
}

/* Each stage holds the request until its actor moves. */
static void stages_hold(void **state)
{
	u32 req;

	drv_setup();
	req = drv_request(1, 7, 0x42, true);
	assert_int_equal(model_request_place(req), PLACE_LINK);
	assert_false(drv_ready("u0.walk"));
	drv_step("d0.up");
	assert_int_equal(model_request_place(req), PLACE_UNIT);
	assert_false(drv_ready("u0.accept"));
	drv_step("u0.walk");
	assert_int_equal(drv_count(EV_REQ_WALKED), 1);
	assert_false(drv_ready("u0.deliver"));
	drv_step("u0.accept");
	assert_int_equal(drv_count(EV_REQ_ACCEPTED), 1);
	assert_int_equal(drv.ring[0], 0);
	drv_step("u0.deliver");
	assert_int_equal(model_request_place(req), PLACE_RING);
	assert_int_equal(drv_last(EV_TAIL)->c, 32);
	assert_int_equal(drv_last(EV_PRS)->c, PRS_PPR);
	assert_true(drv_ready("u0.event"));

	/* The descriptor, field by field. */
	assert_int_equal(drv.ring[0], 1 | BIT_ULL(8) | RID0 << 16 | 1ull << 32);
	assert_int_equal(drv.ring[1], 1 | 4 | 7 << 3 | WIRE_PAGE(req, 0x42) << 12);
	assert_int_equal(drv.ring[2] | drv.ring[3], 0);
	host_writeq(32, PQH);
	assert_int_equal(model_request_place(req), PLACE_NONE);
}

static void tail_read_forces_accepted_only(void **state)
{
	drv_setup();
	receive(drv_request(1, 1, 1, true));
	receive(drv_request(1, 2, 2, true));
	receive(drv_request(1, 3, 3, true));
	drv_step("u0.walk");
	drv_step("u0.walk");
	drv_step("u0.accept");
	assert_int_equal(host_readq(PQT), 32);
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 1);
	drv_settle(NULL);
	assert_int_equal(host_readl(PQT), 96);
}

static void tables_reject(void **state)
{
	static const struct {
		unsigned clear, reason;
	} row[] = { { CONTEXT_P, FAULT_CONTEXT_PRESENT },
		    { CONTEXT_PASIDE, FAULT_PASIDE },
		    { CONTEXT_PRE, FAULT_PRE } };

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		drv_setup();
		drv.context[(RID0 & 0x7f) * 4] &= ~(u64)row[i].clear;
		drv_request(1, 1, 1, false);
		drv_request(1, 1, 1, true);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_REQ_REJECTED), 2);
		assert_int_equal(drv_last(EV_FAULT)->c, row[i].reason);
		assert_int_equal(drv_count(EV_RESP_AUTO), 1);
		assert_int_equal(drv_last(EV_RESP_AUTO)->b, 1);
		assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, 2);
		assert_int_equal(host_readl(PQT), 0);
		assert_int_equal(host_readl(REG(0x34)), FSTS_PPF | FSTS_PFO);
		host_writel(1u << 31, REG(0x22c));
		host_writel(FSTS_PFO, REG(0x34));
		assert_int_equal(host_readl(REG(0x34)), 0);
	}
	drv_setup();
	drv.table[1 * 8] = 0;
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_PASID_PRESENT);
	drv_request(100, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_DIR_PRESENT);
	drv_request(0x2000, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_PASID_SIZE);
	drv_request(0, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_RID_PASID);
	drv.root[0] = 0;
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_ROOT_PRESENT);
}

/* Tables that cannot be read, and what only translations need. */
static void tables_are_broken(void **state)
{
	drv_setup();
	drv.directory[0] = 0x123456000 | PASID_P;
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_PASID_ACCESS);
	assert_int_equal(drv_count(EV_DMA_FAULT), 1);

	drv_setup();
	drv.context[(RID0 & 0x7f) * 4] &= ~(u64)CONTEXT_DTE;
	model_translate(0, 1, 5, false);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_DTE);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 1);

	drv_setup();
	drv.table[1 * 8 + 2] = 0x4000; /* paging structures outside of any address space */
	model_translate(0, 1, 5, false);
	assert_int_equal(drv_last(EV_DMA_FAULT)->b, 0x4000);
	assert_int_equal(model.unit[0].iotlb_count, 0);

	drv_setup();
	host_writeq(0, REG(0x20));
	host_writel(GCMD_SRTP | GCMD_TE | GCMD_QIE, REG(0x18));
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_RTADDR);
}

/* FPD counts on every level, and is no shield where it was not reached. */
static void fpd_levels(void **state)
{
	for (unsigned level = 0; level < 2; level++) {
		drv_setup();
		if (level)
			drv.directory[0] |= PASID_FPD;
		else
			drv.context[(RID0 & 0x7f) * 4] |= CONTEXT_FPD;
		drv.table[1 * 8] = 0;
		drv_request(1, 1, 1, true);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_FAULT), 0);
		assert_int_equal(drv_count(EV_RESP_AUTO), 1);
	}
	drv_setup();
	drv.table[1 * 8] |= PASID_FPD;
	drv.context[(RID0 & 0x7f) * 4] &= ~(u64)CONTEXT_PRE;
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_FAULT), 1);
}

/* No ring: nothing is written, and who needs an answer gets one. */
static void no_ring(void **state)
{
	drv_setup();
	host_writeq(0, REG(0xd0));
	assert_int_equal(drv_last(EV_RING)->b, 0);
	drv_request(1, 1, 1, false);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	/* The unit says that its page requests are off: there is no queue. */
	assert_int_equal(drv_last(EV_REQ_REJECTED)->b, REJECT_DISABLED);
	assert_int_equal(drv_count(EV_RESP_AUTO), 1);
	assert_int_equal(drv_count(EV_FAULT) + drv_count(EV_DMA_FAULT), 0);
}

static void rights_are_copied(void **state)
{
	drv_setup();
	model_request(0, 1, 2, 3, REQ_WRITE | REQ_EXEC | REQ_PRIV, false);
	drv_settle(NULL);
	assert_int_equal(drv.ring[0] >> 52, 3);
	assert_int_equal(drv.ring[1] & 7, 2);
}

/* FPD on the entry silences the record; the response comes all the same, unless K23 says no. */
static void fpd_silences(void **state)
{
	for (unsigned answer = 0; answer < 2; answer++) {
		drv_defaults();
		drv_knob(KNOB_FPD_RESP, answer ? "yes" : "no");
		drv_start();
		drv.table[1 * 8] = PASID_FPD;
		drv_request(1, 1, 1, true);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_FAULT), 0);
		assert_int_equal(drv_count(EV_RESP_AUTO), answer);
		assert_int_equal(drv_count(EV_KNOB), !answer);
	}
}

static void no_pasid_uses_rid_pasid(void **state)
{
	drv_setup();
	drv.context[(RID0 & 0x7f) * 4 + 1] = 2;
	drv_request(MODEL_NO_PASID, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv.ring[0], 1 | RID0 << 16);
	assert_int_equal(drv_last(EV_CACHE_FILL)->c, 2);
	model_audit_life(0, MODEL_NO_PASID);
	assert_int_equal(drv_count(EV_STALE), 1);
}

/* Ring of 8: seven go in, the eighth sets PRO and is answered Success, the rest drop (table 31). */
static void overflow(void **state)
{
	drv_setup();
	for (unsigned i = 0; i < 7; i++)
		drv_request(1, i, i, true);
	drv_settle(NULL);
	assert_int_equal(host_readl(PRS), PRS_PPR);
	drv_request(1, 10, 1, false);
	drv_settle(NULL);
	assert_int_equal(host_readl(PRS), PRS_PPR | PRS_PRO);
	assert_int_equal(drv_last(EV_REQ_REJECTED)->b, REJECT_FULL);
	assert_int_equal(drv_count(EV_RESP_AUTO), 0);
	drv_request(1, 10, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_REQ_REJECTED)->b, REJECT_OVERFLOW);
	assert_int_equal(drv_last(EV_RESP_AUTO)->b, 0);
	/* Head movement alone is not enough. */
	host_writeq(host_readq(PQT), PQH);
	drv_request(1, 11, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_RESP_AUTO), 2);
	host_writel(PRS_PRO | PRS_PPR, PRS);
	drv_request(1, 12, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 8);
	assert_int_equal(drv_count(EV_FAULT), 0);
	assert_int_equal(drv_count(EV_KNOB), 0);
}

static void fill_ring(void)
{
	for (unsigned i = 0; i < 7; i++)
		drv_request(1, i, i, true);
	drv_settle(NULL);
}

static void overflow_knobs(void **state)
{
	/* K3: a full ring notices only last pages. */
	drv_defaults();
	drv_knob(KNOB_FULL_PRO, "last-page");
	drv_start();
	fill_ring();
	drv_request(1, 10, 1, false);
	drv_settle(NULL);
	assert_int_equal(host_readl(PRS), PRS_PPR);
	assert_int_equal(drv_last(EV_KNOB)->b, KNOB_FULL_PRO);
	drv_request(1, 10, 1, true);
	drv_settle(NULL);
	assert_int_equal(host_readl(PRS), PRS_PPR | PRS_PRO);

	/* K21: PRO cannot be cleared while the ring is full. */
	drv_defaults();
	drv_knob(KNOB_PRO_REARM, "sticks");
	drv_start();
	fill_ring();
	drv_request(1, 10, 1, true);
	drv_settle(NULL);
	host_writel(PRS_PRO, PRS);
	assert_true(host_readl(PRS) & PRS_PRO);
	host_writeq(32, PQH);
	host_writel(PRS_PRO, PRS);
	assert_false(host_readl(PRS) & PRS_PRO);
}

/* K11: the rest of a damaged group is dropped, its last page answered Success. */
static void rest_of_a_group(void **state)
{
	for (unsigned queued = 0; queued < 2; queued++) {
		drv_defaults();
		drv_knob(KNOB_GROUP_REST, queued ? "queued" : "dropped");
		drv_start();
		fill_ring();
		drv_request(1, 10, 1, false);
		drv_request(1, 10, 1, false);
		/* Of this one the overflow takes the last page, too: the index is free again. */
		drv_request(1, 12, 1, false);
		drv_request(1, 12, 1, true);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_RESP_AUTO), 1);
		host_writeq(host_readq(PQT), PQH);
		host_writel(3, PRS);
		drv_request(1, 10, 1, true);
		drv_request(1, 11, 1, true);
		drv_request(1, 12, 1, false);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_REQ_DELIVERED), 9 + queued);
		assert_int_equal(drv_count(EV_RESP_AUTO), 1 + !queued);
	}
}

/* K25: no entry, and PRO set: Invalid Request and a fault, or Success and none. */
static void precedence(void **state)
{
	for (unsigned ring = 0; ring < 2; ring++) {
		drv_defaults();
		drv_knob(KNOB_PRECEDENCE, ring ? "ring" : "tables");
		drv_start();
		model_set_prs(0, PRS_PRO);
		drv.table[1 * 8] = 0;
		host_pci_disable_ats(model_pci_dev(0)); /* no translation after Success */
		drv_request(1, 1, 1, true);
		drv_settle(NULL);
		assert_int_equal(drv_last(EV_RESP_AUTO)->b, !ring);
		assert_int_equal(drv_count(EV_FAULT), !ring);
		assert_int_equal(drv_count(EV_KNOB), 0);
	}
}

/* An edge over the OR: no second event while a bit is set; stale bits kill the event (1.7). */
static void event_edge(void **state)
{
	drv_setup();
	drv_request(1, 1, 1, true);
	drv_request(1, 2, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_MSI), 1);
	host_writel(PRS_PPR, PRS);
	drv_request(1, 3, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_MSI), 2);

	drv_setup();
	model_set_prs(0, PRS_PPR);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_MSI), 0);
}

/* K1: with last-page, a part of a group makes neither PPR nor event. */
static void event_last_page(void **state)
{
	drv_defaults();
	drv_knob(KNOB_EVENT, "last-page");
	drv_start();
	drv_request(1, 1, 1, false);
	drv_settle(NULL);
	assert_int_equal(host_readl(PRS), 0);
	assert_int_equal(host_readl(PQT), 32);
	assert_int_equal(drv_last(EV_KNOB)->b, KNOB_EVENT);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_MSI), 1);
}

/* K2: a masked event, and what clearing PRS does to it. */
static void event_taken_back(void **state)
{
	static const struct {
		const char *value;
		u32 set, clear;
		bool stays;
	} row[] = {
		{ "both", PRS_PPR | PRS_PRO, PRS_PPR, true },
		{ "both", PRS_PPR | PRS_PRO, PRS_PPR | PRS_PRO, false },
		{ "ppr", PRS_PPR | PRS_PRO, PRS_PPR, false },
		{ "ppr", PRS_PPR | PRS_PRO, PRS_PRO, true },
		{ "never", PRS_PPR | PRS_PRO, PRS_PPR | PRS_PRO, true },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		drv_defaults();
		drv_knob(KNOB_IP_CLEAR, row[i].value);
		drv_start();
		host_writel(EVENT_IM, PECTL);
		drv_request(1, 1, 1, true);
		drv_settle(NULL);
		assert_int_equal(host_readl(PECTL), EVENT_IM | EVENT_IP);
		model_set_prs(0, row[i].set);
		host_writel(row[i].clear, PRS);
		host_writel(0, PECTL);
		assert_int_equal(drv_ready("u0.event"), row[i].stays);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_MSI), row[i].stays);
	}
}

/* K4: PRO on top of PPR. */
static void event_pro(void **state)
{
	for (unsigned sent = 0; sent < 2; sent++) {
		drv_defaults();
		drv_knob(KNOB_PRO_EVENT, sent ? "sent" : "suppressed");
		drv_start();
		fill_ring();
		drv_request(1, 20, 1, true);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_MSI), 1 + sent);
		assert_int_equal(drv_count(EV_KNOB), sent);
	}
}

/* Reads of PRS, PQT and PECTL push the message; others do not. */
static void reads_push_event(void **state)
{
	static const u32 offset[] = { 0xdc, 0xc8, 0xe0 };

	for (unsigned i = 0; i < ARRAY_SIZE(offset); i++) {
		drv_setup();
		drv_request(1, 1, 1, true);
		drv_settle("u0.event");
		host_readl(REG(0xc0));
		assert_int_equal(drv_count(EV_MSI), 0);
		host_readl(REG(offset[i]));
		assert_int_equal(drv_count(EV_MSI), 1);
		assert_int_equal(drv_count(EV_IRQ_RAISE), 1);
		assert_false(drv_ready("u0.event"));
	}
}

/* The message is behind what was accepted before it. */
static void event_implies_delivery(void **state)
{
	drv_setup();
	drv_request(1, 1, 1, true);
	drv_settle("u0.event");
	receive(drv_request(1, 2, 2, true));
	drv_step("u0.walk");
	drv_step("u0.accept");
	drv_step("u0.event");
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 2);
}

static unsigned choose_one(struct chooser *self, const struct decision *d, bool *exhausted)
{
	return 1;
}

static void event_lost(void **state)
{
	static struct chooser one = { choose_one };

	/* K20: the schedule decides. */
	drv_defaults();
	drv_knob(KNOB_MSI, "lossy");
	drv_start();
	engine_set_chooser(&one);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	engine_set_chooser(NULL);
	assert_int_equal(drv_last(EV_MSI)->b, 1);
	assert_int_equal(drv_last(EV_KNOB)->b, KNOB_MSI);
	host_writel(PRS_PPR, PRS);
	drv_request(1, 2, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_MSI)->b, 0);

	drv_setup();
	model_lose_msi(0, 1);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_MSI)->b, 1);
	assert_int_equal(drv_count(EV_IRQ_RAISE), 0);
}

/* K12, K13: negative controls show the slot before it is whole. */
static void torn_and_early(void **state)
{
	drv_defaults();
	drv_knob(KNOB_TORN, "yes");
	drv_start();
	drv_request(1, 1, 1, true);
	drv_settle("u0.deliver");
	assert_true(drv.ring[0] != 0 && drv.ring[1] != 0);
	assert_int_equal(model.unit[0].pqt, 0);

	drv_defaults();
	drv_knob(KNOB_TAIL_EARLY, "yes");
	drv_start();
	receive(drv_request(1, 1, 1, true));
	drv_step("u0.walk");
	drv_step("u0.accept");
	assert_int_equal(model.unit[0].pqt, 32);
	assert_int_equal(drv.ring[0], 0);
	assert_int_equal(drv_last(EV_KNOB)->b, KNOB_TAIL_EARLY);
}

/* K16: a head that is no slot. */
static void bad_head(void **state)
{
	drv_setup();
	host_writeq(0xffffffffffffff3full, PQH);
	assert_int_equal(host_readq(PQH), 0x20);

	drv_defaults();
	drv_knob(KNOB_PQH_BAD, "ignored");
	drv_start();
	host_writeq(0x21, PQH);
	assert_int_equal(host_readq(PQH), 0);

	drv_defaults();
	drv_knob(KNOB_PQH_BAD, "halts");
	drv_start();
	host_writeq(0x100, PQH);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_REQ_ACCEPTED), 0);
	host_writeq(0, PQH);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_REQ_ACCEPTED), 1);
}

/* K8, K10: what a torn-down entry and a cleared PRE do to requests that are under way. */
static void pre_response(void **state)
{
	drv_defaults();
	drv_knob(KNOB_PRE_RC, "failure");
	drv_start();
	drv.context[(RID0 & 0x7f) * 4] &= ~(u64)CONTEXT_PRE;
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_RESP_AUTO)->b, 15);
	assert_int_equal(drv_last(EV_PRI)->b, 0);
	assert_int_equal(drv_request(1, 2, 1, true), 0);
}

/* Queuing a request drops what the IOTLB has for its address (table 27). */
static void implicit_invalidation(void **state)
{
	drv_setup();
	host_backend.space_fault(model_space(0), 0x5000, 0);
	host_backend.space_fault(model_space(0), 0x6000, 0);
	model_translate(0, 1, 5, false);
	model_translate(0, 1, 6, false);
	assert_int_equal(model.unit[0].iotlb_count, 2);
	drv_request(1, 1, 5, true);
	drv_settle(NULL);
	assert_int_equal(model.unit[0].iotlb_count, 1);
}

/* K27: a marker that finds no room. */
static void marker_without_room(void **state)
{
	for (unsigned clear = 0; clear < 2; clear++) {
		drv_defaults();
		drv_knob(KNOB_SMS, clear ? "clear" : "set");
		drv_start();
		fill_ring();
		model_stop_begin(0, 1, STOP_MARKER);
		drv_settle(NULL);
		assert_int_equal(drv_count(EV_RESP_AUTO), clear);
		assert_int_equal(drv_count(EV_KNOB), clear);
		assert_int_equal(host_readq(REG(0x10)) >> 58 & 1, !clear);
	}
}

/* The same inputs give the same events, whatever ran before. */
static void reset_is_complete(void **state)
{
	u64 hash[3];

	for (unsigned i = 0; i < 3; i++) {
		drv_setup();
		drv_request(1, 1, 1, false);
		drv_request(1, 1, 2, true);
		drv_request(2, 2, 3, true);
		drv_settle(NULL);
		model_audit_rest();
		hash[i] = engine_trace_hash();
		overflow(state);
		torn_and_early(state);
	}
	assert_int_equal(hash[0], hash[1]);
	assert_int_equal(hash[0], hash[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_hold),
		cmocka_unit_test(tail_read_forces_accepted_only),
		cmocka_unit_test(tables_reject),
		cmocka_unit_test(tables_are_broken),
		cmocka_unit_test(fpd_levels),
		cmocka_unit_test(no_ring),
		cmocka_unit_test(rights_are_copied),
		cmocka_unit_test(fpd_silences),
		cmocka_unit_test(no_pasid_uses_rid_pasid),
		cmocka_unit_test(overflow),
		cmocka_unit_test(overflow_knobs),
		cmocka_unit_test(rest_of_a_group),
		cmocka_unit_test(precedence),
		cmocka_unit_test(event_edge),
		cmocka_unit_test(event_last_page),
		cmocka_unit_test(event_taken_back),
		cmocka_unit_test(event_pro),
		cmocka_unit_test(reads_push_event),
		cmocka_unit_test(event_implies_delivery),
		cmocka_unit_test(event_lost),
		cmocka_unit_test(torn_and_early),
		cmocka_unit_test(bad_head),
		cmocka_unit_test(pre_response),
		cmocka_unit_test(implicit_invalidation),
		cmocka_unit_test(marker_without_room),
		cmocka_unit_test(reset_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
