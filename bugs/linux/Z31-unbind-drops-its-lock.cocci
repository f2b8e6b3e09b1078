// SPDX-License-Identifier: GPL-2.0-only
// origin: 6ef0505158f7 has the like in 5.15; here iommu_sva_lock in place of pasid_mutex
// breaks: Unbind drops iommu_sva_lock ahead of its drain, and frees the space's domain without it, under
//   a bind of another device that has just found that domain.
// expect: UAF
// files: drivers/iommu/iommu-sva.c

@@
identifier handle;
expression domain, dev, pasid;
@@
 void iommu_sva_unbind_device(struct iommu_sva *handle)
 {
 	...
+	mutex_unlock(&iommu_sva_lock);
+	bug_reached();
 	iommu_detach_device_pasid(domain, dev, pasid);
 	if (...) {
+		if (mutex_is_locked(&iommu_sva_lock))
+			bug_triggered();
 		...
 	}
-	mutex_unlock(&iommu_sva_lock);
 	...
 }
