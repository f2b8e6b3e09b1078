// SPDX-License-Identifier: GPL-2.0-only
// origin: versions 3 and 4 of the series of 2020
// breaks: The completion is never set back: tokens of earlier batches let the wait pass at once,
//   and the drain goes on as if its request had been handled.
// expect: PEND-RING PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE PEND-RESPONSE OLDNEW UAF HANG
// why: the event thread and the workers go on with what was left; HANG since one token serves one
//   waiter, as in Z01
// without: lost-wakeup
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
-if (!completion_done(&iommu->prq_complete))
-	complete(&iommu->prq_complete);
+complete(&iommu->prq_complete);

@@
expression iommu;
@@
-reinit_completion(&iommu->prq_complete);

@@
expression iommu;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
+bug_reached();
+if (iommu->prq_complete.done)
+	bug_triggered();
 wait_for_completion(&iommu->prq_complete);
-goto prq_retry;
+break;
 ...+>
 }
