/* SPDX-License-Identifier: GPL-2.0-only */
/* The generator: a function of its seed; valid; and with the flag, every promise is kept. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"

static const char *const event_values[] = { "every-request", "last-page", NULL };
static const char *const pipe_values[] = { "open", "closed", "half", NULL };
static const char *const window_values[] = { "one", "two", "four", NULL };
static const struct scenario_knob knobs[] = {
	{ "event", event_values },
	{ "storm", NULL },
	{ "pipe", pipe_values },
	{ "qi-window", window_values },
};

#define SEEDS 20000

static struct scenario s, other;
static char text[SCENARIO_TEXT_MAX];

static void test_deterministic(void **state)
{
	memset(&s, 0x55, sizeof(s));
	memset(&other, 0xaa, sizeof(other));
	for (uint64_t seed = 0; seed < 2000; seed++) {
		scenario_generate(&s, seed, (unsigned)(seed & 1), NULL);
		scenario_generate(&other, seed, (unsigned)(seed & 1), NULL);
		assert_true(scenario_equal(&s, &other));
	}
	scenario_generate(&s, 1, 0, NULL);
	scenario_generate(&other, 2, 0, NULL);
	assert_false(scenario_equal(&s, &other));
}

static void test_valid(void **state)
{
	const uint8_t all[SCENARIO_KNOBS_MAX] = { 3, 1, 7, 7 };
	struct scenario_error error;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		size_t n;

		scenario_generate(&s, seed, (unsigned)(seed & 1), all);
		n = scenario_print(&s, text, sizeof(text));
		if (scenario_parse(&other, text, n, &error))
			fail_msg("seed %u: %u:%u: %s in:\n%s", (unsigned)seed, error.line,
				 error.column, error.text, text);
		assert_true(scenario_equal(&s, &other));
		assert_false(s.positional);
		assert_int_equal(s.choice_count + s.anchors, 0);
		assert_true(s.ops > 0);
	}
}

static void test_knob_masks(void **state)
{
	const uint8_t closed[SCENARIO_KNOBS_MAX] = { 1, 1, 4, 3 };
	unsigned seen = 0;

	for (uint64_t seed = 0; seed < 5000; seed++) {
		scenario_generate(&s, seed, 0, closed);
		for (unsigned u = 0; u < s.units; u++) {
			assert_int_equal(s.unit[u].knob[0], 0);
			assert_int_equal(s.unit[u].knob[1], 0);
			assert_int_not_equal(s.unit[u].knob[2], 1);
			assert_int_not_equal(s.unit[u].knob[3], 2);
			seen += s.unit[u].knob[2] == 2;
		}
		scenario_generate(&s, seed, 0, NULL);
		for (unsigned u = 0; u < s.units; u++)
			assert_int_equal(s.unit[u].knob[2] + s.unit[u].knob[3], 0);
	}
	assert_true(seen > 100);
}

/* --- What GENERATE_KEEP_PROMISES promises ----------------------------------------------------- */

struct life {
	bool bound, stopped, ended; /* ended: no group is open */
	bool settled;               /* nothing was sent since the device had all its responses */
	uint16_t group;
	bool several;   /* pages in a group */
	unsigned pages; /* of the last group */
};

static struct checker {
	struct life life[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	struct life rid[SCENARIO_DEVICES_MAX];
	uint8_t before[SCENARIO_TASKS_MAX]; /* mask of the tasks that a task awaits */
	uint8_t life_tasks[SCENARIO_DEVICES_MAX]
			  [SCENARIO_PASIDS_MAX + 1]; /* masks of who uses it */
	uint8_t device_tasks[SCENARIO_DEVICES_MAX];
	uint8_t space_tasks[SCENARIO_SPACES_MAX];
	bool exited[SCENARIO_SPACES_MAX];
	unsigned requests[SCENARIO_DEVICES_MAX];
	bool several_pages[SCENARIO_DEVICES_MAX];
	bool beside[SCENARIO_DEVICES_MAX];      /* lives at a time, or those of several tasks */
	bool withdraws[SCENARIO_DEVICES_MAX];   /* a stop with requests that may be held back */
	unsigned longest[SCENARIO_DEVICES_MAX]; /* pages of a group */
} c;

static uint64_t seed_checked;

#define CHECK(condition, i)                                                                        \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			scenario_print(&s, text, sizeof(text));                                    \
			fail_msg("seed %u, operation %u: %s\n%s", (unsigned)seed_checked, i,       \
				 #condition, text);                                                \
		}                                                                                  \
	} while (0)

