/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What the drain core makes of a page request: which it serves, with which rights, and whose group a bad
 * one spoils. Judged by the response codes, in order, and the page faults that are done.
 */

#include <errno.h>

#include "tests/core_contract.h"

#define OK 0
#define INVALID 1
#define CODES_MAX 16
#define PQA 0xd0
#define PRS 0xdc
#define SLOTS 8
#define SLOT_WORDS 4
#define PAGE_REQUEST 1

struct seen {
	unsigned code[CODES_MAX], codes;
	unsigned rights[CODES_MAX], faults;
};

static struct seen seen_in_run(void)
{
	struct seen seen = { 0 };
	const struct event *e;
	u32 count, dropped;

	e = engine_events(&count, &dropped);
	for (u32 i = 0; i < count; i++) {
		if (e[i].kind == EV_RESP_SENT && seen.codes < CODES_MAX)
			seen.code[seen.codes++] = e[i].d & 0xff;
		if (e[i].kind == EV_SPACE_FAULT && seen.faults < CODES_MAX)
			seen.rights[seen.faults++] = (unsigned)e[i].c;
	}
	return seen;
}

static struct seen run_to_see(struct chooser *chooser)
{
	struct run_result result;

	run_scenario(&scenario, &image, chooser, &result);
	return seen_in_run();
}

/* --- Rights ----------------------------------------------------------------------------------- */

static void test_rights(void **state)
{
	static const struct {
		const char *word;
		unsigned code, rights;
	} rows[] = {
		{ "r", OK, HOST_FAULT_USER | HOST_FAULT_READ },
		{ "w", OK, HOST_FAULT_USER | HOST_FAULT_WRITE },
		{ "rw", OK, HOST_FAULT_USER | HOST_FAULT_READ | HOST_FAULT_WRITE },
		{ "wx", OK, HOST_FAULT_USER | HOST_FAULT_WRITE },
		{ "rx", INVALID, 0 },
		{ "rwx", INVALID, 0 },
		{ "r priv", INVALID, 0 },
		{ "w priv", INVALID, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[256];
		struct seen seen;

		snprintf(text, sizeof(text),
			 "sluice 1\nspace A\ntask a: bind d0 A as p1; request d0 p1 %s last;"
			 " settle d0 p1; stop d0 p1; unbind d0 p1\n",
			 rows[i].word);
		parse(text);
		seen = run_to_see(NULL);
		assert_int_equal(seen.codes, 1);
		assert_int_equal(seen.code[0], rows[i].code);
		assert_int_equal(seen.faults, rows[i].code == OK);
		assert_int_equal(seen.rights[0], rows[i].rights);
	}
}

/* --- Addresses -------------------------------------------------------------------------------- */

/* Changes what is in the ring when the event thread begins, to what the model would not send. */
static struct {
	u64 clear[2], set[2]; /* bits of its first two words */
	u64 *ring;
} forger;

static void forge(unsigned unit, u32 offset, u64 value)
{
	for (unsigned slot = 0; offset == PRS && slot < SLOTS; slot++) {
		u64 *words = &forger.ring[SLOT_WORDS * slot];

		if ((words[0] & 0xff) != PAGE_REQUEST)
			continue;
		for (unsigned i = 0; i < ARRAY_SIZE(forger.set); i++)
			words[i] = (words[i] & ~forger.clear[i]) | forger.set[i];
	}
}

static int bind_and_forge(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
			  u32 *pasid)
{
	u64 pqa = host_readq(host_unit_regs(dev->unit) + PQA);

	forger.ring = host_bus_to_virt(pqa & GENMASK_ULL(63, 12));
	watch_writes(forge);
	return real->bind(dev, space, flags, pasid);
}

static unsigned code_of(u64 addr)
{
	struct seen seen;

	forger.clear[0] = forger.set[0] = 0;
	forger.clear[1] = GENMASK_ULL(63, 12);
	forger.set[1] = addr;
	seen = run_to_see(NULL);
	assert_int_equal(seen.codes, 1);
	return seen.code[0];
}

/* Bits 63 to 47 are all alike, or the address means nothing. */
static void test_addresses(void **state)
{
	asked.bind = bind_and_forge;
	parse("sluice 1\nunit u0 ring=8\nspace A\ntask a: bind d0 A as p1; request d0 p1 last;"
	      " settle d0 p1; stop d0 p1; unbind d0 p1\n");
	assert_int_equal(code_of(0x0000000000010000), OK);
	assert_int_equal(code_of(0x00007ffffffff000), OK);
	assert_int_equal(code_of(0xffff800000000000), OK);
	assert_int_equal(code_of(0xfffffffffffff000), OK);
	assert_int_equal(code_of(0x0000800000000000), INVALID);
	assert_int_equal(code_of(0xffff7ffffffff000), INVALID);
	assert_int_equal(code_of(0xffff000000000000), INVALID);
	assert_int_equal(code_of(0x8000000000000000), INVALID);
}

/* --- Names ------------------------------------------------------------------------------------ */

#define TYPE GENMASK_ULL(7, 0)
#define PASID_PRESENT BIT_ULL(8)
#define RID GENMASK_ULL(31, 16)
#define PASID GENMASK_ULL(51, 32)

static struct seen forged(u64 clear, u64 set)
{
	forger.clear[0] = clear;
	forger.set[0] = set;
	forger.clear[1] = forger.set[1] = 0;
	return run_to_see(NULL);
}

static void want_invalid(u64 clear, u64 set)
{
	struct seen seen = forged(clear, set);

	assert_int_equal(seen.codes, 1);
	assert_int_equal(seen.code[0], INVALID);
	assert_int_equal(seen.faults, 0);
}

/* What belongs to no life gets Invalid Request; what is no page request gets nothing. */
static void test_names(void **state)
{
	asked.bind = bind_and_forge;
	parse("sluice 1\nunit u0 ring=8\nspace A\ntask a: rid d0 A; bind d0 A as p1;"
	      " request d0 p1 last; settle d0 p1; drain d0 p1; unbind d0 p1; rid d0 none\n");
	assert_int_equal(forged(0, 0).code[0], OK);
	want_invalid(PASID, 0);
	want_invalid(PASID, 2ull << 32);
	want_invalid(PASID, 63ull << 32);
	want_invalid(PASID, 64ull << 32);
	want_invalid(PASID, 65ull << 32);
	want_invalid(PASID, 0xfffffull << 32);
	want_invalid(RID, 0xffull << 16);
	/* Without PASID: another life of the device. */
	assert_int_equal(forged(PASID | PASID_PRESENT, 0).code[0], OK);
	assert_int_equal(forged(TYPE, 2).codes, 0);
}

/* Requests without PASID are served as any others. */
static void test_without(void **state)
{
	struct seen seen;

	parse("sluice 1\nspace A\ntask a: rid d0 A; request d0 none w last; settle d0 none;"
	      " stop d0 none; rid d0 none\n");
	seen = run_to_see(NULL);
	assert_int_equal(seen.codes, 1);
	assert_int_equal(seen.code[0], OK);
	assert_int_equal(seen.rights[0], HOST_FAULT_USER | HOST_FAULT_WRITE);
}

/* --- Responses -------------------------------------------------------------------------------- */

#define IQT 0x88

static unsigned refusals;

static void refuse(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT && refusals) {
		refusals--;
		model_inject_qi_error(unit, QI_IQE);
	}
}

