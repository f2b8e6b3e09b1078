/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes from nobody, in all forms: descriptors with their masks, and values of registers. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/bytes.h"
#include "scenario/generate.h"
#include "scenario/minimize.h"
#include "scenario/scenario.h"

#define SEEDS 4000
#define OPS_AT (3 * BYTES_RECORD) /* behind world, unit and device */

static struct scenario s, back, other;
static char text[SCENARIO_TEXT_MAX];

static void parse(struct scenario *t, const char *from)
{
	struct scenario_error error;

	if (scenario_parse(t, from, strlen(from), &error))
		fail_msg("%u:%u: %s in:\n%s", error.line, error.column, error.text, from);
}

/* By bytes and by text: nothing is lost on either way. */
static void check_forms(const struct scenario *t)
{
	uint8_t bytes[SCENARIO_BYTES_MAX], again[SCENARIO_BYTES_MAX];
	size_t n = scenario_encode(t, bytes, sizeof(bytes));

	scenario_decode(&back, bytes, n);
	assert_int_equal(scenario_encode(&back, again, sizeof(again)), n);
	assert_memory_equal(bytes, again, n);
	scenario_print(t, text, sizeof(text));
	parse(&back, text);
	assert_int_equal(scenario_encode(&back, again, sizeof(again)), n);
	assert_memory_equal(bytes, again, n);
}

static void test_layout(void **state)
{
	static const char from[] =
		"sluice 1\ntask a: descriptor d0 none group=300 page=0xbeef marker last "
		"xor0=0x80000001 xor3=0xf000000000000000; tail u0 0x1234567; queue u0 size=5; "
		"prs u0 pro clear\n";
	static const uint8_t bytes[] = {
		BYTES_HEAD | (BYTES_OP + OP_DESCRIPTOR),
		0,
		7,
		OPF_LAST,
		300 & 0x7f,
		2 | 2 << 2,
		0x7d,
		0x6f,
		BYTES_BITS,
		0,
		1,
		0,
		0,
		0,
		8,
		0,
		BYTES_BITS,
		7,
		0,
		0,
		0,
		0,
		15,
		0,
		BYTES_HEAD | (BYTES_OP + OP_TAIL),
		0,
		0,
		0,
		0x123 & 0x7f,
		2 | 1 << 2,
		0x0a,
		0x67,
		BYTES_HEAD | (BYTES_OP + OP_QUEUE),
		0,
		0,
		0,
		0,
		0,
		0,
		5,
		BYTES_HEAD | (BYTES_OP + OP_PRS),
		0,
		0,
		1 | 4,
		0,
		0,
		0,
		0,
	};
	uint8_t encoded[SCENARIO_BYTES_MAX];

	parse(&s, from);
	assert_int_equal(scenario_op_value(&s.op[1]), 0x1234567);
	assert_int_equal(scenario_encode(&s, encoded, sizeof(encoded)), OPS_AT + sizeof(bytes));
	assert_memory_equal(encoded + OPS_AT, bytes, sizeof(bytes));
	check_forms(&s);
}

/* Each bit of the 256 has its place, and no other. */
static void test_every_bit(void **state)
{
	parse(&s, "sluice 1\ntask a: descriptor d0 p1\n");
	for (unsigned bit = 0; bit < 256; bit++) {
		s.op[0].mask[bit / 64] = 1ull << bit % 64;
		check_forms(&s);
		assert_memory_equal(back.op[0].mask, s.op[0].mask, sizeof(s.op[0].mask));
		s.op[0].mask[bit / 64] = 0;
	}
}

/* Bits behind anything but a descriptor are dropped; of one half the last record counts. */
static void test_bits_of_nobody(void **state)
{
	static const uint8_t bytes[] = {
		BYTES_BITS,
		0,
		1, /* ahead of all */
		BYTES_HEAD | (BYTES_OP + OP_PAUSE),
		BYTES_BITS,
		0,
		1, /* behind a pause */
		BYTES_HEAD | (BYTES_OP + OP_DESCRIPTOR),
		BYTES_BITS,
		2,
		1,
		BYTES_BITS,
		2,
		2,
		BYTES_BITS,
		0x7f,
		0x7f,
		0x7f,
		0x7f,
		0x7f,
		0x7f,
		0x7f,
		BYTES_HEAD | BYTES_UNIT,
		0,
		0,
		BYTES_BITS,
		0,
		1, /* behind a setting */
	};

	scenario_decode(&s, bytes, sizeof(bytes));
	assert_int_equal(s.ops, 2);
	assert_int_equal(s.op[0].code, OP_PAUSE);
	assert_int_equal(s.op[0].mask[0], 0);
	assert_int_equal(s.op[1].mask[0], 0);
	assert_int_equal(s.op[1].mask[1], 2);
	assert_int_equal(s.op[1].mask[3], 0xffffffff00000000ull);
	check_forms(&s);
}

