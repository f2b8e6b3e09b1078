/* SPDX-License-Identifier: GPL-2.0-only */

/* Remapping units. */

#include "glue.h"

static struct intel_iommu *units[GLUE_UNITS];
/* As dmar_global_lock: units come and go one at a time. */
static DEFINE_MUTEX(unit_lock);

struct intel_iommu *glue_unit(unsigned unit)
{
	return units[unit % GLUE_UNITS];
}

void *glue_root(u64 root)
{
	return root ? (void *)(uintptr_t)root : alloc_pages(GFP_KERNEL, 0);
}

void glue_root_free(void *root)
{
	if (!shim_is_space_root(root))
		free_page(root);
}

static void unit_free(unsigned unit)
{
	glue_free_dmar(units[unit]);
	kfree(units[unit]);
	units[unit] = NULL;
}

static int unit_alloc(unsigned unit)
{
	struct intel_iommu *iommu = kzalloc(sizeof(*iommu), GFP_KERNEL);
	int ret;

	if (!iommu)
		return -ENOMEM;
	units[unit] = iommu;
	iommu->seq_id = (int)unit;
	/* Never followed as a pointer: host/mmio.c */
	iommu->reg = (void *)host_unit_regs(unit);
	spin_lock_init(&iommu->lock);
	ret = glue_init_dmar(iommu);
	if (ret)
		unit_free(unit);
	return ret;
}

int glue_unit_enable(unsigned unit)
{
	int ret = -EBUSY;

	if (unit >= GLUE_UNITS)
		return -EINVAL;
	mutex_lock(&unit_lock);
	if (!units[unit])
		ret = unit_alloc(unit);
	mutex_unlock(&unit_lock);
	return ret;
}

int glue_unit_finish(unsigned unit)
{
	mutex_lock(&unit_lock);
	if (units[unit])
		unit_free(unit);
	mutex_unlock(&unit_lock);
	return 0;
}
