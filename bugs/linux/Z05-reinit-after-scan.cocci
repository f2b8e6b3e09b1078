// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The count of batches is read behind the look at the ring, so a batch that ends in between
//   is waited for once more. Triggered: one has.
// expect: HANG
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 prq_retry:
-batch = smp_load_acquire(&iommu->prq_batches);
+seen = __atomic_load_n(&iommu->prq_batches, __ATOMIC_RELAXED);
 tail = ...;

@@
expression iommu;
@@
+bug_reached();
+batch = smp_load_acquire(&iommu->prq_batches);
+if (batch != seen)
+	bug_triggered();
 wait_event(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch);
 goto prq_retry;

@@
identifier f = {intel_iommu_drain_pasid_prq, intel_iommu_drain_dev_prq};
@@
 f(...)
 {
+	unsigned long seen;
 	...
 }
