// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/part-answered-without-a-handler.md)
// breaks: Each part of a group whose PASID has no fault handler gets a response of its own.
// expect: DUP
// without: part-answered-without-a-handler
// files: drivers/iommu/io-pgfault.c

@@
identifier fault, evt, dev;
@@
+bug_reached();
+if (!(fault->prm.flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE))
+	bug_triggered();
 if (fault->type == IOMMU_FAULT_PAGE_REQ)
 	iopf_error_response(dev, evt);
