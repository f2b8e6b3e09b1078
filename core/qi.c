/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The invalidation queue: submission, waiting, recovery from its errors. VT-d 6.5.2; shaped after
 * qi_submit_sync() of drivers/iommu/intel/dmar.c.
 *
 * A submission is a run of slots, the last of which is a wait that writes QI_DONE to its status
 * word. Submitters poll that word and the fault status without holding the lock; whoever sees an
 * error first mends the queue for all, by what the slots say about whose they are:
 *
 * IQE: head stands at the bad descriptor, of whichever submission (754d07b940c4: not only at the
 *	first slot of one's own). It is overwritten by a wait, since hardware fetches it again, and
 *	its submission fails with -EINVAL. A plain closing wait needs no failure: the filler does
 *	what it would have done.
 * ITE:	waits that were fetched are aborted and never report (6.5.2.11). Those behind head are
 *	marked QI_ABORT; one at or after head is still going to report, so its slot stays in use
 *	until then, but its submission is no longer worth anything if it had begun. Both are retried,
 *	unless the device is gone. All who ask the device that was missing are told.
 * ICE:	a late device-TLB completion: cleared, the queue goes on.
 *
 * Slots return to the pool from the oldest on, when hardware is past them: their wait has reported,
 * or head is behind it.
 */

#include "core/iommu.h"

static u32 qi_distance(const struct q_inval *qi, u32 slot)
{
	return (slot - qi->free_tail) % QI_LENGTH;
}

/* --- Errors ------------------------------------------------------------------------------------ */

static struct qi_desc qi_filler(struct q_inval *qi, u32 slot)
{
	return (struct qi_desc){
		.qw0 = QI_IWD_TYPE | QI_IWD_STATUS_WRITE | QI_IWD_STATUS_DATA(QI_DONE),
		.qw1 = qi->status_bus + slot * sizeof(u32),
	};
}

static void qi_mend_iqe(struct intel_iommu *iommu)
{
	struct q_inval *qi = iommu->qi;
	u32 head = (u32)(readq(iommu->reg + DMAR_IQH_REG) >> QI_DESC_SHIFT) % QI_LENGTH;
	struct qi_slot *slot = &qi->slot[head];

	if (slot->used) {
		if (slot->wait != head || qi->slot[head].drain)
			qi->slot[slot->wait].error = -EINVAL;
		qi->desc[head] = qi_filler(qi, head);
	}
	writel(DMA_FSTS_IQE, iommu->reg + DMAR_FSTS_REG);
}

static void qi_mend_ite(struct intel_iommu *iommu)
{
	struct q_inval *qi = iommu->qi;
	u16 sid = IQER_ITESID(readq(iommu->reg + DMAR_IQER_REG));
	u32 head = (u32)(readq(iommu->reg + DMAR_IQH_REG) >> QI_DESC_SHIFT) % QI_LENGTH;
	u32 used = QI_LENGTH - qi->free_cnt;
	u32 fetched = qi_distance(qi, head);

	for (struct qi_caller *c = qi->callers; c; c = c->next)
		c->ites += c->sid == sid;
	for (u32 i = 0; i < used; i++) {
		u32 index = (qi->free_tail + i) % QI_LENGTH;
		struct qi_slot *slot = &qi->slot[index];

		if (!slot->used || slot->wait != index ||
		    READ_ONCE(qi->desc_status[index]) != QI_IN_USE)
			continue;
		if (qi_distance(qi, slot->first) < fetched && !slot->error)
			slot->error = -EAGAIN;
		if (i < fetched)
			WRITE_ONCE(qi->desc_status[index], QI_ABORT);
	}
	writel(DMA_FSTS_ITE, iommu->reg + DMAR_FSTS_REG);
}

/* True if there was something to mend, so that the caller looks at its status word again. */
static bool qi_check_fault(struct intel_iommu *iommu)
{
	u32 fault = readl(iommu->reg + DMAR_FSTS_REG);

	if (likely(!(fault & (DMA_FSTS_IQE | DMA_FSTS_ITE | DMA_FSTS_ICE))))
		return false;
	spin_lock(&iommu->qi->q_lock);
	/* Another submitter may have been quicker. */
	fault = readl(iommu->reg + DMAR_FSTS_REG);
	if (fault & DMA_FSTS_IQE)
		qi_mend_iqe(iommu);
	if (fault & DMA_FSTS_ITE)
		qi_mend_ite(iommu);
	if (fault & DMA_FSTS_ICE)
		writel(DMA_FSTS_ICE, iommu->reg + DMAR_FSTS_REG);
	spin_unlock(&iommu->qi->q_lock);
	return true;
}

/* --- Submission ---------------------------------------------------------------------------------- */

/* Takes q_lock with room for @count and a wait. One slot stays free: full must not look empty. */
static void qi_lock_room(struct intel_iommu *iommu, unsigned count)
{
	struct q_inval *qi = iommu->qi;

	for (;;) {
		spin_lock(&qi->q_lock);
		if (qi->free_cnt >= count + 2)
			return;
		spin_unlock(&qi->q_lock);
		while (READ_ONCE(qi->free_cnt) < count + 2) {
			if (!qi_check_fault(iommu))
				cpu_relax("free slots of the invalidation queue");
		}
	}
}

static u32 qi_next(u32 index)
{
	return (index + 1) % QI_LENGTH;
}

static void qi_use(struct q_inval *qi, u32 index, u32 first, u32 wait)
{
	qi->slot[index] = (struct qi_slot){ .first = (u8)first, .wait = (u8)wait, .used = true };
}

static void qi_list_caller(struct q_inval *qi, struct qi_caller *caller)
{
	if (caller->listed)
		return;
	caller->next = qi->callers;
	qi->callers = caller;
	caller->listed = true;
}

static void qi_unlist_caller(struct q_inval *qi, struct qi_caller *caller)
{
	struct qi_caller **link;

	for (link = &qi->callers; *link != caller; link = &(*link)->next)
		;
	*link = caller->next;
	caller->listed = false;
}

/* Gives the slot of the closing wait. @caller: NULL where no device is asked. */
static u32 qi_queue(struct intel_iommu *iommu, const struct qi_desc *desc, unsigned count,
		    unsigned options, struct qi_caller *caller)
{
	struct q_inval *qi = iommu->qi;
	u32 first, index, wait;

	qi_lock_room(iommu, count);
	if (caller)
		qi_list_caller(qi, caller);
	first = index = qi->free_head;
	wait = (first + count) % QI_LENGTH;
	for (unsigned i = 0; i < count; i++, index = qi_next(index)) {
		qi->desc[index] = desc[i];
		qi_use(qi, index, first, wait);
	}
	qi->desc[wait] = qi_filler(qi, wait);
	qi_use(qi, wait, first, wait);
	if (options & QI_OPT_WAIT_DRAIN) {
		qi->desc[wait].qw0 |= QI_IWD_PRQ_DRAIN;
		qi->slot[wait].drain = true;
	}
	qi->desc_status[wait] = QI_IN_USE;
	qi->free_head = qi_next(wait);
	WRITE_ONCE(qi->free_cnt, qi->free_cnt - (count + 1));
	/* Orders the descriptors before it, as any uncached register write does. */
	writeq((u64)qi->free_head << QI_DESC_SHIFT, iommu->reg + DMAR_IQT_REG);
	spin_unlock(&qi->q_lock);
	return wait;
}

static int qi_reclaim(struct q_inval *qi, u32 wait, struct qi_caller *caller)
{
	u32 cnt, index;
	int err;

	spin_lock(&qi->q_lock);
	err = qi->slot[wait].error;
	for (index = qi->slot[wait].first; index != wait; index = qi_next(index))
		qi->slot[index].used = false;
	qi->slot[wait].used = false;
	cnt = qi->free_cnt;
	while (cnt < QI_LENGTH && !qi->slot[qi->free_tail].used) {
		qi->free_tail = qi_next(qi->free_tail);
		cnt++;
	}
	WRITE_ONCE(qi->free_cnt, cnt);
	if (caller) {
		if (err == -EAGAIN && caller->ites > QI_RETRIES)
			err = -ETIMEDOUT;
		if (err != -EAGAIN)
			qi_unlist_caller(qi, caller);
	}
	spin_unlock(&qi->q_lock);
	return err;
}

/* One attempt; -EAGAIN: it was spoilt, and @caller stays listed for the next. */
static int qi_submit_once(struct intel_iommu *iommu, const struct qi_desc *desc, unsigned count,
			  unsigned options, struct qi_caller *caller)
{
	struct q_inval *qi = iommu->qi;
	u32 wait = qi_queue(iommu, desc, count, options, caller);

	while (READ_ONCE(qi->desc_status[wait]) == QI_IN_USE) {
		if (!qi_check_fault(iommu))
			cpu_relax("the invalidation wait descriptor");
	}
	return qi_reclaim(qi, wait, caller);
}

/*
 * Attempts that another device spoilt are not counted (4.2 Z: a healthy device's drain must not take
 * another's loss for its own); they are bounded by that device's own callers, each of which gives
 * up. So a missing answer counts for all who ask that device when it shows, not only for an attempt
 * that it spoils: of two devices that do not answer, each may spoil the attempt before the other can.
 */
int qi_submit_sync(struct intel_iommu *iommu, struct pci_dev *dev, const struct qi_desc *desc,
		   unsigned count, unsigned options)
{
	struct qi_caller caller = { .sid = dev ? dev->rid : 0 };
	bool gone;
	int err;

	do {
		err = qi_submit_once(iommu, desc, count, options, dev ? &caller : NULL);
		gone = dev && (err == -EAGAIN || err == -ETIMEDOUT) &&
		       !host_pci_device_is_present(dev);
	} while (err == -EAGAIN && !gone);
	if (!gone)
		return err;
	if (caller.listed) {
		spin_lock(&iommu->qi->q_lock);
		qi_unlist_caller(iommu->qi, &caller);
		spin_unlock(&iommu->qi->q_lock);
	}
	return -ENODEV;
}

int qi_submit_insist(struct intel_iommu *iommu, struct pci_dev *dev, const struct qi_desc *desc,
		     unsigned count)
{
	unsigned retries = 0;
	int err;

	do {
		err = qi_submit_sync(iommu, dev, desc, count, 0);
	} while (err == -EINVAL && ++retries <= QI_RETRIES);
	return err;
}

/*
 * An abort leaves the response itself done: it left the queue when it was fetched (7.8). Sent twice
 * it could close a later group, so only a refused one is sent again, and that not for ever.
 */
void qi_page_response(struct intel_iommu *iommu, u16 rid, u32 pasid, bool pasid_present, u16 grpid,
		      unsigned rc)
{
	struct qi_desc desc = {
		.qw0 = QI_PGRP_RESP_TYPE | QI_PGRP_PASID_P(pasid_present) | QI_PGRP_RESP_CODE(rc) |
		       QI_PGRP_DID(rid) | (pasid_present ? QI_PASID(pasid) : 0),
		.qw1 = QI_PGRP_IDX(grpid),
	};

	for (unsigned retries = 0; retries <= QI_RETRIES; retries++) {
		if (qi_submit_once(iommu, &desc, 1, 0, NULL) != -EINVAL)
			return;
	}
	WARN_ON(true);
}

/* --- Descriptors ------------------------------------------------------------------------------------ */

bool dev_tlb_reachable(const struct device_domain_info *info)
{
	return info->ats_enabled && host_pci_device_is_present(info->dev);
}

struct qi_desc qi_desc_dev_iotlb(const struct device_domain_info *info, u32 pasid)
{
	/* The PFSID of a physical function is its own id; reserved without throttling (DIT). */
	u64 pfsid = info->iommu->ecap & ECAP_DIT ? QI_PFSID(info->rid) : 0;

	if (pasid == IOMMU_NO_PASID)
		return (struct qi_desc){
			.qw0 = QI_DIOTLB_TYPE | QI_DEV_IOTLB_SID(info->rid) | pfsid |
			       QI_DEV_IOTLB_QDEP(info->dev->ats_qdep),
			.qw1 = QI_DEV_RANGE_ALL | QI_DEV_IOTLB_SIZE,
		};
	return (struct qi_desc){
		.qw0 = QI_DEIOTLB_TYPE | QI_DEV_EIOTLB_SID(info->rid) | QI_PASID(pasid) | pfsid |
		       QI_DEV_EIOTLB_QDEP(info->dev->ats_qdep),
		.qw1 = QI_DEV_RANGE_ALL | QI_DEV_EIOTLB_SIZE,
	};
}

struct qi_desc qi_desc_piotlb(u16 did, u32 pasid)
{
	return (struct qi_desc){
		.qw0 = QI_EIOTLB_TYPE | QI_EIOTLB_PASID_SEL | QI_DID(did) | QI_PASID(pasid),
	};
}

struct qi_desc qi_desc_fence(void)
{
	return (struct qi_desc){ .qw0 = QI_IWD_TYPE | QI_IWD_FENCE };
}

/* --- Up and down -------------------------------------------------------------------------------------- */

static void qi_set_enable(struct intel_iommu *iommu, bool on)
{
	u32 want = on ? DMA_GSTS_QIES : 0;

	iommu->gcmd = on ? iommu->gcmd | DMA_GCMD_QIE : iommu->gcmd & ~DMA_GCMD_QIE;
	writel(iommu->gcmd, iommu->reg + DMAR_GCMD_REG);
	while ((readl(iommu->reg + DMAR_GSTS_REG) & DMA_GSTS_QIES) != want)
		cpu_relax("QIES");
}

int intel_iommu_enable_qi(struct intel_iommu *iommu)
{
	struct q_inval *qi = kzalloc(sizeof(*qi), GFP_KERNEL);

	if (!qi)
		return -ENOMEM;
	qi->desc = dma_alloc(QI_LENGTH * (sizeof(struct qi_desc) + sizeof(u32)), &qi->bus);
	if (!qi->desc) {
		kfree(qi);
		return -ENOMEM;
	}
	qi->desc_status = (u32 *)(qi->desc + QI_LENGTH);
	qi->status_bus = qi->bus + QI_LENGTH * sizeof(struct qi_desc);
	qi->free_cnt = QI_LENGTH;
	spin_lock_init(&qi->q_lock);
	iommu->qi = qi;
	writel(DMA_FSTS_IQE | DMA_FSTS_ITE | DMA_FSTS_ICE, iommu->reg + DMAR_FSTS_REG);
	writeq(0, iommu->reg + DMAR_IQT_REG);
	writeq(qi->bus | DMA_IQA_DW | IQA_QS(1), iommu->reg + DMAR_IQA_REG);
	qi_set_enable(iommu, true);
	return 0;
}

/* The caller has seen to it that nobody submits. */
void intel_iommu_disable_qi(struct intel_iommu *iommu)
{
	/* A late device-TLB completion may have come when nobody polled. */
	qi_check_fault(iommu);
	qi_set_enable(iommu, false);
	dma_free(iommu->qi->desc);
	kfree(iommu->qi);
	iommu->qi = NULL;
}
