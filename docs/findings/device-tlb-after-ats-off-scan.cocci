// SPDX-License-Identifier: GPL-2.0-only
//
// To be applied with device-tlb-after-ats-off.cocci, without which no such drain ends. The drain of
// requests without PASID looks for slots that have none, and of its own function.
//
// files: drivers/iommu/intel/prq.c
// versions: 6.12
// scenarios: device-tlb-after-ats-off

@@
expression req;
@@
-if (!req->pasid_present || req->pasid != pasid)
+if ((req->pasid_present ? req->pasid : IOMMU_NO_PASID) != pasid ||
+    (pasid == IOMMU_NO_PASID && req->rid != sid))
 {
 	...
 }
