/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Units and devices, up and down: what the registers hold then, whatever an earlier owner left in them,
 * and what is left when something on the way fails.
 */

#include <errno.h>

#include "tests/core_contract.h"

#define GCMD 0x18
#define GSTS 0x1c
#define FSTS 0x34
#define FSTS_ERRORS 0x70
#define IQT 0x88
#define PQH 0xc0
#define PQT 0xc8
#define PQA 0xd0
#define PRS 0xdc
#define PECTL 0xe0
#define PEDATA 0xe4
#define PEADDR 0xe8
#define PEUADDR 0xec
#define PASID_CACHE 7u
#define IOTLB 2u
#define PECTL_IM BIT(31)
#define GSTS_TES BIT(31)
#define GSTS_QIES BIT(26)
#define GCMD_QIE BIT(26)
#define RTADDR_ABORT (3ull << 10)
#define ATTEMPTS 4u /* how often a descriptor is sent that is refused */

static u32 reg(unsigned unit, unsigned offset)
{
	return host_readl(host_unit_regs(unit) + offset);
}

static u64 reg64(unsigned unit, unsigned offset)
{
	return host_readq(host_unit_regs(unit) + offset);
}

/* --- Registers -------------------------------------------------------------------------------- */

/* Errors of the queue that are left, until software writes them away. */
static u64 (*real_mmio_read)(unsigned unit, u32 offset, unsigned bytes);
static u64 stale_errors;

static u64 read_stale(unsigned unit, u32 offset, unsigned bytes)
{
	u64 value = real_mmio_read(unit, offset, bytes);

	return offset == FSTS ? value | stale_errors : value;
}

static void leave_registers(unsigned unit)
{
	host_iomem regs = host_unit_regs(unit);

	host_writeq(0x40, regs + PQH);
	host_writeq(0x40, regs + PQT);
	host_writel(1, regs + PEDATA);
	host_writel(0xfee00000, regs + PEADDR);
	host_writel(1, regs + PEUADDR);
	if (host_backend.mmio_read != read_stale)
		real_mmio_read = host_backend.mmio_read;
	host_backend.mmio_read = read_stale;
	stale_errors = FSTS_ERRORS;
}

static void want_up(unsigned unit)
{
	unsigned order = host_unit_prq_order(unit);

	WANT(reg(unit, GSTS) & GSTS_TES, GSTS_TES);
	WANT(reg(unit, GSTS) & GSTS_QIES, GSTS_QIES);
	WANT(reg64(unit, PQH), 0);
	WANT(reg64(unit, PQT), 0);
	WANT(reg64(unit, PQA) & 7, order > 7 ? order - 7 : 0);
	WANT(host_bus_to_virt(reg64(unit, PQA) & GENMASK_ULL(63, 12)) != NULL, 1);
	WANT(reg(unit, PRS), 0);
	WANT(reg(unit, PECTL), 0);
	WANT(reg(unit, PEDATA), host_unit_prq_irq(unit));
	WANT(reg(unit, PEADDR), 0);
	WANT(reg(unit, PEUADDR), 0);
	WANT(reg(unit, FSTS), 0);
	/* Whatever was cached before is flushed: of all domains, and all in each. */
	WANT(descriptor_of(unit, PASID_CACHE) ? (long)*descriptor_of(unit, PASID_CACHE) : 0,
	     PASID_CACHE | 3 << 4);
	WANT(descriptor_of(unit, IOTLB) ? (long)*descriptor_of(unit, IOTLB) : 0,
	     IOTLB | 1 << 4 | BIT(6) | BIT(7));
}

static void want_down(unsigned unit)
{
	WANT(reg(unit, GSTS) & GSTS_TES, 0);
	WANT(reg(unit, GSTS) & GSTS_QIES, 0);
	WANT(reg64(unit, DMAR_RTADDR) & RTADDR_ABORT, RTADDR_ABORT);
	WANT(reg64(unit, PQH), 0);
	WANT(reg64(unit, PQT), 0);
	WANT(reg64(unit, PQA), 0);
	WANT(reg(unit, PRS), 0);
	WANT(reg(unit, FSTS), 0);
}

/* The queue does not start with an error of before. */
static void watch_commands(unsigned unit, u32 offset, u64 value)
{
	if (offset == FSTS)
		stale_errors &= ~value;
	if (offset == GCMD && value & GCMD_QIE && !(reg(unit, GSTS) & GSTS_QIES))
		check("errors", reg(unit, FSTS), 0);
}

static int ask_enable(unsigned unit)
{
	int err;

	done = true;
	leave_registers(unit);
	watch_writes(watch_commands);
	err = real->unit_enable(unit);
	watch_writes(NULL);
	want_up(unit);
	return err;
}

/* A completion that nobody waits for comes at the very end. */
static void complete_late(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT)
		model_inject_qi_error(unit, QI_ICE);
}

