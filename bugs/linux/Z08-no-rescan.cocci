// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The drain waits for one batch and does not look at the ring again: the batch may have
//   begun ahead of its request. Triggered: the ring is not empty behind the wait, whoever's it is.
// expect: PEND-RING PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE OLDNEW UAF REST
// why: the event thread and the workers go on with what was left
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
 wait_event(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch);
-goto prq_retry;
+bug_reached();
+if (bug_ring_busy(iommu->seq_id))
+	bug_triggered();
+break;
 ...+>
 }
