/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What the drain core answers to what no scenario asks: numbers out of range, devices that are not
 * there, units that are up already. A scenario makes a driver task, in whose operations the questions
 * stand; the run around them must be clean all the same.
 */

#include <errno.h>

#include "tests/core_contract.h"

#define IQT 0x88
#define PASID_CACHE 7u /* type of descriptor */
#define PRS_PRO BIT(1)
#define DMAR_PRS 0xdc
#define DOMAINS 8u
#define ATTEMPTS 4u /* how often a device is asked that does not answer */
#define NUMBERS 64u /* of a device; the first is for requests without PASID */

/* --- Numbers ---------------------------------------------------------------------------------- */

static int bind(struct host_pci_dev *dev, struct host_space *space, u32 number)
{
	return real->bind(dev, space, 0, &number);
}

/* The number that was picked, or an error. */
static int bind_any(struct host_pci_dev *dev, struct host_space *space)
{
	u32 number = 0;
	int err = real->bind(dev, space, 0, &number);

	return err ? err : (int)number;
}

/* p1 of the device is bound meanwhile. */
static int ask_numbers(struct host_pci_dev *dev, u32 pasid)
{
	struct host_space *space = model_space(0);

	done = true;
	WANT(bind(dev, space, NUMBERS), -EINVAL);
	WANT(bind(dev, space, NUMBERS + 1), -EINVAL);
	WANT(bind(dev, space, pasid), -EBUSY);
	for (unsigned number = 2; number < NUMBERS; number++)
		WANT(bind_any(dev, space), (long)number);
	WANT(bind_any(dev, space), -EBUSY);
	WANT(bind(dev, space, NUMBERS - 1), -EBUSY);
	WANT(real->drain(dev, NUMBERS - 1), 0);
	for (unsigned number = 2; number < NUMBERS; number++)
		WANT(real->unbind(dev, number), 0);
	WANT(bind(dev, space, NUMBERS - 1), 0);
	model_translate(dev->id, NUMBERS - 1, 1, false);
	WANT(real->unbind(dev, NUMBERS - 1), 0);
	WANT(real->unbind(dev, 0), -EINVAL);
	WANT(real->unbind(dev, 2), -EINVAL);
	WANT(real->unbind(dev, NUMBERS), -EINVAL);
	WANT(real->unbind(dev, NUMBERS + 1), -EINVAL);
	WANT(real->drain(dev, 0), -EINVAL);
	WANT(real->drain(dev, 2), -EINVAL);
	WANT(real->drain(dev, NUMBERS), -EINVAL);
	WANT(real->drain(dev, NUMBERS + 1), -EINVAL);
	return real->drain(dev, pasid);
}

/* Of a device that has no life yet. */
static int ask_first_number(struct host_pci_dev *dev, u32 pasid)
{
	struct host_pci_dev *other = model_pci_dev(0);

	done = true;
	WANT(bind_any(other, model_space(0)), 1);
	WANT(real->unbind(other, 1), 0);
	return real->drain(dev, pasid);
}

static void test_first_number(void **state)
{
	asked.drain = ask_first_number;
	parse("sluice 1\ndevice d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A\n"
	      "task a: bind d1 A as p1; drain d1 p1; unbind d1 p1\n");
	run_once(NULL);
}

/* A unit tells so many address spaces apart. */
static int ask_domains(struct host_pci_dev *dev, u32 pasid)
{
	struct host_space spaces[DOMAINS] = { 0 };

	done = true;
	for (unsigned i = 0; i < DOMAINS; i++)
		spaces[i] = (struct host_space){ .users = 1, .pgd = 0x6000000000 + i * 0x1000 };
	/* One is the space's of p1; an error gives back what was had for it. */
	for (unsigned i = 0; i < DOMAINS - 1; i++) {
		WANT(bind(dev, &spaces[i], pasid), -EBUSY);
		WANT(bind(dev, &spaces[i], 10 + i), 0);
		WANT(bind(dev, &spaces[i], 30 + i), 0);
	}
	WANT(bind(dev, &spaces[DOMAINS - 1], 9), -ENOSPC);
	WANT(real->unbind(dev, 30), 0);
	WANT(bind(dev, &spaces[DOMAINS - 1], 9), -ENOSPC);
	WANT(real->unbind(dev, 10), 0);
	WANT(bind(dev, &spaces[DOMAINS - 1], 9), 0);
	WANT(bind(dev, &spaces[0], 10), -ENOSPC);
	WANT(real->unbind(dev, 9), 0);
	for (unsigned i = 1; i < DOMAINS - 1; i++) {
		WANT(real->unbind(dev, 10 + i), 0);
		WANT(real->unbind(dev, 30 + i), 0);
	}
	for (unsigned i = 0; i < DOMAINS; i++)
		WANT(spaces[i].users, 1);
	return real->drain(dev, pasid);
}

