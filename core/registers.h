/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_CORE_REGISTERS_H
#define SLUICE_CORE_REGISTERS_H

/*
 * Registers, tables and descriptors of a remapping unit in scalable mode, as software sees them.
 * VT-d specification Rev 5.10: chapter 11 (registers), 9 (tables), 6.5.2 (invalidation queue), 7.4
 * (page requests). Names follow drivers/iommu/intel/{iommu,pasid}.h. Only what the core uses.
 */

#include "host/types.h"

#define DMAR_ECAP_REG 0x10   /* extended capabilities, 64 bits */
#define DMAR_GCMD_REG 0x18   /* global command */
#define DMAR_GSTS_REG 0x1c   /* global status */
#define DMAR_RTADDR_REG 0x20 /* root table address, 64 bits */
#define DMAR_FSTS_REG 0x34   /* fault status */
#define DMAR_IQH_REG 0x80    /* invalidation queue head, 64 bits */
#define DMAR_IQT_REG 0x88    /* tail */
#define DMAR_IQA_REG 0x90    /* address */
#define DMAR_IQER_REG 0xb0   /* invalidation queue error record, 64 bits */
#define DMAR_PQH_REG 0xc0    /* page request queue head, 64 bits */
#define DMAR_PQT_REG 0xc8    /* tail */
#define DMAR_PQA_REG 0xd0    /* address */
#define DMAR_PRS_REG 0xdc    /* page request status */
#define DMAR_PECTL_REG 0xe0  /* page request event control */
#define DMAR_PEDATA_REG 0xe4
#define DMAR_PEADDR_REG 0xe8
#define DMAR_PEUADDR_REG 0xec

#define ECAP_PRS BIT_ULL(29)  /* page requests */
#define ECAP_DIT BIT_ULL(41)  /* device-TLB invalidation throttling: PFSID is used */
#define ECAP_PDS BIT_ULL(42)  /* page request drain: PD in the wait descriptor */
#define ECAP_SMTS BIT_ULL(43) /* scalable mode */
#define ECAP_SMS BIT_ULL(58)  /* stop markers that can't be queued are dropped silently */

#define DMA_GCMD_TE BIT(31)
#define DMA_GCMD_SRTP BIT(30) /* latch RTADDR; one-shot */
#define DMA_GCMD_QIE BIT(26)
#define DMA_GSTS_TES BIT(31)
#define DMA_GSTS_RTPS BIT(30)
#define DMA_GSTS_QIES BIT(26)
#define DMA_RTADDR_SMT BIT_ULL(10)    /* scalable-mode tables */
#define DMA_RTADDR_ABORT (3ull << 10) /* no tables: everything is refused */

#define DMA_FSTS_IQE BIT(4) /* queue error: fetch stands at the bad descriptor */
#define DMA_FSTS_ICE BIT(5) /* a device-TLB completion that nobody waits for */
#define DMA_FSTS_ITE BIT(6) /* device-TLB completion missing: pending waits are aborted */
#define IQER_ITESID(reg) ((u16)((reg) >> 32)) /* the device that caused ITE */

#define DMA_IQA_DW BIT_ULL(11) /* 256-bit descriptors */
#define IQA_QS(pages_order) ((u64)(pages_order))
#define QI_DESC_SHIFT 5
#define QI_LENGTH 256u /* two pages of 32-byte descriptors */

#define DMA_PRS_PPR BIT(0) /* pending page request; write 1 to clear */
#define DMA_PRS_PRO BIT(1) /* page request overflow; write 1 to clear */
#define DMA_PECTL_IM BIT(31)
#define PRQ_SLOT_SHIFT 5   /* PQH and PQT count bytes */
#define PRQ_HW_ORDER_MIN 7 /* PQA.PQS == 0 */

/* Root, context and PASID tables (9.1-9.6). */
#define ROOT_PRESENT 1ull
#define CONTEXT_PRESENT BIT_ULL(0)
#define CONTEXT_DTE BIT_ULL(2)    /* device-TLB enable: translation requests allowed */
#define CONTEXT_PASIDE BIT_ULL(3) /* requests with PASID allowed */
#define CONTEXT_PRE BIT_ULL(4)    /* page requests allowed */
#define TABLE_PTR_MASK GENMASK_ULL(63, 12)

#define PASID_DIR_PRESENT BIT_ULL(0)
#define PASID_PDE_SHIFT 6 /* entries of a PASID table, log2 */
#define PASID_TBL_ENTRIES (1u << PASID_PDE_SHIFT)

