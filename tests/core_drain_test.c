/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The drain core against the model, through run/: each situation that it must survive, under many
 * random schedules, and the results of operations that must fail.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine.h"
#include "run/chooser.h"
#include "run/run.h"
#include "tests/core_under_test.h"

#define SCHEDULES 400
#define DECISIONS 500

static const struct sut_image *system_under_test;

#define WORLD                                                                                      \
	"sluice 1\nunit u0 ring=8\n"                                                               \
	"device d0 unit=u0 rid=00:02.0 credits=16\ndevice d1 unit=u0 rid=00:03.0 credits=16\n"     \
	"space A B\n"

static struct scenario scenario;

static void parse(const char *text)
{
	struct scenario_error error;

	if (scenario_parse(&scenario, text, strlen(text), &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.text);
}

static void run_many(const char *text)
{
	parse(text);
	for (unsigned seed = 0; seed < SCHEDULES; seed++) {
		struct chooser_random random;
		struct chooser_pct pct;
		struct chooser *chooser = &random.base;
		struct run_result result;

		chooser_random_init(&random, seed, DECISIONS);
		chooser_pct_init(&pct, seed, DECISIONS, 2 + seed % 4);
		if (seed & 1)
			chooser = &pct.base;
		run_scenario(&scenario, system_under_test, chooser, &result);
		if (result.verdict != RUN_CLEAN)
			fail_msg("seed %u: %s %s", seed, run_verdict_word(&result),
				 result.finding ? result.finding->detail : result.reason);
	}
}

/* Result of the @nth operation @op, from 1, of a fair run; 1 if there was none. */
static s64 result_of(const char *text, enum judge_op op, unsigned nth)
{
	struct run_result result;
	const struct event *e;
	u32 count, dropped;

	parse(text);
	run_scenario(&scenario, system_under_test, NULL, &result);
	e = engine_events(&count, &dropped);
	for (u32 i = 0; i < count; i++) {
		if (e[i].kind == EV_OP_END && e[i].a == op && !--nth)
			return (s64)e[i].d;
	}
	return 1;
}

static void test_concurrent_drains(void **state)
{
	run_many(WORLD "task a: bind d0 A as p1; request d0 p1 group=1 rw last;"
		       " request d0 p1 group=2 rw; request d0 p1 group=2 r last;"
		       " stop d0 p1 marker; unbind d0 p1\n"
		       "task b: bind d1 B as p2; request d1 p2 group=1 r last; stop d1 p2 marker;"
		       " unbind d1 p2\n"
		       "task c: bind d1 A as p1; stop d1 p1; unbind d1 p1\n");
}

static void test_overflow(void **state)
{
	run_many(WORLD
		 "task a: bind d0 A as p1; request d0 p1 group=1 r; request d0 p1 group=1 r;"
		 " request d0 p1 group=1 r; request d0 p1 group=1 r last;"
		 " request d0 p1 group=2 r; request d0 p1 group=2 r; request d0 p1 group=2 r;"
		 " request d0 p1 group=2 r; request d0 p1 group=2 r last;"
		 " stop d0 p1 marker; unbind d0 p1; bind d0 B as p1;"
		 " request d0 p1 group=1 r last; settle d0 p1; stop d0 p1; unbind d0 p1\n"
		 "task b: bind d1 B as p2; request d1 p2 group=1 r; request d1 p2 group=1 r last;"
		 " request d1 p2 group=3 r last; stop d1 p2 marker; unbind d1 p2\n");
}

static void test_reuse(void **state)
{
	run_many(WORLD
		 "task a: bind d0 A as p1; request d0 p1 group=1 r last; stop d0 p1 reset;"
		 " unbind d0 p1; bind d0 B as p1; request d0 p1 group=1 r last;"
		 " stop d0 p1 reset; unbind d0 p1; bind d0 A as p1; stop d0 p1; unbind d0 p1\n");
}

static void test_exit_during_fault(void **state)
{
	run_many(WORLD "task a: bind d0 A as p1; request d0 p1 group=1 r last;"
		       " request d0 p1 group=2 w last; stop d0 p1 marker; unbind d0 p1\n"
		       "task b: exit A\n"
		       "task c: rid d1 A; request d1 none group=1 r last; exit B\n");
}

static void test_device_gone(void **state)
{
	run_many(WORLD "task a: bind d0 A as p1; request d0 p1 group=1 r last;"
		       " request d0 p1 group=2 r; gone d0; unbind d0 p1; detach d0\n"
		       "task b: bind d1 B as p2; request d1 p2 group=1 r last; stop d1 p2;"
		       " unbind d1 p2\n");
}

static void test_queue_errors(void **state)
{
	run_many(WORLD
		 "task a: bind d0 A as p1; request d0 p1 group=1 r last; stop d0 p1 marker;"
		 " unbind d0 p1\n"
		 "task b: bind d1 B as p2; hold d1 count=1 late; request d1 p2 group=1 r last;"
		 " stop d1 p2 marker; unbind d1 p2\n"
		 "task c: inject u0 iqe; pause; inject u0 ite; pause; inject u0 ice\n");
}

static void test_lost_interrupt(void **state)
{
	run_many(WORLD "task a: lose u0 count=1; bind d0 A as p1; request d0 p1 group=1 r last;"
		       " stop d0 p1 marker; unbind d0 p1\n");
}

/* Page requests, device and unit, each off and on again. */
static void test_down_and_up(void **state)
{
	run_many(WORLD
		 "task a: bind d0 A as p1; request d0 p1 group=1 r last; disable d0; enable d0;"
		 " stop d0 p1; unbind d0 p1; detach d0; attach d0\n"
		 "task b: rid d1 B; request d1 none group=3 r last; rid d1 A; rid d1 none\n"
		 "task c: await a; await b; finish u0; start u0; bind d0 B as p1;"
		 " request d0 p1 group=1 r last; stop d0 p1; unbind d0 p1\n");
}

/* Older parts raise an event on last pages only (K1): what is left is no reason to wait for long. */
static void test_no_event(void **state)
{
	run_many("sluice 1\nunit u0 ring=8 event=last-page\n"
		 "device d0 unit=u0 rid=00:02.0 credits=16\nspace A\n"
		 "task a: bind d0 A as p1; request d0 p1 group=1 r; stop d0 p1 marker;"
		 " unbind d0 p1\n");
}

#define NEVER                                                                                      \
	WORLD "task a: bind d0 A as p1; hold d0 count=255 never; stop d0 p1; unbind d0 p1;"        \
	      " bind d0 B as p1; hold d0 count=1 late; unbind d0 p1; bind d0 B as p1\n"

/* A drain that can't be done fails, its number is out of use, and a later one sets it free. */
static void test_quarantine(void **state)
{
	assert_int_equal(result_of(NEVER, JOP_UNBIND, 1), -ETIMEDOUT);
	assert_int_equal(result_of(NEVER, JOP_BIND, 2), -EBUSY);
	assert_int_equal(result_of(NEVER, JOP_UNBIND, 2), 0);
	assert_int_equal(result_of(NEVER, JOP_BIND, 3), 0);
}

#define TWICE                                                                                      \
	WORLD "task a: bind d0 A as p1; bind d0 A as p1; bind d0 B as p1; stop d0 p1; unbind d0 "  \
	      "p1\n"

static void test_number_in_use(void **state)
{
	assert_int_equal(result_of(TWICE, JOP_BIND, 1), 0);
	assert_int_equal(result_of(TWICE, JOP_BIND, 2), -EBUSY);
	assert_int_equal(result_of(TWICE, JOP_BIND, 3), -EBUSY);
	assert_int_equal(result_of(TWICE, JOP_UNBIND, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_concurrent_drains),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_exit_during_fault),
		cmocka_unit_test(test_device_gone),
		cmocka_unit_test(test_queue_errors),
		cmocka_unit_test(test_lost_interrupt),
		cmocka_unit_test(test_down_and_up),
		cmocka_unit_test(test_no_event),
		cmocka_unit_test(test_quarantine),
		cmocka_unit_test(test_number_in_use),
	};

	run_init();
	system_under_test = core_under_test();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
