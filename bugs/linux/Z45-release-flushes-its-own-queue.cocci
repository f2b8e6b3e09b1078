// SPDX-License-Identifier: GPL-2.0-only
// origin: 6.13 before the drain was taken out of the release of a space
// breaks: The last reference of a space is put by a worker; the release, called by it, flushes the work
//   queue that it runs in.
//   Triggered: each time, for whose release it is is not known.
// expect: HANG UAF
// why: UAF where the device has gone by the time that it is flushed
// files: drivers/iommu/intel/svm.c

@@
identifier domain, dev_pasid;
expression flags;
iterator name list_for_each_entry;
@@
 void intel_mm_release(...)
 {
+	struct device *dev = NULL;
+	ioasid_t pasid = 0;
 	...
 	list_for_each_entry(dev_pasid, &domain->dev_pasids, link_domain) {
 		...
+		dev = dev_pasid->dev;
+		pasid = dev_pasid->pasid;
 	}
 	spin_unlock_irqrestore(&domain->lock, flags);
+	if (dev) {
+		bug_reached();
+		bug_triggered();
+		intel_iommu_drain_pasid_prq(dev, pasid);
+	}
 }
