// SPDX-License-Identifier: GPL-2.0-only
// origin: the response code of bad requests before 5.12
// breaks: A bad request is answered Response Failure, at which the device turns page requests off.
// expect: RC
// files: drivers/iommu/intel/prq.c

@@
expression iommu, req;
@@
 bad_req:
+bug_reached();
+if (req->lpig)
+	bug_triggered();
-handle_bad_prq_event(iommu, req, QI_RESP_INVALID);
+handle_bad_prq_event(iommu, req, QI_RESP_FAILURE);
