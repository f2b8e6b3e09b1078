/* SPDX-License-Identifier: GPL-2.0-only */

/* Bind, unbind, address-space release, as in 5.7, with the calls to the drain. The theory is in v2.h. */

#include "sut/v2/v2.h"

/* One mutex for all, as it was: it serialises binds and unbinds, and so their drains. */
static struct mutex pasid_mutex = { .name = "pasid_mutex" };
static struct intel_svm *svms[PASID_MAX];

struct intel_svm *v2_svm_find(u32 pasid)
{
	return pasid < PASID_MAX ? rcu_dereference(svms[pasid]) : NULL;
}

static void tear_down(struct pci_dev *dev, u32 pasid)
{
	struct device_domain_info *info = intel_iommu_device(dev);

	if (!info)
		return;
	intel_pasid_tear_down_entry(info, pasid, FLPT_DEFAULT_DID, false);
	intel_iommu_device_put(info);
}

/*
 * Called before the page tables go, so hardware must be kept off them. The list of devices is walked
 * under RCU, since pasid_mutex may be held by whoever waits for this to end; and the drain sleeps.
 */
static void v2_mm_release(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	struct intel_svm *svm = container_of(notifier, struct intel_svm, notifier);
	struct intel_svm_dev *sdev;

	rcu_read_lock();
	for (sdev = rcu_dereference(svm->devs); sdev; sdev = rcu_dereference(sdev->next)) {
		tear_down(sdev->dev, svm->pasid);
		v2_svm_drain_prq(sdev->dev, svm->pasid);
	}
	rcu_read_unlock();
}

/* --- Bind -------------------------------------------------------------------------------------------- */

static bool svm_is_guest(const struct intel_svm *svm)
{
	return svm->pasid >= V2_GUEST_PASID;
}

/* A guest's page tables are its machine's memory: kept by a reference, and no release is heard of. */
static struct intel_svm *svm_alloc(struct mm_struct *mm, u32 pasid)
{
	struct intel_svm *svm = kzalloc(sizeof(*svm), GFP_KERNEL);

	if (!svm)
		return NULL;
	svm->mm = mm;
	svm->pasid = pasid;
	if (svm_is_guest(svm)) {
		if (!mmget_not_zero(mm)) {
			kfree(svm);
			return NULL;
		}
	} else {
		svm->notifier.release = v2_mm_release;
		host_space_register(mm, &svm->notifier);
	}
	rcu_assign_pointer(svms[pasid], svm);
	return svm;
}

static void svm_free(struct intel_svm *svm)
{
	struct mm_struct *guest = svm_is_guest(svm) ? svm->mm : NULL;

	rcu_assign_pointer(svms[svm->pasid], NULL);
	if (!guest)
		host_space_unregister(svm->mm, &svm->notifier);
	kfree_rcu(svm, rcu);
	if (guest)
		mmput(guest);
}

static int sdev_add(struct intel_svm *svm, struct device_domain_info *info)
{
	struct intel_svm_dev *sdev;

	for (sdev = svm->devs; sdev; sdev = sdev->next) {
		if (sdev->dev == info->dev) {
			sdev->users++;
			return 0;
		}
	}
	sdev = kzalloc(sizeof(*sdev), GFP_KERNEL);
	if (!sdev)
		return -ENOMEM;
	sdev->dev = info->dev;
	sdev->sid = info->rid;
	sdev->users = 1;
	intel_pasid_setup_first_level(info, svm->pasid, svm->mm->pgd, FLPT_DEFAULT_DID);
	sdev->next = svm->devs;
	rcu_assign_pointer(svm->devs, sdev);
	return 0;
}

/* Under pasid_mutex. */
static int bind_locked(struct device_domain_info *info, struct mm_struct *mm, u32 *pasid)
{
	struct intel_svm *svm;
	u32 number = *pasid;
	int err;

	if (!number) {
		for (number = 1; number < PASID_MAX && svms[number]; number++)
			;
	}
	if (number >= PASID_MAX)
		return -EINVAL;
	svm = svms[number];
	if (svm && svm->mm != mm)
		return -EBUSY;
	if (!svm)
		svm = svm_alloc(mm, number);
	if (!svm)
		return -ENOMEM;
	err = sdev_add(svm, info);
	if (err && !svm->devs)
		svm_free(svm);
	if (!err)
		*pasid = number;
	return err;
}

/* 5.7 had no other users of PASIDs: a driver's domain is bound as a space. */
int v2_bind(struct pci_dev *dev, struct mm_struct *mm, unsigned flags, u32 *pasid)
{
	struct device_domain_info *info;
	int err;

	if (!mmget_not_zero(mm))
		return -ESRCH;
	mutex_lock(&pasid_mutex);
	info = intel_iommu_device(dev);
	err = info ? bind_locked(info, mm, pasid) : -ENODEV;
	mutex_unlock(&pasid_mutex);
	if (info)
		intel_iommu_device_put(info);
	mmput(mm);
	return err;
}

/* --- Unbind ------------------------------------------------------------------------------------------ */

/*
 * Under pasid_mutex. intel_svm_unbind_mm() and intel_svm_unbind_gpasid() are two functions there, and
 * do the same in the same order.
 */
static int unbind_locked(struct pci_dev *dev, u32 pasid)
{
	struct intel_svm *svm = pasid && pasid < PASID_MAX ? svms[pasid] : NULL;
	struct intel_svm_dev **link, *sdev;

	if (!svm)
		return -EINVAL;
	for (link = &svm->devs; *link && (*link)->dev != dev; link = &(*link)->next)
		;
	sdev = *link;
	if (!sdev)
		return -EINVAL;
	if (--sdev->users)
		return 0;
	rcu_assign_pointer(*link, sdev->next);
	/* Torn down first, then drained: late requests log faults. */
	tear_down(dev, pasid);
	v2_svm_drain_prq(dev, pasid);
	kfree_rcu(sdev, rcu);
	if (!svm->devs)
		svm_free(svm);
	return 0;
}

int v2_unbind(struct pci_dev *dev, u32 pasid)
{
	int err;

	mutex_lock(&pasid_mutex);
	err = unbind_locked(dev, pasid);
	mutex_unlock(&pasid_mutex);
	return err;
}

int v2_drain(struct pci_dev *dev, u32 pasid)
{
	mutex_lock(&pasid_mutex);
	v2_svm_drain_prq(dev, pasid);
	mutex_unlock(&pasid_mutex);
	return 0;
}

/* Before a device goes: core/device.c. */
int intel_svm_release_all(struct device_domain_info *info)
{
	mutex_lock(&pasid_mutex);
	for (u32 pasid = 1; pasid < PASID_MAX; pasid++) {
		while (!unbind_locked(info->dev, pasid))
			;
	}
	mutex_unlock(&pasid_mutex);
	return 0;
}
