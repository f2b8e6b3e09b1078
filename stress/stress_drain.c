/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Drains beside faults at full rate: devices of one unit ask for page after page while several tasks end
 * the lives of others, so event thread, fault workers, hardware and drains are all at work at once. What
 * two drains of one unit share, its ring, its queue and whatever they wait on, is what this is after.
 */

#include "stress/theme.h"

const struct stress_theme stress_theme = {
	.name = "stress_drain",
	.about = "Devices of one unit fault at full rate while several tasks drain their PASIDs.",
	.ground = { .ops = GROUND_LIVES | GROUND(DRAIN) | GROUND(TRANSLATE) | GROUND(ACCESS) |
			   GROUND(RID) | GROUND(SLOW),
		    .theme = GROUND(UNBIND) | GROUND(DRAIN) },
	.units = { 1, 1 },
	.devices = { 2, 4 },
	.symbols = { 1, 4 },
	.ring_order = { 3, 7 },
	.credits = { 8, 128 },
	.groups = { 0, 6 },
	.pages = { 1, 2 },
	.stop = { [SCENARIO_STOP_ANSWERED] = 2,
		  [SCENARIO_STOP_MARKER] = 5,
		  [SCENARIO_STOP_RESET] = 1 },
	.during = { [OP_DRAIN] = 4,
		    [OP_TRANSLATE] = 2,
		    [OP_SETTLE] = 1,
		    [OP_PAUSE] = 1,
		    [OP_SLOW] = 1 },
	.between = { [OP_RID] = 4, [OP_DRAIN] = 2, [OP_PAUSE] = 2 },
	.open = 1,
	.domains = 4,
	.shared = 3,
	.generated = 1,
	.generate = GENERATE_KEEP_PROMISES,
};
