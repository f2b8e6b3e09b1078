// SPDX-License-Identifier: GPL-2.0-only
//
// The teardown of the PASID entry, with its drain, comes before ATS is switched off: the function still
// answers device-TLB invalidations then, and these push its requests ahead of them.
//
// files: drivers/iommu/intel/iommu.c
// versions: 6.12
// scenarios: device-tlb-after-ats-off

@@
expression info;
statement s;
@@
 void device_block_translation(struct device *dev)
 {
 	...
-	iommu_disable_pci_caps(info);
 	if (!dev_is_real_dma_subdevice(dev)) s
+	iommu_disable_pci_caps(info);
 	...
 }
