/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Lives: bind, unbind, the end of an address space, the domain of requests without PASID. Shaped
 * after drivers/iommu/intel/{svm,iommu}.c.
 *
 * A PASID number is taken from bind until a drain has succeeded. If one can't be done, unbind returns
 * the error and the life stays behind, dying: its number is in quarantine, its requests get Invalid
 * Request, and the next unbind, or the detach of the device, tries the drain again.
 */

#include "core/iommu.h"

/* --- End of an address space ---------------------------------------------------------------------- */

static int dev_pasid_tear_down(struct dev_pasid *dp, bool fault_ignore)
{
	int err = 0;

	mutex_lock(&dp->entry_mutex);
	if (!dp->torn)
		err = intel_pasid_tear_down_entry(dp->info, dp->pasid, dp->did, fault_ignore);
	else if (fault_ignore)
		intel_pasid_ignore_faults(dp->info, dp->pasid);
	dp->torn = !err;
	mutex_unlock(&dp->entry_mutex);
	return err;
}

/*
 * The page tables are about to go. Translation ends here, the life does not: no drain, for this may
 * run in a worker that a drain waits for, or in any task's last mmput() (Z44, Z45). Requests that
 * are already in meet an address space without users, those to come an entry that is not present,
 * and whose faults are nothing to log.
 */
static void intel_mm_release(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	struct dev_pasid *dp = container_of(notifier, struct dev_pasid, notifier);

	WARN_ON(dev_pasid_tear_down(dp, true) != 0);
}

/* --- Bind --------------------------------------------------------------------------------------------- */

/* Reserves a number, 0 for any, and makes the life known to the event thread. */
static int dev_pasid_publish(struct dev_pasid *dp, u32 pasid)
{
	struct device_domain_info *info = dp->info;

	if (pasid >= PASID_MAX)
		return -EINVAL;
	spin_lock(&dp->iommu->lock);
	if (!pasid) {
		for (pasid = 1; pasid < PASID_MAX && info->lives[pasid]; pasid++)
			;
	}
	if (pasid == PASID_MAX || info->lives[pasid]) {
		spin_unlock(&dp->iommu->lock);
		return -EBUSY;
	}
	dp->pasid = pasid;
	info->lives[pasid] = dp;
	spin_unlock(&dp->iommu->lock);
	return 0;
}

/* The one for requests without PASID has a place of its own. */
static int dev_pasid_publish_rid(struct dev_pasid *dp)
{
	int err = 0;

	spin_lock(&dp->iommu->lock);
	if (dp->info->lives[IOMMU_NO_PASID])
		err = -EBUSY;
	else
		dp->info->lives[IOMMU_NO_PASID] = dp;
	spin_unlock(&dp->iommu->lock);
	return err;
}

static void dev_pasid_unpublish(struct dev_pasid *dp)
{
	spin_lock(&dp->iommu->lock);
	dp->info->lives[dp->pasid] = NULL;
	spin_unlock(&dp->iommu->lock);
}

/* Under info->mutex, with a user of @mm held, so no release runs yet. @pasid: NULL for requests without. */
static int dev_pasid_begin(struct device_domain_info *info, struct mm_struct *mm, u32 *pasid)
{
	struct dev_pasid *dp;
	int err;

	/* What is still under way from a device that is gone can't be drained, so no life may follow. */
	if (!host_pci_device_is_present(info->dev))
		return -ENODEV;
	dp = kzalloc(sizeof(*dp), GFP_KERNEL);
	if (!dp)
		return -ENOMEM;
	dp->iommu = info->iommu;
	dp->info = info;
	dp->rid = info->rid;
	dp->mm = mm;
	dp->refs = 1;
	dp->notifier.release = intel_mm_release;
	mutex_init(&dp->entry_mutex);
	err = domain_id_get(info->iommu, mm, &dp->did);
	if (err)
		goto free_dp;
	err = pasid ? dev_pasid_publish(dp, *pasid) : dev_pasid_publish_rid(dp);
	if (err)
		goto put_did;
	host_space_register(mm, &dp->notifier);
	/* Requests may come from here on. */
	intel_pasid_setup_first_level(info, dp->pasid, mm->pgd, dp->did);
	if (pasid)
		*pasid = dp->pasid;
	return 0;
put_did:
	domain_id_put(info->iommu, dp->did);
free_dp:
	kfree(dp);
	return err;
}

