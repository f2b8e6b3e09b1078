/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Two systems play one scenario whose promises are kept, and what the devices see must agree (DIFF). What
 * may differ is listed in docs/invariants.md. The other system is the core, and that of the core the core
 * in the fair schedule: what devices see may not hang on the schedule either.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "differential_fuzzer",
	.ground = { .ops = GROUND_LIVES | GROUND(EXIT) | GROUND(RID) | GROUND(DISABLE) |
			   GROUND(ENABLE) | GROUND(ATTACH) | GROUND(DETACH) | GROUND(FINISH) |
			   GROUND(START) | GROUND(TRANSLATE) | GROUND(ACCESS),
		    .kept = true },
	.generate = GENERATE_KEEP_PROMISES,
	.differential = true,
};
