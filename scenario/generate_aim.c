/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Aimed hostility: each feature breaks one promise, at a place where software depends on it, or lets
 * happen at once what software has to keep apart. Thrown in anywhere (generate_break.c), the same
 * operations mostly meet nothing, or excuse what they uncover.
 */

#include "scenario/generate_internal.h"

#define BESIDE_MAX 3 /* operations of a task that only disturbs */
#define SLOW_MS 200  /* a fault that takes longer only takes longer */
#define HOLD_ALL 255 /* outlasts all retries */
#define HOLD_SOME 12
#define QUEUE_FULL 32 /* drains, some nine descriptors each, that take 256 slots and more */

/* Of the same task as the operation ahead of it. */
static void insert_behind(struct generator *g, unsigned at, struct scenario_op op)
{
	unsigned task = g->s->op[at].task;

	if (g->s->ops == SCENARIO_OPS_MAX)
		return;
	generate_insert(g, at + 1, op);
	g->s->op[at + 1].task = (uint8_t)task;
}

static bool same_life(const struct scenario_op *a, const struct scenario_op *b)
{
	return a->device == b->device && a->pasid == b->pasid;
}

/* The last operation of that kind of the life, ahead of @at; or @at. */
static unsigned find_before(const struct scenario *s, unsigned at, unsigned code)
{
	for (unsigned i = at; i--;)
		if (s->op[i].code == code && same_life(&s->op[i], &s->op[at]))
			return i;
	return at;
}

/* The next operation of that kind of the life, of the same task; or @at. */
static unsigned find_behind(const struct scenario *s, unsigned at, unsigned code)
{
	for (unsigned i = at + 1; i < s->ops && s->op[i].task == s->op[at].task; i++)
		if (s->op[i].code == code && same_life(&s->op[i], &s->op[at]))
			return i;
	return at;
}

/* A task of its own; the last one's if there are no more. */
static unsigned beside(struct generator *g)
{
	struct scenario *s = g->s;

	if (s->tasks == SCENARIO_TASKS_MAX)
		return s->tasks - 1u;
	return s->tasks++;
}

/*
 * A group of a life that is stopped has no end; or half of its groups, and the ring is the smallest:
 * parts stay behind, an overflow meets them, and what is done with all of them takes its time.
 */
static void aim_open_group(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned stop = generate_find(g, OP_STOP), at;
	bool many = generate_one_in(g, 2);

	if (stop == s->ops)
		return;
	for (unsigned u = 0; many && u < s->units; u++)
		s->unit[u].ring_order = 3;
	at = find_before(s, stop, OP_REQUEST);
	while (s->op[at].code == OP_REQUEST) {
		unsigned before = find_before(s, at, OP_REQUEST);

		if (generate_one_in(g, 2)) {
			s->op[at].flags &= (uint8_t)~OPF_LAST;
			if (!many)
				break;
		}
		if (before == at)
			break;
		at = before;
	}
}

static void hold(struct generator *g, unsigned at, unsigned device, unsigned count, unsigned how)
{
	generate_insert(g, at,
			(struct scenario_op){
				.code = OP_HOLD,
				.device = (uint8_t)device,
				.page = (uint16_t)count,
				.flags = (uint8_t)how,
			});
}

static unsigned pick_silence(struct generator *g)
{
	return generate_one_in(g, 2) ? OPF_NEVER : 0;
}

static unsigned pick_count(struct generator *g)
{
	switch (generate_below(g, 3)) {
	case 0:
		return 1 + generate_below(g, 3);
	case 1:
		return 4 + generate_below(g, HOLD_SOME);
	default:
		return HOLD_ALL;
	}
}

/* No device answers any more, time passes as it likes, and several attempts share the queue. */
static void stall_queues(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned how = pick_silence(g);

	for (unsigned d = 0; d < s->devices; d++)
		for (unsigned i = 0; i < s->ops; i++)
			if (s->op[i].device == d &&
			    (s->op[i].code == OP_UNBIND || s->op[i].code == OP_BIND)) {
				hold(g, i, d, HOLD_ALL, how);
				break;
			}
	generate_turn_knob(g, "qi-window");
	s->world.clock_free = true;
}

static void aim_mute(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned at;

	if (generate_one_in(g, 2)) {
		stall_queues(g);
		return;
	}
	at = generate_find(g, generate_one_in(g, 2) ? OP_UNBIND : OP_BIND);
	if (at < s->ops) {
		unsigned count = pick_count(g);

		hold(g, at, s->op[at].device, count, pick_silence(g));
	}
	if (generate_one_in(g, 2))
		s->world.clock_free = true;
}

