/* SPDX-License-Identifier: GPL-2.0-only */

/* Remapping units: up, down, and the domain ids of address spaces on them. */

#include "core/iommu.h"

#define UNIT(n)                                                                                    \
	{                                                                                          \
		.index = n, .lock = {.name = "iommu->lock" }                                       \
	}

struct mutex iommu_mutex = { .name = "iommu_mutex" };
static struct intel_iommu iommus[IOMMU_UNITS] = { UNIT(0), UNIT(1) };

struct intel_iommu *intel_iommu_of(unsigned unit)
{
	return &iommus[unit];
}

/*
 * What an earlier owner of the unit cached (firmware, the kernel before kexec) is as stale as what
 * we cached before we last took the unit down.
 */
static int iommu_flush_all(struct intel_iommu *iommu)
{
	const struct qi_desc desc[] = {
		{ .qw0 = QI_PC_TYPE | QI_PC_GLOBAL },
		{ .qw0 = QI_IOTLB_TYPE | QI_IOTLB_GLOBAL | QI_IOTLB_DR | QI_IOTLB_DW },
	};

	return qi_submit_insist(iommu, NULL, desc, ARRAY_SIZE(desc));
}

static int iommu_enable(struct intel_iommu *iommu)
{
	int err;

	iommu->reg = host_unit_regs(iommu->index);
	iommu->ecap = readq(iommu->reg + DMAR_ECAP_REG);
	/*
	 * Page requests that can't be drained are useless (5ef7e24c7420). A stop marker that can't
	 * be queued is harmless only with ECAP_SMS; which devices send them software can't know, and
	 * so, like Linux, does not ask.
	 */
	iommu->prs_supported =
		iommu->ecap & ECAP_SMTS && iommu->ecap & ECAP_PRS && iommu->ecap & ECAP_PDS;
	err = intel_iommu_alloc_root(iommu);
	if (err)
		return err;
	err = intel_iommu_enable_qi(iommu);
	if (err)
		goto free_root;
	err = iommu_flush_all(iommu);
	if (err)
		goto disable_qi;
	err = intel_iommu_enable_prq(iommu);
	if (err)
		goto disable_qi;
	intel_iommu_translate(iommu, true);
	return 0;
disable_qi:
	intel_iommu_disable_qi(iommu);
free_root:
	intel_iommu_free_root(iommu);
	return err;
}

int intel_iommu_enable(unsigned unit)
{
	struct intel_iommu *iommu = &iommus[unit];
	int err = -EBUSY;

	mutex_lock(&iommu_mutex);
	if (!iommu->up) {
		err = iommu_enable(iommu);
		iommu->up = !err;
	}
	mutex_unlock(&iommu_mutex);
	return err;
}

int intel_iommu_finish(unsigned unit)
{
	struct intel_iommu *iommu = &iommus[unit];
	bool attached;
	int err = -ENODEV;

	mutex_lock(&iommu_mutex);
	if (!iommu->up)
		goto out;
	err = -EBUSY;
	spin_lock(&iommu->lock);
	attached = iommu->devices != NULL;
	spin_unlock(&iommu->lock);
	if (attached)
		goto out;
	err = intel_iommu_finish_prq(iommu);
	if (err)
		goto out;
	intel_iommu_translate(iommu, false);
	intel_iommu_disable_qi(iommu);
	intel_iommu_free_root(iommu);
	iommu->up = false;
out:
	mutex_unlock(&iommu_mutex);
	return err;
}

/* --- Domain ids ---------------------------------------------------------------------------------- */

/*
 * Caches are tagged by (domain id, PASID), without the requester. One id for each address space lets
 * two devices use one PASID number for different spaces.
 */
int domain_id_get(struct intel_iommu *iommu, struct mm_struct *mm, u16 *did)
{
	struct iommu_domain_id *found = NULL;

	spin_lock(&iommu->lock);
	for (unsigned i = 0; i < DOMAIN_IDS; i++) {
		struct iommu_domain_id *id = &iommu->did[i];

		if (id->users && id->mm == mm) {
			found = id;
			break;
		}
		if (!id->users && !found)
			found = id;
	}
	if (found) {
		found->mm = mm;
		found->users++;
		*did = (u16)(found - iommu->did + DOMAIN_ID_FIRST);
	}
	spin_unlock(&iommu->lock);
	return found ? 0 : -ENOSPC;
}

void domain_id_put(struct intel_iommu *iommu, u16 did)
{
	spin_lock(&iommu->lock);
	iommu->did[did - DOMAIN_ID_FIRST].users--;
	spin_unlock(&iommu->lock);
}
