/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_SHIM_MM_H
#define SLUICE_LINUX_SHIM_MM_H

/* Memory, address spaces and their notifiers, numbers: slab, gfp, mmu_notifier, xarray, idr. */

#include "sync.h"

/* --- Memory --------------------------------------------------------------------------------------------- */

#define PAGE_SHIFT 12
#define PAGE_SIZE (1ul << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define __VIRTUAL_MASK_SHIFT 47 /* four levels: no LA57 */
#define PAGE_ALIGN(address) ALIGN(address, PAGE_SIZE)
#define NUMA_NO_NODE (-1)

#define __GFP_ATOMIC_SHIM 1u
#define __GFP_ZERO 2u
#define __GFP_COMP 4u
#define GFP_KERNEL 0u
#define GFP_KERNEL_ACCOUNT 0u
#define GFP_ATOMIC __GFP_ATOMIC_SHIM

static inline unsigned shim_gfp(gfp_t gfp)
{
	return gfp & __GFP_ATOMIC_SHIM ? HOST_GFP_ATOMIC : HOST_GFP_KERNEL;
}

#define kzalloc(size, gfp) host_kzalloc(size, shim_gfp(gfp))
#define kcalloc(n, size, gfp) host_kzalloc((size_t)(n) * (size), shim_gfp(gfp))
void *kmalloc(size_t size, gfp_t gfp); /* holds no zeroes */
#define kfree(p) host_kfree(p)
void *kmemdup(const void *from, size_t size, gfp_t gfp);
#define bitmap_zalloc(bits, gfp) kzalloc(BITS_TO_LONGS(bits) * sizeof(long), gfp)
#define bitmap_free(map) kfree(map)

/* A page is known by its address. All pages can be reached by hardware. */
struct page {
	struct list_head lru;
};
struct page *alloc_pages(gfp_t gfp, unsigned order); /* zeroed whatever @gfp says */
void __free_pages(struct page *page, unsigned order);
#define alloc_pages_node(node, gfp, order) ((void)(node), alloc_pages(gfp, order))
#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __get_free_pages(gfp, order) ((unsigned long)alloc_pages(gfp, order))
#define get_zeroed_page(gfp) ((unsigned long)alloc_pages(gfp, 0))
#define free_pages(address, order) __free_pages((struct page *)(address), order)
#define free_page(address) free_pages(address, 0)
#define page_address(page) ((void *)(page))
#define virt_to_page(address) ((struct page *)(address))
#define page_to_pfn(page) (virt_to_phys(page) >> PAGE_SHIFT)
#define page_pgdat(page) ((void)(page), NULL)
#define mod_node_page_state(node, item, count) ((void)(node), (void)(count))
#define mod_lruvec_page_state(page, item, count) ((void)(page), (void)(count))
#define get_order(size) ((int)order_base_2(DIV_ROUND_UP((unsigned long)(size), PAGE_SIZE)))
#define put_page(page) __free_pages(page, 0)
#define put_pages_list(list) ((void)(list))

/* Bus addresses. The root of a space's page tables is a number that only hardware follows. */
bool shim_is_space_root(const volatile void *address);
phys_addr_t virt_to_phys(const volatile void *address);
void *phys_to_virt(phys_addr_t address);
#define __pa(address) virt_to_phys((const volatile void *)(address))
#define __va(address) phys_to_virt(address)
#define clflush_cache_range(address, size) ((void)(address), (void)(size))

/* --- Address spaces: kernel/fork.c, mm/memory.c ---------------------------------------------------------- */

#define VM_READ 1u
#define VM_WRITE 2u
#define VM_EXEC 4u
#define FAULT_FLAG_WRITE 0x01u
#define FAULT_FLAG_USER 0x40u
#define FAULT_FLAG_REMOTE 0x80u
#define FAULT_FLAG_INSTRUCTION 0x100u
#define VM_FAULT_SIGBUS 2u
#define VM_FAULT_ERROR VM_FAULT_SIGBUS
typedef unsigned vm_fault_t;

struct vm_area_struct {
	struct mm_struct *mm;
	unsigned long vm_start, vm_flags;
};

struct iommu_mm_data;

struct mm_struct {
	pgd_t *pgd;
	struct iommu_mm_data *iommu_mm; /* since 6.7 */
	u32 pasid;                      /* before */
	struct host_space *space;       /* NULL: never used in this run */
	int count;                      /* references to this structure */
	struct vm_area_struct vma;      /* one, over everything */
	/* mm/mmu_notifier.c: who is told, and how many of them are being told right now. */
	struct hlist_head notifiers;
	struct host_space_notifier exit;
	spinlock_t lock;
	unsigned readers;
};

