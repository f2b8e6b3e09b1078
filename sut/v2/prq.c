/* SPDX-License-Identifier: GPL-2.0-only */

/* Event thread with its list, and the drain. The theory is in v2.h. */

#include "sut/v2/v2.h"

#define PRQ_RING_MASK(iommu) (((iommu)->prq_slots << PRQ_SLOT_SHIFT) - 1)
#define DRAIN_TIMEOUT_MS 5000
#define QI_RESP_FAILURE 0xf
#define QI_PGRP_LPIG(lpig) ((u64)(lpig) << 2)

/* Reconstructed: fields by their names in the review. */
struct page_req {
	struct page_req *next;
	struct page_req_dsc desc;
	bool processing; /* the event thread is at it */
	bool drained;    /* a drain wants to be rid of it: no handling, just an answer */
	bool completed;
	struct completion complete;
};

/* Reconstructed. */
static struct prq_list {
	spinlock_t lock;
	struct page_req *first;
} prq_lists[IOMMU_UNITS];

static struct prq_list *list_of(const struct intel_iommu *iommu)
{
	return &prq_lists[iommu->index];
}

/* --- Event thread ---------------------------------------------------------------------------------- */

static bool is_canonical_address(u64 addr)
{
	u64 top = addr >> 47;

	return !top || top == 0x1ffff;
}

/*
 * The space of a PASID with a user, or the code of the answer. 5.7 went on using the svm behind the
 * RCU section ("it can't go away", for the driver may not unbind with faults outstanding), and freed
 * it at once. That is another bug than the one posted here, and would hide it.
 */
static unsigned get_space(u32 pasid, struct mm_struct **mm)
{
	unsigned result = QI_RESP_FAILURE;
	struct intel_svm *svm;

	rcu_read_lock();
	svm = v2_svm_find(pasid);
	if (svm) {
		*mm = svm->mm;
		result = mmget_not_zero(*mm) ? QI_RESP_SUCCESS : QI_RESP_INVALID;
	}
	rcu_read_unlock();
	return result;
}

static unsigned handle_fault(const struct page_req_dsc *req)
{
	unsigned flags = HOST_FAULT_USER | (PRQ_RD(req) ? HOST_FAULT_READ : 0) |
			 (PRQ_WR(req) ? HOST_FAULT_WRITE : 0) |
			 (PRQ_EXE(req) ? HOST_FAULT_EXEC : 0);
	struct mm_struct *mm;
	unsigned result;

	if (!PRQ_PASID_PRESENT(req))
		return QI_RESP_FAILURE;
	result = get_space(PRQ_PASID(req), &mm);
	if (result != QI_RESP_SUCCESS)
		return result;
	if (!is_canonical_address(PRQ_ADDR(req)) || host_handle_mm_fault(mm, PRQ_ADDR(req), flags))
		result = QI_RESP_INVALID;
	mmput(mm);
	return result;
}

/* As in 5.7: each request by itself, and the answer is that of the last. */
static void process_single_prq(struct intel_iommu *iommu, const struct page_req_dsc *desc,
			       bool drained)
{
	struct qi_desc resp = { 0 };
	unsigned result;

	if (!PRQ_RD(desc) && !PRQ_WR(desc))
		return;
	/* Reconstructed: what the mark is for. */
	result = drained ? QI_RESP_INVALID : handle_fault(desc);
	if (!PRQ_LPIG(desc))
		return;
	resp.qw0 = QI_PASID(PRQ_PASID(desc)) | QI_PGRP_DID(PRQ_RID(desc)) |
		   QI_PGRP_PASID_P(PRQ_PASID_PRESENT(desc)) | QI_PGRP_RESP_CODE(result) |
		   QI_PGRP_RESP_TYPE;
	resp.qw1 = QI_PGRP_IDX(PRQ_GRPID(desc)) | QI_PGRP_LPIG(PRQ_LPIG(desc));
	qi_submit_sync(iommu, NULL, &resp, 1, 0);
}

/* Reconstructed: from ring to list, under its lock. An allocation that fails ends the copying. */
static void copy_ring(struct intel_iommu *iommu, struct prq_list *list, u64 head, u64 tail)
{
	struct page_req **end = &list->first;

	while (*end)
		end = &(*end)->next;
	while (head != tail) {
		struct page_req *req = kzalloc(sizeof(*req), GFP_ATOMIC);

		if (!req)
			break;
		req->desc = iommu->prq[head >> PRQ_SLOT_SHIFT];
		init_completion(&req->complete);
		*end = req;
		end = &req->next;
		head = (head + sizeof(req->desc)) & PRQ_RING_MASK(iommu);
	}
	writeq(tail, iommu->reg + DMAR_PQH_REG);
}

/* Reconstructed. Stops at an entry that another thread is at, as if there could be one. */
static struct page_req *next_request(struct prq_list *list)
{
	for (struct page_req *req = list->first; req; req = req->next) {
		if (req->processing && !req->completed)
			return NULL;
		if (!req->completed)
			return req;
	}
	return NULL;
}

/*
 * Reconstructed. A drain that waits on one of these and has not run since it was completed has its
 * hands on freed memory.
 */
