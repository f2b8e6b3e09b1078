/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_SHIM_SYNC_H
#define SLUICE_LINUX_SHIM_SYNC_H

/* Locks, tasks, RCU, counters, work queues. Completions and their wait queues are the kernel's. */

#include "base.h"

/* --- Spin locks: interrupts are tasks here, so there is nothing to switch off. --------------------- */

typedef struct host_spinlock spinlock_t;
typedef struct host_spinlock raw_spinlock_t;
struct lock_class_key {
	u8 unused;
};

#define __SPIN_LOCK_UNLOCKED(lock) ((struct host_spinlock){ .name = #lock })
#define __RAW_SPIN_LOCK_UNLOCKED(lock) ((struct host_spinlock){ .name = #lock })
#define DEFINE_SPINLOCK(lock) spinlock_t lock = { .name = #lock }
#define DEFINE_RAW_SPINLOCK(lock) raw_spinlock_t lock = { .name = #lock }
#define spin_lock_init(lock) host_spin_lock_init(lock, #lock)
#define raw_spin_lock_init(lock) host_spin_lock_init(lock, #lock)
#define lockdep_set_class_and_name(lock, key, text) ((void)(key), (void)((lock)->name = (text)))
#define spin_lock(lock) host_spin_lock(lock)
#define spin_unlock(lock) host_spin_unlock(lock)
#define spin_lock_irq(lock) host_spin_lock(lock)
#define spin_unlock_irq(lock) host_spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) ((void)((flags) = 0), host_spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), host_spin_unlock(lock))
#define raw_spin_lock(lock) host_spin_lock(lock)
#define raw_spin_unlock(lock) host_spin_unlock(lock)
#define raw_spin_lock_irq(lock) host_spin_lock(lock)
#define raw_spin_unlock_irq(lock) host_spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags) ((void)((flags) = 0), host_spin_lock(lock))
#define raw_spin_unlock_irqrestore(lock, flags) ((void)(flags), host_spin_unlock(lock))

#define lockdep_assert_held(lock) ((void)(lock))
#define lockdep_is_held(lock) ((void)(lock), true)
#define lockdep_assert_RT_in_threaded_ctx() ((void)0)
#define might_sleep() host_might_sleep()

struct mutex {
	struct host_mutex host;
};

#define DEFINE_MUTEX(text) struct mutex text = { { .name = #text } }
#define mutex_init(lock) host_mutex_init(&(lock)->host, #lock)
#define mutex_lock(lock) host_mutex_lock(&(lock)->host)
#define mutex_unlock(lock) host_mutex_unlock(&(lock)->host)
#define mutex_is_locked(lock) host_mutex_is_locked(&(lock)->host)
#define mutex_destroy(lock) ((void)(lock))

/* Nobody maps or unmaps memory here, so the lock of an address space is always to be had. */
struct rw_semaphore {
	u8 unused;
};
#define rwsem_is_locked(sem) ((void)(sem), true)

