/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Root, context and PASID tables: VT-d 9.1-9.6; shaped after drivers/iommu/intel/pasid.c.
 *
 * An entry is 512 bits, and hardware may read it in parts at any time. So bit 0 of its first
 * quadword is the last thing written when it is set up, and the first when it is taken down; the
 * rest is touched only when nothing of it can be cached any more (75ed00055c05).
 */

#include "core/iommu.h"

static void set_root(struct intel_iommu *iommu, u64 rtaddr)
{
	writeq(rtaddr, iommu->reg + DMAR_RTADDR_REG);
	writel(iommu->gcmd | DMA_GCMD_SRTP, iommu->reg + DMAR_GCMD_REG);
	while (!(readl(iommu->reg + DMAR_GSTS_REG) & DMA_GSTS_RTPS))
		cpu_relax("RTPS");
}

/* On once all that translation needs is there; off before any of it goes. */
void intel_iommu_translate(struct intel_iommu *iommu, bool on)
{
	u32 want = on ? DMA_GSTS_TES : 0;

	iommu->gcmd = on ? iommu->gcmd | DMA_GCMD_TE : iommu->gcmd & ~DMA_GCMD_TE;
	writel(iommu->gcmd, iommu->reg + DMAR_GCMD_REG);
	while ((readl(iommu->reg + DMAR_GSTS_REG) & DMA_GSTS_TES) != want)
		cpu_relax("TES");
}

int intel_iommu_alloc_root(struct intel_iommu *iommu)
{
	u64 bus;

	iommu->root_entry = dma_alloc(256 * sizeof(struct root_entry), &bus);
	if (!iommu->root_entry)
		return -ENOMEM;
	set_root(iommu, bus | DMA_RTADDR_SMT);
	return 0;
}

/* No device is attached; what one sends all the same must not be looked up in freed memory. */
void intel_iommu_free_root(struct intel_iommu *iommu)
{
	set_root(iommu, DMA_RTADDR_ABORT);
	for (unsigned i = 0; i < 2 * 256; i++) {
		u64 *root = &iommu->root_entry[i / 2].half[i % 2];
		u64 table = *root & TABLE_PTR_MASK;

		*root = 0;
		if (table)
			dma_free(host_bus_to_virt(table));
	}
	dma_free(iommu->root_entry);
	iommu->root_entry = NULL;
}

/* --- Context entries ---------------------------------------------------------------------------- */

static struct context_entry *context_entry(struct intel_iommu *iommu, u16 rid, bool alloc)
{
	u64 *root = &iommu->root_entry[rid >> 8].half[rid >> 7 & 1];
	struct context_entry *table;
	u64 bus;

	if (*root & ROOT_PRESENT) {
		table = host_bus_to_virt(*root & TABLE_PTR_MASK);
	} else {
		table = alloc ? dma_alloc(128 * sizeof(*table), &bus) : NULL;
		if (!table)
			return NULL;
		WRITE_ONCE(*root, bus | ROOT_PRESENT);
	}
	return &table[rid & 0x7f];
}

/* Domain 0 is what a scalable-mode context entry is cached under. */
static int context_flush(struct device_domain_info *info)
{
	struct qi_desc desc = { .qw0 = QI_CC_TYPE | QI_CC_DEVICE | QI_CC_SID(info->rid) };

	return qi_submit_insist(info->iommu, NULL, &desc, 1);
}

int intel_context_setup(struct device_domain_info *info)
{
	struct context_entry *ce = context_entry(info->iommu, info->rid, true);
	u64 qw0 = CONTEXT_PRESENT;

	if (!ce)
		return -ENOMEM;
	if (info->pasid_enabled)
		qw0 |= CONTEXT_PASIDE;
	if (info->ats_enabled)
		qw0 |= CONTEXT_DTE;
	if (info->pri_enabled)
		qw0 |= CONTEXT_PRE;
	/* PDTS 0: a directory of 128 entries. RID_PASID 0: requests without PASID use entry 0. */
	WRITE_ONCE(ce->qw[1], IOMMU_NO_PASID);
	WRITE_ONCE(ce->qw[0], qw0 | host_virt_to_bus(info->pasid_dir));
	return 0;
}

