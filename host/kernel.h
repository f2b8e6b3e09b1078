/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_KERNEL_H
#define SLUICE_HOST_KERNEL_H

/*
 * The host's calls under the names a kernel developer knows, for code that is written for Sluice
 * (core/, sut/). The kernel's own files get theirs from a shim of their own.
 */

#include <asm-generic/errno.h>
#include <string.h>

#include "host/host.h"

typedef struct host_spinlock spinlock_t;
#define mutex host_mutex
#define completion host_completion
#define wait_queue_head host_waitqueue
typedef struct host_waitqueue wait_queue_head_t;
#define work_struct host_work
#define workqueue_struct host_workqueue
#define rcu_head host_rcu_head
#define mm_struct host_space
#define mmu_notifier host_space_notifier
#define pci_dev host_pci_dev

#define GFP_KERNEL HOST_GFP_KERNEL
#define GFP_ATOMIC HOST_GFP_ATOMIC

#define spin_lock_init(l) host_spin_lock_init(l, #l)
#define spin_lock(l) host_spin_lock(l)
#define spin_unlock(l) host_spin_unlock(l)
#define mutex_init(l) host_mutex_init(l, #l)
#define mutex_lock(l) host_mutex_lock(l)
#define mutex_unlock(l) host_mutex_unlock(l)

#define init_completion(x) host_init_completion(x, #x)
#define reinit_completion(x) host_reinit_completion(x)
#define complete(x) host_complete(x)
#define complete_all(x) host_complete_all(x)
#define completion_done(x) host_completion_done(x)
#define wait_for_completion(x) host_wait_for_completion(x)
#define wait_for_completion_timeout(x, ms) host_wait_for_completion_timeout(x, ms)

#define init_waitqueue_head(wq) host_waitqueue_init(wq, #wq)
#define wake_up_all(wq) host_wake_up(wq)
#define wait_event(wq, condition) host_wait_event(&(wq), condition)
#define wait_event_timeout(wq, condition, ms) host_wait_event_timeout(&(wq), condition, ms)
#define msleep(ms) host_msleep(ms)
#define cpu_relax(what) host_cpu_relax(what)

#define INIT_WORK(w, fn) host_work_init(w, fn)
#define alloc_workqueue(name, max_active) host_alloc_workqueue(name, max_active)
#define destroy_workqueue(wq) host_destroy_workqueue(wq)
#define queue_work(wq, w) host_queue_work(wq, w)
#define flush_workqueue(wq) host_flush_workqueue(wq)

#define rcu_read_lock() host_rcu_read_lock()
#define rcu_read_unlock() host_rcu_read_unlock()
#define call_rcu(head, fn) host_call_rcu(head, fn)
#define kfree_rcu(p, field) host_kfree_rcu(p, &(p)->field)
#define synchronize_rcu() host_synchronize_rcu()
#define rcu_dereference(p) host_smp_load_acquire(&(p))
#define rcu_assign_pointer(p, v) host_smp_store_release(&(p), v)

#define kzalloc(size, gfp) host_kzalloc(size, gfp)
#define kfree(p) host_kfree(p)
#define dma_alloc(size, bus) host_dma_alloc(size, GFP_KERNEL, bus)
#define dma_free(p) host_dma_free(p)

#define readl(reg) host_readl(reg)
#define readq(reg) host_readq(reg)
#define writel(value, reg) host_writel(value, reg)
#define writeq(value, reg) host_writeq(value, reg)

#define READ_ONCE(x) host_READ_ONCE(x)
#define WRITE_ONCE(x, value) host_WRITE_ONCE(x, value)

#define mmget_not_zero(mm) host_mmget_not_zero(mm)
#define mmput(mm) host_mmput(mm)

#define WARN_ON(condition)                                                                         \
	({                                                                                         \
		bool __warn = (condition);                                                         \
		if (unlikely(__warn))                                                              \
			host_warn(__FILE__, #condition);                                           \
		__warn;                                                                            \
	})

#endif