/* --- Tasks ------------------------------------------------------------------------------------------- */

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_KILLABLE (0x100 | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (0x400 | TASK_UNINTERRUPTIBLE)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define WF_CURRENT_CPU 0x40
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

struct task_struct {
	struct host_parking parking;
	const char *awaits; /* for reports: the expression given to wait_for_completion() */
};

struct task_struct *shim_current(void);
#define current shim_current()

#define __set_current_state(state) ((void)(current->parking.asleep = (state)))
#define set_current_state(state) __set_current_state(state)
/* Nobody sends signals. */
#define signal_pending_state(state, task) ((void)(state), (void)(task), 0)
/* kernel/time/timer.c: ticks left, 0 after a time-out. A tick is a millisecond of virtual time. */
long schedule_timeout(long timeout);
#define io_schedule_timeout schedule_timeout
#define schedule() ((void)schedule_timeout(MAX_SCHEDULE_TIMEOUT))
int wake_up_state(struct task_struct *task, unsigned state);
#define wake_up_process(task) wake_up_state(task, TASK_NORMAL)
int try_to_wake_up(struct task_struct *task, unsigned state, int wake_flags);

/*
 * kernel/sched/wait.c, for kernels that use it in the drain: a fix, or a later version. A queue and a
 * condition, looked at once more before each sleep. None is exclusive, so a wake-up is for all.
 */
typedef struct host_waitqueue wait_queue_head_t;
#define init_waitqueue_head(wq) host_waitqueue_init(wq, #wq)
#define wake_up(wq) host_wake_up(wq)
#define wake_up_all(wq) host_wake_up(wq)
#define wait_event(wq, condition) host_wait_event(&(wq), condition)
#define wait_event_timeout(wq, condition, timeout)                                                 \
	host_wait_event_timeout(&(wq), condition, timeout)

#define cpu_relax() host_cpu_relax(__func__)
#define msleep(ms) host_msleep(ms)
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() smp_mb()
#define smp_wmb() smp_mb()
#define dma_rmb() smp_mb()
#define dma_wmb() smp_mb()
#define smp_store_release(p, value) host_smp_store_release(p, value)
#define smp_load_acquire(p) host_smp_load_acquire(p)

/* Read, compare, write: one step. True if @p held *@old; else *@old is what it holds. */
bool shim_cmpxchg64(u64 *p, u64 *old, u64 value);
#define try_cmpxchg64(p, old, value) shim_cmpxchg64((u64 *)(p), (u64 *)(old), (u64)(value))
#define cmpxchg64(p, old, value)                                                                   \
	({                                                                                         \
		u64 __old = (u64)(old);                                                            \
		shim_cmpxchg64((u64 *)(p), &__old, (u64)(value));                                  \
		__old;                                                                             \
	})

/* --- RCU ---------------------------------------------------------------------------------------------- */

#define rcu_head host_rcu_head
#define rcu_read_lock() host_rcu_read_lock()
#define rcu_read_unlock() host_rcu_read_unlock()
#define rcu_dereference(p) host_smp_load_acquire(&(p))
#define rcu_dereference_check(p, condition) ((void)(condition), host_smp_load_acquire(&(p)))
#define rcu_dereference_protected(p, condition) ((void)(condition), (p))
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, value) host_smp_store_release(&(p), value)
#define RCU_INIT_POINTER(p, value) ((void)((p) = (value)))
#define call_rcu(head, fn) host_call_rcu(head, fn)
#define kfree_rcu(p, field) host_kfree_rcu(p, &(p)->field)
#define synchronize_rcu() host_synchronize_rcu()
#define init_rcu_head(head) ((void)(head))

/* --- Counters ------------------------------------------------------------------------------------------ */

typedef struct refcount_struct {
	int refs;
} refcount_t;

/* lib/refcount.c; a count that would leave its range is an EV_WARN. */
#define REFCOUNT_INIT(n)                                                                           \
	{                                                                                          \
		n                                                                                  \
	}
void refcount_set(refcount_t *r, int n);
unsigned refcount_read(const refcount_t *r);
void refcount_inc(refcount_t *r);
bool refcount_inc_not_zero(refcount_t *r);
bool refcount_dec_and_test(refcount_t *r);

/* --- Work queues ------------------------------------------------------------------------------------------ */

#define work_struct host_work
#define workqueue_struct host_workqueue
#define WQ_UNBOUND 2
#define INIT_WORK(work, fn) host_work_init(work, fn)
#define queue_work(wq, work) host_queue_work(wq, work)
#define flush_workqueue(wq) host_flush_workqueue(wq)
#define destroy_workqueue(wq) host_destroy_workqueue(wq)
/* 0 active items: the default, more than there are workers. */
#define alloc_workqueue(format, flags, active, args...)                                            \
	(no_printk(format, ##args), host_alloc_workqueue(format, (active) ? (active) : 256))

#endif
