// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/queue-up-and-down.md)
// breaks: Status bits of an earlier owner stay when the queue comes up, and no event is raised; it
//   is ready only behind its interrupt, and is taken down ahead of it. Triggered: the queue comes
//   up, or goes down with a request in the ring; what the bits are is not known without a read.
// expect: HANG MISS UB DUP UAF
// why: MISS where nobody drains; UB for an event at a wait queue that is not set up yet; DUP and
//   UAF for one whose ring is being taken away
// premises: status bits are left by an earlier owner (`prs`)
// without: queue-up-and-down
// files: drivers/iommu/intel/prq.c

@@
identifier iommu, ret;
@@
 int intel_iommu_enable_prq(struct intel_iommu *iommu)
 {
 	...
+	bug_reached();
+	bug_triggered();
 	ret = request_threaded_irq(...);
 	...
 }

@@
identifier iommu;
@@
 int intel_iommu_finish_prq(struct intel_iommu *iommu)
 {
+	bug_reached();
+	if (bug_ring_busy(iommu->seq_id))
+		bug_triggered();
 	dmar_writeq(iommu->reg + DMAR_PQH_REG, 0ULL);
 	...
 }
