// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The drain looks no further than to the first request in the ring that is not its own.
//   Triggered: there are more behind it.
// expect: PEND-RING PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE OLDNEW UAF REST
// why: the event thread and the workers go on with what was left
// files: drivers/iommu/intel/prq.c

@@
expression e;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
 if (e) {
	head = (head + sizeof(*req)) & PRQ_RING_MASK;
-	continue;
+	bug_reached();
+	if (head != tail)
+		bug_triggered();
+	break;
 }
 ...+>
 }
