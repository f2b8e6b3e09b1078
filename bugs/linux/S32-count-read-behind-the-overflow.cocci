// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The count of batches is read behind the look at the overflow bit: a batch that clears it
//   in between is waited for once more. Triggered: one has.
// expect: HANG
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 qi_retry:
-batch = smp_load_acquire(&iommu->prq_batches);
 if (...) goto qi_retry;
+seen = __atomic_load_n(&iommu->prq_batches, __ATOMIC_RELAXED);
 if (readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO) {
+	bug_reached();
+	batch = smp_load_acquire(&iommu->prq_batches);
+	if (batch != seen)
+		bug_triggered();
 	...
 }

@@
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
+	unsigned long seen;
 	...
 }
