/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Life cycles of PASIDs: bound, faulted, stopped, unbound and used again at once, the space's owner exits,
 * the domain of requests without PASID changes, page requests are switched off, devices leave and queues go
 * down, at any moment and in any order.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "teardown_fuzzer",
	.ground = { .ops = GROUND_LIVES | GROUND(EXIT) | GROUND(RID) | GROUND(DISABLE) |
			   GROUND(ENABLE) | GROUND(ATTACH) | GROUND(DETACH) | GROUND(FINISH) |
			   GROUND(START) | GROUND(DRAIN) | GROUND(MARKER) | GROUND(RESET) |
			   GROUND(SLOW),
		    .theme = GROUND(BIND) | GROUND(UNBIND) | GROUND(STOP) | GROUND(EXIT) |
			     GROUND(RID) | GROUND(DISABLE) | GROUND(ENABLE) | GROUND(FINISH) |
			     GROUND(START) },
};
