/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The page request queue: the ring, its interrupt, its overflow. VT-d 7.4, 7.5, 11.4.11; shaped
 * after drivers/iommu/intel/prq.c.
 *
 * One event thread takes the ring from head to tail, and gives the slots back at the end of a batch:
 * until then hardware must not write to them, and a drain must not think them done (Z29). Where it
 * stands is published as a 64-bit count of slots, prq_pos, which never wraps: a drain notes the
 * count that the tail has reached, and waits until the thread has got there. So any number of drains
 * may wait, each for its own count, all woken alike; nobody resets what another one waits for.
 */

#include "core/iommu.h"

#define PRQ_TIMEOUT_MS 100
#define PRQ_TIMEOUTS_MAX 50u

static u32 prq_slot(const struct intel_iommu *iommu, u64 pos)
{
	return (u32)pos & (iommu->prq_slots - 1);
}

/* Reading PQT also makes hardware deliver every request it has accepted (7.5). */
static u32 prq_read_tail(struct intel_iommu *iommu)
{
	return prq_slot(iommu, readq(iommu->reg + DMAR_PQT_REG) >> PRQ_SLOT_SHIFT);
}

/* --- Event thread --------------------------------------------------------------------------------- */

static void prq_handle_batch(struct intel_iommu *iommu)
{
	u32 tail = prq_read_tail(iommu);
	u64 pos = iommu->prq_pos;

	if (prq_slot(iommu, pos) == tail)
		return;
	while (prq_slot(iommu, pos) != tail) {
		struct page_req_dsc req = iommu->prq[prq_slot(iommu, pos)];

		iopf_report(iommu, &req);
		pos++;
	}
	/* The tail of before, not one read anew: between the two lie slots nobody has looked at. */
	spin_lock(&iommu->prq_lock);
	writeq((u64)tail << PRQ_SLOT_SHIFT, iommu->reg + DMAR_PQH_REG);
	host_smp_store_release(&iommu->prq_pos, pos);
	spin_unlock(&iommu->prq_lock);
	wake_up_all(&iommu->prq_wait);
}

/*
 * While PRO is set nothing is accepted, so one more batch empties the ring for good; what had been
 * accepted before set PPR without an event when it was delivered, so both bits go in one write, or PPR
 * would stay, and no event would ever come again. Hardware has
 * answered last pages with Success by itself meanwhile, and does not say whose: a group that is here
 * in part may be over, and its index may be in use for another. So all parts are forgotten. If the
 * last page of one does come, its group succeeds with pages missing, and the device asks again, as
 * it does when hardware drops a part (28a77185f1cd). The count moves first: a drain that looks at
 * the bit, and later at the count, sees one or the other (4.2 Y).
 */
static void prq_clear_overflow(struct intel_iommu *iommu)
{
	if (!(readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PRO))
		return;
	prq_handle_batch(iommu);
	iopf_discard_all_partial(iommu);
	WRITE_ONCE(iommu->prq_overflows, iommu->prq_overflows + 1);
	writel(DMA_PRS_PPR | DMA_PRS_PRO, iommu->reg + DMAR_PRS_REG);
}

/*
 * PPR is cleared before the tail is read: a request that comes later sets it again, and a new event
 * makes the thread run once more (46924008273e). The overflow is looked at last: one that comes
 * later finds PPR clear, and has an event of its own, or set, and that event is still to be served.
 *
 * Always "handled": events that came during a run are served by it, and make one more that finds
 * nothing. Counted as stray, they would end in the line being shut off (4.2 S).
 */
static bool prq_event_thread(unsigned irq, void *data)
{
	struct intel_iommu *iommu = data;

	writel(DMA_PRS_PPR, iommu->reg + DMAR_PRS_REG);
	prq_handle_batch(iommu);
	prq_clear_overflow(iommu);
	return true;
}

/* --- Waiting for it ---------------------------------------------------------------------------------- */

/* Count of slots that the tail has reached. The lock keeps head and count still in between. */
static u64 prq_tail_pos(struct intel_iommu *iommu)
{
	u64 pos;

	spin_lock(&iommu->prq_lock);
	pos = iommu->prq_pos;
	pos += prq_slot(iommu, prq_read_tail(iommu) - pos);
	spin_unlock(&iommu->prq_lock);
	return pos;
}

/*
 * An event interrupt may get lost: its address was stale, or PPR was left set and there was none. So
 * no wait is without bound. After PRQ_TIMEOUT_MS the thread is woken by hand, as if the interrupt had
 * come; it runs in its own context as ever, so it can't run twice at once, and a run that finds an
 * empty ring does no harm. A thread that does not move although woken is beyond help.
 *
 * It is woken at once where requests are in the ring and PPR is clear: either it is at them already,
 * or they are of a kind that raises no event (on older parts only a last page does, K1).
 */
