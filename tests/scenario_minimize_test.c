/* SPDX-License-Identifier: GPL-2.0-only */
/* The minimiser against made-up findings: it leaves what the finding needs, and nothing else. */

#include <string.h>

#include "tests/minimize_probe.h"

static bool needs_two_requests(const struct scenario *t)
{
	return find(t, OP_REQUEST, 0x11) && find(t, OP_REQUEST, 0x22);
}

static void test_two_operations(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_two_requests, 10000), MINIMIZE_DONE);
	assert_string_equal(text, "sluice 1\n# kept\nunit u0 ring=128\n"
				  "device d0 unit=u0 rid=00:02.0 credits=32\nspace A\n"
				  "task app0: request d0 p1 group=1 page=0x11 r last; "
				  "request d0 p1 group=1 page=0x22 r last\n");
	assert_in_range(probe.tried, 10, 1000);
}

static bool needs_third_device(const struct scenario *t)
{
	const struct scenario_op *op = find(t, OP_REQUEST, 0x22);

	if (!op || t->device[op->device].rid != 7 << 3)
		return false;
	for (unsigned i = 0; i < t->anchors; i++)
		if (t->anchor[i].target[0] == 'd' && t->anchor[i].target[1] == '0' + op->device)
			return true;
	return false;
}

static void test_devices_are_renumbered(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_third_device, 10000), MINIMIZE_DONE);
	assert_string_equal(
		text, "sluice 1\n# kept\nunit u0 ring=128\n"
		      "device d0 unit=u0 rid=00:07.0 credits=32\nspace A\n"
		      "task app0: request d0 p1 group=1 page=0x22 r last\nat app0 op#1 -> d0.up\n");
}

static bool needs_second_unit(const struct scenario *t)
{
	bool walk = false, irq = false, closed = false;
	unsigned unit = SCENARIO_UNITS_MAX;

	for (unsigned i = 0; i < t->units; i++) {
		if (t->unit[i].knob[1] == 1)
			unit = i;
	}
	for (unsigned i = 0; i < t->anchors; i++) {
		const struct scenario_anchor *a = &t->anchor[i];

		walk |= !strcmp(a->target, unit ? "u1.walk" : "u0.walk");
		irq |= !strcmp(a->task, unit ? "irq1" : "irq");
	}
	for (unsigned i = 0; i < t->ops; i++)
		closed |= t->op[i].code == OP_INJECT && t->op[i].device == unit;
	return walk && irq && closed;
}

static void test_units_are_renumbered(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_second_unit, 10000), MINIMIZE_DONE);
	assert_int_equal(s.units, 1);
	assert_non_null(strstr(text, "unit u0 pipe=closed ring=128\n"));
	assert_non_null(strstr(text, "inject u0 iqe\n"));
	assert_non_null(strstr(text, "-> u0.walk\n"));
	assert_non_null(strstr(text, "at irq complete#1 -> app0\n"));
	assert_int_equal(s.anchors, 2);
}

static bool needs_space_c(const struct scenario *t)
{
	for (unsigned i = 0; i < t->ops; i++)
		if (t->op[i].code == OP_BIND && !strcmp(t->space_name[t->op[i].space], "C"))
			return true;
	return false;
}

static void test_spaces_are_renumbered(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_space_c, 10000), MINIMIZE_DONE);
	assert_string_equal(text, "sluice 1\n# kept\nunit u0 ring=128\n"
				  "device d0 unit=u0 rid=00:02.0 credits=32\nspace C\n"
				  "task app0: bind d0 C as p1\n");
}

static bool needs_settings(const struct scenario *t)
{
	const struct scenario_op *op = find(t, OP_HOLD, 7);

	return t->world.workers == 4 && t->world.rcu_eager && t->unit[0].ring_order == 3 && op &&
	       op->flags & OPF_NEVER && t->device[0].credits == 1;
}

static void test_settings_that_matter_stay(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_settings, 10000), MINIMIZE_DONE);
	assert_string_equal(text, "sluice 1\n# kept\nworld workers=4 rcu=eager\nunit u0 ring=8\n"
				  "device d0 unit=u0 rid=00:02.0 credits=1\nspace A\n"
				  "task app0: hold d0 count=7 never\n");
}

static bool needs_wait(const struct scenario *t)
{
	for (unsigned i = 0; i < t->ops; i++)
		if (t->op[i].code == OP_AWAIT && !strcmp(t->task_name[t->op[i].space], "two"))
			return true;
	return false;
}

static void test_tasks_are_renumbered(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_wait, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "task two:\ntask three: await two\n"));
	assert_int_equal(s.tasks, 2);
	assert_int_equal(s.ops, 1);
}

static bool needs_choices(const struct scenario *t)
{
	return t->positional && t->choice_count > 9 && t->choice[9] == 7 && t->choice[3] == 2;
}

