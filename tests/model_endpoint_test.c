/* SPDX-License-Identifier: GPL-2.0-only */
/* The endpoint: credits, groups, responses, the ways to stop, reset and removal, its caches. */

#include "tests/model_driver.h"

static void respond(u32 pasid, u16 group, unsigned rc)
{
	drv_response(RID0, pasid, group, rc);
	drv_submit();
	drv_settle(NULL);
}

static unsigned hostile(unsigned what)
{
	unsigned n = 0;

	for (unsigned i = 0; i < drv.events; i++)
		n += drv.event[i].kind == EV_HOSTILE && drv.event[i].b == what;
	return n;
}

static const struct event *rest_credit(unsigned dev)
{
	model_audit_rest();
	for (unsigned i = drv.events; i-- > 0;) {
		if (drv.event[i].kind == EV_REST_CREDIT && drv.event[i].a == dev)
			return &drv.event[i];
	}
	return NULL;
}

static void credits_hold_back(void **state)
{
	u32 third;

	drv_defaults();
	drv.config.device[0].credits = 2;
	drv_start();
	drv_request(1, 1, 1, true);
	drv_request(1, 2, 2, true);
	third = drv_request(1, 3, 3, true);
	drv_settle(NULL);
	assert_int_equal(model_request_place(third), PLACE_HELD);
	assert_int_equal(rest_credit(0)->b, 2);
	assert_int_equal(rest_credit(0)->c, 2);
	respond(1, 1, 1);
	assert_int_equal(model_request_place(third), PLACE_RING);
	respond(1, 2, 1);
	respond(1, 3, 1);
	assert_int_equal(rest_credit(0)->b, 0);
	assert_int_equal(rest_credit(0)->d, 0);
	assert_int_equal(drv_count(EV_HOSTILE), 0);
}

/* An index is free again with its response; held members of one group keep their order. */
static void group_index_is_held(void **state)
{
	u32 a, b;

	drv_setup();
	drv_request(1, 1, 1, true);
	a = drv_request(1, 1, 2, false);
	b = drv_request(1, 1, 3, true);
	drv_settle(NULL);
	assert_int_equal(model_request_place(a), PLACE_HELD);
	assert_int_equal(model_request_place(b), PLACE_HELD);
	respond(1, 1, 1);
	assert_int_equal(model.req[a].slot, 1);
	assert_int_equal(model.req[b].slot, 2);
	respond(1, 1, 1);
	assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, b);
}

/* A group that waits for its last page goes on, though another PASID waits for its index. */
static void open_group_goes_on(void **state)
{
	u32 other, last;

	drv_setup();
	drv_request(2, 1, 1, false);
	other = drv_request(1, 1, 2, true);
	last = drv_request(2, 1, 3, true);
	drv_settle(NULL);
	assert_int_equal(model_request_place(last), PLACE_RING);
	assert_int_equal(model_request_place(other), PLACE_HELD);
	respond(2, 1, 1);
	assert_int_equal(model_request_place(other), PLACE_RING);
}

/* Stopping one PASID withdraws what it holds back, and lets the others' go. */
static void stop_withdraws_its_own(void **state)
{
	u32 own, other;

	drv_defaults();
	drv.config.device[0].credits = 1;
	drv_start();
	drv_request(1, 1, 1, true);
	own = drv_request(1, 2, 2, true);
	other = drv_request(2, 3, 3, true);
	model_stop_begin(0, 1, STOP_ANSWERED);
	assert_int_equal(drv_last(EV_REQ_WITHDRAWN)->a, own);
	assert_int_equal(drv_count(EV_REQ_WITHDRAWN), 1);
	assert_int_equal(model_request_place(other), PLACE_HELD);
	assert_int_equal(model_request_place(own), PLACE_NONE);
	drv_settle(NULL);
	respond(1, 1, 0);
	assert_int_equal(model_request_place(other), PLACE_RING);
	/* Stopped: neither retried nor translated after Success. */
	assert_int_equal(model.device[0].atc_count, 0);
}

