/* SPDX-License-Identifier: GPL-2.0-only */
/* PASID symbols as a system uses them that gives each address space one number. */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/renumber.h"

struct renumbering {
	uint8_t spare[SCENARIO_PASIDS_MAX]; /* symbols that no space has */
	unsigned spares;
	/* What a symbol of the old kind stands for: in all tasks, and in this one. */
	uint8_t first[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	uint8_t now[SCENARIO_TASKS_MAX][SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
};

static bool binds_space(const struct scenario_op *op)
{
	return op->code == OP_BIND && !(op->flags & OPF_DOMAIN);
}

static void find_spares(struct renumbering *r, const struct scenario *s)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < s->ops; i++)
		if (binds_space(&s->op[i]))
			taken |= 1u << s->op[i].space % SCENARIO_PASIDS_MAX;
	for (unsigned symbol = 0; symbol < SCENARIO_PASIDS_MAX; symbol++)
		if (!(taken >> symbol & 1))
			r->spare[r->spares++] = (uint8_t)symbol;
}

/* The symbol that the life of this bind gets. Without a spare one, a domain becomes a space. */
static uint8_t symbol_of(const struct renumbering *r, struct scenario_op *op)
{
	if (op->flags & OPF_DOMAIN && r->spares)
		return r->spare[op->device % r->spares];
	op->flags &= (uint8_t)~OPF_DOMAIN;
	return op->space % SCENARIO_PASIDS_MAX;
}

void scenario_numbers_by_space(struct scenario *s)
{
	struct renumbering r = { .spares = 0 };

	memset(r.first, SCENARIO_NONE, sizeof(r.first));
	memset(r.now, SCENARIO_NONE, sizeof(r.now));
	find_spares(&r, s);
	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op *op = &s->op[i];
		uint8_t *first = &r.first[op->device][op->pasid];

		if (op->code == OP_BIND && *first == SCENARIO_NONE)
			*first = symbol_of(&r, op);
	}
	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op *op = &s->op[i];
		uint64_t takes = scenario_op_takes(op->code);
		uint8_t *now, symbol;

		if (!(takes & (TAKES('P') | TAKES('Q') | TAKES('A'))) || op->pasid == SCENARIO_NONE)
			continue;
		now = &r.now[op->task][op->device][op->pasid];
		if (op->code == OP_BIND)
			*now = symbol_of(&r, op);
		symbol = *now != SCENARIO_NONE ? *now : r.first[op->device][op->pasid];
		if (symbol != SCENARIO_NONE)
			op->pasid = symbol;
	}
}
