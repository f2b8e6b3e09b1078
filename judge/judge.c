/* SPDX-License-Identifier: GPL-2.0-only */

/* Dispatch of events, and the list of findings. The verdicts are in the files that ledger.h names.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/engine.h"
#include "judge/ledger.h"

struct judge_list {
	u64 seen; /* mask of identities */
	unsigned count;
	struct judge_finding item[JUDGE_FINDINGS_MAX];
};

static struct {
	struct judge_list findings, excused;
	u32 step;
} judge;

_Static_assert(INV_COUNT <= 64, "identities are kept in a 64-bit mask");

void judge_reset(const struct judge_config *config)
{
	ledger_reset(config);
	judge.findings.seen = judge.excused.seen = 0;
	judge.findings.count = judge.excused.count = 0;
	judge.step = 0;
}

/* --- Findings --- */

static bool judge_premises_hold(enum invariant id, u32 broken)
{
	const struct invariant_info *info = &invariant_table[id];

	if (info->needs_all & broken)
		return false;
	return !info->needs_any || (info->needs_any & ~broken);
}

static void judge_vfind(enum invariant id, const struct judge_about *about, const char *format,
			va_list args)
{
	bool hold = judge_premises_hold(id, about->broken);
	struct judge_list *list = hold ? &judge.findings : &judge.excused;
	struct judge_finding *f;

	if ((list->seen >> id & 1) || list->count == JUDGE_FINDINGS_MAX)
		return;
	list->seen |= 1ull << id;
	f = &list->item[list->count++];
	*f = (struct judge_finding){
		.id = id,
		.premises_hold = hold,
		.step = judge.step,
		.event = ledger.events,
		.dev = about->dev,
		.pasid = about->pasid,
		.req = about->req,
	};
	vsnprintf(f->detail, sizeof(f->detail), format, args);
}

void judge_find(enum invariant id, const struct judge_about *about, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	judge_vfind(id, about, format, args);
	va_end(args);
}

const char *judge_pasid(u32 pasid, char buf[24])
{
	if (pasid == MODEL_NO_PASID)
		snprintf(buf, 24, "no pasid");
	else
		snprintf(buf, 24, "pasid %u", pasid);
	return buf;
}

const char *judge_name(const struct ledger_request *r, char buf[JUDGE_NAME_MAX])
{
	const char *kind = r->flags & REQ_MARKER ? ", stop marker"
			   : r->flags & REQ_LAST ? ", last page"
						 : "";
	char pasid[24];

	snprintf(buf, JUDGE_NAME_MAX, "request %u (d%u %s group %u%s)", r->number, r->dev,
		 judge_pasid(r->pasid, pasid), r->group, kind);
	return buf;
}

/*
 * Ring and rest need no genuine requests to be judged by their pointers and bits. What became of
 * one request is known by its traces, and a descriptor that no device sent can leave the same.
 */
static u32 judge_forged(enum invariant id, u32 broken)
{
	if ((id == INV_RING || id == INV_REST) && broken & 1u << PROMISE_GENUINE)
		return broken | invariant_table[id].needs_all;
	return broken;
}

static void judge_find_about(enum invariant id, const struct ledger_request *r, u32 broken,
			     const char *what)
{
	struct judge_about about = {
		.broken = judge_forged(id, broken),
		.dev = r->dev,
		.pasid = r->pasid,
		.req = r->number,
	};
	char name[JUDGE_NAME_MAX];

	judge_find(id, &about, "%s %s", judge_name(r, name), what);
}

void judge_find_request(enum invariant id, const struct ledger_request *r, const char *what)
{
	const struct ledger_life *life = ledger_life(r->life);

	judge_find_about(id, r, life ? promise_broken_life(life) : promise_broken_device(r->dev),
			 what);
}

void judge_find_sent(enum invariant id, const struct ledger_request *r, const char *what)
{
	const struct ledger_life *life = ledger_life(r->life);

	judge_find_about(id, r, life ? promise_broken_sent(r, life) : promise_broken_device(r->dev),
			 what);
}

void judge_find_device(enum invariant id, u64 dev, u32 pasid, const char *what)
{
	const struct ledger_life *life = ledger_life(ledger_current(dev, pasid));
	struct judge_about about = {
		.broken = life ? promise_broken_life(life) : promise_broken_device(dev),
		.dev = dev,
		.pasid = pasid,
	};
	char text[24];

	if (pasid == MODEL_NO_PASID)
		judge_find(id, &about, "d%u: %s", about.dev, what);
	else
		judge_find(id, &about, "d%u %s: %s", about.dev, judge_pasid(pasid, text), what);
}

