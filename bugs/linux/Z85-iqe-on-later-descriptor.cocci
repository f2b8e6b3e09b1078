// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/queue-error.md); 754d07b940c4
// breaks: Only an error at the first descriptor of a submission is seen: one at another stops the
//   queue for ever. And a drain whose submission failed goes on as if it had been done.
// expect: HANG PEND-UNIT PEND-LINK
// why: PEND-* for the drain that goes on
// premises: no-queue-errors is broken
// without: queue-error
// files: drivers/iommu/intel/dmar.c

@@
expression head, shift;
identifier iommu, index, wait_index;
statement s;
@@
 int qi_check_fault(struct intel_iommu *iommu, int index, int wait_index)
 {
 	<...
+	bug_reached();
+	if ((head >> shift) != index || wait_index - index == 3)
+		bug_triggered();
 	if ((head >> shift) == index) s
 	...>
 }
