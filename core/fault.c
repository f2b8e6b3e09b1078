/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * From a request in the ring to its response: checks, groups, the fault itself. Shaped after
 * drivers/iommu/io-pgfault.c.
 *
 * A group is known by (requester id, PASID, index), that is, by its life and the index: two PASIDs of
 * a device may use one index at once (K14), and what is left of an old life is gone with it (4.2 D).
 * Only a last page is answered, once for its group, with Success or Invalid Request (VT-d 7.6). A
 * member that can't be kept (malformed, or no memory) spoils its group: the last page gets Invalid
 * Request, so nothing is lost in silence (4.2 U).
 *
 * A life that is dying gets nothing but Invalid Request, and so does what belongs to no life.
 */

#include "core/iommu.h"

/* --- Lookup ------------------------------------------------------------------------------------------ */

static struct dev_pasid *dev_pasid_get(struct intel_iommu *iommu, u16 rid, u32 pasid)
{
	struct device_domain_info *info;
	struct dev_pasid *dp = NULL;

	spin_lock(&iommu->lock);
	for (info = iommu->devices; info; info = info->next) {
		if (info->rid == rid)
			break;
	}
	if (info && pasid < PASID_MAX)
		dp = info->lives[pasid];
	if (dp)
		dp->refs++;
	spin_unlock(&iommu->lock);
	return dp;
}

void dev_pasid_put(struct dev_pasid *dp)
{
	struct intel_iommu *iommu = dp->iommu;
	u32 refs;

	spin_lock(&iommu->lock);
	refs = --dp->refs;
	spin_unlock(&iommu->lock);
	if (!refs)
		kfree(dp);
}

/* --- Groups -------------------------------------------------------------------------------------------- */

static u64 spoiled_bit(u16 grpid)
{
	return 1ull << grpid % 64;
}

static void free_faults(struct iopf_fault *fault)
{
	struct iopf_fault *next;

	for (; fault; fault = next) {
		next = fault->next;
		kfree(fault);
	}
}

/* Moves the parts of group @grpid to a list of their own, in order. Under iommu->lock. */
static struct iopf_fault *take_partial(struct dev_pasid *dp, u16 grpid)
{
	struct iopf_fault **link = &dp->partial;
	struct iopf_fault *taken = NULL;
	struct iopf_fault **tail = &taken;

	while (*link) {
		struct iopf_fault *fault = *link;

		if (fault->grpid != grpid) {
			link = &fault->next;
			continue;
		}
		*link = fault->next;
		fault->next = NULL;
		*tail = fault;
		tail = &fault->next;
	}
	return taken;
}

/* Under iommu->lock. */
static struct iopf_fault *take_all_partial(struct dev_pasid *dp)
{
	struct iopf_fault *taken = dp->partial;

	dp->partial = NULL;
	memset(dp->spoiled, 0, sizeof(dp->spoiled));
	return taken;
}

void iopf_discard_partial(struct dev_pasid *dp)
{
	spin_lock(&dp->iommu->lock);
	free_faults(take_all_partial(dp));
	spin_unlock(&dp->iommu->lock);
}

/*
 * Freed with the lock held: a drain that looks for parts after this must not find them gone from the
 * list and still in memory.
 */
void iopf_discard_all_partial(struct intel_iommu *iommu)
{
	struct device_domain_info *info;

	spin_lock(&iommu->lock);
	for (info = iommu->devices; info; info = info->next) {
		for (u32 pasid = 0; pasid < PASID_MAX; pasid++) {
			if (info->lives[pasid])
				free_faults(take_all_partial(info->lives[pasid]));
		}
	}
	spin_unlock(&iommu->lock);
}

/* --- Handling, in a worker -------------------------------------------------------------------------------- */

static unsigned iopf_handle_fault(struct dev_pasid *dp, const struct iopf_fault *fault)
{
	int err;

	/* The space may be gone while the life goes on, until its owner unbinds it. */
	if (!mmget_not_zero(dp->mm))
		return QI_RESP_INVALID;
	err = host_handle_mm_fault(dp->mm, fault->addr, fault->perm);
	/* The last put runs intel_mm_release(), here: it must not wait for this worker. */
	mmput(dp->mm);
	return err ? QI_RESP_INVALID : QI_RESP_SUCCESS;
}

static unsigned iopf_handle_group(const struct iopf_group *group)
{
	const struct iopf_fault *fault;
	unsigned rc = QI_RESP_SUCCESS;

	for (fault = group->partial; fault && rc == QI_RESP_SUCCESS; fault = fault->next)
		rc = iopf_handle_fault(group->dp, fault);
	if (rc == QI_RESP_SUCCESS)
		rc = iopf_handle_fault(group->dp, &group->last);
	return rc;
}

static void iopf_respond(struct dev_pasid *dp, u16 grpid, unsigned rc)
{
	qi_page_response(dp->iommu, dp->rid, dp->pasid, dp->pasid != IOMMU_NO_PASID, grpid, rc);
}

/* Count and memory of a group go together: whoever sees the count at 0 finds nothing left. */
static void iopf_group_done(struct dev_pasid *dp, u8 epoch)
{
	struct intel_iommu *iommu = dp->iommu;

	spin_lock(&iommu->lock);
	host_smp_store_release(&dp->inflight[epoch], dp->inflight[epoch] - 1);
	spin_unlock(&iommu->lock);
	wake_up_all(&iommu->prq_wait);
	dev_pasid_put(dp);
}

