// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/queue-up-and-down.md, 3)
// breaks: The ring's registers are zeroed ahead of the end of the event thread, which then reads an
//   old tail and a new head, and handles slots again. Triggered: it does.
// expect: DUP RING UAF TARGET
// why: what becomes of it depends on which of the registers the thread has read
// files: drivers/iommu/intel/prq.c

@@
@@
+static bool going_down;
+
 prq_event_thread(...) { ... }

@@
expression e;
@@
 handled = e;
+if (handled && __atomic_load_n(&going_down, __ATOMIC_RELAXED))
+	bug_triggered();

@@
identifier iommu;
statement s;
@@
 int intel_iommu_finish_prq(struct intel_iommu *iommu)
 {
+	bug_reached();
+	__atomic_store_n(&going_down, true, __ATOMIC_RELAXED);
+	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
+	dmar_writeq(iommu->reg + DMAR_PQA_REG, 0ULL);
 	if (iommu->pr_irq) s
+	__atomic_store_n(&going_down, false, __ATOMIC_RELAXED);
-	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQT_REG, 0ULL);
-	dmar_writeq(iommu->reg + DMAR_PQA_REG, 0ULL);
 	...
 }
