/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_JUDGE_INVARIANT_H
#define SLUICE_JUDGE_INVARIANT_H

/*
 * The invariants, one table: identity, what must hold, premises. The identity is the dedupe token of
 * a crash, the word after a system in an `expect` line, and the row of the docs.
 */

#include "host/types.h"

/* What the environment keeps; computed from the run. X(enumerator, word, meaning) */
#define PROMISES(X)                                                                                \
	X(STOP_ANSWERED, "stopped-answered", "every stop waited for all responses (VT-d 7.11)")    \
	X(STOP_MARKER, "stopped-marker", "stops may leave responses outstanding (PCIe 10.4.1.2)")  \
	X(STOP_RESET, "stopped-reset", "a stop forgot the device's tracking (VT-d 7.9)")           \
	X(STOPPED, "stopped", "every life was stopped, one way or another, before its unbind")     \
	X(GROUPS_ENDED, "groups-ended", "devices end their groups")                                \
	X(CREDITS_KEPT, "credits-kept", "devices keep to their credits and open groups")           \
	X(QUIET_AFTER_STOP, "quiet-after-stop", "no request of a PASID after its stop")            \
	X(INTERRUPTS, "interrupts-delivered", "no event interrupt is lost")                        \
	X(DESCRIPTORS, "descriptors-ordered", "descriptors are written before the tail moves")     \
	X(INV_ANSWERED, "invalidations-answered", "devices answer invalidations in time")          \
	X(NO_QI_ERROR, "no-queue-errors", "no error of the invalidation queue is injected")        \
	X(HANDLERS, "handlers-finish", "fault handlers finish without delay")                      \
	X(ALLOCATIONS, "allocations-succeed", "no allocation fails")                               \
	X(NO_EARLY_BIND, "no-early-bind", "a PASID is bound again only after unbind returned")     \
	X(CLOCK, "clock-fair", "time passes only when nothing can move")                           \
	X(REGISTERS, "registers-alone", "nobody else writes the unit's registers")                 \
	X(PRESENT, "devices-present", "no device vanishes")                                        \
	X(PRI_ON, "pri-stays-on", "page requests are not disabled or reset under a life")          \
	X(RESET_DRAINED, "reset-drained",                                                          \
	  "after a reset, requests wait until old lives are drained")                              \
	X(KNOBS, "knobs-conformant", "no knob has a value that breaks a promise")                  \
	X(GENUINE, "requests-genuine", "every descriptor is of a request that a device sent")

enum promise {
#define X(id, word, meaning) PROMISE_##id,
	PROMISES(X) PROMISE_COUNT
};
#undef X
_Static_assert(PROMISE_COUNT <= 32, "promises are kept in a 32-bit mask");

enum invariant {
	INV_NONE,
	INV_PEND_LINK,
	INV_PEND_UNIT,
	INV_PEND_RING,
	INV_PEND_HAND,
	INV_PEND_PARTIAL,
	INV_PEND_WORK,
	INV_PEND_QUEUE,
	INV_PEND_RESPONSE,
	INV_OLDNEW,
	INV_DEADRESP,
	INV_MISS,
	INV_DUP,
	INV_RC,
	INV_GROUP,
	INV_CREDIT,
	INV_REST,
	INV_RING,
	INV_TARGET,
	INV_ERRNO,
	INV_ENTRY,
	INV_STALE,
	INV_DMA,
	INV_FAULTLOG,
	INV_QERR,
	INV_HANG,
	INV_LIVELOCK,
	INV_STALL,
	INV_CONTEXT,
	INV_OVERWAIT,
	INV_LEAK,
	INV_RACE,
	INV_UAF,
	INV_UB,
	INV_DIFF,
	INV_COUNT
};

struct invariant_info {
	const char *id;     /* "PEND-RING" */
	const char *holds;  /* what must hold, one sentence */
	u32 needs_all;      /* promises that must be kept, a mask */
	u32 needs_any;      /* and one of these, unless 0 */
	const char *source; /* section of the specification, or the commit that teaches it */
};

extern const struct invariant_info invariant_table[INV_COUNT];
enum invariant invariant_find(const char *id); /* INV_NONE if there is none */

struct promise_info {
	const char *word, *meaning;
};
extern const struct promise_info promise_table[PROMISE_COUNT];
int promise_find(const char *word);

#endif
