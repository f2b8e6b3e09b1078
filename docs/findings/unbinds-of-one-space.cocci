// SPDX-License-Identifier: GPL-2.0-only
//
// The drain keeps pasid_mutex while it flushes the work queue: no worker takes it any more.
//
// files: drivers/iommu/intel/svm.c
// versions: 6.1
// scenarios: unbinds-of-one-space-free-it-twice

@@
@@
 intel_svm_drain_prq(...)
 {
 	<...
-	mutex_unlock(&pasid_mutex);
 	iopf_queue_flush_dev(...);
-	mutex_lock(&pasid_mutex);
 	...>
 }
