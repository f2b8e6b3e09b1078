/* SPDX-License-Identifier: GPL-2.0-only */
/* The mutator: a function of its input; what comes out is valid; and each kind does what it says. */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/knob.h"
#include "scenario/generate.h"
#include "scenario/mutate.h"

static const char *const event_values[] = { "every-request", "last-page", NULL };
static const char *const pipe_values[] = { "open", "closed", "half", NULL };
static const struct scenario_knob few_knobs[] = {
	{ "event", event_values },
	{ "storm", NULL },
	{ "pipe", pipe_values },
};
static struct scenario_knob knobs[KNOB_COUNT];
static const char *values[KNOB_COUNT][KNOB_VALUES_MAX + 1];
static uint8_t any[SCENARIO_KNOBS_MAX];

#define MUTATIONS 100000
#define ROW 8 /* mutations of one scenario, each of the last one's result */
#define STORED_MAX 600

static struct scenario s, before, other;
static char text[SCENARIO_TEXT_MAX];
static uint8_t bytes[SCENARIO_BYTES_MAX], again[SCENARIO_BYTES_MAX];

/* The byte form of what corpora/ holds. */
static struct {
	size_t size;
	uint8_t bytes[SCENARIO_BYTES_MAX];
} stored[STORED_MAX];
static unsigned stored_count;

static void read_stored(const char *path)
{
	struct scenario_error error;
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (scenario_parse(&s, text, n, &error))
		fail_msg("%s:%u:%u: %s", path, error.line, error.column, error.text);
	assert_in_range(stored_count, 0, STORED_MAX - 1);
	stored[stored_count].size =
		scenario_encode(&s, stored[stored_count].bytes, sizeof(stored[stored_count].bytes));
	stored_count++;
}

static void read_folder(const char *name)
{
	const char *end = strrchr(__FILE__, '/');
	char path[1024];
	struct dirent **entry;
	int n;

	snprintf(path, sizeof(path), "%.*s/../corpora/%s", (int)(end - __FILE__), __FILE__, name);
	n = scandir(path, &entry, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		const char *suffix = strrchr(entry[i]->d_name, '.');
		char file[1536];

		snprintf(file, sizeof(file), "%s/%s", path, entry[i]->d_name);
		if (suffix && !strcmp(suffix, ".sluice"))
			read_stored(file);
		free(entry[i]);
	}
	free(entry);
}

/* Stored ones, generated ones with some schedule, and raw bytes, the empty input among them. */
static void make_input(struct scenario *to, uint64_t seed)
{
	uint64_t random = seed;
	size_t size = 0;

	if (seed % 4 == 3) {
		size = stored[seed / 4 % stored_count].size;
		memcpy(bytes, stored[seed / 4 % stored_count].bytes, size);
	} else if (seed % 4) {
		scenario_generate(to, seed, (unsigned)(seed & 1), any);
		to->choice_count = (uint16_t)(scenario_random(&random) % 200);
		to->positional = to->choice_count;
		for (unsigned i = 0; i < to->choice_count; i++)
			to->choice[i] = (uint8_t)(i % 8 ? 0 : scenario_random(&random));
		size = scenario_encode(to, bytes, sizeof(bytes));
	} else if (seed) {
		size = scenario_random(&random) % sizeof(bytes);
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)scenario_random(&random);
	}
	scenario_decode(to, bytes, size);
}

/* In range as it stands: text and bytes give it back, and so the decoder has nothing to mend. */
static void check_valid(uint64_t seed, bool as_text)
{
	struct scenario_error error;
	size_t size = as_text ? scenario_print(&s, text, sizeof(text)) : 0;

	if (as_text) {
		if (scenario_parse(&other, text, size, &error))
			fail_msg("seed %u: %u:%u: %s in:\n%s", (unsigned)seed, error.line,
				 error.column, error.text, text);
		assert_true(scenario_equal(&s, &other));
	}
	size = scenario_encode(&s, bytes, sizeof(bytes));
	assert_in_range(size, 8, SCENARIO_BYTES_MAX);
	scenario_decode(&other, bytes, size);
	assert_int_equal(scenario_encode(&other, again, sizeof(again)), size);
	assert_memory_equal(again, bytes, size);
	assert_in_range(s.ops, 0, SCENARIO_OPS_MAX);
	assert_true(s.tasks || !s.ops);
}

