// SPDX-License-Identifier: GPL-2.0-only
// origin: a21518cb23a3 left out, in the functions of 6.12
// breaks: The space forgets its PASID first, and the test that comes then skips the freeing.
// expect: LEAK
// files: drivers/iommu/iommu-sva.c

@@
identifier mm;
@@
 void mm_pasid_drop(struct mm_struct *mm)
 {
 	...
+	mm->iommu_mm = NULL;
+	if (iommu_mm)
+		bug_triggered();
+	bug_reached();
-	if (!iommu_mm)
+	if (!mm->iommu_mm)
 		return;
 	...
 }
