/* SPDX-License-Identifier: GPL-2.0-only */

/* PEND-*, one place after the other: a stream that trips it, and a near one that does not. */

#include "tests/judge_stream.h"

#define LAST (REQ_READ | REQ_LAST)

static u32 unbound(unsigned stage)
{
	u32 req;

	st_reset();
	req = issue(0, 1, 5, LAST);
	if (stage > 0)
		dispatch(req);
	if (stage > 1)
		receive(req);
	if (stage > 2)
		deliver(req);
	stop(0, 1, STOP_MARKER);
	unbind(0, 1);
	return req;
}

static void link_unit_ring(void **state)
{
	unbound(0); /* held in the device: never sent */
	expect_clean();
	unbound(1);
	expect_finding("PEND-LINK");
	unbound(2);
	expect_finding("PEND-UNIT");
	unbound(3);
	expect_finding("PEND-RING");
	assert_string_equal(first_detail(), "request 1 (d0 pasid 1 group 5, last page) is in the "
					    "ring at slot 0 after the drain returned");
}

static void served_is_clean(void **state)
{
	for (int how = STOP_ANSWERED; how <= STOP_RESET; how++) {
		st_reset();
		served(0, 1, 5, 0);
		stop(0, 1, how);
		unbind(0, 1);
		finish();
		expect_clean();
		assert_int_equal(judge_stats()->drains, 1);
		assert_int_equal(judge_stats()->responses, 1);
	}
}

static void hand(void **state)
{
	u32 req;

	for (int running = 0; running < 2; running++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		irq_start(0);
		head_to(0, st.tail[0]);
		if (!running) {
			fault(req, 0);
			answer(req);
			take(req, req);
			irq_done(0);
		}
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(running ? "PEND-HAND" : "clean");
	}
}

static void partial(void **state)
{
	u32 req;

	for (int kept = 0; kept < 3; kept++) {
		st_reset();
		req = ask(0, 1, 5, REQ_READ);
		batch(0);
		if (kept) /* in memory that hardware can reach it is only an old descriptor */
			st_alloc(kept == 1 ? st.page[req] << 12 : st.page[req], false, false);
		else
			st_alloc(st.page[req] << 12, false, true);
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(kept ? "PEND-PARTIAL" : "clean");
	}
}

/* A part whose group was answered is done, even while its memory lives on. */
static void partial_of_answered_group(void **state)
{
	u32 part, last;

	for (int answered = 0; answered < 2; answered++) {
		st_reset();
		part = ask(0, 1, 5, REQ_READ);
		last = ask(0, 1, 5, LAST);
		batch(0);
		st_alloc(st.page[part] << 12, false, false);
		if (answered) {
			fault(part, 0);
			fault(last, 0);
			answer(last);
			take(last, last);
		} else {
			ev(EV_RESP_AUTO, last, 0, 0, 0); /* overflow: software never saw the end */
			ev(EV_RESP_ARRIVED, 0 | 1 << 8, 1, 5, last);
		}
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(answered ? "clean" : "PEND-PARTIAL");
	}
}

static void work(void **state)
{
	u32 req;

	for (int how = 0; how < 3; how++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		batch(0);
		if (how == 1)
			st_alloc(st.page[req] << 12, true, false);
		if (how == 2) /* on a worker's stack */
			ev(EV_WORK_START, 1, 0, 0, 0);
		if (!how) {
			fault(req, 0);
			answer(req);
			take(req, req);
		}
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(how ? "PEND-WORK" : "clean");
	}
}

static void queue(void **state)
{
	u32 req;

	for (int executed = 0; executed < 2; executed++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		batch(0);
		fault(req, 0);
		ev(EV_QI_SUBMIT, 0, 0, 32, 0);
		if (executed) {
			ev(EV_QI_EXEC, 0, 0, 9, (u64)ST_RID(0) << 32 | 1);
			answer(req);
			take(req, req);
		}
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(executed ? "clean" : "PEND-QUEUE");
	}
}

static void response(void **state)
{
	u32 req;

	for (int arrived = 0; arrived < 2; arrived++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		batch(0);
		fault(req, 0);
		answer(req);
		if (arrived)
			take(req, req);
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(arrived ? "clean" : "PEND-RESPONSE");
	}
}

/* The unit's own responses must be flushed, too: Success (step d), and Invalid Request. */
static void auto_response(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned rc = i & 1;
		u32 req;

		st_reset();
		req = issue(0, 1, 5, LAST);
		dispatch(req);
		receive(req);
		st.place[req] = PLACE_NONE;
		ev(EV_REQ_REJECTED, req, rc ? REJECT_TABLES : REJECT_FULL, 0, 0);
		ev(EV_RESP_AUTO, req, rc, 0, 0);
		if (i > 1)
			ev(EV_RESP_ARRIVED, 0 | 1 << 8, 1, 5 | rc << 16, req);
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		expect_finding(i > 1 ? "clean" : "PEND-RESPONSE");
	}
}

