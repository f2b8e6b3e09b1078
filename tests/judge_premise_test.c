/* SPDX-License-Identifier: GPL-2.0-only */

/* The table of invariants, promises as computed from events, and what a broken one excuses. */

#include "tests/judge_stream.h"

#define LAST (REQ_READ | REQ_LAST)
#define P(name) (1u << PROMISE_##name)

static void table_is_whole(void **state)
{
	for (unsigned i = INV_NONE + 1; i < INV_COUNT; i++) {
		const struct invariant_info *info = &invariant_table[i];

		assert_non_null(info->id);
		assert_true(info->id[0] >= 'A' && info->id[0] <= 'Z');
		assert_non_null(info->holds);
		assert_int_equal(info->holds[strlen(info->holds) - 1], '.');
		assert_true(info->source && info->source[0]);
		assert_false((info->needs_all | info->needs_any) >> PROMISE_COUNT);
		assert_false(info->needs_all & info->needs_any);
		assert_int_equal(invariant_find(info->id), i);
		for (unsigned j = i + 1; j < INV_COUNT; j++)
			assert_string_not_equal(info->id, invariant_table[j].id);
	}
	assert_int_equal(invariant_find("NOTHING"), INV_NONE);
	assert_int_equal(invariant_find(""), INV_NONE);
	for (int i = 0; i < PROMISE_COUNT; i++) {
		assert_int_equal(promise_find(promise_table[i].word), i);
		assert_true(promise_table[i].meaning[0]);
	}
	assert_int_equal(promise_find("nothing"), -1);
}

/* Memory safety has no premise at all; hangs and the ring have the fewest of the rest. */
static void fewest_premises(void **state)
{
	static const enum invariant none[] = { INV_UAF, INV_UB, INV_RACE, INV_CONTEXT };

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(
			invariant_table[none[i]].needs_all | invariant_table[none[i]].needs_any, 0);
	assert_int_equal(invariant_table[INV_HANG].needs_all,
			 P(INTERRUPTS) | P(REGISTERS) | P(KNOBS));
	assert_int_equal(invariant_table[INV_RING].needs_all,
			 P(DESCRIPTORS) | P(REGISTERS) | P(KNOBS));
}

/* Each promise alone, broken by its event, in a run that keeps all others. */
static void broken_by_events(void **state)
{
	static const struct {
		unsigned kind;
		u64 a, b, c, d;
		u32 broken;
	} cases[] = {
		{ EV_ALLOC_FAIL, 64, 0, 0, 0, P(ALLOCATIONS) },
		{ EV_MSI, 0, 1, 0, 0, P(INTERRUPTS) },
		{ EV_MSI, 0, 0, 0, 0, 0 },
		{ EV_QI_ERROR, 0, QI_ITE, 0, 1, P(NO_QI_ERROR) },
		{ EV_GONE, 0, 0, 0, 0, P(PRESENT) },
		{ EV_BLOCK, HOST_SITE_SPACE_FAULT, 1, 0, 0, P(HANDLERS) },
		{ EV_BLOCK, HOST_SITE_MUTEX_LOCK, 1, 0, 0, 0 },
		{ EV_HOSTILE, 0, HOSTILE_CREDIT, 0, 0, P(CREDITS_KEPT) },
		{ EV_HOSTILE, 0, HOSTILE_GROUP_REUSE, 0, 0, P(CREDITS_KEPT) },
		/* The device sends a request while its page requests are off. */
		{ EV_HOSTILE, 0, HOSTILE_DISABLED, 0, 0, P(CREDITS_KEPT) },
		{ EV_HOSTILE, 0, HOSTILE_AFTER_STOP, 0, 0, P(QUIET_AFTER_STOP) },
		{ EV_HOSTILE, 0, HOSTILE_MARKER_EARLY, 0, 0, P(QUIET_AFTER_STOP) },
		{ EV_HOSTILE, 0, HOSTILE_OPEN_GROUP, 0, 0, P(GROUPS_ENDED) },
		{ EV_HOSTILE, 0, HOSTILE_INV_LATE, 0, 0, P(INV_ANSWERED) },
		{ EV_HOSTILE, 0, HOSTILE_INV_NEVER, 0, 0, P(INV_ANSWERED) },
		{ EV_PRI, 0, 0, 0, 0, 0 }, /* by itself, after Response Failure */
		{ EV_DEV_RESET, 0, 0, 0, 0, P(PRI_ON) },
		{ EV_OP_BEGIN, JOP_DISABLE, 0, MODEL_NO_PASID, 0xff, P(PRI_ON) },
		{ EV_OP_BEGIN, JOP_DETACH, 0, MODEL_NO_PASID, 0xff, P(PRI_ON) },
		{ EV_OP_BEGIN, JOP_FINISH, 0xff, MODEL_NO_PASID, 0xff, P(PRI_ON) },
		{ EV_OP_BEGIN, JOP_ENABLE, 0, MODEL_NO_PASID, 0xff, 0 },
		{ EV_PRS, 0, 0, 2, 0, P(REGISTERS) }, /* set while the queue is up */
		{ EV_PRS, 0, 3, 0, 1, 0 },            /* cleared by software */
		{ EV_STOP, 0, 1, STOP_ANSWERED, 0, 0 },
		{ EV_STOP, 0, 1, STOP_MARKER, 2, P(STOP_ANSWERED) },
		{ EV_STOP, 0, 1, STOP_ANSWERED, 2, P(STOP_ANSWERED) },
		{ EV_STOP, 0, 1, STOP_RESET, 0, P(STOP_ANSWERED) | P(STOP_MARKER) },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		st_reset();
		assert_int_equal(judge_promises_broken(), 0);
		ev(cases[i].kind, cases[i].a, cases[i].b, cases[i].c, cases[i].d);
		assert_int_equal(judge_promises_broken(), cases[i].broken);
		assert_int_equal(judge_promises_kept(),
				 ~cases[i].broken & ((1u << PROMISE_COUNT) - 1));
	}
}