void judge_find_run(enum invariant id, const char *what)
{
	struct judge_about about = {
		.broken = promise_broken_run(),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};

	judge_find(id, &about, "%s", what);
}

void judge_report(enum invariant id, const char *detail)
{
	if (id > INV_NONE && id < INV_COUNT)
		judge_find_run(id, detail);
}

const struct judge_finding *judge_findings(unsigned *count)
{
	*count = judge.findings.count;
	return judge.findings.item;
}

const struct judge_finding *judge_excused(unsigned *count)
{
	*count = judge.excused.count;
	return judge.excused.item;
}

void judge_answer(u32 req, struct judge_answer *answer)
{
	const struct ledger_request *r = ledger_request(req);

	*answer = (struct judge_answer){ 0 };
	if (!r || !request_is_last(r) || r->forgotten)
		return;
	answer->owed = r->state == REQUEST_ACCEPTED || request_was_delivered(r) || r->autos;
	answer->answered = r->answered || r->autos;
	answer->alone = r->alone;
	answer->rc = r->rc;
}

u32 judge_promises_broken(void)
{
	return promise_broken_run();
}

u32 judge_promises_kept(void)
{
	return ~promise_broken_run() & ((1u << PROMISE_COUNT) - 1);
}

const struct judge_stats *judge_stats(void)
{
	return &ledger.stats;
}

/* --- Events --- */

static const char *judge_context_rule(u64 rule)
{
	switch (rule) {
	case CONTEXT_SLEEP_ATOMIC:
		return "sleeps, or could, with a spin lock held";
	case CONTEXT_SLEEP_RCU:
		return "sleeps, or could, inside an RCU read section";
	case CONTEXT_LOCK_ORDER:
		return "takes two lock classes in both orders";
	case CONTEXT_RECURSION:
		return "takes a lock that it holds";
	case CONTEXT_UNLOCK:
		return "releases a lock that it does not hold";
	case CONTEXT_EXIT_HELD:
		return "ends with a lock or an RCU section open";
	default:
		return "breaks a rule of its context";
	}
}

/* "app0 takes locks in both orders: mutex a, completion b, at mutex_lock" */
static void judge_context(const struct event *e)
{
	const struct judge_probe *probe = &ledger.config.probe;
	char what[JUDGE_DETAIL_MAX], one[64], other[64], site[32];
	int at = snprintf(what, sizeof(what), "%s %s", probe->task_name(e->task),
			  judge_context_rule(e->a));

	if (e->c)
		at += snprintf(what + at, sizeof(what) - at, ": %s",
			       probe->class_name(e->c, one, sizeof(one)));
	if (e->c && e->d)
		at += snprintf(what + at, sizeof(what) - at, ", %s",
			       probe->class_name(e->d, other, sizeof(other)));
	snprintf(what + at, sizeof(what) - at, ", at %s", probe->site_name(e->b, site));
	judge_find_run(INV_CONTEXT, what);
}

static void judge_host(const struct event *e)
{
	char site[32];
	char what[128];

	switch (e->kind) {
	case EV_CONTEXT:
		judge_context(e);
		break;
	case EV_LEAK:
		if (e->a)
			snprintf(what, sizeof(what), "allocation %llu of %llu bytes is never freed",
				 (unsigned long long)e->a, (unsigned long long)e->b);
		else
			snprintf(what, sizeof(what), "work queue %llu is never destroyed",
				 (unsigned long long)e->c);
		judge_find_run(INV_LEAK, what);
		break;
	case EV_FREED_USE:
		snprintf(what, sizeof(what), "%s uses an object that was freed, at %s",
			 ledger.config.probe.task_name(e->task),
			 ledger.config.probe.site_name(e->a, site));
		judge_find_run(INV_UAF, what);
		break;
	case EV_BAD_FREE:
		snprintf(what, sizeof(what),
			 "double free, or free of what was never allocated (%llu)",
			 (unsigned long long)e->a);
		judge_find_run(INV_UAF, what);
		break;
	case EV_WAIT_TIMEOUT:
		/* Time passes only when nothing can move: so this wait ended by nothing else. */
		snprintf(what, sizeof(what), "a wait of %s ends by its time-out, at %s",
			 ledger.config.probe.task_name(e->task),
			 ledger.config.probe.site_name(e->a, site));
		judge_find_run(INV_STALL, what);
		break;
	case EV_SPACE_RELEASE:
		ledger_release_space(e->a);
		break;
	default:
		break;
	}
}

