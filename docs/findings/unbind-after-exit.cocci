// SPDX-License-Identifier: GPL-2.0-only
//
// The release of an address space leaves "fault processing disabled" in the entry, though P is
// cleared by then: later requests log no fault, and unbind sees that a drain is owed. It is set ahead
// of P's end, too, for a request between the two writes, and stays until that drain is over.
//
// files: drivers/iommu/intel/pasid.c
// versions: 6.12
// scenarios: late-request-after-exit-logs-a-fault unbind-after-exit-skips-the-drain
// scenarios: unbind-after-exit-frees-a-handle-in-use

@@
expression pe;
statement s;
@@
-if (fault_ignore && pasid_pte_is_present(pe))
+if (fault_ignore)
 	pasid_clear_entry_with_fpd(pe);
 else s

@@
expression pte;
@@
 void intel_pasid_tear_down_entry(...)
 {
 	<...
+	if (fault_ignore)
+		pasid_set_bits(&pte->val[0], PASID_PTE_FPD, PASID_PTE_FPD);
 	pasid_clear_present(pte);
 	...>
 }

@@
expression pte, iommu;
@@
-pasid_clear_entry(pte);
 spin_unlock(&iommu->lock);
 intel_iommu_drain_pasid_prq(dev, pasid);
+pasid_clear_entry(pte);
