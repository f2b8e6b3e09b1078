/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The page request queue under hands that are not the driver's: head and tail written while requests are
 * under way, unaligned and out of range, sizes changed, the queue off or where there is no memory, status
 * bits left by an earlier owner or cleared behind the handler's back, lost interrupts. Small rings: wrap
 * and overflow are the rule.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "ring_fuzzer",
	.ground = { .ops = GROUND_LIVES | GROUND(HEAD) | GROUND(TAIL) | GROUND(QUEUE) |
			   GROUND(PRS) | GROUND(LOSE) | GROUND(FINISH) | GROUND(START) |
			   GROUND(DRAIN) | GROUND(DESCRIPTOR) | GROUND(MARKER) | GROUND(SLOW),
		    .theme = GROUND(HEAD) | GROUND(TAIL) | GROUND(QUEUE) | GROUND(PRS) |
			     GROUND(LOSE),
		    .ring_order_max = 4 },
	.generate = GENERATE_REGISTERS,
};
