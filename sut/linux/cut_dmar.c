/* SPDX-License-Identifier: GPL-2.0-only */

/* drivers/iommu/intel/dmar.c: the invalidation queue, and the interrupt's registers. */

#include "glue.h"

#include "intel/perf.h"
#include "intel/trace.h"

/* Hardware writes to the status words, so they must be where it can reach them. */
#undef kcalloc
#define kcalloc(n, size, gfp) ((void *)alloc_pages(gfp, get_order((size_t)(n) * (size))))

#include "intel_dmar.inc"

/* free_iommu() does this as a part of more. */
void glue_free_qi(struct intel_iommu *iommu)
{
	if (!iommu->qi)
		return;
	free_pages(iommu->qi->desc, 1);
	free_pages(iommu->qi->desc_status, 0);
	kfree(iommu->qi);
	iommu->qi = NULL;
}
