// SPDX-License-Identifier: GPL-2.0-only
// origin: version 3 of the series of 2020; 6.13 had the like (drain in the release of a space)
// breaks: The release of a space drains, under the spin lock of the domain.
// expect: CONTEXT
// files: drivers/iommu/intel/pasid.c

@@
@@
 void intel_pasid_tear_down_entry(...)
 {
 	...
-	if (!fault_ignore)
-		intel_iommu_drain_pasid_prq(dev, pasid);
+	bug_reached();
+	if (fault_ignore)
+		bug_triggered();
+	intel_iommu_drain_pasid_prq(dev, pasid);
 }
