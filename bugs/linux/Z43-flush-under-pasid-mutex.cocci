// SPDX-License-Identifier: GPL-2.0-only
// origin: 6ef0505158f7, by another lock
// breaks: The work queue is flushed under a mutex that a worker takes for its response.
// expect: CONTEXT
// why: it would be HANG; but the order of lock and work queue is judged before anybody waits, and
//   no worker can come to its response without having shown the other order
// files: drivers/iommu/io-pgfault.c

@@
expression iopf_param;
@@
+bug_reached();
+bug_triggered();
+mutex_lock(&iopf_param->lock);
 flush_workqueue(iopf_param->queue->wq);
+mutex_unlock(&iopf_param->lock);