static void judge_model(const struct event *e)
{
	struct ledger_request *r;

	switch (e->kind) {
	case EV_REQ_ISSUED:
		ledger_issue(e);
		break;
	case EV_REQ_DISPATCHED:
		r = ledger_request(e->a);
		if (r)
			ledger_dispatch(r);
		break;
	case EV_REQ_RECEIVED:
		r = ledger_request(e->a);
		if (r && r->state < REQUEST_RECEIVED)
			r->state = REQUEST_RECEIVED;
		break;
	case EV_REQ_WITHDRAWN:
	case EV_REQ_REJECTED:
		r = ledger_request(e->a);
		if (r)
			ledger_reject(r, e->kind == EV_REQ_WITHDRAWN ? REQUEST_WITHDRAWN
								     : REQUEST_REJECTED);
		break;
	case EV_STOP:
		if (ledger_has_device(e->a))
			ledger_stop_life(e->a, e->b, e->c <= STOP_RESET ? e->c : STOP_NOT, e->d);
		break;
	case EV_DEV_RESET:
		if (ledger_has_device(e->a))
			ledger_device_reset(e->a);
		break;
	case EV_PRI:
		if (ledger_has_device(e->a) && e->d)
			ledger_pri_reset(e->a);
		break;
	default:
		break;
	}
}

static void judge_dispatch(const struct event *e)
{
	switch (e->kind) {
	case EV_BLOCK:
	case EV_WAKE:
	case EV_IRQ_START:
	case EV_IRQ_DONE:
	case EV_WORK_START:
	case EV_WORK_DONE:
	case EV_QI_SUBMIT:
	case EV_PRS:
		drain_event(e);
		break;
	case EV_OP_BEGIN:
		drain_event(e);
		result_event(e);
		break;
	case EV_OP_END:
		result_event(e);
		drain_event(e);
		break;
	case EV_WAIT_TIMEOUT:
		result_event(e);
		judge_host(e);
		break;
	case EV_HEAD:
	case EV_TAIL:
	case EV_RING:
	case EV_FORGED:
	case EV_REQ_ACCEPTED:
	case EV_REQ_DELIVERED:
		ring_event(e);
		break;
	case EV_SPACE_FAULT:
		drain_event(e);
		memory_event(e);
		ring_event(e);
		group_event(e);
		break;
	case EV_QI_EXEC:
		drain_event(e);
		response_event(e);
		break;
	case EV_RESP_AUTO:
	case EV_RESP_SENT:
	case EV_RESP_ARRIVED:
	case EV_RESP_LOST:
		response_event(e);
		break;
	case EV_TEARDOWN:
	case EV_ENTRY:
	case EV_STALE:
	case EV_FOREIGN_HIT:
	case EV_ACCESS:
	case EV_FAULT:
	case EV_DEAD_WALK:
	case EV_DMA_FAULT:
		memory_event(e);
		break;
	case EV_ORDERLY:
	case EV_REST_RING:
	case EV_REST_CREDIT:
	case EV_REST_ERROR:
	case EV_QI_ERROR:
		rest_event(e);
		break;
	default:
		if (e->kind < EV_HOST_MAX)
			judge_host(e);
		else
			judge_model(e);
	}
}

/* Promises first: an event that breaks one excuses what it brings about itself. */
void judge_event(const struct event *e)
{
	ledger.events++;
	judge.step = e->step;
	if (e->kind != EV_STALE && e->kind != EV_ENTRY)
		ledger.audit = false;
	promise_event(e);
	judge_dispatch(e);
	if (e->kind != EV_KNOB)
		ledger.prs_due = promise_prs_due(e->kind);
}

/* --- The end --- */

static bool judge_system_is_busy(void)
{
	if (ledger.active || ledger.works)
		return true;
	for (unsigned u = 0; u < ledger.config.units; u++)
		if (ledger.unit[u].batch_at)
			return true;
	return false;
}

static void judge_stuck(enum invariant id, const struct judge_about *about, const char *lead)
{
	char stuck[JUDGE_DETAIL_MAX] = "";

	ledger.config.probe.describe_stuck(stuck, sizeof(stuck));
	stuck[sizeof(stuck) - 1] = '\0';
	judge_find(id, about, "%s%s", lead, stuck);
}

