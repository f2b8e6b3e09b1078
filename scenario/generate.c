/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generator. A scenario is laid out as lives, one task each, which are then played side by side
 * inside their task; what breaks promises is added afterwards (generate_break.c), so that both
 * kinds of scenario share their shape.
 */

#include <string.h>

#include "scenario/generate_internal.h"

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

	if (s->ops == SCENARIO_OPS_MAX)
		return &g->overrun;
	*op = (struct scenario_op){ .code = (uint8_t)code, .task = (uint8_t)task };
	s->ops++;
	return op;
}

static void choose_features(struct generator *g)
{
	g->features = 0;
	for (unsigned f = 0; f < FEATURE_COUNT; f++)
		if (generate_below(g, 8) < 3)
			g->features |= 1u << f;
}

static void choose_knobs(struct generator *g, struct scenario_unit *unit, const uint8_t *allowed)
{
	for (unsigned k = 0; k < scenario_knob_count; k++) {
		unsigned values = scenario_knob_values(k);
		unsigned value = values ? generate_below(g, values) : 0;

		/* Drawn for every knob, so that a mask moves no other choice. */
		if (generate_below(g, 4) || !allowed || !(allowed[k] & 1u << value))
			value = 0;
		unit->knob[k] = (uint8_t)value;
	}
}

static void choose_machine(struct generator *g, const uint8_t *allowed)
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
			choose_knobs(g, &s->unit[u], allowed);
	}
	for (unsigned d = 0; d < s->devices; d++) {
		s->device[d].unit = (uint8_t)generate_below(g, s->units);
		s->device[d].retries = (uint8_t)(generate_one_in(g, 3) ? generate_below(g, 4) : 0);
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
	}
}

/*
 * A tight device sends groups of one page, since a group that waits for credits of its own earlier
 * pages would never end. Any other has credits for all it ever asks.
 */
static void settle_credits(struct generator *g)
{
	struct scenario *s = g->s;

	for (unsigned d = 0; d < s->devices; d++) {
		unsigned all = 0;

		for (unsigned i = 0; i < s->ops; i++)
			all += s->op[i].code == OP_REQUEST && s->op[i].device == d;
		if (g->tight[d])
			s->device[d].credits = (uint16_t)(1 + generate_below(g, 4));
		else
			s->device[d].credits =
				(uint16_t)(generate_one_in(g, 2) ? all + 1 : 64 + all);
	}
}

void scenario_generate(struct scenario *s, uint64_t seed, unsigned flags, const uint8_t *allowed)
{
	struct generator g = { .s = s, .random = seed, .aside = ~seed };

	g.domains = scenario_random(&g.aside) >> 63;
	scenario_init(s);
	choose_features(&g);
	choose_machine(&g, allowed);
	if (flags & GENERATE_ONE_DRAIN) {
		g.features &= ~(1u << FEATURE_MARKER | 1u << FEATURE_RESET);
		s->tasks = 1;
	}
	choose_owners(&g);
	g.limit = 10 + generate_below(&g, generate_one_in(&g, 3) ? 42 : 20);
	generate_tasks(&g);
	settle_credits(&g);
	/* Of the row that moves no other choice. */
	if (flags & GENERATE_ACCESS)
		s->world.access = scenario_random(&g.aside) >> 63;
	if (!(flags & GENERATE_KEEP_PROMISES))
		generate_break(&g);
	scenario_sort_ops(s);
}
