// SPDX-License-Identifier: GPL-2.0-only
// origin: version 2 of the series of 2020
// breaks: A request that can't be reported, for there is no memory or nobody to tell, ends the
//   batch; PQH goes to the tail all the same, and the requests behind it are lost.
// expect: MISS RING PEND-QUEUE PEND-HAND PEND-WORK PEND-PARTIAL OLDNEW DEADRESP
// why: RING if they came in during the batch; PEND-* when a drain returns ahead of rest, OLDNEW and
//   DEADRESP when the device uses the name again
// files: drivers/iommu/intel/prq.c

@@
identifier dev, event;
@@
-static void intel_prq_report(
+static int intel_prq_report(
 ...)
 {
 ...
-iommu_report_device_fault(dev, &event);
+return iommu_report_device_fault(dev, &event);
 }

@@
expression iommu, dev, req;
@@
 prq_event_thread(...)
 {
 <+...
-intel_prq_report(iommu, dev, req);
+if (intel_prq_report(iommu, dev, req)) {
+	mutex_unlock(&iommu->iopf_lock);
+	bug_reached();
+	if (((head + sizeof(*req)) & PRQ_RING_MASK) != tail)
+		bug_triggered();
+	break;
+}
 ...+>
 }