static void broken_by_state(void **state)
{
	st_reset_with(false, true);
	ev(EV_QI_ERROR, 0, QI_ITE, 0, 0); /* time passed, though the answer was on its way */
	assert_int_equal(judge_promises_broken(), P(CLOCK) | P(INV_ANSWERED));
	st_reset_with(true, true);
	assert_int_equal(judge_promises_broken(), P(KNOBS) | P(CLOCK));
	ev(EV_KNOB, 0, KNOB_TAIL_EARLY, 1, 0);
	assert_true(judge_promises_broken() & P(DESCRIPTORS));
	st_reset();
	ev(EV_KNOB, 0, KNOB_TORN, 1, 0); /* a conformant value of the same knob */
	assert_int_equal(judge_promises_broken(), 0);

	st_reset();
	unbind(0, 1);
	assert_int_equal(judge_promises_broken(),
			 P(STOPPED) | P(STOP_ANSWERED) | P(STOP_MARKER) | P(STOP_RESET));
	st_reset(); /* at the orderly end nobody needs to be told */
	ev(EV_ORDERLY, 0, 0, 0, 0);
	unbind(0, 1);
	assert_int_equal(judge_promises_broken(), 0);

	st_reset(); /* bound again while the unbind runs; a refusal would break nothing */
	stop(0, 1, STOP_ANSWERED);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	st.task = ST_APP1;
	begin(JOP_BIND, 0, 1, 0);
	end(JOP_BIND, 0, 1, -16);
	assert_int_equal(judge_promises_broken(), 0);
	bind(0, 1, 0);
	assert_int_equal(judge_promises_broken(), P(NO_EARLY_BIND));

	st_reset();
	stop(0, 1, STOP_ANSWERED);
	ask(0, 1, 5, LAST);
	assert_int_equal(judge_promises_broken(), P(QUIET_AFTER_STOP));

	st_reset();
	ask(0, 1, 5, REQ_READ);
	stop(0, 1, STOP_ANSWERED);
	assert_true(judge_promises_broken() & P(GROUPS_ENDED));

	st_reset(); /* an earlier owner's bits, while the queue is down */
	ev(EV_OP_BEGIN, JOP_FINISH, 0xff | 1 << 8, MODEL_NO_PASID, 0xff);
	ev(EV_OP_END, JOP_FINISH, 0xff | 1 << 8, MODEL_NO_PASID, 0);
	ev(EV_PRS, 1, 0, 1, 0);
	assert_int_equal(judge_promises_broken() & P(REGISTERS), 0);
}

