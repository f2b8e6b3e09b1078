// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation, another wrong fix of Z01
// breaks: The event thread makes a token for each drain that waits, and nobody wipes any; but who
//   comes to wait takes that of another, who is awake and has not run yet. Triggered: there are
//   tokens, and more who wait.
// expect: HANG
// without: lost-wakeup
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
-if (!completion_done(&iommu->prq_complete))
-	complete(&iommu->prq_complete);
+for (complete(&iommu->prq_complete); !list_empty(&iommu->prq_complete.wait.task_list);)
+	complete(&iommu->prq_complete);
+if (__atomic_load_n(&waiting, __ATOMIC_RELAXED) > iommu->prq_complete.done)
+	bug_triggered();

@@
expression iommu;
@@
-reinit_completion(&iommu->prq_complete);

@@
expression iommu;
@@
+bug_reached();
+if (__atomic_add_fetch(&waiting, 1, __ATOMIC_RELAXED) > iommu->prq_complete.done &&
+    iommu->prq_complete.done)
+	bug_triggered();
 wait_for_completion(&iommu->prq_complete);
+__atomic_sub_fetch(&waiting, 1, __ATOMIC_RELAXED);

@@
@@
+static unsigned int waiting;
+
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid) { ... }
