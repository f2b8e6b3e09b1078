/* SPDX-License-Identifier: GPL-2.0-only */
/* PASID symbols as a system uses them that gives each address space one number. */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/renumber.h"

#define NOBODY 0xff

struct renumbering {
	unsigned taken; /* symbols of spaces that are bound as such */
	/* Who binds the lives of this symbol on this device: one task, and one life at a time. */
	uint8_t owner[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	bool bound[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	/*
	 * What a symbol of the old kind stands for: in tasks that don't bind it, which mostly end what
	 * is left when another task is over, and in this one.
	 */
	uint8_t last[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	uint8_t now[SCENARIO_TASKS_MAX][SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
};

static bool binds_space(const struct scenario_op *op)
{
	return op->code == OP_BIND && !(op->flags & OPF_DOMAIN);
}

static void find_taken(struct renumbering *r, const struct scenario *s)
{
	for (unsigned i = 0; i < s->ops; i++)
		if (binds_space(&s->op[i]))
			r->taken |= 1u << s->op[i].space % SCENARIO_PASIDS_MAX;
}

static bool may_own(const struct renumbering *r, const struct scenario_op *op, unsigned symbol)
{
	uint8_t owner = r->owner[op->device][symbol];

	return owner == NOBODY || (owner == op->task && !r->bound[op->device][symbol]);
}

/*
 * A symbol that the life of this bind can have; NOBODY: none is free. The one that it has comes first,
 * so that what is settled stays as it is.
 */
static uint8_t symbol_of(const struct renumbering *r, const struct scenario_op *op)
{
	bool domain = op->flags & OPF_DOMAIN;

	for (unsigned i = 0; i < SCENARIO_PASIDS_MAX; i++) {
		unsigned symbol = ((domain ? op->pasid : op->space) + i) % SCENARIO_PASIDS_MAX;

		if ((r->taken >> symbol & 1) != domain && may_own(r, op, symbol))
			return (uint8_t)symbol;
	}
	return NOBODY;
}

/* The bind gets its symbol, and the space that goes with it; one that can have none is left out. */
static void settle_bind(struct renumbering *r, struct scenario_op *op)
{
	uint8_t symbol = symbol_of(r, op), old = op->pasid;

	if (symbol == NOBODY) {
		*op = (struct scenario_op){ .code = OP_PAUSE, .task = op->task };
		return;
	}
	if (binds_space(op))
		op->space = symbol;
	op->pasid = symbol;
	r->owner[op->device][symbol] = op->task;
	r->bound[op->device][symbol] = true;
	r->now[op->task][op->device][old] = symbol;
	r->last[op->device][old] = symbol;
}

static void settle_other(struct renumbering *r, struct scenario_op *op)
{
	uint8_t now = r->now[op->task][op->device][op->pasid];
	uint8_t symbol = now != NOBODY ? now : r->last[op->device][op->pasid];

	if (symbol != NOBODY)
		op->pasid = symbol;
	if (op->code == OP_UNBIND)
		r->bound[op->device][op->pasid] = false;
}

void scenario_numbers_by_space(struct scenario *s)
{
	struct renumbering r = { .taken = 0 };

	memset(r.owner, NOBODY, sizeof(r.owner));
	memset(r.last, NOBODY, sizeof(r.last));
	memset(r.now, NOBODY, sizeof(r.now));
	find_taken(&r, s);
	for (unsigned i = 0; i < s->ops; i++)
		if (s->op[i].code == OP_BIND)
			settle_bind(&r, &s->op[i]);
		else if (scenario_op_takes(s->op[i].code) & (TAKES('P') | TAKES('Q')) &&
			 s->op[i].pasid != SCENARIO_NONE)
			settle_other(&r, &s->op[i]);
}
