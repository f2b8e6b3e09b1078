// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/disable-without-drain.md)
// breaks: Page requests are switched off with requests in the ring and groups at the workers; the
//   groups are freed below these, and parts without being taken off their list.
// expect: UAF DUP PEND-RING PEND-HAND PEND-WORK PEND-PARTIAL PEND-QUEUE PEND-RESPONSE PEND-UNIT PEND-LINK
//   OLDNEW REST
// why: DUP where the worker answers a group that was answered for it; with page requests off the drain
//   of a later unbind does nothing, so what was under way is left where the schedule has it (PEND-*, REST), and
//   a worker goes on with it behind the life (OLDNEW)
// premises: pri-stays-on is broken
// without: disable-without-drain
// files: drivers/iommu/intel/iommu.c drivers/iommu/io-pgfault.c

@@
expression info;
@@
 int intel_iommu_disable_iopf(struct device *dev)
 {
 	...
 	context_flip_pri(info, false);
+	bug_reached();
+	if (bug_ring_busy(info->iommu->seq_id))
+		bug_triggered();
 	...
 }

@@
iterator name list_for_each_entry_safe;
expression part, temp, param;
statement s;
@@
 void iopf_queue_remove_device(...)
 {
 	<...
+	if (param->partial.next != &param->partial || param->faults.next != &param->faults)
+		bug_triggered();
 	list_for_each_entry_safe(part, temp, &param->partial, list) s
 	...>
 }
