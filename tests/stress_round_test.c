/* SPDX-License-Identifier: GPL-2.0-only */
/* Rounds: a function of seed and number, valid, on their theme's ground, full, and lives that end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "run/run.h"
#include "stress/theme.h"

#define ROUNDS 3000

/* The build's list of systems, where it links one; these tests need none. */
__attribute__((weak)) const struct sut_image sut_images[] = { { NULL, NULL, 0 } };

static struct stress_theme theme = {
	.name = "all",
	.ground = { .ops = GROUND_ALL },
	.units = { 1, 2 },
	.devices = { 1, 4 },
	.symbols = { 1, 4 },
	.ring_order = { 3, 7 },
	.credits = { 1, 128 },
	.groups = { 0, 6 },
	.pages = { 1, 3 },
	.stop = { 1, 1, 1 },
	.during = { [OP_DRAIN] = 4,
		    [OP_TRANSLATE] = 2,
		    [OP_SLOW] = 1,
		    [OP_HOLE] = 1,
		    [OP_HOLD] = 1,
		    [OP_INJECT] = 1,
		    [OP_EXIT] = 1,
		    [OP_LOSE] = 1,
		    [OP_PRS] = 1 },
	.between = { [OP_RID] = 4,
		     [OP_DETACH] = 4,
		     [OP_FINISH] = 4,
		     [OP_DISABLE] = 4,
		     [OP_PAUSE] = 2,
		     [OP_GONE] = 1,
		     [OP_RESET] = 1 },
	.domains = 4,
	.shared = 3,
};

static struct scenario s, other;
static char text[SCENARIO_TEXT_MAX];
static uint8_t knobs[SCENARIO_KNOBS_MAX];

static void make(struct scenario *to, uint64_t n, unsigned tasks)
{
	stress_make(to, &theme, stress_round_seed(1, n), tasks, knobs);
}

static void test_seeds(void **state)
{
	assert_true(stress_round_seed(1, 2) == stress_round_seed(1, 2));
	for (uint64_t n = 1; n < 100; n++) {
		assert_true(stress_round_seed(1, n) != stress_round_seed(1, n - 1));
		assert_true(stress_round_seed(1, n) != stress_round_seed(2, n));
		assert_true(stress_round_seed(n, 1) != stress_round_seed(1, n) || n == 1);
	}
}

static void test_deterministic(void **state)
{
	unsigned differ = 0;

	memset(&s, 0x55, sizeof(s));
	memset(&other, 0xaa, sizeof(other));
	for (uint64_t n = 0; n < ROUNDS; n++) {
		theme.generated = n % 3 ? 0 : 8;
		make(&s, n, 1 + n % SCENARIO_TASKS_MAX);
		make(&other, n, 1 + n % SCENARIO_TASKS_MAX);
		assert_true(scenario_equal(&s, &other));
		make(&other, n + 1, 1 + n % SCENARIO_TASKS_MAX);
		differ += !scenario_equal(&s, &other);
	}
	assert_true(differ > ROUNDS * 9 / 10);
}

/* It can be told as text, and read back. */
static void test_valid(void **state)
{
	struct scenario_error error;

	for (uint64_t n = 0; n < ROUNDS; n++) {
		size_t size;

		theme.generated = n % 3 ? 0 : 8;
		make(&s, n, 1 + n % SCENARIO_TASKS_MAX);
		size = scenario_print(&s, text, sizeof(text));
		if (scenario_parse(&other, text, size, &error))
			fail_msg("round %u: %u:%u: %s in:\n%s", (unsigned)n, error.line,
				 error.column, error.text, text);
		assert_true(scenario_equal(&s, &other));
		assert_true(s.tasks <= 1 + n % SCENARIO_TASKS_MAX);
		assert_int_equal(s.choice_count + s.anchors, 0);
	}
}

static void test_ground(void **state)
{
	struct stress_theme narrow = theme;

	narrow.ground.ops = GROUND_LIVES;
	for (uint64_t n = 0; n < ROUNDS; n++) {
		narrow.generated = n % 3 ? 0 : 8;
		stress_make(&s, &narrow, stress_round_seed(1, n), SCENARIO_TASKS_MAX, knobs);
		for (unsigned i = 0; i < s.ops; i++)
			assert_true(GROUND_LIVES >> s.op[i].code & 1);
	}
}