static void test_deterministic(void **state)
{
	for (uint64_t seed = 0; seed < 4000; seed++) {
		make_input(&s, seed);
		make_input(&other, seed);
		assert_int_equal(scenario_mutate(&s, seed, any, NULL),
				 scenario_mutate(&other, seed, any, NULL));
		assert_true(scenario_equal(&s, &other));
		make_input(&before, seed + 1);
		scenario_splice(&s, &before, seed);
		scenario_splice(&other, &before, seed);
		assert_true(scenario_equal(&s, &other));
	}
}

static void test_valid(void **state)
{
	for (uint64_t seed = 0; seed < MUTATIONS / ROW; seed++) {
		make_input(&s, seed);
		for (unsigned i = 0; i < ROW; i++) {
			if (i == ROW / 2) {
				make_input(&before, seed * 7);
				scenario_splice(&s, &before, seed);
			} else {
				scenario_mutate(&s, seed * ROW + i, any, NULL);
			}
			/* Text takes ten times as long; a fault lasts as a rule. */
			check_valid(seed, i == ROW - 1);
		}
	}
}

/* In an input as long as they get, records and choices stay within their room. */
static void test_full(void **state)
{
	for (uint64_t seed = 0; seed < 2000; seed++) {
		memset(bytes, 0x84, sizeof(bytes));
		memset(bytes + 200, 0xff, sizeof(bytes) - 200);
		scenario_decode(&s, bytes, sizeof(bytes));
		scenario_decode(&before, bytes, sizeof(bytes));
		for (unsigned i = 0; i < 4 * ROW; i++)
			scenario_mutate(&s, seed * 4 * ROW + i, NULL, NULL);
		scenario_splice(&s, &before, seed);
		check_valid(seed, true);
	}
}

static void test_knobs(void **state)
{
	const uint8_t half[SCENARIO_KNOBS_MAX] = { 1, 1, 5 };
	unsigned seen = 0;

	scenario_set_knobs(few_knobs, sizeof(few_knobs) / sizeof(few_knobs[0]));
	for (uint64_t seed = 0; seed < 20000; seed++) {
		scenario_init(&s);
		scenario_mutate(&s, seed, half, NULL);
		assert_int_equal(s.unit[0].knob[0], 0);
		assert_int_equal(s.unit[0].knob[1], 0);
		assert_int_not_equal(s.unit[0].knob[2], 1);
		seen += s.unit[0].knob[2] == 2;
	}
	scenario_set_knobs(knobs, KNOB_COUNT);
	assert_true(seen > 10);
}

static unsigned choices(const struct scenario *of, unsigned from)
{
	unsigned n = 0;

	for (unsigned i = 0; i < of->choice_count; i++)
		n += of->choice[i] >= from;
	return n;
}

static unsigned broken(const struct scenario *of)
{
	unsigned n = of->world.alloc_fails + of->world.clock_free;

	for (unsigned i = 0; i < of->ops; i++)
		n += of->op[i].code == OP_REQUEST && of->op[i].flags & OPF_FORCE;
	return n;
}

/* Of operations, different ones. */
static unsigned codes(const struct scenario *of)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < of->ops; i++)
		mask |= 1ull << of->op[i].code;
	return (unsigned)__builtin_popcountll(mask);
}

