/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SUT_SUT_H
#define SLUICE_SUT_SUT_H

/*
 * A system under test: a table of operations. Each system is one relocatable object whose only
 * global symbol is its `struct sut`; all else is local, and its writable data lies in one range that
 * run/ saves at start and restores before each run, so an abandoned run leaves nothing behind.
 *
 * Operations run in driver tasks, may sleep, and return 0 or a negative errno. Units and devices are
 * given by index and by the host's objects. An operation that a system lacks is NULL, and a scenario
 * that needs it gets the verdict n/a. Two operations come in through the host instead of the table:
 * the page request event (host_request_threaded_irq) and the end of an address space
 * (host_space_notifier).
 */

#include "host/host.h"

/* How to bind. */
#define SUT_BIND_DOMAIN BIT(0) /* a domain of the driver's, not the owner's address space (SVA) */

/* What a system takes for granted that its shipped configuration does not; see host_assume(). */
struct sut_assumption {
	const char *word;
	const char *text;
};

struct sut {
	const char *name;    /* as after --system: "core" */
	const char *summary; /* one line for `sluice list systems` */
	const char *version; /* package version for the kernel's; NULL for ours */
	const struct sut_assumption *assumptions; /* the last has no word; NULL: none */
	bool numbers_by_space; /* picks numbers, and gives a space the same one on all devices */
	unsigned bind_flags;   /* SUT_BIND_*: the ways to bind that it has; others are n/a */
	bool refuses; /* what the state forbids, with an error; and takes devices without ATS */

	/* Brings the unit's invalidation queue and page request queue up, or down again. */
	int (*unit_enable)(unsigned unit);
	int (*unit_finish)(unsigned unit);

	/* Context entry, PASID table, ATS and PRI of a device. */
	int (*device_attach)(unsigned unit, struct host_pci_dev *dev);
	int (*device_detach)(struct host_pci_dev *dev);

	/*
	 * Starts a life of (dev, *pasid) in @space. *pasid: number wanted, or 0 to let the system
	 * pick; the number in use on return. -EBUSY: that number can't be had now. -ENOTSUP: the
	 * system picks its own numbers.
	 */
	int (*bind)(struct host_pci_dev *dev, struct host_space *space, unsigned flags, u32 *pasid);
	/* Ends it, with its drain. The caller has stopped the device, one way or another. */
	int (*unbind)(struct host_pci_dev *dev, u32 pasid);

	/* The domain of requests without PASID: @space, or NULL for none. Drains the old one. */
	int (*rid_attach)(struct host_pci_dev *dev, struct host_space *space);

	/* Page requests of the device off, and on. */
	int (*prq_disable)(struct host_pci_dev *dev);
	int (*prq_enable)(struct host_pci_dev *dev);

	/* A bare drain of a life that goes on, where the system offers one. */
	int (*drain)(struct host_pci_dev *dev, u32 pasid);
};

/* Writable data of a system, from its relocatable object. */
struct sut_image {
	const struct sut *ops;
	void *data;
	size_t size;
};

/* All systems linked into this program; the list ends with ops == NULL. Made by the build. */
extern const struct sut_image sut_images[];

#endif
