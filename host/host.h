/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_HOST_H
#define SLUICE_HOST_HOST_H

/*
 * What a kernel gives to drain code, on a host.
 *
 * One interface, two engines: host/fiber/ runs every task on one OS thread and asks a chooser at
 * each point; host/thread/ uses real threads. The primitives above the engine (host/ *.c) are
 * written once, over the few calls of host/engine.h.
 *
 * Objects hold values only: what waits, and in which order, is kept in the tasks. So freeing an
 * object that is waited for is a bug of the code under test that ASan sees at its next access, and
 * never a corruption of the engine.
 *
 * "Sleeps" below means: may block, and is reported as CONTEXT when called with a spin lock held or
 * inside an RCU read section. host/kernel.h gives these calls their kernel names.
 */

#include <stdarg.h>

#include "host/event.h"
#include "host/site.h"
#include "host/types.h"

/* --- Points ------------------------------------------------------------------------------- */

/* Another task or actor may move here. Every call below that other tasks can see has one. */
void host_point(unsigned site);
/* The task comes by a site where nobody is let in: it counts for anchors, and is no point. */
void host_pass(unsigned site);

/*
 * The task polls for something that another task or the hardware must change. It counts as waiting
 * until anything but a look has happened; if nothing else can move, the run hangs here, and the
 * report says that @what was polled for. @what: static string.
 */
void host_cpu_relax(const char *what);

/* --- Locks (host/lock.c) -------------------------------------------------------------------- */

/*
 * @name is the lock's class for the order check: a static string. Two locks initialised with the
 * same text are of one class.
 */
struct host_spinlock {
	const char *name;
	u32 owner; /* task id + 1, 0 free */
	u32 class; /* and the run in which it was looked up: host/context.c */
};

struct host_mutex {
	const char *name;
	u32 owner, class;
};

void host_spin_lock_init(struct host_spinlock *lock, const char *name);
void host_spin_lock(struct host_spinlock *lock); /* atomic from here; never sleeps */
void host_spin_unlock(struct host_spinlock *lock);

void host_mutex_init(struct host_mutex *lock, const char *name);
void host_mutex_lock(struct host_mutex *lock); /* sleeps */
void host_mutex_unlock(struct host_mutex *lock);
bool host_mutex_is_locked(const struct host_mutex *lock);

/* --- Completions and wait queues (host/wait.c) ---------------------------------------------- */

/*
 * A completion counts: each complete() lets one waiter through, in FIFO order. A woken waiter looks
 * at the count again, and queues up anew (at the tail) if somebody took it. kernel/sched/completion.c
 */
struct host_completion {
	const char *name;
	u32 done;
};

#define HOST_COMPLETE_ALL (~0u)

void host_init_completion(struct host_completion *x, const char *name);
void host_reinit_completion(struct host_completion *x); /* a plain store */
void host_complete(struct host_completion *x);
void host_complete_all(struct host_completion *x);
bool host_completion_done(const struct host_completion *x);
void host_wait_for_completion(struct host_completion *x); /* sleeps */
/* Sleeps. Returns 0 on time-out, else the milliseconds left (at least 1). Virtual time. */
u32 host_wait_for_completion_timeout(struct host_completion *x, u32 ms);

/*
 * A wait queue head; waiters pass a condition and re-check it whenever they are woken, as
 * wait_event() does. host_wake_up() wakes all that wait.
 */
struct host_waitqueue {
	const char *name;
	u32 wakes; /* how often it was woken: no task reads it, but a wake-up is a write */
};

void host_waitqueue_init(struct host_waitqueue *wq, const char *name);
void host_wake_up(struct host_waitqueue *wq);

/* The parts of wait_event(): use the macros. @ms: 0 waits without bound. */
struct host_wait_entry {
	u64 deadline;
	u32 wakes; /* of the queue when the condition was last looked at */
	bool timed_out;
};
void host_wait_begin(struct host_waitqueue *wq, struct host_wait_entry *entry, u32 ms);
void host_wait_sleep(struct host_waitqueue *wq, struct host_wait_entry *entry); /* sleeps */
u32 host_wait_left(
	const struct host_wait_entry *entry); /* milliseconds to the deadline, at least 1 */

#define host_wait_event(wq, condition)                                                             \
	do {                                                                                       \
		struct host_wait_entry __entry;                                                    \
		for (host_wait_begin(wq, &__entry, 0); !(condition);)                              \
			host_wait_sleep(wq, &__entry);                                             \
	} while (0)

/* As the kernel's: 0 if the time-out came and the condition is still false, else time left, >= 1. */
#define host_wait_event_timeout(wq, condition, ms)                                                 \
	({                                                                                         \
		struct host_wait_entry __entry;                                                    \
		u32 __left = 0;                                                                    \
		for (host_wait_begin(wq, &__entry, ms);;) {                                        \
			if (condition) {                                                           \
				__left = host_wait_left(&__entry);                                 \
				break;                                                             \
			}                                                                          \
			if (__entry.timed_out)                                                     \
				break;                                                             \
			host_wait_sleep(wq, &__entry);                                             \
		}                                                                                  \
		__left;                                                                            \
	})

