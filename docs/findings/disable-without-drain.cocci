// SPDX-License-Identifier: GPL-2.0-only
//
// Of the two ways that the page names, the drain: once the device sends no more requests, the unit is
// drained of all that it has, the ring is waited for, the work queue flushed, and what was answered
// brought to the device, before the device leaves the fault queue. And parts are taken off their list before they are freed.
//
// files: drivers/iommu/intel/iommu.h drivers/iommu/intel/iommu.c drivers/iommu/intel/prq.c
// files: drivers/iommu/io-pgfault.c
// versions: 6.12
// scenarios: disable-frees-a-group-under-its-worker disable-leaves-freed-parts-on-the-list
// scenarios: disable-turns-the-drain-off

@@
identifier dev, pasid;
@@
+void intel_iommu_drain_dev_prq(struct device *dev);
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid);

@@
@@
 void intel_iommu_drain_pasid_prq(struct device *dev, u32 pasid) { ... }
+
+/* Of all PASIDs of a device that sends no new requests. */
+void intel_iommu_drain_dev_prq(struct device *dev)
+{
+	struct device_domain_info *info = dev_iommu_priv_get(dev);
+	struct intel_iommu *iommu = info->iommu;
+	u16 sid = PCI_DEVID(info->bus, info->devfn);
+	struct qi_desc desc[2] = { };
+	int head;
+	int tail;
+
+	/* What the device has sent comes before its answer to the invalidation. */
+	desc[0].qw0 = QI_IWD_STATUS_DATA(QI_DONE) | QI_IWD_FENCE | QI_IWD_TYPE;
+	qi_desc_dev_iotlb(sid, info->pfsid, info->ats_qdep, 0, MAX_AGAW_PFN_WIDTH, &desc[1]);
+	qi_submit_sync(iommu, desc, 2, QI_OPT_WAIT_DRAIN);
+prq_retry:
+	reinit_completion(&iommu->prq_complete);
+	tail = dmar_readq(iommu->reg + DMAR_PQT_REG) & PRQ_RING_MASK;
+	head = dmar_readq(iommu->reg + DMAR_PQH_REG) & PRQ_RING_MASK;
+	while (head != tail) {
+		if (iommu->prq[head / sizeof(struct page_req_dsc)].rid != sid) {
+			head = (head + sizeof(struct page_req_dsc)) & PRQ_RING_MASK;
+			continue;
+		}
+		wait_for_completion(&iommu->prq_complete);
+		goto prq_retry;
+	}
+	iopf_queue_flush_dev(dev);
+	/* The responses are ahead of this one. */
+	qi_submit_sync(iommu, desc, 2, QI_OPT_WAIT_DRAIN);
+}

@@
@@
 int intel_iommu_disable_iopf(struct device *dev)
 {
 	...
+	pci_disable_pri(to_pci_dev(dev));
 	context_flip_pri(info, false);
+	intel_iommu_drain_dev_prq(dev);
 	...
-	pci_disable_pri(to_pci_dev(dev));
 	...
 }

@@
expression part, next, head;
iterator name list_for_each_entry_safe;
@@
 void iopf_queue_remove_device(...)
 {
 	<...
 	list_for_each_entry_safe(part, next, head, list)
+	{
+		list_del(&part->list);
 		kfree(part);
+	}
 	...>
 }
