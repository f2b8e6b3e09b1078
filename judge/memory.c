/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What must not outlive a life: page faults done for it (OLDNEW), its entry in the tables (ENTRY),
 * cached entries (STALE), accesses that reach memory (DMA), and records in the fault log of an
 * address space that is gone (FAULTLOG).
 */

#include <stdio.h>

#include "judge/ledger.h"

static void memory_fault(const struct event *e)
{
	const struct ledger_request *r = ledger_find_page(e->b);
	const struct ledger_life *life = r ? ledger_life(r->life) : NULL;
	char what[96];

	if (!life)
		return; /* issued outside of any life: no promise speaks of it */
	if (!life->open) {
		judge_find_sent(INV_OLDNEW, r, "is handled after its life has ended");
		return;
	}
	if (life->space == e->a)
		return;
	snprintf(what, sizeof(what), "is handled in address space %llu, its life is in %u",
		 (unsigned long long)e->a, life->space);
	judge_find_sent(INV_OLDNEW, r, what);
}

/*
 * Asked when bind or unbind has returned success, before anybody else can move. Of two tasks at the
 * same life nobody outside can tell who was last; and a detach that failed may have taken the context
 * entry away, and what hangs from it.
 */
static void memory_entry(const struct event *e)
{
	char what[96];

	if (ledger.contested || (ledger_has_device(e->a) && ledger.dev[e->a].doubt))
		return;
	if (e->d == LEDGER_NO_SPACE)
		snprintf(what, sizeof(what), "the entry is still present after teardown");
	else if (e->c == LEDGER_NO_SPACE)
		snprintf(what, sizeof(what), "the entry is not present after bind");
	else
		snprintf(what, sizeof(what),
			 "the entry has other page tables than those of space %llu after bind",
			 (unsigned long long)e->d);
	judge_find_device(INV_ENTRY, e->a, e->b, what);
}

static const char *memory_cache(u64 cache)
{
	switch (cache) {
	case CACHE_PASID:
		return "PASID cache";
	case CACHE_IOTLB:
		return "IOTLB";
	case CACHE_ATC:
		return "device TLB";
	default:
		return "cache";
	}
}

/* The audit follows the teardown at once; of what comes later it can't be said whose it is. */
static void memory_stale(const struct event *e)
{
	char what[96];

	if (!ledger.audit || e->b != ledger.audit_dev || (u32)e->c != ledger.audit_pasid)
		return;
	snprintf(what, sizeof(what), "the %s keeps an entry after teardown (page 0x%llx)",
		 memory_cache(e->a), (unsigned long long)(e->d & 0xffff));
	judge_find_device(INV_STALE, e->b, e->c, what);
}

/* The unit looks no further than its tags: the entry was left by a life that had them before. */
static void memory_foreign(const struct event *e)
{
	char pasid[24];

	judge_find(
		INV_STALE,
		&(struct judge_about){ .broken = promise_broken_run(), .dev = e->a, .pasid = e->b },
		"d%llu %s: page 0x%llx is served by an IOTLB entry of other page tables",
		(unsigned long long)e->a, judge_pasid(e->b, pasid),
		(unsigned long long)(e->c & 0xffff));
}

static bool memory_binding(u64 dev)
{
	for (u64 left = ledger.active; left; left &= left - 1) {
		const struct ledger_op *op = &ledger.op[__builtin_ctzll(left)];

		if (op->dev == dev && (op->op == JOP_BIND || op->op == JOP_RID))
			return true;
	}
	return false;
}

static void memory_access(const struct event *e)
{
	const struct ledger_life *life = ledger_life(ledger_current(e->a, e->b));
	char what[96];

	if (e->d >> 8 || !life || (life->open && !life->released) || memory_binding(e->a))
		return;
	snprintf(what, sizeof(what), "a %s of page 0x%llx reaches memory after %s",
		 e->d & 1 ? "write" : "read", (unsigned long long)(e->c & 0xffff),
		 life->open ? "the release of its address space" : "teardown");
	judge_find_device(INV_DMA, e->a, e->b, what);
}

static void memory_fault_log(const struct event *e)
{
	const struct ledger_request *r = ledger_request(e->d);
	const struct ledger_life *life = r ? ledger_life(r->life) : NULL;
	char what[96];

	if (!life || !life->open || !r->after_release)
		return;
	/* Sent while the life was being ended: no stop, or it would not have been. */
	if (life->drain_at && r->dispatched_at > life->drain_at)
		return;
	snprintf(what, sizeof(what),
		 "logs fault reason 0x%llx, though its address space was released",
		 (unsigned long long)e->c);
	judge_find_request(INV_FAULTLOG, r, what);
}

static void memory_find_unit(const struct event *e, const char *what, u64 value)
{
	struct judge_about about = {
		.broken = e->a < ledger.config.units ? promise_broken_unit(e->a)
						     : promise_broken_run(),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};

	judge_find(INV_DMA, &about, "u%llu %s 0x%llx", (unsigned long long)e->a, what,
		   (unsigned long long)value);
}

void memory_event(const struct event *e)
{
	switch (e->kind) {
	case EV_SPACE_FAULT:
		memory_fault(e);
		break;
	case EV_TEARDOWN:
		ledger.audit = true;
		ledger.audit_dev = e->a;
		ledger.audit_pasid = e->b;
		break;
	case EV_ENTRY:
		memory_entry(e);
		break;
	case EV_STALE:
		memory_stale(e);
		break;
	case EV_FOREIGN_HIT:
		memory_foreign(e);
		break;
	case EV_ACCESS:
		memory_access(e);
		break;
	case EV_FAULT:
		memory_fault_log(e);
		break;
	case EV_DEAD_WALK:
		memory_find_unit(e, "walks page tables after their release: space", e->b);
		break;
	case EV_DMA_FAULT:
		memory_find_unit(e,
				 e->c ? "writes memory that is not mapped: bus address"
				      : "reads memory that is not mapped: bus address",
				 e->b);
		break;
	default:
		break;
	}
}
