/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_CORE_IOMMU_H
#define SLUICE_CORE_IOMMU_H

/*
 * The reference drain core: page requests of VT-d in scalable mode, from the ring to the response,
 * and their drain. Shapes and names follow drivers/iommu/intel/{dmar,pasid,prq,svm}.c and
 * drivers/iommu/io-pgfault.c, so that what is learned here can be carried back. It knows hardware
 * as registers and DMA memory only. Left out: legacy mode, nested and second-level translation,
 * interrupt remapping, fault recording, virtual functions.
 *
 * The way of a request: ring -> event thread (prq.c) -> group of its life (fault.c) -> work queue ->
 * address space -> page group response in the invalidation queue (qi.c). A *life* is one attach of
 * (requester id, PASID), struct dev_pasid; requests without PASID are the life of PASID 0, which is
 * RID_PASID of every context entry here. All that a request can leave behind hangs off its life, so
 * a drain (drain.c) looks at nothing else.
 *
 * Locks, outermost first:
 *	iommu_mutex		unit up and down; device lists change under it
 *	info->mutex		one for each device: bind, unbind, RID, page requests on and off.
 *				Held across a drain, so drains of different devices overlap. Never
 *				taken by event thread, workers or address-space release: a drain
 *				waits for all three.
 *	dp->entry_mutex		PASID entry of a life: unbind against release
 *	iommu->lock (spin)	lists of devices and lives, groups, counters
 *	iommu->prq_lock (spin)	head of the ring and its 64-bit position move together
 *	qi->q_lock (spin)	invalidation queue
 * Nothing sleeps under a spin lock; no spin lock is taken under another.
 */

#include "core/registers.h"
#include "host/kernel.h"

#define IOMMU_UNITS 2
#define IOMMU_NO_PASID 0u /* stands for requests without PASID */
#define PASID_MAX 64u     /* numbers a device has: one PASID table of 64 entries */
#define DOMAIN_IDS 8u
#define DOMAIN_ID_FIRST 1u /* 0 is reserved under caching mode */

/* --- Invalidation queue (qi.c) -------------------------------------------------------------- */

enum { QI_FREE, QI_IN_USE, QI_ABORT, QI_DONE };

struct qi_slot {
	u8 first; /* of a closing wait: first slot of its submission */
	u8 wait;  /* closing wait of the submission this slot belongs to */
	bool used;
	bool drain; /* a closing wait that drains page requests */
	int error;  /* of a closing wait: what the submission met */
};

/* Who asks a device to invalidate, from the first attempt to the last; on its stack. */
struct qi_caller {
	struct qi_caller *next;
	u16 sid;
	bool listed;
	u32 ites; /* how often the device did not answer meanwhile, this caller or another */
};

struct q_inval {
	spinlock_t q_lock;
	struct qi_desc *desc; /* QI_LENGTH descriptors, then as many status words: hardware's */
	u32 *desc_status;     /* of closing waits; written by hardware, or QI_ABORT by us */
	u64 bus, status_bus;
	u32 free_head, free_tail, free_cnt;
	struct qi_caller *callers;
	struct qi_slot slot[QI_LENGTH];
};

/* --- Lives and devices ------------------------------------------------------------------------ */

struct iopf_fault {
	struct iopf_fault *next;
	u64 addr;
	u16 grpid;
	u8 perm; /* HOST_FAULT_* */
};

struct iommu_domain_id {
	struct mm_struct *mm;
	u32 users; /* lives whose entries carry it; 0 is free */
};

/* One attach of (requester id, PASID): a life. */
struct dev_pasid {
	struct intel_iommu *iommu;
	struct device_domain_info *info; /* good while bound: event thread and workers keep off */
	struct mm_struct *mm;
	struct mmu_notifier notifier;
	u32 pasid; /* IOMMU_NO_PASID: requests without one */
	u16 rid;
	u16 did;

	struct mutex entry_mutex;
	bool torn; /* entry not present, caches flushed */

	/* Under iommu->lock. */
	u32 refs;
	bool dying;                   /* unbind has begun: requests get Invalid Request */
	u8 epoch;                     /* counter that new groups go to; a drain flips it */
	u32 inflight[2];              /* groups queued and not yet answered and freed */
	struct iopf_fault *partial;   /* requests whose last page is not here yet, in order */
	u64 spoiled[PRQ_GROUPS / 64]; /* groups that lost a member to an error */
};