/* Does none of @tasks run beside @task? */
static bool ordered(unsigned task, uint8_t tasks)
{
	for (unsigned t = 0; t < s.tasks; t++)
		if (tasks & 1u << t && t != task && !(c.before[task] & 1u << t) &&
		    !(c.before[t] & 1u << task))
			return false;
	return true;
}

static unsigned lives_on(unsigned device)
{
	unsigned n = c.rid[device].bound;

	for (unsigned p = 0; p < SCENARIO_PASIDS_MAX; p++)
		n += c.life[device][p].bound;
	return n;
}

/* A group of several pages on a device whose credits are not enough for all it asks. */
static void note_pages(const struct scenario_op *op, struct life *life)
{
	unsigned tasks = c.device_tasks[op->device];

	life->pages = life->ended ? 1 : life->pages + 1;
	life->settled = false;
	life->several |= life->pages > 1 || !(op->flags & OPF_LAST);
	if (life->pages > c.longest[op->device])
		c.longest[op->device] = life->pages;
	c.beside[op->device] |= lives_on(op->device) > 1;
	for (unsigned t = 0; t < s.tasks; t++)
		if (tasks & 1u << t)
			c.beside[op->device] |= !ordered(t, (uint8_t)tasks);
}

static void check_request(const struct scenario_op *op, struct life *life, unsigned i)
{
	note_pages(op, life);
	CHECK(life->bound && !life->stopped, i);
	CHECK(!(op->flags & OPF_FORCE), i);
	CHECK(life->ended || life->group == op->group, i);
	c.requests[op->device]++;
	c.several_pages[op->device] |= !life->ended || !(op->flags & OPF_LAST);
	if (life->ended)
		for (unsigned p = 0; p < SCENARIO_PASIDS_MAX; p++)
			CHECK(c.life[op->device][p].ended || !c.life[op->device][p].bound ||
				      c.life[op->device][p].group != op->group,
			      i);
	life->group = op->group;
	life->ended = op->flags & OPF_LAST;
}

static unsigned life_index(const struct scenario_op *op)
{
	return op->code == OP_RID || op->pasid == SCENARIO_NONE ? SCENARIO_PASIDS_MAX : op->pasid;
}

static void check_life_op(const struct scenario_op *op, unsigned i)
{
	unsigned index = life_index(op);
	struct life *life =
		index == SCENARIO_PASIDS_MAX ? &c.rid[op->device] : &c.life[op->device][index];

	CHECK(ordered(op->task, c.life_tasks[op->device][index]), i);
	switch (op->code) {
	case OP_BIND:
		CHECK(!life->bound && !c.exited[op->space], i);
		*life = (struct life){ .bound = true, .ended = true, .settled = true };
		break;
	case OP_RID:
		CHECK(!life->bound || life->ended, i);
		CHECK(op->space == SCENARIO_NONE || !c.exited[op->space], i);
		*life = (struct life){ .bound = op->space != SCENARIO_NONE,
				       .ended = true,
				       .settled = true };
		break;
	case OP_REQUEST:
		check_request(op, life, i);
		break;
	case OP_STOP:
		CHECK(life->bound && !life->stopped && life->ended, i);
		if (op->how == SCENARIO_STOP_RESET) {
			CHECK(lives_on(op->device) == 1, i);
			CHECK(ordered(op->task, c.device_tasks[op->device]), i);
		}
		c.withdraws[op->device] |= life->several && !life->settled;
		life->stopped = true;
		break;
	case OP_UNBIND:
		CHECK(life->bound && life->stopped, i);
		life->bound = false;
		break;
	case OP_SETTLE:
		CHECK(life->ended, i);
		life->settled = true;
		/* fallthrough */
	default:
		CHECK(life->bound && !life->stopped, i);
	}
}

