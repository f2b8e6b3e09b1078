/* SPDX-License-Identifier: GPL-2.0-only */

/* Pages, address spaces, and who is told of their end. */

#include "shim/kernel.h"

/* --- Memory --------------------------------------------------------------------------------------- */

/* What a forgotten initialisation reads. */
#define KMALLOC_FILL 0xa5

#if defined(SLUICE_MSAN)
void __msan_allocated_memory(const volatile void *memory, size_t size);
#endif

void *kmalloc(size_t size, gfp_t gfp)
{
	void *p = kzalloc(size, gfp);

	if (!p)
		return NULL;
	memset(p, KMALLOC_FILL, size);
#if defined(SLUICE_MSAN)
	__msan_allocated_memory(p, size);
#endif
	return p;
}

void *kmemdup(const void *from, size_t size, gfp_t gfp)
{
	void *p = kzalloc(size, gfp);

	return p ? memcpy(p, from, size) : NULL;
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
	u64 bus;

	return host_dma_alloc(PAGE_SIZE << order, shim_gfp(gfp), &bus);
}

void __free_pages(struct page *page, unsigned order)
{
	host_dma_free(page);
}

/* Roots of spaces: see struct host_space. Nothing of the process lies there. */
#define SPACE_ROOTS 0x7000000000ull
#define SPACE_ROOTS_END 0x7000100000ull

bool shim_is_space_root(const volatile void *address)
{
	u64 number = (u64)(uintptr_t)address;

	return number >= SPACE_ROOTS && number < SPACE_ROOTS_END;
}

phys_addr_t virt_to_phys(const volatile void *address)
{
	if (shim_is_space_root(address))
		return (phys_addr_t)(uintptr_t)address;
	return host_virt_to_bus((const void *)address);
}

void *phys_to_virt(phys_addr_t address)
{
	return host_bus_to_virt(address);
}

/* --- Address spaces --------------------------------------------------------------------------------- */

#define SPACES_MAX 8

struct mm_struct init_mm;

static struct mm_struct mms[SPACES_MAX];
static int made[SPACES_MAX]; /* 1: by a task that is at it */

static void tell_release(struct host_space_notifier *exit, struct host_space *space);

struct mm_struct *shim_mm(struct host_space *space)
{
	struct mm_struct *mm = &mms[space->id % SPACES_MAX];
	int *state = &made[space->id % SPACES_MAX], none = 0;

	/* A process is there before any of its tasks: whoever comes first makes it, without a point. */
	if (!__atomic_compare_exchange_n(state, &none, 1, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(state, __ATOMIC_ACQUIRE) != 2)
			cpu_relax();
		return mm;
	}
	mm->space = space;
	mm->pgd = (pgd_t *)(uintptr_t)space->pgd;
	mm->count = 1;
	mm->pasid = ~0u; /* mm_pasid_init() */
	mm->vma = (struct vm_area_struct){
		.mm = mm,
		.vm_flags = VM_READ | VM_WRITE | VM_EXEC,
	};
	mm->exit.release = tell_release;
	spin_lock_init(&mm->lock);
	__atomic_store_n(state, 2, __ATOMIC_RELEASE);
	host_space_register(space, &mm->exit);
	return mm;
}

void mmgrab(struct mm_struct *mm)
{
	__atomic_fetch_add(&mm->count, 1, __ATOMIC_RELAXED);
}

void mmdrop(struct mm_struct *mm)
{
	host_point(HOST_SITE_SPACE_PUT);
	if (__atomic_fetch_sub(&mm->count, 1, __ATOMIC_ACQ_REL) == 1)
		shim_mm_pasid_drop(mm);
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned flags,
			   void *regs)
{
	unsigned how = flags & FAULT_FLAG_WRITE ? HOST_FAULT_WRITE : HOST_FAULT_READ;

	if (flags & FAULT_FLAG_INSTRUCTION)
		how |= HOST_FAULT_EXEC;
	if (flags & FAULT_FLAG_USER)
		how |= HOST_FAULT_USER;
	return host_handle_mm_fault(vma->mm->space, address, how) ? VM_FAULT_SIGBUS : 0;
}

