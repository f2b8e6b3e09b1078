/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_BACKEND_H
#define SLUICE_HOST_BACKEND_H

/*
 * What stands behind registers, PCI and address spaces. run/ fills this in with the model before a
 * run starts; host/{mmio,pci,space}.c call it. The calls run in the task that makes the access, at
 * one point, and never sleep.
 */

#include "host/host.h"

struct host_backend {
	/* Index below 32 of the register at @offset, for its site (host/site.h), and its name. */
	unsigned (*reg_index)(u32 offset);
	u64 (*mmio_read)(unsigned unit, u32 offset, unsigned bytes);
	void (*mmio_write)(unsigned unit, u32 offset, unsigned bytes, u64 value);

	/* The PCI calls have set or cleared the flag in @dev when they call these. */
	void (*pci_ats)(struct host_pci_dev *dev, bool on);
	int (*pci_pri_enable)(struct host_pci_dev *dev, u32 credits);
	void (*pci_pri_disable)(struct host_pci_dev *dev);
	void (*pci_pri_reset)(struct host_pci_dev *dev);

	/* Makes a page present: 0 or -EFAULT; *@delay_ms: how long the handler sleeps first. */
	int (*space_fault)(struct host_space *space, u64 addr, unsigned flags);
	u32 (*space_fault_delay_ms)(struct host_space *space, u64 addr);
	void (*space_release)(struct host_space *space); /* the page tables go */

	unsigned (*unit_prq_irq)(unsigned unit);
	unsigned (*unit_prq_order)(unsigned unit);
};

extern struct host_backend host_backend;

#endif
