// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of intel/prq.c
// breaks: The work queue is flushed behind the drain's fence, so the responses of that come after it.
//   Triggered: each time, for what the workers hold is not known.
// expect: PEND-RESPONSE PEND-QUEUE DEADRESP
// why: PEND-QUEUE where the drain is over before hardware comes to the response; DEADRESP in
//   the next life
// files: drivers/iommu/intel/prq.c

@@
expression dev;
@@
 void intel_iommu_drain_pasid_prq(...)
 {
 	<...
-	iopf_queue_flush_dev(dev);
 	...>
 }

@@
expression dev;
@@
+bug_reached();
+bug_triggered();
+iopf_queue_flush_dev(dev);
 iopf_queue_discard_pasid(dev, ...);
