/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A target that must always fail, soon: it plays the drain as it was posted in 2020, whatever system is asked
 * for. It shows that the way from input to finding is whole, and is no part of a default run.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "canary_fuzzer",
	.ground = { .ops = GROUND_ALL },
	.system = "v2",
};
