/* SPDX-License-Identifier: GPL-2.0-only */
/* The generator's features with a row of their own: scenarios of each occur, and are what it says. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"
#include "scenario/internal.h"

static const char *const window_values[] = { "one", "two", "four", NULL };
static const struct scenario_knob knobs[] = {
	{ "qi-window", window_values },
};
static const uint8_t all[SCENARIO_KNOBS_MAX] = { 7 };

#define SEEDS 20000

static struct scenario s, other;

static bool is_life(const struct scenario_op *op, unsigned code, const struct scenario_op *of)
{
	return op->code == code && op->task == of->task && op->device == of->device &&
	       op->pasid == of->pasid;
}

static bool streams(void)
{
	for (unsigned t = 0; t < s.tasks; t++) {
		unsigned n = 0, devices = 0;

		for (unsigned i = 0; i < s.ops; i++) {
			if (s.op[i].task != t || s.op[i].code != OP_REQUEST)
				continue;
			devices |= 1u << s.op[i].device;
			n += s.device[s.op[i].device].credits <= 2;
		}
		/* What it sends is not withdrawn by its stop. */
		for (unsigned i = 1; i < s.ops; i++)
			if (s.op[i].task == t && s.op[i].code == OP_STOP &&
			    s.op[i - 1].code != OP_SETTLE)
				n = 0;
		if (n >= 8 && !(devices & (devices - 1)))
			return true;
	}
	return false;
}

static bool has_siblings(void)
{
	for (unsigned d = 0; d < s.devices; d++)
		for (unsigned e = 0; e < d; e++) {
			assert_int_not_equal(s.device[d].rid, s.device[e].rid);
			if (s.device[d].rid >> 3 == s.device[e].rid >> 3)
				return true;
		}
	return false;
}

/* Has a device groups of several pages, and fewer credits than requests? */
static bool waits_for_credits(void)
{
	for (unsigned d = 0; d < s.devices; d++) {
		unsigned requests = 0, parts = 0;

		for (unsigned i = 0; i < s.ops; i++) {
			if (s.op[i].code != OP_REQUEST || s.op[i].device != d)
				continue;
			requests++;
			parts += !(s.op[i].flags & OPF_LAST);
		}
		if (parts && s.device[d].credits < requests)
			return true;
	}
	return false;
}

static void test_features_that_keep_promises(void **state)
{
	unsigned functions = 0, siblings = 0, few = 0, stream = 0, again = 0, exits = 0, held = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES, NULL);
		functions += (s.device[0].rid & 7) != 0;
		siblings += has_siblings();
		few += s.ops <= 10;
		stream += streams();
		for (unsigned i = 1; i < s.ops; i++) {
			if (s.op[i].code != OP_BIND || !is_life(&s.op[i - 1], OP_UNBIND, &s.op[i]))
				continue;
			again++;
			exits += i + 1 < s.ops && s.op[i + 1].code == OP_EXIT;
		}
		held += waits_for_credits();
	}
	assert_in_range(functions, SEEDS / 4, SEEDS / 2);
	assert_in_range(siblings, SEEDS / 20, SEEDS / 2);
	assert_in_range(few, SEEDS / 10, SEEDS / 2);
	assert_in_range(stream, SEEDS / 12, SEEDS / 4);
	assert_in_range(again, SEEDS / 20, SEEDS);
	assert_in_range(exits, SEEDS / 200, SEEDS);
	assert_in_range(held, SEEDS / 50, SEEDS);
}

/* How a scenario differs from the one of the same seed that keeps its promises. */
static struct {
	uint64_t inserted; /* mask of operations */
	bool stop_dropped, group_opened, other;
} change;

static bool same_op(const struct scenario_op *a, const struct scenario_op *b)
{
	uint8_t flags = a->code == OP_REQUEST ? (uint8_t)~OPF_LAST : 0xff;

	return a->code == b->code && a->task == b->task && a->device == b->device &&
	       a->pasid == b->pasid && a->space == b->space && a->group == b->group &&
	       a->page == b->page && (a->flags & flags) == (b->flags & flags);
}

/* From @other, which keeps its promises, to @s. */
static void find_change(void)
{
	unsigned i = 0;

	memset(&change, 0, sizeof(change));
	for (unsigned k = 0; k < s.ops; k++) {
		if (i < other.ops && other.op[i].code == OP_STOP &&
		    !same_op(&other.op[i], &s.op[k]) && i + 1u < other.ops &&
		    same_op(&other.op[i + 1], &s.op[k])) {
			change.stop_dropped = true;
			i++;
		}
		if (i < other.ops && same_op(&other.op[i], &s.op[k]))
			change.group_opened |= other.op[i++].flags & ~s.op[k].flags & OPF_LAST;
		else
			change.inserted |= 1ull << s.op[k].code;
	}
	change.other = i < other.ops || s.world.alloc_fails;
}

static bool only(uint64_t must, uint64_t may)
{
	return !change.other && (change.inserted & must) == must &&
	       !(change.inserted & ~(must | may));
}

static bool silent_devices(void)
{
	unsigned devices = 0;

	for (unsigned i = 0; i < s.ops; i++)
		if (s.op[i].code == OP_HOLD && s.op[i].page == 255)
			devices |= 1u << s.op[i].device;
	return (devices & (devices - 1)) && s.world.clock_free && s.unit[0].knob[0];
}

