/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The minimiser's passes over tasks and the machine. What is dropped takes along the operations that
 * name it, or hands them to another of its kind; what comes behind it moves up, and is renamed where
 * operations and anchors name it.
 */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

static void filter_anchors(struct scenario *s, const char *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->anchors; i++)
		if (strcmp(s->anchor[i].task, name) && strcmp(s->anchor[i].target, name))
			s->anchor[n++] = s->anchor[i];
	s->anchors = (uint16_t)n;
}

/* --- Tasks ------------------------------------------------------------------------------------------ */

static bool is_of_task(const struct scenario_op *op, unsigned task)
{
	return op->task == task || (op->code == OP_AWAIT && op->space == task);
}

static void drop_task(struct scenario *s, unsigned task)
{
	minimize_filter_ops(s, task, is_of_task);
	filter_anchors(s, s->task_name[task]);
	for (unsigned i = 0; i < s->ops; i++) {
		s->op[i].task -= s->op[i].task > task;
		if (s->op[i].code == OP_AWAIT)
			s->op[i].space -= s->op[i].space > task;
	}
	memmove(s->task_name[task], s->task_name[task + 1],
		(s->tasks - task - 1u) * sizeof(s->task_name[0]));
	s->tasks--;
}

static bool awaits_itself(const struct scenario_op *op, unsigned unused)
{
	return op->code == OP_AWAIT && op->space == op->task;
}

/* Task @from goes on with the script of @task, behind its own; false: there would be a circle. */
static bool merge_task(struct scenario *s, unsigned from, unsigned task)
{
	struct scenario_op later[SCENARIO_OPS_MAX];
	unsigned n = 0, kept = 0;

	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op op = s->op[i];

		if (op.code == OP_AWAIT && op.space == task)
			op.space = (uint8_t)from;
		if (op.task == task) {
			op.task = (uint8_t)from;
			later[n++] = op;
		} else {
			s->op[kept++] = op;
		}
	}
	memcpy(&s->op[kept], later, n * sizeof(later[0]));
	minimize_filter_ops(s, 0, awaits_itself);
	for (unsigned i = 0; i < s->ops; i++)
		if (s->op[i].code == OP_AWAIT &&
		    scenario_await_circle(s, s->ops, s->op[i].task, s->op[i].space))
			return false;
	scenario_sort_ops(s);
	drop_task(s, task);
	return true;
}

EDIT(edit_task)
{
	unsigned pair = at->n - s->tasks, from, task;

	if (at->n < s->tasks) {
		drop_task(s, at->n);
		return EDIT_MADE;
	}
	if (pair >= (unsigned)s->tasks * s->tasks)
		return EDIT_END;
	from = pair / s->tasks;
	task = pair % s->tasks;
	return from != task && merge_task(s, from, task) ? EDIT_MADE : EDIT_NOTHING;
}

/* --- The machine ------------------------------------------------------------------------------------ */

/*
 * Anchors name the machine's parts by index (`d1.up`, `u1.walk`): those of a dropped part go, those
 * behind it move up. Returns false if the anchor goes.
 */
static bool move_up(char word[SCENARIO_WORD_MAX], char letter, unsigned dropped)
{
	unsigned index;

	if (word[0] != letter || word[1] < '0' || word[1] > '9' || word[2] != '.')
		return true;
	index = (unsigned)(word[1] - '0');
	if (index > dropped)
		word[1]--;
	return index != dropped;
}

static void move_anchors(struct scenario *s, char letter, unsigned dropped)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->anchors; i++) {
		struct scenario_anchor *a = &s->anchor[i];

		if (move_up(a->task, letter, dropped) && move_up(a->target, letter, dropped))
			s->anchor[n++] = *a;
	}
	s->anchors = (uint16_t)n;
}

static bool takes_device(const struct scenario_op *op)
{
	return scenario_op_takes(op->code) & TAKES('D');
}

static bool takes_unit(const struct scenario_op *op)
{
	return scenario_op_takes(op->code) & TAKES('U');
}

static bool takes_space(const struct scenario_op *op)
{
	return scenario_op_takes(op->code) & (TAKES('S') | TAKES('R')) &&
	       op->space != SCENARIO_NONE;
}

static bool is_of_device(const struct scenario_op *op, unsigned device)
{
	return takes_device(op) && op->device == device;
}

