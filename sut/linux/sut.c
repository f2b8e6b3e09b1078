/* SPDX-License-Identifier: GPL-2.0-only */

/* The kernel's files as a system under test. */

#include "glue.h"

static const struct sut_assumption assumptions[] = {
	[ASSUME_SVA] = {
		"sva-on-x86",
		"Debian's configuration refuses iommu_sva_bind_device(): its test of CONFIG_X86 is off",
	},
	[ASSUME_COUNT] = { NULL, NULL },
};

const struct sut SLUICE_LINUX_SYMBOL = {
	.name = SLUICE_LINUX_NAME,
	.summary = "the kernel's own files",
	.version = SLUICE_LINUX_VERSION_STRING,
	.assumptions = assumptions,
	.numbers_by_space = true,
	.bind_flags = GLUE_BIND_FLAGS,
	.unit_enable = glue_unit_enable,
	.unit_finish = glue_unit_finish,
	.device_attach = glue_device_attach,
	.device_detach = glue_device_detach,
	.bind = glue_bind,
	.unbind = glue_unbind,
	.rid_attach = glue_rid_attach,
	.prq_disable = glue_prq_disable,
	.prq_enable = glue_prq_enable,
};
