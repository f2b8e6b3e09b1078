/* SPDX-License-Identifier: GPL-2.0-only */
/* The byte form: decoding is total, encoding what was decoded is a fixed point, text loses nothing.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/bytes.h"
#include "scenario/generate.h"
#include "scenario/scenario.h"

static const char *const event_values[] = { "every-request", "last-page", NULL };
static const char *const pipe_values[] = { "open", "closed", "half", NULL };
static const struct scenario_knob knobs[] = {
	{ "event", event_values },
	{ "storm", NULL },
	{ "pipe", pipe_values },
};

static struct scenario s, back;
static char text[SCENARIO_TEXT_MAX];

/* Every field is one that a text could give. */
static void check_bounds(const struct scenario *t)
{
	assert_in_range(t->units, 1, SCENARIO_UNITS_MAX);
	assert_in_range(t->devices, 1, SCENARIO_DEVICES_MAX);
	assert_in_range(t->spaces, 1, SCENARIO_SPACES_MAX);
	assert_in_range(t->tasks, t->ops ? 1 : 0, SCENARIO_TASKS_MAX);
	assert_in_range(t->ops, 0, SCENARIO_OPS_MAX);
	assert_in_range(t->world.workers, 1, 4);
	assert_int_equal(t->anchors, 0);
	for (unsigned u = 0; u < t->units; u++) {
		assert_in_range(t->unit[u].ring_order, 3, 11);
		assert_in_range(t->unit[u].knob[0], 0, 1);
		assert_in_range(t->unit[u].knob[1], 0, 0);
		assert_in_range(t->unit[u].knob[2], 0, 2);
	}
	for (unsigned d = 0; d < t->devices; d++) {
		assert_in_range(t->device[d].unit, 0, t->units - 1);
		assert_in_range(t->device[d].credits, 1, 2048);
		assert_in_range(t->device[d].retries, 0, 3);
	}
	for (unsigned i = 0; i < t->ops; i++)
		assert_in_range(t->op[i].task, 0, t->tasks - 1);
}

/* bytes -> scenario -> bytes is a fixed point, and a detour by text changes nothing. */
static void check_decoded(const uint8_t *bytes, size_t size, bool by_text)
{
	uint8_t canonical[SCENARIO_BYTES_MAX], again[SCENARIO_BYTES_MAX];
	struct scenario_error error;
	size_t n;

	scenario_decode(&s, bytes, size);
	check_bounds(&s);
	n = scenario_encode(&s, canonical, sizeof(canonical));
	scenario_decode(&back, canonical, n);
	assert_true(scenario_equal(&s, &back));
	assert_int_equal(scenario_encode(&back, again, sizeof(again)), n);
	assert_memory_equal(canonical, again, n);
	if (!by_text)
		return;
	n = scenario_print(&s, text, sizeof(text));
	if (scenario_parse(&back, text, n, &error))
		fail_msg("%u:%u: %s in:\n%s", error.line, error.column, error.text, text);
	n = scenario_encode(&back, again, sizeof(again));
	assert_memory_equal(canonical, again, n);
	assert_true(scenario_equal(&s, &back));
}

static void test_nothing_is_the_empty_world(void **state)
{
	uint8_t bytes[64];

	scenario_decode(&s, NULL, 0);
	scenario_init(&back);
	assert_true(scenario_equal(&s, &back));
	assert_int_equal(s.tasks, 0);
	assert_int_equal(s.unit[0].ring_order, 7);
	assert_int_equal(s.device[0].credits, 32);
	check_decoded(bytes, scenario_encode(&back, bytes, sizeof(bytes)), true);
}

