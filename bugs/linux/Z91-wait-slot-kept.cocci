// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/dmar.c; 3cf74230c139 had mended the like for submissions of a wait alone
// breaks: The slot of the wait is never marked free, so none behind it is given back, and the queue fills.
// expect: HANG LIVELOCK
// why: LIVELOCK where others go on beside the task that polls for a slot
// files: drivers/iommu/intel/dmar.c

@@
expression i, count, qi, index;
@@
-for (i = 0; i <= count; i++)
+bug_reached();
+bug_triggered();
+for (i = 0; i < count; i++)
 	qi->desc_status[(index + i) % QI_LENGTH] = QI_FREE;
