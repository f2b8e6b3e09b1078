/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_MODEL_REGISTERS_H
#define SLUICE_MODEL_REGISTERS_H

/*
 * Registers of a remapping unit and layouts in memory, as far as the model has them: VT-d Rev 5.10
 * chapter 11.4 (registers), 9 (tables), 6.5.2 (invalidation descriptors), 7.4.1 (page requests).
 * Private to the model: code under test has its own idea of the layout, so that a mistake there
 * cannot be made twice.
 */

#include "host/types.h"

/* X(name, offset, bytes): index in this list is the register's index for host/site.h */
#define MODEL_REGISTERS(X)                                                                         \
	X(VER, 0x00, 4)                                                                            \
	X(CAP, 0x08, 8)                                                                            \
	X(ECAP, 0x10, 8)                                                                           \
	X(GCMD, 0x18, 4)                                                                           \
	X(GSTS, 0x1c, 4)                                                                           \
	X(RTADDR, 0x20, 8)                                                                         \
	X(FSTS, 0x34, 4)                                                                           \
	X(FECTL, 0x38, 4)                                                                          \
	X(FEDATA, 0x3c, 4)                                                                         \
	X(FEADDR, 0x40, 4)                                                                         \
	X(FEUADDR, 0x44, 4)                                                                        \
	X(IQH, 0x80, 8)                                                                            \
	X(IQT, 0x88, 8)                                                                            \
	X(IQA, 0x90, 8)                                                                            \
	X(ICS, 0x9c, 4)                                                                            \
	X(IECTL, 0xa0, 4)                                                                          \
	X(IEDATA, 0xa4, 4)                                                                         \
	X(IEADDR, 0xa8, 4)                                                                         \
	X(IEUADDR, 0xac, 4)                                                                        \
	X(IQER, 0xb0, 8)                                                                           \
	X(PQH, 0xc0, 8)                                                                            \
	X(PQT, 0xc8, 8)                                                                            \
	X(PQA, 0xd0, 8)                                                                            \
	X(PRS, 0xdc, 4)                                                                            \
	X(PECTL, 0xe0, 4)                                                                          \
	X(PEDATA, 0xe4, 4)                                                                         \
	X(PEADDR, 0xe8, 4)                                                                         \
	X(PEUADDR, 0xec, 4)                                                                        \
	X(FRCD, 0x220, 8)                                                                          \
	X(FRCDH, 0x228, 8)

enum model_reg {
#define X(name, offset, bytes) REG_##name,
	MODEL_REGISTERS(X) REG_COUNT,
	REG_OTHER = 31, /* every offset that holds nothing: reads 0, writes are lost */
};
#undef X
_Static_assert(REG_COUNT <= REG_OTHER, "register indices share 0..31 with 'other'");

/* GCMD, GSTS */
#define GCMD_TE BIT(31)
#define GCMD_SRTP BIT(30)
#define GCMD_QIE BIT(26)
#define GCMD_IRE BIT(25)

#define RTADDR_TTM(r) (((r) >> 10) & 3)
#define RTADDR_TTM_SCALABLE 1

/* CAP: 256 domains, 48 bits, one fault record at 0x220, page-selective, drains */
#define CAP_VALUE                                                                                  \
	(2ull | 4ull << 8 | 47ull << 16 | 0x22ull << 24 | BIT_ULL(39) | 9ull << 48 | BIT_ULL(54) | \
	 BIT_ULL(55) | BIT_ULL(56))
/* ECAP: C QI DT PT SC, PRS, SRS, PSS = 20 bits, PASID, DIT, SMTS, SLTS, FLTS, SMPWC */
#define ECAP_VALUE                                                                                 \
	(BIT_ULL(0) | BIT_ULL(1) | BIT_ULL(2) | BIT_ULL(6) | BIT_ULL(7) | 15ull << 20 |            \
	 BIT_ULL(29) | BIT_ULL(31) | 19ull << 35 | BIT_ULL(40) | BIT_ULL(41) | BIT_ULL(43) |       \
	 BIT_ULL(46) | BIT_ULL(47) | BIT_ULL(48))
#define ECAP_PDS BIT_ULL(42)
#define ECAP_SMS BIT_ULL(58)

/* FSTS */
#define FSTS_PFO BIT(0)
#define FSTS_PPF BIT(1)
#define FSTS_IQE BIT(4)
#define FSTS_ICE BIT(5)
#define FSTS_ITE BIT(6)
#define FSTS_W1C (FSTS_PFO | FSTS_IQE | FSTS_ICE | FSTS_ITE)
#define FRCDH_F BIT_ULL(63)

