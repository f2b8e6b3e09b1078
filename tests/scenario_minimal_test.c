/* SPDX-License-Identifier: GPL-2.0-only */
/* The minimiser: what it changes instead of dropping it, and that what is left is minimal. */

#include <string.h>

#include "tests/minimize_probe.h"

/* --- What is not dropped, but changed --------------------------------------------------------------- */

static bool needs_unbind_behind_request(const struct scenario *t)
{
	bool request = false;

	for (unsigned i = 0; i < t->ops; i++) {
		request |= t->op[i].code == OP_REQUEST;
		if (request && t->op[i].code == OP_UNBIND)
			return true;
	}
	return false;
}

/* Bit 0: a life ends without a stop; bit 1: a group has no end; bit 2: allocations fail. */
static uint32_t broken_promises(const struct scenario *t)
{
	bool stopped = false;
	uint32_t broken = t->world.alloc_fails ? 4 : 0;

	for (unsigned i = 0; i < t->ops; i++) {
		stopped |= t->op[i].code == OP_STOP;
		if (t->op[i].code == OP_UNBIND && !stopped)
			broken |= 1;
		if (t->op[i].code == OP_REQUEST && !(t->op[i].flags & OPF_LAST))
			broken |= 2;
	}
	return broken;
}

static void test_promises_are_kept_again(void **state)
{
	parse("sluice 1\nworld alloc=fails\ntask a: bind d0 A as p3; request d0 p3 group=9 "
	      "page=0x77 rw; "
	      "unbind d0 p3; pause\n");
	probe.breaks = broken_promises;
	assert_int_equal(minimize(needs_unbind_behind_request, 10000), MINIMIZE_DONE);
	assert_string_equal(text, "sluice 1\nunit u0 ring=128\n"
				  "device d0 unit=u0 rid=00:02.0 credits=32\nspace A\n"
				  "task app0: request d0 p1 group=1 page=0x10 r last; stop d0 p1; "
				  "unbind d0 p1\n");
	assert_int_equal(best.broken, 0);
}

/* What was kept stays so, though a scenario without it would be smaller. */
static void test_promises_stay_kept(void **state)
{
	parse("sluice 1\ntask a: request d0 p1 page=0x10 last; stop d0 p1 marker; unbind d0 p1\n");
	probe.breaks = broken_promises;
	assert_int_equal(minimize(needs_unbind_behind_request, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "r last; stop d0 p1; unbind d0 p1\n"));
}

static bool needs_two_devices(const struct scenario *t)
{
	return find(t, OP_REQUEST, 0x11) && find(t, OP_REQUEST, 0x22) &&
	       find(t, OP_REQUEST, 0x11)->device != find(t, OP_REQUEST, 0x22)->device &&
	       find(t, OP_REQUEST, 0x11)->task != find(t, OP_REQUEST, 0x22)->task;
}

static void test_what_is_apart_stays_apart(void **state)
{
	parse(big);
	assert_int_equal(minimize(needs_two_devices, 10000), MINIMIZE_DONE);
	assert_string_equal(text, "sluice 1\n# kept\nunit u0 ring=128\n"
				  "device d0 unit=u0 rid=00:02.0 credits=32\n"
				  "device d1 unit=u0 rid=00:03.0 credits=32\nspace A\n"
				  "task app0: request d0 p1 group=1 page=0x11 r last\n"
				  "task app1: request d1 p1 group=1 page=0x22 r last\n");
}

static bool needs_any_two(const struct scenario *t)
{
	unsigned requests = 0;

	for (unsigned i = 0; i < t->ops; i++)
		requests += t->op[i].code == OP_REQUEST && t->op[i].pasid != SCENARIO_NONE;
	return requests >= 2 && t->devices == 2 && t->spaces == 2 && t->tasks == 2;
}

static void test_numbers_are_counted(void **state)
{
	parse("sluice 1\ndevice d0 rid=00:1f.0\ndevice d1 rid=00:02.0\nspace X B\n"
	      "task app1: request d1 p4 group=300 page=0xbeef rwx priv\n"
	      "task app0: request d0 p2 group=7 page=0x11 w\nat app1 op#1 -> app0\n");
	assert_int_equal(minimize(needs_any_two, 10000), MINIMIZE_DONE);
	assert_string_equal(text, "sluice 1\nunit u0 ring=128\n"
				  "device d0 unit=u0 rid=00:02.0 credits=32\n"
				  "device d1 unit=u0 rid=00:03.0 credits=32\nspace A B\n"
				  "task app0: request d1 p1 group=1 page=0x10 r\n"
				  "task app1: request d0 p1 group=1 page=0x10 r\n");
}

/* --- Choices ----------------------------------------------------------------------------------------- */

static const char *entry(const struct scenario_op *op)
{
	return op->code == OP_REQUEST ? "device" : "op";
}

/* The choice stands where the request of page 0x22 begins. */
static bool needs_choice_at_request(const struct scenario *t)
{
	unsigned nth = 0;

	for (unsigned i = 0; i < t->ops && t->op[i].page != 0x22; i++)
		nth += t->op[i].code == OP_REQUEST;
	for (unsigned i = 0; i < t->anchors; i++)
		if (!strcmp(t->anchor[i].site, "device") && t->anchor[i].nth == nth + 1)
			return find(t, OP_REQUEST, 0x22);
	return false;
}

