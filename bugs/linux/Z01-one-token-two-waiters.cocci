// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/lost-wakeup.md)
// breaks: complete() wakes one of the drains that wait for the event thread; the others wait for
//   ever. Triggered: several wait for it, or one does and an earlier token is still there, so that
//   none is made. A reinit that wipes the token of a waiter that is awake already can't be told
//   from others.
// expect: HANG
// without: lost-wakeup
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
+bug_reached();
+if (iommu->prq_complete.wait.task_list.next != iommu->prq_complete.wait.task_list.prev ||
+    (iommu->prq_complete.done && iommu->prq_complete.wait.task_list.next != &iommu->prq_complete.wait.task_list))
+	bug_triggered();
 if (!completion_done(&iommu->prq_complete))
 	complete(&iommu->prq_complete);
