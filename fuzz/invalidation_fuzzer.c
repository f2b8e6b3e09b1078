/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The invalidation queue: submitters side by side, with errors injected at any of their descriptors, answers
 * of devices that come late or never, devices that are reset or gone, and slots that are reclaimed.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "invalidation_fuzzer",
	.ground = { .ops = GROUND_LIVES | GROUND(INJECT) | GROUND(HOLD) | GROUND(GONE) |
			   GROUND(RESET) | GROUND(DRAIN) | GROUND(TRANSLATE) | GROUND(ACCESS) |
			   GROUND(ATTACH) | GROUND(DETACH) | GROUND(RID) | GROUND(EXIT),
		    .theme = GROUND(INJECT) | GROUND(HOLD) | GROUND(GONE) | GROUND(DRAIN) |
			     GROUND(TRANSLATE) },
};
