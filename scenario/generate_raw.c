/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes from nobody: descriptors in the ring that no device sent, and writes to the ring's
 * registers by somebody else. Added to a scenario that is whole without it.
 */

#include "scenario/generate_internal.h"

/* At any place of any task. */
static void insert(struct generator *g, struct scenario_op op)
{
	if (g->s->ops)
		generate_insert(g, generate_below(g, g->s->ops + 1u), op);
}

/* --- Descriptors ------------------------------------------------------------------------------ */

/* Like a request of this scenario: its group is opened again, or closed twice. */
static bool like_request(struct generator *g, struct scenario_op *op)
{
	const struct scenario *s = g->s;
	unsigned at = generate_find(g, OP_REQUEST);

	if (at == s->ops)
		return false;
	*op = s->op[at];
	op->code = OP_DESCRIPTOR;
	op->flags &= (uint8_t)~OPF_FORCE;
	return true;
}

static void of_nobody(struct generator *g, struct scenario_op *op)
{
	static const uint8_t access[] = {
		0, OPF_READ, OPF_WRITE, OPF_READ | OPF_WRITE, OPF_READ | OPF_EXEC, OPF_EXEC,
	};

	/* One by one: the order in a list is the compiler's choice. */
	*op = (struct scenario_op){ .code = OP_DESCRIPTOR };
	op->device = (uint8_t)generate_below(g, g->s->devices);
	op->pasid = (uint8_t)generate_below(g, g->symbols);
	op->flags = access[generate_below(g, sizeof(access))];
	op->group = (uint16_t)(g->group_base + generate_below(g, 8));
	op->page = (uint16_t)(0x10 + generate_below(g, 4));
	if (generate_one_in(g, 6))
		op->pasid = SCENARIO_NONE;
	if (generate_one_in(g, 4))
		op->flags |= OPF_PRIV;
	if (generate_below(g, 3))
		op->flags |= OPF_LAST;
}

/* Bits @low and up of quadword @q, of which there are @bits: one of them, or any. */
static void spoil(struct generator *g, struct scenario_op *op, unsigned q, unsigned low,
		  unsigned bits)
{
	const uint64_t all = (bits < 64 ? 1ull << bits : 0) - 1;
	const uint64_t mask = generate_one_in(g, 2) ? 1ull << generate_below(g, bits)
						    : scenario_random(&g->random) & all;

	op->mask[q] ^= mask << low;
}

/* Fields of VT-d 7.4.1. */
static void spoil_field(struct generator *g, struct scenario_op *op)
{
	static const struct {
		uint8_t q, low, bits;
	} fields[] = {
		{ 0, 0, 8 },   /* type */
		{ 0, 8, 1 },   /* PASID present */
		{ 0, 9, 7 },   /* private data present, reserved */
		{ 0, 16, 16 }, /* requester */
		{ 0, 32, 20 }, /* PASID */
		{ 0, 52, 2 },  /* execute, privileged */
		{ 0, 54, 10 }, /* reserved */
		{ 1, 0, 3 },   /* read, write, last page */
		{ 1, 3, 9 },   /* group */
		{ 1, 28, 6 },  /* the address: the number of a request, for one that has it */
		{ 1, 47, 17 }, /* ... not canonical */
		{ 2, 0, 64 },  /* private data */
		{ 3, 0, 64 },
	};
	const unsigned i = generate_below(g, sizeof(fields) / sizeof(fields[0]));

	spoil(g, op, fields[i].q, fields[i].low, fields[i].bits);
}

static void add_descriptor(struct generator *g)
{
	struct scenario_op op;

	if (!generate_one_in(g, 2) || !like_request(g, &op))
		of_nobody(g, &op);
	if (generate_one_in(g, 16))
		for (unsigned q = 0; q < 4; q++)
			op.mask[q] = scenario_random(&g->random);
	else
		for (unsigned n = generate_below(g, 4); n > 1; n--)
			spoil_field(g, &op);
	insert(g, op);
}

/* --- Registers -------------------------------------------------------------------------------- */

/* Of a ring's pointer: a slot, the last one, one beyond, between two, any. */
static uint32_t any_pointer(struct generator *g, unsigned unit)
{
	const uint32_t slots = 1u << g->s->unit[unit].ring_order;

	switch (generate_below(g, 6)) {
	case 0:
		return (slots - 1) * 32;
	case 1:
		return (slots + generate_below(g, slots)) * 32;
	case 2:
		return generate_below(g, slots * 32);
	case 3:
		return generate_below(g, SCENARIO_VALUE_MAX + 1);
	default:
		return generate_below(g, slots) * 32;
	}
}

static void add_register(struct generator *g)
{
	static const uint8_t codes[] = { OP_HEAD, OP_HEAD, OP_TAIL, OP_TAIL, OP_QUEUE, OP_PRS };
	struct scenario_op op = { .code = codes[generate_below(g, sizeof(codes))] };
	uint32_t value;

	op.device = (uint8_t)generate_below(g, g->s->units);
	switch (op.code) {
	case OP_QUEUE:
		op.how = (uint8_t)(generate_one_in(g, 2) ? SCENARIO_QUEUE_SIZE
							 : generate_below(g, SCENARIO_QUEUE_COUNT));
		if (op.how == SCENARIO_QUEUE_SIZE)
			op.page = (uint16_t)generate_below(g, 8);
		break;
	case OP_PRS:
		op.how = (uint8_t)(1 + generate_below(g, 3));
		if (generate_one_in(g, 2))
			op.how |= SCENARIO_PRS_CLEAR;
		break;
	default:
		value = any_pointer(g, op.device);
		op.group = (uint16_t)(value >> 16);
		op.page = (uint16_t)value;
	}
	insert(g, op);
}

void generate_raw(struct generator *g, unsigned flags)
{
	struct scenario *s = g->s;
	unsigned n;

	/* Wrap and overflow are the rule. */
	for (unsigned u = 0; u < s->units; u++)
		if (generate_below(g, 4))
			s->unit[u].ring_order = 3;
	if (flags & GENERATE_RAW)
		for (n = 1 + generate_below(g, generate_one_in(g, 3) ? 20 : 6); n; n--)
			add_descriptor(g);
	if (flags & GENERATE_REGISTERS)
		for (n = 1 + generate_below(g, 5); n; n--)
			add_register(g);
}
