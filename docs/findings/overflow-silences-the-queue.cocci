// SPDX-License-Identifier: GPL-2.0-only
//
// The overflow bit is cleared together with PPR, which may be set again by then without an event. While
// PRO is set nothing more is accepted, and the read of the tail before has pushed in what was: the ring
// is empty, and both bits can go in one write.
//
// files: drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: overflow-silences-the-queue
// scenarios: overflow-silences-the-queue-in-6.1

@@
expression iommu;
@@
-writel(DMA_PRS_PRO, iommu->reg + DMAR_PRS_REG);
+writel(DMA_PRS_PRO | DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