static void device_reset_forgets(void **state)
{
	drv_setup();
	host_backend.space_fault(model_space(0), 0x5000, 0);
	model_translate(0, 1, 5, false);
	drv_request(1, 1, 1, true);
	model_device_reset(0);
	assert_int_equal(model_outstanding(0, 1), 0);
	assert_int_equal(model.device[0].atc_count, 0);
	assert_int_equal(drv_count(EV_DEV_RESET), 1);
	drv_settle(NULL); /* what was sent arrives all the same */
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 1);
}

/* K14: one name space, or one for each PASID. */
static void name_space(void **state)
{
	for (unsigned each = 0; each < 2; each++) {
		u32 first, second;

		drv_defaults();
		drv_knob(KNOB_MATCH, each ? "pasid" : "function");
		drv_start();
		first = drv_request(1, 1, 1, true);
		second = drv_request(2, 1, 2, true);
		drv_settle(NULL);
		assert_int_equal(model_request_place(second), each ? PLACE_RING : PLACE_HELD);
		respond(2, 1, 1);
		assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, each ? second : first);
		assert_int_equal(drv_count(EV_KNOB) != 0, each);
	}
}

static void forced_requests_are_reported(void **state)
{
	drv_defaults();
	drv.config.device[0].credits = 1;
	drv_start();
	drv_request(1, 1, 1, true);
	model_request(0, 1, 2, 2, REQ_READ | REQ_LAST, true);
	assert_int_equal(hostile(HOSTILE_CREDIT), 1);
	model_request(0, 1, 1, 2, REQ_READ | REQ_LAST, true);
	assert_int_equal(hostile(HOSTILE_GROUP_REUSE), 1);
	model_stop_begin(0, 1, STOP_ANSWERED);
	assert_int_equal(drv_request(1, 5, 5, true), 0);
	assert_int_not_equal(model_request(0, 1, 5, 5, REQ_READ, true), 0);
	assert_int_equal(hostile(HOSTILE_AFTER_STOP), 1);
	/* With page requests off it sends none, unless it is told to break the rule. */
	host_pci_disable_pri(model_pci_dev(0));
	assert_int_equal(drv_request(2, 6, 5, true), 0);
	assert_int_not_equal(model_request(0, 2, 6, 5, REQ_READ, true), 0);
	assert_int_equal(hostile(HOSTILE_DISABLED), 1);
	drv_settle(NULL);
	assert_int_equal(drv_count(EV_REQ_DELIVERED), 5);
}

static void early_marker(void **state)
{
	drv_setup();
	model_send_marker(0, 1);
	assert_int_equal(hostile(HOSTILE_MARKER_EARLY), 0);
	drv_request(1, 1, 1, true);
	assert_int_equal(hostile(HOSTILE_MARKER_EARLY), 1);
	model_resume(0, 1);
	drv_request(1, 2, 1, true);
	assert_int_equal(hostile(HOSTILE_MARKER_EARLY), 1);
}

static void waiter(void *arg)
{
	while (model_outstanding(0, 1))
		engine_block(HOST_SITE_DEVICE, model_outstanding_object(0), "responses",
			     ENGINE_NO_DEADLINE, false);
	model_stop_end(0, 1, STOP_ANSWERED);
}

/* Stop, answered: the responses wake the task that waits for them. */
static void stop_answered(void **state)
{
	drv_setup();
	drv_request(1, 1, 1, true);
	model_stop_begin(0, 1, STOP_ANSWERED);
	engine_spawn("app0", waiter, NULL, 0);
	assert_int_equal(engine_run(), ENGINE_HANG);
	assert_int_equal(drv_count(EV_STOP), 0);
	respond(1, 1, 0);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_int_equal(drv_last(EV_STOP)->c, STOP_ANSWERED);
	assert_int_equal(drv_last(EV_STOP)->d, 0);
}

/* The marker is the last word of a PASID, takes a slot, no credit, and gets no response. */
static void stop_marker(void **state)
{
	u32 held;

	drv_defaults();
	drv.config.device[0].credits = 1;
	drv_start();
	drv_request(1, 1, 1, true);
	held = drv_request(1, 2, 2, true);
	model_stop_begin(0, 1, STOP_MARKER);
	model_stop_end(0, 1, STOP_MARKER);
	assert_int_equal(drv_last(EV_STOP)->d, 1);
	assert_int_equal(drv_last(EV_REQ_WITHDRAWN)->a, held);
	drv_settle(NULL);
	assert_int_equal(drv.ring[4], 1 | BIT_ULL(8) | RID0 << 16 | 1ull << 32);
	assert_int_equal(drv.ring[5], PRD_LPIG);
	/* Credit and index are kept until the response is there. */
	assert_int_equal(rest_credit(0)->b, 1);
	respond(1, 1, 0);
	assert_int_equal(rest_credit(0)->b, 0);
	assert_int_equal(hostile(HOSTILE_OPEN_GROUP), 0);
}

