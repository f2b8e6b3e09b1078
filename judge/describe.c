/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * One event in words, for timelines. What happens between engine and allocator is no news to a
 * reader and gives length 0.
 */

#include <stdarg.h>
#include <stdio.h>

#include "host/site.h"
#include "judge/ledger.h"

struct text {
	char *buf;
	size_t size, length;
};

static void __attribute__((format(printf, 2, 3)))
describe_put(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->length < t->size ? t->buf + t->length : NULL,
		      t->length < t->size ? t->size - t->length : 0, format, args);
	va_end(args);
	if (n > 0)
		t->length += n;
}

#define LLU(x) ((unsigned long long)(x))

static const char *describe_name(const char *const *names, size_t count, u64 i, const char *other)
{
	return i < count && names[i] ? names[i] : other;
}

#define NAME(table, i, other) describe_name(table, sizeof(table) / sizeof((table)[0]), i, other)

static const char *const op_names[JOP_COUNT] = {
	[JOP_BIND] = "bind",     [JOP_UNBIND] = "unbind",   [JOP_EXIT] = "exit",
	[JOP_RID] = "rid",       [JOP_DISABLE] = "disable", [JOP_ENABLE] = "enable",
	[JOP_ATTACH] = "attach", [JOP_DETACH] = "detach",   [JOP_FINISH] = "finish",
	[JOP_START] = "start",   [JOP_DRAIN] = "drain",
};
static const char *const site_names[] = {
#define X(id, name, flags) [HOST_SITE_##id] = name,
	HOST_SITES(X)
#undef X
};
static const char *const stop_names[] = { "not at all", "all answered", "stop marker", "reset" };
static const char *const reject_names[] = {
	[REJECT_TABLES] = "the tables do not allow it",
	[REJECT_OVERFLOW] = "PRO is set",
	[REJECT_FULL] = "the ring is full",
	[REJECT_DISABLED] = "page requests are off",
};
static const char *const qi_names[] = {
	[1] = "context cache",
	[2] = "IOTLB",
	[3] = "device TLB",
	[4] = "interrupt cache",
	[5] = "wait",
	[6] = "PASID IOTLB",
	[7] = "PASID cache",
	[8] = "PASID device TLB",
	[9] = "page group response",
};
static const char *const error_names[] = { [QI_IQE] = "IQE", [QI_ICE] = "ICE", [QI_ITE] = "ITE" };
static const char *const cache_names[] = { "PASID cache", "IOTLB", "device TLB" };
static const char *const hostile_names[] = {
	[HOSTILE_CREDIT] = "more requests than it has credits for",
	[HOSTILE_GROUP_REUSE] = "a group index used again before its response",
	[HOSTILE_AFTER_STOP] = "a request after its stop",
	[HOSTILE_DISABLED] = "a request while page requests are off",
	[HOSTILE_MARKER_EARLY] = "a stop marker ahead of the last request",
	[HOSTILE_OPEN_GROUP] = "a stop with a group that has no last page",
	[HOSTILE_INV_LATE] = "an invalidation is answered late",
	[HOSTILE_INV_NEVER] = "an invalidation is never answered",
};
static const char *const stranger_names[] = {
	[STRANGER_HEAD] = "PQH",
	[STRANGER_TAIL] = "PQT",
	[STRANGER_QUEUE] = "PQA",
	[STRANGER_STATUS] = "PRS",
};
static const char *const rule_names[] = {
	[CONTEXT_SLEEP_ATOMIC] = "sleep with a spin lock held",
	[CONTEXT_SLEEP_RCU] = "sleep in an RCU read section",
	[CONTEXT_LOCK_ORDER] = "lock order inversion",
	[CONTEXT_RECURSION] = "lock taken twice",
	[CONTEXT_UNLOCK] = "unlock by a task that does not hold it",
	[CONTEXT_EXIT_HELD] = "task ends with a lock held",
};

static const char *describe_rc(u64 rc)
{
	return rc == 0    ? "Success"
	       : rc == 1  ? "Invalid Request"
	       : rc == 15 ? "Response Failure"
			  : "reserved code";
}

