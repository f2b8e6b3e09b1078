// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation, the obvious fix of Z01 (docs/findings/lost-wakeup-complete-all.cocci)
// breaks: complete_all() wakes all waiters; the first that runs goes round again, and its reinit
//   takes the token from those that have not looked yet. Triggered: several wait for it.
// expect: HANG
// without: lost-wakeup
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
-if (!completion_done(&iommu->prq_complete))
-	complete(&iommu->prq_complete);
+bug_reached();
+if (iommu->prq_complete.wait.task_list.next != iommu->prq_complete.wait.task_list.prev)
+	bug_triggered();
+complete_all(&iommu->prq_complete);
