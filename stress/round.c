/* SPDX-License-Identifier: GPL-2.0-only */

/* Makes rounds. What they are like is told in theme.h. */

#include <string.h>

#include "scenario/mutate.h"
#include "stress/theme.h"

#define NOTHING 16 /* weight of no operation beside those of a theme */
#define TASK_GROUPS 16
#define POOL_PAGES 4 /* that accesses meet again; all others are faulted on once */
#define POOL_FIRST 0x10
#define FRESH_FIRST 0x100
#define ROOMY 64 /* credits that a round cannot use up */
#define THEME_MORE 4
#define GENERATE_TRIES 64
#define KNOB_VALUES 4
#define KNOB_ODDS 4 /* one in so many, and then a value that there may not be */
#define HOLD_LONG 255
#define LIFE_LEAST 4 /* operations */
#define RID_LIFE 4

struct maker {
	struct scenario *s;
	const struct stress_theme *theme;
	uint64_t random;
	unsigned symbols;
	unsigned end; /* operations up to which the task may go */
	uint16_t page, group;
	uint8_t owner[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	uint8_t owners[SCENARIO_DEVICES_MAX]; /* tasks that own one of the device's */
};

struct life {
	uint8_t device, pasid, space, task;
};

uint64_t stress_round_seed(uint64_t seed, uint64_t n)
{
	uint64_t state = seed;

	state = scenario_random(&state) ^ n;
	return scenario_random(&state);
}

static unsigned below(struct maker *m, unsigned n)
{
	return (unsigned)((scenario_random(&m->random) >> 32) * n >> 32);
}

static unsigned within(struct maker *m, struct stress_range range)
{
	return range.least + below(m, range.most - range.least + 1u);
}

static struct scenario_op *add(struct maker *m, unsigned code, const struct life *life)
{
	struct scenario_op *op = &m->s->op[m->s->ops++];
	const char *takes = scenario_op_signature[code];

