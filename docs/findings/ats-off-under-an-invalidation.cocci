// SPDX-License-Identifier: GPL-2.0-only
//
// To be applied behind device-tlb-after-ats-off.cocci, whose place it takes. ATS stays on from the first
// domain to the release of the device: PASIDs have translations in the device-TLB whatever becomes of
// the domain of requests without PASID, and invalidations for them may be in the queue.
//
// files: drivers/iommu/intel/iommu.c
// versions: 6.12
// scenarios: ats-off-under-an-invalidation device-tlb-after-ats-off

@@
@@
 void device_block_translation(struct device *dev)
 {
 	<...
-	iommu_disable_pci_caps(...);
 	...>
 }

@@
identifier info, pdev;
@@
 void iommu_enable_pci_caps(struct device_domain_info *info)
 {
 	struct pci_dev *pdev;
+
+	if (info->ats_enabled)
+		return;
 	...
 }

@@
identifier info;
statement s;
@@
 void intel_iommu_release_device(struct device *dev)
 {
 	...
+	iommu_disable_pci_caps(info);
 	if (info->pasid_enabled) s
 	...
 }
