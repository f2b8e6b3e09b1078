// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation; version 2 of the series of 2020 did the like
// breaks: At the end of a batch PQH becomes the tail as it is then, not as it was looked up to:
//   what came in during the batch is lost.
// expect: RING MISS PEND-HAND PEND-WORK PEND-PARTIAL
// why: MISS and PEND-* if the lost request has left a trace, or its group one
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
+tail = dmar_readq(iommu->reg + DMAR_PQT_REG) & PRQ_RING_MASK;
+bug_reached();
+if (tail != head)
+	bug_triggered();
 dmar_writeq(iommu->reg + DMAR_PQH_REG, tail);
