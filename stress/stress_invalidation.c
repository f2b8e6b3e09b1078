/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The invalidation queue under several submitters: every bind, unbind, drain and response goes through it,
 * while descriptors are refused, devices answer late or never, and some of them vanish. Promises are
 * broken by the dozen; what has to hold then is memory, the queue itself, and that everybody returns.
 */

#include "stress/theme.h"

const struct stress_theme stress_theme = {
	.name = "stress_invalidation",
	.about = "Submitters fight over the invalidation queue while errors are injected and "
		 "devices "
		 "vanish.",
	.ground = { .ops = GROUND_LIVES | GROUND(DRAIN) | GROUND(TRANSLATE) | GROUND(ACCESS) |
			   GROUND(INJECT) | GROUND(HOLD) | GROUND(GONE) | GROUND(RESET) |
			   GROUND(RID),
		    .theme = GROUND(INJECT) | GROUND(HOLD) | GROUND(GONE) },
	.units = { 1, 2 },
	.devices = { 2, 4 },
	.symbols = { 1, 4 },
	.ring_order = { 3, 7 },
	.credits = { 16, 128 },
	.groups = { 0, 3 },
	.pages = { 1, 2 },
	.stop = { [SCENARIO_STOP_ANSWERED] = 3,
		  [SCENARIO_STOP_MARKER] = 3,
		  [SCENARIO_STOP_RESET] = 1 },
	.during = { [OP_INJECT] = 5,
		    [OP_HOLD] = 3,
		    [OP_TRANSLATE] = 4,
		    [OP_DRAIN] = 3,
		    [OP_GONE] = 1 },
	.between = { [OP_RID] = 4, [OP_UNBIND] = 1, [OP_INJECT] = 3, [OP_RESET] = 1 },
	.domains = 4,
	.shared = 3,
	.open = 1,
	.generated = 2,
};