static void test_domains(void **state)
{
	asked.drain = ask_domains;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; drain d0 p1; unbind d0 p1\n");
	run_once(NULL);
}

static void test_numbers(void **state)
{
	asked.drain = ask_numbers;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; drain d0 p1; unbind d0 p1\n");
	run_once(NULL);
}

/* Requests without PASID have a place of their own, which unbind does not reach. */
static int ask_rid(struct host_pci_dev *dev, u32 pasid)
{
	done = true;
	WANT(real->unbind(dev, 0), -EINVAL);
	WANT(real->drain(dev, 0), 0);
	WANT(real->rid_attach(dev, model_space(1)), -ESRCH);
	WANT(bind(dev, model_space(1), 2), -ESRCH);
	WANT(real->drain(dev, 0), 0);
	return real->drain(dev, pasid);
}

static void test_rid(void **state)
{
	asked.drain = ask_rid;
	parse("sluice 1\nspace A B\n"
	      "task a: exit B; rid d0 A; bind d0 A as p1; drain d0 p1; unbind d0 p1; rid d0 "
	      "none\n");
	run_once(NULL);
}

/* --- What is not there, or there already ------------------------------------------------------- */

static int ask_attached(struct host_pci_dev *dev, u32 pasid)
{
	done = true;
	WANT(real->device_attach(0, dev), -EBUSY);
	WANT(real->prq_enable(dev), -EBUSY);
	WANT(real->unit_enable(0), -EBUSY);
	WANT(real->unit_finish(0), -EBUSY);
	return real->drain(dev, pasid);
}

static void test_attached(void **state)
{
	asked.drain = ask_attached;
	/* The release of its space tears the life down, and warns of nothing. */
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; exit A; drain d0 p1; unbind d0 p1\n");
	run_once(NULL);
}

static int ask_detached(struct host_pci_dev *dev)
{
	int err = real->device_detach(dev);

	done = true;
	WANT(bind(dev, model_space(0), 1), -ENODEV);
	WANT(real->unbind(dev, 1), -ENODEV);
	WANT(real->drain(dev, 1), -ENODEV);
	WANT(real->rid_attach(dev, model_space(0)), -ENODEV);
	WANT(real->rid_attach(dev, NULL), -ENODEV);
	WANT(real->prq_disable(dev), -ENODEV);
	WANT(real->prq_enable(dev), -ENODEV);
	WANT(real->device_detach(dev), -ENODEV);
	return err;
}

static void test_detached(void **state)
{
	asked.device_detach = ask_detached;
	parse("sluice 1\nspace A\ntask a: detach d0; attach d0\n");
	run_once(NULL);
}

static struct host_pci_dev *below; /* a device of the unit */

static int ask_finished(unsigned unit)
{
	int err = real->unit_finish(unit);

	done = true;
	WANT(real->unit_finish(unit), -ENODEV);
	WANT(real->device_attach(unit, below), -ENODEV);
	return err;
}

static void test_finished(void **state)
{
	asked.unit_finish = ask_finished;
	parse("sluice 1\nspace A\ntask a: finish u0; start u0\n");
	below = model_pci_dev(0);
	run_once(NULL);
}

/* --- Devices that do not answer, or go -------------------------------------------------------- */

static int ask_silent(struct host_pci_dev *dev)
{
	done = true;
	WANT(real->device_detach(dev), -ETIMEDOUT);
	/* It is attached still, if quieter. */
	WANT(dev->pri_enabled, false);
	WANT(dev->ats_enabled, true);
	WANT(real->prq_enable(dev), 0);
	WANT(real->device_detach(dev), -ETIMEDOUT);
	WANT(real->device_detach(dev), -ETIMEDOUT);
	model_hold_invalidations(dev->id, 0, true);
	return real->device_detach(dev);
}

