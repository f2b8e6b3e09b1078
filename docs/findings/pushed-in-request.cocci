// SPDX-License-Identifier: GPL-2.0-only
//
// The drain goes twice over all of it: the first hardware drain pushes what was under way into the
// ring; the second pass waits for that, for its groups, and for its responses.
//
// files: drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: pushed-in-request pushed-in-served-to-the-next-owner
// scenarios: refused-by-the-unit-still-unanswered overflow-cleared-ahead-of-the-look
// scenarios: pushed-in-then-reported-on-a-freed-handle pushed-in-then-served-on-a-freed-handle
// scenarios: pushed-in-request-in-6.1

@@
identifier drain = {intel_iommu_drain_pasid_prq, intel_svm_drain_prq};
statement s;
@@
 void drain(struct device *dev, u32 pasid)
 {
+	bool pushed = false;
 	...
 	if (readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO) s
+	if (!pushed) {
+		pushed = true;
+		goto prq_retry;
+	}
 	...
 }
