// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/lost-wakeup.md, 3), with the other ways to lose a wake-up mended
// breaks: The event thread makes no tokens while an old one is there. It may be on its way to a waiter
//   that has not run yet, and whoever sleeps by now gets none.
// expect: HANG OLDNEW LEAK PEND-UNIT PEND-RING PEND-LINK PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE PEND-RESPONSE UAF
// why: without the reinit, which would lose wake-ups of its own, a token that nobody took lets a later
//   drain go early (Z04); what that leaves may be anywhere
// without: lost-wakeup
// files: drivers/iommu/intel/prq.c

@@
expression iommu;
@@
-if (!completion_done(&iommu->prq_complete))
-	complete(&iommu->prq_complete);
+bug_reached();
+if (!completion_done(&iommu->prq_complete)) {
+	do
+		complete(&iommu->prq_complete);
+	while (!list_empty(&iommu->prq_complete.wait.task_list));
+} else if (!list_empty(&iommu->prq_complete.wait.task_list)) {
+	bug_triggered();
+}

@@
expression iommu;
@@
-reinit_completion(&iommu->prq_complete);