static void check_op(const struct scenario_op *op, unsigned i)
{
	switch (op->code) {
	case OP_AWAIT:
		CHECK(op->space < op->task, i);
		break;
	case OP_PAUSE:
		break;
	case OP_EXIT:
		CHECK(!c.exited[op->space], i);
		CHECK(ordered(op->task, c.space_tasks[op->space]), i);
		c.exited[op->space] = true;
		break;
	case OP_DISABLE:
	case OP_ENABLE:
	case OP_DETACH:
	case OP_ATTACH:
		CHECK(!lives_on(op->device), i);
		CHECK(ordered(op->task, c.device_tasks[op->device]), i);
		break;
	case OP_FINISH:
	case OP_START:
		for (unsigned t = 0; t < op->task; t++)
			CHECK(c.before[op->task] & 1u << t, i);
		for (unsigned d = 0; d < s.devices; d++)
			CHECK(!lives_on(d), i);
		break;
	case OP_BIND:
	case OP_UNBIND:
	case OP_REQUEST:
	case OP_STOP:
	case OP_RID:
	case OP_DRAIN:
	case OP_TRANSLATE:
	case OP_ACCESS:
	case OP_SETTLE:
		check_life_op(op, i);
		break;
	default:
		CHECK(!"an operation that breaks promises", i);
	}
}

/* Who uses what, and who waits for whom, known ahead. Waits go to lower indices only. */
static void find_users(void)
{
	for (unsigned i = 0; i < s.ops; i++) {
		const struct scenario_op *op = &s.op[i];
		uint8_t task = (uint8_t)(1u << op->task);

		switch (op->code) {
		case OP_AWAIT:
			c.before[op->task] |= (uint8_t)(1u << op->space | c.before[op->space]);
			break;
		case OP_BIND:
		case OP_RID:
			if (op->space != SCENARIO_NONE)
				c.space_tasks[op->space] |= task;
			/* fallthrough */
		case OP_UNBIND:
		case OP_REQUEST:
		case OP_STOP:
		case OP_DRAIN:
		case OP_TRANSLATE:
		case OP_ACCESS:
		case OP_SETTLE:
			c.device_tasks[op->device] |= task;
			c.life_tasks[op->device][life_index(op)] |= task;
			break;
		}
	}
}

/*
 * Either the device has credits for all it asks. Or no group waits for the credits of one that is
 * itself not ended, and none is stopped while its end is held back.
 */
static void check_credits(unsigned d)
{
	if (!c.several_pages[d] || s.device[d].credits > c.requests[d])
		return;
	CHECK(s.device[d].credits >= c.longest[d], s.ops);
	CHECK(!c.beside[d], s.ops);
	CHECK(!c.withdraws[d], s.ops);
}

/* Tasks as a whole, one behind the other, since those that race may share neither life nor space.
 */
static void check_promises(void)
{
	memset(&c, 0, sizeof(c));
	assert_false(s.world.alloc_fails || s.world.clock_free);
	find_users();
	for (unsigned i = 0; i < s.ops; i++)
		check_op(&s.op[i], i);
	for (unsigned d = 0; d < s.devices; d++) {
		for (unsigned p = 0; p < SCENARIO_PASIDS_MAX; p++)
			CHECK(!c.life[d][p].bound, s.ops);
		check_credits(d);
	}
}

static void test_promises_are_kept(void **state)
{
	for (seed_checked = 0; seed_checked < SEEDS; seed_checked++) {
		scenario_generate(&s, seed_checked, GENERATE_KEEP_PROMISES, NULL);
		check_promises();
	}
}

/* Groups of two tasks on one device never share an index: half of one would hold up the other. */
static void test_groups_are_apart(void **state)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES, NULL);
		for (unsigned i = 0; i < s.ops; i++)
			for (unsigned j = 0; j < i; j++)
				if (s.op[i].code == OP_REQUEST && s.op[j].code == OP_REQUEST &&
				    s.op[i].group == s.op[j].group)
					assert_true(s.op[i].task == s.op[j].task ||
						    s.op[j].task == 0);
	}
}