int prq_wait_consumed(struct intel_iommu *iommu)
{
	u64 target = prq_tail_pos(iommu);
	u64 seen = 0;

	if (host_smp_load_acquire(&iommu->prq_pos) >= target)
		return 0;
	if (!(readl(iommu->reg + DMAR_PRS_REG) & DMA_PRS_PPR))
		host_irq_wake_thread(iommu->pr_irq);
	for (unsigned idle = 0; idle < PRQ_TIMEOUTS_MAX; idle++) {
		u64 pos;

		if (wait_event_timeout(iommu->prq_wait,
				       host_smp_load_acquire(&iommu->prq_pos) >= target,
				       PRQ_TIMEOUT_MS))
			return 0;
		pos = READ_ONCE(iommu->prq_pos);
		if (pos != seen)
			idle = 0;
		seen = pos;
		host_irq_wake_thread(iommu->pr_irq);
	}
	return -ETIMEDOUT;
}

/* --- Up and down ---------------------------------------------------------------------------------------- */

static int prq_alloc(struct intel_iommu *iommu)
{
	unsigned order = host_unit_prq_order(iommu->index);

	iommu->prq_slots = 1u << order;
	iommu->prq = dma_alloc(iommu->prq_slots * sizeof(*iommu->prq), &iommu->prq_bus);
	if (!iommu->prq)
		return -ENOMEM;
	iommu->iopf_wq = alloc_workqueue("iopf", 16);
	if (!iommu->iopf_wq) {
		dma_free(iommu->prq);
		iommu->prq = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void prq_free(struct intel_iommu *iommu)
{
	destroy_workqueue(iommu->iopf_wq);
	dma_free(iommu->prq);
	iommu->prq = NULL;
	iommu->iopf_wq = NULL;
}

static void prq_set_ring(struct intel_iommu *iommu, u64 pqa)
{
	writeq(0, iommu->reg + DMAR_PQH_REG);
	writeq(0, iommu->reg + DMAR_PQT_REG);
	writeq(pqa, iommu->reg + DMAR_PQA_REG);
	/*
	 * Left set by whoever had the queue before (kexec, a finish with requests on the way), they
	 * would keep the first event from coming, and every one after it (Z12).
	 */
	writel(DMA_PRS_PPR | DMA_PRS_PRO, iommu->reg + DMAR_PRS_REG);
}

/*
 * All that the event thread touches is ready before the interrupt is requested, and the event stays
 * masked until then: one that is left pending fires when it is unmasked, into an empty ring (4.1 I5).
 * No device is attached yet, so none can be lost by clearing PRS behind PQA.
 */
int intel_iommu_enable_prq(struct intel_iommu *iommu)
{
	unsigned order = host_unit_prq_order(iommu->index);
	int err = prq_alloc(iommu);

	if (err)
		return err;
	spin_lock_init(&iommu->prq_lock);
	init_waitqueue_head(&iommu->prq_wait);
	iommu->prq_pos = 0;
	iommu->prq_overflows = 0;
	iommu->pr_irq = host_unit_prq_irq(iommu->index);

	writel(DMA_PECTL_IM, iommu->reg + DMAR_PECTL_REG);
	prq_set_ring(iommu,
		     iommu->prq_bus | (order > PRQ_HW_ORDER_MIN ? order - PRQ_HW_ORDER_MIN : 0));
	writel(iommu->pr_irq, iommu->reg + DMAR_PEDATA_REG);
	writel(0, iommu->reg + DMAR_PEADDR_REG);
	writel(0, iommu->reg + DMAR_PEUADDR_REG);
	err = host_request_threaded_irq(iommu->pr_irq, prq_event_thread, "dmar-prq", iommu);
	if (err) {
		prq_set_ring(iommu, 0);
		prq_free(iommu);
		return err;
	}
	writel(0, iommu->reg + DMAR_PECTL_REG);
	return 0;
}

/*
 * Every device is off the unit, so nothing new is let in; what was received before is pushed into
 * the ring by a drain and answered. Then the event is masked, a running thread is waited for, and
 * only when nobody looks at the registers any more are they cleared and the ring freed (4.2 R).
 */
int intel_iommu_finish_prq(struct intel_iommu *iommu)
{
	unsigned drain = iommu->prs_supported ? QI_OPT_WAIT_DRAIN : 0;
	int err = -EINVAL;

	for (unsigned i = 0; err == -EINVAL && i <= QI_RETRIES; i++)
		err = qi_submit_sync(iommu, NULL, NULL, 0, drain);
	if (err)
		return err;
	err = prq_wait_consumed(iommu);
	if (err)
		return err;
	writel(DMA_PECTL_IM, iommu->reg + DMAR_PECTL_REG);
	readl(iommu->reg + DMAR_PECTL_REG);
	host_free_irq(iommu->pr_irq);
	prq_set_ring(iommu, 0);
	prq_free(iommu);
	return 0;
}