static void describe_pasid(struct text *t, u32 pasid)
{
	if (pasid == MODEL_NO_PASID)
		describe_put(t, "no pasid");
	else
		describe_put(t, "p%u", pasid);
}

static void describe_flags(struct text *t, unsigned flags)
{
	if (flags & REQ_MARKER) {
		describe_put(t, " stop marker");
		return;
	}
	describe_put(t, " %s%s%s%s%s", flags & REQ_READ ? "r" : "", flags & REQ_WRITE ? "w" : "",
		     flags & REQ_EXEC ? "x" : "", flags & REQ_PRIV ? " priv" : "",
		     flags & REQ_LAST ? " last" : "");
}

/* "request 3", with whose it is as far as the books know. */
static void describe_request(struct text *t, u64 number)
{
	const struct ledger_request *r = ledger_request(number);

	describe_put(t, "request %llu", LLU(number));
	if (!r)
		return;
	describe_put(t, " (d%u ", r->dev);
	describe_pasid(t, r->pasid);
	describe_put(t, " group %u)", r->group);
}

static const char *describe_warning(u64 number)
{
	static char text[160];
	const struct judge_probe *probe = &ledger.config.probe;

	return probe->warning ? probe->warning(number, text, sizeof(text))
			      : "in the code under test";
}

static const char *describe_assumption(u64 index)
{
	const struct judge_probe *probe = &ledger.config.probe;
	const char *text, *word = probe->assumption ? probe->assumption(index, &text) : NULL;

	return word ? word : "what its configuration does not grant";
}

static void describe_host(struct text *t, const struct event *e)
{
	const struct ledger_request *r;

	switch (e->kind) {
	case EV_ALLOC_FAIL:
		describe_put(t, "an allocation of %llu bytes fails", LLU(e->a));
		break;
	case EV_LEAK:
		if (e->a)
			describe_put(t, "allocation %llu (%llu bytes) is left", LLU(e->a),
				     LLU(e->b));
		else
			describe_put(t, "work queue %llu is left", LLU(e->c));
		break;
	case EV_IRQ_START:
		describe_put(t, "event handler of u%llu starts", LLU(e->a));
		break;
	case EV_IRQ_DONE:
		describe_put(t, "event handler of u%llu ends%s", LLU(e->a),
			     e->b ? "" : ", nothing handled");
		break;
	case EV_WORK_START:
		describe_put(t, "work item of queue %llu starts", LLU(e->a));
		break;
	case EV_WORK_DONE:
		describe_put(t, "work item of queue %llu ends", LLU(e->a));
		break;
	case EV_SPACE_FAULT:
		r = ledger_find_page(e->b);
		describe_put(t, "page fault in space %llu, page 0x%llx: %s", LLU(e->a),
			     LLU(e->b & 0xffff), e->d ? "fails" : "done");
		if (r)
			describe_put(t, ", for request %u", r->number);
		break;
	case EV_SPACE_RELEASE:
		describe_put(t, "space %llu loses its page tables", LLU(e->a));
		break;
	case EV_CONTEXT:
		describe_put(t, "context: %s at %s", NAME(rule_names, e->a, "rule broken"),
			     NAME(site_names, e->b, "a register access"));
		break;
	case EV_TIME_SKIP:
		describe_put(t, "all wait; the clock moves on by %llu ms", LLU(e->a));
		break;
	case EV_WAIT_TIMEOUT:
		describe_put(t, "%s ends by its time-out", NAME(site_names, e->a, "a wait"));
		break;
	case EV_FREED_USE:
		describe_put(t, "%s meets an object that was freed",
			     NAME(site_names, e->a, "a primitive"));
		break;
	case EV_BAD_FREE:
		describe_put(t, "frees what is not allocated (%llu)", LLU(e->a));
		break;
	case EV_DMA_FAULT:
		describe_put(t, "u%llu %s memory that is not mapped, at 0x%llx", LLU(e->a),
			     e->c ? "writes" : "reads", LLU(e->b));
		break;
	case EV_WARN:
		describe_put(t, "WARN %s", describe_warning(e->a));
		break;
	case EV_ASSUME:
		describe_put(t, "assumes %s", describe_assumption(e->a));
		break;
	default:
		break;
	}
}