static bool is_of_unit(const struct scenario_op *op, unsigned unit)
{
	return takes_unit(op) && op->device == unit;
}

static bool is_of_space(const struct scenario_op *op, unsigned space)
{
	return takes_space(op) && op->space == space;
}

static void drop_device(struct scenario *s, unsigned device)
{
	minimize_filter_ops(s, device, is_of_device);
	move_anchors(s, 'd', device);
	for (unsigned i = 0; i < s->ops; i++)
		s->op[i].device -= takes_device(&s->op[i]) && s->op[i].device > device;
	memmove(&s->device[device], &s->device[device + 1],
		(s->devices - device - 1u) * sizeof(s->device[0]));
	s->devices--;
}

static void drop_space(struct scenario *s, unsigned space)
{
	minimize_filter_ops(s, space, is_of_space);
	for (unsigned i = 0; i < s->ops; i++)
		s->op[i].space -= takes_space(&s->op[i]) && s->op[i].space > space;
	memmove(s->space_name[space], s->space_name[space + 1],
		(s->spaces - space - 1u) * sizeof(s->space_name[0]));
	s->spaces--;
}

/* Of two units; the devices move over to the one that is left, and with them the event thread. */
static void drop_unit(struct scenario *s, unsigned unit)
{
	minimize_filter_ops(s, unit, is_of_unit);
	move_anchors(s, 'u', unit);
	filter_anchors(s, unit ? "irq1" : "irq");
	for (unsigned i = 0; i < s->anchors; i++) {
		if (!strcmp(s->anchor[i].task, "irq1"))
			s->anchor[i].task[3] = '\0';
		if (!strcmp(s->anchor[i].target, "irq1"))
			s->anchor[i].target[3] = '\0';
	}
	for (unsigned i = 0; i < s->ops; i++)
		if (takes_unit(&s->op[i]))
			s->op[i].device = 0;
	for (unsigned i = 0; i < s->devices; i++)
		s->device[i].unit = 0;
	if (!unit)
		s->unit[0] = s->unit[1];
	s->units--;
}

/* What is said of the one is said of the other: a second device, or space, is seldom what it takes. */
static void hand_over(struct scenario *s,
		      bool (*is_of)(const struct scenario_op *op, unsigned index), unsigned from,
		      unsigned to)
{
	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op *op = &s->op[i];

		if (!is_of(op, from))
			continue;
		if (is_of == is_of_device)
			op->device = (uint8_t)to;
		else
			op->space = (uint8_t)to;
	}
}

static bool edit_devices(struct scenario *s, unsigned e)
{
	unsigned from = e < SCENARIO_DEVICES_MAX ? e : e % SCENARIO_DEVICES_MAX;
	unsigned to = e / SCENARIO_DEVICES_MAX - 1;

	if (s->devices == 1 || from >= s->devices)
		return false;
	if (e >= SCENARIO_DEVICES_MAX) {
		if (to >= s->devices || to == from)
			return false;
		hand_over(s, is_of_device, from, to);
	}
	drop_device(s, from);
	return true;
}

static bool edit_spaces(struct scenario *s, unsigned e)
{
	unsigned from = e < SCENARIO_SPACES_MAX ? e : e % SCENARIO_SPACES_MAX;
	unsigned to = e / SCENARIO_SPACES_MAX - 1;

	if (s->spaces == 1 || from >= s->spaces)
		return false;
	if (e >= SCENARIO_SPACES_MAX) {
		if (to >= s->spaces || to == from)
			return false;
		hand_over(s, is_of_space, from, to);
	}
	drop_space(s, from);
	return true;
}

#define DEVICE_EDITS (SCENARIO_DEVICES_MAX * (1 + SCENARIO_DEVICES_MAX))
#define SPACE_EDITS (SCENARIO_SPACES_MAX * (1 + SCENARIO_SPACES_MAX))

EDIT(edit_parts)
{
	unsigned e = at->n;
	bool changed = false;

	if (e < DEVICE_EDITS) {
		changed = edit_devices(s, e);
	} else if ((e -= DEVICE_EDITS) < SPACE_EDITS) {
		changed = edit_spaces(s, e);
	} else if ((e -= SPACE_EDITS) < SCENARIO_UNITS_MAX) {
		changed = e < s->units && s->units > 1;
		if (changed)
			drop_unit(s, e);
	} else {
		return EDIT_END;
	}
	return changed ? EDIT_MADE : EDIT_NOTHING;
}
