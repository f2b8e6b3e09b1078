/* SPDX-License-Identifier: GPL-2.0-only */

/* drivers/iommu/iommu.c: groups with their mutexes, faults of devices, SVA. */

#include "glue.h"

#include "iommu-sva-lib.h"

#define trace_attach_device_to_domain(dev) ((void)(dev))
#define trace_detach_device_from_domain(dev) ((void)(dev))
#define trace_add_device_to_group(id, dev) ((void)(dev))
#define trace_remove_device_from_group(id, dev) ((void)(dev))
#define iommu_put_dma_cookie(domain) ((void)(domain))
#define try_module_get(module) ((void)(module), true)
#define module_put(module) ((void)(module))
#define fwnode_handle_put(node) ((void)(node))

int iommu_device_link(struct iommu_device *iommu, struct device *link)
{
	return 0;
}

void iommu_device_unlink(struct iommu_device *iommu, struct device *link)
{
}

/* sysfs has no part in this: links can always be made, and names are nobody's. */
#define sysfs_create_link(kobject, target, name) ((void)(kobject), (void)(target), 0)
#define sysfs_create_link_nowarn(kobject, target, name) ((void)(kobject), (void)(target), 0)
#define sysfs_remove_link(kobject, name) ((void)(kobject))
#define kobject_name(kobject) ((void)(kobject), "device")
#define kasprintf(gfp, format, args...) (no_printk(format, ##args), (char *)kzalloc(1, gfp))

static void kobject_get(struct kobject *kobject);
static void kobject_put(struct kobject *kobject);

#include "iommu.inc"

/* --- PASIDs ----------------------------------------------------------------------------------- */

struct iommu_sva *glue_sva_bind(struct device *dev, struct mm_struct *mm)
{
	return iommu_sva_bind_device(dev, mm, NULL);
}

/* mm_pasid_drop() of <linux/sched/mm.h> */
void shim_mm_pasid_drop(struct mm_struct *mm)
{
	if (pasid_valid(mm->pasid)) {
		ioasid_free(mm->pasid);
		mm->pasid = INVALID_IOASID;
	}
}

/* Domains on PASIDs came with 6.2. */
int glue_pasid_attach(struct iommu_domain *domain, struct device *dev, u32 *pasid)
{
	return -EOPNOTSUPP;
}

void glue_pasid_detach(struct iommu_domain *domain, struct device *dev, u32 pasid)
{
}

/* --- Groups ----------------------------------------------------------------------------------- */

/* lib/kobject.c, for groups: they are the only objects here. */
static void kobject_get(struct kobject *kobject)
{
	refcount_inc(&kobject->refs);
}

static void kobject_put(struct kobject *kobject)
{
	if (refcount_dec_and_test(&kobject->refs))
		iommu_group_release(kobject);
}

/* iommu_group_alloc(), as pci_device_group() calls it for a function that is isolated. */
struct iommu_group *glue_device_group(struct device *dev)
{
	struct iommu_group *group = kzalloc(sizeof(*group), GFP_KERNEL);

	if (!group)
		return ERR_PTR(-ENOMEM);
	mutex_init(&group->mutex);
	INIT_LIST_HEAD(&group->devices);
	INIT_LIST_HEAD(&group->entry);
	group->id = ida_alloc_range(&iommu_group_ida, 0, INT_MAX, GFP_KERNEL);
	if (group->id < 0) {
		kfree(group);
		return ERR_PTR(-ENOSPC);
	}
	refcount_set(&group->kobj.refs, 1);
	group->devices_kobj = &group->kobj;
	return group;
}

/* iommu_probe_device(); the default domain, which the group then owns, is @default_domain. */
int glue_probe(struct device *dev, const struct iommu_ops *ops, struct iommu_domain *default_domain)
{
	static struct bus_type pci_bus_type;
	struct iommu_group *group;
	int ret;

	mutex_lock(&iommu_probe_device_lock);
	pci_bus_type.iommu_ops = ops;
	dev->bus = &pci_bus_type;
	ret = __iommu_probe_device(dev, NULL);
	mutex_unlock(&iommu_probe_device_lock);
	if (ret) {
		iommu_domain_free(default_domain);
		return ret;
	}
	group = iommu_group_get(dev);
	mutex_lock(&group->mutex);
	group->default_domain = default_domain;
	group->domain = default_domain;
	ret = __iommu_attach_device(default_domain, dev);
	mutex_unlock(&group->mutex);
	iommu_group_put(group);
	if (ret)
		iommu_release_device(dev);
	return ret;
}

void glue_release(struct device *dev)
{
	iommu_release_device(dev);
}

int glue_attach_group(struct iommu_domain *domain, struct device *dev)
{
	return iommu_attach_group(domain, dev->iommu_group);
}

void glue_detach_group(struct iommu_domain *domain, struct device *dev)
{
	iommu_detach_group(domain, dev->iommu_group);
}
