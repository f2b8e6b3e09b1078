// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/disable-without-drain.md), in its second half
// breaks: The work queue is not flushed before a device leaves the fault queue, so its groups are
//   freed below their workers. Triggered: each time, for what is queued is not known.
// expect: UAF DUP OLDNEW PEND-WORK PEND-QUEUE PEND-RESPONSE
// why: DUP where the worker answers a group that was answered for it; with page requests off the drain
//   of a later unbind does nothing, so the worker goes on behind the life (OLDNEW), or is found at it
// premises: pri-stays-on is broken
// files: drivers/iommu/intel/prq.c

@@
@@
 void intel_iommu_drain_dev_prq(struct device *dev)
 {
 <+...
-iopf_queue_flush_dev(dev);
+bug_reached();
+bug_triggered();
 ...+>
 }