static void describe_life_of_request(struct text *t, const struct event *e)
{
	switch (e->kind) {
	case EV_REQ_ISSUED:
		describe_put(t, "d%llu asks: request %llu (", LLU(e->b & 0xff), LLU(e->a));
		describe_pasid(t, e->b >> 8);
		describe_put(t, " group %llu page 0x%llx", LLU(e->c & 0xffff), LLU(e->d & 0xffff));
		describe_flags(t, e->c >> 16);
		describe_put(t, ")");
		break;
	case EV_REQ_DISPATCHED:
		describe_request(t, e->a);
		describe_put(t, " is sent");
		break;
	case EV_REQ_WITHDRAWN:
		describe_request(t, e->a);
		describe_put(t, " is withdrawn unsent");
		break;
	case EV_REQ_RECEIVED:
		describe_request(t, e->a);
		describe_put(t, " is received by the unit");
		break;
	case EV_REQ_WALKED:
		describe_request(t, e->a);
		describe_put(t, " is allowed by the tables");
		break;
	case EV_REQ_ACCEPTED:
		describe_request(t, e->a);
		describe_put(t, " is accepted for slot %llu", LLU(e->b));
		break;
	case EV_REQ_DELIVERED:
		describe_request(t, e->a);
		describe_put(t, " is in the ring at slot %llu", LLU(e->b));
		break;
	case EV_REQ_REJECTED:
		describe_request(t, e->a);
		describe_put(t, " is rejected: %s", NAME(reject_names, e->b, "unknown reason"));
		break;
	default:
		break;
	}
}

static void describe_response(struct text *t, const struct event *e)
{
	switch (e->kind) {
	case EV_RESP_AUTO:
		describe_put(t, "the unit answers ");
		describe_request(t, e->a);
		describe_put(t, " itself: %s", describe_rc(e->b));
		break;
	case EV_RESP_SENT:
	case EV_RESP_LOST:
		describe_put(t, "response %s to %02llx:%02llx.%llu ", describe_rc(e->d & 0xff),
			     LLU(e->a >> 8), LLU(e->a >> 3 & 31), LLU(e->a & 7));
		describe_pasid(t, e->kind == EV_RESP_SENT && !(e->d >> 8) ? MODEL_NO_PASID : e->b);
		describe_put(t, " group %llu %s", LLU(e->c),
			     e->kind == EV_RESP_SENT ? "leaves the queue"
						     : "is lost: no such function");
		break;
	case EV_RESP_ARRIVED:
		describe_put(t, "d%llu takes %s for ", LLU(e->a & 0xff), describe_rc(e->c >> 16));
		describe_pasid(t, e->b);
		describe_put(t, " group %llu: ", LLU(e->c & 0xffff));
		if (e->d)
			describe_put(t, "request %llu is answered", LLU(e->d));
		else
			describe_put(t, "matches no open group");
		break;
	default:
		break;
	}
}

/* By the layout of VT-d 7.4.1. */
static void describe_forged(struct text *t, const struct event *e)
{
	u64 rid = e->c >> 16 & 0xffff;
	unsigned flags = e->d & (REQ_READ | REQ_WRITE | REQ_LAST);

	describe_put(t, "a descriptor that no device sent ");
	if (e->b == MODEL_NO_SLOT)
		describe_put(t, "finds no room in the ring of u%llu: ", LLU(e->a));
	else
		describe_put(t, "is in the ring of u%llu at slot %llu: ", LLU(e->a), LLU(e->b));
	describe_put(t, "%02llx:%02llx.%llu ", LLU(rid >> 8), LLU(rid >> 3 & 31), LLU(rid & 7));
	describe_pasid(t, e->c >> 8 & 1 ? (u32)(e->c >> 32 & 0xfffff) : MODEL_NO_PASID);
	describe_put(t, " group %llu address 0x%llx", LLU(e->d >> 3 & 0x1ff),
		     LLU(e->d >> 12 << 12));
	describe_flags(t, flags == REQ_LAST ? REQ_MARKER : flags);
}

