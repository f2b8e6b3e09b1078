// SPDX-License-Identifier: GPL-2.0-only
// origin: first version of add43c4fbc92
// breaks: The drain of a PASID waits for requests without PASID, too, of whatever device.
// expect: OVERWAIT
// files: drivers/iommu/intel/prq.c

@@
identifier req, pasid, sid;
statement s;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 <+...
+bug_reached();
+if (!req->pasid_present && pasid != IOMMU_NO_PASID)
+	bug_triggered();
 if (
-    (req->pasid_present ? req->pasid : IOMMU_NO_PASID) != pasid || req->rid != sid
+    req->pasid_present ? req->pasid != pasid || req->rid != sid
+		       : pasid == IOMMU_NO_PASID && req->rid != sid
    ) s
 ...+>
 }
