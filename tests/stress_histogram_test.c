/* SPDX-License-Identifier: GPL-2.0-only */
/* The histogram of latencies: buckets without a gap, and quantiles that err by one bucket at most. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"
#include "stress/histogram.h"

static struct histogram h;

static int setup(void **state)
{
	memset(&h, 0, sizeof(h));
	return 0;
}

static void test_buckets(void **state)
{
	static const struct {
		uint64_t value;
		unsigned bucket;
		uint64_t limit;
	} cases[] = {
		{ 0, 0, 0 },
		{ 1, 1, 1 },
		{ 63, 63, 63 },
		{ 64, 64, 65 },
		{ 65, 64, 65 },
		{ 66, 65, 67 },
		{ 127, 95, 127 },
		{ 128, 96, 131 },
		{ 131, 96, 131 },
		{ 132, 97, 135 },
		{ 1000, 190, 1007 },
		{ 1 << 20, 512, 1081343 },
		{ ~0ull >> 1, 1887, ~0ull >> 1 },
		{ ~0ull, 1919, ~0ull },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(histogram_bucket(cases[i].value), cases[i].bucket);
		assert_int_equal(histogram_limit(cases[i].bucket), cases[i].limit);
	}
	assert_int_equal(HISTOGRAM_BUCKETS, 1920);
}

/* Each bucket begins behind the one before, and none is wider than a 32nd of what is in it. */
static void test_no_gap(void **state)
{
	for (unsigned i = 1; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t first = histogram_limit(i - 1) + 1, last = histogram_limit(i);

		assert_true(first <= last);
		assert_int_equal(histogram_bucket(first), i);
		assert_int_equal(histogram_bucket(last), i);
		assert_true((last - first) <= first / HISTOGRAM_PARTS);
	}
}

static void test_empty(void **state)
{
	assert_int_equal(histogram_quantile(&h, 0), 0);
	assert_int_equal(histogram_quantile(&h, 5000), 0);
	assert_int_equal(histogram_quantile(&h, HISTOGRAM_WHOLE), 0);
}

static void test_small(void **state)
{
	for (uint64_t v = 1; v <= 50; v++)
		histogram_add(&h, v);
	assert_int_equal(h.count, 50);
	assert_int_equal(h.max, 50);
	assert_int_equal(histogram_quantile(&h, 0), 1);
	assert_int_equal(histogram_quantile(&h, 1), 1);
	assert_int_equal(histogram_quantile(&h, 200), 1);
	assert_int_equal(histogram_quantile(&h, 201), 2);
	assert_int_equal(histogram_quantile(&h, 5000), 25);
	assert_int_equal(histogram_quantile(&h, 9900), 50);
	assert_int_equal(histogram_quantile(&h, HISTOGRAM_WHOLE), 50);
}

static void test_one_value(void **state)
{
	histogram_add(&h, 123456789);
	for (unsigned part = 0; part <= HISTOGRAM_WHOLE; part += 1111)
		assert_int_equal(histogram_quantile(&h, part), 123456789);
}

static void test_outlier(void **state)
{
	for (unsigned i = 0; i < 9999; i++)
		histogram_add(&h, 10);
	histogram_add(&h, ~0ull);
	assert_int_equal(histogram_quantile(&h, 9999), 10);
	assert_int_equal(histogram_quantile(&h, HISTOGRAM_WHOLE), ~0ull);
	assert_int_equal(h.max, ~0ull);
}

/* Against a sorted list of the same values. */
static void test_error(void **state)
{
	enum { VALUES = 4000 };
	static uint64_t value[VALUES];
	uint64_t random = 1;

	for (unsigned i = 0; i < VALUES; i++) {
		unsigned at = i;
		uint64_t v = scenario_random(&random) >> (scenario_random(&random) % 64);

		histogram_add(&h, v);
		for (; at && value[at - 1] > v; at--)
			value[at] = value[at - 1];
		value[at] = v;
	}
	for (unsigned part = 1; part <= HISTOGRAM_WHOLE; part++) {
		unsigned rank = (VALUES * part + HISTOGRAM_WHOLE - 1) / HISTOGRAM_WHOLE;
		uint64_t exact = value[rank - 1], got = histogram_quantile(&h, part);

		assert_true(got >= exact);
		assert_true(got - exact <= exact / HISTOGRAM_PARTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_no_gap),
		cmocka_unit_test_setup(test_empty, setup),
		cmocka_unit_test_setup(test_small, setup),
		cmocka_unit_test_setup(test_one_value, setup),
		cmocka_unit_test_setup(test_outlier, setup),
		cmocka_unit_test_setup(test_error, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
