/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values: settings back to their defaults, fields to the plainest, and what may have any number to the
 * canonical ones, which are counted in the order of the text: tasks app0.., spaces A.., p1.., groups
 * 1.., pages 0x10..
 */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

#define PAGE_FIRST 0x10
#define GROUP_FIRST 1
#define OP_EDITS 18         /* numbers of edits of an operation without masks */
#define MASK_EDITS (4 * 65) /* a quadword, and each of its bits */
#define ALL_EDITS (OP_EDITS + MASK_EDITS)
#define ACCESS (OPF_READ | OPF_WRITE | OPF_EXEC | OPF_PRIV)

static bool takes(const struct scenario_op *op, char letter)
{
	return scenario_op_takes(op->code) & TAKES(letter);
}

static bool takes_pasid(const struct scenario_op *op)
{
	return (takes(op, 'P') || takes(op, 'Q') || takes(op, 'A')) && op->pasid != SCENARIO_NONE;
}

static bool takes_space(const struct scenario_op *op)
{
	return (takes(op, 'S') || takes(op, 'R')) && op->space != SCENARIO_NONE;
}

/* --- Canonical numbers -------------------------------------------------------------------------- */

enum number { NUMBER_PAGE, NUMBER_GROUP, NUMBER_PASID, NUMBER_SPACE, NUMBERS };

/* False: the operation has none. */
static bool number_get(const struct scenario_op *op, enum number which, unsigned *value)
{
	switch (which) {
	case NUMBER_PAGE:
		*value = op->page;
		return takes(op, 'p');
	case NUMBER_GROUP:
		/* Each device counts its own. */
		*value = (unsigned)op->device << 16 | op->group;
		return takes(op, 'g');
	case NUMBER_PASID:
		*value = op->pasid;
		return takes_pasid(op);
	default:
		*value = op->space;
		return takes_space(op);
	}
}

static void number_set(struct scenario_op *op, enum number which, unsigned value)
{
	switch (which) {
	case NUMBER_PAGE:
		op->page = (uint16_t)value;
		break;
	case NUMBER_GROUP:
		op->group = (uint16_t)value;
		break;
	case NUMBER_PASID:
		op->pasid = (uint8_t)value;
		break;
	default:
		op->space = (uint8_t)value;
	}
}

/* What the number of operation @i would be if they were counted; @fresh: it is the first to have it. */
static unsigned canonical(const struct scenario *s, unsigned i, enum number which, bool *fresh)
{
	static const unsigned first[NUMBERS] = { PAGE_FIRST, GROUP_FIRST, 0, 0 };
	unsigned seen[SCENARIO_OPS_MAX], count = 0, mine, value;
	unsigned wanted = 0;

	number_get(&s->op[i], which, &mine);
	*fresh = true;
	for (unsigned k = 0; k <= i; k++) {
		unsigned at = 0;

		if (!number_get(&s->op[k], which, &value) ||
		    (which == NUMBER_GROUP && s->op[k].device != s->op[i].device))
			continue;
		while (at < count && seen[at] != value)
			at++;
		if (at == count)
			seen[count++] = value;
		if (value == mine && k < i)
			*fresh = false;
		wanted = first[which] + at;
	}
	return wanted;
}

static bool renumber(struct scenario *s, enum number which)
{
	unsigned wanted[SCENARIO_OPS_MAX], value;
	bool changed = false, fresh;

	for (unsigned i = 0; i < s->ops; i++)
		if (number_get(&s->op[i], which, &value))
			wanted[i] = canonical(s, i, which, &fresh);
	for (unsigned i = 0; i < s->ops; i++) {
		if (!number_get(&s->op[i], which, &value))
			continue;
		changed |= (value & 0xffff) != wanted[i];
		number_set(&s->op[i], which, wanted[i]);
	}
	return changed;
}

static void rename_anchors(struct scenario *s, unsigned task, const char *name)
{
	for (unsigned i = 0; i < s->anchors; i++) {
		struct scenario_anchor *a = &s->anchor[i];

		if (!strcmp(a->task, s->task_name[task]))
			memcpy(a->task, name, SCENARIO_WORD_MAX);
		if (!strcmp(a->target, s->task_name[task]))
			memcpy(a->target, name, SCENARIO_WORD_MAX);
	}
	memcpy(s->task_name[task], name, SCENARIO_WORD_MAX);
}

