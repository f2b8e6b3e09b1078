/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What goes down and comes up again under load: queues that are finished and started, devices that are
 * removed and added, page requests switched off and on, and processes that exit while their pages are
 * being faulted in.
 */

#include "stress/theme.h"

const struct stress_theme stress_theme = {
	.name = "stress_lifecycle",
	.about =
		"Queues go down and up, devices come and go, and address spaces end during faults.",
	.ground = { .ops = GROUND_LIVES | GROUND(EXIT) | GROUND(RID) | GROUND(DISABLE) |
			   GROUND(ENABLE) | GROUND(ATTACH) | GROUND(DETACH) | GROUND(FINISH) |
			   GROUND(START) | GROUND(TRANSLATE) | GROUND(SLOW) | GROUND(HOLE),
		    .theme = GROUND(EXIT) | GROUND(DETACH) | GROUND(FINISH) | GROUND(DISABLE) },
	.units = { 1, 2 },
	.devices = { 2, 4 },
	.symbols = { 1, 2 },
	.ring_order = { 3, 7 },
	.credits = { 16, 128 },
	.groups = { 0, 4 },
	.pages = { 1, 2 },
	.stop = { [SCENARIO_STOP_ANSWERED] = 2,
		  [SCENARIO_STOP_MARKER] = 3,
		  [SCENARIO_STOP_RESET] = 1 },
	.during = { [OP_EXIT] = 3, [OP_SLOW] = 2, [OP_HOLE] = 1, [OP_TRANSLATE] = 2 },
	.between = { [OP_DETACH] = 8,
		     [OP_DISABLE] = 6,
		     [OP_FINISH] = 5,
		     [OP_RID] = 4,
		     [OP_UNBIND] = 1,
		     [OP_EXIT] = 1 },
	.domains = 3,
	.shared = 2,
	.generated = 2,
};
