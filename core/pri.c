/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Page requests of a device off, and on again, with its lives going on.
 *
 * Off: the function stops first, then all its lives are drained with the tables as they were, so that
 * software answers what was outstanding; PRE goes last. With PRE first, hardware would answer, and by
 * an older reading with Response Failure (K10).
 */

#include "core/iommu.h"

static int device_pri_disable(struct device_domain_info *info)
{
	int err;

	if (!info->iommu->prs_supported)
		return -EOPNOTSUPP;
	/* Outstanding requests stay answerable while the function may not send new ones. */
	if (info->pri_enabled)
		host_pci_disable_pri(info->dev);
	info->pri_enabled = false;
	err = intel_svm_drain_all(info);
	if (err)
		return err;
	return intel_context_set_pre(info, false);
}

static int device_pri_enable(struct device_domain_info *info)
{
	int err;

	if (!info->iommu->prs_supported)
		return -EOPNOTSUPP;
	if (info->pri_enabled)
		return -EBUSY;
	err = host_pci_reset_pri(info->dev);
	if (err)
		return err;
	err = intel_context_set_pre(info, true);
	if (err)
		return err;
	err = host_pci_enable_pri(info->dev, info->dev->pri_capacity);
	info->pri_enabled = !err;
	return err;
}

int intel_iommu_pri_disable(struct pci_dev *dev)
{
	struct device_domain_info *info = intel_iommu_device_lock(dev);
	int err;

	if (!info)
		return -ENODEV;
	err = device_pri_disable(info);
	intel_iommu_device_unlock(info);
	return err;
}

int intel_iommu_pri_enable(struct pci_dev *dev)
{
	struct device_domain_info *info = intel_iommu_device_lock(dev);
	int err;

	if (!info)
		return -ENODEV;
	err = device_pri_enable(info);
	intel_iommu_device_unlock(info);
	return err;
}
