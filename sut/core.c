/* SPDX-License-Identifier: GPL-2.0-only */

/* The drain core of this house as a system under test. */

#include "core/iommu.h"
#include "sut/sut.h"

const struct sut sut_core = {
	.name = "core",
	.bind_flags = SUT_BIND_DOMAIN,
	.refuses = true,
	.summary = "the reference drain core",
	.unit_enable = intel_iommu_enable,
	.unit_finish = intel_iommu_finish,
	.device_attach = intel_iommu_device_attach,
	.device_detach = intel_iommu_device_detach,
	.bind = intel_svm_bind,
	.unbind = intel_svm_unbind,
	.rid_attach = intel_iommu_attach_rid,
	.prq_disable = intel_iommu_pri_disable,
	.prq_enable = intel_iommu_pri_enable,
	.drain = intel_svm_drain,
};