static void iopf_work(struct work_struct *work)
{
	struct iopf_group *group = container_of(work, struct iopf_group, work);
	struct dev_pasid *dp = group->dp;
	u8 epoch = group->epoch;

	iopf_respond(dp, group->last.grpid, iopf_handle_group(group));
	free_faults(group->partial);
	kfree(group);
	iopf_group_done(dp, epoch);
}

/*
 * Groups are counted in two epochs. A drain turns new ones to the other count and waits for the old
 * one to run out, so groups that keep coming do not hold it up. The other count is 0 by then: the
 * drain before waited for it, and there is one at a time for each life.
 */
void iopf_wait_groups(struct dev_pasid *dp)
{
	struct intel_iommu *iommu = dp->iommu;
	u8 old;

	spin_lock(&iommu->lock);
	old = dp->epoch;
	dp->epoch = !old;
	spin_unlock(&iommu->lock);
	wait_event(iommu->prq_wait, !host_smp_load_acquire(&dp->inflight[old]));
}

/* --- Taking requests, in the event thread -------------------------------------------------------------- */

static bool is_canonical(u64 addr)
{
	u64 top = addr >> 47;

	return !top || top == 0x1ffff;
}

static bool req_is_bad(const struct page_req_dsc *req)
{
	if (!is_canonical(PRQ_ADDR(req)))
		return true;
	/* Privileged and execute requests are not supported, as in the kernel. */
	return PRQ_PM(req) || (PRQ_EXE(req) && PRQ_RD(req));
}

static void fault_fill(struct iopf_fault *fault, const struct page_req_dsc *req)
{
	fault->addr = PRQ_ADDR(req);
	fault->grpid = PRQ_GRPID(req);
	fault->perm = HOST_FAULT_USER | (PRQ_RD(req) ? HOST_FAULT_READ : 0) |
		      (PRQ_WR(req) ? HOST_FAULT_WRITE : 0);
}

/* Keeps a request until the last page of its group comes. */
static void iopf_keep_part(struct dev_pasid *dp, const struct page_req_dsc *req)
{
	struct iopf_fault *fault = req_is_bad(req) ? NULL : kzalloc(sizeof(*fault), GFP_KERNEL);
	struct iopf_fault **tail;
	u16 grpid = PRQ_GRPID(req);

	if (fault)
		fault_fill(fault, req);
	spin_lock(&dp->iommu->lock);
	if (!fault) {
		dp->spoiled[grpid / 64] |= spoiled_bit(grpid);
	} else if (!dp->dying) {
		for (tail = &dp->partial; *tail; tail = &(*tail)->next)
			;
		*tail = fault;
		fault = NULL;
	}
	spin_unlock(&dp->iommu->lock);
	kfree(fault);
}

/* The group is complete: to the worker, or, if it can't be handled, an answer at once. */
static void iopf_close_group(struct dev_pasid *dp, const struct page_req_dsc *req)
{
	struct iopf_group *group = req_is_bad(req) ? NULL : kzalloc(sizeof(*group), GFP_KERNEL);
	struct intel_iommu *iommu = dp->iommu;
	u16 grpid = PRQ_GRPID(req);
	struct iopf_fault *partial;
	bool good;

	spin_lock(&iommu->lock);
	partial = take_partial(dp, grpid);
	good = group && !dp->dying && !(dp->spoiled[grpid / 64] & spoiled_bit(grpid));
	dp->spoiled[grpid / 64] &= ~spoiled_bit(grpid);
	if (good) {
		group->epoch = dp->epoch;
		WRITE_ONCE(dp->inflight[group->epoch], dp->inflight[group->epoch] + 1);
		dp->refs++;
	}
	spin_unlock(&iommu->lock);
	if (!good) {
		free_faults(partial);
		kfree(group);
		iopf_respond(dp, grpid, QI_RESP_INVALID);
		return;
	}
	group->dp = dp;
	group->partial = partial;
	fault_fill(&group->last, req);
	INIT_WORK(&group->work, iopf_work);
	queue_work(iommu->iopf_wq, &group->work);
}

void iopf_report(struct intel_iommu *iommu, const struct page_req_dsc *req)
{
	u32 pasid = PRQ_PASID_PRESENT(req) ? PRQ_PASID(req) : IOMMU_NO_PASID;
	struct dev_pasid *dp;

	if (PRQ_TYPE(req) != PRQ_TYPE_PAGE_REQ)
		return;
	/*
	 * Neither read nor write: a stop marker, which no one answers; looked at before all else,
	 * since its other fields mean nothing (4.2 F). Without a last-page flag it means nothing at
	 * all.
	 */
	if (!PRQ_RD(req) && !PRQ_WR(req))
		return;
	dp = dev_pasid_get(iommu, PRQ_RID(req), pasid);
	if (dp && (pasid != IOMMU_NO_PASID || !PRQ_PASID_PRESENT(req))) {
		if (PRQ_LPIG(req))
			iopf_close_group(dp, req);
		else
			iopf_keep_part(dp, req);
	} else if (PRQ_LPIG(req)) {
		qi_page_response(iommu, PRQ_RID(req), PRQ_PASID(req), PRQ_PASID_PRESENT(req),
				 PRQ_GRPID(req), QI_RESP_INVALID);
	}
	if (dp)
		dev_pasid_put(dp);
}
