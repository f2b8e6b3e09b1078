/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "judge/invariant.h"

/*
 * Which promises excuse which invariant.
 *
 * A premise stands in a row only if a correct core can be made to look wrong by breaking it.
 * Absence is meant, too: an error of the invalidation queue or a device that never answers does not
 * excuse PEND, since a drain that can't be done returns an error; a slow fault handler ends, so it
 * excuses neither HANG nor PEND; a failed allocation excuses no missing response.
 */

#define P(name) (1u << PROMISE_##name)

/* One of the three ways to stop; a life that was never stopped has none of them. */
#define ANY_STOP (P(STOP_ANSWERED) | P(STOP_MARKER) | P(STOP_RESET))

/* The rules that let the judge follow the ring by what the hardware shows. */
#define RING (P(DESCRIPTORS) | P(REGISTERS) | P(KNOBS))

/* ... and tell one request from another. */
#define SOUND (RING | P(GENUINE))

/* What a drain may rely on (VT-d 7.11): the life is quiet, its number not yet given away. */
#define DRAIN (SOUND | P(CREDITS_KEPT) | P(QUIET_AFTER_STOP) | P(NO_EARLY_BIND) | P(PRESENT))

/* Responses reach the queue, and the queue executes them once. */
#define QUEUE (P(NO_QI_ERROR) | P(INV_ANSWERED))

/* Nothing was injected: then no wait has a reason to run into its time-out. */
#define NO_FAULT                                                                                   \
	(SOUND | QUEUE | P(STOPPED) | P(GROUPS_ENDED) | P(CREDITS_KEPT) | P(QUIET_AFTER_STOP) |    \
	 P(INTERRUPTS) | P(HANDLERS) | P(ALLOCATIONS) | P(CLOCK) | P(PRESENT) | P(PRI_ON))

#define ROW(name, text, meaning, all, any, from)                                                   \
	[INV_##name] = {                                                                           \
		.id = text, .holds = meaning, .needs_all = all, .needs_any = any, .source = from   \
	}

