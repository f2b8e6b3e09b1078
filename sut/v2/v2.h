/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SUT_V2_V2_H
#define SLUICE_SUT_V2_V2_H

/*
 * The drain as posted in version 2 of the series "iommu/vt-d: Add page request draining support"
 * (15 April 2020), patch 6 of 7, with its faults. It stands on the queue, the registers and the
 * PASID table of core/: the files qi.c, pasid.c, unit.c and device.c are compiled again next to these.
 *
 * The idea: the event thread copies ring entries to a list; a drain marks those of its PASID, waits
 * for each by its own completion, and then drains the hardware. Every request has an owner, and none
 * of the later versions' one completion for everybody. What is wrong with it:
 *
 *	- a request is freed by the event thread while a drain waits on it (Z38);
 *	- the drain is called from address-space release inside an RCU read section, and sleeps (Z44);
 *	- what the hardware drain pushes into the ring is not looked at (Z17), its result is ignored
 *	  (Z90), and there is no step d (Z27);
 *	- requests that are in the ring, and not yet on the list, are not waited for;
 *	- an allocation that fails in the event thread loses the rest of the ring (Z36);
 *	- PRO is never cleared (Z24), nor PRS at enable (Z12);
 *	- entries of other devices with the same PASID are waited for (Z19);
 *	- faults of requests that come after the teardown are logged.
 *
 * Lines marked "reconstructed" are not in patch 6: the list and its handling came with patch 5, of
 * which only descriptions were at hand; the rest is drivers/iommu/intel-svm.c of the time (5.7),
 * brought down to what the host offers. Differences that are ours: PASID numbers come from the
 * caller, as in bind_gpasid, since scenarios name them; stop markers are left aside (5.7 answered
 * them, da8669ff41fa); and a guest's PASID is told from the host's own by its number, which the two
 * took from sets of their own: those from V2_GUEST_PASID on (p4 in scenarios) are bound as
 * intel_svm_bind_gpasid() did, and unbound as intel_svm_unbind_gpasid(), the third caller of the drain.
 */

#include "core/iommu.h"

struct intel_svm_dev {
	struct intel_svm_dev *next; /* RCU */
	struct rcu_head rcu;
	struct pci_dev *dev;
	u16 sid;
	u32 users;
};

/* One for each PASID number in use. */
struct intel_svm {
	struct rcu_head rcu;
	struct mmu_notifier notifier;
	struct mm_struct *mm;
	struct intel_svm_dev *devs; /* RCU */
	u32 pasid;
};

#define V2_GUEST_PASID 4u
#define FLPT_DEFAULT_DID 1 /* PASID numbers are of one name space, so one domain id will do */

/* RCU: look up under rcu_read_lock(). */
struct intel_svm *v2_svm_find(u32 pasid);
void v2_svm_drain_prq(struct pci_dev *dev, u32 pasid);

int v2_bind(struct pci_dev *dev, struct mm_struct *mm, unsigned flags, u32 *pasid);
int v2_unbind(struct pci_dev *dev, u32 pasid);
int v2_drain(struct pci_dev *dev, u32 pasid);

#endif
