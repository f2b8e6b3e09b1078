/* SPDX-License-Identifier: GPL-2.0-only */
/* Generated schedules: a function of their seed, in range, and of every kind, all over the run. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"

#define SEEDS 4000

static struct scenario s, other;
static uint8_t bytes[SCENARIO_BYTES_MAX];

static void make(struct scenario *of, uint64_t seed)
{
	scenario_generate(of, seed, (unsigned)(seed & 1), NULL);
	scenario_generate_schedule(of, seed);
}

/* Positional choices from @from on. */
static unsigned choices(unsigned from)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s.choice_count; i++)
		n += s.choice[i] >= from;
	return n;
}

static void test_deterministic(void **state)
{
	memset(&s, 0x55, sizeof(s));
	memset(&other, 0xaa, sizeof(other));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		make(&s, seed);
		make(&other, seed);
		assert_true(scenario_equal(&s, &other));
		scenario_generate_schedule(&other, seed + SEEDS);
		scenario_generate_schedule(&other, seed);
		assert_true(scenario_equal(&s, &other));
	}
}

static void test_in_range(void **state)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		make(&s, seed);
		assert_int_equal(s.positional, s.choice_count != 0);
		assert_true(!s.choice_count || s.choice[s.choice_count - 1]);
		assert_true(s.choice_count <= 2 * scenario_decisions(&s));
		scenario_decode(&other, bytes, scenario_encode(&s, bytes, sizeof(bytes)));
		assert_int_equal(other.choice_count, s.choice_count);
		assert_memory_equal(other.choice, s.choice, s.choice_count);
	}
}

/* All operations there are, and as many choices as have room beside them. */
static void test_room(void **state)
{
	unsigned most = 0;

	scenario_init(&s);
	s.tasks = 1;
	s.ops = SCENARIO_OPS_MAX;
	memset(s.op, 0, sizeof(s.op));
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate_schedule(&s, seed);
		most = s.choice_count > most ? s.choice_count : most;
		assert_true(scenario_encode(&s, bytes, sizeof(bytes)) <= sizeof(bytes));
	}
	assert_in_range(most, scenario_decisions(&s), 2 * scenario_decisions(&s));
}

static void test_variety(void **state)
{
	unsigned late = 0, sparse = 0, dense = 0, unheld = 0, held = 0, holds = 0, running = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		unsigned n, of_holds;

		make(&s, seed);
		n = choices(1);
		of_holds = choices(SCENARIO_CHOICE_HOLD);
		late += s.choice_count > scenario_decisions(&s) / 2;
		sparse += n <= 4;
		dense += n - of_holds > s.choice_count / 2u;
		unheld += !of_holds;
		held += of_holds > 16;
		holds += of_holds;
		for (unsigned i = 0; i < s.choice_count; i++)
			running += s.choice[i] == SCENARIO_CHOICE_HOLD_RUNNING;
	}
	assert_in_range(late, SEEDS / 2, SEEDS);
	assert_in_range(sparse, SEEDS / 10, SEEDS);
	assert_in_range(dense, SEEDS / 50, SEEDS / 4);
	assert_in_range(unheld, SEEDS / 20, SEEDS / 2);
	assert_in_range(held, SEEDS / 20, SEEDS / 2);
	assert_in_range(running, holds * 2 / 5, holds * 3 / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_in_range),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_variety),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
