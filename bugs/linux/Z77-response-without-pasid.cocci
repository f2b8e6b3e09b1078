// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/prq.c
// breaks: Responses say that they are for a request without PASID.
// expect: TARGET DUP
// why: DUP where a request without PASID has the same index, and takes the response
// files: drivers/iommu/intel/prq.c

@@
identifier pasid_present, prm;
@@
 void intel_iommu_page_response(...)
 {
 	...
-	pasid_present = prm->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;
+	pasid_present = false;
+	bug_reached();
+	if (prm->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID)
+		bug_triggered();
 	...
 }