/* By way of names that nobody has: app0 and app1 may have to change places. */
static bool rename_tasks(struct scenario *s)
{
	struct scenario plain;
	bool changed = false;

	scenario_default_names(&plain);
	for (unsigned i = 0; i < s->tasks; i++)
		changed |= strcmp(s->task_name[i], plain.task_name[i]);
	for (unsigned i = 0; changed && i < s->tasks; i++) {
		char name[SCENARIO_WORD_MAX] = { 1, (char)('0' + i) };

		rename_anchors(s, i, name);
	}
	for (unsigned i = 0; changed && i < s->tasks; i++)
		rename_anchors(s, i, plain.task_name[i]);
	return changed;
}

static bool rename_spaces(struct scenario *s)
{
	struct scenario plain;
	bool changed = false;

	scenario_default_names(&plain);
	for (unsigned i = 0; i < s->spaces; i++)
		changed |= strcmp(s->space_name[i], plain.space_name[i]);
	memcpy(s->space_name, plain.space_name, sizeof(s->space_name));
	return changed;
}

static bool default_rids(struct scenario *s)
{
	struct scenario_device plain;
	bool changed = false;

	for (unsigned i = 0; i < s->devices; i++) {
		scenario_default_device(&plain, i);
		changed |= s->device[i].rid != plain.rid;
		s->device[i].rid = plain.rid;
	}
	return changed;
}

EDIT(edit_names)
{
	bool changed = false;

	switch (at->n) {
	case 0:
		for (unsigned which = 0; which < NUMBERS; which++)
			changed |= renumber(s, which);
		changed |= default_rids(s);
		changed |= rename_tasks(s);
		changed |= rename_spaces(s);
		break;
	case 1:
		changed = rename_tasks(s);
		break;
	case 2:
		changed = rename_spaces(s);
		break;
	case 3:
		changed = default_rids(s);
		break;
	default:
		if (at->n - 4 >= NUMBERS)
			return EDIT_END;
		changed = renumber(s, at->n - 4);
	}
	return changed ? EDIT_MADE : EDIT_NOTHING;
}

/* --- Operations ------------------------------------------------------------------------------------ */

static unsigned op_distance(const struct scenario_op *op)
{
	unsigned n = 0;

	if (takes(op, 'a'))
		n += __builtin_popcount((op->flags & ACCESS) ^ OPF_READ);
	if (takes(op, 'f'))
		n += !!(op->flags & OPF_FORCE);
	if (takes(op, 'd'))
		n += !!(op->flags & OPF_DOMAIN);
	if (takes(op, 'i'))
		n += !!(op->flags & OPF_NEVER);
	if (takes(op, 'n') || takes(op, 'm'))
		n += op->page > 1;
	if (takes(op, 'h') || takes(op, 'e'))
		n += op->how;
	if (takes(op, 'b'))
		n += __builtin_popcount(op->how);
	if (takes(op, 'V'))
		n += __builtin_popcount(scenario_op_value(op));
	for (unsigned q = 0; takes(op, 'x') && q < 4; q++)
		n += __builtin_popcountll(op->mask[q]);
	return n;
}

unsigned measure_fields(const struct scenario *s)
{
	struct scenario plain;
	unsigned n = 0, value;
	bool fresh;

	for (unsigned i = 0; i < s->ops; i++) {
		n += op_distance(&s->op[i]);
		for (unsigned which = 0; which < NUMBERS; which++) {
			if (!number_get(&s->op[i], which, &value))
				continue;
			n += (value & 0xffff) != canonical(s, i, which, &fresh);
			n += fresh;
		}
	}
	scenario_default_names(&plain);
	for (unsigned i = 0; i < s->tasks; i++)
		n += !!strcmp(s->task_name[i], plain.task_name[i]);
	for (unsigned i = 0; i < s->spaces; i++)
		n += !!strcmp(s->space_name[i], plain.space_name[i]);
	for (unsigned i = 0; i < s->devices; i++) {
		scenario_default_device(&plain.device[i], i);
		n += s->device[i].rid != plain.device[i].rid;
	}
	return n;
}

static bool set8(uint8_t *field, unsigned value)
{
	bool changed = *field != value;

	*field = (uint8_t)value;
	return changed;
}

static bool set16(uint16_t *field, unsigned value)
{
	bool changed = *field != value;

	*field = (uint16_t)value;
	return changed;
}

