/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * ERRNO: an operation fails only for a reason.
 *
 * What the environment did wrong are premises, as ever. What the system was asked is a reason of
 * that one operation: a life that is there already, or is not; page requests that are off; another
 * task at the same thing. Numbers are none: no scenario has as many lives as a system has PASIDs or
 * domains.
 */

#include <asm-generic/errno.h>

#include "judge/ledger.h"

#define P(name) (1u << PROMISE_##name)

static bool result_of_life(const struct ledger_op *op)
{
	return op->op == JOP_BIND || op->op == JOP_UNBIND || op->op == JOP_DRAIN;
}

static bool result_of_unit(const struct ledger_op *op)
{
	return op->op == JOP_START || op->op == JOP_FINISH;
}

/* A life is told by its number, or by its space where the system picks the numbers. */
static bool result_same_life(const struct ledger_op *a, const struct ledger_op *b)
{
	return a->pasid == b->pasid || (a->space == b->space && a->space != LEDGER_NO_SPACE);
}

/* Do these two need the same thing? Then one may be told that it is busy, or come too late. */
static bool result_meets(const struct ledger_op *a, const struct ledger_op *b)
{
	if (a->op == JOP_EXIT || b->op == JOP_EXIT)
		return false;
	if (result_of_unit(a) || result_of_unit(b))
		return a->unit == b->unit;
	if (a->dev != b->dev)
		return false;
	if (result_of_life(a) && result_of_life(b))
		return result_same_life(a, b);
	/* A domain of requests without PASID, and a life with one, are nothing to each other. */
	return !(result_of_life(a) && b->op == JOP_RID) && !(a->op == JOP_RID && result_of_life(b));
}

/* Some systems have one space behind a PASID number, whatever the device. */
static bool result_is_elsewhere(const struct ledger_op *op)
{
	for (unsigned n = 1; n <= ledger.lives; n++) {
		const struct ledger_life *life = &ledger.life[n];

		if (life->open && life->pasid == op->pasid && life->dev != op->dev &&
		    life->space != op->space)
			return true;
	}
	return false;
}

/* Requests of the device are unanswered, or somebody has not come to the end of his answer. */
static bool result_is_at_work(const struct ledger_op *op)
{
	const struct ledger_unit *unit = ledger_unit(op->unit);

	if (ledger.works || (unit && unit->batch_at))
		return true;
	for (unsigned n = 1; n <= ledger.lives; n++) {
		if (ledger.life[n].dev == op->dev && ledger.life[n].pending)
			return true;
	}
	return false;
}

/* A drain is there to wait; a switch may be thrown when all is quiet only. */
static bool result_is_busy(const struct ledger_op *op)
{
	return op->op == JOP_BIND ? result_is_elsewhere(op)
				  : op->op == JOP_DISABLE && result_is_at_work(op);
}

/* What can't be done when it is asked for. */
static bool result_has_reason(const struct ledger_op *op)
{
	const struct ledger_life *life = ledger_life(ledger_current(op->dev, op->pasid));
	const struct ledger_device *dev = ledger_has_device(op->dev) ? &ledger.dev[op->dev] : NULL;
	const struct ledger_unit *unit = ledger_unit(op->unit);

	if ((dev && dev->doubt) || (unit && unit->doubt))
		return true;
	switch (op->op) {
	case JOP_BIND:
		return (life && life->open) || (dev && dev->off) ||
		       (op->space < 32 && ledger.released >> op->space & 1);
	case JOP_RID:
		return op->space < 32 && ledger.released >> op->space & 1;
	case JOP_UNBIND:
	case JOP_DRAIN:
		return !life || !life->open;
	case JOP_DISABLE:
	case JOP_ENABLE:
		return unit && ledger.config.no_drain >> op->unit & 1;
	case JOP_ATTACH:
		return unit && !unit->up;
	default:
		return false;
	}
}

static void result_begin(const struct event *e)
{
	unsigned task = e->task % LEDGER_TASKS_MAX;
	struct ledger_op *op = &ledger.op[task];

	if (op->op == JOP_UNBIND || op->op == JOP_DRAIN) {
		const struct ledger_life *life = ledger_life(op->life);

		op->space = life ? life->space : LEDGER_NO_SPACE;
	}
	op->reason = result_has_reason(op);
	op->busy = result_is_busy(op);
	for (u64 left = ledger.active & ~(1ull << task); left; left &= left - 1) {
		struct ledger_op *other = &ledger.op[__builtin_ctzll(left)];

		if (result_meets(op, other))
			op->met = other->met = true;
		if (op->op == JOP_BIND && other->op == JOP_BIND && op->pasid == other->pasid)
			op->busy = other->busy = true;
	}
	if (op->op == JOP_DISABLE && ledger_has_device(op->dev))
		ledger.dev[op->dev].off = true;
}

/* After a failure the next one has its reason; after a success it has none left. */
static void result_keep(const struct ledger_op *op, bool failed)
{
	struct ledger_device *dev = ledger_has_device(op->dev) ? &ledger.dev[op->dev] : NULL;
	struct ledger_unit *unit = ledger_unit(op->unit);

	switch (op->op) {
	case JOP_START:
	case JOP_FINISH:
		if (unit)
			unit->doubt = failed;
		break;
	case JOP_ATTACH:
	case JOP_DETACH:
		if (dev)
			dev->doubt = failed;
		if (dev && !failed)
			dev->off = false;
		break;
	case JOP_ENABLE:
	case JOP_DISABLE:
		if (dev && failed)
			dev->doubt = true;
		if (dev && !failed && op->op == JOP_ENABLE)
			dev->off = false;
		break;
	default:
		break;
	}
}

/*
 * Another device's silence is no reason: what waits with it in the queue is to be asked again. But who
 * waits for the event thread, which stands behind that device in the queue, may lose patience.
 */
static u32 result_broken(const struct ledger_op *op)
{
	if (op->timed_out)
		return promise_broken_unit(op->unit);
	if (!ledger_has_device(op->dev))
		return promise_broken_unit(op->unit) & ~P(INV_ANSWERED);
	if (ledger.dev[op->dev].mute)
		return promise_broken_device(op->dev);
	return promise_broken_device(op->dev) & ~P(INV_ANSWERED);
}

static void result_end(const struct event *e)
{
	unsigned task = e->task % LEDGER_TASKS_MAX;
	const struct ledger_op *op = &ledger.op[task];
	struct judge_about about = { .dev = op->dev, .pasid = op->pasid };
	char what[96] = "";
	s64 result = (s64)e->d;

	if (!(ledger.active >> task & 1) || op->op != e->a)
		return;
	about.broken = result_broken(op);
	if (result && !op->reason && !op->met && !ledger.full &&
	    !(result == -EBUSY && (op->busy || result_is_busy(op)))) {
		judge_describe_event(e, what, sizeof(what));
		judge_find(INV_ERRNO, &about, "%s, and nothing is in its way", what);
	}
	ledger.contested = op->met;
	result_keep(op, result);
}

void result_event(const struct event *e)
{
	unsigned task = e->task % LEDGER_TASKS_MAX;

	if (e->kind == EV_OP_BEGIN)
		result_begin(e);
	else if (e->kind == EV_OP_END)
		result_end(e);
	else if (ledger.active >> task & 1)
		ledger.op[task].timed_out = true;
}
