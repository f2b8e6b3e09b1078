// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/pushed-in-request.md); the review of 2020 asked
// breaks: The ring is scanned ahead of the wait with PD and not behind it: what that pushes in is
//   left there. Triggered: the ring is not empty at the end of a drain, whoever's it is.
// expect: PEND-RING OLDNEW UAF PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE PEND-RESPONSE DEADRESP
//   REST FAULTLOG
// why: by the time that the drain returns the event thread and the worker may be on with it, and
//   the unit's own answers have the same way
// without: pushed-in-request
// files: drivers/iommu/intel/prq.c

@@
statement s;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 	...
 	if (readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO) s
+	bug_reached();
+	if (bug_ring_busy(iommu->seq_id))
+		bug_triggered();
 	...
 }
