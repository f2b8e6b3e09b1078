/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_MODEL_EVENT_H
#define SLUICE_MODEL_EVENT_H

/*
 * What hardware tells the judge. `req` is the ledger number of a page request, given out by the
 * model in order of issue from 1 and kept outside all that the code under test can read. `dev` and
 * `unit` are indices; `pasid` is the number on the wire, NO_PASID for a request without one.
 * `group` is the page request group index on the wire.
 */

#include "host/event.h"

#define MODEL_NO_PASID 0xffffffffu
#define MODEL_NO_SLOT 0xffffffffu

/* X(enumerator, spelling, names of the arguments a b c d) */
#define MODEL_EVENTS(X)                                                                            \
	/* The life of a request. flags: enum request_flags; page: addr >> 12 */                   \
	X(REQ_ISSUED, "issue", "req dev|pasid<<8 group|flags<<16 page")                            \
	X(REQ_DISPATCHED, "dispatch", "req")                                                       \
	X(REQ_WITHDRAWN, "withdraw", "req") /* held for credits, and the device stopped */         \
	X(REQ_RECEIVED, "receive", "req")                                                          \
	X(REQ_WALKED, "walk", "req") /* the tables allow it */                                     \
	/* slot: index into the ring; the descriptor's write is issued */                          \
	X(REQ_ACCEPTED, "accept", "req slot")                                                      \
	X(REQ_DELIVERED, "deliver", "req slot") /* visible, and the tail behind it */              \
	X(REQ_REJECTED, "reject", "req reason") /* enum request_reject; never reaches the ring */  \
	/* Responses. rc: 0 Success, 1 Invalid Request, 15 Response Failure */                     \
	X(RESP_AUTO, "auto-response", "req rc") /* by the unit, for a request with LPIG */         \
	X(RESP_SENT, "response", "rid pasid group rc|pp<<8") /* descriptor left the queue */       \
	X(RESP_ARRIVED, "response-arrived", "dev|auto<<8 pasid group|rc<<16 req")                  \
	/* ^ req: the last-page request whose group it closes; 0 if it matches none */             \
	X(RESP_LOST, "response-lost", "rid pasid group rc") /* no such function */                 \
	/* Registers. Values are byte offsets into the ring. */                                    \
	X(HEAD, "PQH", "unit old new")                                                             \
	X(TAIL, "PQT", "unit old new by-software")                                                 \
	X(PRS, "PRS", "unit old new by-software")                                                  \
	X(RING, "ring", "unit slots") /* PQA written: a new ring, empty */                         \
	X(MSI, "msi", "unit lost")                                                                 \
	X(FAULT, "fault", "unit dev|pasid<<8 reason req") /* a record in the fault log */          \
	/* Invalidation queue. kind: descriptor type; index: slot */                               \
	X(QI_SUBMIT, "IQT", "unit old new")                                                        \
	/* id: rid<<32 | pasid for kinds 3, 8, 9; did<<32 | pasid for 6 and 7; did for 1 and 2 */  \
	X(QI_EXEC, "qi", "unit index kind|g<<8|flags<<16 id")                                      \
	X(QI_WAIT_DONE, "qi-wait", "unit index flags")                                             \
	X(QI_ERROR, "qi-error", "unit error index injected") /* enum qi_error */                   \
	X(DEVTLB_SENT, "atc-inv", "dev pasid page all")                                            \
	X(DEVTLB_DONE, "atc-inv-done", "dev late")                                                 \
	/* Caches and memory */                                                                    \
	X(CACHE_FILL, "cache-fill", "cache dev pasid page")   /* enum model_cache */               \
	X(ENTRY, "entry", "dev pasid found wanted")           /* spaces; by model_audit_entry() */ \
	X(STALE, "stale", "cache dev pasid page")             /* by model_audit_life() */          \
	X(ACCESS, "access", "dev pasid page write|result<<8") /* result 0: reached memory */       \
	X(DEAD_WALK, "dead-walk", "unit space") /* page tables walked after their release */       \
	/* Endpoints */                                                                            \
	X(STOP, "stop", "dev pasid how outstanding") /* enum stop_kind, when over */               \
	X(MARKER, "stop-marker", "dev pasid req")                                                  \
	X(DEV_RESET, "device-reset", "dev")                                                        \
	X(PRI, "pri", "dev on credits forgets")                                                    \
	X(ATS, "ats", "dev on")                                                                    \
	X(HOSTILE, "hostile", "dev what") /* enum hostile_kind: a promise is broken */             \
	X(GONE, "gone", "dev")                                                                     \
	/* At rest, by model_audit_rest() */                                                       \
	X(REST_RING, "rest-ring", "unit head tail prs")                                            \
	X(REST_CREDIT, "rest-credit", "dev held allocated open-groups")                            \
	X(REST_ERROR, "rest-error", "unit fsts")                                                   \
	X(KNOB, "knob", "unit knob value") /* a knob's value made a difference just here */        \
	/* IOTLB entry made by other page tables */                                                \
	X(FOREIGN_HIT, "foreign-hit", "dev pasid page")                                            \
	/* Behind everybody's back. A descriptor that no device sent; no room: MODEL_NO_SLOT */    \
	X(FORGED, "forged", "unit slot qw0 qw1")                                                   \
	X(STRANGER, "stranger", "unit register value") /* enum stranger_register; ahead of it */

enum model_event_kind {
	EV_MODEL_FIRST = EV_HOST_MAX - 1,
#define X(id, name, args) EV_##id,
	MODEL_EVENTS(X) EV_MODEL_END,
	EV_RUN_BASE = 96,
};
#undef X
_Static_assert(EV_MODEL_END <= EV_RUN_BASE, "model events run into those of run/");

enum request_flags {
	REQ_READ = 1,
	REQ_WRITE = 2,
	REQ_LAST = 4,
	REQ_EXEC = 8,
	REQ_PRIV = 16,
	REQ_MARKER = 32,
	REQ_NO_PASID = 64,
};

enum request_reject {
	REJECT_TABLES = 1, /* context or PASID tables do not allow it */
	REJECT_OVERFLOW,   /* PRO was set already */
	REJECT_FULL,       /* ring full: sets PRO */
	REJECT_DISABLED,   /* no queue, or page requests of the function are off */
};

enum stop_kind { STOP_NOT, STOP_ANSWERED, STOP_MARKER, STOP_RESET };

enum qi_error { QI_IQE = 1, QI_ICE, QI_ITE };

enum stranger_register { STRANGER_HEAD = 1, STRANGER_TAIL, STRANGER_QUEUE, STRANGER_STATUS };

enum model_cache { CACHE_PASID, CACHE_IOTLB, CACHE_ATC };

enum hostile_kind {
	HOSTILE_CREDIT = 1,   /* more requests outstanding than allowed */
	HOSTILE_GROUP_REUSE,  /* an index used again before its response */
	HOSTILE_AFTER_STOP,   /* a request of a PASID that was reported stopped */
	HOSTILE_DISABLED,     /* a request while page requests are off */
	HOSTILE_MARKER_EARLY, /* stop marker ahead of the last request */
	HOSTILE_OPEN_GROUP,   /* stopped with a group that has no last page */
	HOSTILE_INV_LATE,     /* an invalidation not answered in time */
	HOSTILE_INV_NEVER,
};

#endif
