// SPDX-License-Identifier: GPL-2.0-only
// origin: 973b546451fd, reverted
// breaks: The overflow bit is never cleared: the unit answers all later requests itself, and a
//   drain that finds it set waits for ever.
// expect: HANG REST
// why: REST where nobody drains behind it
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 prq_event_thread(...)
 {
 <+...
-writel(DMA_PRS_PRO | DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
+bug_reached();
+bug_triggered();
 ...+>
 }