static void test_layout(void **state)
{
	static const char wanted[] =
		"sluice 1\nunit u0 pipe=half ring=8\n"
		"device d0 unit=u0 rid=ab:1d.5 credits=1500 retries=2\nspace A\n"
		"task app0: request d0 none group=300 page=0xbeef rw last\nchoices 00 ff\n";
	static const uint8_t bytes[] = {
		0x80,        0,          0,    0,    1,    0,
		0,           0,          0x81, 0,    0,    0,
		0,           0,          0,    0,    0x82, 0,
		2,           2,          0,    0,    0,    0,
		0x83,        0,          0,    2,    0x57, 0x6d,
		2 << 4 | 11, 0x5b,       0x86, 0,    7,    OPF_READ | OPF_WRITE | OPF_LAST,
		300 & 0x7f,  2 | 2 << 2, 0x7d, 0x6f, 0xff, 0,
		0xff,        0,          0,
	};
	uint8_t encoded[SCENARIO_BYTES_MAX];

	scenario_decode(&s, bytes, sizeof(bytes));
	scenario_print(&s, text, sizeof(text));
	assert_string_equal(text, wanted);
	assert_int_equal(scenario_encode(&s, encoded, sizeof(encoded)), sizeof(bytes) - 2);
	assert_memory_equal(encoded, bytes, sizeof(bytes) - 2);
}

/* Of a bind's third byte bit 0 counts, and is all that comes back. */
static void test_domain_is_a_bit(void **state)
{
	uint8_t bytes[] = { BYTES_HEAD | (BYTES_OP + OP_BIND), 0, 0, 0, 0, 0, 0, 0 };
	uint8_t encoded[SCENARIO_BYTES_MAX];

	for (unsigned value = 0; value < BYTES_HEAD; value++) {
		bytes[3] = (uint8_t)value;
		scenario_decode(&s, bytes, sizeof(bytes));
		assert_int_equal(s.op[0].flags, value & 1 ? OPF_DOMAIN : 0);
		assert_in_range(scenario_encode(&s, encoded, sizeof(encoded)), 8, 64);
		assert_int_equal(encoded[24 + 3], value & 1);
		check_decoded(bytes, sizeof(bytes), true);
	}
}

static void test_access_is_a_flag(void **state)
{
	const uint8_t bytes[] = { BYTES_HEAD | BYTES_WORLD, 0, 0, 0, 0, 0, 8 };

	scenario_decode(&s, bytes, sizeof(bytes));
	assert_true(s.world.access && !s.world.clock_free && !s.world.rcu_eager);
	check_decoded(bytes, sizeof(bytes), true);
	assert_true(back.world.access);
}

static size_t random_bytes(uint64_t *random, uint8_t *bytes, size_t max)
{
	size_t size = scenario_random(random) % (max + 1);
	/* Plain bytes, or such as have few heads, so that records come out long. */
	uint8_t mask = scenario_random(random) & 1 ? 0xff : 0x7f;

	for (size_t i = 0; i < size; i++) {
		uint64_t r = scenario_random(random);

		bytes[i] = (uint8_t)(r & mask);
		if (r >> 32 & 7)
			continue;
		bytes[i] |= BYTES_HEAD;
	}
	return size;
}

static void test_random_bytes(void **state)
{
	uint8_t bytes[SCENARIO_BYTES_MAX];
	uint64_t random = 1;

	for (unsigned i = 0; i < 200000; i++)
		check_decoded(bytes, random_bytes(&random, bytes, i % 50 ? 200 : sizeof(bytes)),
			      i % 10 == 0);
}

static void test_short_bytes_all(void **state)
{
	uint8_t bytes[2];

	for (unsigned i = 0; i < 0x10000; i++) {
		bytes[0] = (uint8_t)i;
		bytes[1] = (uint8_t)(i >> 8);
		check_decoded(bytes, 2, false);
	}
}

static void test_too_many_bytes(void **state)
{
	static uint8_t bytes[2 * SCENARIO_BYTES_MAX];
	uint8_t encoded[SCENARIO_BYTES_MAX];

	memset(bytes, 0x84, sizeof(bytes)); /* bind, over and over */
	check_decoded(bytes, sizeof(bytes), true);
	assert_int_equal(s.ops, SCENARIO_OPS_MAX);
	/* Records of one byte leave room for choices that the canonical form has not. */
	memset(bytes + 64, 0x55, sizeof(bytes) - 64);
	bytes[64] = BYTES_END;
	check_decoded(bytes, sizeof(bytes), true);
	assert_int_equal(s.ops, SCENARIO_OPS_MAX);
	assert_int_equal(s.choice_count, SCENARIO_BYTES_MAX - 8 * (3 + SCENARIO_OPS_MAX) - 1);
	assert_int_equal(scenario_encode(&s, encoded, sizeof(encoded)), SCENARIO_BYTES_MAX);
}

