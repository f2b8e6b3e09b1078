// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of io-pgfault.c
// breaks: A last page for which there is no memory is given up without a response.
// expect: MISS
// premises: allocations-succeed is broken
// files: drivers/iommu/io-pgfault.c

@@
expression group, abort_group;
statement s, t;
@@
-iopf_group_response(group, IOMMU_PAGE_RESP_INVALID);
+bug_reached();
+if (group == &abort_group) {
+	bug_triggered();
+	iopf_group_dequeue(group);
+} else {
+	iopf_group_response(group, IOMMU_PAGE_RESP_INVALID);
+}
 if (group == &abort_group) s else t
