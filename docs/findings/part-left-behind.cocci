// SPDX-License-Identifier: GPL-2.0-only
//
// The drain drops what is left of groups of its PASID, once hardware is drained; and a part joins only
// the group of its own PASID.
//
// files: include/linux/iommu.h drivers/iommu/io-pgfault.c drivers/iommu/intel/prq.c
// versions: 6.12
// scenarios: part-left-by-the-teardown part-left-by-a-refused-last-page
// scenarios: part-joins-the-group-of-another-pasid

@@
expression iopf, evt, e;
@@
 if (iopf->fault.prm.grpid == evt->fault.prm.grpid
+    && iopf->fault.prm.pasid == evt->fault.prm.pasid
    )
 	list_move(&iopf->list, e);

@@
declarer name EXPORT_SYMBOL_GPL;
iterator name list_for_each_entry_safe;
@@
 EXPORT_SYMBOL_GPL(iopf_queue_flush_dev);
+
+/* Drops the parts of groups of @pasid. No request of it may be under way any more. */
+void iopf_queue_discard_pasid(struct device *dev, ioasid_t pasid)
+{
+	struct iommu_fault_param *iopf_param;
+	struct iopf_fault *iopf;
+	struct iopf_fault *next;
+
+	iopf_param = rcu_dereference_check(dev->iommu->fault_param, true);
+	if (WARN_ON(!iopf_param))
+		return;
+	mutex_lock(&iopf_param->lock);
+	list_for_each_entry_safe(iopf, next, &iopf_param->partial, list) {
+		if (iopf->fault.prm.pasid == pasid) {
+			list_del(&iopf->list);
+			kfree(iopf);
+		}
+	}
+	mutex_unlock(&iopf_param->lock);
+}
+EXPORT_SYMBOL_GPL(iopf_queue_discard_pasid);

@@
identifier dev;
@@
+void iopf_queue_discard_pasid(struct device *dev, ioasid_t pasid);
 int iopf_queue_flush_dev(struct device *dev);

@@
@@
 static inline int iopf_queue_flush_dev(struct device *dev) { ... }
+
+static inline void iopf_queue_discard_pasid(struct device *dev, ioasid_t pasid)
+{
+}

@@
statement s;
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid)
 {
 	<...
 	if (readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO) s
+	iopf_queue_discard_pasid(dev, pasid);
 	...>
 }
