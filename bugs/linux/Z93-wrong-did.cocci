// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/pasid.c
// breaks: The teardown invalidates under the domain id of first-level entries, whatever the entry's is.
// expect: STALE DMA
// why: DMA where the device uses what is left
// files: drivers/iommu/intel/pasid.c

@@
expression did, pte;
@@
 void intel_pasid_tear_down_entry(...)
 {
 	...
-	did = pasid_get_domain_id(pte);
+	did = FLPT_DEFAULT_DID;
+	bug_reached();
+	if (pasid_get_domain_id(pte) != did)
+		bug_triggered();
 	...
 }
