// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The count of batches is read behind the look at the ring, so a batch that ends in between is
//   waited for once more. Triggered: the ring is empty by then.
// expect: HANG
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 prq_retry:
-batch = smp_load_acquire(&iommu->prq_batches);
 tail = ...;

@@
expression iommu;
@@
+bug_reached();
+if (!bug_ring_busy(iommu->seq_id))
+	bug_triggered();
+batch = smp_load_acquire(&iommu->prq_batches);
 wait_event(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch);
 goto prq_retry;
