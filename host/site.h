/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_SITE_H
#define SLUICE_HOST_SITE_H

/*
 * Scheduling points have names.
 *
 * A *site* is a kind of step at which the code under test can be preempted: taking a lock, waiting,
 * waking, an allocation, a register access. The pair (task, site) is counted in each run, so that
 * `app0 wait_for_completion#2` names one moment of a run by what the code did, and survives an edit
 * elsewhere. The point comes *before* the step takes effect. There is none at an unlock: whatever
 * runs between an unlock and the next visible step is local; nor at a lock that is taken right behind
 * cpu_relax(), where everybody has just been let in.
 *
 * Register accesses have one site for each register and direction: HOST_SITE_READ + r and
 * HOST_SITE_WRITE + r, where r is the index that the model gives to the register.
 */

enum host_site_flags {
	SITE_LOOK = 1, /* changes nothing that another task could be polling for */
};

/* X(enumerator, spelling in scenarios, flags) */
#define HOST_SITES(X)                                                                              \
	X(START, "start", 0)                                                                       \
	X(SPIN_LOCK, "spin_lock", 0)                                                               \
	X(MUTEX_LOCK, "mutex_lock", 0)                                                             \
	X(WAIT_FOR_COMPLETION, "wait_for_completion", 0)                                           \
	X(COMPLETE, "complete", 0)                                                                 \
	X(REINIT_COMPLETION, "reinit_completion", 0)                                               \
	X(COMPLETION_DONE, "completion_done", SITE_LOOK)                                           \
	X(WAIT_EVENT, "wait_event", 0)                                                             \
	X(WAKE_UP, "wake_up", 0)                                                                   \
	X(QUEUE_WORK, "queue_work", 0)                                                             \
	X(FLUSH_WORKQUEUE, "flush_workqueue", 0)                                                   \
	X(WORKER, "worker", 0)                                                                     \
	X(RCU_READ_LOCK, "rcu_read_lock", 0)                                                       \
	X(CALL_RCU, "call_rcu", 0)                                                                 \
	X(SYNCHRONIZE_RCU, "synchronize_rcu", 0)                                                   \
	X(KMALLOC, "kmalloc", 0)                                                                   \
	X(KFREE, "kfree", 0)                                                                       \
	X(DMA_ALLOC, "dma_alloc", 0)                                                               \
	X(DMA_FREE, "dma_free", 0)                                                                 \
	X(MSLEEP, "msleep", 0)                                                                     \
	X(CPU_RELAX, "cpu_relax", SITE_LOOK)                                                       \
	X(READ_ONCE, "READ_ONCE", SITE_LOOK)                                                       \
	X(WRITE_ONCE, "WRITE_ONCE", 0)                                                             \
	X(IRQ_THREAD, "irq_thread", 0)                                                             \
	X(REQUEST_IRQ, "request_irq", 0)                                                           \
	X(FREE_IRQ, "free_irq", 0)                                                                 \
	X(IRQ_WAKE_THREAD, "irq_wake_thread", 0)                                                   \
	X(PCI, "pci", 0)                                                                           \
	X(SPACE_FAULT, "handle_mm_fault", 0)                                                       \
	X(SPACE_GET, "mmget", 0)                                                                   \
	X(SPACE_PUT, "mmput", 0)                                                                   \
	X(OP, "op", 0)                                                                             \
	X(DEVICE, "device", 0)                                                                     \
	X(AWAIT, "await", 0)                                                                       \
	X(PAUSE, "pause", 0)                                                                       \
	X(LOAD, "load", SITE_LOOK) /* of the code under test, where access points are on */        \
	X(STORE, "store", 0)

enum host_site {
#define X(id, name, flags) HOST_SITE_##id,
	HOST_SITES(X) HOST_SITE_NAMED,         /* number of sites with a name of their own */
	HOST_SITE_READ = 48,                   /* + register index: a read of that register */
	HOST_SITE_WRITE = HOST_SITE_READ + 32, /* + register index: a write to it */
	HOST_SITE_MAX = HOST_SITE_WRITE + 32,
};
#undef X

_Static_assert(HOST_SITE_NAMED <= HOST_SITE_READ, "the named sites run into the register sites");

#endif
