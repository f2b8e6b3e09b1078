// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/pasid.c
// breaks: The teardown invalidates the device-TLB first, and the device fills it anew from what the unit
//   has cached. Triggered: each time, for what the device does is not known.
// expect: STALE DMA
// why: DMA where the device uses what is left
// files: drivers/iommu/intel/pasid.c

@@
expression iommu, did, dev, pasid;
statement s, t;
@@
 void intel_pasid_tear_down_entry(...)
 {
 	...
-	pasid_cache_invalidation_with_pasid(iommu, did, pasid);
+	bug_reached();
+	bug_triggered();
+	devtlb_invalidation_with_pasid(iommu, dev, pasid);
+	pasid_cache_invalidation_with_pasid(iommu, did, pasid);
 	if (...) s else t
-	devtlb_invalidation_with_pasid(iommu, dev, pasid);
 	...
 }
