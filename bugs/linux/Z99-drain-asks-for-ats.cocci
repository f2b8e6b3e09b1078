// SPDX-License-Identifier: GPL-2.0-only
// origin: version 4 of the series of 2020; here as a wrong mend of docs/findings/device-tlb-after-ats-off.md
// breaks: The drain is skipped where ATS is off, and a change of domain switches it off first.
// expect: PEND-RING PEND-UNIT PEND-LINK PEND-HAND PEND-RESPONSE PEND-QUEUE PEND-PARTIAL PEND-WORK QERR REST
// why: what is left where is the choice of the schedule, of PASIDs as well where the new domain's attach
//   fails and ATS stays off (PEND-PARTIAL, PEND-WORK); QERR for another task's invalidation that finds
//   ATS off
// files: drivers/iommu/intel/prq.c drivers/iommu/intel/iommu.c
// without: device-tlb-after-ats-off ats-off-under-an-invalidation

@@
expression info;
@@
+if (info->pri_enabled && !info->ats_enabled)
+	bug_triggered();
+bug_reached();
-if (!info->pri_enabled)
+if (!info->pri_enabled || !info->ats_enabled)
 	return;
