// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of iommu-sva.c
// breaks: Unbind frees its handle ahead of the drain, and faults that are under way still lead to it.
//   Triggered: each time, for what is under way is not known.
// expect: UAF
// files: drivers/iommu/iommu-sva.c

@@
identifier handle;
expression domain, dev, pasid;
@@
 void iommu_sva_unbind_device(struct iommu_sva *handle)
 {
 	...
+	kfree(handle);
+	bug_reached();
+	bug_triggered();
 	iommu_detach_device_pasid(domain, dev, pasid);
 	...
-	kfree(handle);
 }
