// SPDX-License-Identifier: GPL-2.0-only
// origin: 6.13 before the drain was taken out of the release of a space
// breaks: The last reference of a space is put by a worker; the release, called by it, flushes the work
//   queue that it runs in.
//   Triggered: each time, for whose release it is is not known.
// expect: HANG
// files: drivers/iommu/intel/svm.c

@@
identifier domain, dev_pasid;
expression flags;
iterator name list_for_each_entry;
@@
 void intel_mm_release(...)
 {
 	...
 	list_for_each_entry(dev_pasid, &domain->dev_pasids, link_domain) { ... }
 	spin_unlock_irqrestore(&domain->lock, flags);
+	list_for_each_entry(dev_pasid, &domain->dev_pasids, link_domain) {
+		bug_reached();
+		bug_triggered();
+		intel_iommu_drain_pasid_prq(dev_pasid->dev, dev_pasid->pasid);
+	}
 }
