// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/queue-up-and-down.md, 3)
// breaks: The ring's registers are zeroed ahead of the end of the event thread, which then reads an old tail
//   and a new head, and handles slots again. Triggered: a request is in the ring.
// expect: DUP RING UAF TARGET
// why: what becomes of it depends on which of the registers the thread has read
// files: drivers/iommu/intel/prq.c

@@
identifier iommu;
statement s;
@@
 int intel_iommu_finish_prq(struct intel_iommu *iommu)
 {
+	bug_reached();
+	if (bug_ring_busy(iommu->seq_id))
+		bug_triggered();
+	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQA_REG, 0ULL);
 	if (iommu->pr_irq) s
-	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQA_REG, 0ULL);
 	...
 }
