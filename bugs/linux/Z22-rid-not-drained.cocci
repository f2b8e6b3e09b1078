// SPDX-License-Identifier: GPL-2.0-only
// origin: c43e1ccdebf2 left out
// breaks: A change of the domain of requests without PASID does not drain these.
// expect: PEND-RING PEND-UNIT PEND-LINK PEND-HAND PEND-RESPONSE PEND-QUEUE REST
// why: where the request is when the change returns is the choice of the schedule
// files: drivers/iommu/intel/pasid.c

@@
@@
 void intel_pasid_tear_down_entry(...)
 {
 	...
+	if (pasid == IOMMU_NO_PASID)
+		bug_triggered();
+	bug_reached();
-	if (!fault_ignore)
+	if (!fault_ignore && pasid != IOMMU_NO_PASID)
 		intel_iommu_drain_pasid_prq(dev, pasid);
 }