/* A device below a unit. The kernel's name. */
struct device_domain_info {
	struct device_domain_info *next;
	struct intel_iommu *iommu;
	struct pci_dev *dev;
	struct mutex mutex;
	u32 refs; /* under iommu->lock */
	u16 rid;
	bool detached;
	bool pasid_enabled, ats_enabled, pri_enabled;
	struct pasid_entry *pasid_table; /* with its directory in the page before */
	void *pasid_dir;
	struct dev_pasid
		*lives[PASID_MAX]; /* under iommu->lock; a failed drain leaves its life here */
};

struct iopf_group {
	struct work_struct work;
	struct dev_pasid *dp;
	struct iopf_fault *partial;
	struct iopf_fault last;
	u8 epoch;
};

/* --- Units ---------------------------------------------------------------------------------------- */

struct intel_iommu {
	spinlock_t lock;
	bool up; /* written under iommu_mutex */
	unsigned index;
	host_iomem reg;
	u64 ecap;
	bool prs_supported;
	u32 gcmd;
	struct root_entry *root_entry;
	struct q_inval *qi;
	struct device_domain_info *devices;     /* under lock */
	struct iommu_domain_id did[DOMAIN_IDS]; /* under lock */

	/* Page request queue (prq.c). */
	struct page_req_dsc *prq;
	u64 prq_bus;
	u32 prq_slots;
	unsigned pr_irq;
	struct workqueue_struct *iopf_wq;
	spinlock_t prq_lock;
	u64 prq_pos;                     /* slots consumed since enable: PQH without its wrap */
	u32 prq_overflows;               /* counted before PRO is cleared */
	struct wait_queue_head prq_wait; /* prq_pos moved, or a group ended */
};

extern struct mutex iommu_mutex;

/* unit.c. Both sleep. -EBUSY: up already, or devices attached; -ENODEV: not up. */
int intel_iommu_enable(unsigned unit);
int intel_iommu_finish(unsigned unit);
struct intel_iommu *intel_iommu_of(unsigned unit);
/* A domain id for @mm on this unit, the same for all its users; -ENOSPC. Any context. */
int domain_id_get(struct intel_iommu *iommu, struct mm_struct *mm, u16 *did);
/* Only after every cached entry that carries it is gone: the next space may get the number. */
void domain_id_put(struct intel_iommu *iommu, u16 did);

/*
 * qi.c. Submits @count descriptors with a wait behind them and polls until that is done. Any
 * context that may spin; holds no lock meanwhile.
 *
 * -EINVAL: hardware refused a descriptor (IQE); the others were carried out. -ENODEV: a device-TLB
 * invalidation was not answered, and @dev, the device it went to, is gone. -ETIMEDOUT: @dev did not
 * answer, QI_RETRIES times and once more. NULL for @dev where no device is asked: such a submission
 * never fails for the sake of another device.
 */
#define QI_OPT_WAIT_DRAIN BIT(0) /* received page requests are in the ring before it returns */
#define QI_RETRIES 3u
int intel_iommu_enable_qi(struct intel_iommu *iommu);
void intel_iommu_disable_qi(struct intel_iommu *iommu);
int qi_submit_sync(struct intel_iommu *iommu, struct pci_dev *dev, const struct qi_desc *desc,
		   unsigned count, unsigned options);
/* As above, and asks again when a descriptor was refused that is known to be well formed. */
int qi_submit_insist(struct intel_iommu *iommu, struct pci_dev *dev, const struct qi_desc *desc,
		     unsigned count);
/* Sends a page group response, once. @rc: QI_RESP_SUCCESS or QI_RESP_INVALID. */
void qi_page_response(struct intel_iommu *iommu, u16 rid, u32 pasid, bool pasid_present, u16 grpid,
		      unsigned rc);
/* The whole device TLB of (device, PASID), or of the device for IOMMU_NO_PASID. */
struct qi_desc qi_desc_dev_iotlb(const struct device_domain_info *info, u32 pasid);
struct qi_desc qi_desc_piotlb(u16 did, u32 pasid);
struct qi_desc qi_desc_fence(void);
/* Has a device TLB that answers. */
bool dev_tlb_reachable(const struct device_domain_info *info);