/*
 * A drain that gives up leaves its life. The device was not stopped and goes on, and the space may
 * end meanwhile. What makes it give up is time that passes while the event thread stands still, a
 * device that does not answer, or an error of the queue.
 */
static void aim_left_behind(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned at = generate_find(g, OP_UNBIND);
	unsigned stop, bind;
	struct scenario_op op;

	if (at == s->ops || s->ops + 6u > SCENARIO_OPS_MAX)
		return;
	op = s->op[at];
	bind = find_before(s, at, OP_BIND);
	insert_behind(g, at, op);
	op = (struct scenario_op){ .code = OP_REQUEST,
				   .device = op.device,
				   .pasid = op.pasid,
				   .group = (uint16_t)(g->group_base + 1),
				   .page = 0x10,
				   .flags = OPF_READ | OPF_LAST };
	insert_behind(g, at, op);
	if (bind < at && generate_below(g, 4))
		insert_behind(g, at,
			      (struct scenario_op){ .code = OP_EXIT, .space = s->op[bind].space });
	stop = find_before(s, at, OP_STOP);
	switch (generate_below(g, 4)) {
	case 0:
		hold(g, at, op.device, HOLD_ALL, pick_silence(g));
		break;
	case 1:
		op = (struct scenario_op){ .code = OP_INJECT,
					   .device = s->device[op.device].unit,
					   .how = (uint8_t)generate_below(g,
									  SCENARIO_ERROR_COUNT) };
		generate_insert(g, at, op);
		break;
	default:
		s->world.clock_free = true;
		break;
	}
	if (stop > bind && stop < at)
		generate_drop(s, stop);
}

static void aim_queue_error(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned stop = generate_find(g, OP_STOP);
	unsigned n = 1 + generate_below(g, BESIDE_MAX), task;

	if (stop < s->ops && s->op[stop].pasid != SCENARIO_NONE && generate_one_in(g, 2)) {
		struct scenario_op drain = s->op[stop];

		s->op[stop].how = SCENARIO_STOP_MARKER;
		drain.code = OP_DRAIN;
		drain.how = 0;
		insert_behind(g, stop, drain);
	}
	task = beside(g);
	while (n--) {
		struct scenario_op *op = generate_op(g, OP_INJECT, task);

		op->device = (uint8_t)generate_below(g, s->units);
		op->how = (uint8_t)generate_below(g, SCENARIO_ERROR_COUNT);
	}
}

static void aim_status(struct generator *g)
{
	unsigned n = 1 + generate_below(g, BESIDE_MAX);
	unsigned task = beside(g);

	while (n--) {
		struct scenario_op *op = generate_op(g, OP_PRS, task);

		op->device = (uint8_t)generate_below(g, g->s->units);
		op->how = (uint8_t)(1 + generate_below(g, 3));
	}
}

static void aim_switch_off(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned stop = generate_find(g, OP_STOP);
	struct scenario_op op;

	if (stop == s->ops || s->op[stop].pasid == SCENARIO_NONE)
		return;
	op = s->op[stop];
	op.how = 0;
	op.code = OP_ENABLE;
	insert_behind(g, find_behind(s, stop, OP_UNBIND), op);
	if (generate_one_in(g, 2)) {
		op.code = OP_DRAIN;
		insert_behind(g, stop, op);
	}
	op.code = OP_DISABLE;
	insert_behind(g, stop, op);
	if (generate_one_in(g, 2))
		s->op[stop].how = SCENARIO_STOP_MARKER;
}

static void aim_slow(struct generator *g)
{
	struct scenario *s = g->s;

	for (unsigned i = 0; i < s->spaces; i++)
		if (i == 0 || generate_below(g, 4))
			generate_insert(g, 0,
					(struct scenario_op){
						.code = OP_SLOW,
						.space = (uint8_t)i,
						.page = (uint16_t)(1 + generate_below(g, SLOW_MS)),
					});
}

/*
 * A device that is not stopped uses a page all through the unbind: what is taken out of one cache is
 * filled again from the next, if that one is flushed later (VT-d 6.5.3.3). The page is there by then:
 * both tasks wait for the one that binds.
 */