static void test_encode_keeps_to_max(void **state)
{
	uint8_t bytes[SCENARIO_BYTES_MAX], guarded[SCENARIO_BYTES_MAX + 1];

	scenario_generate(&s, 7, 0, NULL);
	s.positional = true;
	s.choice_count = 100;
	memset(s.choice, 1, 100);
	for (size_t max = 0; max < 800; max++) {
		size_t n;

		memset(guarded, 0xee, sizeof(guarded));
		n = scenario_encode(&s, guarded, max);
		assert_true(n <= max);
		assert_int_equal(guarded[max], 0xee);
		/* What is left decodes to a part of the whole. */
		scenario_decode(&back, guarded, n);
		assert_true(scenario_encode(&back, bytes, sizeof(bytes)) <= SCENARIO_BYTES_MAX);
	}
}

static void test_generated(void **state)
{
	uint8_t bytes[SCENARIO_BYTES_MAX];
	struct scenario made;

	for (uint64_t seed = 0; seed < 20000; seed++) {
		size_t n;

		scenario_generate(&made, seed,
				  (unsigned)seed & (GENERATE_KEEP_PROMISES | GENERATE_RAW |
						    GENERATE_REGISTERS),
				  NULL);
		if (seed % 3 == 0) {
			made.positional = true;
			made.choice_count = (uint16_t)(seed % 400 + 1);
			for (unsigned i = 0; i < made.choice_count; i++)
				made.choice[i] = (uint8_t)(seed * i);
		}
		n = scenario_encode(&made, bytes, sizeof(bytes));
		check_decoded(bytes, n, seed % 4 == 0);
		/* Names are canonical here, so nothing is lost at all. */
		assert_true(scenario_equal(&made, &s));
	}
}

static bool same_op(const struct scenario_op *a, const struct scenario_op *b)
{
	return a->code == b->code && a->task == b->task && a->device == b->device &&
	       a->pasid == b->pasid && a->space == b->space && a->flags == b->flags &&
	       a->how == b->how && a->group == b->group && a->page == b->page;
}

/* Length of the longest common subsequence of operations. */
static unsigned in_common(const struct scenario *a, const struct scenario *b)
{
	unsigned best[SCENARIO_OPS_MAX + 1] = { 0 };

	for (unsigned i = 0; i < a->ops; i++) {
		unsigned diagonal = 0;

		for (unsigned j = 0; j < b->ops; j++) {
			unsigned above = best[j + 1];

			if (same_op(&a->op[i], &b->op[j]))
				best[j + 1] = diagonal + 1;
			else if (best[j] > above)
				best[j + 1] = best[j];
			diagonal = above;
		}
	}
	return best[b->ops];
}

/*
 * A byte inserted or erased among the operations changes at most two of them (the record hit, and
 * what a new head makes of its tail), however many follow.
 */
static void test_a_shift_spoils_one_record(void **state)
{
	uint8_t bytes[SCENARIO_BYTES_MAX];
	struct scenario made;
	uint64_t random = 3;

	for (unsigned i = 0; i < 20000; i++) {
		unsigned mutation = (unsigned)(scenario_random(&random) % 3), lost;
		size_t n, first, at;

		scenario_generate(&made, i, GENERATE_KEEP_PROMISES, NULL);
		if (made.ops == SCENARIO_OPS_MAX)
			continue;
		n = scenario_encode(&made, bytes, sizeof(bytes));
		scenario_decode(&s, bytes, n);
		first = n - 8u * s.ops;
		at = first + scenario_random(&random) % (n - first);
		if (mutation == 0) {
			memmove(bytes + at + 1, bytes + at, n - at);
			bytes[at] = (uint8_t)(scenario_random(&random) % BYTES_HEAD);
			n++;
		} else if (mutation == 1) {
			memmove(bytes + at, bytes + at + 1, n - at - 1);
			n--;
		} else {
			bytes[at] ^= (uint8_t)(1u << scenario_random(&random) % 7);
		}
		scenario_decode(&back, bytes, n);
		/* A head flipped into a setting, or one that moves an operation to another task. */
		if (back.tasks != s.tasks || back.devices != s.devices || back.units != s.units ||
		    back.spaces != s.spaces)
			continue;
		/* Erasing a head merges two records; an END there cuts all that follows. */
		if (bytes[at] == BYTES_END)
			continue;
		lost = s.ops - in_common(&s, &back);
		assert_in_range(lost, 0, 2);
	}
}

