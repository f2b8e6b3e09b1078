// SPDX-License-Identifier: GPL-2.0-only
// origin: version 3 of the series of 2020
// breaks: The drain waits a second for its requests in the ring, and then goes on without.
// expect: PEND-RING PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE OLDNEW UAF
// why: the event thread and the workers go on with what was left
// premises: clock-fair is broken
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
-wait_event(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch);
+bug_reached();
+if (!wait_event_timeout(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch, HZ)) {
+	bug_triggered();
+	break;
+}
 goto prq_retry;
 ...+>
 }
