/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Page request descriptors that no device sent, straight into the ring, among those of devices: any of
 * the 256 bits may be odd (reserved ones, private data, no PASID, a requester that is not there, an address
 * that is not canonical), groups are closed twice or never, and stop markers say more than they may.
 */

#include "fuzz/target.h"

const struct fuzz_target fuzz_target = {
	.name = "descriptor_fuzzer",
	.ground = { .ops = GROUND_LIVES | GROUND(DESCRIPTOR) | GROUND(MARKER) | GROUND(RID) |
			   GROUND(DRAIN) | GROUND(HOLE) | GROUND(SLOW),
		    .theme = GROUND(DESCRIPTOR),
		    .ring_order_max = 5 },
	.generate = GENERATE_RAW,
};