/* A device that has forgotten what it asked, and asks again. */
static void broken_by_forgetting(void **state)
{
	for (unsigned landed = 0; landed < 2; landed++) { /* forgotten before the response came */
		u32 req;

		st_reset();
		req = ask(0, 1, 5, LAST);
		batch(0);
		answer(req);
		if (landed)
			take(req, req);
		stop(0, 1, STOP_RESET);
		bind(0, 2, 0);
		assert_int_equal(judge_promises_broken() & P(RESET_DRAINED), 0);
		ask(0, 2, 5, LAST);
		assert_int_equal(judge_promises_broken() & P(RESET_DRAINED),
				 landed ? 0 : P(RESET_DRAINED));
	}

	for (unsigned i = 0; i < 4; i++) { /* a stray's, by a reset of page requests */
		bool landed = i & 1, forgets = i & 2;
		u32 req;

		st_reset();
		stop(0, 1, STOP_ANSWERED);
		unbind(0, 1);
		req = ask(0, 3, 5, LAST);
		if (landed) {
			batch(0);
			answer(req);
			take(req, req);
		}
		ev(EV_PRI, 0, 0, 8, forgets);
		assert_int_equal(judge_promises_broken() & P(RESET_DRAINED), 0);
		ask(0, 3, 6, LAST);
		assert_int_equal(judge_promises_broken() & P(RESET_DRAINED),
				 forgets && !landed ? P(RESET_DRAINED) : 0);
	}
}

/* For each invariant: its stream once more, with a premise broken. */
static void excuses(void **state)
{
	static const struct {
		unsigned kind;
		u64 a, b;
		const char *first;
	} hang[] = {
		{ EV_MSI, 0, 1, "clean" }, /* a core that survives this is better still */
		{ EV_HOSTILE, 0, HOSTILE_INV_NEVER, "HANG" },
		{ EV_GONE, 0, 0, "HANG" },
		{ EV_ALLOC_FAIL, 8, 0, "HANG" },
		{ EV_BLOCK, HOST_SITE_SPACE_FAULT, 0, "HANG" },
	};
	u32 req;

	for (unsigned i = 0; i < sizeof(hang) / sizeof(hang[0]); i++) {
		st_reset();
		begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		ev(hang[i].kind, hang[i].a, hang[i].b, 0, 0);
		judge_end(ENGINE_HANG);
		expect_finding(hang[i].first);
		if (!i)
			expect_excused("HANG");
	}
	/* A queue error excuses a second response, not a request left in the ring. */
	st_reset();
	ev(EV_QI_ERROR, 0, QI_IQE, 0, 1);
	req = served(0, 1, 5, 0);
	answer(req);
	expect_excused("DUP");
	ask(0, 1, 6, LAST);
	stop(0, 1, STOP_MARKER);
	unbind(0, 1);
	expect_finding("PEND-RING");

	/* What is broken later excuses nothing. */
	st_reset();
	req = served(0, 1, 5, 0);
	answer(req);
	ev(EV_QI_ERROR, 0, QI_IQE, 0, 1);
	expect_finding("DUP");
}

static void broken_knob_excuses(void **state)
{
	u32 req;

	st_reset_with(true, false);
	ev(EV_RING, 0, ST_SLOTS, 0, 0);
	bind(0, 1, 0);
	req = ask(0, 1, 5, LAST);
	batch(0);
	answer_rc(req, 15);
	expect_excused("RC");
	ev(EV_BAD_FREE, 1, 0, 0, 0);
	expect_finding("UAF");
}

/* A device without its promise has no say about another. */
static void excuse_has_an_address(void **state)
{
	for (unsigned gone = 0; gone < 2; gone++) {
		st_reset();
		ev(EV_GONE, gone, 0, 0, 0);
		ask(0, 1, 5, LAST);
		finish();
		if (gone)
			expect_finding("MISS");
		else
			expect_excused("MISS");
	}
}

static void once_each(void **state)
{
	unsigned count;

	st_reset();
	for (unsigned i = 0; i < 5; i++)
		ev(EV_LEAK, i + 1, 8, 0, 0);
	ev(EV_BAD_FREE, 9, 0, 0, 0);
	assert_int_equal(judge_findings(&count)[0].id, INV_LEAK);
	assert_int_equal(judge_findings(&count)[1].id, INV_UAF);
	assert_int_equal(count, 2);
	assert_true(judge_findings(&count)[0].premises_hold);
	assert_int_equal(judge_findings(&count)[0].dev, 0xff);
	assert_int_equal(judge_findings(&count)[0].step, st.step - 5);
}