static void test_settings_in_any_order(void **state)
{
	static const uint8_t bytes[] = {
		0x11, 0x22,                /* ahead of the first head: nothing */
		0x84, 8,    1, 0,          /* bind d1 A as p2, cut short */
		0x80, 0,    3, 0, 2,       /* the world, behind what needs it */
		0x83, 1,    0, 0, 0, 0x10, /* d1 takes d0's requester id, and must move */
		0x80, 0,    1, 0, 1, 0,    0, 0, 9, 9, /* another world, too long: the last wins */
	};

	scenario_decode(&s, bytes, sizeof(bytes));
	assert_int_equal(s.devices, 2);
	assert_int_equal(s.tasks, 1);
	assert_int_equal(s.ops, 1);
	assert_int_equal(s.op[0].device, 1);
	assert_int_equal(s.op[0].pasid, 1);
	assert_int_equal(s.device[0].rid, 0x10);
	assert_int_equal(s.device[1].rid, 0x18);
	check_decoded(bytes, sizeof(bytes), true);
}

static void test_circle_of_waits_is_cut(void **state)
{
	const uint8_t await = BYTES_HEAD | (BYTES_OP + OP_AWAIT);
	const uint8_t bytes[] = {
		0x80, 0, 0,     0, 3,      0, 0,      0, await, 0, 1 << 3, 0, 0,      0,
		0,    0, await, 1, 2 << 3, 0, 0,      0, 0,     0, await,  2, 0 << 3, 0,
		0,    0, 0,     0, await,  2, 2 << 3, 0, 0,     0, 0,      0,
	};

	scenario_decode(&s, bytes, sizeof(bytes));
	assert_int_equal(s.op[0].code, OP_AWAIT);
	assert_int_equal(s.op[1].code, OP_AWAIT);
	assert_int_equal(s.op[2].code, OP_PAUSE);
	assert_int_equal(s.op[3].code, OP_PAUSE);
	check_decoded(bytes, sizeof(bytes), true);
}

static void test_names_become_canonical(void **state)
{
	static const char named[] =
		"sluice 1\n# why\nspace heap stack\n"
		"task binder: bind d0 stack as p1\nneeds asan\nexpect core clean\n";
	struct scenario_error error;
	uint8_t bytes[SCENARIO_BYTES_MAX];

	assert_int_equal(scenario_parse(&s, named, sizeof(named) - 1, &error), 0);
	scenario_decode(&back, bytes, scenario_encode(&s, bytes, sizeof(bytes)));
	assert_true(scenario_equal(&s, &back));
	assert_string_equal(back.task_name[0], "app0");
	assert_string_equal(back.space_name[1], "B");
	assert_string_equal(back.comment, "");
	assert_int_equal(back.expects, 0);
}

static void test_without_knobs(void **state)
{
	static const uint8_t bytes[] = { 0x82, 0, 2, 2 };

	scenario_set_knobs(NULL, 0);
	scenario_decode(&s, bytes, sizeof(bytes));
	assert_int_equal(s.unit[0].knob[2], 0);
	check_decoded(bytes, sizeof(bytes), true);
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
}

static int setup(void **state)
{
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_the_empty_world),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_domain_is_a_bit),
		cmocka_unit_test(test_access_is_a_flag),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_short_bytes_all),
		cmocka_unit_test(test_too_many_bytes),
		cmocka_unit_test(test_encode_keeps_to_max),
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_a_shift_spoils_one_record),
		cmocka_unit_test(test_settings_in_any_order),
		cmocka_unit_test(test_circle_of_waits_is_cut),
		cmocka_unit_test(test_names_become_canonical),
		cmocka_unit_test(test_without_knobs),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