static void test_too_many_descriptors(void **state)
{
	uint8_t bytes[SCENARIO_BYTES_MAX];
	struct scenario_error error;
	size_t n = (size_t)sprintf(text, "sluice 1\ntask a: pause\n");

	for (unsigned i = 0; i < SCENARIO_DESCRIPTORS_MAX; i++)
		n += (size_t)sprintf(text + n, "task a: descriptor d0 p1 xor0=0xffffffffffffffff "
					       "xor1=0xffffffffffffffff xor2=0xffffffffffffffff "
					       "xor3=0xffffffffffffffff\n");
	parse(&s, text);
	check_forms(&s);
	n = strlen(text);
	n += (size_t)sprintf(text + n, "task a: descriptor d0 p1\n");
	assert_int_equal(scenario_parse(&s, text, n, &error), -1);
	assert_int_equal(error.column, 9);
	assert_non_null(strstr(error.text, "at most 32 descriptors"));
	/* In bytes what is too much becomes a pause. */
	memset(bytes, BYTES_HEAD | (BYTES_OP + OP_DESCRIPTOR), sizeof(bytes));
	scenario_decode(&s, bytes, sizeof(bytes));
	assert_int_equal(s.ops, SCENARIO_OPS_MAX);
	for (unsigned i = 0; i < s.ops; i++)
		assert_int_equal(s.op[i].code,
				 i < SCENARIO_DESCRIPTORS_MAX ? OP_DESCRIPTOR : OP_PAUSE);
	check_forms(&s);
}

/* Any bytes among bits: decoded within the domains, and a fixed point. */
static void test_random_bytes(void **state)
{
	static const uint8_t heads[] = {
		BYTES_BITS,
		BYTES_HEAD | (BYTES_OP + OP_DESCRIPTOR),
		BYTES_HEAD | (BYTES_OP + OP_HEAD),
		BYTES_HEAD | (BYTES_OP + OP_QUEUE),
		BYTES_HEAD | (BYTES_OP + OP_PRS),
		BYTES_END,
	};
	uint64_t random = 5;
	uint8_t bytes[256];

	for (unsigned i = 0; i < 20000; i++) {
		size_t size = scenario_random(&random) % sizeof(bytes);

		for (size_t at = 0; at < size; at++) {
			uint64_t r = scenario_random(&random);

			bytes[at] =
				r % 8 ? (uint8_t)(r >> 8 & 0x7f) : heads[(r >> 8) % sizeof(heads)];
		}
		scenario_decode(&s, bytes, size);
		for (unsigned k = 0; k < s.ops; k++) {
			if (s.op[k].code == OP_QUEUE)
				assert_in_range(s.op[k].how, 0, SCENARIO_QUEUE_COUNT - 1);
			if (s.op[k].code == OP_PRS)
				assert_in_range(s.op[k].how & 3, 1, 3);
			if (s.op[k].code == OP_HEAD)
				assert_in_range(scenario_op_value(&s.op[k]), 0, SCENARIO_VALUE_MAX);
		}
		check_forms(&s);
	}
}

static unsigned different_masks(const struct scenario *a, const struct scenario *b)
{
	unsigned n = 0;

	assert_int_equal(a->ops, b->ops);
	for (unsigned i = 0; i < a->ops; i++) {
		assert_int_equal(a->op[i].code, b->op[i].code);
		n += memcmp(a->op[i].mask, b->op[i].mask, sizeof(a->op[i].mask)) != 0;
	}
	return n;
}

/* A record of bits that is hit, or lost, spoils the descriptor that it stands behind. */
static void test_a_hit_spoils_one_descriptor(void **state)
{
	uint8_t bytes[SCENARIO_BYTES_MAX], hit[SCENARIO_BYTES_MAX];
	unsigned hits = 0, spoilt = 0;

	for (uint64_t seed = 0; seed < SEEDS / 10; seed++) {
		size_t n;

		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES | GENERATE_RAW, NULL);
		n = scenario_encode(&s, bytes, sizeof(bytes));
		scenario_decode(&s, bytes, n);
		for (size_t at = 0; at < n; at += BYTES_RECORD) {
			if (bytes[at] != BYTES_BITS)
				continue;
			hits += 2;
			memcpy(hit, bytes, n);
			hit[at + 1 + seed % 7] ^= 1u << seed % 5;
			scenario_decode(&back, hit, n);
			spoilt += different_masks(&s, &back);
			assert_in_range(different_masks(&s, &back), 0, 1);
			memmove(hit + at, bytes + at + BYTES_RECORD, n - at - BYTES_RECORD);
			scenario_decode(&back, hit, n - BYTES_RECORD);
			assert_int_equal(different_masks(&s, &back), 1);
		}
	}
	assert_in_range(hits, SEEDS / 10, SEEDS * 10);
	assert_in_range(spoilt, hits / 4, hits / 2);
}

