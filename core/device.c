/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Devices below a unit: lookup, PASID, ATS and PRI.
 *
 * Order matters at the end: the device falls silent first, then what it sent is drained while the
 * tables still allow it, and only then is the device TLB taken away. The other way round, hardware
 * answers late requests by itself where software can't see it, and the drain's own device-TLB
 * invalidation goes to a function that does not answer (4.2 G, I).
 */

#include "core/iommu.h"

/* --- Lookup --------------------------------------------------------------------------------------- */

struct device_domain_info *intel_iommu_device(struct pci_dev *dev)
{
	struct intel_iommu *iommu = intel_iommu_of(dev->unit);
	struct device_domain_info *info;

	spin_lock(&iommu->lock);
	for (info = iommu->devices; info; info = info->next) {
		if (info->dev == dev)
			break;
	}
	if (info)
		info->refs++;
	spin_unlock(&iommu->lock);
	return info;
}

void intel_iommu_device_put(struct device_domain_info *info)
{
	struct intel_iommu *iommu = info->iommu;
	u32 refs;

	spin_lock(&iommu->lock);
	refs = --info->refs;
	spin_unlock(&iommu->lock);
	if (!refs)
		kfree(info);
}

struct device_domain_info *intel_iommu_device_lock(struct pci_dev *dev)
{
	struct device_domain_info *info = intel_iommu_device(dev);

	if (!info)
		return NULL;
	mutex_lock(&info->mutex);
	if (!info->detached)
		return info;
	intel_iommu_device_unlock(info);
	return NULL;
}

void intel_iommu_device_unlock(struct device_domain_info *info)
{
	mutex_unlock(&info->mutex);
	intel_iommu_device_put(info);
}

/* --- Attach and detach ------------------------------------------------------------------------------ */

static void device_enable_pci(struct device_domain_info *info)
{
	struct pci_dev *dev = info->dev;

	info->pasid_enabled = !host_pci_enable_pasid(dev);
	/* Reset forgets what a former owner left outstanding; legal only while disabled. */
	if (info->iommu->prs_supported && !host_pci_reset_pri(dev))
		info->pri_enabled = !host_pci_enable_pri(dev, dev->pri_capacity);
	info->ats_enabled = !host_pci_enable_ats(dev);
}

static void device_disable_pci(struct device_domain_info *info)
{
	if (info->pri_enabled)
		host_pci_disable_pri(info->dev);
	if (info->ats_enabled)
		host_pci_disable_ats(info->dev);
	if (info->pasid_enabled)
		host_pci_disable_pasid(info->dev);
	info->pri_enabled = info->ats_enabled = info->pasid_enabled = false;
}

static int device_attach(struct intel_iommu *iommu, struct pci_dev *dev)
{
	struct device_domain_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	int err = -ENOMEM;

	if (!info)
		return -ENOMEM;
	info->iommu = iommu;
	info->dev = dev;
	info->rid = dev->rid;
	info->refs = 1;
	mutex_init(&info->mutex);
	if (intel_pasid_alloc_table(info))
		goto free_info;
	device_enable_pci(info);
	err = intel_context_setup(info);
	if (err)
		goto free_table;
	spin_lock(&iommu->lock);
	info->next = iommu->devices;
	iommu->devices = info;
	spin_unlock(&iommu->lock);
	return 0;
free_table:
	device_disable_pci(info);
	intel_pasid_free_table(info);
free_info:
	kfree(info);
	return err;
}

int intel_iommu_device_attach(unsigned unit, struct pci_dev *dev)
{
	struct intel_iommu *iommu = intel_iommu_of(unit);
	struct device_domain_info *info;
	int err;

	mutex_lock(&iommu_mutex);
	info = intel_iommu_device(dev);
	if (info)
		err = -EBUSY;
	else
		err = iommu->up ? device_attach(iommu, dev) : -ENODEV;
	mutex_unlock(&iommu_mutex);
	if (info)
		intel_iommu_device_put(info);
	return err;
}

static void device_unlink(struct device_domain_info *info)
{
	struct intel_iommu *iommu = info->iommu;
	struct device_domain_info **link;

	spin_lock(&iommu->lock);
	for (link = &iommu->devices; *link != info; link = &(*link)->next)
		;
	*link = info->next;
	spin_unlock(&iommu->lock);
}

/* An error leaves the device attached, if quieter: the call may be repeated. */
static int device_detach(struct device_domain_info *info)
{
	struct qi_desc desc;
	int err;

	if (info->pri_enabled)
		host_pci_disable_pri(info->dev);
	info->pri_enabled = false;
	err = intel_svm_release_all(info);
	if (err)
		return err;
	err = intel_context_clear(info);
	if (err)
		return err;
	if (dev_tlb_reachable(info)) {
		desc = qi_desc_dev_iotlb(info, IOMMU_NO_PASID);
		err = qi_submit_insist(info->iommu, info->dev, &desc, 1);
		if (err && err != -ENODEV)
			return err;
	}
	device_disable_pci(info);
	intel_pasid_free_table(info);
	info->detached = true;
	/* From here on the unit may go down. */
	device_unlink(info);
	return 0;
}

int intel_iommu_device_detach(struct pci_dev *dev)
{
	struct device_domain_info *info = intel_iommu_device_lock(dev);
	int err;

	if (!info)
		return -ENODEV;
	err = device_detach(info);
	intel_iommu_device_unlock(info);
	/* The list's own reference. */
	if (!err)
		intel_iommu_device_put(info);
	return err;
}