static void exempt(void **state)
{
	u32 req;

	st_reset(); /* a stop marker may come when it likes */
	req = issue(0, 1, 0, REQ_MARKER | REQ_LAST);
	dispatch(req);
	stop(0, 1, STOP_MARKER);
	unbind(0, 1);
	expect_clean();

	st_reset(); /* another PASID, another device */
	ask(1, 2, 5, LAST);
	stop(1, 1, STOP_ANSWERED);
	unbind(1, 1);
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	expect_clean();

	st_reset(); /* a drain that returns an error promises nothing, and the life goes on */
	req = ask(0, 1, 5, LAST);
	stop(0, 1, STOP_MARKER);
	ev(EV_HOSTILE, 0, HOSTILE_INV_NEVER, 0, 0);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	end(JOP_UNBIND, 0, 1, -110);
	expect_excused("ERRNO");
	unbind(0, 1);
	expect_finding("PEND-RING");
}

static void not_stopped(void **state)
{
	st_reset();
	ask(0, 1, 5, LAST);
	unbind(0, 1);
	expect_excused("PEND-RING");
	assert_true(judge_promises_broken() & 1u << PROMISE_STOPPED);

	/* Another device's hostility is no excuse; one's own is. */
	for (unsigned dev = 0; dev < 2; dev++) {
		st_reset();
		ev(EV_HOSTILE, dev, HOSTILE_CREDIT, 0, 0);
		ask(0, 1, 5, LAST);
		stop(0, 1, STOP_MARKER);
		unbind(0, 1);
		if (dev)
			expect_finding("PEND-RING");
		else
			expect_excused("PEND-RING");
	}
}

static void bare_drain(void **state)
{
	st_reset();
	ask(0, 1, 5, LAST);
	stop(0, 1, STOP_MARKER);
	begin(JOP_DRAIN, 0, 1, ST_NO_SPACE);
	end(JOP_DRAIN, 0, 1, 0);
	expect_finding("PEND-RING");

	st_reset(); /* the life goes on, so this is its own request still */
	served(0, 1, 5, 0);
	begin(JOP_DRAIN, 0, 1, ST_NO_SPACE);
	end(JOP_DRAIN, 0, 1, 0);
	served(0, 1, 5, 0);
	expect_clean();
}

/* Requests without PASID know no stop: quiet during the operation is taken for one. */
static void rid_domain(void **state)
{
	u32 req;

	st_reset();
	rid(0, 0);
	ask(0, MODEL_NO_PASID, 5, LAST);
	stop(0, MODEL_NO_PASID, STOP_MARKER);
	rid(0, 1);
	expect_finding("PEND-RING");

	st_reset(); /* a stop that comes while the drain runs is none */
	rid(0, 0);
	ask(0, MODEL_NO_PASID, 5, LAST);
	begin(JOP_RID, 0, MODEL_NO_PASID, 1);
	stop(0, MODEL_NO_PASID, STOP_MARKER);
	end(JOP_RID, 0, MODEL_NO_PASID, 0);
	expect_excused("PEND-RING");

	st_reset();
	rid(0, 0);
	req = ask(0, MODEL_NO_PASID, 5, LAST);
	begin(JOP_RID, 0, MODEL_NO_PASID, 1);
	ask(0, MODEL_NO_PASID, 6, LAST);
	end(JOP_RID, 0, MODEL_NO_PASID, 0);
	expect_excused("PEND-RING");

	st_reset(); /* the new domain was refused: is the old one still there? */
	rid(0, 0);
	ev(EV_SPACE_RELEASE, 1, 0, 0, 0);
	begin(JOP_RID, 0, MODEL_NO_PASID, 1);
	end(JOP_RID, 0, MODEL_NO_PASID, -3);
	ask(0, MODEL_NO_PASID, 5, LAST);
	rid(0, ST_NO_SPACE);
	expect_excused("PEND-RING");

	st_reset();
	rid(0, 0);
	req = ask(0, MODEL_NO_PASID, 5, LAST);
	batch(0);
	fault(req, 0);
	answer(req);
	take(req, req);
	rid(0, 1);
	begin(JOP_DETACH, 0, MODEL_NO_PASID, ST_NO_SPACE);
	ev(EV_PRI, 0, 0, 0, 0);
	end(JOP_DETACH, 0, MODEL_NO_PASID, 0);
	expect_clean();
}

/* Two tasks exchange one domain: the later one finds it gone, and the first has drained. */
static void rid_domain_twice(void **state)
{
	for (unsigned beside = 0; beside < 2; beside++) {
		st_reset();
		rid(0, 0);
		if (beside) {
			st.task = ST_APP + 1;
			begin(JOP_RID, 0, MODEL_NO_PASID, ST_NO_SPACE);
			st.task = ST_APP;
		}
		ask(0, MODEL_NO_PASID, 5, LAST);
		stop(0, MODEL_NO_PASID, STOP_MARKER);
		rid(0, ST_NO_SPACE);
		if (beside)
			expect_excused("PEND-RING");
		else
			expect_finding("PEND-RING");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_unit_ring),
		cmocka_unit_test(served_is_clean),
		cmocka_unit_test(hand),
		cmocka_unit_test(partial),
		cmocka_unit_test(partial_of_answered_group),
		cmocka_unit_test(work),
		cmocka_unit_test(queue),
		cmocka_unit_test(response),
		cmocka_unit_test(auto_response),
		cmocka_unit_test(exempt),
		cmocka_unit_test(not_stopped),
		cmocka_unit_test(bare_drain),
		cmocka_unit_test(rid_domain),
		cmocka_unit_test(rid_domain_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