static void free_completed(struct prq_list *list)
{
	struct page_req *req;

	spin_lock(&list->lock);
	while ((req = list->first) && req->completed) {
		list->first = req->next;
		kfree(req);
	}
	spin_unlock(&list->lock);
}

static bool prq_event_thread(unsigned irq, void *data)
{
	struct intel_iommu *iommu = data;
	struct prq_list *list = list_of(iommu);
	struct page_req *req;
	u64 head, tail;

	/* Before the pointers are read, so that what comes later raises a new event. */
	writel(DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
	tail = readq(iommu->reg + DMAR_PQT_REG) & PRQ_RING_MASK(iommu);
	head = readq(iommu->reg + DMAR_PQH_REG) & PRQ_RING_MASK(iommu);

	/* Reconstructed from here. */
	spin_lock(&list->lock);
	copy_ring(iommu, list, head, tail);
	while ((req = next_request(list))) {
		bool drained = req->drained;

		req->processing = true;
		spin_unlock(&list->lock);
		process_single_prq(iommu, &req->desc, drained);
		spin_lock(&list->lock);
		req->completed = true;
		complete(&req->complete);
	}
	spin_unlock(&list->lock);
	free_completed(list);
	return true;
}

/* --- The drain (patch 6) --------------------------------------------------------------------------- */

static bool request_of(const struct page_req *req, u32 pasid)
{
	return PRQ_PASID_PRESENT(&req->desc) && PRQ_PASID(&req->desc) == pasid;
}

static void drain_list(struct prq_list *list, u32 pasid)
{
	struct page_req *req;

	/* Mark all related pending requests drained. */
	spin_lock(&list->lock);
	for (req = list->first; req; req = req->next) {
		if (request_of(req, pasid))
			req->drained = true;
	}
	spin_unlock(&list->lock);

	/* Wait until all related pending requests complete. */
retry:
	spin_lock(&list->lock);
	for (req = list->first; req; req = req->next) {
		if (!request_of(req, pasid) || req->completed)
			continue;
		spin_unlock(&list->lock);
		wait_for_completion_timeout(&req->complete, DRAIN_TIMEOUT_MS);
		goto retry;
	}
	spin_unlock(&list->lock);
}

/*
 * Drains all page requests of a PASID that are pending in software and hardware. The caller must
 * guarantee that no more of them come.
 */
void v2_svm_drain_prq(struct pci_dev *dev, u32 pasid)
{
	struct device_domain_info *info = intel_iommu_device(dev);
	struct qi_desc desc[3];

	if (!info)
		return;
	drain_list(list_of(info->iommu), pasid);

	/* VT-d 7.10. */
	memset(desc, 0, sizeof(desc));
	desc[0].qw0 = QI_IWD_STATUS_DATA(QI_DONE) | QI_IWD_FENCE | QI_IWD_TYPE;
	desc[1].qw0 =
		QI_PASID(pasid) | QI_DID(FLPT_DEFAULT_DID) | QI_EIOTLB_PASID_SEL | QI_EIOTLB_TYPE;
	desc[2].qw0 = QI_PASID(pasid) | QI_DEV_EIOTLB_SID(info->rid) |
		      QI_DEV_EIOTLB_QDEP(dev->ats_qdep) | QI_DEIOTLB_TYPE;
	qi_submit_sync(info->iommu, dev, desc, 3, QI_OPT_WAIT_DRAIN);
	intel_iommu_device_put(info);
}

/* --- Up and down, as in 5.7 -------------------------------------------------------------------------- */

int intel_iommu_enable_prq(struct intel_iommu *iommu)
{
	unsigned order = host_unit_prq_order(iommu->index);
	int err;

	iommu->prq_slots = 1u << order;
	iommu->prq = dma_alloc(iommu->prq_slots * sizeof(*iommu->prq), &iommu->prq_bus);
	if (!iommu->prq)
		return -ENOMEM;
	spin_lock_init(&list_of(iommu)->lock); /* reconstructed */
	iommu->pr_irq = host_unit_prq_irq(iommu->index);
	writel(iommu->pr_irq, iommu->reg + DMAR_PEDATA_REG);
	writel(0, iommu->reg + DMAR_PEADDR_REG);
	writel(0, iommu->reg + DMAR_PEUADDR_REG);
	err = host_request_threaded_irq(iommu->pr_irq, prq_event_thread, "dmar-prq", iommu);
	if (err) {
		dma_free(iommu->prq);
		iommu->prq = NULL;
		return err;
	}
	/* The kernel's request_irq() unmasks. */
	writel(0, iommu->reg + DMAR_PECTL_REG);
	writeq(0, iommu->reg + DMAR_PQH_REG);
	writeq(0, iommu->reg + DMAR_PQT_REG);
	writeq(iommu->prq_bus | (order > PRQ_HW_ORDER_MIN ? order - PRQ_HW_ORDER_MIN : 0),
	       iommu->reg + DMAR_PQA_REG);
	return 0;
}

int intel_iommu_finish_prq(struct intel_iommu *iommu)
{
	writeq(0, iommu->reg + DMAR_PQH_REG);
	writeq(0, iommu->reg + DMAR_PQT_REG);
	writeq(0, iommu->reg + DMAR_PQA_REG);
	host_free_irq(iommu->pr_irq);
	dma_free(iommu->prq);
	iommu->prq = NULL;
	return 0;
}
