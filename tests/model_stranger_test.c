/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors that no device sent, and registers of the ring written by somebody else. */

#include "tests/model_driver.h"

#define PQH REG(0xc0)
#define PQT REG(0xc8)
#define PRS REG(0xdc)

static const u64 raw[4] = { 0x0123456789abcdefull, 0xfedcba9876543213ull, 1, ~0ull };

/* As a request's, but for the number in its address, which is none's. */
static void layout(void **state)
{
	u64 qw[4];
	u32 req;

	drv_setup();
	req = drv_request(1, 7, 0x42, true);
	drv_settle(NULL);
	model_descriptor(0, 1, 7, 0x42, REQ_READ | REQ_LAST, qw);
	assert_int_equal(qw[0], drv.ring[0]);
	assert_int_equal(qw[1], drv.ring[1] & ~((u64)req << 28));
	assert_int_equal(qw[2] | qw[3], 0);
	model_descriptor(1, MODEL_NO_PASID, 0x3ff, 1, REQ_LAST | REQ_EXEC | REQ_PRIV, qw);
	assert_int_equal(qw[0], 1 | RID1 << 16 | PRD_EXR | PRD_PMR);
	assert_int_equal(qw[1], PRD_LPIG | 0x1ff << 3 | WIRE_PAGE(0, 1) << 12);
}

/* Word for word into the next slot, the tail behind it, and an event: in one step. */
static void goes_into_the_ring(void **state)
{
	drv_setup();
	model_forge(0, raw);
	assert_memory_equal(drv.ring, raw, sizeof(raw));
	assert_int_equal(drv_last(EV_FORGED)->b, 0);
	assert_int_equal(drv_last(EV_FORGED)->c, raw[0]);
	assert_int_equal(drv_last(EV_TAIL)->c, 32);
	assert_int_equal(drv_last(EV_TAIL)->d, 0);
	assert_int_equal(drv_last(EV_PRS)->c, PRS_PPR);
	drv_settle(NULL);
	assert_int_equal(host_readq(PQT), 32);
	assert_int_equal(drv_count(EV_MSI), 1);
	assert_int_equal(drv_count(EV_RESP_AUTO), 0);
}

/* What was accepted before has its slot already. */
static void behind_what_was_accepted(void **state)
{
	u32 first, second;

	drv_setup();
	first = drv_request(1, 1, 1, true);
	drv_step("d0.up");
	drv_step("u0.walk");
	drv_step("u0.accept");
	second = drv_request(1, 2, 2, true);
	model_forge(0, raw);
	assert_int_equal(model_request_place(first), PLACE_RING);
	assert_int_equal(drv_last(EV_FORGED)->b, 1);
	drv_settle(NULL);
	assert_int_equal(model.req[second].slot, 2);
	/* Each of the three has its turn at the head. */
	host_writeq(32, PQH);
	assert_int_equal(model_request_place(first), PLACE_NONE);
	assert_int_equal(model_request_place(second), PLACE_RING);
	host_writeq(64, PQH);
	assert_int_equal(model_request_place(second), PLACE_RING);
	host_writeq(96, PQH);
	assert_int_equal(model_request_place(second), PLACE_NONE);
}

/* A full ring sets the overflow bit; then, and without a ring, it is gone without a word. */
static void finds_no_room(void **state)
{
	drv_setup();
	for (unsigned i = 0; i < 7; i++)
		model_forge(0, raw);
	assert_int_equal(host_readl(PRS), PRS_PPR);
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_FORGED)->b, MODEL_NO_SLOT);
	assert_int_equal(host_readl(PRS), PRS_PPR | PRS_PRO);
	host_writeq(host_readq(PQT), PQH);
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_FORGED)->b, MODEL_NO_SLOT);
	assert_int_equal(host_readq(PQT), 7 * 32);
	host_writel(PRS_PPR | PRS_PRO, PRS);
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_FORGED)->b, 7);
	assert_int_equal(host_readq(PQT), 0); /* around the end */
	host_writeq(0, REG(0xd0));
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_FORGED)->b, MODEL_NO_SLOT);
	assert_int_equal(host_readl(PRS), PRS_PPR);
}

