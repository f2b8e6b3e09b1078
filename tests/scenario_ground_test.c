/* SPDX-License-Identifier: GPL-2.0-only */
/* A ground keeps what may stand, drops the rest, and the mutator prefers what it is about. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"
#include "scenario/mutate.h"

#define SCENARIOS 3000

static const struct scenario_ground grounds[] = {
	{ .ops = GROUND_ALL },
	{ .ops = GROUND_LIVES },
	{ .ops = GROUND_LIVES | GROUND(INJECT) | GROUND(HOLD),
	  .theme = GROUND(INJECT) | GROUND(HOLD),
	  .alloc_fails = true },
	{ .ops = GROUND_LIVES | GROUND(HEAD), .theme = GROUND(HEAD), .ring_order_max = 4 },
	{ .ops = GROUND_LIVES | GROUND(EXIT), .kept = true },
};

static struct scenario s, before;
static uint8_t bytes[SCENARIO_BYTES_MAX], again[SCENARIO_BYTES_MAX];

static unsigned on_ground(const struct scenario *scenario, const struct scenario_ground *g)
{
	unsigned ops = 0;

	for (unsigned i = 0; i < scenario->ops; i++)
		ops += g->ops >> scenario->op[i].code & 1;
	return ops;
}

static unsigned of_theme(const struct scenario *scenario, const struct scenario_ground *g)
{
	unsigned ops = 0;

	for (unsigned i = 0; i < scenario->ops; i++)
		ops += g->theme >> scenario->op[i].code & 1;
	return ops;
}

static void check_machine(const struct scenario_ground *g)
{
	for (unsigned u = 0; u < s.units; u++) {
		if (g->ring_order_max)
			assert_in_range(s.unit[u].ring_order, 3, g->ring_order_max);
		else
			assert_int_equal(s.unit[u].ring_order, before.unit[u].ring_order);
	}
	if (g->alloc_fails)
		assert_true(s.world.alloc_fails);
	if (!g->kept)
		return;
	assert_false(s.world.clock_free || s.world.alloc_fails);
	for (unsigned i = 0; i < s.ops; i++)
		if (s.op[i].code == OP_REQUEST)
			assert_false(s.op[i].flags & OPF_FORCE);
}

static void test_enter(void **state)
{
	unsigned dropped = 0;

	for (unsigned seed = 1; seed <= SCENARIOS; seed++) {
		const struct scenario_ground *g = &grounds[seed % 5];
		unsigned kept;
		size_t size;

		scenario_generate(&s, seed, GENERATE_RAW | GENERATE_REGISTERS, NULL);
		before = s;
		kept = on_ground(&s, g);
		scenario_enter(&s, g);
		assert_int_equal(s.ops, kept);
		assert_int_equal(on_ground(&s, g), s.ops);
		dropped += before.ops - s.ops;
		check_machine(g);
		size = scenario_encode(&s, bytes, sizeof(bytes));
		scenario_enter(&s, g);
		assert_int_equal(scenario_encode(&s, again, sizeof(again)), size);
		assert_memory_equal(bytes, again, size);
	}
	assert_in_range(dropped, SCENARIOS, SCENARIOS * SCENARIO_OPS_MAX);
}

/* The first ground is everything. */
static void test_all(void **state)
{
	for (unsigned seed = 1; seed <= SCENARIOS; seed++) {
		scenario_generate(&s, seed, 0, NULL);
		before = s;
		scenario_enter(&s, &grounds[0]);
		assert_true(scenario_equal(&s, &before));
	}
}

static void test_theme(void **state)
{
	const struct scenario_ground *g = &grounds[2];
	unsigned added = 0;

	for (unsigned seed = 1; seed <= SCENARIOS; seed++) {
		unsigned ops, themed;

		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES, NULL);
		ops = s.ops;
		themed = of_theme(&s, g);
		scenario_add_theme(&s, seed, g);
		assert_int_equal(s.ops, ops + (ops < SCENARIO_OPS_MAX));
		assert_int_equal(of_theme(&s, g), themed + s.ops - ops);
		added += s.ops - ops;
	}
	assert_in_range(added, SCENARIOS / 2, SCENARIOS);
}

/* What the mutator inserts is of the ground, and often of its theme. */
static void test_mutator(void **state)
{
	const struct scenario_ground *g = &grounds[3];
	unsigned inserted = 0, themed = 0;

	for (unsigned seed = 1; seed <= 20 * SCENARIOS; seed++) {
		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES, NULL);
		scenario_enter(&s, g);
		before = s;
		if (scenario_mutate(&s, seed, NULL, g) != SCENARIO_MUTATE_INSERT)
			continue;
		inserted++;
		themed += of_theme(&s, g) - of_theme(&before, g);
	}
	/* Half of the insertions are of any kind, and half of these of the theme. */
	assert_in_range(themed, inserted / 6, inserted / 2);
	assert_in_range(inserted, SCENARIOS / 2, 20 * SCENARIOS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enter),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_theme),
		cmocka_unit_test(test_mutator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
