// SPDX-License-Identifier: GPL-2.0-only
//
// A part of a group gets no response of its own, with or without a handler.
//
// files: drivers/iommu/io-pgfault.c
// versions: 6.12
// scenarios: part-answered-without-a-handler

@@
identifier evt, dev;
expression fault;
@@
-if (fault->type == IOMMU_FAULT_PAGE_REQ)
+if (fault->type == IOMMU_FAULT_PAGE_REQ &&
+    (fault->prm.flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE))
 	iopf_error_response(dev, evt);