static void reset_leaves_nothing(void **state)
{
	u32 req;
	unsigned count;

	st_reset();
	ev(EV_MSI, 0, 1, 0, 0);
	ev(EV_HOSTILE, 0, HOSTILE_CREDIT, 0, 0);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	irq_start(0);
	ev(EV_WORK_START, 1, 0, 0, 0);
	req = ask(0, 1, 5, LAST);
	answer(req);
	ev(EV_BAD_FREE, 1, 0, 0, 0);
	st_reset();
	judge_findings(&count);
	assert_int_equal(count, 0);
	judge_excused(&count);
	assert_int_equal(count, 0);
	assert_int_equal(judge_promises_broken(), 0);
	assert_int_equal(judge_stats()->requests, 0);
	assert_int_equal(judge_stats()->lives, 4);
	/* Shadow ring, open lists and responses under way belong to this run alone. */
	served(0, 1, 5, 0);
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	finish();
	expect_clean();
	judge_end(ENGINE_HANG); /* nobody is busy, nothing is missing */
	expect_excused("HANG");
}

static void premises_in_words(void **state)
{
	char text[1024], few[20];
	size_t length;

	st_reset();
	stop(0, 1, STOP_MARKER);
	ev(EV_MSI, 0, 1, 0, 0);
	st.disputed = "pipe=open (disputed)";
	length = judge_print_premises(text, sizeof(text));
	assert_int_equal(length, strlen(text));
	assert_memory_equal(text, "premises: stopped-marker, stopped, groups-ended", 47);
	assert_non_null(
		strstr(text, "; broken: interrupts-delivered\nknobs: pipe=open (disputed)"));
	assert_null(strstr(text, "stopped-reset"));
	assert_int_equal(judge_print_premises(few, sizeof(few)), length);
	assert_int_equal(strlen(few), sizeof(few) - 1);
	assert_int_equal(judge_print_premises(NULL, 0), length);

	st_reset();
	judge_print_premises(text, sizeof(text));
	assert_non_null(strstr(text, "broken: none"));
	assert_null(strchr(text, '\n'));
}

static void events_in_words(void **state)
{
	static const struct {
		struct event e;
		const char *text;
	} cases[] = {
		{ { .kind = EV_REQ_ISSUED,
		    .a = 3,
		    .b = 0 | 1 << 8,
		    .c = 1 | (REQ_READ | REQ_WRITE | REQ_LAST) << 16,
		    .d = 1ull << 34 | 3ull << 16 | 0x7f00 },
		  "d0 asks: request 3 (p1 group 1 page 0x7f00 rw last)" },
		{ { .kind = EV_HEAD, .a = 0, .b = 0, .c = 0x40 }, "u0 PQH 0x0 -> 0x40 (slot 2)" },
		{ { .kind = EV_RESP_SENT, .a = 0x10, .b = 1, .c = 5, .d = 1 << 8 },
		  "response Success to 00:02.0 p1 group 5 leaves the queue" },
		{ { .kind = EV_OP_END, .a = JOP_UNBIND, .b = 1, .c = 2, .d = 0 },
		  "unbind d1 p2 returns" },
		{ { .kind = EV_ALLOC, .a = 1, .b = 64 }, "" },
		{ { .kind = EV_WAKE, .a = 1 }, "" },
		{ { .kind = 0xffff }, "" },
	};
	char text[128];

	st_reset();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(judge_describe_event(&cases[i].e, text, sizeof(text)),
				 strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
	assert_int_equal(judge_describe_event(&cases[1].e, NULL, 0), strlen(cases[1].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_whole),
		cmocka_unit_test(fewest_premises),
		cmocka_unit_test(broken_by_events),
		cmocka_unit_test(broken_by_state),
		cmocka_unit_test(broken_by_forgetting),
		cmocka_unit_test(excuses),
		cmocka_unit_test(broken_knob_excuses),
		cmocka_unit_test(excuse_has_an_address),
		cmocka_unit_test(once_each),
		cmocka_unit_test(reset_leaves_nothing),
		cmocka_unit_test(premises_in_words),
		cmocka_unit_test(events_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