	*op = (struct scenario_op){ .code = (uint8_t)code, .task = life->task };
	op->device = strchr(takes, 'U') ? m->s->device[life->device].unit : life->device;
	if (strpbrk(takes, "PQA"))
		op->pasid = life->pasid;
	if (strpbrk(takes, "SR"))
		op->space = life->space;
	return op;
}

static bool has_room(const struct maker *m, unsigned ops)
{
	return m->s->ops + ops <= m->end;
}

/* An operation by its weight; OP_COUNT: none. */
static unsigned pick(struct maker *m, const uint8_t weight[OP_COUNT], unsigned nothing)
{
	unsigned sum = nothing, at;

	for (unsigned code = 0; code < OP_COUNT; code++)
		sum += weight[code];
	at = sum ? below(m, sum) : 0;
	for (unsigned code = 0; code < OP_COUNT; code++) {
		if (at < weight[code])
			return code;
		at -= weight[code];
	}
	return OP_COUNT;
}

/* --- The machine ------------------------------------------------------------------------------ */

static void choose_knobs(struct maker *m, struct scenario_unit *unit, const uint8_t *allowed)
{
	for (unsigned k = 0; allowed && k < SCENARIO_KNOBS_MAX; k++) {
		unsigned value = below(m, KNOB_VALUES);

		if (!below(m, KNOB_ODDS) && allowed[k] & 1u << value)
			unit->knob[k] = (uint8_t)value;
	}
}

static void choose_machine(struct maker *m, unsigned tasks, const uint8_t *allowed)
{
	const struct stress_theme *theme = m->theme;
	struct scenario *s = m->s;

	s->world.workers = (uint8_t)(1 + below(m, 4));
	s->world.rcu_eager = !below(m, 3);
	s->units = (uint8_t)within(m, theme->units);
	s->devices = (uint8_t)within(m, theme->devices);
	s->spaces = (uint8_t)(1 + below(m, SCENARIO_SPACES_MAX));
	s->tasks = (uint8_t)tasks;
	m->symbols = within(m, theme->symbols);
	for (unsigned u = 0; u < s->units; u++) {
		s->unit[u].ring_order = (uint8_t)within(m, theme->ring_order);
		choose_knobs(m, &s->unit[u], allowed);
	}
	for (unsigned d = 0; d < s->devices; d++) {
		s->device[d].unit = (uint8_t)(d % s->units);
		s->device[d].retries = (uint8_t)(below(m, 3) ? 0 : below(m, 4));
		s->device[d].credits = (uint16_t)within(m, theme->credits);
	}
}

/*
 * Which task owns which (device, PASID). As few tasks on a device as there have to be; or any, where
 * several are to meet on it.
 */
static void choose_owners(struct maker *m, unsigned tasks)
{
	const struct scenario *s = m->s;
	bool shared = below(m, 8) < m->theme->shared;

	for (unsigned d = 0; d < s->devices; d++) {
		unsigned least = m->theme->pages.most, seen = 0;
		unsigned here = tasks > d ? (tasks - d - 1) / s->devices + 1 : 1;

		for (unsigned p = 0; p < m->symbols; p++) {
			unsigned own = (d + p % here * s->devices) % tasks;

			m->owner[d][p] = (uint8_t)(shared ? below(m, tasks) : own);
			seen |= 1u << m->owner[d][p];
		}
		m->owners[d] = (uint8_t)__builtin_popcount(seen);
		/* A group that waits for credits of another task's half of one would never end. */
		least *= m->owners[d];
		if (m->s->device[d].credits < least)
			m->s->device[d].credits = (uint16_t)least;
	}
}

static bool choose_life(struct maker *m, unsigned task, struct life *life)
{
	const struct scenario *s = m->s;
	unsigned first = below(m, s->devices * m->symbols);

	for (unsigned i = 0; i < s->devices * m->symbols; i++) {
		unsigned at = (first + i) % (s->devices * m->symbols);
		unsigned d = at / m->symbols, p = at % m->symbols;

		if (m->owner[d][p] != task)
			continue;
		*life = (struct life){ .device = (uint8_t)d,
				       .pasid = (uint8_t)p,
				       .space = (uint8_t)below(m, s->spaces),
				       .task = (uint8_t)task };
		return true;
	}
	return false;
}

/* --- A life ------------------------------------------------------------------------------------ */

static void send_group(struct maker *m, const struct life *life)
{
	unsigned pages = within(m, m->theme->pages);

	while (pages > 1 && !has_room(m, pages + 2))
		pages--;
	for (unsigned i = 0; i < pages; i++) {
		struct scenario_op *op = add(m, OP_REQUEST, life);

		op->group = (uint16_t)(life->task * TASK_GROUPS + m->group % TASK_GROUPS);
		op->page = below(m, 3) ? (uint16_t)(FRESH_FIRST + m->page++)
				       : (uint16_t)(POOL_FIRST + below(m, POOL_PAGES));
		op->flags = (uint8_t)(OPF_READ | (below(m, 2) ? OPF_WRITE : 0) |
				      (i + 1 == pages ? OPF_LAST : 0));
	}
	m->group++;
}

/* What an operation takes beside its device and life. */
static void fill(struct maker *m, struct scenario_op *op)
{
	switch (op->code) {
	case OP_TRANSLATE:
	case OP_ACCESS:
	case OP_HOLE:
		op->page = (uint16_t)(POOL_FIRST + below(m, POOL_PAGES));
		op->flags = (uint8_t)(OPF_READ | (below(m, 2) ? OPF_WRITE : 0));
		if (op->code == OP_HOLE)
			op->flags = 0;
		break;
	case OP_HOLD:
	case OP_LOSE:
		op->page = (uint16_t)(below(m, 4) ? 1 + below(m, 3) : HOLD_LONG);
		op->flags = op->code == OP_HOLD && below(m, 2) ? OPF_NEVER : 0;
		break;
	case OP_INJECT:
		op->how = (uint8_t)below(m, SCENARIO_ERROR_COUNT);
		break;
	case OP_SLOW:
		op->page = (uint16_t)(1 + below(m, 20));
		break;
	case OP_PRS:
		op->how = (uint8_t)(1 + below(m, 3));
		break;
	default:
		break;
	}
}

static void stop(struct maker *m, const struct life *life)
{
	const struct stress_theme *theme = m->theme;
	unsigned sum = 0, how = SCENARIO_STOP_ANSWERED, at;
	bool tight = m->s->device[life->device].credits < ROOMY;

	for (unsigned i = 0; i < SCENARIO_STOP_COUNT; i++)
		sum += theme->stop[i];
	for (at = below(m, sum); at >= theme->stop[how]; how++)
		at -= theme->stop[how];
	/* A reset forgets every PASID of the function. */
	if (how == SCENARIO_STOP_RESET && m->owners[life->device] > 1)
		how = SCENARIO_STOP_ANSWERED;
	/* A stop withdraws what waits for credits, and that may not be the rest of a group. */
	if (tight && theme->pages.most > 1)
		add(m, OP_SETTLE, life);
	add(m, OP_STOP, life)->how = (uint8_t)how;
}

/* The last group of a life has no end. */
static void open_group(struct maker *m)
{
	struct scenario_op *op = &m->s->op[m->s->ops];

	while ((--op)->code != OP_BIND) {
		if (op->code == OP_REQUEST) {
			op->flags &= (uint8_t)~OPF_LAST;
			return;
		}
	}
}

/* Bind, groups with what else there is, stop, unbind: as long as there is room. */
static void make_life(struct maker *m, const struct life *life)
{
	struct scenario_op *bind = add(m, OP_BIND, life);
	unsigned end = m->end, groups = within(m, m->theme->groups);

	bind->flags = below(m, 8) < m->theme->domains ? OPF_DOMAIN : 0;
	m->end = end - 3; /* settle, stop, unbind */
	while (groups-- && has_room(m, 2)) {
		unsigned code = pick(m, m->theme->during, NOTHING);

		send_group(m, life);
		if (code != OP_COUNT && has_room(m, 1))
			fill(m, add(m, code, life));
	}
	m->end = end;
	if (below(m, 16) < m->theme->open)
		open_group(m);
	stop(m, life);
	add(m, OP_UNBIND, life);
}

/* --- Between two lives -------------------------------------------------------------------------- */

static void make_rid_life(struct maker *m, struct life life)
{
	life.pasid = SCENARIO_NONE;
	add(m, OP_RID, &life);
	m->end -= 2;
	send_group(m, &life);
	m->end += 2;
	add(m, OP_STOP, &life);
	life.space = SCENARIO_NONE;
	add(m, OP_RID, &life);
}

/* Nobody's own: it may be in the middle of another task's life. */
static void make_stranger(struct maker *m, unsigned code, unsigned task)
{
	const struct life life = { .device = (uint8_t)below(m, m->s->devices),
				   .pasid = (uint8_t)below(m, m->symbols),
				   .space = below(m, 2) ? SCENARIO_NONE
							: (uint8_t)below(m, m->s->spaces),
				   .task = (uint8_t)task };

	add(m, code, &life);
}

static void make_between(struct maker *m, const struct life *life)
{
	static const uint8_t back[OP_COUNT] = {
		[OP_DISABLE] = OP_ENABLE, [OP_DETACH] = OP_ATTACH, [OP_FINISH] = OP_START
	};
	unsigned code = pick(m, m->theme->between, NOTHING);

	if (code == OP_COUNT || !has_room(m, RID_LIFE))
		return;
	if (code == OP_UNBIND || code == OP_DRAIN || (code == OP_RID && below(m, 2))) {
		make_stranger(m, code, life->task);
		return;
	}
	/* What a device is to all its tasks is mostly left alone by each of them. */
	if (m->owners[life->device] > 1 && code != OP_PAUSE && code != OP_EXIT && below(m, 8))
		return;
	if (code == OP_RID) {
		make_rid_life(m, *life);
		return;
	}
	fill(m, add(m, code, life));
	if (back[code])
		add(m, back[code], life);
}

static void make_task(struct maker *m, unsigned task)
{
	struct life life;

	m->group = 0;
	while (has_room(m, LIFE_LEAST + 1) && choose_life(m, task, &life)) {
		make_life(m, &life);
		make_between(m, &life);
	}
}

/*
 * A scenario of the generator, on the theme's ground, with more of what that is about. False if it
 * makes none with so few tasks.
 */
static bool generate(struct maker *m, unsigned tasks, const uint8_t *allowed)
{
	const struct scenario_ground *ground = &m->theme->ground;
	unsigned tries = 0;

	do
		scenario_generate(m->s, scenario_random(&m->random), m->theme->generate, allowed);
	while (m->s->tasks > tasks && ++tries < GENERATE_TRIES);
	if (m->s->tasks > tasks)
		return false;
	for (unsigned n = ground->theme ? below(m, THEME_MORE + 1) : 0; n; n--)
		scenario_add_theme(m->s, scenario_random(&m->random), ground);
	return true;
}

static void make(struct maker *m, unsigned tasks, const uint8_t *allowed)
{
	scenario_init(m->s);
	choose_machine(m, tasks, allowed);
	choose_owners(m, tasks);
	for (unsigned t = 0; t < tasks; t++) {
		m->end = SCENARIO_OPS_MAX * (t + 1) / tasks;
		make_task(m, t);
	}
}

void stress_make(struct scenario *s, const struct stress_theme *theme, uint64_t seed,
		 unsigned tasks, const uint8_t *allowed)
{
	struct maker m = { .s = s, .theme = theme, .random = seed };

	if (below(&m, 8) >= theme->generated || !generate(&m, tasks, allowed))
		make(&m, tasks, allowed);
	scenario_enter(s, &theme->ground);
}
