// SPDX-License-Identifier: GPL-2.0-only
// origin: f0b9d31c6edd left out: the count of PASIDs with a fault handler, by which later kernels drain
// breaks: A device is drained while it has PASIDs attached, and the count of these goes down ahead of the
//   last teardown.
// expect: PEND-RING PEND-LINK PEND-UNIT PEND-WORK PEND-HAND PEND-PARTIAL
//   PEND-QUEUE PEND-RESPONSE REST UAF OLDNEW DEADRESP
// why: where the request is when unbind returns is the choice of the schedule; its handle is freed then
// files: drivers/iommu/intel/iommu.h drivers/iommu/intel/iommu.c drivers/iommu/intel/svm.c
// files: drivers/iommu/intel/prq.c

@@
@@
 struct device_domain_info {
 	...
 	u8 ats_qdep;
+	unsigned int iopf_refcount;
 	...
 };

@@
@@
 dev_pasid->pasid = pasid;
+info->iopf_refcount++;

@@
identifier dmar_domain;
@@
 void intel_iommu_remove_dev_pasid(...)
 {
 	...
 	dmar_domain = to_dmar_domain(...);
+	info->iopf_refcount--;
 	...
 }

@@
expression info;
@@
-if (!info->pri_enabled)
+if (info->pri_enabled && pasid != IOMMU_NO_PASID && !info->iopf_refcount)
+	bug_triggered();
+bug_reached();
+if (!info->pri_enabled || (pasid != IOMMU_NO_PASID && !info->iopf_refcount))
 	return;
