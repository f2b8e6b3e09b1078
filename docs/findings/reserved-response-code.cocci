// SPDX-License-Identifier: GPL-2.0-only
//
// A fault for which there is no memory is answered Invalid Request, a code that VT-d knows, and which
// leaves page requests on.
//
// files: drivers/iommu/io-pgfault.c
// versions: 6.12
// scenarios: reserved-response-code

@@
expression group;
@@
-iopf_group_response(group, IOMMU_PAGE_RESP_FAILURE);
+iopf_group_response(group, IOMMU_PAGE_RESP_INVALID);
