/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * PASIDs that are bound, fault once or not at all, are unbound and bound again as fast as they go, in
 * another address space as a rule. What is late of an old life meets the next one of that number; the
 * ledger knows which life each request, response and cached entry belongs to.
 */

#include "stress/theme.h"

const struct stress_theme stress_theme = {
	.name = "stress_reuse",
	.about = "PASIDs are bound, faulted, unbound and handed out again as fast as they go.",
	.ground = { .ops = GROUND_LIVES | GROUND(TRANSLATE) | GROUND(ACCESS) | GROUND(EXIT) |
			   GROUND(DRAIN),
		    .theme = GROUND(BIND) | GROUND(UNBIND) },
	.units = { 1, 2 },
	.devices = { 1, 4 },
	.symbols = { 1, 2 },
	.ring_order = { 3, 7 },
	.credits = { 4, 64 },
	.groups = { 0, 2 },
	.pages = { 1, 1 },
	.stop = { [SCENARIO_STOP_ANSWERED] = 2,
		  [SCENARIO_STOP_MARKER] = 3,
		  [SCENARIO_STOP_RESET] = 2 },
	.during = { [OP_TRANSLATE] = 4, [OP_ACCESS] = 2 },
	.between = { [OP_UNBIND] = 1, [OP_EXIT] = 1 },
	.domains = 3,
	.shared = 2,
	.generated = 1,
	.generate = GENERATE_KEEP_PROMISES,
};
