/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * One byte for each decision, modulo the number of options: the encoding that found deep
 * interleavings in 7 of 7 trials, with 0 meaning "stay". Cutting the bytes short means "run to
 * completion", so that a fuzz engine's own minimiser already helps.
 */

#include "run/chooser.h"

static unsigned chooser_bytes_choose(struct chooser *base, const struct decision *d,
				     bool *exhausted)
{
	struct chooser_bytes *c = (struct chooser_bytes *)base;

	if (c->at >= c->size) {
		*exhausted = true;
		return 0;
	}
	return c->bytes[c->at++] % d->n;
}

void chooser_bytes_init(struct chooser_bytes *c, const u8 *bytes, u32 size)
{
	*c = (struct chooser_bytes){
		.base.choose = chooser_bytes_choose,
		.bytes = bytes,
		.size = size,
	};
}
