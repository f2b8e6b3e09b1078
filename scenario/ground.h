/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_GROUND_H
#define SLUICE_SCENARIO_GROUND_H

/*
 * A part of all scenarios that one wants to stay on: which operations may stand in them, and what their
 * machine is like. A fuzz target has one (fuzz/target.h).
 */

#include "scenario/scenario.h"

#define GROUND(op) (1ull << OP_##op)

/* What a life needs: every ground has them. */
#define GROUND_LIVES                                                                               \
	(GROUND(BIND) | GROUND(UNBIND) | GROUND(REQUEST) | GROUND(STOP) | GROUND(SETTLE) |         \
	 GROUND(AWAIT) | GROUND(PAUSE))
#define GROUND_ALL ((1ull << OP_COUNT) - 1)

struct scenario_ground {
	uint64_t ops;           /* the operations that may stand */
	uint64_t theme;         /* those that it is about: the mutator prefers them; may be 0 */
	uint8_t ring_order_max; /* 0: as any scenario's */
	bool alloc_fails;       /* always */
	/* Time is fair, allocations succeed, and no request is forced. */
	bool kept;
};

/* Brings @s onto @ground: what may not stand is dropped. Nothing changes if it is there already. */
void scenario_enter(struct scenario *s, const struct scenario_ground *ground);

#endif
