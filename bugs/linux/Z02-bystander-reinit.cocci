// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/lost-wakeup.md, 2), with the other ways to lose a wake-up
//   mended
// breaks: A drain that waits for nothing wipes the token that the event thread has left for a
//   waiter. Triggered: a token is wiped, whether anybody was on its way to it or not.
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

@@
expression iommu;
@@
 prq_retry:
-reinit_completion(&iommu->prq_complete);

@@
expression iommu;
@@
+bug_reached();
+if (iommu->prq_complete.done)
+	bug_triggered();
 reinit_completion(&iommu->prq_complete);
