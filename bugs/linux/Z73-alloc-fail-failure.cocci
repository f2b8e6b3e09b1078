// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/reserved-response-code.md)
// breaks: A group for which there is no memory is answered with code 2, which is reserved, and
//   which functions take for Response Failure.
// expect: RC
// premises: allocations-succeed is broken
// without: reserved-response-code
// files: drivers/iommu/io-pgfault.c

@@
expression group;
@@
+bug_reached();
+bug_triggered();
 iopf_group_response(group, IOMMU_PAGE_RESP_FAILURE);