static void describe_register(struct text *t, const struct event *e)
{
	const char *by = e->d ? " by software" : "";

	switch (e->kind) {
	case EV_HEAD:
		describe_put(t, "u%llu PQH 0x%llx -> 0x%llx (slot %llu)", LLU(e->a), LLU(e->b),
			     LLU(e->c), LLU(e->c / LEDGER_SLOT_BYTES));
		break;
	case EV_TAIL:
		describe_put(t, "u%llu PQT 0x%llx -> 0x%llx%s", LLU(e->a), LLU(e->b), LLU(e->c),
			     by);
		break;
	case EV_PRS:
		describe_put(t, "u%llu PRS PPR=%llu PRO=%llu%s", LLU(e->a), LLU(e->c & 1),
			     LLU(e->c >> 1 & 1), by);
		break;
	case EV_RING:
		describe_put(t, "u%llu PQA: a new ring of %llu slots", LLU(e->a), LLU(e->b));
		break;
	case EV_MSI:
		describe_put(t, "u%llu page request event%s", LLU(e->a), e->b ? " is lost" : "");
		break;
	case EV_FAULT:
		describe_put(t, "u%llu logs a fault of d%llu ", LLU(e->a), LLU(e->b & 0xff));
		describe_pasid(t, e->b >> 8);
		describe_put(t, ", reason 0x%llx", LLU(e->c));
		break;
	case EV_QI_SUBMIT:
		describe_put(t, "u%llu IQT 0x%llx -> 0x%llx", LLU(e->a), LLU(e->b), LLU(e->c));
		break;
	case EV_QI_EXEC:
		/* Waits, responses and device-TLB invalidations have an event of their own. */
		if (((e->c & 0xff) | 1) == 9 || (e->c & 0xff) == 3 || (e->c & 0xff) == 5)
			break;
		describe_put(t, "u%llu queue slot %llu: %s", LLU(e->a), LLU(e->b),
			     NAME(qi_names, e->c & 0xff, "unknown descriptor"));
		break;
	case EV_QI_WAIT_DONE:
		describe_put(t, "u%llu queue slot %llu: wait is complete", LLU(e->a), LLU(e->b));
		break;
	case EV_QI_ERROR:
		describe_put(t, "u%llu queue %s at slot %llu%s", LLU(e->a),
			     NAME(error_names, e->b, "error"), LLU(e->c),
			     e->d ? " (injected)" : "");
		break;
	case EV_FORGED:
		describe_forged(t, e);
		break;
	case EV_STRANGER:
		describe_put(t, "somebody else writes 0x%llx to %s of u%llu", LLU(e->c),
			     NAME(stranger_names, e->b, "a register"), LLU(e->a));
		break;
	default:
		break;
	}
}

static void describe_endpoint(struct text *t, const struct event *e)
{
	switch (e->kind) {
	case EV_DEVTLB_SENT:
		describe_put(t, "device-TLB invalidation of ");
		describe_pasid(t, e->b);
		describe_put(t, " goes to d%llu", LLU(e->a));
		break;
	case EV_DEVTLB_DONE:
		describe_put(t, "d%llu completes an invalidation%s", LLU(e->a),
			     e->b ? ", late" : "");
		break;
	case EV_ENTRY:
		describe_put(t, "entry in the tables: d%llu ", LLU(e->a));
		describe_pasid(t, e->b);
		if (e->c == LEDGER_NO_SPACE)
			describe_put(t, " is not present");
		else
			describe_put(t, " is present");
		break;
	case EV_STALE:
		describe_put(t, "stale entry in the %s: d%llu ", NAME(cache_names, e->a, "cache"),
			     LLU(e->b));
		describe_pasid(t, e->c);
		describe_put(t, " page 0x%llx", LLU(e->d & 0xffff));
		break;
	case EV_FOREIGN_HIT:
		describe_put(t, "the IOTLB serves page 0x%llx of d%llu ", LLU(e->c & 0xffff),
			     LLU(e->a));
		describe_pasid(t, e->b);
		describe_put(t, " from an entry of other page tables");
		break;
	case EV_ACCESS:
		describe_put(t, "d%llu %s page 0x%llx of ", LLU(e->a),
			     e->d & 1 ? "writes" : "reads", LLU(e->c & 0xffff));
		describe_pasid(t, e->b);
		describe_put(t, e->d >> 8 ? ": refused" : ": reaches memory");
		break;
	case EV_DEAD_WALK:
		describe_put(t, "u%llu walks the released page tables of space %llu", LLU(e->a),
			     LLU(e->b));
		break;
	case EV_STOP:
		describe_put(t, "d%llu has stopped ", LLU(e->a));
		describe_pasid(t, e->b);
		describe_put(t, " (%s), %llu outstanding", NAME(stop_names, e->c, "unknown"),
			     LLU(e->d));
		break;
	case EV_MARKER:
		describe_put(t, "d%llu sends a stop marker for ", LLU(e->a));
		describe_pasid(t, e->b);
		break;
	case EV_DEV_RESET:
		describe_put(t, "d%llu is reset", LLU(e->a));
		break;
	case EV_PRI:
		describe_put(t, "d%llu page requests %s", LLU(e->a), e->b ? "on" : "off");
		break;
	case EV_ATS:
		describe_put(t, "d%llu ATS %s", LLU(e->a), e->b ? "on" : "off");
		break;
	case EV_HOSTILE:
		describe_put(t, "d%llu breaks a promise: %s", LLU(e->a),
			     NAME(hostile_names, e->b, "unknown"));
		break;
	case EV_GONE:
		describe_put(t, "d%llu is gone", LLU(e->a));
		break;
	default:
		break;
	}
}

