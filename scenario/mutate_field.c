/* SPDX-License-Identifier: GPL-2.0-only */
/* The mutator's changes of values: of operations, and of the machine. */

#include <string.h>

#include "scenario/mutate_internal.h"

#define GROUP_MAX 511
#define CREDITS_MAX 2048
#define RING_ORDER_MIN 3

static uint8_t any_access(struct mutator *m)
{
	uint8_t flags = (uint8_t)(1 + mutate_below(m, 3)); /* OPF_READ, OPF_WRITE or both */

	if (mutate_one_in(m, 8))
		flags |= OPF_EXEC;
	if (mutate_one_in(m, 8))
		flags |= OPF_PRIV;
	return flags;
}

/* A few bits of the masks, or none at all: most descriptors differ little from a real one. */
static void flip_bits(struct mutator *m, struct scenario_op *op)
{
	if (mutate_one_in(m, 8))
		memset(op->mask, 0, sizeof(op->mask));
	for (unsigned n = mutate_below(m, 3); n; n--) {
		unsigned bit = mutate_below(m, 256);

		op->mask[bit / 64] ^= 1ull << bit % 64;
	}
}

/* Of a ring's pointer: a slot, mostly; at times in between, or far out. */
static void set_value(struct mutator *m, struct scenario_op *op)
{
	uint32_t value = 32 * mutate_below(m, 16);

	if (mutate_one_in(m, 4))
		value += mutate_below(m, 32);
	if (mutate_one_in(m, 4))
		value = 1u << mutate_below(m, 25);
	op->group = (uint16_t)(value >> 16);
	op->page = (uint16_t)value;
}

/* Of what nobody but a stranger does: descriptors and registers. */
static void set_strangers_field(struct mutator *m, struct scenario_op *op, char letter)
{
	switch (letter) {
	case 'k':
		if (mutate_one_in(m, 4))
			op->flags &= (uint8_t) ~(OPF_READ | OPF_WRITE);
		break;
	case 'x':
		flip_bits(m, op);
		break;
	case 'V':
		set_value(m, op);
		break;
	case 'z':
		op->how = (uint8_t)mutate_below(m, SCENARIO_QUEUE_COUNT);
		op->page = (uint16_t)(op->how == SCENARIO_QUEUE_SIZE ? mutate_below(m, 8) : 0);
		break;
	}
}

/* Gives a value to what @letter of the signature stands for: one that may well occur. */
static void set_field(struct mutator *m, struct scenario_op *op, char letter)
{
	const struct scenario *s = m->s;

	switch (letter) {
	case 'D':
		op->device = (uint8_t)mutate_below(m, s->devices);
		break;
	case 'U':
		op->device = (uint8_t)mutate_below(m, s->units);
		break;
	case 'P':
	case 'Q':
	case 'A':
		op->pasid = (uint8_t)mutate_below(m, SCENARIO_PASIDS_MAX);
		if (letter == 'Q' && mutate_one_in(m, 4))
			op->pasid = SCENARIO_NONE;
		break;
	case 'S':
	case 'R':
		op->space = (uint8_t)mutate_below(m, s->spaces);
		if (letter == 'R' && mutate_one_in(m, 2))
			op->space = SCENARIO_NONE;
		break;
	case 'T':
		op->space = (uint8_t)(s->tasks ? mutate_below(m, s->tasks) : 0);
		break;
	case 'g':
		op->group = (uint16_t)mutate_below(m, 8);
		break;
	case 'p':
		op->page = (uint16_t)(0x10 + mutate_below(m, 4));
		break;
	case 'n':
		op->page = (uint16_t)(1 + mutate_below(m, 3));
		break;
	case 'm':
		op->page = (uint16_t)(1 + mutate_below(m, 3000));
		break;
	case 'a':
		op->flags &= OPF_LAST | OPF_FORCE;
		op->flags |= any_access(m);
		break;
	case 'l':
		op->flags ^= OPF_LAST;
		break;
	case 'f':
		op->flags ^= OPF_FORCE;
		break;
	case 'i':
		op->flags ^= OPF_NEVER;
		break;
	case 'd':
		op->flags ^= OPF_DOMAIN;
		break;
	case 'h':
		op->how = (uint8_t)mutate_below(m, SCENARIO_STOP_COUNT);
		break;
	case 'e':
		op->how = (uint8_t)mutate_below(m, SCENARIO_ERROR_COUNT);
		break;
	case 'b':
		op->how = (uint8_t)(1 + mutate_below(m, 3));
		if (mutate_one_in(m, 4))
			op->how |= SCENARIO_PRS_CLEAR;
		break;
	default:
		set_strangers_field(m, op, letter);
	}
}

