/* SPDX-License-Identifier: GPL-2.0-only */
/* The mutator's choice of what to change, and what it does to scripts. */

#include <string.h>

#include "scenario/mutate_internal.h"

#define ROW_MAX 8 /* operations that are moved or copied together */
#define REPEAT_MAX 40
#define TRIES 64
#define GROUPS 512

static unsigned pick_row(struct mutator *m, unsigned at)
{
	unsigned left = m->s->ops - at, n = 1;

	if (mutate_one_in(m, 2))
		n += mutate_below(m, ROW_MAX);
	return n < left ? n : left;
}

static void take_out(struct scenario *s, unsigned at, unsigned n)
{
	memmove(&s->op[at], &s->op[at + n], (s->ops - at - n) * sizeof(s->op[0]));
	s->ops = (uint16_t)(s->ops - n);
}

/*
 * The operations of @row in front of the one at @at, in its task, or at the end of the last; with
 * @alone in a task of their own.
 */
static void put_in(struct mutator *m, unsigned at, const struct scenario_op *row, unsigned n,
		   bool alone)
{
	struct scenario *s = m->s;
	unsigned task;

	if (!s->tasks || (alone && s->tasks < SCENARIO_TASKS_MAX))
		at = s->ops, task = s->tasks++;
	else
		task = at < s->ops ? s->op[at].task : s->tasks - 1u;
	memmove(&s->op[at + n], &s->op[at], (s->ops - at) * sizeof(s->op[0]));
	s->ops = (uint16_t)(s->ops + n);
	for (unsigned i = at; i < at + n; i++) {
		struct scenario_op *op = &s->op[i];

		*op = row[i - at];
		op->task = (uint8_t)task;
		mutate_fit_op(s, op);
	}
	scenario_sort_ops(s);
}

/*
 * Choices that have no room any more beside the operations are dropped. A wait that closes a circle
 * would hang by itself, and descriptors have a bound; the byte form mends both in the same way.
 */
static void settle(struct scenario *s)
{
	size_t room = scenario_choice_room(s);
	unsigned descriptors = 0;

	if (s->choice_count > room)
		s->choice_count = (uint16_t)room;
	scenario_strip_choices(s);
	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op *op = &s->op[i];

		if (op->code == OP_AWAIT && scenario_await_circle(s, i, op->task, op->space)) {
			op->code = OP_PAUSE;
			op->space = 0;
		}
		if (op->code == OP_DESCRIPTOR && ++descriptors > SCENARIO_DESCRIPTORS_MAX)
			*op = (struct scenario_op){ .code = OP_PAUSE, .task = op->task };
	}
}

/* What nobody but a stranger does: only where one is at work already, or it would excuse all else. */
static bool is_strangers(unsigned code)
{
	return code == OP_DESCRIPTOR || code == OP_HEAD || code == OP_TAIL || code == OP_QUEUE;
}

/* One of the bits of @codes, which has some. */
static unsigned code_of(struct mutator *m, uint64_t codes)
{
	unsigned left = mutate_below(m, (unsigned)__builtin_popcountll(codes));

	while (left--)
		codes &= codes - 1;
	return (unsigned)__builtin_ctzll(codes);
}

static unsigned any_code(struct mutator *m)
{
	const struct scenario_ground *ground = m->ground;
	unsigned code;

	if (ground && ground->theme && mutate_one_in(m, 2))
		return code_of(m, ground->theme);
	code = ground ? code_of(m, ground->ops) : mutate_below(m, OP_COUNT);
	if (!is_strangers(code))
		return code;
	for (unsigned i = 0; i < m->s->ops; i++)
		if (is_strangers(m->s->op[i].code))
			return code;
	return OP_REQUEST;
}

static bool insert(struct mutator *m, unsigned code)
{
	struct scenario *s = m->s;
	unsigned at = mutate_below(m, s->ops + 1u);
	struct scenario_op op;

	if (s->ops == SCENARIO_OPS_MAX)
		return false;
	op = mutate_any_op(m, code, 0);
	put_in(m, at, &op, 1, mutate_one_in(m, 4));
	return true;
}

/*
 * The same again and again, requests in groups of their own: the ring or the queue is kept filled for a
 * while.
 */
static bool repeat(struct mutator *m, unsigned at, unsigned n)
{
	struct scenario *s = m->s;
	struct scenario_op row[REPEAT_MAX];
	unsigned room = SCENARIO_OPS_MAX - s->ops, most = 2 + mutate_below(m, REPEAT_MAX - 1);
	unsigned count = 0;

	most = most < room ? most : room;
	for (unsigned turn = 1; count + n <= most; turn++) {
		for (unsigned i = 0; i < n; i++) {
			struct scenario_op *op = &row[count++];

			*op = s->op[at + i];
			if (op->code != OP_REQUEST)
				continue;
			op->group = (uint16_t)((op->group + turn) % GROUPS);
			op->page = (uint16_t)(op->page + turn);
		}
	}
	put_in(m, at, row, count, false);
	return count;
}