static bool plain_flags(struct scenario_op *op, unsigned e)
{
	static const struct {
		char letter;
		uint8_t off;
	} flag[] = { { 'a', OPF_PRIV },  { 'a', OPF_EXEC },   { 'a', OPF_WRITE },
		     { 'f', OPF_FORCE }, { 'd', OPF_DOMAIN }, { 'i', OPF_NEVER } };

	if (!e)
		return takes(op, 'a') && set8(&op->flags, (op->flags & ~ACCESS) | OPF_READ);
	return takes(op, flag[e - 1].letter) && set8(&op->flags, op->flags & ~flag[e - 1].off);
}

static bool plain_number(struct scenario_op *op, unsigned e)
{
	switch (e) {
	case 0:
		return takes_pasid(op) && set8(&op->pasid, 0);
	case 1:
		return takes_pasid(op) && op->pasid && set8(&op->pasid, op->pasid - 1u);
	case 2:
	case 3:
		return takes(op, 'p') && set16(&op->page, PAGE_FIRST + e - 2);
	case 4:
	case 5:
	case 6:
		return takes(op, 'g') && set16(&op->group, GROUP_FIRST + e - 4);
	case 7:
		return takes_space(op) && set8(&op->space, 0);
	case 8:
		return (takes(op, 'n') || takes(op, 'm')) && set16(&op->page, 1);
	case 9:
		return takes(op, 'V') && set16(&op->group, 0) + set16(&op->page, 0);
	default:
		return (takes(op, 'h') || takes(op, 'e')) && op->how &&
		       set8(&op->how, op->how - 1u);
	}
}

EDIT(edit_ops)
{
	unsigned i = at->n / ALL_EDITS, e = at->n % ALL_EDITS;
	struct scenario_op *op = &s->op[i];
	bool changed;

	if (i >= s->ops)
		return EDIT_END;
	if (e < 7) {
		changed = plain_flags(op, e);
	} else if (e < OP_EDITS) {
		changed = plain_number(op, e - 7);
	} else if (takes(op, 'x')) {
		unsigned q = (e - OP_EDITS) / 65, bit = (e - OP_EDITS) % 65;
		uint64_t off = bit ? 1ull << (bit - 1) : ~0ull;

		changed = op->mask[q] & off;
		op->mask[q] &= ~off;
	} else {
		at->n = (i + 1) * ALL_EDITS - 1;
		changed = false;
	}
	return changed ? EDIT_MADE : EDIT_NOTHING;
}

/* --- Settings -------------------------------------------------------------------------------------- */

#define WORLD_EDITS 7
#define UNIT_EDITS (SCENARIO_KNOBS_MAX + 1)
#define DEVICE_EDITS 3

static bool off(bool *setting)
{
	bool changed = *setting;

	*setting = false;
	return changed;
}

static bool plain_world(struct scenario_world *w, unsigned e)
{
	switch (e) {
	case 0:
		return set8(&w->workers, 1);
	case 1:
		return w->workers > 1 && set8(&w->workers, w->workers - 1u);
	case 2:
		return off(&w->clock_free);
	case 3:
		return off(&w->alloc_fails);
	case 4:
		return off(&w->rcu_eager);
	case 5:
		return off(&w->access);
	default:
		return off(&w->misuse);
	}
}

static bool plain_device(struct scenario_device *d, unsigned e)
{
	switch (e) {
	case 0:
		return set8(&d->retries, 0);
	case 1:
		return off(&d->no_ats);
	default:
		return set16(&d->credits, 32);
	}
}

EDIT(edit_settings)
{
	unsigned e = at->n;
	bool changed;

	if (e < WORLD_EDITS) {
		changed = plain_world(&s->world, e);
	} else if ((e -= WORLD_EDITS) < s->units * UNIT_EDITS) {
		struct scenario_unit *u = &s->unit[e / UNIT_EDITS];

		e %= UNIT_EDITS;
		changed = e ? set8(&u->knob[e - 1], 0) : set8(&u->ring_order, 7);
	} else if ((e -= s->units * UNIT_EDITS) < s->devices * DEVICE_EDITS) {
		changed = plain_device(&s->device[e / DEVICE_EDITS], e % DEVICE_EDITS);
	} else {
		return EDIT_END;
	}
	return changed ? EDIT_MADE : EDIT_NOTHING;
}