/* Requests in a driver's domain (SUT_BIND_DOMAIN) are served from its tables, as any others. */
int intel_svm_bind(struct pci_dev *dev, struct mm_struct *mm, unsigned flags, u32 *pasid)
{
	struct device_domain_info *info;
	int err;

	if (!mmget_not_zero(mm))
		return -ESRCH;
	info = intel_iommu_device_lock(dev);
	err = info ? dev_pasid_begin(info, mm, pasid) : -ENODEV;
	if (info)
		intel_iommu_device_unlock(info);
	/* Outside the mutex: this may be the last put, and run the release of any life. */
	mmput(mm);
	return err;
}

/* --- Unbind ------------------------------------------------------------------------------------------------ */

/*
 * Under info->mutex. Dying first, so that what comes in from here on is not handled any more; then
 * translation; then the drain. Unregistered last: before the teardown, the page tables could go while
 * the entry still points to them; before the drain, a life that can't be drained would not hear of
 * the end of its space, and what its device goes on sending would be logged.
 */
static int dev_pasid_end(struct dev_pasid *dp)
{
	struct device_domain_info *info = dp->info;
	int err;

	spin_lock(&dp->iommu->lock);
	dp->dying = true;
	spin_unlock(&dp->iommu->lock);
	err = dev_pasid_tear_down(dp, false);
	if (err)
		return err;
	err = intel_iommu_drain_pasid_prq(dp, 0);
	if (err)
		return err;
	host_space_unregister(dp->mm, &dp->notifier);
	intel_pasid_clear_entry(info, dp->pasid);
	domain_id_put(info->iommu, dp->did);
	dev_pasid_unpublish(dp);
	dev_pasid_put(dp);
	return 0;
}

int intel_svm_unbind(struct pci_dev *dev, u32 pasid)
{
	struct device_domain_info *info = intel_iommu_device_lock(dev);
	int err = -EINVAL;

	if (!info)
		return -ENODEV;
	if (pasid != IOMMU_NO_PASID && pasid < PASID_MAX && info->lives[pasid])
		err = dev_pasid_end(info->lives[pasid]);
	intel_iommu_device_unlock(info);
	return err;
}

/* --- Requests without PASID ----------------------------------------------------------------------------------- */

/* An entry is never rewritten while it is live (c3b1edea3791): the old life ends, the new begins. */
static int attach_rid(struct device_domain_info *info, struct mm_struct *mm)
{
	struct dev_pasid *old = info->lives[IOMMU_NO_PASID];
	int err = old ? dev_pasid_end(old) : 0;

	if (err || !mm)
		return err;
	return dev_pasid_begin(info, mm, NULL);
}

int intel_iommu_attach_rid(struct pci_dev *dev, struct mm_struct *mm)
{
	struct device_domain_info *info;
	int err;

	if (mm && !mmget_not_zero(mm))
		return -ESRCH;
	info = intel_iommu_device_lock(dev);
	err = info ? attach_rid(info, mm) : -ENODEV;
	if (info)
		intel_iommu_device_unlock(info);
	if (mm)
		mmput(mm);
	return err;
}

/* --- Drains on their own -------------------------------------------------------------------------------------- */

int intel_svm_drain(struct pci_dev *dev, u32 pasid)
{
	struct device_domain_info *info = intel_iommu_device_lock(dev);
	int err = -EINVAL;

	if (!info)
		return -ENODEV;
	if (pasid < PASID_MAX && info->lives[pasid])
		err = intel_iommu_drain_pasid_prq(info->lives[pasid], 0);
	intel_iommu_device_unlock(info);
	return err;
}

int intel_svm_drain_all(struct device_domain_info *info)
{
	int err = 0;

	for (u32 pasid = 0; pasid < PASID_MAX && !err; pasid++) {
		if (info->lives[pasid])
			err = intel_iommu_drain_pasid_prq(info->lives[pasid], 0);
	}
	return err;
}

int intel_svm_release_all(struct device_domain_info *info)
{
	int err = 0;

	for (u32 pasid = 0; pasid < PASID_MAX && !err; pasid++) {
		if (info->lives[pasid])
			err = dev_pasid_end(info->lives[pasid]);
	}
	return err;
}