/*
 * For code that brings its own wait queues (kernel/sched/swait.c), what schedule() and
 * wake_up_process() are to a task: it marks itself asleep, looks at its condition once more, and
 * parks; whoever unparks it clears the mark, so a wake-up between the two is not lost. One for each
 * task. @site, @what: what it waits at and for, in reports.
 */
struct host_parking {
	u32 asleep;
};
/* Sleeps. Milliseconds left, at least 1; 0 after a time-out. @ms: 0 waits without bound. */
u32 host_park(struct host_parking *p, unsigned site, const char *what, u32 ms);
bool host_unpark(struct host_parking *p); /* false if it was not asleep */
/*
 * The points and checks of wait_for_completion() and complete(), for a completion that is not the
 * host's: to be called first in either. @name: static string, its class.
 */
void host_completion_awaited(const char *name); /* sleeps */
void host_completion_signalled(const char *name);
/* Id of the running task, below 32; 32 outside of tasks. */
unsigned host_task_id(void);

void host_msleep(u32 ms); /* sleeps; virtual time */
u64 host_time_ns(void);   /* virtual time since the run began */

/* --- Work queues (host/work.c) --------------------------------------------------------------- */

struct host_work;
typedef void (*host_work_fn)(struct host_work *work);

/* Embedded in the caller's object; zeroed or host_work_init()ed. The function may free it. */
struct host_work {
	host_work_fn fn;
	struct host_work *next; /* while pending */
	u32 seq;                /* position in its queue's order, 0 when not pending */
};

struct host_workqueue; /* owned by the host, ended with the run at the latest */

void host_work_init(struct host_work *work, host_work_fn fn);
/* NULL when the allocation fails. @max_active: items that may run at once; 1 makes it ordered. */
struct host_workqueue *host_alloc_workqueue(const char *name, unsigned max_active);
void host_destroy_workqueue(struct host_workqueue *wq); /* flushes; sleeps */
/* False if @work was pending already. Items start in the order queued. Any context. */
bool host_queue_work(struct host_workqueue *wq, struct host_work *work);
/* Sleeps until all that was queued before the call is done; what comes later is not waited for. */
void host_flush_workqueue(struct host_workqueue *wq);

/* --- RCU (host/rcu.c) ----------------------------------------------------------------------------- */

struct host_rcu_head {
	struct host_rcu_head *next;
	void (*fn)(struct host_rcu_head *head);
	u32 readers[2]; /* mask of tasks that were reading at call time */
};

void host_rcu_read_lock(void);
void host_rcu_read_unlock(void);
/* @fn runs in the callback task, atomic, once every reader of this moment has left. Any context. */
void host_call_rcu(struct host_rcu_head *head, void (*fn)(struct host_rcu_head *head));
void host_kfree_rcu(void *object, struct host_rcu_head *head); /* @head lies within @object */
void host_synchronize_rcu(void);                               /* sleeps */

/* --- Memory (host/alloc.c) -------------------------------------------------------------------------- */

#define HOST_GFP_KERNEL 0u /* sleeps */
#define HOST_GFP_ATOMIC 1u

/* From the real allocator; zeroed. NULL if the run's chooser says so (and the scenario lets it). */
void *host_kzalloc(size_t size, unsigned gfp);
void host_kfree(const void *object); /* NULL is fine */

/*
 * Memory that hardware can reach, zeroed and page aligned. The bus address is a number of the run
 * (it grows by a fixed rule), never a pointer.
 */
void *host_dma_alloc(size_t size, unsigned gfp, u64 *bus);
void host_dma_free(void *object);
u64 host_virt_to_bus(
	const void *object); /* also for addresses inside; WARNs and gives ~0 if unknown */
void *
host_bus_to_virt(u64 bus); /* driver's side of tables that link by bus address; NULL if unknown */

/* --- Registers (host/mmio.c) -------------------------------------------------------------------------- */

/*
 * @reg: base of a unit's registers (host_unit_regs) plus offset; not a pointer that may be followed.
 * A read or write orders only what the architecture orders (uncached: program order of one CPU).
 */
typedef const volatile u8 *host_iomem;
u32 host_readl(host_iomem reg);
u64 host_readq(host_iomem reg);
void host_writel(u32 value, host_iomem reg);
void host_writeq(u64 value, host_iomem reg);

/* --- Interrupts (host/irq.c) ---------------------------------------------------------------------------- */

/*
 * A threaded interrupt without a hard handler, one-shot, on an edge MSI: raised while its thread
 * runs, it runs once more. @fn runs in the event thread and may sleep; returns true if handled.
 */
typedef bool (*host_irq_fn)(unsigned irq, void *data);
int host_request_threaded_irq(unsigned irq, host_irq_fn fn, const char *name, void *data);
void host_free_irq(unsigned irq);        /* waits for a running thread; sleeps */
void host_irq_wake_thread(unsigned irq); /* as if raised; any context */
/* Hardware's side: an MSI arrived. Lost if nobody requested the interrupt. */
void host_irq_raise(unsigned irq);

