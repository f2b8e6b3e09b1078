/* SPDX-License-Identifier: GPL-2.0-only */

/* GROUP: responses against what became of the pages, and parts of groups that are over. */

#include "tests/judge_stream.h"

#define LAST (REQ_READ | REQ_LAST)
#define PRO 2
#define EFAULT_RESULT ((u64)-14)
#define ST_WORKER 2

enum way { SERVED, NOT_SERVED, FAILED, WAYS };

static void failed_fault(u32 req)
{
	ev(EV_SPACE_FAULT, 0, st.page[req], 1, EFAULT_RESULT);
}

static void handle(u32 req, enum way way)
{
	if (way == SERVED)
		fault(req, 0);
	else if (way == FAILED)
		failed_fault(req);
}

static void overflow(unsigned unit)
{
	u8 task = st.task;

	st.task = ST_ACTOR;
	ev(EV_PRS, unit, 1, 1 | PRO, 0);
	st.task = task;
	ev(EV_PRS, unit, 1 | PRO, 0, 1);
}

static void success(void **state)
{
	for (enum way part = SERVED; part < WAYS; part++) {
		for (enum way end = SERVED; end < WAYS; end++) {
			u32 req, last;

			st_reset();
			served(0, 1, 5, 0); /* the index before: another group */
			req = ask(0, 1, 5, REQ_READ);
			last = ask(0, 1, 5, LAST);
			batch(0);
			handle(req, part);
			handle(last, end);
			answer(last);
			expect_finding(part || end ? "GROUP" : "clean");
		}
	}
	assert_non_null(strstr(first_detail(), "request 2 (d0 pasid 1 group 5) of its group"));
}

/* Two of one identity are owed a response: the answers come in either order, and are taken in one. */
static void namesakes(void **state)
{
	u32 one, other;

	st_reset();
	one = ask(0, 1, 5, LAST);
	other = ask(0, 1, 5, LAST);
	batch(0);
	handle(one, SERVED);
	handle(other, FAILED);
	answer_rc(other, 1);
	answer_rc(one, 0);
	expect_finding("clean");
}

/* What the system never had, had to forget, or may refuse by its kind. */
static void success_without_part(void **state)
{
	enum { DROPPED, OVERFLOW, DRAIN, PRIVILEGED, OTHER_UNIT, BEFORE, CASES };

	for (unsigned which = 0; which < CASES; which++) {
		u32 req, last;

		st_reset();
		if (which == BEFORE)
			overflow(0);
		req = issue(0, 1, 5, REQ_READ | (which == PRIVILEGED ? REQ_PRIV : 0));
		dispatch(req);
		receive(req);
		if (which == DROPPED)
			ev(EV_REQ_REJECTED, req, REJECT_OVERFLOW, 0, 0);
		else
			deliver(req);
		if (which == OVERFLOW || which == OTHER_UNIT)
			overflow(which == OTHER_UNIT);
		if (which == DRAIN) {
			/* A slow handler: a reason to give up, and no excuse for a group. */
			ev(EV_BLOCK, HOST_SITE_SPACE_FAULT, 1, 0, 0);
			begin(JOP_DRAIN, 0, 1, ST_NO_SPACE);
			end(JOP_DRAIN, 0, 1, -110);
		}
		last = ask(0, 1, 5, LAST);
		batch(0);
		fault(last, 0);
		answer(last);
		expect_finding(which == OTHER_UNIT || which == BEFORE ? "GROUP" : "clean");
	}
}

static void invalid(void **state)
{
	enum { NONE, HOLE, KIND, UNBIND, EXIT, RELEASED, MEMORY, NO_HANDLER, CASES };

	for (unsigned which = 0; which < CASES; which++) {
		u32 req, last;

		st_reset();
		if (which != NO_HANDLER)
			served(0, 1, 5, 0);
		req = ask(0, 1, 5, REQ_READ | (which == KIND ? REQ_EXEC : 0));
		last = ask(0, 1, 5, LAST);
		batch(0);
		if (which == HOLE)
			failed_fault(req);
		else if (which == UNBIND)
			begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		else if (which == EXIT)
			begin(JOP_EXIT, 0, MODEL_NO_PASID, 0);
		else if (which == RELEASED)
			ev(EV_SPACE_RELEASE, 0, 0, 0, 0);
		else if (which == MEMORY)
			ev(EV_ALLOC_FAIL, 64, 0, 0, 0);
		answer_rc(last, 1);
		expect_finding(which == NONE ? "GROUP" : "clean");
	}
	st_reset(); /* an error of an earlier group that has stuck */
	failed_fault(ask(0, 1, 5, LAST));
	batch(0);
	answer_rc(1, 1);
	expect_clean();
	ask(0, 1, 5, LAST);
	batch(0);
	answer_rc(2, 1);
	expect_finding("GROUP");
}