/*
 * Tasks are equal and busy; each life is one task's, is bound, stopped and unbound, and each of its groups
 * has an end. Credits are enough for a group of each task on the device.
 */
static void test_dense(void **state)
{
	unsigned owner[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX], ops = 0;

	theme.generated = 0;
	for (uint64_t n = 0; n < ROUNDS; n++) {
		bool bound[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX] = { 0 };
		bool stopped[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX] = { 0 };
		unsigned open[SCENARIO_TASKS_MAX] = { 0 };

		make(&s, n, 1 + n % SCENARIO_TASKS_MAX);
		ops += s.ops;
		memset(owner, 0xff, sizeof(owner));
		for (unsigned i = 0; i < s.ops; i++) {
			const struct scenario_op *op = &s.op[i];
			unsigned d = op->device, p = op->pasid;

			if (op->code == OP_REQUEST)
				open[op->task] = !(op->flags & OPF_LAST);
			if (op->code == OP_STOP || op->code == OP_UNBIND)
				assert_int_equal(open[op->task], 0);
			if (p == SCENARIO_NONE ||
			    !(op->code == OP_BIND || op->code == OP_STOP || op->code == OP_UNBIND))
				continue;
			assert_true(owner[d][p] == ~0u || owner[d][p] == op->task);
			owner[d][p] = op->task;
			assert_int_equal(bound[d][p], op->code != OP_BIND);
			assert_int_equal(stopped[d][p], op->code == OP_UNBIND);
			bound[d][p] = op->code != OP_UNBIND;
			stopped[d][p] = op->code == OP_STOP;
		}
		for (unsigned d = 0; d < s.devices; d++) {
			for (unsigned p = 0; p < SCENARIO_PASIDS_MAX; p++)
				assert_false(bound[d][p]);
			assert_true(s.device[d].credits >= theme.pages.most);
		}
	}
	assert_true(ops > ROUNDS * 40);
}

/* Groups without an end, and operations on the lives of others, where a theme asks for them. */
static void test_strangers(void **state)
{
	struct stress_theme wild = theme;
	unsigned open = 0, strange = 0;

	wild.generated = 0;
	wild.open = 16;
	memset(wild.during, 0, sizeof(wild.during));
	memset(wild.between, 0, sizeof(wild.between));
	wild.between[OP_UNBIND] = 64;
	for (uint64_t n = 0; n < ROUNDS; n++) {
		unsigned unbinds = 0, binds = 0;
		bool last = true;

		stress_make(&s, &wild, stress_round_seed(1, n), 3, NULL);
		for (unsigned i = 0; i < s.ops; i++) {
			const struct scenario_op *op = &s.op[i];

			if (op->code == OP_BIND)
				last = true;
			if (op->code == OP_REQUEST)
				last = op->flags & OPF_LAST;
			open += op->code == OP_STOP && !last;
			binds += op->code == OP_BIND;
			unbinds += op->code == OP_UNBIND;
		}
		strange += unbinds - binds;
	}
	assert_true(open > ROUNDS);
	assert_true(strange > ROUNDS);
}

static void test_knobs(void **state)
{
	unsigned seen = 0;

	theme.generated = 0;
	for (uint64_t n = 0; n < ROUNDS; n++) {
		make(&s, n, 2);
		for (unsigned k = 0; k < SCENARIO_KNOBS_MAX; k++) {
			unsigned value = s.unit[0].knob[k];

			assert_true(!value || knobs[k] >> value & 1);
			seen += value != 0;
		}
		stress_make(&s, &theme, stress_round_seed(1, n), 2, NULL);
		for (unsigned k = 0; k < SCENARIO_KNOBS_MAX; k++)
			assert_int_equal(s.unit[0].knob[k], 0);
	}
	assert_true(seen > ROUNDS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds), cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_valid), cmocka_unit_test(test_ground),
		cmocka_unit_test(test_dense), cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_knobs),
	};

	run_init();
	run_knob_masks(knobs, false, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
