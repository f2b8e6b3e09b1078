// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of prq_event_thread()
// breaks: PPR is cleared once more at the end of a batch, which takes back the event of a request
//   that came in during it. Triggered: there is one.
// expect: HANG MISS
// why: MISS where a device waits, and no drain
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 dmar_writeq(iommu->reg + DMAR_PQH_REG, tail);
+bug_reached();
+if (bug_ring_busy(iommu->seq_id))
+	bug_triggered();
+writel(DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