static void describe_rest(struct text *t, const struct event *e)
{
	switch (e->kind) {
	case EV_REST_RING:
		if (e->b != e->c || e->d & 2)
			describe_put(t, "at rest: u%llu head 0x%llx tail 0x%llx PRS %llu",
				     LLU(e->a), LLU(e->b), LLU(e->c), LLU(e->d));
		break;
	case EV_REST_CREDIT:
		if (e->b)
			describe_put(t, "at rest: d%llu has %llu of %llu credits in use", LLU(e->a),
				     LLU(e->b), LLU(e->c));
		break;
	case EV_REST_ERROR:
		if (e->b)
			describe_put(t, "at rest: u%llu FSTS 0x%llx", LLU(e->a), LLU(e->b));
		break;
	case EV_FAIR:
		describe_put(t, "--- the fair end begins ---");
		break;
	case EV_ORDERLY:
		describe_put(t, "--- the orderly end begins ---");
		break;
	default:
		break;
	}
}

static void describe_op(struct text *t, const struct event *e)
{
	u64 dev = e->b & 0xff;
	s64 result = (s64)e->d;

	describe_put(t, "%s ", NAME(op_names, e->a, "operation"));
	if (e->a == JOP_FINISH || e->a == JOP_START)
		describe_put(t, "u%llu", LLU(e->b >> 8));
	else if (e->a != JOP_EXIT)
		describe_put(t, "d%llu", LLU(dev));
	if (e->a == JOP_BIND || e->a == JOP_UNBIND || e->a == JOP_DRAIN) {
		describe_put(t, " ");
		describe_pasid(t, e->c);
	}
	if (e->kind == EV_OP_END) {
		if (result)
			describe_put(t, " fails: %lld", (long long)result);
		else
			describe_put(t, " returns");
		return;
	}
	if ((e->a == JOP_BIND || e->a == JOP_RID || e->a == JOP_EXIT) && e->d != LEDGER_NO_SPACE)
		describe_put(t, " space %llu", LLU(e->d));
	describe_put(t, " begins");
}

size_t judge_describe_event(const struct event *e, char *buf, size_t size)
{
	struct text t = { .buf = buf, .size = size };

	if (size)
		buf[0] = '\0';
	if (e->kind < EV_HOST_MAX) {
		describe_host(&t, e);
	} else if (e->kind == EV_OP_BEGIN || e->kind == EV_OP_END) {
		describe_op(&t, e);
	} else {
		/* Each kind is known to one of these. */
		describe_life_of_request(&t, e);
		describe_response(&t, e);
		describe_register(&t, e);
		describe_endpoint(&t, e);
		describe_rest(&t, e);
	}
	return t.length;
}
