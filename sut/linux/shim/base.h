/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_LINUX_SHIM_BASE_H
#define SLUICE_LINUX_SHIM_BASE_H

/* Types, compiler words, errors, bits, messages: <linux/types.h>, <linux/kernel.h> and their like. */

#include <asm-generic/errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "host/host.h"

/* --- Configuration: what Debian's kernels are built with, as far as the files ask. -------------- */

#define __KERNEL__ 1
#define CONFIG_64BIT 1
#define CONFIG_IOMMU_API 1
#define CONFIG_IOASID 1
#define CONFIG_IOMMU_SVA 1
#define CONFIG_IOMMU_MM_DATA 1
#define CONFIG_IOMMU_IOPF 1
#define CONFIG_INTEL_IOMMU 1
#define CONFIG_INTEL_IOMMU_SVM 1
#define CONFIG_DMAR_TABLE 1
#define CONFIG_PCI 1
#define CONFIG_PCI_ATS 1
#define CONFIG_PCI_PRI 1
#define CONFIG_PCI_PASID 1
/* Not CONFIG_X86: iommu_sva_bind_device() would refuse. The system says so (host_assume()). */

#define __shim_second(ignored, second, ...) second
#define __shim_first_is_1 0,
#define __shim_is_1(x) __shim_is_1_(__shim_first_is_##x)
#define __shim_is_1_(x) __shim_second(x 1, 0)
#define __shim_enabled(x) __shim_is_1(x)
#define IS_ENABLED(option) __shim_enabled(option)

/* --- Types ---------------------------------------------------------------------------------------- */

typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;
typedef s64 __s64;
typedef u64 __aligned_u64 __attribute__((aligned(8)));
typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef u64 pgd_t;
typedef u64 cycles_t;
typedef s64 ktime_t;
typedef u64 resource_size_t;
typedef unsigned gfp_t;
typedef long ssize_t;
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	s64 counter;
} atomic64_t;

struct list_head {
	struct list_head *next, *prev;
};
struct hlist_node {
	struct hlist_node *next, **pprev;
};
struct hlist_head {
	struct hlist_node *first;
};

/* No address of a user: whoever follows one is stopped. */
#define LIST_POISON1 ((void *)0xdead000000000100ul)
#define LIST_POISON2 ((void *)0xdead000000000122ul)

struct module;
struct seq_file;
struct dentry;
struct attribute_group;
struct fwnode_handle;
struct notifier_block;
struct of_phandle_args;

/* --- Compiler ------------------------------------------------------------------------------------- */

#define __init
#define __iomem
#define __user
#define __rcu
#define __force
#define __sched
#define __cold
#define __must_check
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __printf(a, b)
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define fallthrough __attribute__((fallthrough))
#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define EXPORT_SYMBOL_NS_GPL(name, space)
#define MODULE_IMPORT_NS(name)
#define MODULE_AUTHOR(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)
#define THIS_MODULE NULL
#define barrier() __asm__ volatile("" : : : "memory")
#define lower_32_bits(n) ((u32)(n))
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define BUILD_BUG_ON_MSG(condition, text) ((void)0)
#define BUILD_BUG_ON_ZERO(condition) 0
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
/* Of <linux/list.h> and its like, without a point; for others see callers.h. */
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#define data_race(x) (x)
#define ASSERT_EXCLUSIVE_ACCESS(x) ((void)(x))

#define min(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) __a = (a);                                                           \
		__typeof__(b) __b = (b);                                                           \
		__a < __b ? __a : __b;                                                             \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) __a = (a);                                                           \
		__typeof__(b) __b = (b);                                                           \
		__a > __b ? __a : __b;                                                             \
	})
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) __a = (a);                                                           \
		(a) = (b);                                                                         \
		(b) = __a;                                                                         \
	} while (0)

/* --- Errors in pointers --------------------------------------------------------------------------- */

#define MAX_ERRNO 4095
#define ERESTARTSYS 512
#define ENOTSUPP 524
#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return IS_ERR_VALUE(ptr);
}

static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR_VALUE(ptr);
}

#define ERR_CAST(ptr) ((void *)(ptr))
#define PTR_ERR_OR_ZERO(ptr) (IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0)

/* --- Bits and numbers ------------------------------------------------------------------------------ */

#undef BIT
#undef BIT_ULL
#undef GENMASK_ULL
#define BITS_PER_LONG 64
#define BIT(n) (1ul << (n))
#define BIT_ULL(n) (1ull << (n))
#define _BITUL(n) (1ul << (n))
#define _BITULL(n) (1ull << (n))
#define GENMASK(h, l) ((~0ul >> (63 - (h))) & (~0ul << (l)))
#define GENMASK_ULL(h, l) ((~0ull >> (63 - (h))) & (~0ull << (l)))
#define BITS_TO_LONGS(n) (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define FIELD_GET(mask, reg) ((__typeof__(mask))(((reg) & (mask)) >> __builtin_ctzll(mask)))
#define FIELD_PREP(mask, value) (((__typeof__(mask))(value) << __builtin_ctzll(mask)) & (mask))
#define SZ_4K 0x1000
#define SZ_2M 0x200000
#define SZ_1G 0x40000000
#define ALIGN(x, a) (((x) + (a)-1) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a) (!((x) & ((__typeof__(x))(a)-1)))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define __fls(x) (63u - (unsigned)__builtin_clzl(x))
#define __ffs(x) ((unsigned)__builtin_ctzl(x))
#define fls64(x) ((x) ? 64 - __builtin_clzll(x) : 0)
#define fls(x) ((x) ? 32 - __builtin_clz(x) : 0)
#define ffs(x) __builtin_ffs(x)
#define hweight64(x) __builtin_popcountll(x)
#define ilog2(x) __fls((unsigned long)(x))
#define is_power_of_2(n) ((n) && !((n) & ((n)-1)))
#define __roundup_pow_of_two(n) ((n) < 2 ? 1ul : 1ul << (__fls((n)-1) + 1))
#define roundup_pow_of_two(n) __roundup_pow_of_two(n)
#define order_base_2(n) ((n) > 1 ? (int)__fls((n)-1) + 1 : 0)

