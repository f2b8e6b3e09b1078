/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_GLUE_H
#define SLUICE_LINUX_GLUE_H

/*
 * Around the kernel's files: what cuts need at the place where they land, and the callers that the
 * table of operations names. Each caller does what the kernel's own does, with the locks it holds;
 * its comment names it.
 *
 *	cut_dmar.c		definitions cut out of intel/dmar.c
 *	prq/, svm/		the same of intel/iommu.c and iommu.c, for the layout of the tree
 *	unit.c			a remapping unit comes up and goes down: init_dmars()
 *	device.c		a driver probes and leaves, page requests on and off
 *	bind.c			spaces and domains on PASIDs, the domain of a device
 *	sut.c			the table of operations
 */

#include "shim/kernel.h"

#include "sut/sut.h"

#include "intel/iommu.h"
#include "intel/pasid.h"
#ifdef SLUICE_LINUX_LAYOUT_PRQ
#include "iommu-pages.h"
#include "iommu-priv.h"
#endif

#define GLUE_UNITS 2
#define GLUE_DEVICES 4
#ifdef SLUICE_LINUX_LAYOUT_PRQ
#define GLUE_BIND_FLAGS SUT_BIND_DOMAIN
#else
#define GLUE_BIND_FLAGS 0 /* iommu_attach_device_pasid() is of 6.2 */
#endif

/* --- cut_dmar.c --------------------------------------------------------------------------------------- */

void glue_free_qi(struct intel_iommu *iommu);

/* --- prq/ or svm/, by the layout of the tree: cut_intel.c of intel/iommu.c --------------------------------------------------------------------------- */

/* init_dmars() and iommu_prepare/enable for one unit; and its end. */
int glue_init_dmar(struct intel_iommu *iommu);
void glue_free_dmar(struct intel_iommu *iommu);
/*
 * Domains of drivers: DMA API or VFIO. @root: bus address of a space's page tables; 0: tables of its
 * own, that map nothing.
 */
struct iommu_domain *glue_domain_alloc(struct intel_iommu *iommu, u64 root);

/* --- cut_group.c: iommu.c ----------------------------------------------------------------------------------- */

/* __iommu_probe_device() for a device that is alone in its group, with a default domain. */
int glue_probe(struct device *dev, const struct iommu_ops *ops,
	       struct iommu_domain *default_domain);
struct iommu_group *glue_device_group(struct device *dev);
/* __iommu_group_remove_device() */
void glue_release(struct device *dev);
/* The domain of a device's requests without PASID: iommu_attach_group(), iommu_detach_group(). */
int glue_attach_group(struct iommu_domain *domain, struct device *dev);
void glue_detach_group(struct iommu_domain *domain, struct device *dev);
/* iommu_sva_bind_device() */
struct iommu_sva *glue_sva_bind(struct device *dev, struct mm_struct *mm);
/* A domain on a number of its own, as idxd's system PASID. -EOPNOTSUPP: the kernel has no such call. */
int glue_pasid_attach(struct iommu_domain *domain, struct device *dev, u32 *pasid);
void glue_pasid_detach(struct iommu_domain *domain, struct device *dev, u32 pasid);

/* Page tables as the kernel's pointer, and their end. An allocation that fails gives NULL. */
void *glue_root(u64 root);
void glue_root_free(void *root);

/* --- unit.c, device.c ----------------------------------------------------------------------------------- */

struct intel_iommu *glue_unit(unsigned unit);
struct pci_dev *glue_pci_dev(const struct host_pci_dev *dev);
struct pci_dev *glue_find_pci_dev(u16 rid);

int glue_unit_enable(unsigned unit);
int glue_unit_finish(unsigned unit);
int glue_device_attach(unsigned unit, struct host_pci_dev *dev);
int glue_device_detach(struct host_pci_dev *dev);
int glue_prq_disable(struct host_pci_dev *dev);
int glue_prq_enable(struct host_pci_dev *dev);

/* --- bind.c --------------------------------------------------------------------------------------------- */

enum glue_assumption {
	ASSUME_SVA, /* CONFIG_X86 is not set, or iommu_sva_bind_device() would refuse */
	ASSUME_COUNT
};

int glue_bind(struct host_pci_dev *dev, struct host_space *space, unsigned flags, u32 *pasid);
int glue_unbind(struct host_pci_dev *dev, u32 pasid);
int glue_rid_attach(struct host_pci_dev *dev, struct host_space *space);

#endif
