/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Any scenario with allocations that may fail, each by a choice of its own, and with submissions that do.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "allocation_fuzzer",
	.ground = { .ops = GROUND_ALL,
		    .theme = GROUND(BIND) | GROUND(INJECT) | GROUND(HOLD) | GROUND(START) |
			     GROUND(ENABLE),
		    .alloc_fails = true },
};
