/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The minimiser's passes over tasks, machine and settings. What is dropped takes along the
 * operations that name it; what comes behind it moves up, and is renamed where operations and
 * anchors name it.
 */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

/* Keeps the operations for which @keep says so. */
static void filter_ops(struct scenario *s, unsigned index,
		       bool (*keep)(const struct scenario_op *op, unsigned index))
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->ops; i++)
		if (keep(&s->op[i], index))
			s->op[n++] = s->op[i];
	s->ops = (uint16_t)n;
}

static void filter_anchors(struct scenario *s, const char *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->anchors; i++)
		if (strcmp(s->anchor[i].task, name) && strcmp(s->anchor[i].target, name))
			s->anchor[n++] = s->anchor[i];
	s->anchors = (uint16_t)n;
}

static bool not_of_task(const struct scenario_op *op, unsigned task)
{
	return op->task != task && !(op->code == OP_AWAIT && op->space == task);
}

static void drop_task(struct scenario *s, unsigned task)
{
	filter_ops(s, task, not_of_task);
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

void minimize_tasks(struct minimizer *m)
{
	for (unsigned task = m->best->tasks; task-- > 0;) {
		drop_task(minimize_candidate(m), task);
		minimize_try(m);
	}
}

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

static bool not_of_device(const struct scenario_op *op, unsigned device)
{
	return !takes_device(op) || op->device != device;
}

static bool not_of_unit(const struct scenario_op *op, unsigned unit)
{
	return !takes_unit(op) || op->device != unit;
}

static bool not_of_space(const struct scenario_op *op, unsigned space)
{
	return !takes_space(op) || op->space != space;
}

static void drop_device(struct scenario *s, unsigned device)
{
	filter_ops(s, device, not_of_device);
	move_anchors(s, 'd', device);
	for (unsigned i = 0; i < s->ops; i++)
		s->op[i].device -= takes_device(&s->op[i]) && s->op[i].device > device;
	memmove(&s->device[device], &s->device[device + 1],
		(s->devices - device - 1u) * sizeof(s->device[0]));
	s->devices--;
}

static void drop_space(struct scenario *s, unsigned space)
{
	filter_ops(s, space, not_of_space);
	for (unsigned i = 0; i < s->ops; i++)
		s->op[i].space -= takes_space(&s->op[i]) && s->op[i].space > space;
	memmove(s->space_name[space], s->space_name[space + 1],
		(s->spaces - space - 1u) * sizeof(s->space_name[0]));
	s->spaces--;
}

/* Of two units; the devices move over to the one that is left, and with them the event thread. */
static void drop_unit(struct scenario *s, unsigned unit)
{
	filter_ops(s, unit, not_of_unit);
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

/* Two spaces may be one as well: a bind in another space is seldom what it takes. */
static void merge_space(struct scenario *s, unsigned space)
{
	for (unsigned i = 0; i < s->ops; i++)
		if (takes_space(&s->op[i]) && s->op[i].space == space)
			s->op[i].space = 0;
	drop_space(s, space);
}

void minimize_machine(struct minimizer *m)
{
	for (unsigned i = m->best->devices; i-- > 0 && m->best->devices > 1;) {
		drop_device(minimize_candidate(m), i);
		minimize_try(m);
	}
	for (unsigned i = m->best->spaces; i-- > 0 && m->best->spaces > 1;) {
		drop_space(minimize_candidate(m), i);
		if (minimize_try(m) || !i)
			continue;
		merge_space(minimize_candidate(m), i);
		minimize_try(m);
	}
	for (unsigned i = m->best->units; i-- > 0 && m->best->units > 1;) {
		drop_unit(minimize_candidate(m), i);
		minimize_try(m);
	}
}

/* Tries @plain for a field of the scenario, unless it has that value. */
#define TRY_PLAIN(m, field, plain)                                                                 \
	do {                                                                                       \
		if ((m)->best->field != (plain)) {                                                 \
			minimize_candidate(m)->field = (plain);                                    \
			minimize_try(m);                                                           \
		}                                                                                  \
	} while (0)

/* A quadword that is as a request's; else bit by bit. */
static void minimize_masks(struct minimizer *m, unsigned i)
{
	for (unsigned q = 0; q < 4; q++) {
		TRY_PLAIN(m, op[i].mask[q], 0);
		for (unsigned bit = 0; bit < 64 && m->best->op[i].mask[q]; bit++)
			TRY_PLAIN(m, op[i].mask[q], m->best->op[i].mask[q] & ~(1ull << bit));
	}
}

static void minimize_op(struct minimizer *m, unsigned i)
{
	const uint64_t takes = scenario_op_takes(m->best->op[i].code);
	const uint8_t flags = m->best->op[i].flags;

	if (takes & TAKES('a') && (flags & ~(OPF_LAST | OPF_FORCE)) != OPF_READ)
		TRY_PLAIN(m, op[i].flags, (uint8_t)((flags & (OPF_LAST | OPF_FORCE)) | OPF_READ));
	if (takes & TAKES('f') && m->best->op[i].flags & OPF_FORCE)
		TRY_PLAIN(m, op[i].flags, (uint8_t)(m->best->op[i].flags & ~OPF_FORCE));
	if (takes & TAKES('d') && m->best->op[i].flags & OPF_DOMAIN)
		TRY_PLAIN(m, op[i].flags, (uint8_t)(m->best->op[i].flags & ~OPF_DOMAIN));
	if (takes & TAKES('n'))
		TRY_PLAIN(m, op[i].page, 1);
	if (takes & TAKES('h'))
		TRY_PLAIN(m, op[i].how, SCENARIO_STOP_ANSWERED);
	if (takes & TAKES('x'))
		minimize_masks(m, i);
}

void minimize_settings(struct minimizer *m)
{
	TRY_PLAIN(m, world.workers, 1);
	TRY_PLAIN(m, world.clock_free, false);
	TRY_PLAIN(m, world.alloc_fails, false);
	TRY_PLAIN(m, world.rcu_eager, false);
	TRY_PLAIN(m, world.access, false);
	TRY_PLAIN(m, world.misuse, false);
	for (unsigned u = 0; u < m->best->units; u++) {
		for (unsigned k = 0; k < SCENARIO_KNOBS_MAX; k++)
			TRY_PLAIN(m, unit[u].knob[k], 0);
		TRY_PLAIN(m, unit[u].ring_order, 7);
	}
	for (unsigned d = 0; d < m->best->devices; d++) {
		TRY_PLAIN(m, device[d].retries, 0);
		TRY_PLAIN(m, device[d].no_ats, false);
		TRY_PLAIN(m, device[d].credits, 32);
	}
	for (unsigned i = 0; i < m->best->ops; i++)
		minimize_op(m, i);
}