static bool remove_row(struct mutator *m)
{
	unsigned at;

	if (!m->s->ops)
		return false;
	at = mutate_below(m, m->s->ops);
	take_out(m->s, at, pick_row(m, at));
	return true;
}

/* What they do on one life they do on another. */
static void for_another_life(struct mutator *m, struct scenario_op *row, unsigned n)
{
	unsigned devices = mutate_below(m, m->s->devices);
	unsigned symbols = mutate_below(m, SCENARIO_PASIDS_MAX);
	unsigned spaces = mutate_below(m, m->s->spaces);

	for (unsigned i = 0; i < n; i++) {
		uint64_t takes = scenario_op_takes(row[i].code);

		if (takes & TAKES('D'))
			row[i].device = (uint8_t)((row[i].device + devices) % m->s->devices);
		if (row[i].pasid != SCENARIO_NONE)
			row[i].pasid = (uint8_t)((row[i].pasid + symbols) % SCENARIO_PASIDS_MAX);
		if (takes & (TAKES('S') | TAKES('R')) && row[i].space != SCENARIO_NONE)
			row[i].space = (uint8_t)((row[i].space + spaces) % m->s->spaces);
	}
}

static bool relocate(struct mutator *m, bool copy)
{
	struct scenario *s = m->s;
	struct scenario_op row[ROW_MAX + 1];
	unsigned at, n;

	if (!s->ops || (!copy && s->ops == 1 && s->tasks == SCENARIO_TASKS_MAX))
		return false;
	at = mutate_below(m, s->ops);
	n = pick_row(m, at);
	if (copy && mutate_one_in(m, 8))
		return repeat(m, at, n);
	if (copy && s->ops + n > SCENARIO_OPS_MAX)
		return false;
	memcpy(row, &s->op[at], n * sizeof(row[0]));
	if (!copy)
		take_out(s, at, n);
	else if (mutate_one_in(m, 2))
		for_another_life(m, row, n);
	at = mutate_below(m, s->ops + 1u);
	put_in(m, at, row, n, mutate_one_in(m, 4));
	return true;
}

/* Index of some operation of that kind with @flags in it; or the number of operations. */
static unsigned find_op(struct mutator *m, unsigned code, unsigned flags)
{
	const struct scenario *s = m->s;
	unsigned start = s->ops ? mutate_below(m, s->ops) : 0;

	for (unsigned i = 0; i < s->ops; i++) {
		const struct scenario_op *op = &s->op[(start + i) % s->ops];

		if (op->code == code && (op->flags & flags) == flags)
			return (start + i) % s->ops;
	}
	return s->ops;
}

static bool break_promise(struct mutator *m)
{
	static const uint8_t hostile[] = { OP_HOLD,    OP_INJECT, OP_LOSE, OP_PRS,
					   OP_SLOW,    OP_HOLE,   OP_GONE, OP_RESET,
					   OP_DISABLE, OP_DETACH, OP_EXIT, OP_FINISH };
	struct scenario *s = m->s;
	unsigned kind = mutate_below(m, 6), at;

	switch (kind) {
	case 0:
		at = find_op(m, OP_STOP, 0);
		if (at == s->ops)
			return false;
		take_out(s, at, 1);
		return true;
	case 1:
		at = find_op(m, OP_REQUEST, mutate_one_in(m, 2) ? OPF_LAST : 0);
		if (at < s->ops)
			s->op[at].flags ^= s->op[at].flags & OPF_LAST ? OPF_LAST : OPF_FORCE;
		return at < s->ops;
	case 2:
	case 3: {
		bool *broken = kind == 2 ? &s->world.alloc_fails : &s->world.clock_free;
		bool was = *broken;

		*broken = true;
		return !was;
	}
	default:
		return insert(m, hostile[mutate_below(m, sizeof(hostile))]);
	}
}

/* All operations of a kind by which a promise is broken: what they led to may do without. */
static bool take_out_hostile(struct mutator *m)
{
	static const uint64_t hostile = 1ull << OP_GONE | 1ull << OP_HOLD | 1ull << OP_INJECT |
					1ull << OP_LOSE | 1ull << OP_PRS | 1ull << OP_SLOW |
					1ull << OP_DESCRIPTOR | 1ull << OP_HEAD | 1ull << OP_TAIL |
					1ull << OP_QUEUE;
	struct scenario *s = m->s;
	unsigned start = s->ops ? mutate_below(m, s->ops) : 0, kept = 0, code = OP_COUNT;

	for (unsigned i = 0; i < s->ops && code == OP_COUNT; i++) {
		unsigned at = (start + i) % s->ops;

		if (hostile >> s->op[at].code & 1)
			code = s->op[at].code;
	}
	for (unsigned i = 0; i < s->ops; i++)
		if (s->op[i].code != code)
			s->op[kept++] = s->op[i];
	s->ops = (uint16_t)kept;
	return code != OP_COUNT;
}

