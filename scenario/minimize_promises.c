/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keeps promises again. Which one an edit is good for is not asked: the run says which promises
 * were broken, and there must be fewer.
 */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

static bool insert_op(struct scenario *s, unsigned at, const struct scenario_op *op)
{
	if (s->ops == SCENARIO_OPS_MAX)
		return false;
	memmove(&s->op[at + 1], &s->op[at], (s->ops - at) * sizeof(s->op[0]));
	s->op[at] = *op;
	s->ops++;
	return true;
}

/* Does the device stop using the PASID between the bind before @unbind and that? */
static bool is_stopped(const struct scenario *s, unsigned unbind)
{
	const struct scenario_op *end = &s->op[unbind];

	for (unsigned i = unbind; i-- > 0 && s->op[i].task == end->task;) {
		const struct scenario_op *op = &s->op[i];

		if (op->device != end->device || op->pasid != end->pasid)
			continue;
		if (op->code == OP_STOP)
			return true;
		if (op->code == OP_BIND)
			return false;
	}
	return false;
}

/* A stop ahead of the unbind at @at. */
static bool add_stop(struct scenario *s, unsigned at, unsigned how)
{
	struct scenario_op stop = s->op[at];

	if (stop.code != OP_UNBIND || is_stopped(s, at))
		return false;
	stop.code = OP_STOP;
	stop.how = (uint8_t)how;
	return insert_op(s, at, &stop);
}

static bool end_group(struct scenario *s, unsigned at)
{
	struct scenario_op *op = &s->op[at];

	if (op->code != OP_REQUEST || op->flags & OPF_LAST)
		return false;
	op->flags |= OPF_LAST;
	return true;
}

static bool make_genuine(struct scenario *s, unsigned at)
{
	struct scenario_op *op = &s->op[at];

	if (op->code != OP_DESCRIPTOR)
		return false;
	op->code = OP_REQUEST;
	op->flags = (uint8_t)((op->flags & OPF_LAST) | OPF_READ);
	memset(op->mask, 0, sizeof(op->mask));
	return true;
}

enum {
	PROMISE_STOP,
	PROMISE_STOP_MARKER,
	PROMISE_HOW,
	PROMISE_LAST,
	PROMISE_GENUINE,
	PROMISE_EDITS
};

static bool keep_one(struct scenario *s, unsigned at, unsigned e)
{
	switch (e) {
	case PROMISE_STOP:
		return add_stop(s, at, SCENARIO_STOP_ANSWERED);
	case PROMISE_STOP_MARKER:
		return add_stop(s, at, SCENARIO_STOP_MARKER);
	case PROMISE_HOW:
		if (s->op[at].code != OP_STOP || !s->op[at].how)
			return false;
		s->op[at].how--;
		return true;
	case PROMISE_LAST:
		return end_group(s, at);
	default:
		return make_genuine(s, at);
	}
}

/* A group's end alone may be what nobody sees, so all are tried at once, too. */
static bool keep_all(struct scenario *s, unsigned kinds)
{
	bool changed = false;

	for (unsigned i = s->ops; i-- > 0;)
		for (unsigned e = 0; e < PROMISE_EDITS; e++)
			if (kinds >> e & 1)
				changed |= keep_one(s, i, e);
	return changed;
}

EDIT(edit_promises)
{
	static const unsigned kinds[] = {
		1 << PROMISE_STOP | 1 << PROMISE_LAST,
		1 << PROMISE_STOP_MARKER | 1 << PROMISE_LAST,
		1 << PROMISE_STOP,
		1 << PROMISE_STOP_MARKER,
		1 << PROMISE_LAST,
		1 << PROMISE_GENUINE,
	};
	const unsigned sets = sizeof(kinds) / sizeof(kinds[0]);
	bool changed;

	if (!t->broken || at->n >= sets + (unsigned)s->ops * PROMISE_EDITS)
		return EDIT_END;
	if (at->n < sets)
		changed = keep_all(s, kinds[at->n]);
	else
		changed =
			keep_one(s, (at->n - sets) / PROMISE_EDITS, (at->n - sets) % PROMISE_EDITS);
	return changed ? EDIT_MADE : EDIT_NOTHING;
}
