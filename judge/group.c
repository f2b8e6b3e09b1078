/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * GROUP: what a response says of its group is held against what became of the pages (PCIe 10.4.2.1):
 * Success if all of them were made present, Invalid Request if one can't be. And what the unit has
 * ended by itself is no part of a later group.
 *
 * A page that the system was never given, or had to forget, is not held against it: hardware drops
 * parts in an overflow, software then forgets what it holds in part (it is not told whose end was
 * answered), and so does a drain with a life that goes on. The device asks again.
 */

#include <stdio.h>

#include "judge/ledger.h"

#define RC_SUCCESS 0
#define RC_INVALID 1

static const struct ledger_unit *group_unit(const struct ledger_request *r)
{
	return ledger_unit(ledger.config.dev_unit[r->dev]);
}

static bool group_may_forget(unsigned op)
{
	return op == JOP_UNBIND || op == JOP_RID || op == JOP_DETACH || op == JOP_DRAIN ||
	       op == JOP_DISABLE || op == JOP_FINISH;
}

static bool group_op_concerns(const struct ledger_op *op, unsigned dev)
{
	return group_may_forget(op->op) &&
	       (op->op == JOP_FINISH ? op->unit == ledger.config.dev_unit[dev] : op->dev == dev);
}

static bool group_is_drained(unsigned dev)
{
	for (u64 left = ledger.active; left; left &= left - 1)
		if (group_op_concerns(&ledger.op[__builtin_ctzll(left)], dev))
			return true;
	return false;
}

void group_op_ended(const struct ledger_op *op)
{
	for (unsigned d = 0; d < ledger.config.devices; d++)
		if (group_op_concerns(op, d))
			ledger.dev[d].drained_at = ledger.events;
}

/* Privileged and execute requests are refused by some, and served by others. */
static bool group_is_odd(const struct ledger_request *r)
{
	return r->flags & (REQ_PRIV | REQ_EXEC);
}

/* The system has had it, and had no reason to forget it. */
static bool group_is_whole(const struct ledger_request *r)
{
	return request_was_delivered(r) && !r->forgotten && !r->after_stop &&
	       group_unit(r)->overflow_at < r->dispatched_at &&
	       ledger.dev[r->dev].drained_at < r->dispatched_at;
}

/* A part that the system had, and no reason to refuse or forget. */
static bool group_must_serve(const struct ledger_request *r)
{
	return group_is_whole(r) && !group_is_odd(r);
}

static void group_success(const struct ledger_request *last, const struct ledger_request *unserved)
{
	char name[JUDGE_NAME_MAX], what[JUDGE_NAME_MAX + 64];

	if (unserved == last) {
		judge_find_request(INV_GROUP, last, "is answered Success, and was not served");
		return;
	}
	snprintf(what, sizeof(what), "is answered Success, and %s of its group was not served",
		 judge_name(unserved, name));
	judge_find_request(INV_GROUP, last, what);
}

/*
 * Who may refuse it: a life that ends, a space that goes, memory that is short, and whoever has no
 * handler for the life.
 */
static bool group_may_be_refused(const struct ledger_request *last, const struct ledger_life *life)
{
	return !life->handled || !life->open || life->drain_at || life->released ||
	       ledger.orderly || (life->space < 64 && ledger.exited >> life->space & 1) ||
	       (ledger.broken & 1u << PROMISE_ALLOCATIONS) || group_is_drained(last->dev);
}

/*
 * A part that the device sent when the life had not begun, and that came in when it had: the system takes it
 * for one of this group, which is spoilt if the part is.
 */
static bool group_has_stranger(const struct ledger_request *last)
{
	for (unsigned n = 1; n <= ledger.requests; n++) {
		const struct ledger_request *r = &ledger.request[n];

		if (r->dev == last->dev && r->pasid == last->pasid && r->group == last->group &&
		    r->life != last->life && !request_is_last(r) && request_was_delivered(r) &&
		    (r->refused || group_is_odd(r)))
			return true;
	}
	return false;
}

