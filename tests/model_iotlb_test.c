/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOTLB: which kind of invalidation takes which entries, and entries that serve others' pages. */

#include "tests/model_driver.h"

#define PIOTLB(g, did, pasid) (DESC_PIOTLB | (g) << 4 | (u64)(did) << 16 | (u64)(pasid) << 32)
#define IOTLB(g, did) (DESC_IOTLB | (g) << 4 | (u64)(did) << 16)

static unsigned cached(u32 pasid)
{
	unsigned n = 0;

	for (u32 i = 0; i < model.unit[0].iotlb_count; i++)
		n += model.unit[0].iotlb[i].pasid == pasid;
	return n;
}

static void touch(u32 pasid, u64 page)
{
	host_backend.space_fault(model_space(pasid - 1), page << 12, 0);
	model_translate(0, pasid, page, false);
}

/* PASID 1: first stage, PASID 2: second stage; pages 4 and 5 of each. */
static void start_filled(void)
{
	u64 *entry;

	drv_setup();
	entry = drv.table + 2 * 8;
	entry[0] = PASID_P | PGTT_SECOND << 6 | model_space(1)->pgd;
	for (u64 page = 4; page < 6; page++) {
		touch(1, page);
		touch(2, page);
	}
	assert_int_equal(cached(1), 2);
	assert_int_equal(cached(2), 2);
}

/* VT-d 6.5.2.3 and 6.5.2.4, tables 23 and 24. */
static void by_stage(void **state)
{
	static const struct {
		u64 qw[2];
		unsigned first, second; /* entries left */
	} row[] = {
		{ { PIOTLB(2, DID, 1), 0 }, 0, 2 },
		{ { PIOTLB(2, DID + 1, 2), 0 }, 2, 0 },
		{ { PIOTLB(3, DID, 1), WIRE_PAGE(0, 4) << 12 }, 1, 2 },
		{ { PIOTLB(3, DID + 1, 2), WIRE_PAGE(0, 4) << 12 }, 2, 2 },
		{ { IOTLB(2, DID), 0 }, 0, 2 },
		{ { IOTLB(2, DID + 1), 0 }, 2, 0 },
		{ { IOTLB(3, DID), WIRE_PAGE(0, 4) << 12 }, 0, 2 },
		{ { IOTLB(3, DID + 1), WIRE_PAGE(0, 4) << 12 }, 2, 1 },
		{ { IOTLB(1, 0), 0 }, 0, 0 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		start_filled();
		drv_queue(row[i].qw[0], row[i].qw[1]);
		drv_submit();
		drv_settle(NULL);
		assert_int_equal(cached(1), row[i].first);
		assert_int_equal(cached(2), row[i].second);
	}
}

/* The tags come back with other tables: the domain id to whoever has it next, the PASID to a device. */
static void other_tables(void **state)
{
	for (unsigned row = 0; row < 4; row++) {
		bool flushed = row & 1;

		start_filled();
		drv_bind_tables(1, 1, row & 2 ? DID + 7 : DID);
		drv_pasid_inv(1, DID, 1);
		if (flushed)
			drv_piotlb(DID, 1);
		drv_submit();
		drv_settle(NULL);
		model_translate(0, 1, 4, false);
		assert_int_equal(drv_count(EV_FOREIGN_HIT), !flushed);
	}
	assert_int_equal(cached(1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_stage),
		cmocka_unit_test(other_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
