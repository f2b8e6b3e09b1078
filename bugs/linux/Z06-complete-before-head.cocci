// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of prq_event_thread()
// breaks: The batch is told to be over ahead of its write to PQH: a drain that wakes up finds the
//   old head, and waits for a batch that never comes. Triggered: there was anything to handle.
// expect: HANG
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
 prq_event_thread(...)
 {
 <+...
+bug_reached();
+if (handled)
+	bug_triggered();
+smp_store_release(&iommu->prq_batches, iommu->prq_batches + 1);
+wake_up_all(&iommu->prq_wait);
 dmar_writeq(iommu->reg + DMAR_PQH_REG, tail);
 ...+>
 }

@@
expression iommu;
@@
 dmar_writeq(iommu->reg + DMAR_PQH_REG, tail);
 ...
-smp_store_release(&iommu->prq_batches, iommu->prq_batches + 1);
-wake_up_all(&iommu->prq_wait);