/* The device, life and space of some operation that is there. */
static void borrow(struct mutator *m, struct scenario_op *op)
{
	const struct scenario *s = m->s;
	const struct scenario_op *from = &s->op[mutate_below(m, s->ops)];
	uint64_t takes = scenario_op_takes(op->code), has = scenario_op_takes(from->code);
	const uint64_t life = TAKES('P') | TAKES('Q') | TAKES('A'), space = TAKES('S') | TAKES('R');

	if (takes & has & TAKES('D'))
		op->device = from->device;
	if (takes & TAKES('U') && has & TAKES('D'))
		op->device = s->device[from->device].unit;
	if (takes & life && has & life)
		op->pasid = from->pasid;
	if (takes & space && has & space)
		op->space = from->space;
	if (takes & has & TAKES('g'))
		op->group = from->group;
	if (takes & has & TAKES('p'))
		op->page = from->page;
}

struct scenario_op mutate_any_op(struct mutator *m, unsigned code, unsigned task)
{
	struct scenario_op op = { .code = (uint8_t)code, .task = (uint8_t)task };

	for (const char *letter = scenario_op_signature[code]; *letter; letter++) {
		/* Most requests end their group, and come while the device may send them. */
		if (*letter == 'l' ? mutate_one_in(m, 4)
				   : strchr("fd", *letter) && !mutate_one_in(m, 4))
			continue;
		set_field(m, &op, *letter);
	}
	if (m->s->ops && !mutate_one_in(m, 4))
		borrow(m, &op);
	mutate_fit_op(m->s, &op);
	return op;
}

void mutate_fit_op(const struct scenario *s, struct scenario_op *op)
{
	uint64_t takes = scenario_op_takes(op->code);

	if (takes & (TAKES('D') | TAKES('U')))
		op->device = (uint8_t)(op->device % (takes & TAKES('D') ? s->devices : s->units));
	if (takes & (TAKES('P') | TAKES('A')) && op->pasid == SCENARIO_NONE)
		op->pasid = 0;
	if (takes & TAKES('T'))
		op->space = (uint8_t)(s->tasks ? op->space % s->tasks : 0);
	else if (takes & TAKES('S') && op->space == SCENARIO_NONE)
		op->space = 0;
	else if (takes & (TAKES('S') | TAKES('R')) && op->space != SCENARIO_NONE)
		op->space = (uint8_t)(op->space % s->spaces);
}

/* --- A field of an operation ------------------------------------------------------------------ */

static uint16_t extreme(struct mutator *m, uint16_t lowest, uint16_t highest)
{
	switch (mutate_below(m, 4)) {
	case 0:
		return lowest;
	case 1:
		return highest;
	default:
		return (uint16_t)(lowest + mutate_below(m, highest - lowest + 1u));
	}
}

static bool has_rid(const struct scenario *s, unsigned rid)
{
	for (unsigned i = 0; i < s->devices; i++)
		if (s->device[i].rid == rid)
			return true;
	return false;
}

/* Like the first one, and beside it: another function of its slot, or another slot. */
static void add_device(struct mutator *m)
{
	struct scenario *s = m->s;
	struct scenario_device d = s->device[0];

	while (has_rid(s, d.rid))
		d.rid = (uint16_t)(d.rid + (mutate_one_in(m, 2) ? 1 : 8));
	s->device[s->devices++] = d;
}

/* A device, unit or space that was not there is there now. */
static void grow(struct mutator *m, struct scenario_op *op, char letter)
{
	struct scenario *s = m->s;

	if (letter == 'D' && s->devices < SCENARIO_DEVICES_MAX) {
		op->device = s->devices;
		add_device(m);
	} else if (letter == 'U' && s->units < SCENARIO_UNITS_MAX) {
		op->device = s->units++;
	} else if ((letter == 'S' || letter == 'R') && s->spaces < SCENARIO_SPACES_MAX) {
		op->space = s->spaces++;
	} else {
		set_field(m, op, letter);
	}
}

