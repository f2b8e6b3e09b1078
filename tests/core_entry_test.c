/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Context and PASID entries as hardware finds them while the drain core works: what is present when, whose
 * faults are logged, and which caches are flushed.
 */

#include <errno.h>

#include "tests/core_contract.h"

#define IQT 0x88
#define CONTEXT_CACHE 1u /* type of descriptor */
#define PRESENT BIT(0)
#define PRE BIT(4)
#define FPD BIT(1)

/* --- PASID entries ------------------------------------------------------------------------------ */

static struct host_pci_dev *watched;
static bool released;

/* While a life ends, faults of late requests are logged; not so if its space was released. */
static void watch_entry(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT)
		check("FPD", !!(entry_of(watched, 2) & FPD), released);
}

static int end_watched(struct host_pci_dev *dev, u32 pasid)
{
	int err;

	if (pasid != 2)
		return real->unbind(dev, pasid);
	done = true;
	watched = dev;
	WANT(entry_of(dev, pasid) >> 6 & 7, released ? 0 : 1); /* first-level */
	watch_writes(watch_entry);
	err = real->unbind(dev, pasid);
	watch_writes(NULL);
	WANT(entry_of(dev, pasid), 0);
	return err;
}

static void test_entries(void **state)
{
	asked.unbind = end_watched;
	released = false;
	parse("sluice 1\nspace A B\n"
	      "task a: bind d0 A as p1; bind d0 B as p2; unbind d0 p2; unbind d0 p1\n");
	run_once(NULL);
	released = true;
	parse("sluice 1\nspace A B\n"
	      "task a: bind d0 A as p1; bind d0 B as p2; exit B; unbind d0 p2; unbind d0 p1\n");
	run_once(NULL);
}

/* The requester that the last invalidation of the context cache named. */
static long flushed_of(const struct host_pci_dev *dev)
{
	const u64 *qw = descriptor_of(dev->unit, CONTEXT_CACHE);

	return qw ? (long)(qw[0] >> 32 & 0xffff) : -1;
}

/* A life whose drain failed hears of the end of its space: then faults of late requests are not logged. */
static unsigned submissions;

static void fall_silent(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT && submissions++)
		model_hold_invalidations(0, 255, true);
}

static int unbind_undrained(struct host_pci_dev *dev, u32 pasid)
{
	if (done)
		return real->unbind(dev, pasid);
	done = true;
	submissions = 0;
	watch_writes(fall_silent);
	WANT(real->unbind(dev, pasid), -ETIMEDOUT);
	watch_writes(NULL);
	model_hold_invalidations(dev->id, 0, true);
	WANT(entry_of(dev, pasid), 0);
	return -ETIMEDOUT;
}

static int drain_released(struct host_pci_dev *dev, u32 pasid)
{
	WANT(entry_of(dev, pasid), FPD);
	return real->drain(dev, pasid);
}

static void test_released_undrained(void **state)
{
	asked.unbind = unbind_undrained;
	asked.drain = drain_released;
	parse("sluice 1\nspace A\ntask a: bind d0 A as p1; unbind d0 p1; exit A; drain d0 p1\n");
	run_once(NULL);
}

/* The entry is not present when the cache is flushed of it, nor afterwards. */
static void watch_context(unsigned unit, u32 offset, u64 value)
{
	if (offset == IQT)
		check("the context entry is present", *context_of(watched) & PRESENT, false);
}

static int detach_watched(struct host_pci_dev *dev)
{
	u32 flushes = events(EV_QI_EXEC);
	int err;

	done = true;
	watched = dev;
	watch_writes(watch_context);
	err = real->device_detach(dev);
	watch_writes(NULL);
	WANT(*context_of(dev) & PRESENT, false);
	WANT(events(EV_QI_EXEC) > flushes, true);
	WANT(flushed_of(dev), dev->rid);
	return err;
}

static void test_context(void **state)
{
	asked.device_detach = detach_watched;
	parse("sluice 1\ndevice d0 rid=00:05.0\nspace A\ntask a: detach d0; attach d0; detach "
	      "d0\n");
	run_once(NULL);
}

/* --- Page requests off and on ------------------------------------------------------------------- */

static int ask_off(struct host_pci_dev *dev)
{
	int err = real->prq_disable(dev);

	done = true;
	WANT(dev->pri_enabled, false);
	WANT(model_outstanding(dev->id, 1), 0);
	WANT(model_outstanding(dev->id, MODEL_NO_PASID), 0);
	WANT(!!(*context_of(dev) & PRE), 0);
	WANT(flushed_of(dev), dev->rid);
	return err;
}

static int ask_on(struct host_pci_dev *dev)
{
	int err = real->prq_enable(dev);

	WANT(dev->pri_enabled, true);
	WANT(!!(*context_of(dev) & PRE), 1);
	WANT(flushed_of(dev), dev->rid);
	WANT(real->prq_enable(dev), -EBUSY);
	return err;
}

static void test_off_and_on(void **state)
{
	asked.prq_disable = ask_off;
	asked.prq_enable = ask_on;
	parse("sluice 1\nunit u0 ring=8\ndevice d0 unit=u0 rid=00:1f.7 credits=16\nspace A B\n"
	      "task a: rid d0 B; request d0 none group=1 last; bind d0 A as p1;"
	      " request d0 p1 group=2 last; request d0 p1 group=3 rw last; disable d0; enable d0;"
	      " request d0 p1 group=2 last; request d0 none group=1 last; disable d0; enable d0;"
	      " disable d0; stop d0 p1; unbind d0 p1; rid d0 none\n");
	run_many();
	parse("sluice 1\nunit u0 ring=8\nspace A\ntask a: rid d0 A; request d0 none last; disable "
	      "d0\n");
	run_many();
	parse("sluice 1\nunit u0 ring=8\nspace A\n"
	      "task a: bind d0 A as p1; request d0 p1 last; disable d0; unbind d0 p1\n");
	run_many();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_entries, set_up),
		cmocka_unit_test_setup(test_released_undrained, set_up),
		cmocka_unit_test_setup(test_context, set_up),
		cmocka_unit_test_setup(test_off_and_on, set_up),
	};

	run_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