static void test_choices_stay_with_their_operation(void **state)
{
	parse("sluice 1\ntask a: pause; request d0 p1 page=1; bind d0 A as p1; request d0 p1 "
	      "page=2; "
	      "pause; request d0 p1 page=0x22; request d0 p1 page=4\n"
	      "at a op#2 -> d0.up\nat a device#1 -> d0.up\nat a device#3 -> d0.up\n");
	ways.entry = entry;
	assert_int_equal(minimize(needs_choice_at_request, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text,
			       "task app0: request d0 p1 group=1 page=0x22 r\nat app0 device#1 -> "
			       "d0.up\n"));
}

static unsigned oddness(const char *site)
{
	return !strcmp(site, "load") ? 4 : !strcmp(site, "wait") ? 0 : 2;
}

static bool needs_preemption(const struct scenario *t)
{
	for (unsigned i = 0; i < t->anchors; i++)
		if (!strcmp(t->anchor[i].target, t->task_name[1]) && t->anchor[i].nth >= 3)
			return t->tasks == 2;
	return false;
}

/* To the most natural place, and there to the earliest. */
static void test_choices_move(void **state)
{
	static const char *const places[] = { "lock", "wait", NULL };
	struct minimize_size size;

	parse("sluice 1\ntask a: pause\ntask b: pause\nat a load#9+2 -> b\n");
	ways.oddness = oddness;
	ways.places = places;
	ways.searches = 1;
	minimize_size(&(struct minimize_try){ .s = s }, &ways, &size);
	assert_int_equal(size.preemptions, 1);
	assert_int_equal(minimize(needs_preemption, 10000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "\nat app0 wait#3 -> app1\n"));
	minimize_size(&best, &ways, &size);
	assert_int_equal(size.preemptions, 0);
	assert_int_equal(size.choices, 1);
}

static bool needs_hold(const struct scenario *t)
{
	return t->anchors > 2 || (t->positional && t->choice_count == 6 && t->choice[5] == 0xf0);
}

/* Another schedule altogether, if it has fewer choices. */
static void test_other_schedules(void **state)
{
	parse(big);
	ways.searches = 10;
	probe.fails = needs_hold;
	best.decisions = 20;
	assert_int_equal(minimize(needs_hold, 100000), MINIMIZE_DONE);
	assert_non_null(strstr(text, "choices 00*5 f0\n"));
	assert_int_equal(s.ops, 0);
}

/* --- 1-minimal ----------------------------------------------------------------------------------------- */

/* Neither monotonous nor simple: some operations are needed, and an odd number of the others. */
static bool is_knotty(const struct scenario *t)
{
	unsigned requests = 0, others = 0, hardware = 0;

	for (unsigned i = 0; i < t->ops; i++)
		if (t->op[i].code == OP_REQUEST)
			requests++;
		else
			others++;
	for (unsigned i = 0; i < t->anchors; i++)
		hardware += !!strchr(t->anchor[i].target, '.');
	return requests >= 2 && (others + requests) % 3 != 1 && (hardware > 1 || requests > 3) &&
	       (hardware + t->anchors) % 2 == 0;
}

static void drop_op(struct scenario *t, unsigned at)
{
	memmove(&t->op[at], &t->op[at + 1], (t->ops - at - 1u) * sizeof(t->op[0]));
	t->ops--;
}

static void drop_anchor(struct scenario *t, unsigned at)
{
	memmove(&t->anchor[at], &t->anchor[at + 1], (t->anchors - at - 1u) * sizeof(t->anchor[0]));
	t->anchors--;
}

static void test_nothing_more_can_go(void **state)
{
	static struct scenario t;
	unsigned met = 0;

	for (uint64_t seed = 0; seed < 100; seed++) {
		parse(big);
		scenario_generate(&s, seed, 0, NULL);
		s.positional = false;
		s.choice_count = 0;
		scenario_copy(&t, &s);
		parse(big);
		memcpy(t.anchor, s.anchor, sizeof(s.anchor[0]) * s.anchors);
		t.anchors = (uint16_t)(2 + seed % 6);
		for (unsigned i = 0; i < t.anchors; i++) {
			snprintf(t.anchor[i].task, SCENARIO_WORD_MAX, "irq");
			t.anchor[i].nth = (uint16_t)(i + 1);
		}
		scenario_copy(&s, &t);
		if (!is_knotty(&s))
			continue;
		met++;
		assert_int_equal(minimize(is_knotty, 100000), MINIMIZE_DONE);
		for (unsigned i = 0; i < s.ops; i++) {
			scenario_copy(&t, &s);
			drop_op(&t, i);
			assert_false(is_knotty(&t));
		}
		for (unsigned i = 0; i < s.anchors; i++) {
			scenario_copy(&t, &s);
			drop_anchor(&t, i);
			assert_false(is_knotty(&t));
		}
	}
	assert_in_range(met, 10, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promises_are_kept_again),
		cmocka_unit_test(test_promises_stay_kept),
		cmocka_unit_test(test_what_is_apart_stays_apart),
		cmocka_unit_test(test_numbers_are_counted),
		cmocka_unit_test(test_choices_stay_with_their_operation),
		cmocka_unit_test(test_choices_move),
		cmocka_unit_test(test_other_schedules),
		cmocka_unit_test(test_nothing_more_can_go),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
