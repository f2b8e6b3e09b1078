// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/part-left-behind.md)
// breaks: Parts join the group of a last page by its index alone, of whatever PASID they are.
// expect: OLDNEW
// knobs: match=pasid
// files: drivers/iommu/io-pgfault.c

@@
expression iopf, evt, e;
@@
+if (iopf->fault.prm.grpid == evt->fault.prm.grpid &&
+    iopf->fault.prm.pasid != evt->fault.prm.pasid)
+	bug_triggered();
+bug_reached();
-if (iopf->fault.prm.grpid == evt->fault.prm.grpid && iopf->fault.prm.pasid == evt->fault.prm.pasid)
+if (iopf->fault.prm.grpid == evt->fault.prm.grpid)
 	list_move(&iopf->list, e);