static bool restore_promise(struct mutator *m)
{
	struct scenario *s = m->s;
	unsigned kind = mutate_below(m, 6), at;

	switch (kind) {
	case 0:
	case 1: {
		bool *broken = kind ? &s->world.clock_free : &s->world.alloc_fails;
		bool was = *broken;

		*broken = false;
		return was;
	}
	case 2:
		at = find_op(m, OP_REQUEST, OPF_FORCE);
		if (at < s->ops)
			s->op[at].flags &= (uint8_t)~OPF_FORCE;
		return at < s->ops;
	case 3:
	case 4:
		return take_out_hostile(m);
	default:
		at = find_op(m, OP_UNBIND, 0);
		if (at == s->ops || s->ops == SCENARIO_OPS_MAX ||
		    (at && s->op[at - 1].code == OP_STOP))
			return false;
		put_in(m, at,
		       &(struct scenario_op){ .code = OP_STOP,
					      .device = s->op[at].device,
					      .pasid = s->op[at].pasid },
		       1, false);
		return true;
	}
}

static bool apply(struct mutator *m, enum scenario_mutation kind)
{
	static const uint8_t of_lives[] = { OP_BIND, OP_UNBIND, OP_REQUEST, OP_REQUEST,
					    OP_STOP, OP_EXIT,   OP_DRAIN,   OP_RID };

	switch (kind) {
	case SCENARIO_MUTATE_INSERT:
		return insert(m, mutate_one_in(m, 2) ? any_code(m)
						     : of_lives[mutate_below(m, sizeof(of_lives))]);
	case SCENARIO_MUTATE_REMOVE:
		return remove_row(m);
	case SCENARIO_MUTATE_DUPLICATE:
		return relocate(m, true);
	case SCENARIO_MUTATE_MOVE:
		return relocate(m, false);
	case SCENARIO_MUTATE_FIELD:
		return mutate_field(m, false);
	case SCENARIO_MUTATE_BEYOND:
		return mutate_field(m, true);
	case SCENARIO_MUTATE_SWAP_DEVICES:
		return mutate_swap_devices(m);
	case SCENARIO_MUTATE_SMALLER_RING:
		return mutate_smaller_ring(m);
	case SCENARIO_MUTATE_MACHINE:
		return mutate_machine(m);
	case SCENARIO_MUTATE_BREAK:
		return break_promise(m);
	case SCENARIO_MUTATE_RESTORE:
		return restore_promise(m);
	case SCENARIO_MUTATE_KNOB:
		return mutate_knob(m);
	default:
		return mutate_schedule(m, kind);
	}
}

static enum scenario_mutation pick(struct mutator *m)
{
#define X(id, share) share,
	static const uint8_t shares[] = { SCENARIO_MUTATIONS(X) };
#undef X
#define X(id, share) +share
	unsigned left = mutate_below(m, 0 SCENARIO_MUTATIONS(X)), kind = 0;
#undef X

	while (left >= shares[kind])
		left -= shares[kind++];
	return kind;
}

enum scenario_mutation scenario_mutate(struct scenario *s, uint64_t seed, const uint8_t *allowed,
				       const struct scenario_ground *ground)
{
	struct mutator m = { .s = s, .random = seed, .allowed = allowed, .ground = ground };
	enum scenario_mutation kind = SCENARIO_MUTATE_PREEMPT_ADD;

	for (unsigned tries = 0; tries < TRIES; tries++) {
		kind = pick(&m);
		if (apply(&m, kind))
			break;
	}
	settle(s);
	return kind;
}

void scenario_add_theme(struct scenario *s, uint64_t seed, const struct scenario_ground *ground)
{
	struct mutator m = { .s = s, .random = seed, .ground = ground };

	if (ground->theme)
		insert(&m, code_of(&m, ground->theme));
	settle(s);
}

/* The tasks of @other beside those that are there, as many as there is room for. */
static bool splice_tasks(struct mutator *m, const struct scenario *other)
{
	unsigned tasks = m->s->tasks;

	for (unsigned i = 0; i < other->ops && m->s->ops < SCENARIO_OPS_MAX; i++) {
		const struct scenario_op *op = &other->op[i];
		bool first = !i || op[-1].task != op->task;

		if (first && m->s->tasks == SCENARIO_TASKS_MAX)
			break;
		put_in(m, m->s->ops, op, 1, first);
	}
	return m->s->tasks > tasks;
}

static void splice_row(struct mutator *m, const struct scenario *other)
{
	unsigned from = mutate_below(m, other->ops), at = mutate_below(m, m->s->ops + 1u);
	unsigned left = other->ops - from, room = SCENARIO_OPS_MAX - m->s->ops;
	unsigned n = 1 + mutate_below(m, 2 * ROW_MAX);

	n = n < left ? n : left;
	n = n < room ? n : room;
	if (n)
		put_in(m, at, &other->op[from], n, mutate_one_in(m, 4));
}

void scenario_splice(struct scenario *s, const struct scenario *other, uint64_t seed)
{
	struct mutator m = { .s = s, .random = seed };
	unsigned kind = mutate_below(&m, 4);

	if (!other->ops || kind == 0)
		mutate_splice_schedule(&m, other);
	else if (kind > 1 || !splice_tasks(&m, other))
		splice_row(&m, other);
	settle(s);
}
