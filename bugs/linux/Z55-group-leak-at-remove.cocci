// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of __iopf_free_group(); 9759ae2cee7c mended the like
// breaks: A group is freed without its parts.
// expect: LEAK REST
// why: a part that is not freed looks like one that waits for its group
// files: drivers/iommu/io-pgfault.c

@@
@@
 __iopf_free_group(...)
 {
 <+...
-kfree(iopf);
+{
+	bug_reached();
+	bug_triggered();
+}
 ...+>
 }