#define PASID_PTE_PRESENT BIT_ULL(0)
#define PASID_PTE_FPD BIT_ULL(1) /* fault processing disable: late requests are not logged */
#define PASID_PTE_PGTT_FL_ONLY (1ull << 6)
#define PASID_PTE_DID_MASK GENMASK_ULL(15, 0)

struct root_entry {
	u64 half[2]; /* context tables of devfn 0-127 and 128-255 */
};

struct context_entry {
	u64 qw[4];
};

struct pasid_entry {
	u64 qw[8];
};

/* Invalidation queue descriptors (6.5.2.x). */
struct qi_desc {
	u64 qw0, qw1, qw2, qw3;
};

#define QI_CC_TYPE 0x1 /* context cache */
#define QI_IOTLB_TYPE 0x2
#define QI_DIOTLB_TYPE 0x3
#define QI_IWD_TYPE 0x5
#define QI_EIOTLB_TYPE 0x6
#define QI_PC_TYPE 0x7
#define QI_DEIOTLB_TYPE 0x8
#define QI_PGRP_RESP_TYPE 0x9

#define QI_GRAN(g) ((u64)(g) << 4)
#define QI_DID(did) ((u64)(did) << 16)
#define QI_PASID(pasid) ((u64)(pasid) << 32)

#define QI_CC_DEVICE QI_GRAN(3)
#define QI_CC_SID(sid) ((u64)(sid) << 32)
#define QI_IOTLB_GLOBAL QI_GRAN(1)
#define QI_IOTLB_DR BIT_ULL(7)
#define QI_IOTLB_DW BIT_ULL(6)
#define QI_EIOTLB_PASID_SEL QI_GRAN(2)
#define QI_PC_PASID_SEL QI_GRAN(1)
#define QI_PC_GLOBAL QI_GRAN(3)

#define QI_PFSID(pfsid) (((u64)((pfsid)&0xf) << 12) | ((u64)((pfsid) >> 4 & 0xfff) << 52))
#define QI_DEV_IOTLB_SID(sid) ((u64)(sid) << 32)
#define QI_DEV_IOTLB_QDEP(q) ((u64)((q)&0x1f) << 16)
#define QI_DEV_IOTLB_SIZE BIT_ULL(0)
#define QI_DEV_EIOTLB_SID(sid) ((u64)(sid) << 16)
#define QI_DEV_EIOTLB_QDEP(q) ((u64)((q)&0x1f) << 4)
#define QI_DEV_EIOTLB_SIZE BIT_ULL(11)
/* With the size bit set the lowest zero of the address gives the size: this is the whole range. */
#define QI_DEV_RANGE_ALL 0x7ffffffffffff000ull

#define QI_IWD_STATUS_DATA(d) ((u64)(d) << 32)
#define QI_IWD_STATUS_WRITE BIT_ULL(5)
#define QI_IWD_FENCE BIT_ULL(6)     /* nothing behind it starts before it is done */
#define QI_IWD_PRQ_DRAIN BIT_ULL(7) /* received page requests are in the ring before it is done */

#define QI_PGRP_PASID_P(pp) ((u64)(pp) << 4)
#define QI_PGRP_RESP_CODE(rc) ((u64)(rc) << 12)
#define QI_PGRP_DID(rid) ((u64)(rid) << 16)
#define QI_PGRP_IDX(idx) ((u64)(idx) << 3)

/* Response codes. Failure (0xf) is never sent: it turns page requests of the function off. */
#define QI_RESP_SUCCESS 0x0
#define QI_RESP_INVALID 0x1

/* Page request descriptor (7.4.1). */
struct page_req_dsc {
	u64 qw0, qw1, qw2, qw3;
};

#define PRQ_TYPE(r) ((u8)(r)->qw0)
#define PRQ_TYPE_PAGE_REQ 0x01
#define PRQ_PASID_PRESENT(r) ((bool)((r)->qw0 >> 8 & 1))
#define PRQ_RID(r) ((u16)((r)->qw0 >> 16))
#define PRQ_PASID(r) ((u32)((r)->qw0 >> 32) & 0xfffff)
#define PRQ_EXE(r) ((bool)((r)->qw0 >> 52 & 1))
#define PRQ_PM(r) ((bool)((r)->qw0 >> 53 & 1))
#define PRQ_RD(r) ((bool)((r)->qw1 & 1))
#define PRQ_WR(r) ((bool)((r)->qw1 >> 1 & 1))
#define PRQ_LPIG(r) ((bool)((r)->qw1 >> 2 & 1))
#define PRQ_GRPID(r) ((u16)((r)->qw1 >> 3 & 0x1ff))
#define PRQ_ADDR(r) ((r)->qw1 & GENMASK_ULL(63, 12))
#define PRQ_GROUPS 512u

#endif
