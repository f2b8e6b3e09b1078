// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/prq.c
// breaks: The drain's device-TLB invalidation names function 0 in place of the virtual function.
// expect: TARGET
// premises: a device with a function number other than 0
// files: drivers/iommu/intel/prq.c

@@
expression sid, info, pasid;
@@
+if (sid & 7)
+	bug_triggered();
+bug_reached();
-qi_desc_dev_iotlb_pasid(sid, info->pfsid, pasid,
+qi_desc_dev_iotlb_pasid(sid & ~7, info->pfsid, pasid,
 			 ...);