/* A part in the system's hands, whose last page the unit answers by itself. */
static u32 ended_by_unit(bool in_overflow)
{
	u32 part = ask(0, 1, 5, REQ_READ), last;

	batch(0);
	last = issue(0, 1, 5, LAST);
	dispatch(last);
	if (in_overflow)
		overflow(0);
	ev(EV_REQ_REJECTED, last, REJECT_FULL, 0, 0);
	ev(EV_RESP_AUTO, last, 0, 0, 0);
	ev(EV_RESP_ARRIVED, 0 | 1 << 8, 1, 5, last);
	return part;
}

/* The unit ends a group in an overflow; what is left of it is served with the next of its index. */
static void later_group(void **state)
{
	enum { KEPT, NO_OVERFLOW, THREAD, ALONE, CASES };

	for (unsigned which = 0; which < CASES; which++) {
		u32 part, next;

		st_reset();
		part = ended_by_unit(which != NO_OVERFLOW);
		next = ask(0, 1, 5, LAST);
		batch(0);
		st.task = ST_WORKER;
		if (which != THREAD) /* one that takes each request by itself has no groups */
			ev(EV_WORK_START, 1, 0, 0, 0);
		fault(part, 0);
		if (which == ALONE) {
			ev(EV_WORK_DONE, 1, 0, 0, 0);
			ev(EV_WORK_START, 1, 0, 0, 0);
		}
		fault(next, 0);
		answer(next);
		expect_finding(which == KEPT ? "GROUP" : "clean");
	}
}

/* The same part, where the index is not used again. While its life goes on no drain looks for it. */
static void left_of_a_group(void **state)
{
	enum { KEPT, FORGOTTEN, NO_OVERFLOW, CASES };

	for (unsigned which = 0; which < CASES; which++) {
		u32 part;

		st_reset();
		part = ended_by_unit(which != NO_OVERFLOW);
		if (which != FORGOTTEN)
			st_alloc(st.page[part] << 12, false, false);
		finish();
		expect_finding(which == KEPT ? "REST" : "clean");
	}
}

/* The system has answered a group, and serves what it kept of it with the next. */
static void later_group_answered(void **state)
{
	for (int odd = 0; odd < 2; odd++) {
		u32 part, last, next;

		st_reset();
		part = ask(0, 1, 5, REQ_READ);
		last = ask(0, 1, 5, LAST | (odd ? REQ_EXEC : 0));
		batch(0);
		if (!odd)
			failed_fault(last);
		answer_rc(last, 1);
		take(last, last);
		next = ask(0, 1, 5, LAST);
		batch(0);
		st.task = ST_WORKER;
		ev(EV_WORK_START, 1, 0, 0, 0);
		fault(part, 0);
		fault(next, 0);
		answer(next);
		expect_finding(odd ? "clean" : "GROUP");
	}
}

/* Excused: indices used twice at a time, and a device that has forgotten. */
static void premises(void **state)
{
	for (unsigned what = 0; what < 2; what++) {
		st_reset();
		u32 req = ask(0, 1, 5, LAST);

		if (what)
			ev(EV_HOSTILE, 0, HOSTILE_GROUP_REUSE, 0, 0);
		else
			ev(EV_QI_ERROR, 0, QI_ITE, 0, 1);
		batch(0);
		answer(req);
		expect_excused("GROUP");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success),
		cmocka_unit_test(namesakes),
		cmocka_unit_test(success_without_part),
		cmocka_unit_test(invalid),
		cmocka_unit_test(later_group),
		cmocka_unit_test(later_group_answered),
		cmocka_unit_test(left_of_a_group),
		cmocka_unit_test(premises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
