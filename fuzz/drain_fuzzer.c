/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Everything together: lives, rings, queues, errors, strangers, and schedules.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "drain_fuzzer",
	.ground = { .ops = GROUND_ALL },
};
