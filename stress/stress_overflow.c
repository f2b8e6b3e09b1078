/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Rings of 8 and 16 slots, and devices with credits for many times as much: the ring overflows all the
 * time, the unit answers in software's place, and drains come in the middle of it.
 */

#include "stress/theme.h"

const struct stress_theme stress_theme = {
	.name = "stress_overflow",
	.about = "Small rings and large credit: the queue overflows all the time, drains in the "
		 "middle of it.",
	.ground = { .ops = GROUND_LIVES | GROUND(DRAIN) | GROUND(SLOW) | GROUND(PRS) | GROUND(LOSE),
		    .theme = GROUND(REQUEST) | GROUND(DRAIN) },
	.units = { 1, 2 },
	.devices = { 2, 4 },
	.symbols = { 1, 3 },
	.ring_order = { 3, 4 },
	.credits = { 128, 512 },
	.groups = { 3, 14 },
	.pages = { 1, 3 },
	.stop = { [SCENARIO_STOP_ANSWERED] = 1, [SCENARIO_STOP_MARKER] = 4 },
	.during = { [OP_DRAIN] = 2, [OP_SLOW] = 1, [OP_LOSE] = 1, [OP_PRS] = 1 },
	.between = { [OP_DRAIN] = 2 },
	.open = 1,
	.domains = 4,
	.shared = 4,
	.generated = 1,
	.generate = GENERATE_KEEP_PROMISES,
};
