// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/overflow-silences-the-queue.md)
// breaks: The overflow bit is cleared alone. PPR, which was set again while it was, stays, and no
//   request raises an event any more.
// expect: HANG MISS
// why: MISS where a device waits, and no drain
// without: overflow-silences-the-queue
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 prq_event_thread(...)
 {
+	u32 prs;
 	<+...
-	readl(iommu->reg + DMAR_PRS_REG)
+	(prs = readl(iommu->reg + DMAR_PRS_REG))
 	...+>
 }

@@
expression iommu;
@@
+bug_reached();
+if (prs & DMA_PRS_PPR)
+	bug_triggered();
 writel(DMA_PRS_PRO, iommu->reg + DMAR_PRS_REG);
