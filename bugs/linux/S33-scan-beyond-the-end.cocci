// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel_iommu_drain_pasid_prq()
// breaks: The drain's look goes on behind the last slot, and not to the first: it reads what is
//   behind the ring, and never comes to its tail.
// expect: UAF LIVELOCK HANG
// why: LIVELOCK and HANG where there is memory enough, or something like a request in it
// files: drivers/iommu/intel/prq.c

@@
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
-head = (head + sizeof(*req)) & PRQ_RING_MASK;
+head = head + sizeof(*req);
+bug_reached();
+if (head & ~PRQ_RING_MASK)
+	bug_triggered();
 ...+>
 }
