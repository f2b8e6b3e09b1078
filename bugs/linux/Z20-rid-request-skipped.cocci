// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/device-tlb-after-ats-off-scan.cocci); add43c4fbc92 mended
//   it once
// breaks: The drain of requests without PASID looks for slots with PASID 0, passes those that have
//   none, and returns while they are in the ring.
// expect: PEND-RING PEND-HAND
// why: PEND-HAND when the event thread has just taken it out of the ring
// without: device-tlb-after-ats-off-scan
// files: drivers/iommu/intel/prq.c

@@
identifier req, pasid, sid;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 	...
 	sid = PCI_DEVID(...);
 	<...
+	if (pasid == IOMMU_NO_PASID) {
+		bug_reached();
+		if (!req->pasid_present && req->rid == sid)
+			bug_triggered();
+	}
 	if (!req->pasid_present || req->pasid != pasid || req->rid != sid) {
 		...
 	}
 	...>
 }