/* Nothing but its pages could decide what is said of the group that ends with @last. */
static bool group_is_alone(const struct ledger_request *last, const struct ledger_life *life)
{
	if (!life->open || life->drain_at || life->released || ledger.orderly ||
	    (life->space < 64 && ledger.exited >> life->space & 1) || group_is_drained(last->dev) ||
	    group_has_stranger(last))
		return false;
	for (u16 n = life->first; n; n = ledger.request[n].next_in_life) {
		const struct ledger_request *r = &ledger.request[n];

		if (r->group == last->group && !(r->flags & REQ_MARKER) && !group_is_whole(r))
			return false;
		if (r == last)
			break;
	}
	return true;
}

/* The group that ends with @last, from behind the end of the one before it with this index. */
void group_answered(struct ledger_request *last, unsigned rc)
{
	const struct ledger_life *life = ledger_life(last->life);
	const struct ledger_request *unserved = NULL;
	bool refused = false;

	if (!life || last->forgotten || last->namesake)
		return;
	last->alone = group_is_alone(last, life);
	last->rc = (u8)rc;
	for (u16 n = life->first; n; n = ledger.request[n].next_in_life) {
		const struct ledger_request *r = &ledger.request[n];

		if (r->group != last->group || (r->flags & REQ_MARKER))
			continue;
		refused |= r->refused || group_is_odd(r);
		if (!r->served && !unserved && (r == last || group_must_serve(r)))
			unserved = r;
		if (r == last)
			break;
		if (request_is_last(r)) {
			unserved = NULL;
			refused = false;
		}
	}
	if (rc == RC_SUCCESS && unserved && (unserved == last || !group_is_drained(last->dev)))
		group_success(last, unserved);
	else if (rc == RC_INVALID && !refused && !group_may_be_refused(last, life) &&
		 !group_has_stranger(last))
		judge_find_request(INV_GROUP, last,
				   "is answered Invalid Request, and no page of its group was "
				   "refused");
}

/* The last page of a part that the system has; NULL if there is none yet. */
static const struct ledger_request *group_end_of_part(const struct ledger_request *r)
{
	if (r->state != REQUEST_CONSUMED || (r->flags & (REQ_LAST | REQ_MARKER)) || r->forgotten)
		return NULL;
	return ledger_group_end(r);
}

/* In an overflow the system is told, if not of whom; without one it can't know. */
bool group_is_cut(const struct ledger_request *r)
{
	const struct ledger_request *end = group_end_of_part(r);

	return end && end->autos && group_unit(r)->overflow_began > r->accepted_at;
}

static bool group_is_over(const struct ledger_request *r)
{
	const struct ledger_request *end = group_end_of_part(r);

	return end && !group_is_odd(end) && (end->answered || group_is_cut(r));
}

/* By evidence of the work item: the next page that it serves is of another group of this name. */
static void group_work(unsigned task, const struct ledger_request *r)
{
	struct ledger_work *work = &ledger.work[task];
	const struct ledger_request *over = ledger_request(work->over);

	if (over && over->life == r->life && over->group == r->group &&
	    ledger_group_end(over) != (request_is_last(r) ? r : ledger_group_end(r)))
		judge_find_request(INV_GROUP, over,
				   "is handled with a later group; its own is over");
	work->over = group_is_over(r) ? r->number : 0;
}

void group_event(const struct event *e)
{
	unsigned task = e->task % LEDGER_TASKS_MAX;
	struct ledger_request *r = ledger_find_page(e->b);
	struct ledger_life *life = r ? ledger_life(r->life) : NULL;

	if (!r)
		return;
	if (life)
		life->handled = true;
	if (e->d)
		r->refused = true;
	else
		r->served = true;
	if (ledger.works >> task & 1)
		group_work(task, r);
}
