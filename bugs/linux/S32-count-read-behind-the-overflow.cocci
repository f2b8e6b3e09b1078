// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The count of batches is read behind the look at the overflow bit: a batch that clears it in
//   between is waited for once more. Triggered: the ring is empty by then.
// expect: HANG
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 qi_retry:
-batch = smp_load_acquire(&iommu->prq_batches);
 if (...) goto qi_retry;
 if (readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO) {
+	bug_reached();
+	if (!bug_ring_busy(iommu->seq_id))
+		bug_triggered();
+	batch = smp_load_acquire(&iommu->prq_batches);
 	...
 }