/* FECTL, IECTL, PECTL */
#define EVENT_IM BIT(31)
#define EVENT_IP BIT(30)

/* IQH, IQT, IQA, IQER */
#define IQ_POINTER GENMASK_ULL(18, 4)
#define IQA_QS(r) ((r)&7)
#define IQA_DW BIT(11)
#define IQ_SLOT 32u
enum iq_error_code { IQEI_TAIL = 1, IQEI_FETCH, IQEI_TYPE, IQEI_RESERVED, IQEI_WIDTH, IQEI_ALIGN };

/* PQH, PQT, PQA, PRS */
#define PQ_POINTER GENMASK_ULL(18, 5)
#define PQA_PQS(r) ((r)&7)
#define PQ_SLOT 32u
#define PRS_PPR BIT(0)
#define PRS_PRO BIT(1)

#define ADDRESS_MASK GENMASK_ULL(63, 12)

/* Fault reasons, chapter 7.1 (scalable mode) */
enum fault_reason {
	FAULT_RTADDR = 0x30,         /* SRTA: no valid root table */
	FAULT_ROOT_ACCESS = 0x38,    /* SRT.1 */
	FAULT_ROOT_PRESENT,          /* SRT.2 */
	FAULT_CONTEXT_ACCESS = 0x40, /* SCT.1 */
	FAULT_CONTEXT_PRESENT,       /* SCT.2 */
	FAULT_DTE = 0x44,            /* SCT.5 */
	FAULT_PASIDE,                /* SCT.6 */
	FAULT_PASID_SIZE,            /* SCT.7 */
	FAULT_PRE,                   /* SCT.8 */
	FAULT_RID_PASID,             /* SCT.9 */
	FAULT_DIR_ACCESS = 0x50,     /* SPD.1 */
	FAULT_DIR_PRESENT,           /* SPD.2 */
	FAULT_PASID_ACCESS = 0x58,   /* SPT.1 */
	FAULT_PASID_PRESENT,         /* SPT.2 */
	FAULT_PAGE = 0x71,           /* SFS.2: a paging entry is not present */
};

/* Scalable-mode context entry, first quadword, and second */
#define CONTEXT_P BIT(0)
#define CONTEXT_FPD BIT(1)
#define CONTEXT_DTE BIT(2)
#define CONTEXT_PASIDE BIT(3)
#define CONTEXT_PRE BIT(4)
#define CONTEXT_PDTS(e) (((e) >> 9) & 7)
#define CONTEXT_RID_PASID(e) ((u32)((e)&0xfffff))

/* PASID directory entry, PASID table entry */
#define PASID_P BIT(0)
#define PASID_FPD BIT(1)
#define PASID_PGTT(e) (((e) >> 6) & 7)
#define PGTT_FIRST 1
#define PGTT_SECOND 2
#define PGTT_PASSTHROUGH 4
#define PASID_TABLE_SLOT 64u

/* Page request descriptor, first and second quadword */
#define PRD_TYPE 1ull
#define PRD_PP BIT_ULL(8)
#define PRD_RID(rid) ((u64)(rid) << 16)
#define PRD_PASID(pasid) ((u64)(pasid) << 32)
#define PRD_EXR BIT_ULL(52)
#define PRD_PMR BIT_ULL(53)
#define PRD_RDR BIT_ULL(0)
#define PRD_WRR BIT_ULL(1)
#define PRD_LPIG BIT_ULL(2)
#define PRD_PRGI(g) ((u64)(g) << 3)

/* Invalidation descriptors: the type is bits 3:0 with bits 11:9 above them */
#define DESC_TYPE(q) ((unsigned)(((q)&0xf) | ((q) >> 5 & 0x70)))
enum descriptor_type {
	DESC_CONTEXT = 1,
	DESC_IOTLB,
	DESC_DEVTLB,
	DESC_IEC,
	DESC_WAIT,
	DESC_PIOTLB,
	DESC_PASID,
	DESC_PDEVTLB,
	DESC_RESPONSE,
};
#define DESC_G(q) ((unsigned)((q) >> 4 & 3))
#define DESC_DID(q) ((u16)((q) >> 16))
#define DESC_PASID_FIELD(q) ((u32)((q) >> 32 & 0xfffff))
#define WAIT_IF BIT(4)
#define WAIT_SW BIT(5)
#define WAIT_FN BIT(6)
#define WAIT_PD BIT(7)

#define PASID_MASK 0xfffffu
#define GROUP_MASK 0x1ffu

#endif
