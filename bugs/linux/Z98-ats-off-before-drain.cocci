// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/device-tlb-after-ats-off.md)
// breaks: ATS is switched off ahead of the teardown, so nobody answers the device-TLB invalidation
//   of the drain, which is submitted again for ever.
// expect: QERR LIVELOCK
// why: the time-out of the invalidation is an error of the queue; LIVELOCK only after many of them
// without: device-tlb-after-ats-off ats-off-under-an-invalidation
// files: drivers/iommu/intel/iommu.c

@@
expression info;
@@
 void device_block_translation(struct device *dev)
 {
 	...
+	bug_reached();
+	if (info->ats_enabled && info->pri_enabled)
+		bug_triggered();
 	iommu_disable_pci_caps(info);
 	...
 }
