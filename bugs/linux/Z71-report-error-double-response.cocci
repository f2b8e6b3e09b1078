// SPDX-License-Identifier: GPL-2.0-only
// origin: b554e396e51c left out at the driver's end: the one who reports answers, too
// breaks: The event thread answers a request whose report has failed, and been answered by that.
// expect: DUP
// files: drivers/iommu/intel/prq.c

@@
expression dev, event;
@@
-static void intel_prq_report(
+static int intel_prq_report(
 	...)
 {
 	...
-	iommu_report_device_fault(dev, &event);
+	return iommu_report_device_fault(dev, &event);
 }

@@
expression iommu, dev, req;
@@
-intel_prq_report(iommu, dev, req);
+bug_reached();
+if (intel_prq_report(iommu, dev, req)) {
+	bug_triggered();
+	handle_bad_prq_event(iommu, req, QI_RESP_INVALID);
+}