static void test_positional_choices(void **state)
{
	parse("sluice 1\ntask a: pause; pause\nchoices 01 00 03 02 05*5 07 08*100 01 02 03\n");
	assert_int_equal(minimize(needs_choices, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "choices 00*3 02 00*5 07\n"));
	assert_int_equal(s.tasks, 0);
}

static bool needs_bind(const struct scenario *t)
{
	return find(t, OP_BIND, 0);
}

static bool needs_domain(const struct scenario *t)
{
	const struct scenario_op *op = find(t, OP_BIND, 0);

	return op && op->flags & OPF_DOMAIN;
}

static void test_domain_stays_if_it_matters(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_domain, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "bind d0 A as p1 domain\n"));
	parse("sluice 1\ntask a: bind d0 A as p1 domain\n");
	assert_int_equal(minimize(needs_bind, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "bind d0 A as p1\n"));
}

static bool always(const struct scenario *t)
{
	return true;
}

static void test_nothing_is_needed(void **state)
{
	parse(big);
	assert_int_equal(minimize(always, 10000), MINIMIZE_DONE);
	assert_int_equal(s.ops + s.tasks + s.anchors, 0);
	assert_int_equal(s.devices, 1);
	assert_int_equal(s.spaces, 1);
	assert_int_equal(s.units, 1);
	assert_int_equal(s.world.workers, 1);
}

static bool only_as_it_is(const struct scenario *t)
{
	return t->ops == 14 && t->tasks == 3 && t->devices == 3 && t->spaces == 3 &&
	       t->units == 2 && t->anchors == 7 && t->world.workers == 4 && t->world.alloc_fails;
}

static void test_fixed_point(void **state)
{
	parse(big);
	assert_int_equal(minimize(only_as_it_is, 10000), MINIMIZE_DONE);
	assert_int_equal(s.ops, 14);
	/* What is minimal stays as it is. */
	assert_int_equal(minimize(only_as_it_is, 10000), MINIMIZE_DONE);
	assert_int_equal(probe.kept, 0);
}

static void test_budget(void **state)
{
	for (unsigned budget = 0; budget < 20; budget += 3) {
		parse(big);
		assert_int_equal(minimize(needs_two_requests, budget), MINIMIZE_BUDGET);
		assert_int_equal(probe.tried, budget);
	}
}

static void test_interrupted(void **state)
{
	for (unsigned n = 1; n < 40; n += 5) {
		parse(big);
		probe.stop_after = n;
		assert_int_equal(minimize(needs_two_requests, 10000), MINIMIZE_STOPPED);
		/* It is asked behind each batch. */
		assert_in_range(probe.tried, n, n + 64);
	}
}

static void test_without_report(void **state)
{
	parse(big);
	ways.report = NULL;
	assert_int_equal(minimize(needs_two_requests, 10000), MINIMIZE_DONE);
	assert_int_equal(s.ops, 2);
}

/* A test that records what was run may bring back all choices each time: no round without end. */
static void test_choices_that_come_back(void **state)
{
	parse(big);
	probe.put_back = true;
	probe.recorded = s;
	/* Names that every candidate knows. */
	for (unsigned i = 0; i < s.anchors; i++)
		snprintf(probe.recorded.anchor[i].task, SCENARIO_WORD_MAX, "app%u", i);
	assert_int_equal(minimize(needs_two_requests, 10000), MINIMIZE_DONE);
	assert_int_equal(s.ops, 2);
	assert_in_range(probe.tried, 10, 1000);
}

static bool has_marker_stop_and_unbind(const struct scenario *t)
{
	bool stop = false;

	for (unsigned i = 0; i < t->ops; i++) {
		stop |= t->op[i].code == OP_STOP && t->op[i].how == SCENARIO_STOP_MARKER;
		if (stop && t->op[i].code == OP_UNBIND)
			return true;
	}
	return false;
}

static void test_generated(void **state)
{
	unsigned met = 0;

	for (uint64_t seed = 0; seed < 300; seed++) {
		scenario_generate(&s, seed, (unsigned)(seed & 1), NULL);
		if (!has_marker_stop_and_unbind(&s))
			continue;
		memset(&probe, 0, sizeof(probe));
		assert_int_equal(minimize(has_marker_stop_and_unbind, 10000), MINIMIZE_DONE);
		assert_int_equal(s.ops, 2);
		assert_in_range(s.devices, 1, 2);
		met++;
	}
	assert_in_range(met, 20, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_operations),
		cmocka_unit_test(test_devices_are_renumbered),
		cmocka_unit_test(test_units_are_renumbered),
		cmocka_unit_test(test_spaces_are_renumbered),
		cmocka_unit_test(test_settings_that_matter_stay),
		cmocka_unit_test(test_tasks_are_renumbered),
		cmocka_unit_test(test_positional_choices),
		cmocka_unit_test(test_domain_stays_if_it_matters),
		cmocka_unit_test(test_nothing_is_needed),
		cmocka_unit_test(test_fixed_point),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_without_report),
		cmocka_unit_test(test_choices_that_come_back),
		cmocka_unit_test(test_generated),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