static int ask_finish(unsigned unit)
{
	int err;

	watch_writes(complete_late);
	err = real->unit_finish(unit);
	watch_writes(NULL);
	want_down(unit);
	WANT(reg(unit, PECTL) & PECTL_IM, PECTL_IM);
	return err;
}

static void test_registers(void **state)
{
	static const char *const rings[] = { "8", "64", "128", "256", "2048" };

	asked.unit_enable = ask_enable;
	asked.unit_finish = ask_finish;
	for (size_t i = 0; i < ARRAY_SIZE(rings); i++) {
		char text[256];

		snprintf(text, sizeof(text),
			 "sluice 1\nunit u0 ring=%s\nspace A\n"
			 "task a: bind d0 A as p1; request d0 p1 last; stop d0 p1; unbind d0 p1;"
			 " finish u0; start u0; finish u0; start u0\n",
			 rings[i]);
		parse(text);
		run_once(NULL);
	}
}

/* --- Requester ids ---------------------------------------------------------------------------- */

/* At both ends of the root table, of its halves, and of a context table. */
static void test_requesters(void **state)
{
	static const char *const pairs[][2] = {
		{ "00:00.1", "ff:1f.7" }, { "00:0f.7", "00:10.0" }, { "01:10.0", "80:0f.7" },
		{ "fe:1f.7", "ff:00.0" }, { "7f:1f.7", "00:1f.7" }, { "02:08.0", "01:08.0" },
	};

	asked.unit_enable = ask_enable;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		char text[512];

		snprintf(
			text, sizeof(text),
			"sluice 1\ndevice d0 rid=%s\ndevice d1 rid=%s\nspace A B\n"
			"task a: bind d0 A as p1; bind d1 B as p1; request d0 p1 rw last;"
			" request d1 p1 w last; settle d0 p1; settle d1 p1; translate d0 p1 r;"
			" stop d0 p1; stop d1 p1; unbind d0 p1; unbind d1 p1; detach d0; attach d0;"
			" rid d0 A; request d0 none last; stop d0 none; rid d0 none;"
			" finish u0; start u0\n",
			pairs[i][0], pairs[i][1]);
		parse(text);
		run_once(NULL);
	}
}

/* --- Failures --------------------------------------------------------------------------------- */

/* Fair, but for the one allocation that fails. */
static struct {
	struct chooser base;
	unsigned fail, allocations; /* which fails, from 1; how many there were */
} foe;

static unsigned meddle(struct chooser *self, const struct decision *d, bool *exhausted)
{
	return d->kind == CHOOSE_ALLOC && ++foe.allocations == foe.fail;
}

static int enable_again(unsigned unit)
{
	int err = real->unit_enable(unit);

	done = true;
	if (!err)
		return 0;
	WANT(err, -ENOMEM);
	return real->unit_enable(unit);
}

static int attach_again(unsigned unit, struct host_pci_dev *dev)
{
	int err = real->device_attach(unit, dev);

	if (!err)
		return 0;
	WANT(err, -ENOMEM);
	WANT(dev->pasid_enabled || dev->ats_enabled || dev->pri_enabled, false);
	return real->device_attach(unit, dev);
}

static int bind_again(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
		      u32 *pasid)
{
	int err = real->bind(dev, space, flags, pasid);

	if (!err)
		return 0;
	WANT(err, -ENOMEM);
	return real->bind(dev, space, flags, pasid);
}

static void test_allocations(void **state)
{
	asked.unit_enable = enable_again;
	asked.device_attach = attach_again;
	asked.bind = bind_again;
	foe.base.choose = meddle;
	parse("sluice 1\nworld alloc=fails\nunit u0 event=every-request\nspace A\n"
	      "task a: finish u0; start u0; bind d0 A as p1; request d0 p1 group=1;"
	      " request d0 p1 group=1 last; stop d0 p1; unbind d0 p1; finish u0; start u0\n");
	for (foe.fail = 1; foe.fail == 1 || foe.allocations >= foe.fail; foe.fail++) {
		foe.allocations = 0;
		run_once(&foe.base);
	}
	assert_in_range(foe.fail, 12, 40);
}

static bool nobody(unsigned irq, void *data)
{
	return true;
}

/* The first descriptor of each submission is refused, for as many as these. */
static unsigned refusals;

static void refuse(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT && reg(unit, GSTS) & GSTS_QIES && refusals) {
		refusals--;
		model_inject_qi_error(unit, QI_IQE);
	}
}

static int enable_refused(unsigned unit)
{
	if (!done) {
		done = true;
		return real->unit_enable(unit);
	}
	watch_writes(refuse);
	refusals = ATTEMPTS;
	WANT(real->unit_enable(unit), -EINVAL);
	WANT(refusals, 0);
	WANT(reg(unit, GSTS) & (GSTS_QIES | GSTS_TES), 0);
	refusals = ATTEMPTS - 1;
	return real->unit_enable(unit);
}

