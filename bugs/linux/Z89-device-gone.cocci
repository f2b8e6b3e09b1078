// SPDX-License-Identifier: GPL-2.0-only
// origin: 80a9b50c0b9e left out
// breaks: The invalidation of a device that is gone is submitted again for ever.
// expect: LIVELOCK
// premises: devices-present is broken
// files: drivers/iommu/intel/dmar.c

@@
expression dev, iommu;
expression ite_sid;
@@
 if (ite_sid) {
 	dev = device_rbtree_find(iommu, ite_sid);
+	bug_reached();
 	if (!dev || ...)
-		return -ETIMEDOUT;
+		bug_triggered();
 }
