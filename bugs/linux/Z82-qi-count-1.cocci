// SPDX-License-Identifier: GPL-2.0-only
// origin: versions 3 and 4 of the series of 2020
// breaks: Of the three descriptors of a drain only the fence is submitted.
//   Triggered: each time, for what is under way is not known.
// expect: PEND-RESPONSE PEND-UNIT PEND-LINK PEND-RING FAULTLOG
// why: what is left where is the choice of the schedule; FAULTLOG for a request that was sent
//   before the release, and comes after it
// files: drivers/iommu/intel/prq.c

@@
expression iommu, desc;
@@
 qi_retry:
 	...
+	bug_reached();
+	bug_triggered();
-	if (qi_submit_sync(iommu, desc, 3, QI_OPT_WAIT_DRAIN) == -EINVAL && tries++ < 3)
+	if (qi_submit_sync(iommu, desc, 1, QI_OPT_WAIT_DRAIN) == -EINVAL && tries++ < 3)
 		goto qi_retry;
