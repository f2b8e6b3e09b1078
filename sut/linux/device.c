/* SPDX-License-Identifier: GPL-2.0-only */

/* A driver of a device, as drivers/dma/idxd/init.c: probe, page requests on and off, remove. */

#include "glue.h"

static struct pci_dev pci_devs[GLUE_DEVICES];
/* A driver switches off what it has switched on, and nothing else. */
static bool prq_on[GLUE_DEVICES];

struct pci_dev *glue_pci_dev(const struct host_pci_dev *dev)
{
	return &pci_devs[dev->id % GLUE_DEVICES];
}

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned bus, unsigned devfn)
{
	for (unsigned i = 0; i < GLUE_DEVICES; i++) {
		struct pci_dev *pdev = &pci_devs[i];

		if (pdev->host && pdev->bus->number == bus && pdev->devfn == devfn)
			return pdev;
	}
	return NULL;
}

int glue_prq_enable(struct host_pci_dev *dev)
{
	struct device *device = &glue_pci_dev(dev)->dev;
	bool *on = &prq_on[dev->id % GLUE_DEVICES];
	int ret;

	if (*on)
		return -EBUSY;
	ret = iommu_dev_enable_feature(device, IOMMU_DEV_FEAT_IOPF);
	if (ret)
		return ret;
	ret = iommu_dev_enable_feature(device, IOMMU_DEV_FEAT_SVA);
	if (ret)
		iommu_dev_disable_feature(device, IOMMU_DEV_FEAT_IOPF);
	*on = !ret;
	return ret;
}

int glue_prq_disable(struct host_pci_dev *dev)
{
	struct device *device = &glue_pci_dev(dev)->dev;
	bool *on = &prq_on[dev->id % GLUE_DEVICES];
	int ret;

	if (!*on)
		return -EINVAL;
	ret = iommu_dev_disable_feature(device, IOMMU_DEV_FEAT_SVA);
	if (ret)
		return ret;
	*on = false;
	return iommu_dev_disable_feature(device, IOMMU_DEV_FEAT_IOPF);
}

int glue_device_attach(unsigned unit, struct host_pci_dev *dev)
{
	struct pci_dev *pdev = glue_pci_dev(dev);
	struct intel_iommu *iommu = glue_unit(unit);
	struct iommu_domain *domain;
	int ret;

	if (!iommu)
		return -ENODEV;
	*pdev = (struct pci_dev){ .host = dev, .devfn = dev->rid & 0xff };
	pdev->own_bus.number = (u8)(dev->rid >> 8);
	pdev->bus = &pdev->own_bus;
	domain = glue_domain_alloc(iommu, 0);
	if (!domain)
		return -ENOMEM;
	ret = glue_probe(&pdev->dev, &intel_iommu_ops, domain);
	if (ret)
		return ret;
	prq_on[dev->id % GLUE_DEVICES] = false; /* an earlier driver may have failed to switch off */
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
