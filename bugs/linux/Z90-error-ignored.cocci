// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/prq.c; 6.12 ignores the error, too (docs/findings/queue-error.md)
// breaks: A drain whose submission fails gives up, and its callers, for whom it is void, go on.
// expect: PEND-RING PEND-RESPONSE PEND-UNIT PEND-LINK PEND-QUEUE PEND-PARTIAL PEND-HAND PEND-WORK UAF
// why: what is left where is the choice of the schedule; parts, too, for they are discarded at the end;
//   UAF where the group's handle is freed below it
// premises: no-queue-errors is broken
// files: drivers/iommu/intel/prq.c

@@
expression iommu, desc;
@@
 qi_retry:
 	...
+	bug_reached();
-	if (qi_submit_sync(iommu, desc, 3, QI_OPT_WAIT_DRAIN) == -EINVAL && tries++ < 3)
-		goto qi_retry;
+	if (qi_submit_sync(iommu, desc, 3, QI_OPT_WAIT_DRAIN)) {
+		bug_triggered();
+		return;
+	}

@@
@@
-int tries = 0;
