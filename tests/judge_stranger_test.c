/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors that no device sent, and registers that somebody else wrote: which promise they
 * break, what that excuses, and what is judged all the same.
 */

#include "tests/judge_stream.h"

#define LAST (REQ_READ | REQ_LAST)
#define P(name) (1u << PROMISE_##name)

/* Into the next slot of unit @u, as the model tells it. */
static void forge(unsigned u)
{
	u32 old = st.tail[u];

	ev(EV_FORGED, u, old / 32, 0, 0);
	st.tail[u] = (old + 32) % (32 * ST_SLOTS);
	ev(EV_TAIL, u, old, st.tail[u], 0);
	ev(EV_PRS, u, 0, 1, 0);
}

static void breaks_one_promise(void **state)
{
	st_reset();
	forge(0);
	assert_int_equal(judge_promises_broken(), P(GENUINE));
	/* Without room it sets the overflow bit, as hardware: nobody has written a register. */
	st_reset();
	ev(EV_FORGED, 0, MODEL_NO_SLOT, 0, 0);
	ev(EV_PRS, 0, 0, 2, 0);
	assert_int_equal(judge_promises_broken(), P(GENUINE));
	ev(EV_PRS, 0, 2, 3, 0);
	assert_int_equal(judge_promises_broken(), P(GENUINE) | P(REGISTERS));
}

/* With the queue down, and nobody at it, they are an earlier owner's; but not a queue. */
static void registers_of_a_queue_that_is_up(void **state)
{
	static const struct {
		unsigned which;
		bool down, taken;
		u32 broken;
	} cases[] = {
		{ STRANGER_HEAD, false, false, P(REGISTERS) },
		{ STRANGER_STATUS, false, false, P(REGISTERS) },
		{ STRANGER_HEAD, true, false, 0 },
		{ STRANGER_TAIL, true, false, 0 },
		{ STRANGER_STATUS, true, false, 0 },
		{ STRANGER_TAIL, true, true, P(REGISTERS) },
		{ STRANGER_QUEUE, true, false, P(REGISTERS) },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		st_reset_with(false, false);
		if (cases[i].taken)
			ev(EV_OP_BEGIN, JOP_START, 0xff, MODEL_NO_PASID, ST_NO_SPACE);
		if (!cases[i].down)
			ev(EV_RING, 0, ST_SLOTS, 0, 0);
		ev(EV_STRANGER, 0, cases[i].which, 0x40, 0);
		assert_int_equal(judge_promises_broken(), cases[i].broken);
	}
	st_reset();
	ev(EV_STRANGER, 9, STRANGER_HEAD, 0, 0);
	assert_int_equal(judge_promises_broken(), P(REGISTERS));
}

/* Whose response it is, and what became of a request, nobody can tell any more. */
static void requests_are_excused(void **state)
{
	u32 req;

	st_reset();
	forge(0);
	req = served(0, 1, 5, 0);
	answer(req);
	expect_excused("DUP");

	st_reset();
	forge(0);
	ask(0, 1, 5, LAST);
	stop(0, 1, STOP_MARKER);
	unbind(0, 1);
	expect_excused("PEND-RING");

	st_reset();
	forge(0);
	answer(ask(0, 1, 5, REQ_READ));
	expect_excused("DUP");

	st_reset();
	forge(0);
	req = served(0, 1, 5, 0);
	fault(req, 0); /* its page may have been in the descriptor */
	expect_excused("RING");
}

/* On the other unit, too: a response names no unit. */
static void of_any_device(void **state)
{
	st_reset();
	forge(0);
	answer(served(2, 1, 5, 0));
	expect_excused("DUP");
}

/* Pointers and bits speak for themselves. */
static void ring_is_judged(void **state)
{
	st_reset();
	forge(0);
	batch(0);
	expect_clean();
	head_to(0, 64);
	expect_finding("RING");

	st_reset();
	forge(0);
	ev(EV_HEAD, 0, 0, 0x1000, 0);
	expect_finding("RING");

	st_reset();
	forge(0);
	ev(EV_TAIL, 0, 0x20, 0, 1); /* software takes it back */
	expect_finding("RING");

	st_reset();
	forge(0);
	ev(EV_REST_RING, 0, 0, 0x20, 1);
	expect_finding("REST");
}

/* Nor does it excuse what no request decides. */
static void others_are_judged(void **state)
{
	static const struct {
		unsigned kind;
		u64 a, b;
		const char *id;
	} cases[] = {
		{ EV_LEAK, 1, 64, "LEAK" },
		{ EV_BAD_FREE, 1, 0, "UAF" },
		{ EV_QI_ERROR, 0, QI_IQE, "QERR" },
		{ EV_DMA_FAULT, 0, 0x1000, "DMA" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		st_reset();
		forge(0);
		ev(cases[i].kind, cases[i].a, cases[i].b, 0, 0);
		expect_finding(cases[i].id);
	}
	st_reset();
	forge(0);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	judge_end(ENGINE_HANG);
	expect_finding("HANG");
	st_reset();
	forge(0);
	answer_rc(ask(0, 1, 5, LAST), 15);
	expect_finding("RC");
}

/* K1: for a part there is no event, and a descriptor may be one. */
static void may_stay_without_an_event(void **state)
{
	st_reset();
	ev(EV_FORGED, 0, 0, 0, 0);
	st.tail[0] = 32;
	ev(EV_TAIL, 0, 0, 32, 0);
	ev(EV_KNOB, 0, KNOB_EVENT, 1, 0);
	ev(EV_REST_RING, 0, 0, 32, 0);
	expect_clean();
}

/* A slot that held a request before holds none now. */
static void shadow_is_overwritten(void **state)
{
	u32 req;

	st_reset();
	req = ask(0, 1, 5, LAST);
	ev(EV_STRANGER, 0, STRANGER_TAIL, 0, 0);
	ev(EV_TAIL, 0, 32, 0, 1);
	st.tail[0] = 0;
	forge(0);
	batch(0);
	fault(req, 0);
	answer(req);
	finish();
	expect_excused("RING"); /* the tail that was moved; not a request that was lost */
}

static void in_words(void **state)
{
	static const struct {
		struct event e;
		const char *text;
	} cases[] = {
		{ { .kind = EV_FORGED,
		    .a = 0,
		    .b = 3,
		    .c = 1 | 1 << 8 | 0x19 << 16 | 2ull << 32,
		    .d = 1 | 4 | 7 << 3 | 0x5000 },
		  "a descriptor that no device sent is in the ring of u0 at slot 3: 00:03.1 p2 "
		  "group 7 address 0x5000 r last" },
		{ { .kind = EV_FORGED, .a = 1, .b = MODEL_NO_SLOT, .c = 1, .d = 4 },
		  "a descriptor that no device sent finds no room in the ring of u1: 00:00.0 no "
		  "pasid group 0 address 0x0 stop marker" },
		{ { .kind = EV_STRANGER, .a = 1, .b = STRANGER_TAIL, .c = 0x41 },
		  "somebody else writes 0x41 to PQT of u1" },
	};
	char text[256];

	st_reset();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		judge_describe_event(&cases[i].e, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaks_one_promise),
		cmocka_unit_test(registers_of_a_queue_that_is_up),
		cmocka_unit_test(requests_are_excused),
		cmocka_unit_test(of_any_device),
		cmocka_unit_test(ring_is_judged),
		cmocka_unit_test(others_are_judged),
		cmocka_unit_test(may_stay_without_an_event),
		cmocka_unit_test(shadow_is_overwritten),
		cmocka_unit_test(in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