static void test_variety(void **state)
{
	unsigned ops[OP_COUNT] = { 0 }, stops[SCENARIO_STOP_COUNT] = { 0 };
	unsigned domains = 0, none = 0;
	unsigned units = 0, small = 0, same_pasid = 0, several = 0,
		 tasks[SCENARIO_TASKS_MAX + 1] = { 0 };

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		uint8_t bound_by[SCENARIO_PASIDS_MAX] = { 0 };
		unsigned before = domains;

		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES, NULL);
		units += s.units == 2;
		small += s.unit[0].ring_order <= 5;
		tasks[s.tasks]++;
		for (unsigned i = 0; i < s.ops; i++) {
			ops[s.op[i].code]++;
			if (s.op[i].code == OP_STOP)
				stops[s.op[i].how]++;
			domains += (s.op[i].flags & OPF_DOMAIN) != 0;
			if (s.op[i].code == OP_BIND)
				bound_by[s.op[i].pasid] |= (uint8_t)(1u << s.op[i].device);
			several += s.op[i].code == OP_REQUEST && !(s.op[i].flags & OPF_LAST);
		}
		none += domains == before;
		same_pasid += (bound_by[0] & (bound_by[0] - 1)) != 0;
	}
	for (unsigned code = 0; code < OP_COUNT; code++) {
		bool hostile = (code >= OP_MARKER && code <= OP_HOLE) || code >= OP_DESCRIPTOR;

		if (hostile)
			assert_int_equal(ops[code], 0);
		else
			assert_in_range(ops[code], SEEDS / 50, SEEDS * 64);
	}
	for (unsigned how = 0; how < SCENARIO_STOP_COUNT; how++)
		assert_in_range(stops[how], SEEDS / 20, SEEDS * 64);
	/* A quarter of the binds, and some scenarios without. */
	assert_in_range(domains, ops[OP_BIND] / 5, ops[OP_BIND] / 3);
	assert_in_range(none, SEEDS / 2, SEEDS * 4 / 5);
	assert_in_range(units, SEEDS / 10, SEEDS);
	assert_in_range(small, SEEDS / 2, SEEDS);
	assert_in_range(same_pasid, SEEDS / 20, SEEDS);
	assert_in_range(several, SEEDS / 4, SEEDS * 64);
	for (unsigned n = 1; n <= SCENARIO_TASKS_MAX; n++)
		assert_in_range(tasks[n], SEEDS / 200, SEEDS);
}

/* Asked for, half of the scenarios have access points, and are what they were in all else. */
static void test_access_when_told(void **state)
{
	unsigned access = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, (unsigned)(seed & 1) | GENERATE_ACCESS, NULL);
		scenario_generate(&other, seed, (unsigned)(seed & 1), NULL);
		assert_false(other.world.access);
		access += s.world.access;
		s.world.access = false;
		assert_true(scenario_equal(&s, &other));
	}
	assert_in_range(access, SEEDS * 2 / 5, SEEDS * 3 / 5);
}

static void test_promises_are_broken_too(void **state)
{
	unsigned ops[OP_COUNT] = { 0 }, alloc = 0, clock = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, 0, NULL);
		alloc += s.world.alloc_fails;
		clock += s.world.clock_free;
		for (unsigned i = 0; i < s.ops; i++)
			ops[s.op[i].code]++;
	}
	for (unsigned code = 0; code < OP_DESCRIPTOR; code++)
		assert_in_range(ops[code], SEEDS / 50, SEEDS * 64);
	assert_in_range(alloc, SEEDS / 20, SEEDS);
	assert_in_range(clock, SEEDS / 20, SEEDS);
}

static int setup(void **state)
{
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_knob_masks),
		cmocka_unit_test(test_promises_are_kept),
		cmocka_unit_test(test_groups_are_apart),
		cmocka_unit_test(test_variety),
		cmocka_unit_test(test_access_when_told),
		cmocka_unit_test(test_promises_are_broken_too),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