/*
 * Nothing can move. If no operation, handler or work item of the system is under way, those who
 * wait are the scenario's own: a device for a response (then that is what is missing, and it is
 * told first), or for a last page that it never sent, or tasks for each other. That is no hang of
 * the system, unless a response is missing.
 */
static void judge_end_hang(void)
{
	struct judge_about about = {
		.broken = promise_broken_run(),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};
	u32 needs = invariant_table[INV_HANG].needs_all;

	if (judge_system_is_busy()) {
		judge_stuck(INV_HANG, &about, "");
		return;
	}
	if (!rest_missing()) {
		about.broken |= needs;
		judge_stuck(INV_HANG, &about, "the scenario waits for itself: ");
		return;
	}
	if (about.broken & invariant_table[INV_MISS].needs_all)
		about.broken |= needs;
	judge_stuck(INV_HANG, &about, "");
}

static void judge_end_livelock(void)
{
	struct judge_about about = {
		.broken = promise_broken_run(),
		.dev = LEDGER_NO_DEVICE,
		.pasid = MODEL_NO_PASID,
	};

	judge_stuck(INV_LIVELOCK, &about, "");
}

void judge_end(int engine_end)
{
	switch (engine_end) {
	case ENGINE_HANG:
		judge_end_hang();
		break;
	case ENGINE_LIVELOCK:
		judge_end_livelock();
		break;
	case ENGINE_QUIET:
		rest_missing();
		break;
	default:
		break;
	}
}

/* --- Premises in words --- */

static size_t judge_put(char *buf, size_t size, size_t at, const char *text)
{
	if (at < size)
		snprintf(buf + at, size - at, "%s", text);
	return at + strlen(text);
}

/* Of the three ways to stop only the strongest that was kept says something. */
static u32 judge_plain_promises(u32 kept)
{
	if (kept & (1u << PROMISE_STOP_ANSWERED))
		kept &= ~(1u << PROMISE_STOP_MARKER | 1u << PROMISE_STOP_RESET);
	else if (kept & (1u << PROMISE_STOP_MARKER))
		kept &= ~(1u << PROMISE_STOP_RESET);
	return kept;
}

/* Of those that were broken, likewise: one that fell with a stronger stop is not named. */
static u32 judge_plain_breaks(u32 broken)
{
	if (!(broken & (1u << PROMISE_STOPPED)))
		broken &= ~(1u << PROMISE_STOP_ANSWERED | 1u << PROMISE_STOP_MARKER);
	return broken;
}

static size_t judge_put_words(char *buf, size_t size, size_t at, u32 mask)
{
	const char *comma = "";

	if (!mask)
		return judge_put(buf, size, at, "none");
	for (unsigned i = 0; i < PROMISE_COUNT; i++) {
		if (!(mask >> i & 1))
			continue;
		at = judge_put(buf, size, at, comma);
		at = judge_put(buf, size, at, promise_table[i].word);
		comma = ", ";
	}
	return at;
}

static size_t judge_put_assumptions(char *buf, size_t size, size_t at)
{
	const struct judge_probe *probe = &ledger.config.probe;
	u32 left = probe->assumed ? probe->assumed() : 0;

	for (; left; left &= left - 1) {
		const char *text = "", *word = probe->assumption(__builtin_ctz(left), &text);

		at = judge_put(buf, size, at, "\nassumes: ");
		at = judge_put(buf, size, at, word ? word : "what has no name");
		at = judge_put(buf, size, at, " (");
		at = judge_put(buf, size, at, text);
		at = judge_put(buf, size, at, ")");
	}
	return at;
}

size_t judge_print_premises(char *buf, size_t size)
{
	char knobs[512] = "";
	size_t at;

	if (size)
		buf[0] = '\0';
	ledger.config.probe.disputed(knobs, sizeof(knobs));
	knobs[sizeof(knobs) - 1] = '\0';
	at = judge_put(buf, size, 0, "premises: ");
	at = judge_put_words(buf, size, at, judge_plain_promises(judge_promises_kept()));
	at = judge_put(buf, size, at, "; broken: ");
	at = judge_put_words(buf, size, at, judge_plain_breaks(judge_promises_broken()));
	if (knobs[0]) {
		at = judge_put(buf, size, at, "\nknobs: ");
		at = judge_put(buf, size, at, knobs);
	}
	return judge_put_assumptions(buf, size, at);
}
