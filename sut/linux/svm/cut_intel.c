/* SPDX-License-Identifier: GPL-2.0-only */

/* drivers/iommu/intel/iommu.c: tables, translation, domains, devices. */

#include "glue.h"

#include <linux/intel-svm.h>

#include "iommu-sva-lib.h"

/* --- What the cuts find at the head of their file --------------------------------------------- */

int intel_iommu_sm = 1;
int dmar_disabled;
int intel_iommu_enabled = 1;
int rwbf_quirk; /* no chipset of the modelled kind */

/* ACPI's tables would say: the unit is the one that the scenario names. */
struct intel_iommu *device_to_iommu(struct device *dev, u8 *bus, u8 *devfn)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	if (bus && devfn) {
		*bus = pdev->bus->number;
		*devfn = (u8)pdev->devfn;
	}
	return glue_unit(pdev->host->unit);
}

#define dmar_ats_supported(pdev, iommu) ((void)(pdev), true)
#define dev_needs_extra_dtlb_flush(pdev) ((void)(pdev), 0)
#define dev_is_real_dma_subdevice(dev) ((void)(dev), false)
#define device_is_rmrr_locked(dev) ((void)(dev), false) /* no memory is reserved for firmware */
/* Page sizes and coherency of page tables that nobody builds. */
#define domain_update_iommu_cap(domain) ((void)(domain))

#define iommu_skip_te_disable 0
#define dmar_fault(irq, iommu)                                                                     \
	((void)(irq), (void)(iommu)) /* the fault event has no handler here */

/* Registers for invalidation: the unit has the queue, and these are not reached. */
static void __iommu_flush_context(struct intel_iommu *iommu, u16 did, u16 sid, u8 mask, u64 type)
{
	WARN_ON(1);
}

static void __iommu_flush_iotlb(struct intel_iommu *iommu, u16 did, u64 address, unsigned size,
				u64 type)
{
	WARN_ON(1);
}

#include "intel_iommu.inc"

/* --- The table: members that nothing here asks for are left out. ------------------------------ */

static void glue_domain_free(struct iommu_domain *domain);

static const struct iommu_domain_ops glue_domain_ops = {
	.attach_dev = intel_iommu_attach_device,
	.detach_dev = intel_iommu_detach_device,
	.free = glue_domain_free,
};

const struct iommu_ops intel_iommu_ops = {
	.probe_device = intel_iommu_probe_device,
	.release_device = intel_iommu_release_device,
	.device_group = glue_device_group,
	.is_attach_deferred = intel_iommu_is_attach_deferred,
	.dev_enable_feat = intel_iommu_dev_enable_feat,
	.dev_disable_feat = intel_iommu_dev_disable_feat,
	.sva_bind = intel_svm_bind,
	.sva_unbind = intel_svm_unbind,
	.sva_get_pasid = intel_svm_get_pasid,
	.page_response = intel_svm_page_response,
	.pgsize_bitmap = SZ_4K,
	.default_domain_ops = &glue_domain_ops,
};

/* --- Units ------------------------------------------------------------------------------------ */

/* alloc_iommu(), then the order of init_dmars() and intel_iommu_init(). */
int glue_init_dmar(struct intel_iommu *iommu)
{
	int ret;

	iommu->cap = readq(iommu->reg + DMAR_CAP_REG);
	iommu->ecap = readq(iommu->reg + DMAR_ECAP_REG);
	iommu->agaw = 2;
	iommu->msagaw = 2;
	iommu->node = NUMA_NO_NODE;
	iommu->iommu.ops = &intel_iommu_ops;
	raw_spin_lock_init(&iommu->register_lock);

	intel_iommu_init_qi(iommu);
	ret = iommu_init_domains(iommu);
	if (ret)
		return ret;
	ret = iommu_alloc_root_entry(iommu);
	if (ret)
		return ret;
	intel_svm_check(iommu);
	iommu_flush_write_buffer(iommu);
	iommu_set_root_entry(iommu);
	iommu_flush_write_buffer(iommu);
	if (pasid_supported(iommu) && ecap_prs(iommu->ecap)) {
		ret = intel_svm_enable_prq(iommu);
		if (ret)
			return ret;
	}
	iommu_enable_translation(iommu);
	return 0;
}

/* disable_dmar_iommu(), free_dmar_iommu(), free_iommu() */
void glue_free_dmar(struct intel_iommu *iommu)
{
	if (iommu->gcmd & DMA_GCMD_TE)
		iommu_disable_translation(iommu);
	kfree(iommu->domain_ids);
	free_context_table(iommu);
	if (iommu->prq)
		intel_svm_finish_prq(iommu);
	if (iommu->qi) {
		dmar_disable_qi(iommu);
		glue_free_qi(iommu);
	}
}

/* --- Domains ---------------------------------------------------------------------------------- */

/* domain_exit(): the page tables are the owner's. */
static void glue_domain_free(struct iommu_domain *domain)
{
	struct dmar_domain *dmar_domain = to_dmar_domain(domain);

	if (!WARN_ON(!list_empty(&dmar_domain->devices)))
		glue_root_free(dmar_domain->pgd);
	kfree(dmar_domain);
}

/* intel_iommu_domain_alloc() with first-level tables that are the space's. */
struct iommu_domain *glue_domain_alloc(struct intel_iommu *iommu, u64 root)
{
	struct dmar_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL);

	if (!domain)
		return NULL;
	INIT_LIST_HEAD(&domain->devices);
	spin_lock_init(&domain->lock);
	xa_init(&domain->iommu_array);
	domain->nid = NUMA_NO_NODE;
	domain->flags = DOMAIN_FLAG_USE_FIRST_LEVEL;
	domain->iommu_coherency = true;
	domain->agaw = iommu->agaw;
	domain->gaw = agaw_to_width(iommu->agaw);
	domain->pgd = glue_root(root);
	if (!domain->pgd) {
		kfree(domain);
		return NULL;
	}
	domain->domain.type = IOMMU_DOMAIN_UNMANAGED;
	domain->domain.ops = &glue_domain_ops;
	return &domain->domain;
}
