/* SPDX-License-Identifier: GPL-2.0-only */
#include "scenario/ground.h"

static void keep_ops(struct scenario *s, uint64_t ops)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->ops; i++)
		if (ops >> s->op[i].code & 1)
			s->op[kept++] = s->op[i];
	s->ops = (uint16_t)kept;
}

void scenario_enter(struct scenario *s, const struct scenario_ground *ground)
{
	keep_ops(s, ground->ops);
	for (unsigned u = 0; ground->ring_order_max && u < s->units; u++)
		if (s->unit[u].ring_order > ground->ring_order_max)
			s->unit[u].ring_order = ground->ring_order_max;
	s->world.alloc_fails |= ground->alloc_fails;
	if (!ground->kept)
		return;
	s->world.alloc_fails = s->world.clock_free = false;
	for (unsigned i = 0; i < s->ops; i++)
		s->op[i].flags &= (uint8_t) ~(s->op[i].code == OP_REQUEST ? OPF_FORCE : 0);
}
