/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generator. A scenario is laid out as lives, one task each, which are then played side by side
 * inside their task; what breaks promises is added afterwards (generate_break.c), so that both
 * kinds of scenario share their shape.
 */

#include <string.h>

#include "scenario/generate_internal.h"

#define COINS 0x5bd1e9955bd1e995ull /* sets the coins' row apart from the others */

unsigned generate_below(struct generator *g, unsigned n)
{
	return (unsigned)((scenario_random(&g->random) >> 32) * n >> 32);
}

bool generate_one_in(struct generator *g, unsigned n)
{
	return generate_below(g, n) == 0;
}

/*
 * Half of the scenarios have none; in the others half of the binds are of a driver's domain. Drawn
 * from a row of their own, so that this moves no other choice.
 */
uint8_t generate_bind_flags(struct generator *g)
{
	return g->domains && scenario_random(&g->aside) >> 63 ? OPF_DOMAIN : 0;
}

struct scenario_op *generate_op(struct generator *g, unsigned code, unsigned task)
{
	struct scenario *s = g->s;
	struct scenario_op *op = &s->op[s->ops];

	if (s->ops == SCENARIO_OPS_MAX) {
		g->overran = true;
		return &g->overrun;
	}
	*op = (struct scenario_op){ .code = (uint8_t)code, .task = (uint8_t)task };
	s->ops++;
	return op;
}

static void choose_features(struct generator *g)
{
	static const uint8_t eighths[FEATURE_COUNT] = {
		[FEATURE_FUNCTIONS] = 3,   [FEATURE_SHORT] = 2,       [FEATURE_STREAM] = 1,
		[FEATURE_REBIND] = 3,      [FEATURE_OPEN_GROUP] = 1,  [FEATURE_MUTE] = 1,
		[FEATURE_LEFT_BEHIND] = 1, [FEATURE_QUEUE_ERROR] = 1, [FEATURE_STATUS] = 1,
		[FEATURE_SWITCH_OFF] = 1,  [FEATURE_SLOW] = 1,        [FEATURE_REFILL] = 2,
		[FEATURE_BYSTANDER] = 2,   [FEATURE_FULL_QUEUE] = 2,
	};
	const uint64_t crowded = ~0ull << FEATURE_CROWDED;

	g->features = 0;
	for (unsigned f = 0; f <= FEATURE_DRAIN; f++)
		if (generate_below(g, 8) < 3)
			g->features |= 1ull << f;
	for (unsigned f = FEATURE_DRAIN + 1; f < FEATURE_COUNT; f++)
		if (scenario_random(&g->coins) >> 61 < eighths[f])
			g->features |= 1ull << f;
	if ((g->features & ~crowded) >> FEATURE_AIMED)
		g->features &= ~crowded;
}

static void choose_knobs(struct generator *g, struct scenario_unit *unit)
{
	const uint8_t *allowed = g->allowed;

	for (unsigned k = 0; k < scenario_knob_count; k++) {
		unsigned values = scenario_knob_values(k);
		unsigned value = values ? generate_below(g, values) : 0;

		/* Drawn for every knob, so that a mask moves no other choice. */
		if (generate_below(g, 4) || !allowed || !(allowed[k] & 1u << value))
			value = 0;
		unit->knob[k] = (uint8_t)value;
	}
}

void generate_turn_knob(struct generator *g, const char *name)
{
	for (unsigned k = 0; k < scenario_knob_count; k++) {
		unsigned values = scenario_knob_values(k);

		if (strcmp(scenario_knobs[k].name, name))
			continue;
		for (unsigned u = 0; u < g->s->units && values > 1; u++) {
			unsigned value = 1 + generate_below(g, values - 1);

			if (g->allowed && g->allowed[k] & 1u << value)
				g->s->unit[u].knob[k] = (uint8_t)value;
		}
	}
}

static void choose_machine(struct generator *g)
{
	struct scenario *s = g->s;

	s->world.workers = (uint8_t)(1 + (generate_one_in(g, 2) ? generate_below(g, 4) : 0));
	s->world.rcu_eager = generate_one_in(g, 3);
	s->units = (uint8_t)(1 + generate_one_in(g, 4));
	s->devices = (uint8_t)(1 + generate_below(g, generate_one_in(g, 2) ? 4 : 2));
	s->spaces = (uint8_t)(1 + generate_below(g, generate_one_in(g, 3) ? 4 : 2));
	s->tasks = (uint8_t)(1 + generate_below(g, 4));
	g->symbols = 1 + generate_below(g, generate_one_in(g, 2) ? 4 : 2);
	for (unsigned u = 0; u < s->units; u++) {
		/* Mostly 8 to 32 slots: wrap and overflow are where the bugs are. */
		s->unit[u].ring_order =
			(uint8_t)(generate_one_in(g, 8) ? 7 : 3 + generate_below(g, 3));
		if (generate_has(g, FEATURE_BURST))
			s->unit[u].ring_order = 3;
		if (generate_has(g, FEATURE_KNOBS))
			choose_knobs(g, &s->unit[u]);
	}
	for (unsigned d = 0; d < s->devices; d++) {
		s->device[d].unit = (uint8_t)generate_below(g, s->units);
		s->device[d].retries = (uint8_t)(generate_one_in(g, 3) ? generate_below(g, 4) : 0);
	}
}

/* One unit, one or two devices, tasks and PASIDs. */
static void choose_few(struct generator *g)
{
	struct scenario *s = g->s;

	s->units = 1;
	s->devices = (uint8_t)(1 + generate_one_in(g, 2));
	s->tasks = (uint8_t)(1 + generate_one_in(g, 2));
	for (unsigned d = 0; d < s->devices; d++)
		s->device[d].unit = 0;
	g->symbols = 1 + generate_one_in(g, 3);
}

