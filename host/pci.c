/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI capabilities that a driver turns on and off. drivers/pci/ats.c, whose WARNs are kept. */

#include <asm-generic/errno.h>

#include "host/backend.h"
#include "host/primitives.h"
#include "host/sanitizer.h"

/* As WARN_ON(). */
static bool warns(bool wrong, const char *what)
{
	if (unlikely(wrong))
		host_warn(__FILE__, what);
	return wrong;
}

static void enter(const struct host_pci_dev *dev)
{
	host_point(HOST_SITE_PCI);
	host_touch(dev, sizeof(*dev));
}

int host_pci_enable_pasid(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	if (warns(dev->pasid_enabled, "PASID is enabled already"))
		return -EBUSY;
	if (dev->no_ats)
		return -EINVAL;
	dev->pasid_enabled = true;
	return 0;
}

void host_pci_disable_pasid(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	if (warns(!dev->pasid_enabled, "PASID is not enabled"))
		return;
	dev->pasid_enabled = false;
}

int host_pci_enable_ats(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	if (warns(dev->ats_enabled, "ATS is enabled already"))
		return -EBUSY;
	if (dev->no_ats)
		return -EINVAL;
	dev->ats_enabled = true;
	if (host_backend.pci_ats)
		host_backend.pci_ats(dev, true);
	return 0;
}

void host_pci_disable_ats(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	if (warns(!dev->ats_enabled, "ATS is not enabled"))
		return;
	dev->ats_enabled = false;
	if (host_backend.pci_ats)
		host_backend.pci_ats(dev, false);
}

int host_pci_reset_pri(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	if (warns(dev->pri_enabled, "PRI is reset while it is enabled"))
		return -EBUSY;
	if (dev->no_ats)
		return -EINVAL;
	if (host_backend.pci_pri_reset)
		host_backend.pci_pri_reset(dev);
	return 0;
}

int host_pci_enable_pri(struct host_pci_dev *dev, u32 credits)
{
	engine_guard();
	int error = 0;

	enter(dev);
	if (warns(dev->pri_enabled, "PRI is enabled already"))
		return -EBUSY;
	if (dev->no_ats || !dev->pri_capacity || !credits)
		return -EINVAL;
	if (credits > dev->pri_capacity)
		credits = dev->pri_capacity;
	dev->pri_enabled = true;
	if (host_backend.pci_pri_enable)
		error = host_backend.pci_pri_enable(dev, credits);
	if (error)
		dev->pri_enabled = false;
	return error;
}

void host_pci_disable_pri(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	if (warns(!dev->pri_enabled, "PRI is not enabled"))
		return;
	dev->pri_enabled = false;
	if (host_backend.pci_pri_disable)
		host_backend.pci_pri_disable(dev);
}

bool host_pci_device_is_present(struct host_pci_dev *dev)
{
	engine_guard();
	enter(dev);
	return !dev->gone;
}
