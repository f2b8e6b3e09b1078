// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/prq.c
// breaks: Stop markers go the way of requests, and get a response.
// expect: DUP
// files: drivers/iommu/intel/prq.c

@@
expression req;
@@
-if (unlikely(req->lpig && !req->rd_req && !req->wr_req))
-	goto prq_advance;
+bug_reached();
+if (req->lpig && !req->rd_req && !req->wr_req)
+	bug_triggered();
