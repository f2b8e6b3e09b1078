// SPDX-License-Identifier: GPL-2.0-only
// origin: iopf_queue_remove_device() of 6.12 (docs/findings/disable-without-drain.md), in the drain
// breaks: The drain frees the parts that it drops and leaves them on their list.
// expect: UAF
// files: drivers/iommu/io-pgfault.c

@@
@@
 iopf_queue_discard_pasid(...)
 {
 <+...
-list_del(&iopf->list);
+bug_reached();
+bug_triggered();
 kfree(iopf);
 ...+>
 }
