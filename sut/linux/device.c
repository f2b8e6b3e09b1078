/* SPDX-License-Identifier: GPL-2.0-only */

/* A driver of a device, as drivers/dma/idxd/init.c: probe, page requests on and off, remove. */

#include "glue.h"

static struct pci_dev pci_devs[GLUE_DEVICES];
/* A driver switches off what it has switched on, and nothing else. Its own locks are not modelled. */
static bool prq_on[GLUE_DEVICES];

struct pci_dev *glue_pci_dev(const struct host_pci_dev *dev)
{
	return &pci_devs[dev->id % GLUE_DEVICES];
}

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned bus, unsigned devfn)
{
	for (unsigned i = 0; i < GLUE_DEVICES; i++) {
		struct pci_dev *pdev = &pci_devs[i];

		if (__atomic_load_n(&pdev->host, __ATOMIC_ACQUIRE) && pdev->bus->number == bus &&
		    pdev->devfn == devfn)
			return pdev;
	}
	return NULL;
}

int glue_prq_enable(struct host_pci_dev *dev)
{
	struct device *device = &glue_pci_dev(dev)->dev;
	bool *on = &prq_on[dev->id % GLUE_DEVICES];
	int ret;

	if (__atomic_load_n(on, __ATOMIC_RELAXED))
		return -EBUSY;
	ret = iommu_dev_enable_feature(device, IOMMU_DEV_FEAT_IOPF);
	if (ret)
		return ret;
	ret = iommu_dev_enable_feature(device, IOMMU_DEV_FEAT_SVA);
	if (ret)
		iommu_dev_disable_feature(device, IOMMU_DEV_FEAT_IOPF);
	__atomic_store_n(on, !ret, __ATOMIC_RELAXED);
	return ret;
}

int glue_prq_disable(struct host_pci_dev *dev)
{
	struct device *device = &glue_pci_dev(dev)->dev;
	bool *on = &prq_on[dev->id % GLUE_DEVICES];
	int ret;

	if (!__atomic_load_n(on, __ATOMIC_RELAXED))
		return -EINVAL;
	ret = iommu_dev_disable_feature(device, IOMMU_DEV_FEAT_SVA);
	if (ret)
		return ret;
	__atomic_store_n(on, false, __ATOMIC_RELAXED);
	return iommu_dev_disable_feature(device, IOMMU_DEV_FEAT_IOPF);
}

/* pci_scan_device(): once. A later driver finds the function as the last one has left it. */
static void pci_scan(struct pci_dev *pdev, struct host_pci_dev *dev)
{
	if (__atomic_load_n(&pdev->host, __ATOMIC_ACQUIRE))
		return;
	pdev->devfn = dev->rid & 0xff;
	pdev->own_bus.number = (u8)(dev->rid >> 8);
	pdev->bus = &pdev->own_bus;
	__atomic_store_n(&pdev->host, dev, __ATOMIC_RELEASE);
}

int glue_device_attach(unsigned unit, struct host_pci_dev *dev)
{
	struct pci_dev *pdev = glue_pci_dev(dev);
	struct intel_iommu *iommu = glue_unit(unit);
	struct iommu_domain *domain;
	int ret;

	if (!iommu)
		return -ENODEV;
	pci_scan(pdev, dev);
	domain = glue_domain_alloc(iommu, 0);
	if (!domain)
		return -ENOMEM;
	ret = glue_probe(&pdev->dev, &intel_iommu_ops, domain);
	if (ret)
		return ret;
	/* An earlier driver may have failed to switch off. */
	__atomic_store_n(&prq_on[dev->id % GLUE_DEVICES], false, __ATOMIC_RELAXED);
	/* Without page requests the driver goes on; what needs them is refused later. */
	glue_prq_enable(dev);
	return 0;
}

int glue_device_detach(struct host_pci_dev *dev)
{
	struct pci_dev *pdev = glue_pci_dev(dev);

	if (!pdev->dev.iommu_group)
		return -ENODEV;
	glue_prq_disable(dev);
	glue_release(&pdev->dev);
	return 0;
}
