/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Who uses PASIDs: SVA of a process (drivers/dma/idxd/cdev.c), a driver's own domain (as idxd's system
 * PASID, drivers/dma/idxd/init.c, which attaches the device's domain; here it is one of its own, so
 * that it can have another space), and the domain of a device's other requests (VFIO). The owner of a
 * domain keeps its page tables for as long as it is attached.
 */

#include "glue.h"

struct life {
	struct iommu_sva *sva;
	struct iommu_domain *domain;
	struct host_space *space;
};

/* By device and PASID. Members change hands one by one: unbind may overlap with the next bind. */
static struct life lives[GLUE_DEVICES][IDA_NUMBERS];

static struct {
	struct mutex lock; /* of the driver: one change at a time */
	struct iommu_domain *domain;
	struct host_space *space;
} rids[GLUE_DEVICES];

static struct life *find_life(const struct host_pci_dev *dev, u32 pasid)
{
	return &lives[dev->id % GLUE_DEVICES][pasid % IDA_NUMBERS];
}

static int bind_sva(struct host_pci_dev *dev, struct host_space *space, u32 *pasid)
{
	struct iommu_sva *sva;

	host_assume(ASSUME_SVA);
	sva = glue_sva_bind(&glue_pci_dev(dev)->dev, shim_mm(space));
	if (IS_ERR(sva))
		return (int)PTR_ERR(sva);
	*pasid = iommu_sva_get_pasid(sva);
	__atomic_store_n(&find_life(dev, *pasid)->sva, sva, __ATOMIC_RELEASE);
	return 0;
}

static int bind_domain(struct host_pci_dev *dev, struct host_space *space, u32 *pasid)
{
	struct device *device = &glue_pci_dev(dev)->dev;
	struct iommu_domain *domain;
	struct life *life;
	int ret = -ENOMEM;

	if (!host_mmget_not_zero(space))
		return -ESRCH;
	domain = glue_domain_alloc(glue_unit(dev->unit), space->pgd);
	if (!domain)
		goto put_space;
	ret = glue_pasid_attach(domain, device, pasid);
	if (ret)
		goto free_domain;
	life = find_life(dev, *pasid);
	__atomic_store_n(&life->space, space, __ATOMIC_RELAXED);
	__atomic_store_n(&life->domain, domain, __ATOMIC_RELEASE);
	return 0;
free_domain:
	iommu_domain_free(domain);
put_space:
	host_mmput(space);
	return ret;
}

int glue_bind(struct host_pci_dev *dev, struct host_space *space, unsigned flags, u32 *pasid)
{
	/* Numbers come from iommu_alloc_global_pasid(). */
	if (*pasid)
		return -EOPNOTSUPP;
	if (flags & SUT_BIND_DOMAIN)
		return bind_domain(dev, space, pasid);
	return bind_sva(dev, space, pasid);
}

int glue_unbind(struct host_pci_dev *dev, u32 pasid)
{
	struct life *slot = find_life(dev, pasid);
	struct life life = {
		.sva = __atomic_exchange_n(&slot->sva, NULL, __ATOMIC_ACQ_REL),
		.domain = __atomic_exchange_n(&slot->domain, NULL, __ATOMIC_ACQ_REL),
		.space = __atomic_exchange_n(&slot->space, NULL, __ATOMIC_RELAXED),
	};

	if (life.sva) {
		iommu_sva_unbind_device(life.sva);
		return 0;
	}
	if (!life.domain)
		return -ENOENT;
	glue_pasid_detach(life.domain, &glue_pci_dev(dev)->dev, pasid);
	iommu_domain_free(life.domain);
	host_mmput(life.space);
	return 0;
}

static int rid_set(struct host_pci_dev *dev, struct host_space *space)
{
	struct device *device = &glue_pci_dev(dev)->dev;
	struct iommu_domain **domain = &rids[dev->id % GLUE_DEVICES].domain;
	int ret;

	if (*domain) {
		glue_detach_group(*domain, device);
		iommu_domain_free(*domain);
		*domain = NULL;
	}
	if (!space)
		return 0;
	*domain = glue_domain_alloc(glue_unit(dev->unit), space->pgd);
	if (!*domain)
		return -ENOMEM;
	ret = glue_attach_group(*domain, device);
	if (ret) {
		iommu_domain_free(*domain);
		*domain = NULL;
	}
	return ret;
}

int glue_rid_attach(struct host_pci_dev *dev, struct host_space *space)
{
	struct mutex *lock = &rids[dev->id % GLUE_DEVICES].lock;
	struct host_space **owner = &rids[dev->id % GLUE_DEVICES].space, *old;
	int ret;

	if (space && !host_mmget_not_zero(space))
		return -ESRCH;
	mutex_lock(lock);
	ret = rid_set(dev, space);
	old = *owner;
	*owner = ret ? NULL : space;
	mutex_unlock(lock);
	if (ret && space)
		host_mmput(space);
	if (old)
		host_mmput(old);
	return ret;
}
