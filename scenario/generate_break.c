/* SPDX-License-Identifier: GPL-2.0-only */
/* The generator's hostility: takes a scenario that keeps its promises and breaks some. */

#include <string.h>

#include "scenario/generate_internal.h"

/* An operation of this kind with anything in it. */
static struct scenario_op any_op(struct generator *g, unsigned code, unsigned task)
{
	const struct scenario *s = g->s;
	const uint64_t takes = scenario_op_takes(code);
	struct scenario_op op = { .code = (uint8_t)code, .task = (uint8_t)task };

	if (takes & TAKES('D'))
		op.device = (uint8_t)generate_below(g, s->devices);
	if (takes & TAKES('U'))
		op.device = (uint8_t)generate_below(g, s->units);
	if (takes & (TAKES('P') | TAKES('Q') | TAKES('A')))
		op.pasid = (uint8_t)generate_below(g, g->symbols);
	if (takes & TAKES('Q') && generate_one_in(g, 4))
		op.pasid = SCENARIO_NONE;
	if (takes & (TAKES('S') | TAKES('R')))
		op.space = (uint8_t)generate_below(g, s->spaces);
	if (takes & TAKES('R') && generate_one_in(g, 2))
		op.space = SCENARIO_NONE;
	if (takes & TAKES('a'))
		op.flags = generate_one_in(g, 2) ? OPF_READ : OPF_READ | OPF_WRITE;
	if (takes & TAKES('l') && generate_below(g, 4))
		op.flags |= OPF_LAST;
	if (takes & TAKES('f') && generate_one_in(g, 2))
		op.flags |= OPF_FORCE;
	if (takes & TAKES('i') && generate_one_in(g, 2))
		op.flags |= OPF_NEVER;
	if (takes & TAKES('h'))
		op.how = (uint8_t)generate_below(g, SCENARIO_STOP_COUNT);
	if (takes & TAKES('e'))
		op.how = (uint8_t)generate_below(g, SCENARIO_ERROR_COUNT);
	if (takes & TAKES('b'))
		op.how = (uint8_t)(1 + generate_below(g, 3));
	if (takes & TAKES('g'))
		op.group = (uint16_t)(g->group_base + generate_below(g, 8));
	if (takes & TAKES('p'))
		op.page = (uint16_t)(0x10 + generate_below(g, 4));
	if (takes & TAKES('n'))
		op.page = (uint16_t)(1 + generate_below(g, 3));
	if (takes & TAKES('m'))
		op.page = (uint16_t)(1 + generate_below(g, 3000));
	return op;
}

void generate_insert(struct generator *g, unsigned at, struct scenario_op op)
{
	struct scenario *s = g->s;

	if (s->ops == SCENARIO_OPS_MAX)
		return;
	op.task = at < s->ops ? s->op[at].task : s->op[at - 1].task;
	memmove(&s->op[at + 1], &s->op[at], (s->ops - at) * sizeof(s->op[0]));
	s->op[at] = op;
	s->ops++;
}

void generate_drop(struct scenario *s, unsigned at)
{
	memmove(&s->op[at], &s->op[at + 1], (s->ops - at - 1u) * sizeof(s->op[0]));
	s->ops--;
}

unsigned generate_find(struct generator *g, unsigned code)
{
	const struct scenario *s = g->s;
	unsigned start = generate_below(g, s->ops);

	for (unsigned i = 0; i < s->ops; i++)
		if (s->op[(start + i) % s->ops].code == code)
			return (start + i) % s->ops;
	return s->ops;
}

/* A second bind or unbind of some life, by any task at any time. */
static void copy_op(struct generator *g, unsigned code)
{
	unsigned from = generate_find(g, code);

	if (from < g->s->ops)
		generate_insert(g, generate_below(g, g->s->ops), g->s->op[from]);
}

static void break_request(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned at = generate_find(g, OP_REQUEST);

	if (at == s->ops)
		return;
	if (generate_one_in(g, 2))
		s->op[at].flags ^= OPF_LAST;
	else
		s->op[at].flags |= OPF_FORCE;
}

static void insert_hostile(struct generator *g)
{
	static const uint8_t hostile[] = {
		OP_REQUEST, OP_REQUEST, OP_HOLD, OP_INJECT,  OP_LOSE,  OP_PRS,
		OP_SLOW,    OP_HOLE,    OP_GONE, OP_DISABLE, OP_RESET, OP_MARKER,
		OP_EXIT,    OP_DETACH,  OP_RID,  OP_FINISH,  OP_DRAIN,
	};
	unsigned at = generate_below(g, g->s->ops + 1u);

	generate_insert(g, at, any_op(g, hostile[generate_below(g, sizeof(hostile))], 0));
}

static void break_once(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned at, few;

	switch (generate_below(g, 12)) {
	case 0:
		at = generate_find(g, OP_STOP);
		if (at < s->ops && s->ops > 1)
			generate_drop(s, at);
		break;
	case 1:
		break_request(g);
		break;
	case 2:
		copy_op(g, OP_BIND);
		break;
	case 3:
		copy_op(g, OP_UNBIND);
		break;
	case 4:
		s->world.alloc_fails = true;
		break;
	case 5:
		s->world.clock_free = true;
		break;
	case 6:
		few = 1 + generate_below(g, 3);
		s->device[generate_below(g, s->devices)].credits = (uint16_t)few;
		break;
	default:
		insert_hostile(g);
		break;
	}
}

void generate_break(struct generator *g)
{
	unsigned n = 1 + generate_below(g, 5);

	if (g->features >> FEATURE_AIMED) {
		generate_aim(g);
		/* More of it may excuse what comes of that. */
		if (generate_one_in(g, 2))
			return;
	}
	while (n--)
		break_once(g);
}