static void aim_refill(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned n = 8 + generate_below(g, 17), page = 0x10 + generate_below(g, 4);
	unsigned at = generate_find(g, OP_UNBIND), stop;
	struct scenario_op unbind, *op;

	while (at + 1u < s->ops && s->op[at + 1].task == s->op[at].task)
		at++;
	if (at == s->ops || s->op[at].code != OP_UNBIND || s->ops + n + 4u > SCENARIO_OPS_MAX ||
	    s->tasks + 2u > SCENARIO_TASKS_MAX)
		return;
	stop = find_before(s, at, OP_STOP);
	if (stop < at && stop > find_before(s, at, OP_BIND)) {
		generate_drop(s, stop);
		at--;
	}
	unbind = s->op[at];
	s->op[at] = (struct scenario_op){ .code = OP_REQUEST,
					  .task = unbind.task,
					  .device = unbind.device,
					  .pasid = unbind.pasid,
					  .group = (uint16_t)(g->group_base + 1),
					  .page = (uint16_t)page,
					  .flags = OPF_READ | OPF_LAST };
	insert_behind(g, at,
		      (struct scenario_op){
			      .code = OP_SETTLE, .device = unbind.device, .pasid = unbind.pasid });
	generate_op(g, OP_AWAIT, s->tasks)->space = unbind.task;
	op = generate_op(g, OP_UNBIND, s->tasks++);
	op->device = unbind.device;
	op->pasid = unbind.pasid;
	generate_op(g, OP_AWAIT, s->tasks)->space = unbind.task;
	while (n--) {
		op = generate_op(g, generate_one_in(g, 2) ? OP_TRANSLATE : OP_ACCESS, s->tasks);
		op->device = unbind.device;
		op->pasid = unbind.pasid;
		op->page = (uint16_t)page;
		op->flags = OPF_READ;
	}
	s->tasks++;
}

/* One more, behind the unit of @like; or the number of devices if there is no room. */
static unsigned add_device(struct scenario *s, unsigned like)
{
	unsigned d = s->devices;

	if (d < SCENARIO_DEVICES_MAX) {
		s->device[d].unit = s->device[like].unit;
		s->devices++;
	}
	return d;
}

/* The list of devices changes while others' requests are looked up in it. */
static void aim_bystander(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned d = add_device(s, generate_below(g, s->devices));
	unsigned n = 1 + generate_below(g, BESIDE_MAX), task;

	if (d == s->devices)
		return;
	task = beside(g);
	while (n--) {
		generate_op(g, OP_DETACH, task)->device = (uint8_t)d;
		generate_op(g, OP_ATTACH, task)->device = (uint8_t)d;
	}
}

/*
 * The invalidation queue goes round: whoever does not give back all slots, even of what a device that
 * is gone has left, has none in the end. With changes of the RID domain where there are no bare drains.
 */
static void aim_full_queue(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned at = generate_find(g, OP_UNBIND), room = SCENARIO_OPS_MAX - s->ops;
	bool drains = generate_below(g, 4), gone = generate_below(g, 4);
	unsigned n = drains ? QUEUE_FULL : QUEUE_FULL / 2;
	struct scenario_op op = { 0 };
	unsigned d;

	if (at == s->ops || room < n + 2 + s->tasks)
		return;
	d = add_device(s, s->op[at].device);
	if (d == s->devices)
		return;
	if (gone) {
		op.code = OP_GONE;
		op.device = s->op[at].device;
		generate_insert(g, at++, op);
	}
	op = (struct scenario_op){ .device = (uint8_t)d,
				   .pasid = drains ? 0 : SCENARIO_NONE,
				   .code = drains ? OP_DRAIN : OP_RID };
	while (n--)
		insert_behind(g, at, op);
	op.code = OP_BIND;
	if (drains)
		insert_behind(g, at, op);
}

void generate_aim(struct generator *g)
{
	static void (*const aim[])(struct generator * g) = {
		aim_open_group, aim_mute, aim_left_behind, aim_queue_error, aim_status,
		aim_switch_off, aim_slow, aim_refill,      aim_bystander,   aim_full_queue,
	};

	_Static_assert(sizeof(aim) / sizeof(aim[0]) == FEATURE_COUNT - FEATURE_AIMED,
		       "one edit for each feature");
	for (unsigned i = 0; i < sizeof(aim) / sizeof(aim[0]); i++)
		if (generate_has(g, FEATURE_AIMED + i))
			aim[i](g);
}