/* K1, K3: a last page is told by its flag. */
static void knobs_apply(void **state)
{
	static const u64 part[4] = { 1, 1 }, last[4] = { 1, 1 | PRD_LPIG };

	drv_defaults();
	drv_knob(KNOB_EVENT, "last-page");
	drv_knob(KNOB_FULL_PRO, "last-page");
	drv_start();
	model_forge(0, part);
	assert_int_equal(host_readl(PRS), 0);
	for (unsigned i = 0; i < 7; i++)
		model_forge(0, part);
	assert_int_equal(host_readl(PRS), 0);
	model_forge(0, last);
	assert_int_equal(host_readl(PRS), PRS_PRO);
	host_writeq(host_readq(PQT), PQH);
	host_writel(PRS_PRO, PRS);
	model_forge(0, last);
	assert_int_equal(host_readl(PRS), PRS_PPR);
}

/* Pointers are masked as software's are. */
static void pointers(void **state)
{
	drv_setup();
	model_write_head(0, 0x1ffff41);
	assert_int_equal(drv_last(EV_STRANGER)->b, STRANGER_HEAD);
	assert_int_equal(drv_last(EV_STRANGER)->c, 0x1ffff41);
	assert_int_equal(host_readq(PQH), 0x40);
	model_write_tail(0, 0x1ffffff);
	assert_int_equal(drv_last(EV_STRANGER)->b, STRANGER_TAIL);
	assert_int_equal(host_readq(PQT), 0xe0);
	/* The next request goes where the tail is now. */
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_REQ_DELIVERED)->b, 7);
	model_set_prs(0, PRS_PRO);
	model_clear_prs(0, PRS_PRO);
	assert_int_equal(drv_last(EV_STRANGER)->b, STRANGER_STATUS);
	assert_int_equal(host_readl(PRS), PRS_PPR);
}

static void halted_by_a_stranger(void **state)
{
	drv_defaults();
	drv_knob(KNOB_PQH_BAD, "halts");
	drv_start();
	model_write_head(0, 1);
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_FORGED)->b, MODEL_NO_SLOT);
	assert_int_equal(host_readl(PRS), 0);
	host_writeq(0, PQH);
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_FORGED)->b, 0);
}

/* A ring that is larger than its memory, or is nowhere: writes that hit nothing are reported. */
static void queue_moves(void **state)
{
	drv_setup();
	model_resize_queue(0, 3);
	assert_int_equal(drv_last(EV_STRANGER)->b, STRANGER_QUEUE);
	assert_int_equal(host_readq(REG(0xd0)), drv.ring_bus | 3);
	assert_int_equal(drv_last(EV_RING)->b, 1024);
	model_write_tail(0, 127 * 32);
	model_forge(0, raw);
	assert_memory_equal(drv.ring + 127 * 4, raw, sizeof(raw));
	assert_int_equal(drv_count(EV_DMA_FAULT), 0);
	model_forge(0, raw);
	assert_int_equal(drv_last(EV_DMA_FAULT)->b, drv.ring_bus + 4096);
	assert_int_equal(host_readq(PQT), 129 * 32);
	/* Memory that is there, and is another's, is left alone. */
	model_write_tail(0, drv.queue_bus - drv.ring_bus);
	model_forge(0, raw);
	assert_int_equal(drv_count(EV_DMA_FAULT), 2);
	assert_int_equal(drv_last(EV_DMA_FAULT)->b, drv.queue_bus);
	assert_int_equal(drv.queue[0] | drv.queue[1], 0);
	model_move_queue(0, true);
	model_forge(0, raw);
	assert_int_equal(drv_count(EV_DMA_FAULT), 3);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_DMA_FAULT), 4);
	model_move_queue(0, false);
	drv_request(1, 2, 2, true);
	drv_settle(NULL);
	assert_int_equal(drv_last(EV_REQ_REJECTED)->b, REJECT_DISABLED);
	assert_int_equal(drv_count(EV_DMA_FAULT), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(goes_into_the_ring),
		cmocka_unit_test(behind_what_was_accepted),
		cmocka_unit_test(finds_no_room),
		cmocka_unit_test(knobs_apply),
		cmocka_unit_test(pointers),
		cmocka_unit_test(halted_by_a_stranger),
		cmocka_unit_test(queue_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
