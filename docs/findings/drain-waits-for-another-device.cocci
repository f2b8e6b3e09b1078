// SPDX-License-Identifier: GPL-2.0-only
//
// A drain waits for requests of its own function: with SVA, other devices of the process have the same
// PASID.
//
// files: drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: drain-waits-for-another-devices-faults

@@
identifier f = {intel_iommu_drain_pasid_prq, intel_svm_drain_prq};
identifier req, pasid, sid;
@@
 void f(struct device *dev, u32 pasid)
 {
 	...
 	sid = PCI_DEVID(...);
 	<...
(
-	!req->pasid_present || req->pasid != pasid
+	!req->pasid_present || req->pasid != pasid || req->rid != sid
|
-	(req->pasid_present ? req->pasid : IOMMU_NO_PASID) != pasid ||
-	(pasid == IOMMU_NO_PASID && req->rid != sid)
+	(req->pasid_present ? req->pasid : IOMMU_NO_PASID) != pasid || req->rid != sid
)
 	...>
 }
