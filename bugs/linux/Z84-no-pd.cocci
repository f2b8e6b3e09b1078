// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/prq.c
// breaks: The wait of a drain does not ask for the drain of page requests.
//   Triggered: each time, for what is in the unit is not known.
// expect: PEND-UNIT PEND-RING PEND-RESPONSE PEND-HAND PEND-WORK UAF OLDNEW
// why: what was in the unit has moved on when it is looked at; the handle of its life is freed
//   behind the unbind
// files: drivers/iommu/intel/prq.c

@@
expression iommu, desc;
@@
 qi_retry:
 	...
+	bug_reached();
+	bug_triggered();
-	if (qi_submit_sync(iommu, desc, 3, QI_OPT_WAIT_DRAIN) == -EINVAL && tries++ < 3)
+	if (qi_submit_sync(iommu, desc, 3, 0) == -EINVAL && tries++ < 3)
 		goto qi_retry;
