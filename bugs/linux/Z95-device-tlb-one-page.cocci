// SPDX-License-Identifier: GPL-2.0-only
// origin: ddea230c9fc2 left out, at the teardown: an invalidation without its size
// breaks: The teardown invalidates one page of the device-TLB, at address 0.
//   Triggered: each time, for what the device holds is not known.
// expect: STALE DMA
// why: DMA where the device uses what is left
// files: drivers/iommu/intel/pasid.c

@@
expression iommu, sid, pfsid, pasid, qdep;
@@
+bug_reached();
+bug_triggered();
-qi_flush_dev_iotlb_pasid(iommu, sid, pfsid, pasid, qdep, 0, 64 - VTD_PAGE_SHIFT);
+qi_flush_dev_iotlb_pasid(iommu, sid, pfsid, pasid, qdep, 0, 0);
