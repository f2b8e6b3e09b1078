// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of prq_event_thread(): 46924008273e in the wrong order
// breaks: PPR is cleared behind the look at the tail, so a request that lands in between raises no
//   event. Triggered: one has landed behind the look.
// expect: HANG MISS
// why: MISS where a device waits, and no drain
// files: drivers/iommu/intel/prq.c

@@
expression iommu, e;
@@
 prq_event_thread(...)
 {
 <+...
-writel(DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
 tail = e;
+bug_reached();
+writel(DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
 ...+>
 }

@@
expression iommu;
@@
 dmar_writeq(iommu->reg + DMAR_PQH_REG, tail);
+if (bug_ring_busy(iommu->seq_id))
+	bug_triggered();