static inline unsigned long find_first_bit(const unsigned long *map, unsigned long bits)
{
	for (unsigned long i = 0; i < bits; i++)
		if (map[i / BITS_PER_LONG] >> (i % BITS_PER_LONG) & 1)
			return i;
	return bits;
}

static inline unsigned long find_first_zero_bit(const unsigned long *map, unsigned long bits)
{
	for (unsigned long i = 0; i < bits; i++)
		if (!(map[i / BITS_PER_LONG] >> (i % BITS_PER_LONG) & 1))
			return i;
	return bits;
}

static inline bool test_bit(unsigned long n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> (n % BITS_PER_LONG) & 1;
}

static inline bool test_and_clear_bit(unsigned long n, unsigned long *map)
{
	unsigned long bit = 1ul << (n % BITS_PER_LONG);

	return __atomic_fetch_and(&map[n / BITS_PER_LONG], ~bit, __ATOMIC_SEQ_CST) & bit;
}

static inline void set_bit(unsigned long n, unsigned long *map)
{
	__atomic_fetch_or(&map[n / BITS_PER_LONG], 1ul << (n % BITS_PER_LONG), __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned long n, unsigned long *map)
{
	__atomic_fetch_and(&map[n / BITS_PER_LONG], ~(1ul << (n % BITS_PER_LONG)),
			   __ATOMIC_RELAXED);
}

/* --- Messages: nobody reads them. Their arguments are evaluated. ------------------------------------ */

/* Formats are not checked: the kernel's u64 is a long long, the host's is a long. */
static inline int no_printk(const char *format, ...)
{
	return 0;
}

#define pr_emerg(format, args...) no_printk(format, ##args)
#define pr_err(format, args...) no_printk(format, ##args)
#define pr_warn(format, args...) no_printk(format, ##args)
#define pr_warn_once(format, args...) no_printk(format, ##args)
#define pr_info(format, args...) no_printk(format, ##args)
#define pr_notice(format, args...) no_printk(format, ##args)
#define pr_debug(format, args...) no_printk(format, ##args)
#define pr_err_ratelimited(format, args...) no_printk(format, ##args)
#define pr_warn_ratelimited(format, args...) no_printk(format, ##args)
#define pr_info_ratelimited(format, args...) no_printk(format, ##args)
#define dev_err(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dev_err_ratelimited(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dev_warn(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dev_warn_once(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dev_warn_ratelimited(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dev_info(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dev_dbg(dev, format, args...) ((void)(dev), no_printk(format, ##args))
#define dump_stack() ((void)0)
/* A fixed name for each unit: formatting costs more than a drain does. */
#define snprintf(buf, size, format, args...) ((void)(buf), (void)(size), no_printk(format, ##args))

#define WARN_ON(condition)                                                                         \
	({                                                                                         \
		bool __warn = !!(condition);                                                       \
		if (unlikely(__warn))                                                              \
			host_warn(__FILE__, #condition);                                           \
		unlikely(__warn);                                                                  \
	})
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, format, args...) ((void)no_printk(format, ##args), WARN_ON(condition))
#define WARN_ONCE(condition, format, args...) WARN(condition, format, ##args)
/* The machine would stop here; so does the run. */
#define BUG() __builtin_trap()
#define BUG_ON(condition)                                                                          \
	do {                                                                                       \
		if (unlikely(condition))                                                           \
			BUG();                                                                     \
	} while (0)
#define panic(format, args...)                                                                     \
	do {                                                                                       \
		no_printk(format, ##args);                                                         \
		BUG();                                                                             \
	} while (0)

/* Trace points do nothing, as when nobody has switched them on. */
#define TRACE_EVENT(name, proto, args...)                                                          \
	static inline void trace_##name(proto)                                                     \
	{                                                                                          \
	}
#define TRACE_EVENT_CONDITION TRACE_EVENT
#define DECLARE_EVENT_CLASS(name, args...)
#define DEFINE_EVENT(class, name, proto, args...) TRACE_EVENT(name, PARAMS(proto))
#define TP_PROTO(args...) args
#define TP_ARGS(args...)
#define TP_STRUCT__entry(args...)
#define TP_fast_assign(args...)
#define TP_printk(args...)
#define TP_CONDITION(args...)
#define PARAMS(args...) args

/* --- Time: none passes between two points. --------------------------------------------------------- */

#define HZ 1000
#define jiffies (host_time_ns() / 1000000)
#define msecs_to_jiffies(ms) ((unsigned long)(ms))
#define get_cycles() ((cycles_t)host_time_ns())
#define tsc_khz 1000000u
#define ktime_get() ((ktime_t)host_time_ns())
#define ktime_to_ns(t) (t)
#define DMAR_OPERATION_TIMEOUT ((cycles_t)tsc_khz * 10 * 1000)
#define udelay(us) ((void)(us))

#endif
