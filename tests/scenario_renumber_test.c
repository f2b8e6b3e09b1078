/* SPDX-License-Identifier: GPL-2.0-only */

/* Symbols for a system in which a PASID belongs to a space (scenario/renumber.h). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"
#include "scenario/renumber.h"

static struct scenario s, again;

static void parse(const char *text)
{
	struct scenario_error error;

	assert_int_equal(scenario_parse(&s, text, strlen(text), &error), 0);
	scenario_numbers_by_space(&s);
}

static void expect_text(unsigned op, const char *text)
{
	char buf[128];

	scenario_print_op(&s, &s.op[op], buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void lives_follow_their_space(void **state)
{
	parse("sluice 1\nunit u0\ndevice d0 unit=u0 rid=00:02.0\nspace A B\n"
	      "task a: bind d0 B as p1; request d0 p1 group=1 page=0x10 r last; stop d0 p1; "
	      "unbind d0 p1; bind d0 A as p1; unbind d0 p1\n");
	expect_text(0, "bind d0 B as p2");
	expect_text(1, "request d0 p2 group=1 page=0x10 r last");
	expect_text(3, "unbind d0 p2");
	expect_text(4, "bind d0 A as p1");
	expect_text(5, "unbind d0 p1");
}

static void a_domain_gets_a_spare_symbol(void **state)
{
	parse("sluice 1\nunit u0\ndevice d0 unit=u0 rid=00:02.0\nspace A B\n"
	      "task a: bind d0 A as p1 domain; unbind d0 p1; bind d0 B as p1; unbind d0 p1\n");
	assert_true(s.op[0].flags & OPF_DOMAIN);
	assert_int_not_equal(s.op[0].pasid, s.op[2].pasid);
	assert_int_equal(s.op[1].pasid, s.op[0].pasid);
	expect_text(2, "bind d0 B as p2");
}

static void another_task_hands_a_life_on(void **state)
{
	parse("sluice 1\nunit u0\ndevice d0 unit=u0 rid=00:02.0\nspace A B\n"
	      "task a: bind d0 B as p4\ntask b: unbind d0 p4\n");
	expect_text(0, "bind d0 B as p2");
	expect_text(1, "unbind d0 p2");
}

static void the_last_life_is_handed_on(void **state)
{
	parse("sluice 1\nunit u0\ndevice d0 unit=u0 rid=00:02.0\nspace A\n"
	      "task a: bind d0 A as p3 domain; unbind d0 p3; bind d0 A as p3\n"
	      "task b: await a; stop d0 p3; unbind d0 p3\n");
	expect_text(0, "bind d0 A as p3 domain");
	expect_text(2, "bind d0 A as p1");
	expect_text(4, "stop d0 p1");
	expect_text(5, "unbind d0 p1");
}

static void what_is_left_over_pauses(void **state)
{
	parse("sluice 1\nunit u0\ndevice d0 unit=u0 rid=00:02.0\nspace A\n"
	      "task a: bind d0 A as p1; bind d0 A as p2\ntask b: bind d0 A as p3\n");
	expect_text(0, "bind d0 A as p1");
	expect_text(1, "pause");
	expect_text(2, "pause");
}

/* A scenario that ended all its lives still does. */
static void expect_ends(void)
{
	int open[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX] = { 0 };

	for (unsigned i = 0; i < s.ops; i++) {
		const struct scenario_op *op = &s.op[i];

		if (op->code == OP_BIND)
			open[op->device][op->pasid]++;
		else if (op->code == OP_UNBIND)
			open[op->device][op->pasid]--;
	}
	for (unsigned d = 0; d < SCENARIO_DEVICES_MAX; d++)
		for (unsigned p = 0; p < SCENARIO_PASIDS_MAX; p++)
			assert_true(open[d][p] <= 0);
}

/* Over generated scenarios: one task for each life, and no symbol for two kinds. */
static void generated(void **state)
{
	unsigned binds = 0, domains = 0;

	for (uint64_t seed = 1; seed <= 20000; seed++) {
		int owner[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];

		memset(owner, 0xff, sizeof(owner));
		scenario_generate(&s, seed, seed & 1 ? GENERATE_KEEP_PROMISES : 0, NULL);
		scenario_numbers_by_space(&s);
		for (unsigned i = 0; i < s.ops; i++) {
			const struct scenario_op *op = &s.op[i];
			int *task;

			if (op->code != OP_BIND)
				continue;
			task = &owner[op->device][op->pasid];
			assert_true(*task == -1 || *task == op->task);
			*task = op->task;
			binds++;
			if (!(op->flags & OPF_DOMAIN)) {
				assert_int_equal(op->pasid, op->space);
				continue;
			}
			domains++;
			for (unsigned j = 0; j < i; j++)
				assert_false(s.op[j].code == OP_BIND &&
					     !(s.op[j].flags & OPF_DOMAIN) &&
					     s.op[j].pasid == op->pasid);
		}
		if (seed & 1)
			expect_ends();
		again = s;
		scenario_numbers_by_space(&again);
		assert_true(scenario_equal(&s, &again));
	}
	assert_true(binds > 3000 && domains > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_follow_their_space),
		cmocka_unit_test(a_domain_gets_a_spare_symbol),
		cmocka_unit_test(another_task_hands_a_life_on),
		cmocka_unit_test(the_last_life_is_handed_on),
		cmocka_unit_test(what_is_left_over_pauses),
		cmocka_unit_test(generated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
