// SPDX-License-Identifier: GPL-2.0-only
// origin: cf08ca81d08a left out
// breaks: Unbind finds the entry that the release of the space has cleared, and returns without its
//   drain.
// expect: PEND-RING PEND-LINK PEND-UNIT PEND-WORK PEND-HAND PEND-PARTIAL
//   PEND-QUEUE PEND-RESPONSE REST UAF OLDNEW DEADRESP
// why: where the request is when unbind returns is the choice of the schedule; its handle is freed then
// files: drivers/iommu/intel/pasid.c

@@
expression pte, iommu;
statement s;
@@
 if (!pasid_pte_is_present(pte)) {
-	if (!pasid_pte_is_fault_disabled(pte)) s
+	bug_reached();
+	if (pasid_pte_is_fault_disabled(pte))
+		bug_triggered();
 	spin_unlock(&iommu->lock);
-	intel_iommu_drain_pasid_prq(...);
-	pasid_clear_entry(pte);
 	return;
 }