/* Did this kind do to `before` what its name says? */
static bool is_done(enum scenario_mutation kind)
{
	unsigned held = SCENARIO_CHOICE_HOLD;

	switch (kind) {
	case SCENARIO_MUTATE_INSERT:
		return s.ops == before.ops + 1;
	case SCENARIO_MUTATE_REMOVE:
		return s.ops < before.ops;
	case SCENARIO_MUTATE_DUPLICATE:
		return s.ops > before.ops;
	case SCENARIO_MUTATE_MOVE:
	case SCENARIO_MUTATE_SWAP_DEVICES:
		return s.ops == before.ops;
	case SCENARIO_MUTATE_FIELD:
	case SCENARIO_MUTATE_BEYOND:
	case SCENARIO_MUTATE_MACHINE:
	case SCENARIO_MUTATE_KNOB:
		return s.ops == before.ops && s.choice_count <= before.choice_count;
	case SCENARIO_MUTATE_PREEMPT_ADD:
		return choices(&s, 1) >= choices(&before, 1) && s.choice_count;
	case SCENARIO_MUTATE_HOLD_ADD:
		return choices(&s, held) >= choices(&before, held) && choices(&s, held);
	case SCENARIO_MUTATE_PREEMPT_REMOVE:
		return choices(&s, 1) + 1 == choices(&before, 1);
	case SCENARIO_MUTATE_HOLD_END:
		return choices(&s, held) + 1 == choices(&before, held);
	case SCENARIO_MUTATE_PREEMPT_SHIFT:
		return choices(&s, 1) <= choices(&before, 1);
	case SCENARIO_MUTATE_PREEMPT_TARGET:
		return choices(&s, 1) == choices(&before, 1) &&
		       choices(&s, held) == choices(&before, held);
	case SCENARIO_MUTATE_STRETCH:
		return s.choice_count > before.choice_count &&
		       choices(&s, 1) == choices(&before, 1);
	case SCENARIO_MUTATE_CUT:
		return s.choice_count < before.choice_count;
	case SCENARIO_MUTATE_SCHEDULE:
		return s.ops == before.ops && s.choice_count <= 2 * scenario_decisions(&before);
	case SCENARIO_MUTATE_SMALLER_RING:
		return s.unit[0].ring_order < before.unit[0].ring_order ||
		       s.unit[1].ring_order < before.unit[1].ring_order;
	case SCENARIO_MUTATE_BREAK:
		return s.ops != before.ops || broken(&s) > broken(&before) ||
		       !scenario_equal(&s, &before);
	case SCENARIO_MUTATE_RESTORE:
		return s.ops == before.ops + 1 || broken(&s) + 1 == broken(&before) ||
		       (s.ops < before.ops && codes(&s) + 1 == codes(&before));
	default:
		return false;
	}
}

static void test_each_kind_happens(void **state)
{
	unsigned count[SCENARIO_MUTATE_KINDS] = { 0 }, changed[SCENARIO_MUTATE_KINDS] = { 0 };

	for (uint64_t seed = 1; seed < 40000; seed++) {
		enum scenario_mutation kind;

		make_input(&before, seed);
		make_input(&s, seed);
		kind = scenario_mutate(&s, seed, any, NULL);
		count[kind]++;
		changed[kind] += !scenario_equal(&s, &before);
		if (!is_done(kind))
			fail_msg("seed %u: kind %u did something else", (unsigned)seed, kind);
	}
	for (unsigned kind = 0; kind < SCENARIO_MUTATE_KINDS; kind++) {
		if (count[kind] < 80 || changed[kind] * 10 < count[kind] * 8)
			fail_msg("kind %u happened %u times, and changed %u", kind, count[kind],
				 changed[kind]);
	}
}

/* Both parents are in what comes of a splice, and of the other one operations as well as choices. */
static void test_splice(void **state)
{
	unsigned ops = 0, tasks = 0, schedules = 0;

	for (uint64_t seed = 1; seed < 4000; seed++) {
		make_input(&before, 4 * seed + 1);
		make_input(&other, 4 * seed + 2);
		s = before;
		scenario_splice(&s, &other, seed);
		assert_true(s.ops >= before.ops);
		ops += s.ops > before.ops && s.tasks == before.tasks;
		tasks += s.tasks > before.tasks;
		schedules += s.ops == before.ops && !scenario_equal(&s, &before);
	}
	assert_true(ops > 500 && tasks > 500 && schedules > 500);
}

static int setup(void **state)
{
	for (unsigned k = 0; k < KNOB_COUNT; k++) {
		for (unsigned v = 0; v < KNOB_VALUES_MAX; v++)
			values[k][v] = knob_table[k].values[v].name;
		knobs[k].name = knob_table[k].name;
		knobs[k].values = knob_table[k].modelled ? values[k] : NULL;
		any[k] = UINT8_MAX;
	}
	scenario_set_knobs(knobs, KNOB_COUNT);
	read_folder("seeds");
	read_folder("bugs");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deterministic), cmocka_unit_test(test_valid),
		cmocka_unit_test(test_full),          cmocka_unit_test(test_knobs),
		cmocka_unit_test(test_splice),        cmocka_unit_test(test_each_kind_happens),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