/* pasid.c */
int intel_iommu_alloc_root(struct intel_iommu *iommu);
void intel_iommu_translate(struct intel_iommu *iommu, bool on);
void intel_iommu_free_root(struct intel_iommu *iommu);
int intel_pasid_alloc_table(struct device_domain_info *info);
void intel_pasid_free_table(struct device_domain_info *info);
/* Context entry of a device from its flags; -ENOMEM. Caller holds iommu_mutex. */
int intel_context_setup(struct device_domain_info *info);
int intel_context_set_pre(struct device_domain_info *info, bool on);
int intel_context_clear(struct device_domain_info *info);
/* The entry must be clear. Caller keeps others off it. */
void intel_pasid_setup_first_level(struct device_domain_info *info, u32 pasid, u64 pgd, u16 did);
/*
 * Ends translation: entry not present, PASID cache, IOTLB and device TLB flushed. @fault_ignore:
 * faults of late requests are not logged from here on. An error means that a stale entry may be
 * left; then the call may be repeated. Caller keeps others off the entry.
 */
int intel_pasid_tear_down_entry(struct device_domain_info *info, u32 pasid, u16 did,
				bool fault_ignore);
/* The same for an entry that is torn down already. */
void intel_pasid_ignore_faults(struct device_domain_info *info, u32 pasid);
/* Late requests are logged again. */
void intel_pasid_clear_entry(struct device_domain_info *info, u32 pasid);

/* device.c: lookups, PCI. intel_iommu_device() gives a reference, or NULL. */
struct device_domain_info *intel_iommu_device(struct pci_dev *dev);
void intel_iommu_device_put(struct device_domain_info *info);
/* The same with info->mutex held; NULL when it is not attached. */
struct device_domain_info *intel_iommu_device_lock(struct pci_dev *dev);
void intel_iommu_device_unlock(struct device_domain_info *info);
int intel_iommu_device_attach(unsigned unit, struct pci_dev *dev);
int intel_iommu_device_detach(struct pci_dev *dev);

/* pri.c: -EOPNOTSUPP where the unit can't drain. */
int intel_iommu_pri_disable(struct pci_dev *dev);
int intel_iommu_pri_enable(struct pci_dev *dev);

/* prq.c */
int intel_iommu_enable_prq(struct intel_iommu *iommu);
int intel_iommu_finish_prq(struct intel_iommu *iommu);
/*
 * Waits until the event thread is past every slot that is in the ring now. What is appended later
 * is not waited for. Sleeps. -ETIMEDOUT: the thread does not move.
 */
int prq_wait_consumed(struct intel_iommu *iommu);

/* fault.c: called by the event thread. */
void iopf_report(struct intel_iommu *iommu, const struct page_req_dsc *req);
/* Forgets requests that wait for their last page: of @dp, or of all lives of the unit. */
void iopf_discard_partial(struct dev_pasid *dp);
void iopf_discard_all_partial(struct intel_iommu *iommu);
/* Waits until all groups of @dp that are queued now are answered and freed. One caller at a time. */
void iopf_wait_groups(struct dev_pasid *dp);

/* bind.c */
void dev_pasid_put(struct dev_pasid *dp);
int intel_svm_bind(struct pci_dev *dev, struct mm_struct *mm, unsigned flags, u32 *pasid);
int intel_svm_unbind(struct pci_dev *dev, u32 pasid);
int intel_iommu_attach_rid(struct pci_dev *dev, struct mm_struct *mm);
int intel_svm_drain(struct pci_dev *dev, u32 pasid);
/* Before page requests go off, and before a device goes: every life of it. Under info->mutex. */
int intel_svm_drain_all(struct device_domain_info *info);
int intel_svm_release_all(struct device_domain_info *info);

/* drain.c: see there. */
#define PRQ_STOPPED_ANSWERED BIT(0) /* the device has all its responses: VT-d 7.11 */
int intel_iommu_drain_pasid_prq(struct dev_pasid *dp, unsigned stopped);

#endif