static bool rid_in_use(const struct scenario *s, unsigned devices, unsigned rid)
{
	for (unsigned d = 0; d < devices; d++)
		if (s->device[d].rid == rid)
			return true;
	return false;
}

/* Half of the devices are one more function of the device before. */
static void choose_functions(struct generator *g)
{
	struct scenario *s = g->s;

	for (unsigned d = 0; d < s->devices; d++) {
		unsigned base = s->device[d].rid & ~7u;
		unsigned function = generate_below(g, 8);

		if (d && generate_one_in(g, 2))
			base = s->device[d - 1].rid & ~7u;
		while (rid_in_use(s, d, base | function))
			function = (function + 1) % 8;
		s->device[d].rid = (uint16_t)(base | function);
	}
}

/*
 * Which task owns which (device, PASID), so that nobody binds a PASID that another has bound. A
 * device of one task alone may be reset, detached and switched off between its lives.
 */
static void choose_owners(struct generator *g)
{
	struct scenario *s = g->s;

	for (unsigned d = 0; d < s->devices; d++) {
		unsigned owner = generate_below(g, s->tasks);
		bool shared = s->tasks > 1 && generate_has(g, FEATURE_SHARED_DEVICE);

		g->shared[d] = false;
		for (unsigned p = 0; p < g->symbols; p++) {
			g->owner[d][p] = (uint8_t)(shared ? generate_below(g, s->tasks) : owner);
			g->shared[d] |= g->owner[d][p] != g->owner[d][0];
		}
		/* No-PASID requests have no stop of their own; one task changes the RID domain. */
		g->rid_owner[d] = g->owner[d][0];
		g->tight[d] = generate_has(g, FEATURE_TIGHT_CREDITS);
		g->group_pages[d] = 1;
	}
}

/*
 * One more task streams, and leaves something for the others. It owns a PASID of the device that does,
 * or its RID domain, and nobody may reset that device or switch it off.
 */
static void choose_stream(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned d = generate_below(g, s->devices);
	bool alone = s->devices == 1 && g->symbols == 1;

	g->stream_task = s->tasks++;
	g->streams[d] = g->tight[d] = g->shared[d] = true;
	if (alone || generate_one_in(g, 2))
		g->rid_owner[d] = (uint8_t)g->stream_task;
	else
		g->owner[d][generate_below(g, g->symbols)] = (uint8_t)g->stream_task;
}

/* For its longest group: one that waits for credits of its own earlier pages would never end. */
static uint16_t tight_credits(struct generator *g, unsigned device)
{
	unsigned least = g->group_pages[device];

	return (uint16_t)(least + generate_below(g, g->streams[device] ? 2 : 5 - least));
}

/* A device that is not tight has credits for all it ever asks. */
static void settle_credits(struct generator *g)
{
	struct scenario *s = g->s;

	for (unsigned d = 0; d < s->devices; d++) {
		unsigned all = 0;

		for (unsigned i = 0; i < s->ops; i++)
			all += s->op[i].code == OP_REQUEST && s->op[i].device == d;
		if (g->tight[d])
			s->device[d].credits = tight_credits(g, d);
		else
			s->device[d].credits =
				(uint16_t)(generate_one_in(g, 2) ? all + 1 : 64 + all);
	}
}

/* False if it had more operations than there is room for: then the last lives have no end. */
static bool generate(struct scenario *s, uint64_t seed, unsigned flags, const uint8_t *allowed)
{
	struct generator g = { .s = s,
			       .allowed = allowed,
			       .random = seed,
			       .aside = ~seed,
			       .coins = seed ^ COINS,
			       .stream_task = GENERATE_ANYBODY };

	g.domains = scenario_random(&g.aside) >> 63;
	scenario_init(s);
	choose_features(&g);
	if (flags & GENERATE_ONE_DRAIN)
		g.features &=
			~(1ull << FEATURE_MARKER | 1ull << FEATURE_RESET | 1ull << FEATURE_STREAM);
	choose_machine(&g);
	if (generate_has(&g, FEATURE_SHORT) || generate_has(&g, FEATURE_STREAM))
		choose_few(&g);
	if (flags & GENERATE_ONE_DRAIN)
		s->tasks = 1;
	if (generate_has(&g, FEATURE_FUNCTIONS))
		choose_functions(&g);
	choose_owners(&g);
	if (generate_has(&g, FEATURE_STREAM))
		choose_stream(&g);
	g.limit = 10 + generate_below(&g, generate_one_in(&g, 3) ? 42 : 20);
	/* Most bugs need a handful of operations; and beside a stream there is room for no more. */
	if (generate_has(&g, FEATURE_SHORT) || generate_has(&g, FEATURE_STREAM))
		g.limit = 3 + generate_below(&g, 8);
	generate_tasks(&g);
	settle_credits(&g);
	/* Of the row that moves no other choice. */
	if (flags & GENERATE_ACCESS)
		s->world.access = scenario_random(&g.aside) >> 63;
	if (!(flags & GENERATE_KEEP_PROMISES))
		generate_break(&g);
	if (flags & (GENERATE_RAW | GENERATE_REGISTERS))
		generate_raw(&g, flags);
	scenario_sort_ops(s);
	return !g.overran;
}

void scenario_generate(struct scenario *s, uint64_t seed, unsigned flags, const uint8_t *allowed)
{
	/* A life without its stop breaks a promise. */
	while (!generate(s, seed, flags, allowed) && flags & GENERATE_KEEP_PROMISES)
		scenario_random(&seed);
}
