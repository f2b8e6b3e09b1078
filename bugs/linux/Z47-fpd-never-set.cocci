// SPDX-License-Identifier: GPL-2.0-only
// origin: 75ed00055c05; as it is in 6.12 (docs/findings/unbind-after-exit.md)
// breaks: The release of an address space leaves an entry of zeroes in place of "fault processing
//   disabled": a late request logs a fault, and unbind returns without the drain that is still
//   owed.
// expect: PEND-WORK FAULTLOG PEND-RING PEND-UNIT PEND-LINK PEND-HAND PEND-PARTIAL PEND-QUEUE
//   PEND-RESPONSE UAF OLDNEW REST
// why: a late request that is sent right after the release is on the log before unbind comes to its
//   missing drain; what that leaves may be anywhere, and the group's handle is freed below it
// without: unbind-after-exit
// files: drivers/iommu/intel/pasid.c

@@
expression pe;
statement s, t;
@@
+if (fault_ignore) {
+	bug_reached();
+	if (!(pe->val[0] & PASID_PTE_PRESENT))
+		bug_triggered();
+}
 if (fault_ignore && pasid_pte_is_present(pe)) s else t
