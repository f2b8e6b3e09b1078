// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/pasid.c, after 75ed00055c05 and c3b1edea3791
// breaks: An entry is made present before it is complete; hardware walks from what is there.
//   Triggered: each time, for what the device does is not known.
// expect: DMA STALE
// why: STALE where what was cached of the entry in the making is not used before the teardown
// files: drivers/iommu/intel/pasid.c

@@
expression pte, pgd;
@@
 int intel_pasid_setup_first_level(...)
 {
 	...
 	pasid_clear_entry(pte);
+	bug_reached();
+	bug_triggered();
+	pasid_set_present(pte);
 	...
-	pasid_set_present(pte);
 	...
 }
