// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/part-left-behind.md)
// breaks: The drain leaves parts of groups on their list, and they join the next group of the
//   device that has the same index, of whatever PASID.
// expect: OLDNEW PEND-PARTIAL REST
// why: PEND-PARTIAL when the drain returns, ahead of the new life; REST where there is none
// without: part-left-behind
// files: drivers/iommu/intel/prq.c

@@
statement s, t;
iterator name list_for_each_entry;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
+	struct iopf_fault *part;
 	...
 	if (readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO) s
 	if (!pushed) t
+	bug_reached();
+	list_for_each_entry(part, &dev->iommu->fault_param->partial, list) {
+		if (part->fault.prm.pasid == pasid)
+			bug_triggered();
+	}
 }
