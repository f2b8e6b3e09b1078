/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_CORE_CONTRACT_H
#define SLUICE_TESTS_CORE_CONTRACT_H

/*
 * For tests that ask the core what no scenario asks. A scenario makes a driver task; a test puts its own
 * function in the place of an operation of the core, and there calls the core's (real->...) as it likes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/backend.h"
#include "host/engine.h"
#include "model/model.h"
#include "run/chooser.h"
#include "run/run.h"
#include "tests/core_under_test.h"

#define SCHEDULES 300
#define DECISIONS 100

static struct scenario scenario;
static const struct sut *real;
static struct sut asked;
static struct sut_image image;
static char wrong[256]; /* the first answer that is not the one */
static bool done;       /* the questions were asked */

static inline void check(const char *call, long got, long expected)
{
	/* Many operations in one are no livelock. */
	engine_progress();
	if (got != expected && !wrong[0])
		snprintf(wrong, sizeof(wrong), "%s: expected %ld, found %ld", call, expected, got);
}

#define WANT(call, expected) check(#call, (call), (expected))

static inline void parse(const char *text)
{
	struct scenario_error error;

	if (scenario_parse(&scenario, text, strlen(text), &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.text);
}

static inline unsigned events(unsigned kind)
{
	const struct event *e;
	u32 count, dropped;
	unsigned sum = 0;

	e = engine_events(&count, &dropped);
	for (u32 i = 0; i < count; i++)
		sum += e[i].kind == kind;
	return sum;
}

/* All questions asked, all answers right, no warning, and nothing left behind. */
static inline void run_once(struct chooser *chooser)
{
	struct run_result result;

	wrong[0] = '\0';
	done = false;
	run_scenario(&scenario, &image, chooser, &result);
	if (wrong[0])
		fail_msg("%s", wrong);
	if (result.verdict != RUN_CLEAN)
		fail_msg("%s %s", run_verdict_word(&result),
			 result.finding ? result.finding->detail : result.reason);
	assert_true(done);
	assert_int_equal(events(EV_WARN), 0);
	for (unsigned space = 0; space < scenario.spaces; space++)
		assert_int_equal(model_space(space)->users, 0);
	for (unsigned dev = 0; dev < scenario.devices; dev++) {
		const struct host_pci_dev *pci = model_pci_dev(dev);

		assert_false(pci->pasid_enabled || pci->ats_enabled || pci->pri_enabled);
	}
}

static inline void run_many(void)
{
	for (unsigned seed = 0; seed < SCHEDULES; seed++) {
		struct chooser_random random;
		struct chooser_pct pct;

		chooser_random_init(&random, seed, DECISIONS);
		chooser_pct_init(&pct, seed, DECISIONS, 1 + seed % 4);
		run_once(seed & 1 ? &pct.base : &random.base);
	}
}

static inline int set_up(void **state)
{
	real = core_under_test()->ops;
	image = *core_under_test();
	asked = *real;
	image.ops = &asked;
	return 0;
}

/* --- What hardware finds: registers, tables (9.1 to 9.6), descriptors (6.5.2) ------------------- */

#define TABLE_PTR GENMASK_ULL(63, 12)
#define DMAR_RTADDR 0x20
#define DMAR_IQA 0x90

static inline u64 *table_at(u64 pointer)
{
	return host_bus_to_virt(pointer & TABLE_PTR);
}

static inline u64 *context_of(const struct host_pci_dev *dev)
{
	u64 *root = table_at(host_readq(host_unit_regs(dev->unit) + DMAR_RTADDR));

	return table_at(root[dev->rid >> 7]) + 4 * (dev->rid & 0x7f);
}

static inline u64 entry_of(const struct host_pci_dev *dev, u32 pasid)
{
	return table_at(*table_at(*context_of(dev)))[8 * pasid];
}

/* The last descriptor of this type that was carried out; NULL if there was none. */
static inline const u64 *descriptor_of(unsigned unit, unsigned type)
{
	u64 *queue = table_at(host_readq(host_unit_regs(unit) + DMAR_IQA));
	const struct event *e;
	u32 count, dropped;

	e = engine_events(&count, &dropped);
	while (count--) {
		if (e[count].kind == EV_QI_EXEC && e[count].a == unit &&
		    (e[count].c & 0xff) == type)
			return queue + 4 * e[count].b;
	}
	return NULL;
}

/* --- Calls on the way of register accesses -------------------------------------------------------- */

static void (*real_mmio_write)(unsigned unit, u32 offset, unsigned bytes, u64 value);

/* From a hook on, until the end of the run: @before comes ahead of each write of a register. */
static void (*before_write)(unsigned unit, u32 offset, u64 value);

static inline void watched_write(unsigned unit, u32 offset, unsigned bytes, u64 value)
{
	if (before_write)
		before_write(unit, offset, value);
	real_mmio_write(unit, offset, bytes, value);
}

static inline void watch_writes(void (*before)(unsigned unit, u32 offset, u64 value))
{
	before_write = before;
	if (host_backend.mmio_write == watched_write)
		return;
	real_mmio_write = host_backend.mmio_write;
	host_backend.mmio_write = watched_write;
}

#endif
