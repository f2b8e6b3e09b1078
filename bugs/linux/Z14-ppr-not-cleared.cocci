// SPDX-License-Identifier: GPL-2.0-only
// origin: 46924008273e, reverted
// breaks: The event thread leaves PPR set, so the next request raises no event.
// expect: HANG MISS
// why: MISS where a device waits, and no drain
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 prq_event_thread(...)
 {
 <+...
-writel(DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
+bug_reached();
+bug_triggered();
 ...+>
 }