static void test_silent(void **state)
{
	asked.device_detach = ask_silent;
	parse("sluice 1\nspace A\ntask a: hold d0 count=255 never; detach d0; attach d0;"
	      " hold d0 count=255 never\n");
	run_once(NULL);
}

/* How many submissions are still to come before the device goes, in the middle of the next. */
static unsigned stays;

static void goes(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT && !stays--)
		model_device_gone(0);
}

static int detach_gone(struct host_pci_dev *dev)
{
	done = true;
	stays = 1; /* the context cache is flushed first */
	watch_writes(goes);
	WANT(real->device_detach(dev), 0);
	WANT(events(EV_QI_ERROR), 1);
	return 0;
}

static int unbind_gone(struct host_pci_dev *dev, u32 pasid)
{
	done = true;
	watch_writes(goes);
	WANT(real->unbind(dev, pasid), 0);
	WANT(events(EV_QI_ERROR), 1);
	watch_writes(NULL);
	return 0;
}

/* It goes when it is asked for the last time. */
static int unbind_last(struct host_pci_dev *dev, u32 pasid)
{
	done = true;
	model_hold_invalidations(dev->id, 255, true);
	stays = ATTEMPTS - 1;
	watch_writes(goes);
	WANT(real->unbind(dev, pasid), 0);
	WANT(events(EV_QI_ERROR), ATTEMPTS);
	watch_writes(NULL);
	return 0;
}

/* It is not asked any more, but the unit's caches are flushed. */
static int unbind_after(struct host_pci_dev *dev, u32 pasid)
{
	done = true;
	model_device_gone(dev->id);
	WANT(real->unbind(dev, pasid), 0);
	WANT(events(EV_QI_ERROR), 0);
	WANT(events(EV_DEVTLB_SENT), 0);
	WANT(*descriptor_of(dev->unit, PASID_CACHE) >> 32 & 0xfffff, pasid);
	return 0;
}

static void test_gone(void **state)
{
	asked.device_detach = detach_gone;
	parse("sluice 1\nspace A\ntask a: detach d0\n");
	run_once(NULL);
	asked.device_detach = real->device_detach;
	asked.unbind = unbind_gone;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; unbind d0 p1\n");
	for (unsigned submission = 0; submission < 3; submission++) {
		stays = submission;
		run_once(NULL);
	}
	asked.unbind = unbind_last;
	run_once(NULL);
	asked.unbind = unbind_after;
	run_once(NULL);
}

/* A device that answers the last time it is asked has answered. */
static int unbind_late(struct host_pci_dev *dev, u32 pasid)
{
	done = true;
	model_hold_invalidations(dev->id, ATTEMPTS - 1, true);
	WANT(real->unbind(dev, pasid), 0);
	return 0;
}

static void test_late(void **state)
{
	asked.unbind = unbind_late;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; unbind d0 p1\n");
	run_once(NULL);
}

/* --- Overflows ---------------------------------------------------------------------------------- */

static bool meanwhile; /* it comes while the drain is under way */

static void overflow(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT && meanwhile)
		model_set_prs(unit, PRS_PRO);
	meanwhile &= offset != IQT;
}

/* The event of an overflow is lost; a drain makes up for it. */
static int drain_overflow(struct host_pci_dev *dev, u32 pasid)
{
	int err;

	done = true;
	if (!meanwhile)
		model_set_prs(dev->unit, PRS_PRO);
	watch_writes(overflow);
	err = real->drain(dev, pasid);
	watch_writes(NULL);
	return err;
}

static int unbind_overflow(struct host_pci_dev *dev, u32 pasid)
{
	WANT(host_readl(host_unit_regs(dev->unit) + DMAR_PRS) & PRS_PRO, 0);
	return real->unbind(dev, pasid);
}