int intel_context_set_pre(struct device_domain_info *info, bool on)
{
	struct context_entry *ce = context_entry(info->iommu, info->rid, false);

	WRITE_ONCE(ce->qw[0], on ? ce->qw[0] | CONTEXT_PRE : ce->qw[0] & ~CONTEXT_PRE);
	return context_flush(info);
}

int intel_context_clear(struct device_domain_info *info)
{
	struct context_entry *ce = context_entry(info->iommu, info->rid, false);
	int err;

	WRITE_ONCE(ce->qw[0], ce->qw[0] & ~CONTEXT_PRESENT);
	err = context_flush(info);
	if (err)
		return err;
	WRITE_ONCE(ce->qw[0], 0);
	return 0;
}

/* --- PASID tables --------------------------------------------------------------------------------- */

/* A directory page, whose only entry points to the page behind it. */
int intel_pasid_alloc_table(struct device_domain_info *info)
{
	u64 bus;
	u64 *dir = dma_alloc(2 * 4096, &bus);

	if (!dir)
		return -ENOMEM;
	dir[0] = (bus + 4096) | PASID_DIR_PRESENT;
	info->pasid_dir = dir;
	info->pasid_table = (struct pasid_entry *)(dir + 4096 / sizeof(*dir));
	return 0;
}

void intel_pasid_free_table(struct device_domain_info *info)
{
	dma_free(info->pasid_dir);
	info->pasid_dir = NULL;
	info->pasid_table = NULL;
}

void intel_pasid_setup_first_level(struct device_domain_info *info, u32 pasid, u64 pgd, u16 did)
{
	struct pasid_entry *pte = &info->pasid_table[pasid];

	WRITE_ONCE(pte->qw[2], pgd);
	WRITE_ONCE(pte->qw[1], did);
	WRITE_ONCE(pte->qw[0], PASID_PTE_PGTT_FL_ONLY | PASID_PTE_PRESENT);
}

/*
 * PASID cache, then IOTLB, which else could be filled again from it; then the device TLB, which
 * could be filled again from both. Hardware keeps the first two in order, and a device-TLB
 * invalidation with PASID behind them; one without PASID only behind a fence (6.5.2.12).
 */
static int pasid_flush_caches(struct device_domain_info *info, u32 pasid, u16 did)
{
	struct qi_desc desc[4] = {
		{ .qw0 = QI_PC_TYPE | QI_PC_PASID_SEL | QI_DID(did) | QI_PASID(pasid) },
		qi_desc_piotlb(did, pasid),
	};
	unsigned count = 2;
	int err;

	if (!dev_tlb_reachable(info))
		return qi_submit_insist(info->iommu, NULL, desc, count);
	if (pasid == IOMMU_NO_PASID)
		desc[count++] = qi_desc_fence();
	desc[count++] = qi_desc_dev_iotlb(info, pasid);
	err = qi_submit_insist(info->iommu, info->dev, desc, count);
	/* Gone in the middle: its TLB went with it. */
	return err == -ENODEV ? qi_submit_insist(info->iommu, NULL, desc, 2) : err;
}

/*
 * FPD comes with the same write that takes the entry away, so no late request falls in between. The
 * entry's DID and kind are the caller's to remember: they are gone from the entry at the end.
 */
int intel_pasid_tear_down_entry(struct device_domain_info *info, u32 pasid, u16 did,
				bool fault_ignore)
{
	struct pasid_entry *pte = &info->pasid_table[pasid];
	u64 qw0 = READ_ONCE(pte->qw[0]);
	u64 fpd = fault_ignore ? PASID_PTE_FPD : qw0 & PASID_PTE_FPD;
	int err;

	WRITE_ONCE(pte->qw[0], (qw0 & ~PASID_PTE_PRESENT) | fpd);
	err = pasid_flush_caches(info, pasid, did);
	if (err)
		return err;
	WRITE_ONCE(pte->qw[0], fpd);
	WRITE_ONCE(pte->qw[1], 0);
	WRITE_ONCE(pte->qw[2], 0);
	return 0;
}

void intel_pasid_ignore_faults(struct device_domain_info *info, u32 pasid)
{
	WRITE_ONCE(info->pasid_table[pasid].qw[0], PASID_PTE_FPD);
}

void intel_pasid_clear_entry(struct device_domain_info *info, u32 pasid)
{
	struct pasid_entry *pte = &info->pasid_table[pasid];

	if (READ_ONCE(pte->qw[0]))
		WRITE_ONCE(pte->qw[0], 0);
}
