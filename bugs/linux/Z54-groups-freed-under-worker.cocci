// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/disable-without-drain.md), in its second half
// breaks: The work queue is not flushed before a device leaves the fault queue, so its groups are
//   freed below their workers.
// expect: UAF
// premises: pri-stays-on is broken
// files: drivers/iommu/intel/prq.c

@@
@@
 void intel_iommu_drain_dev_prq(struct device *dev)
 {
 <+...
-iopf_queue_flush_dev(dev);
+bug_reached();
+if (dev->iommu->fault_param->faults.next != &dev->iommu->fault_param->faults)
+	bug_triggered();
 ...+>
 }