static void open_group_is_reported(void **state)
{
	drv_setup();
	drv_request(1, 1, 1, false);
	model_stop_begin(0, 1, STOP_ANSWERED);
	assert_int_equal(hostile(HOSTILE_OPEN_GROUP), 1);
	assert_int_equal(model_outstanding(0, 1), 0);
}

/* Reset forgets: an old response may meet a new group of the same index (7.9). */
static void stop_reset(void **state)
{
	u32 fresh;

	drv_setup();
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	model_stop_begin(0, 1, STOP_RESET);
	model_stop_end(0, 1, STOP_RESET);
	assert_int_equal(rest_credit(0)->b, 0);
	assert_int_equal(drv_count(EV_DEV_RESET), 1);
	respond(1, 1, 0);
	assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, 0);
	model_resume(0, 1);
	fresh = drv_request(1, 1, 2, true);
	drv_settle(NULL);
	respond(1, 1, 1);
	assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, fresh);
}

/* After Success a page that is still absent is asked for again, as often as configured. */
static void retries(void **state)
{
	drv_defaults();
	drv.config.device[0].retries = 2;
	drv_start();
	drv_request(1, 1, 0x10, false);
	drv_request(1, 1, 0x11, true);
	drv_settle(NULL);
	host_backend.space_fault(model_space(0), 0x10000, 0);
	respond(1, 1, 0);
	assert_int_equal(drv_count(EV_REQ_ISSUED), 3);
	assert_int_equal(drv_last(EV_REQ_ISSUED)->d, WIRE_PAGE(3, 0x11));
	assert_true(model.req[3].flags & REQ_LAST);
	assert_int_equal(model.device[0].atc_count, 1);
	respond(1, 1, 0);
	assert_int_equal(drv_count(EV_REQ_ISSUED), 4);
	respond(1, 1, 0);
	assert_int_equal(drv_count(EV_REQ_ISSUED), 4);
	drv_request(1, 2, 0x12, true);
	respond(1, 2, 1); /* Invalid Request: never again */
	assert_int_equal(drv_count(EV_REQ_ISSUED), 5);
	assert_int_equal(rest_credit(0)->b, 0);
}

/* K22 and K15: Response Failure, reserved codes, responses that match nothing. */
static void failure_and_unmatched(void **state)
{
	for (unsigned ignored = 0; ignored < 2; ignored++) {
		for (unsigned rc = 2; rc < 16; rc += 13) {
			drv_defaults();
			drv_knob(KNOB_RF, ignored ? "ignored" : "honoured");
			drv_start();
			drv_request(1, 1, 1, true);
			drv_settle(NULL);
			respond(1, 1, rc);
			assert_int_equal(drv_request(1, 2, 1, true) != 0, ignored);
			assert_int_equal(drv_last(EV_PRI)->a, ignored); /* d0 off, or d1 on */
			assert_int_equal(drv_count(EV_KNOB), ignored);
		}
	}
	drv_setup();
	respond(1, 9, 0);
	assert_int_equal(drv_last(EV_RESP_ARRIVED)->d, 0);
	assert_true(model.device[0].uprgi);
	assert_int_not_equal(drv_request(1, 2, 1, true), 0);

	drv_defaults();
	drv_knob(KNOB_UNMATCHED, "stops");
	drv_start();
	respond(1, 9, 0);
	assert_int_equal(drv_request(1, 2, 1, true), 0);
}

static void gone(void **state)
{
	drv_setup();
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	model_device_gone(0);
	assert_int_equal(model_outstanding(0, 1), 0);
	assert_false(host_pci_device_is_present(model_pci_dev(0)));
	assert_int_equal(drv_request(1, 2, 1, true), 0);
	assert_int_equal(model_request(0, 1, 2, 1, REQ_READ, true), 0);
	respond(1, 1, 0);
	assert_int_equal(drv_count(EV_RESP_ARRIVED), 0);
	assert_int_equal(drv_count(EV_RESP_LOST), 1);
}

