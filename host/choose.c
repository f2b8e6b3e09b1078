/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of a decision <-> ids: see host/choose.h for the order. */

#include "host/choose.h"

/* Ready ids as bits, rotated so that bit 0 is the id behind the preferred one, which is left out. */
static u64 others_in_order(const struct decision *d)
{
	unsigned first = (d->preferred + 1u) & 63;
	u64 others = d->ready & ~BIT_ULL(d->preferred & 63);

	return first ? others >> first | others << (64 - first) : others;
}

u8 decision_target(const struct decision *d, unsigned option)
{
	u64 others;

	if (!option)
		return d->preferred;
	others = others_in_order(d);
	while (--option && others)
		others &= others - 1;
	if (!others)
		return d->preferred;
	return (d->preferred + 1u + (unsigned)__builtin_ctzll(others)) & 63;
}

int decision_option(const struct decision *d, u8 target)
{
	unsigned place = (target - d->preferred - 1u) & 63;
	u64 before;

	if (target == d->preferred)
		return 0;
	if (target > 63 || !(d->ready & BIT_ULL(target)))
		return -1;
	before = others_in_order(d) & (BIT_ULL(place) - 1);
	return 1 + __builtin_popcountll(before);
}