static unsigned count(const struct scenario *t, unsigned code)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->ops; i++)
		n += t->op[i].code == code;
	return n;
}

/* Asked for they are there, and nothing but they and the rings is different. */
static void test_generated_when_told(void **state)
{
	unsigned with_masks = 0, plain = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		unsigned flags = seed & 1 ? GENERATE_KEEP_PROMISES : 0, kept = 0;

		scenario_generate(&other, seed, flags, NULL);
		scenario_generate(&s, seed, flags | GENERATE_RAW, NULL);
		assert_int_equal(count(&other, OP_DESCRIPTOR) + count(&s, OP_HEAD), 0);
		assert_true(count(&s, OP_DESCRIPTOR) || other.ops == SCENARIO_OPS_MAX);
		for (unsigned i = 0; i < s.ops; i++) {
			const struct scenario_op *op = &s.op[i];

			if (op->code != OP_DESCRIPTOR) {
				assert_int_equal(op->code, other.op[kept++].code);
				continue;
			}
			if (op->mask[0] | op->mask[1] | op->mask[2] | op->mask[3])
				with_masks++;
			else
				plain++;
		}
		assert_int_equal(kept, other.ops);
		check_forms(&s);
	}
	assert_in_range(with_masks, SEEDS, SEEDS * 20);
	assert_in_range(plain, SEEDS, SEEDS * 20);
}

static void test_generated_registers(void **state)
{
	unsigned ops[OP_COUNT] = { 0 }, unaligned = 0, beyond = 0, cleared = 0;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		scenario_generate(&s, seed, GENERATE_KEEP_PROMISES | GENERATE_REGISTERS, NULL);
		assert_int_equal(count(&s, OP_DESCRIPTOR), 0);
		for (unsigned i = 0; i < s.ops; i++) {
			const struct scenario_op *op = &s.op[i];

			ops[op->code]++;
			cleared += op->code == OP_PRS && op->how & SCENARIO_PRS_CLEAR;
			if (op->code != OP_HEAD && op->code != OP_TAIL)
				continue;
			unaligned += scenario_op_value(op) % 32 != 0;
			beyond += scenario_op_value(op) / 32 >= 1u << s.unit[op->device].ring_order;
		}
		check_forms(&s);
	}
	assert_in_range(ops[OP_HEAD], SEEDS / 2, SEEDS * 5);
	assert_in_range(ops[OP_TAIL], SEEDS / 2, SEEDS * 5);
	assert_in_range(ops[OP_QUEUE], SEEDS / 4, SEEDS * 5);
	assert_in_range(cleared, SEEDS / 8, SEEDS * 5);
	assert_in_range(unaligned, SEEDS / 4, SEEDS * 5);
	assert_in_range(beyond, SEEDS / 4, SEEDS * 5);
}

static bool needs_two_bits(const struct scenario *t)
{
	for (unsigned i = 0; i < t->ops; i++)
		if (t->op[i].code == OP_DESCRIPTOR && t->op[i].mask[0] & 0x200 &&
		    t->op[i].mask[2] & 1)
			return true;
	return false;
}

static unsigned run_needs_two_bits(void *ctx, struct minimize_try *candidate, unsigned count,
				   unsigned *dear)
{
	for (unsigned i = 0; i < count; i++)
		if (needs_two_bits(&candidate[i].s) && minimize_accepts(&candidate[i]))
			return i;
	return count;
}

static void test_bits_that_matter_stay(void **state)
{
	const struct minimize_ways ways = { .test = run_needs_two_bits, .budget = 10000 };
	static struct minimize_try best;
	struct minimize_progress progress;

	parse(&s, "sluice 1\ntask a: pause; descriptor d0 p1 rwx last xor0=0xff00ff00 xor1=0xff "
		  "xor2=0x3; head u0 0x20\n");
	scenario_copy(&best.s, &s);
	assert_int_equal(scenario_minimize(&best, &ways, &progress), MINIMIZE_DONE);
	scenario_copy(&s, &best.s);
	scenario_print(&s, text, sizeof(text));
	assert_non_null(strstr(text, " r last xor0=0x200 xor2=0x1\n"));
	assert_int_equal(s.ops, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_bits_of_nobody),
		cmocka_unit_test(test_too_many_descriptors),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_a_hit_spoils_one_descriptor),
		cmocka_unit_test(test_generated_when_told),
		cmocka_unit_test(test_generated_registers),
		cmocka_unit_test(test_bits_that_matter_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