/* Another driver has the interrupt. */
static int enable_taken(unsigned unit)
{
	unsigned irq = host_unit_prq_irq(unit);

	if (!done) {
		done = true;
		return real->unit_enable(unit);
	}
	WANT(host_request_threaded_irq(irq, nobody, "test", NULL), 0);
	WANT(real->unit_enable(unit), -EBUSY);
	host_free_irq(irq);
	want_down(unit);
	return real->unit_enable(unit);
}

static int finish_refused(unsigned unit)
{
	refusals = before_write ? ATTEMPTS : 0;
	WANT(real->unit_finish(unit), before_write ? -EINVAL : 0);
	WANT(refusals, 0);
	if (!before_write)
		return 0;
	WANT(reg(unit, GSTS) & GSTS_QIES, GSTS_QIES);
	refusals = ATTEMPTS - 1;
	return real->unit_finish(unit);
}

static void test_refused(void **state)
{
	asked.unit_enable = enable_refused;
	asked.unit_finish = finish_refused;
	before_write = NULL;
	parse("sluice 1\nspace A\ntask a: finish u0; start u0; bind d0 A as p1; request d0 p1 last;"
	      " stop d0 p1; unbind d0 p1\n");
	run_once(NULL);
}

static void test_taken(void **state)
{
	asked.unit_enable = enable_taken;
	parse("sluice 1\nspace A\ntask a: finish u0; start u0\n");
	run_once(NULL);
}

/* A device whose entry can't be flushed out of the context cache is not detached. */
static int detach_refused(struct host_pci_dev *dev)
{
	done = true;
	refusals = ATTEMPTS;
	watch_writes(refuse);
	WANT(real->device_detach(dev), -EINVAL);
	watch_writes(NULL);
	return real->device_detach(dev);
}

static void test_detach_refused(void **state)
{
	asked.device_detach = detach_refused;
	parse("sluice 1\nspace A\ntask a: detach d0\n");
	run_once(NULL);
}

/* Two devices that are the first below their part of the root table, at the same time. */
static unsigned absent; /* mask: the setup has only been told that they are attached */

static int attach_later(unsigned unit, struct host_pci_dev *dev)
{
	if (absent >> dev->id & 1)
		return 0;
	done = true;
	return real->device_attach(unit, dev);
}

static int detach_first(struct host_pci_dev *dev)
{
	bool was_absent = absent >> dev->id & 1;

	absent &= ~(1u << dev->id);
	return was_absent ? 0 : real->device_detach(dev);
}

static void test_two_attached(void **state)
{
	asked.device_attach = attach_later;
	asked.device_detach = detach_first;
	parse("sluice 1\nunit u0 ring=8\ndevice d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A B\n"
	      "task a: detach d0; attach d0; bind d0 A as p1; request d0 p1 last; stop d0 p1; "
	      "unbind d0 p1\n"
	      "task b: detach d1; attach d1; bind d1 B as p2; request d1 p2 last; stop d1 p2; "
	      "unbind d1 p2\n");
	for (unsigned seed = 0; seed < SCHEDULES; seed++) {
		struct chooser_random random;

		absent = 3;
		chooser_random_init(&random, seed, DECISIONS);
		run_once(&random.base);
	}
}

/* One error of the queue, seen by two who wait, fails one of them. */
static unsigned failures;

static int unbind_counted(struct host_pci_dev *dev, u32 pasid)
{
	int err = real->unbind(dev, pasid);

	done = true;
	failures += err != 0;
	return err;
}

static void test_one_error(void **state)
{
	asked.unbind = unbind_counted;
	parse("sluice 1\ndevice d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A\n"
	      "task a: bind d0 A as p1; unbind d0 p1\ntask b: bind d1 A as p2; unbind d1 p2\n"
	      "task c: pause; inject u0 iqe\n");
	for (unsigned seed = 0; seed < 10 * SCHEDULES; seed++) {
		struct chooser_random random;
		struct chooser_pct pct;

		failures = 0;
		chooser_random_init(&random, seed, DECISIONS);
		chooser_pct_init(&pct, seed, DECISIONS, 2 + seed % 4);
		run_once(seed & 1 ? &pct.base : &random.base);
		assert_in_range(failures, 0, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_registers, set_up),
		cmocka_unit_test_setup(test_requesters, set_up),
		cmocka_unit_test_setup(test_allocations, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
		cmocka_unit_test_setup(test_taken, set_up),
		cmocka_unit_test_setup(test_detach_refused, set_up),
		cmocka_unit_test_setup(test_two_attached, set_up),
		cmocka_unit_test_setup(test_one_error, set_up),
	};

	run_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