static void set_beyond(struct mutator *m, struct scenario_op *op, char letter)
{
	switch (letter) {
	case 'g':
		op->group = extreme(m, 0, GROUP_MAX);
		break;
	case 'p':
		op->page = extreme(m, 0, UINT16_MAX);
		break;
	case 'n':
		op->page = extreme(m, 1, UINT8_MAX);
		break;
	case 'm':
		op->page = extreme(m, 0, 60000);
		break;
	default:
		grow(m, op, letter);
		break;
	}
}

static bool same_values(const struct scenario_op *a, const struct scenario_op *b)
{
	return a->device == b->device && a->pasid == b->pasid && a->space == b->space &&
	       a->flags == b->flags && a->how == b->how && a->group == b->group &&
	       a->page == b->page && !memcmp(a->mask, b->mask, sizeof(a->mask));
}

bool mutate_field(struct mutator *m, bool beyond)
{
	struct scenario *s = m->s;
	struct scenario_op *op, before;
	const char *signature;
	char letter;

	if (!s->ops)
		return false;
	op = &s->op[mutate_below(m, s->ops)];
	before = *op;
	signature = scenario_op_signature[op->code];
	if (!*signature)
		return false;
	letter = signature[mutate_below(m, (unsigned)strlen(signature))];
	if (beyond)
		set_beyond(m, op, letter);
	else if (mutate_one_in(m, 2))
		set_field(m, op, letter);
	else
		borrow(m, op);
	mutate_fit_op(s, op);
	return !same_values(op, &before);
}

/* --- The machine ------------------------------------------------------------------------------- */

/* In one task, or in all: its lives go on on another device. */
bool mutate_swap_devices(struct mutator *m)
{
	struct scenario *s = m->s;
	unsigned a = mutate_below(m, s->devices), b = mutate_below(m, s->devices);
	unsigned task = mutate_below(m, s->tasks + 1u);
	bool swapped = false;

	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op *op = &s->op[i];

		if (!(scenario_op_takes(op->code) & TAKES('D')) ||
		    (task < s->tasks && op->task != task) || (op->device != a && op->device != b))
			continue;
		op->device = (uint8_t)(op->device == a ? b : a);
		swapped |= a != b;
	}
	return swapped;
}

bool mutate_smaller_ring(struct mutator *m)
{
	struct scenario_unit *unit = &m->s->unit[mutate_below(m, m->s->units)];

	if (unit->ring_order == RING_ORDER_MIN)
		return false;
	unit->ring_order =
		(uint8_t)(RING_ORDER_MIN + mutate_below(m, unit->ring_order - RING_ORDER_MIN));
	return true;
}

/* The first function of a slot, any other, or one of another bus; that of no other device. */
static bool change_rid(struct mutator *m, struct scenario_device *d)
{
	uint16_t rid = (uint16_t)(d->rid ^ 1u << mutate_below(m, 16));

	if (has_rid(m->s, rid))
		return false;
	d->rid = rid;
	return true;
}

bool mutate_machine(struct mutator *m)
{
	struct scenario *s = m->s;
	struct scenario_device *d = &s->device[mutate_below(m, s->devices)], before = *d;
	uint8_t workers = s->world.workers;

	switch (mutate_below(m, 6)) {
	case 0:
		s->world.workers = (uint8_t)(1 + mutate_below(m, 4));
		return s->world.workers != workers;
	case 1:
		s->world.rcu_eager ^= true;
		return true;
	case 2:
		d->unit = (uint8_t)mutate_below(m, s->units);
		return d->unit != before.unit;
	case 3:
		d->retries = (uint8_t)mutate_below(m, 4);
		return d->retries != before.retries;
	case 4:
		d->credits = mutate_one_in(m, 4) ? extreme(m, 1, CREDITS_MAX)
						 : (uint16_t)(1 + mutate_below(m, 4));
		return d->credits != before.credits;
	default:
		return change_rid(m, d);
	}
}

bool mutate_knob(struct mutator *m)
{
	struct scenario_unit *unit = &m->s->unit[mutate_below(m, m->s->units)];
	unsigned knob, values, value, before;

	if (!scenario_knob_count)
		return false;
	knob = mutate_below(m, scenario_knob_count);
	values = scenario_knob_values(knob);
	before = unit->knob[knob];
	value = values ? mutate_below(m, values) : 0;
	if (value && !(m->allowed && m->allowed[knob] & 1u << value))
		value = 0;
	unit->knob[knob] = (uint8_t)value;
	return value != before;
}
