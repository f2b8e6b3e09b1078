/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * One byte for each decision, modulo the number of options: the encoding that found deep
 * interleavings in 7 of 7 trials, with 0 meaning "stay". Cutting the bytes short means "run to
 * completion", so that a fuzz engine's own minimiser already helps.
 */

#include "run/chooser.h"

/* 2^16 / n, rounded up. byte * this >> 16 is byte / n, exactly: the error stays below 2^-8. */
static u32 reciprocal[256];

static void chooser_bytes_fill(void)
{
	for (u32 n = 1; n < ARRAY_SIZE(reciprocal); n++)
		reciprocal[n] = 65536 / n + 1;
}

static unsigned chooser_bytes_choose(struct chooser *base, const struct decision *d,
				     bool *exhausted)
{
	struct chooser_bytes *c = (struct chooser_bytes *)base;
	u32 byte;

	if (c->at == c->size) {
		*exhausted = true;
		return 0;
	}
	byte = c->bytes[c->at++];
	/* A division would be a fifth of what a decision costs. */
	return byte - d->n * (byte * reciprocal[d->n] >> 16);
}

void chooser_bytes_init(struct chooser_bytes *c, const u8 *bytes, u32 size)
{
	if (!reciprocal[1])
		chooser_bytes_fill();
	*c = (struct chooser_bytes){
		.base.choose = chooser_bytes_choose,
		.bytes = bytes,
		.size = size,
	};
}