const struct invariant_info invariant_table[INV_COUNT] = {
	ROW(NONE, "", "no invariant", 0, 0, ""),
	ROW(PEND_LINK, "PEND-LINK",
	    "When a drain returns success, no request of its life is on the way to the unit.",
	    DRAIN, ANY_STOP, "VT-d 7.10 b, 7.11"),
	ROW(PEND_UNIT, "PEND-UNIT",
	    "When a drain returns success, no request of its life is in the unit, ahead of the "
	    "ring.",
	    DRAIN, ANY_STOP, "VT-d 7.10 c, 6.5.2.9"),
	ROW(PEND_RING, "PEND-RING",
	    "When a drain returns success, no request of its life is in the ring.", DRAIN, ANY_STOP,
	    "VT-d 7.10, 66ac4db36f4c"),
	ROW(PEND_HAND, "PEND-HAND",
	    "When a drain returns success, no request of its life is in the hand of the event "
	    "handler.",
	    DRAIN, ANY_STOP, "VT-d 7.11, 66ac4db36f4c"),
	ROW(PEND_PARTIAL, "PEND-PARTIAL",
	    "When a drain returns success, no request of its life waits in a group without last "
	    "page.",
	    DRAIN, ANY_STOP, "VT-d 7.11, 28a77185f1cd"),
	ROW(PEND_WORK, "PEND-WORK",
	    "When a drain returns success, no request of its life is queued for or held by a "
	    "worker.",
	    DRAIN, ANY_STOP, "VT-d 7.11, 4c82b88696ac"),
	ROW(PEND_QUEUE, "PEND-QUEUE",
	    "When a drain returns success, no response of its life is still in the invalidation "
	    "queue.",
	    DRAIN | QUEUE, ANY_STOP, "VT-d 7.10 a"),
	ROW(PEND_RESPONSE, "PEND-RESPONSE",
	    "When a drain returns success, no response of its life is on the way to the device.",
	    DRAIN, ANY_STOP, "VT-d 7.10 b and d"),
	ROW(OLDNEW, "OLDNEW",
	    "No request is handled after its life has ended, in a later life, or in another PASID.",
	    DRAIN, ANY_STOP, "VT-d 7.11"),
	ROW(DEADRESP, "DEADRESP", "No response closes a group of another life than its own.",
	    DRAIN | P(PRI_ON) | P(RESET_DRAINED), ANY_STOP, "VT-d 7.9, 7.10 d"),
	ROW(MISS, "MISS", "Every request with the last-page flag gets a response.",
	    SOUND | QUEUE | P(INTERRUPTS) | P(PRI_ON) | P(PRESENT), 0, "VT-d 7.6, 28a77185f1cd"),
	ROW(DUP, "DUP",
	    "No request gets two responses; one without last page and a stop marker get none.",
	    SOUND | QUEUE, 0, "VT-d 7.6, PCIe 10.4.1.2"),
	ROW(RC, "RC", "No response code but Success and Invalid Request is sent.",
	    P(DESCRIPTORS) | P(KNOBS), 0, "VT-d 7.6, PCIe 10.4.2.1"),
	ROW(GROUP, "GROUP",
	    "Success: all pages of the group were served; Invalid Request: one can't be. None is "
	    "handled with another group.",
	    SOUND | QUEUE | P(CREDITS_KEPT) | P(QUIET_AFTER_STOP) | P(NO_EARLY_BIND) | P(PRESENT) |
		    P(PRI_ON) | P(RESET_DRAINED),
	    0, "PCIe 10.4.2.1, VT-d 7.6, 28a77185f1cd"),
	ROW(CREDIT, "CREDIT", "At rest every endpoint has all its credits back.",
	    SOUND | QUEUE | P(INTERRUPTS) | P(PRI_ON) | P(PRESENT) | P(GROUPS_ENDED) |
		    P(CREDITS_KEPT) | P(RESET_DRAINED),
	    0, "PCIe 10.4, 10.5.2"),
	ROW(REST, "REST",
	    "At rest the ring is empty, the overflow bit clear, no part of a dead life or group "
	    "left.",
	    RING | P(INTERRUPTS), 0, "VT-d 7.5, 973b546451fd, 28a77185f1cd"),
	ROW(RING, "RING",
	    "Head and tail stay in range; no slot is lost, handled twice, or used before its time.",
	    RING, 0, "VT-d 7.4, 11.4.11"),
	ROW(TARGET, "TARGET",
	    "Every response and device-TLB invalidation names a requester and request that exist.",
	    SOUND, 0, "VT-d 6.5.2, 7.6"),
	ROW(ERRNO, "ERRNO", "An operation fails only for a reason.",
	    SOUND | QUEUE | P(INTERRUPTS) | P(HANDLERS) | P(ALLOCATIONS) | P(CLOCK) | P(PRESENT), 0,
	    "the contract of the operations (sut/sut.h)"),
	ROW(ENTRY, "ENTRY",
	    "After bind the table entry of the life is present, with its page tables; after "
	    "teardown it is not.",
	    P(NO_EARLY_BIND), 0, "VT-d 9.6, 6.5.3.3"),
	ROW(STALE, "STALE",
	    "After teardown no cached entry of the life is left in the unit or the device.",
	    P(KNOBS) | QUEUE | P(NO_EARLY_BIND) | P(PRESENT), 0, "VT-d 6.5.3.3, 8798d3641119"),
	ROW(DMA, "DMA",
	    "After teardown, or the release of its space, no access of the life reaches memory, "
	    "nor a freed table or queue.",
	    P(KNOBS) | P(REGISTERS) | QUEUE | P(NO_EARLY_BIND) | P(PRESENT), 0, "VT-d 6.5.3.3"),
	ROW(FAULTLOG, "FAULTLOG",
	    "A late request after release of its address space logs no fault.",
	    P(KNOBS) | QUEUE | P(QUIET_AFTER_STOP) | P(NO_EARLY_BIND) | P(CREDITS_KEPT) |
		    P(PRI_ON) | P(PRESENT),
	    0, "VT-d 7.5, cf08ca81d08a"),
	ROW(QERR, "QERR",
	    "No well-formed drain causes a queue error; one that is injected is not left behind.",
	    P(KNOBS) | P(REGISTERS) | P(PRESENT), 0, "VT-d 6.5.2.11, 754d07b940c4"),
	ROW(HANG, "HANG", "No task waits for something that nobody is left to do.",
	    P(INTERRUPTS) | P(REGISTERS) | P(KNOBS), 0,
	    "66ac4db36f4c (one completion for all drains of a unit)"),
	ROW(LIVELOCK, "LIVELOCK", "Left alone in fair turn, every run comes to its end.",
	    P(INTERRUPTS) | P(REGISTERS) | P(KNOBS), 0,
	    "VT-d 7.10 d, without a bound on its repetition"),
	ROW(STALL, "STALL", "With no fault injected, no wait ends by its time-out.", NO_FAULT, 0,
	    "v3 of the 2020 series (waits of 1 s)"),
	ROW(CONTEXT, "CONTEXT",
	    "No sleep in atomic or RCU context, no lock order inversion, no lock left behind.", 0,
	    0, "Documentation/locking, 6ef0505158f7"),
	ROW(OVERWAIT, "OVERWAIT",
	    "A drain does not wait for more than a bounded number of other lives' batches.",
	    SOUND | QUEUE | P(INTERRUPTS) | P(HANDLERS), 0, "add43c4fbc92 (its first version)"),
	ROW(LEAK, "LEAK",
	    "After the orderly end all that the run allocated is free, its work queues are "
	    "destroyed.",
	    P(KNOBS) | QUEUE, 0, "9759ae2cee7c"),
	ROW(RACE, "RACE", "No data race.", 0, 0, "ThreadSanitizer"),
	ROW(UAF, "UAF", "No use after free, no double free, no access out of bounds.", 0, 0,
	    "AddressSanitizer; CVE-2025-38594"),
	ROW(UB, "UB", "No undefined behaviour, no use of what was never written.", 0, 0,
	    "UndefinedBehaviorSanitizer, MemorySanitizer"),
	ROW(DIFF, "DIFF", "Two systems that both keep the contract answer the same requests.",
	    NO_FAULT | P(NO_EARLY_BIND), ANY_STOP, "a second implementation of the same contract"),
};

const struct promise_info promise_table[PROMISE_COUNT] = {
#define X(name, spelling, text) [PROMISE_##name] = { .word = spelling, .meaning = text },
	PROMISES(X)
#undef X
};

enum invariant invariant_find(const char *id)
{
	for (unsigned i = INV_NONE + 1; i < INV_COUNT; i++)
		if (!strcmp(invariant_table[i].id, id))
			return (enum invariant)i;
	return INV_NONE;
}

int promise_find(const char *word)
{
	for (int i = 0; i < PROMISE_COUNT; i++)
		if (!strcmp(promise_table[i].word, word))
			return i;
	return -1;
}
