/* SPDX-License-Identifier: GPL-2.0-only */

/* drivers/iommu/iommu.c: groups, with the mutex that decides which drains overlap. */

#include "glue.h"

#define trace_attach_device_to_domain(dev) ((void)(dev))
#define iommu_put_dma_cookie(domain) ((void)(domain))
#define try_module_get(module) ((void)(module), true)
#define module_put(module) ((void)(module))
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)

int iommu_device_link(struct iommu_device *iommu, struct device *link)
{
	return 0;
}

void iommu_device_unlink(struct iommu_device *iommu, struct device *link)
{
}

#define sysfs_remove_link(kobject, name) ((void)(kobject))
#define trace_remove_device_from_group(id, dev) ((void)(dev))
#define fwnode_handle_put(node) ((void)(node))
#define device_property_read_u32(dev, name, value) ((void)(dev), (void)(value), -EINVAL)

struct mutex iommu_probe_device_lock = { { .name = "iommu_probe_device_lock" } };

static void iommu_group_put_alone(struct iommu_group *group)
{
	kfree(group);
}
/* Each function is alone in its group, so the last reference goes with it. */
#define iommu_group_put(group) iommu_group_put_alone(group)

#include "iommu.inc"

/* --- PASIDs ---------------------------------------------------------------------------------------- */

struct iommu_sva *glue_sva_bind(struct device *dev, struct mm_struct *mm)
{
	return iommu_sva_bind_device(dev, mm);
}

void shim_mm_pasid_drop(struct mm_struct *mm)
{
	mm_pasid_drop(mm);
}

/* drivers/dma/idxd/init.c, idxd_enable_system_pasid() */
int glue_pasid_attach(struct iommu_domain *domain, struct device *dev, u32 *pasid)
{
	int ret;

	*pasid = iommu_alloc_global_pasid(dev);
	if (*pasid == IOMMU_PASID_INVALID)
		return -ENOSPC;
	ret = iommu_attach_device_pasid(domain, dev, *pasid, NULL);
	if (ret)
		iommu_free_global_pasid(*pasid);
	return ret;
}

/* idxd_disable_system_pasid() */
void glue_pasid_detach(struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	iommu_detach_device_pasid(domain, dev, pasid);
	iommu_free_global_pasid(pasid);
}

/* --- Groups ---------------------------------------------------------------------------------------- */

/* iommu_group_alloc(), as pci_device_group() calls it for a function that is isolated. */
struct iommu_group *glue_device_group(struct device *dev)
{
	struct iommu_group *group = kzalloc(sizeof(*group), GFP_KERNEL);

	if (!group)
		return ERR_PTR(-ENOMEM);
	mutex_init(&group->mutex);
	INIT_LIST_HEAD(&group->devices);
	INIT_LIST_HEAD(&group->entry);
	xa_init(&group->pasid_array);
	return group;
}

static struct group_device *group_device_alloc(struct device *dev)
{
	struct group_device *device = kzalloc(sizeof(*device), GFP_KERNEL);

	if (device)
		device->dev = dev;
	return device;
}

/* __iommu_probe_device(), and iommu_setup_default_domain() with @default_domain, which it then owns. */
int glue_probe(struct device *dev, const struct iommu_ops *ops, struct iommu_domain *default_domain)
{
	struct group_device *device = group_device_alloc(dev);
	struct iommu_group *group;
	int ret = -ENOMEM;

	mutex_lock(&iommu_probe_device_lock);
	if (device)
		ret = iommu_init_device(dev, ops);
	if (ret) {
		mutex_unlock(&iommu_probe_device_lock);
		kfree(device);
		iommu_domain_free(default_domain);
		return ret;
	}
	group = dev->iommu_group;
	mutex_lock(&group->mutex);
	list_add_tail(&device->list, &group->devices);
	group->default_domain = default_domain;
	ret = __iommu_group_set_domain(group, default_domain);
	if (ret) {
		list_del(&device->list);
		kfree(device);
		iommu_deinit_device(dev);
	}
	mutex_unlock(&group->mutex);
	mutex_unlock(&iommu_probe_device_lock);
	if (ret)
		iommu_group_put(group);
	return ret;
}

void glue_release(struct device *dev)
{
	__iommu_group_remove_device(dev);
}

int glue_attach_group(struct iommu_domain *domain, struct device *dev)
{
	return iommu_attach_group(domain, dev->iommu_group);
}

void glue_detach_group(struct iommu_domain *domain, struct device *dev)
{
	iommu_detach_group(domain, dev->iommu_group);
}