static void test_overflow_event_lost(void **state)
{
	asked.drain = drain_overflow;
	asked.unbind = unbind_overflow;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; drain d0 p1;"
	      " request d0 p1 last; settle d0 p1; unbind d0 p1\n");
	meanwhile = false;
	run_once(NULL);
	meanwhile = true;
	run_once(NULL);
}

/* A drain that fails is not made good by one that does not. */
static int ask_silent_once(struct host_pci_dev *dev)
{
	done = true;
	model_hold_invalidations(dev->id, ATTEMPTS, true);
	WANT(real->prq_disable(dev), -ETIMEDOUT);
	return real->prq_disable(dev);
}

static void test_silent_once(void **state)
{
	asked.prq_disable = ask_silent_once;
	parse("sluice 1\nspace A B\n"
	      "task a: bind d0 A as p1; bind d0 B as p2; disable d0; unbind d0 p2; unbind d0 p1\n");
	run_once(NULL);
}

static int ask_silent_rid(struct host_pci_dev *dev, struct host_space *space)
{
	int err;

	done = true;
	if (space != model_space(1))
		return real->rid_attach(dev, space);
	model_hold_invalidations(dev->id, ATTEMPTS, true);
	WANT(real->rid_attach(dev, space), -ETIMEDOUT);
	err = real->rid_attach(dev, space);
	return err;
}

static void test_silent_rid(void **state)
{
	asked.rid_attach = ask_silent_rid;
	parse("sluice 1\nspace A B\ntask a: rid d0 A; rid d0 B; rid d0 none\n");
	run_once(NULL);
}

/* --- Side by side ------------------------------------------------------------------------------- */

/* Another task is at the device that this one detaches: a driver core keeps them apart, a core need not. */
static int ask_beside(struct host_pci_dev *dev, u32 pasid)
{
	struct host_pci_dev *other = model_pci_dev(0);
	int err = bind(other, model_space(0), 3);

	done = true;
	if (err && err != -ENODEV)
		WANT(err, 0);
	if (!err)
		err = real->unbind(other, 3);
	if (err && err != -ENODEV)
		WANT(err, 0);
	return real->drain(dev, pasid);
}

static void test_beside_detach(void **state)
{
	asked.drain = ask_beside;
	parse("sluice 1\nunit u0 ring=8\ndevice d0 unit=u0 rid=00:02.0\ndevice d1 unit=u0 "
	      "rid=00:03.0\n"
	      "space A\ntask a: detach d0; attach d0\n"
	      "task b: bind d1 A as p2; drain d1 p2; unbind d1 p2\n");
	run_many();
}

/* Nor the finish of its unit, which must not come ahead of the end. */
static int finish_beside(struct host_pci_dev *dev, u32 pasid)
{
	int err = real->unit_finish(0);

	done = true;
	if (err)
		WANT(err, -EBUSY);
	else
		WANT(real->unit_enable(0), 0);
	return real->drain(dev, pasid);
}

static void test_finish_beside_detach(void **state)
{
	asked.drain = finish_beside;
	parse("sluice 1\nunit u0\nunit u1\ndevice d0 unit=u0 rid=00:02.0\ndevice d1 unit=u1 "
	      "rid=00:03.0\n"
	      "space A\ntask a: detach d0; await b; attach d0\n"
	      "task b: bind d1 A as p1; drain d1 p1; unbind d1 p1\n");
	run_many();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_numbers, set_up),
		cmocka_unit_test_setup(test_first_number, set_up),
		cmocka_unit_test_setup(test_domains, set_up),
		cmocka_unit_test_setup(test_rid, set_up),
		cmocka_unit_test_setup(test_attached, set_up),
		cmocka_unit_test_setup(test_detached, set_up),
		cmocka_unit_test_setup(test_finished, set_up),
		cmocka_unit_test_setup(test_silent, set_up),
		cmocka_unit_test_setup(test_gone, set_up),
		cmocka_unit_test_setup(test_late, set_up),
		cmocka_unit_test_setup(test_overflow_event_lost, set_up),
		cmocka_unit_test_setup(test_silent_once, set_up),
		cmocka_unit_test_setup(test_silent_rid, set_up),
		cmocka_unit_test_setup(test_beside_detach, set_up),
		cmocka_unit_test_setup(test_finish_beside_detach, set_up),
	};

	run_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
