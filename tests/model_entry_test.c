/* SPDX-License-Identifier: GPL-2.0-only */

/* What the tables in memory say of a PASID, caches aside: model_audit_entry(). */

#include "tests/model_driver.h"

/* What is told of d0's @pasid where @space is wanted: the space found, or -1 for nothing to tell. */
static int told(u32 pasid, unsigned space)
{
	unsigned from = drv.events;

	model_audit_entry(0, pasid, space);
	if (drv.events == from)
		return -1;
	assert_int_equal(drv.events, from + 1);
	assert_int_equal(drv.event[from].kind, EV_ENTRY);
	assert_int_equal(drv.event[from].b, pasid);
	assert_int_equal(drv.event[from].d, space);
	return (int)drv.event[from].c;
}

static void as_wanted(void **state)
{
	drv_setup();
	assert_int_equal(told(1, 0), -1);
	assert_int_equal(told(2, 1), -1);
	assert_int_equal(told(3, MODEL_NO_SPACE), -1);
}

static void otherwise(void **state)
{
	drv_setup();
	assert_int_equal(told(1, MODEL_NO_SPACE), 0);
	assert_int_equal(told(1, 1), 0);
	assert_int_equal(told(3, 1), MODEL_NO_SPACE);
	drv.table[1 * 8 + 2] = 0x1000;
	assert_int_equal(told(1, 0), MODEL_OTHER_SPACE);
	drv.table[2 * 8] = 0;
	assert_int_equal(told(2, 1), MODEL_NO_SPACE);
}

/* An entry that is cached, and taken away, is not there. */
static void past_the_caches(void **state)
{
	drv_setup();
	model_translate(0, 1, 1, false);
	drv_settle(NULL);
	assert_true(drv_count(EV_CACHE_FILL) > 0);
	drv.table[1 * 8] = 0;
	assert_int_equal(told(1, MODEL_NO_SPACE), -1);
	assert_int_equal(told(1, 0), MODEL_NO_SPACE);
}

static void no_pasid(void **state)
{
	drv_setup();
	assert_int_equal(told(MODEL_NO_PASID, MODEL_NO_SPACE), -1);
	drv.context[(RID0 & 0x7f) * 4 + 1] = 2; /* RID_PASID */
	assert_int_equal(told(MODEL_NO_PASID, 1), -1);
	drv.context[(RID0 & 0x7f) * 4] = 0;
	assert_int_equal(told(MODEL_NO_PASID, 1), MODEL_NO_SPACE);
	assert_int_equal(told(1, 0), MODEL_NO_SPACE);
}

static void without_translation(void **state)
{
	drv_setup();
	host_writel(GCMD_QIE, REG(0x18));
	assert_int_equal(told(1, 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_wanted),           cmocka_unit_test(otherwise),
		cmocka_unit_test(past_the_caches),     cmocka_unit_test(no_pasid),
		cmocka_unit_test(without_translation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