#define BIT(code) (1ull << OP_##code)

/* One in thirty each, if nothing else is broken beside it. */
static void test_features_that_break_promises(void **state)
{
	unsigned open = 0, mute = 0, silent = 0, left = 0, errors = 0, status = 0, off = 0,
		 slow = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, 0, all);
		scenario_generate(&other, seed, GENERATE_KEEP_PROMISES, all);
		find_change();
		silent += silent_devices();
		left += only(BIT(REQUEST) | BIT(UNBIND), BIT(EXIT) | BIT(HOLD) | BIT(INJECT)) &&
			change.stop_dropped;
		if (change.stop_dropped)
			continue;
		open += only(0, 0) && change.group_opened && !s.world.clock_free;
		if (change.group_opened)
			continue;
		mute += only(BIT(HOLD), 0);
		errors += only(BIT(INJECT), BIT(DRAIN));
		status += only(BIT(PRS), 0);
		off += only(BIT(DISABLE) | BIT(ENABLE), BIT(DRAIN));
		slow += only(BIT(SLOW), 0);
	}
	assert_in_range(open, SEEDS / 60, SEEDS / 15);
	assert_in_range(mute, SEEDS / 60, SEEDS / 15);
	assert_in_range(silent, SEEDS / 200, SEEDS / 15);
	assert_in_range(left, SEEDS / 80, SEEDS / 15);
	assert_in_range(errors, SEEDS / 60, SEEDS / 15);
	assert_in_range(status, SEEDS / 60, SEEDS / 15);
	assert_in_range(off, SEEDS / 80, SEEDS / 15);
	assert_in_range(slow, SEEDS / 60, SEEDS / 15);
}

/* Does a task wait for the one that binds, and then only use that life, while another ends it? */
static bool refills(void)
{
	for (unsigned i = 1; i < s.ops; i++) {
		const struct scenario_op *first = &s.op[i], *wait = first - 1;
		unsigned uses = 0, ends = 0, settles = 0;

		if (wait->code != OP_AWAIT || wait->task != first->task ||
		    (first->code != OP_TRANSLATE && first->code != OP_ACCESS))
			continue;
		for (unsigned k = 0; k < s.ops; k++) {
			const struct scenario_op *op = &s.op[k];
			bool life = op->device == first->device && op->pasid == first->pasid;

			uses += op->task == first->task && life && op->page == first->page;
			settles += op->code == OP_SETTLE && life && op->task == wait->space;
			ends += op->code == OP_UNBIND && life && k && op[-1].code == OP_AWAIT &&
				op[-1].task == op->task && op[-1].space == wait->space;
		}
		if (uses >= 8 && ends && settles)
			return true;
	}
	return false;
}

/* Does one task detach and attach a device that nobody else has anything to do with? */
static bool has_bystander(void)
{
	unsigned lives = 0, detached = 0;

	for (unsigned i = 0; i < s.ops; i++) {
		uint64_t takes = scenario_op_takes(s.op[i].code);

		if (s.op[i].code == OP_DETACH && i + 1u < s.ops && s.op[i + 1].code == OP_ATTACH)
			detached |= 1u << s.op[i].device;
		else if (takes & TAKES('D') && s.op[i].code != OP_ATTACH)
			lives |= 1u << s.op[i].device;
	}
	return detached & ~lives;
}

/* Operations of one kind in a row that take slots of the queue, and nothing between them. */
static unsigned longest_row(unsigned code)
{
	unsigned longest = 0, n = 0;

	for (unsigned i = 0; i < s.ops; i++) {
		n = s.op[i].code == code && i && s.op[i - 1].task == s.op[i].task ? n + 1 : 0;
		longest = n > longest ? n : longest;
	}
	return longest;
}

/* One in ten each, as far as there is room for it. */
static void test_features_that_crowd(void **state)
{
	unsigned refill = 0, bystander = 0, drains = 0, changes = 0, gone = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		bool full;

		scenario_generate(&s, seed, 0, all);
		for (unsigned d = 1; d < s.devices; d++)
			for (unsigned e = 0; e < d; e++)
				assert_int_not_equal(s.device[d].rid, s.device[e].rid);
		refill += refills();
		bystander += has_bystander();
		full = longest_row(OP_DRAIN) >= 30;
		drains += full;
		changes += longest_row(OP_RID) >= 14;
		for (unsigned i = 0; full && i < s.ops; i++)
			gone += s.op[i].code == OP_GONE && i + 1u < s.ops &&
				s.op[i + 1].code == OP_UNBIND;
	}
	assert_in_range(refill, SEEDS / 40, SEEDS / 8);
	assert_in_range(bystander, SEEDS / 20, SEEDS / 4);
	assert_in_range(drains, SEEDS / 40, SEEDS / 8);
	assert_in_range(changes, SEEDS / 100, SEEDS / 16);
	assert_in_range(gone, SEEDS / 60, SEEDS / 8);
	/* None of them is met where promises are kept. */
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES, all);
		assert_false(refills());
		assert_true(longest_row(OP_DRAIN) < 30);
	}
}

static int setup(void **state)
{
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_features_that_keep_promises),
		cmocka_unit_test(test_features_that_break_promises),
		cmocka_unit_test(test_features_that_crowd),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
