// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/pushed-in-request.md), in its second half
// breaks: The second pass over the ring, behind the wait with PD, does not flush the work queue.
//   Triggered: each time, for whose groups are queued is not known.
// expect: PEND-WORK PEND-QUEUE PEND-RESPONSE UAF OLDNEW DEADRESP
// why: the worker may have answered by the time that the drain returns; the group's handle is freed
//   below it
// files: drivers/iommu/intel/prq.c

@@
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
-iopf_queue_flush_dev(dev);
+if (!pushed) {
+	iopf_queue_flush_dev(dev);
+} else {
+	bug_reached();
+	bug_triggered();
+}
 ...+>
 }
