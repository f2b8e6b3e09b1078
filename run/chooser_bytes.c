/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * One byte for each decision, modulo the number of options: the encoding that found deep
 * interleavings in 7 of 7 trials, with 0 meaning "stay". Cutting the bytes short means "run to
 * completion", so that a fuzz engine's own minimiser already helps.
 *
 * A bug that needs one task to stand still while the others do a hundred steps would take a hundred
 * bytes that are right together. So the highest bytes hold back: the one that the option names does
 * not move while anybody else can, until a byte names it again. That is a change point of PCT
 * (chooser_pct.c) in one byte, and a few of them make a schedule of that kind.
 */

#include "host/engine.h"
#include "run/chooser.h"

#define CLOCK BIT_ULL(ENGINE_IDS_MAX - 1) /* of the highest id */

/* 2^16 / n, rounded up. byte * this >> 16 is byte / n, exactly: the error stays below 2^-8. */
static u32 reciprocal[256];

static void chooser_bytes_fill(void)
{
	for (u32 n = 1; n < ARRAY_SIZE(reciprocal); n++)
		reciprocal[n] = 65536 / n + 1;
}

/*
 * What a fair scheduler would do without those who are held back. The engine takes a row of zeros for
 * fair, and counts steps for a livelock; passing somebody over is not, so that ends before it matters.
 */
static unsigned chooser_bytes_fair(struct chooser_bytes *c, const struct decision *d)
{
	u64 free = d->ready & ~c->held, behind;
	int option;

	if (d->kind != CHOOSE_TASK || !free)
		return 0;
	if (free >> d->preferred & 1) {
		if (free != d->ready && ++c->passed == CHOOSER_PASSED_MAX)
			c->held = 0;
		return 0;
	}
	c->passed = 0;
	/* Time passes when nothing else is left. */
	if (free != CLOCK)
		free &= ~CLOCK;
	behind = free & ~0ull << d->preferred;
	option = decision_option(d, (u8)__builtin_ctzll(behind ? behind : free));
	return option < 0 ? 0 : (unsigned)option;
}

static unsigned chooser_bytes_hold(struct chooser_bytes *c, const struct decision *d,
				   unsigned option)
{
	c->held |= BIT_ULL(decision_target(d, option));
	return chooser_bytes_fair(c, d);
}

/* Behind the end of the bytes. */
static unsigned chooser_bytes_rest(struct chooser_bytes *c, const struct decision *d,
				   bool *exhausted)
{
	if (!c->held || c->rest++ == CHOOSER_HELD_MAX) {
		*exhausted = true;
		return 0;
	}
	return chooser_bytes_fair(c, d);
}

static unsigned chooser_bytes_choose(struct chooser *base, const struct decision *d,
				     bool *exhausted)
{
	struct chooser_bytes *c = (struct chooser_bytes *)base;
	unsigned option;
	u32 byte;

	if (c->at == c->size)
		return chooser_bytes_rest(c, d, exhausted);
	byte = c->bytes[c->at++];
	if (!byte)
		return c->held ? chooser_bytes_fair(c, d) : 0;
	/* A division would be a fifth of what a decision costs. */
	option = byte - d->n * (byte * reciprocal[d->n] >> 16);
	if (d->kind != CHOOSE_TASK)
		return option;
	if (byte >= SCENARIO_CHOICE_HOLD)
		return chooser_bytes_hold(c, d, option);
	if (c->held)
		c->held &= ~BIT_ULL(decision_target(d, option));
	if (option)
		c->passed = 0;
	return option;
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
