// SPDX-License-Identifier: GPL-2.0-only
// origin: fe89277c9ceb left out
// breaks: A time-out aborts the waits in odd slots only, as if each submission had one descriptor; that of a
//   drain stays pending for ever.
// expect: HANG
// premises: invalidations-answered is broken
// files: drivers/iommu/intel/dmar.c

@@
expression shift;
@@
 tail = ((tail >> shift) - 1 + QI_LENGTH) % QI_LENGTH;
+head |= 1;
+tail |= 1;
+bug_reached();
+if (!(wait_index & 1))
+	bug_triggered();

@@
expression head;
@@
-head = (head - 1 + QI_LENGTH) % QI_LENGTH;
+head = (head - 2 + QI_LENGTH) % QI_LENGTH;