/* --- Address spaces (host/space.c) -------------------------------------------------------------------------- */

#define HOST_FAULT_READ BIT(0)
#define HOST_FAULT_WRITE BIT(1)
#define HOST_FAULT_EXEC BIT(2)
#define HOST_FAULT_USER BIT(3)

struct host_space;
struct host_space_notifier {
	/* The space is about to lose its page tables. Sleeps. Runs at the last put, in any task. */
	void (*release)(struct host_space_notifier *self, struct host_space *space);
	struct host_space_notifier *next;
};

/* The counterpart of mm_struct. users: mm_users; when it drops to 0 the page tables go. */
struct host_space {
	u8 id;
	bool released; /* release notifiers have run, page tables are gone */
	u32 users;
	u32 notifiers_running;
	u64 pgd; /* bus address of the page-table root, for the PASID entry */
	struct host_space_notifier *notifiers;
};

bool host_mmget_not_zero(struct host_space *space);
void host_mmput(struct host_space *space); /* sleeps if it is the last */
void host_space_register(struct host_space *space, struct host_space_notifier *n);
void host_space_wait_release(struct host_space *space); /* until no notifier runs; sleeps */
/* Returns when no release of this notifier runs any more; sleeps. */
void host_space_unregister(struct host_space *space, struct host_space_notifier *n);
/*
 * Makes @addr present with the rights asked for, as handle_mm_fault does. Sleeps, for as long as the
 * scenario says. 0, or -EFAULT when the space has no such page. Caller holds a user reference.
 */
int host_handle_mm_fault(struct host_space *space, u64 addr, unsigned flags);

/* --- PCI (host/pci.c) ---------------------------------------------------------------------------------------- */

/* The counterpart of pci_dev; filled by run/. */
struct host_pci_dev {
	u8 id;
	u8 unit;
	u16 rid; /* bus << 8 | devfn */
	bool pasid_enabled, ats_enabled, pri_enabled;
	bool gone;        /* surprise removal: config reads give all ones */
	bool no_ats;      /* has no capabilities for PASID, ATS and PRI: none can be enabled */
	u8 ats_qdep;      /* invalidation queue depth */
	u16 pri_capacity; /* page requests the function can have outstanding */
};

/* -EBUSY: it is; -EINVAL: there is no such capability. */
int host_pci_enable_pasid(struct host_pci_dev *dev);
void host_pci_disable_pasid(struct host_pci_dev *dev);
int host_pci_enable_ats(struct host_pci_dev *dev);
void host_pci_disable_ats(struct host_pci_dev *dev);
int host_pci_reset_pri(struct host_pci_dev *dev);               /* -EBUSY while enabled */
int host_pci_enable_pri(struct host_pci_dev *dev, u32 credits); /* -EBUSY, -EINVAL */
void host_pci_disable_pri(struct host_pci_dev *dev);
bool host_pci_device_is_present(struct host_pci_dev *dev);

/* --- Where a driver finds its hardware ------------------------------------------------------------------------- */

host_iomem host_unit_regs(unsigned unit);
unsigned
host_unit_prq_irq(unsigned unit); /* number for host_request_threaded_irq; goes in PEDATA */
unsigned
host_unit_prq_order(unsigned unit); /* log2 of the ring's slots that the scenario asks for */

/* --- Marked accesses ---------------------------------------------------------------------------------------------- */

/*
 * Points, and the value as a relaxed atomic: TSan keeps the missing ordering visible, and the race
 * itself is allowed, as in the kernel.
 */
#define host_READ_ONCE(x)                                                                          \
	({                                                                                         \
		host_point(HOST_SITE_READ_ONCE);                                                   \
		__atomic_load_n(&(x), __ATOMIC_RELAXED);                                           \
	})
#define host_WRITE_ONCE(x, value)                                                                  \
	({                                                                                         \
		host_point(HOST_SITE_WRITE_ONCE);                                                  \
		__atomic_store_n(&(x), (value), __ATOMIC_RELAXED);                                 \
	})
#define host_smp_load_acquire(p)                                                                   \
	({                                                                                         \
		host_point(HOST_SITE_READ_ONCE);                                                   \
		__atomic_load_n(p, __ATOMIC_ACQUIRE);                                              \
	})
#define host_smp_store_release(p, value)                                                           \
	({                                                                                         \
		host_point(HOST_SITE_WRITE_ONCE);                                                  \
		__atomic_store_n(p, (value), __ATOMIC_RELEASE);                                    \
	})

void host_warn(const char *file, const char *what); /* an EV_WARN; static text; the run goes on */
void host_might_sleep(void);
/*
 * The system does what a shipped configuration would refuse, or another way than it would: number
 * @index of its assumptions. An EV_ASSUME; printed with every finding.
 */
void host_assume(unsigned index);

#endif
