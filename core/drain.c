/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The drain: afterwards nothing that was requested in a life is anywhere between the device and
 * itself. VT-d 7.10; shaped after intel_iommu_drain_pasid_prq().
 */

#include "core/iommu.h"

/*
 * 7.10 a to c in one submission. a: the fence, so that the responses before it have left the queue.
 * b: the device-TLB invalidation pushes those responses down to the device, which consumes them
 * before it answers, and its completion pushes the device's requests up to the unit (7.7, 7.8). c: the
 * closing wait with PD, behind which all received requests are in the ring. What is invalidated is of
 * no account; it goes to this device and PASID, whose entries are flushed already.
 */
static int drain_hardware(struct dev_pasid *dp)
{
	struct device_domain_info *info = dp->info;
	struct qi_desc desc[] = {
		qi_desc_fence(),
		qi_desc_piotlb(dp->did, dp->pasid),
		qi_desc_dev_iotlb(info, dp->pasid),
	};
	unsigned drain = dp->iommu->prs_supported ? QI_OPT_WAIT_DRAIN : 0;
	int err = -ENODEV;

	if (dev_tlb_reachable(info))
		err = qi_submit_sync(dp->iommu, info->dev, desc, 3, drain);
	/* A device that is gone sends nothing more, and no response reaches it. */
	return err == -ENODEV ? qi_submit_sync(dp->iommu, NULL, desc, 2, drain) : err;
}

/*
 * All that is in the ring now has been taken by the event thread; groups that will never be closed
 * are forgotten; those that were are answered.
 */
static int drain_software(struct dev_pasid *dp)
{
	int err = prq_wait_consumed(dp->iommu);

	if (err)
		return err;
	iopf_discard_partial(dp);
	iopf_wait_groups(dp);
	return 0;
}

/* An overflow that nobody has dealt with. The thread is woken, lest its event was lost. */
static bool overflow_pending(struct intel_iommu *iommu)
{
	if (!(readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO))
		return false;
	host_irq_wake_thread(iommu->pr_irq);
	return true;
}

/*
 * Preconditions: info->mutex is held, and no other lock. The device has stopped sending for this
 * PASID (7.11); its last requests may be under way, and responses outstanding. If the life is to end
 * it is marked dying and its entry is torn down, so nothing new is let in. @stopped says what is known
 * of the stop; software can't see it, so a caller that was not told passes 0.
 *
 * It ends: hardware bounds each queue submission, or reports an error, which is retried a fixed
 * number of times. The ring is waited for up to the tail that is read once, so no more than a ring
 * full of slots is ahead, whoever fills it later, and a lost interrupt is made up for after a
 * time-out. The work queue is waited for no further than this life's own groups, queued by then. There
 * is no loop, and no wait for another drain.
 *
 * Nothing is left: (1) Round one of drain_hardware() brings every request that the device has sent
 * into the ring, or hardware has answered or dropped it. (2) The tail is read after that, so
 * drain_software() sees all of them into groups, forgets groups without an end, and waits until the
 * others are answered and their memory is free; late ones of a dying life get Invalid Request from the
 * event thread before it moves prq_pos. (3) So by now every response there will ever be, hardware's
 * included, is in the queue or ahead of it, and round two puts it into the device. No request is in
 * the ring at the end, for (1) left none on the way that round two could push.
 *
 * Round two may be left out in one case only: the stop was 7.11's, so all responses had arrived before
 * (1), and no overflow made a new one since. Step d of 7.10 asks for it after an overflow; but an
 * automatic Invalid Request, given to a late request after the teardown, shows nowhere.
 *
 * Ring before queue, as Linux does it, is no use: what the queue's PD brings in would be left (4.2 C).
 */
int intel_iommu_drain_pasid_prq(struct dev_pasid *dp, unsigned stopped)
{
	struct intel_iommu *iommu = dp->iommu;
	u32 overflows = READ_ONCE(iommu->prq_overflows);
	bool overflowed = overflow_pending(iommu);
	int err;

	err = drain_hardware(dp);
	if (err)
		return err;
	err = drain_software(dp);
	if (err)
		return err;
	/* The bit before the count: see prq_clear_overflow(). */
	overflowed |= overflow_pending(iommu);
	overflowed |= READ_ONCE(iommu->prq_overflows) != overflows;
	if (stopped & PRQ_STOPPED_ANSWERED && !overflowed)
		return 0;
	return drain_hardware(dp);
}
