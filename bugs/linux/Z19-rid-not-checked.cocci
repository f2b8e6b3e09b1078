// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/drain-waits-for-another-device.md); add43c4fbc92
// breaks: A drain waits for the requests of other devices that have the same PASID, for as long as
//   they go on.
// expect: OVERWAIT
// without: drain-waits-for-another-device
// files: drivers/iommu/intel/prq.c

@@
identifier req, pasid, sid;
expression e;
statement s;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 	...
 	sid = PCI_DEVID(...);
 	<+...
+	bug_reached();
+	if (req->pasid_present && req->pasid == pasid && req->rid != sid)
+		bug_triggered();
 	if ((req->pasid_present ? req->pasid : IOMMU_NO_PASID) != pasid || e) s
 	...+>
 }