/* --- Notifiers: mm/mmu_notifier.c ---------------------------------------------------------------------- */

/* As SRCU keeps them: what is put while somebody is being told is freed when that has ended. */
static struct mmu_notifier *dead[SPACES_MAX];

/* hlist_add_head_rcu() and hlist_del_init_rcu(), without a point: who walks the list takes no lock. */
static void notifier_list(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	struct hlist_node *node = &notifier->hlist, *first = mm->notifiers.first;

	WRITE_ONCE(node->next, first);
	node->pprev = &mm->notifiers.first;
	if (first)
		first->pprev = &node->next;
	__atomic_store_n(&mm->notifiers.first, node, __ATOMIC_RELEASE);
}

static void notifier_unlist(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	node->pprev = NULL;
}

static void notifier_free(struct rcu_head *head)
{
	struct mmu_notifier *notifier = container_of(head, struct mmu_notifier, rcu);
	struct mm_struct *mm = notifier->mm;

	notifier->ops->free_notifier(notifier);
	mmdrop(mm);
}

static void readers_leave(struct mm_struct *mm)
{
	struct mmu_notifier *notifier, *next;

	spin_lock(&mm->lock);
	notifier = --mm->readers ? NULL : dead[mm - mms];
	if (notifier)
		dead[mm - mms] = NULL;
	spin_unlock(&mm->lock);
	for (; notifier; notifier = next) {
		next = notifier->next_dead;
		call_rcu(&notifier->rcu, notifier_free);
	}
}

/* mn_hlist_release(): each is told, then taken off the list; then the space's own reference goes. */
static void tell_release(struct host_space_notifier *exit, struct host_space *space)
{
	struct mm_struct *mm = container_of(exit, struct mm_struct, exit);
	struct mmu_notifier *notifier;
	struct hlist_node *node;

	spin_lock(&mm->lock);
	mm->readers++;
	spin_unlock(&mm->lock);
	for (node = __atomic_load_n(&mm->notifiers.first, __ATOMIC_ACQUIRE); node;
	     node = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE)) {
		notifier = hlist_entry(node, struct mmu_notifier, hlist);
		if (notifier->ops->release)
			notifier->ops->release(notifier, mm);
	}
	spin_lock(&mm->lock);
	while (!hlist_empty(&mm->notifiers))
		notifier_unlist(mm->notifiers.first);
	spin_unlock(&mm->lock);
	readers_leave(mm);
	mmdrop(mm);
}

int mmu_notifier_register(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	might_sleep();
	spin_lock(&mm->lock);
	mmgrab(mm);
	notifier->mm = mm;
	notifier->users = 1;
	notifier->next_dead = NULL;
	notifier_list(notifier, mm);
	spin_unlock(&mm->lock);
	return 0;
}

/*
 * One that is still listed is told itself: the owner must not find page tables behind its back. Then
 * whoever tells it in another task is waited for.
 */
void mmu_notifier_unregister(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	might_sleep();
	spin_lock(&mm->lock);
	if (!hlist_unhashed(&notifier->hlist)) {
		mm->readers++;
		spin_unlock(&mm->lock);
		if (notifier->ops->release)
			notifier->ops->release(notifier, mm);
		spin_lock(&mm->lock);
		notifier_unlist(&notifier->hlist);
		spin_unlock(&mm->lock);
		readers_leave(mm);
	} else {
		spin_unlock(&mm->lock);
	}
	host_space_wait_release(mm->space);
	mmdrop(mm);
}

void mmu_notifier_put(struct mmu_notifier *notifier)
{
	struct mm_struct *mm = notifier->mm;
	bool telling;

	spin_lock(&mm->lock);
	if (WARN_ON(!notifier->users) || --notifier->users) {
		spin_unlock(&mm->lock);
		return;
	}
	notifier_unlist(&notifier->hlist);
	telling = mm->readers != 0;
	if (telling) {
		notifier->next_dead = dead[mm - mms];
		dead[mm - mms] = notifier;
	}
	spin_unlock(&mm->lock);
	if (!telling)
		call_rcu(&notifier->rcu, notifier_free);
}