static int bind_and_refuse(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
			   u32 *pasid)
{
	int err = real->bind(dev, space, flags, pasid);

	watch_writes(refuse);
	return err;
}

/* One that the queue refuses is sent again, three times; then there is a warning. */
static void test_refused(void **state)
{
	asked.bind = bind_and_refuse;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; request d0 p1 last; settle d0 p1;"
	      " unbind d0 p1\n");
	for (unsigned count = 0; count < 5; count++) {
		struct seen seen;

		refusals = count;
		seen = run_to_see(NULL);
		assert_int_equal(seen.codes, count < 4);
		assert_int_equal(events(EV_WARN), count == 4);
		assert_int_equal(events(EV_QI_ERROR), count);
	}
}

/* --- Groups ----------------------------------------------------------------------------------- */

/* A bad part spoils its own group, once. */
static void spoil(unsigned group, unsigned other)
{
	char text[512];
	struct seen seen;

	snprintf(
		text, sizeof(text),
		"sluice 1\nunit u0 event=every-request\nspace A\n"
		"task a: bind d0 A as p1; request d0 p1 group=%u priv; request d0 p1 group=%u last;"
		" settle d0 p1; request d0 p1 group=%u last; settle d0 p1;"
		" request d0 p1 group=%u last; stop d0 p1; unbind d0 p1\n",
		group, other, group, group);
	parse(text);
	seen = run_to_see(NULL);
	if (seen.codes != 3 || seen.code[0] != OK || seen.code[1] != INVALID || seen.code[2] != OK)
		fail_msg("group %u beside %u: expected 0 1 0, found %u %u %u", group, other,
			 seen.code[0], seen.code[1], seen.code[2]);
}

static void test_spoiled(void **state)
{
	for (unsigned group = 0; group<512; group += group % 64> 1 && group % 64 < 60 ? 29 : 1) {
		spoil(group, group ^ 1);
		spoil(group, group ^ 63);
		spoil(group, group ^ 64);
		spoil(group, (group + 1) % 512);
	}
}

/* A drain forgets what was bad, as it forgets the parts. */
static void test_drain_forgets(void **state)
{
	struct seen seen;

	parse("sluice 1\nunit u0 event=every-request\nspace A\n"
	      "task a: bind d0 A as p1; request d0 p1 group=7 priv; drain d0 p1;"
	      " request d0 p1 group=7 last; stop d0 p1; unbind d0 p1\n");
	seen = run_to_see(NULL);
	assert_int_equal(seen.codes, 1);
	assert_int_equal(seen.code[0], OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rights, set_up),
		cmocka_unit_test_setup(test_addresses, set_up),
		cmocka_unit_test_setup(test_names, set_up),
		cmocka_unit_test_setup(test_without, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
		cmocka_unit_test_setup(test_spoiled, set_up),
		cmocka_unit_test_setup(test_drain_forgets, set_up),
	};

	run_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
