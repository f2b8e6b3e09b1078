/* SPDX-License-Identifier: GPL-2.0-only */

/* The drain of 2020, version 2, as a system under test. */

#include "sut/sut.h"
#include "sut/v2/v2.h"

const struct sut sut_v2 = {
	.name = "v2",
	.bind_flags = SUT_BIND_DOMAIN,
	.summary = "the drain as posted in version 2 of the series of 2020",
	.unit_enable = intel_iommu_enable,
	.unit_finish = intel_iommu_finish,
	.device_attach = intel_iommu_device_attach,
	.device_detach = intel_iommu_device_detach,
	.bind = v2_bind,
	.unbind = v2_unbind,
	.drain = v2_drain,
};
