// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation; version 2 of the series of 2020 assumed two
// breaks: A drain that finds a request of its own does not wait: it runs the event thread's
//   function, which is not made for two at a time.
// expect: RING DUP CONTEXT UAF PEND-HAND PEND-WORK
// why: DUP for a request that both answer; CONTEXT since who wakes the waiters then holds a lock
//   that waiters hold; the rest for the one that comes behind the end of the life
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
-wait_event(iommu->prq_wait, smp_load_acquire(&iommu->prq_batches) != batch);
+bug_reached();
+bug_triggered();
+prq_event_thread(iommu->pr_irq, iommu);
 goto prq_retry;
 ...+>
 }

@@
typedef irqreturn_t;
@@
+static irqreturn_t prq_event_thread(int irq, void *d);
+
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid) { ... }