static void pri_control(void **state)
{
	struct host_pci_dev *dev;

	drv_setup();
	dev = model_pci_dev(0);
	drv_request(1, 1, 1, true);
	drv_settle(NULL);
	host_pci_disable_pri(dev);
	assert_int_equal(drv_last(EV_PRI)->b, 0);
	assert_int_equal(rest_credit(0)->b, 1);
	assert_int_equal(host_pci_reset_pri(dev), 0);
	assert_int_equal(rest_credit(0)->b, 0);
	assert_int_equal(host_pci_enable_pri(dev, 5), 0);
	assert_int_equal(drv_last(EV_PRI)->c, 5);
	assert_int_not_equal(drv_request(1, 1, 1, true), 0);
}

/* Translations and DMA: absent, present, through a stale cache, after the tables went. */
static void access_through_caches(void **state)
{
	struct host_pci_dev *dev;

	drv_setup();
	dev = model_pci_dev(0);
	model_access(0, 1, 5, true);
	assert_int_equal(drv_last(EV_ACCESS)->d, 1 | 1 << 8);
	host_backend.space_fault(model_space(0), 0x5000, 0);
	model_access(0, 1, 5, true);
	assert_int_equal(drv_last(EV_ACCESS)->d, 1);
	host_backend.space_release(model_space(0));
	model_access(0, 1, 5, false);
	assert_int_equal(drv_last(EV_ACCESS)->d, 0); /* out of the ATC */
	model_access(0, 1, 6, false);
	assert_int_equal(drv_last(EV_ACCESS)->d, 1 << 8);
	assert_int_equal(drv_count(EV_DEAD_WALK), 1);
	model_stop_begin(0, 1, STOP_ANSWERED);
	model_access(0, 1, 5, false);
	assert_int_equal(drv_last(EV_ACCESS)->d, 2 << 8);

	/* ATS off: the ATC goes, accesses are translated by the unit and fault for themselves. */
	host_pci_disable_ats(dev);
	assert_int_equal(model.device[0].atc_count, 0);
	model_access(0, 2, 5, false);
	assert_int_equal(drv_last(EV_FAULT)->c, FAULT_PAGE);
}

static void spaces(void **state)
{
	drv_setup();
	model_space_hole(0, 7);
	assert_int_not_equal(host_backend.space_fault(model_space(0), 0x7000, 0), 0);
	assert_false(model_space_present(0, 7));
	assert_int_equal(host_backend.space_fault(model_space(0), 0xffff8000, 0), 0);
	assert_true(model_space_present(0, 0xffff8));
	assert_true(model_space_present(0, WIRE_PAGE(99, 0xfff8)));
	model_space_slow(0, 30);
	assert_int_equal(host_backend.space_fault_delay_ms(model_space(0), 0), 30);
	for (unsigned i = 0; i < 1000; i++)
		host_backend.space_fault(model_space(1), (u64)i << 18, 0);
	drv_setup();
	assert_int_equal(model_space(0)->pgd, 0x7000000000);
	assert_int_equal(host_backend.space_fault_delay_ms(model_space(0), 0), 0);
	for (unsigned i = 0; i < 65536; i++)
		assert_false(model_space_present(0, i) || model_space_present(1, i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(credits_hold_back),
		cmocka_unit_test(group_index_is_held),
		cmocka_unit_test(open_group_goes_on),
		cmocka_unit_test(stop_withdraws_its_own),
		cmocka_unit_test(device_reset_forgets),
		cmocka_unit_test(name_space),
		cmocka_unit_test(forced_requests_are_reported),
		cmocka_unit_test(early_marker),
		cmocka_unit_test(stop_answered),
		cmocka_unit_test(stop_marker),
		cmocka_unit_test(open_group_is_reported),
		cmocka_unit_test(stop_reset),
		cmocka_unit_test(retries),
		cmocka_unit_test(failure_and_unmatched),
		cmocka_unit_test(gone),
		cmocka_unit_test(pri_control),
		cmocka_unit_test(access_through_caches),
		cmocka_unit_test(spaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