extern struct mm_struct init_mm; /* for supervisor PASIDs, which nobody asks for */
/* The kernel's side of a space of the scenario. */
struct mm_struct *shim_mm(struct host_space *space);
/* The structure goes with its last reference: the kernel's mm_pasid_drop(), as __mmdrop() calls it. */
void shim_mm_pasid_drop(struct mm_struct *mm);
#define mm_pasid_set(mm, number) ((void)((mm)->pasid = (number))) /* before 6.7 */

static inline bool mmget_not_zero(struct mm_struct *mm)
{
	return host_mmget_not_zero(mm->space);
}

#define mmput(mm) host_mmput((mm)->space)
void mmgrab(struct mm_struct *mm);
void mmdrop(struct mm_struct *mm);
#define mmap_read_lock(mm) ((void)(mm), might_sleep())
#define mmap_read_unlock(mm) ((void)(mm))
#define vma_lookup(mm, address) ((void)(address), &(mm)->vma)
#define find_extend_vma(mm, address) ((void)(address), &(mm)->vma)
#define arch_pgtable_dma_compat(mm) ((void)(mm), true)
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned flags,
			   void *regs);

struct mmu_notifier;
struct mmu_notifier_ops {
	void (*release)(struct mmu_notifier *self, struct mm_struct *mm);
	void (*invalidate_range)(struct mmu_notifier *self, struct mm_struct *mm,
				 unsigned long start, unsigned long end);
	void (*arch_invalidate_secondary_tlbs)(struct mmu_notifier *self, struct mm_struct *mm,
					       unsigned long start, unsigned long end);
	void (*free_notifier)(struct mmu_notifier *self);
};

struct mmu_notifier {
	struct hlist_node hlist;
	const struct mmu_notifier_ops *ops;
	struct mm_struct *mm;
	struct rcu_head rcu;
	unsigned users;
	struct mmu_notifier *next_dead; /* put while somebody is being told */
};

int mmu_notifier_register(struct mmu_notifier *notifier, struct mm_struct *mm);
/* Returns when no release of it runs any more; sleeps. */
void mmu_notifier_unregister(struct mmu_notifier *notifier, struct mm_struct *mm);
/* Its free_notifier() is called once nobody is in it any more. */
void mmu_notifier_put(struct mmu_notifier *notifier);
#define mmu_notifier_synchronize() synchronize_rcu()

/* --- lib/xarray.c, lib/idr.c: the same calls on a short table. --------------------------------------------- */

#define XA_ENTRIES 16
#define XA_ZERO_ENTRY ((void *)((256ul << 2) | 2)) /* holds the place of a NULL */
#define XA_FLAGS_ALLOC 4u

struct xarray {
	spinlock_t xa_lock;
	struct {
		unsigned long index;
		void *entry; /* NULL: the slot is free */
	} slot[XA_ENTRIES];
};

struct xa_limit {
	u32 max, min;
};

#define XARRAY_INIT(text, flags...)                                                                \
	{                                                                                          \
		.xa_lock = {.name = #text ".xa_lock" }                                             \
	}
#define DEFINE_XARRAY(text) struct xarray text = XARRAY_INIT(text)
#define DEFINE_XARRAY_ALLOC(text) struct xarray text = XARRAY_INIT(text)
#define XA_LIMIT(low, high) ((struct xa_limit){ .min = (low), .max = (high) })
#define xa_init(xa) (memset((xa)->slot, 0, sizeof((xa)->slot)), spin_lock_init(&(xa)->xa_lock))
#define xa_init_flags(xa, flags) xa_init(xa)
#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)
#define xa_is_err(entry) IS_ERR(entry)
#define xa_err(entry) PTR_ERR_OR_ZERO(entry)
#define xa_destroy(xa) ((void)(xa))
bool xa_empty(const struct xarray *xa);
void *xa_load(struct xarray *xa, unsigned long index); /* no lock */
/* -EBUSY: taken. A NULL takes the place, too. */
int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp);
#define xa_for_each(xa, index, entry)                                                              \
	for (unsigned __at = 0; __at < XA_ENTRIES; __at++)                                         \
		if ((entry = (xa)->slot[__at].entry) && ((index = (xa)->slot[__at].index), 1))

#define IDA_NUMBERS 64
struct ida {
	spinlock_t lock;
	unsigned long used;
};
#define DEFINE_IDA(text) struct ida text = { { .name = #text }, 0 }
/* The lowest free number in the range; only the first 64 numbers can be had. */
int ida_alloc_range(struct ida *ida, unsigned low, unsigned high, gfp_t gfp);
void ida_free(struct ida *ida, unsigned number);

#endif
