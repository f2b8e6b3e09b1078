/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_SHIM_KERNEL_H
#define SLUICE_LINUX_SHIM_KERNEL_H

/*
 * What the kernel's own files find behind every <...> name that is not used in place. README.md here
 * says what is faithful and what is reduced.
 *
 * The kernel's own list.h and swait.h are included first, so that their inner accesses are no
 * scheduling points; marked accesses of the code under test are (callers.h).
 */

#include "shim/base.h"

#include "shim/mm.h"
#include "shim/pci.h"
#include "shim/sync.h"

#include <linux/list.h>

#include <linux/rbtree.h>
#include <linux/swait.h>

#include <linux/completion.h>

/* kernel/sched/sched.h */
void swake_up_all_locked(struct swait_queue_head *q);
void __prepare_to_swait(struct swait_queue_head *q, struct swait_queue *wait);

#endif

/* prelude.h stands before files that define what callers.h wraps: completion.c, swait.c. */
#if !defined(SLUICE_LINUX_SHIM_PRELUDE) && !defined(SLUICE_LINUX_SHIM_CALLERS_H)
#include "shim/callers.h"
#endif
