/* SPDX-License-Identifier: GPL-2.0-only */
#include "stress/histogram.h"

unsigned histogram_bucket(uint64_t value)
{
	unsigned log;

	if (value < 2 * HISTOGRAM_PARTS)
		return (unsigned)value;
	log = 63u - (unsigned)__builtin_clzll(value);
	/* The leading bit and the ones behind it, which tell the part. */
	return (log - HISTOGRAM_PARTS_LOG) * HISTOGRAM_PARTS +
	       (unsigned)(value >> (log - HISTOGRAM_PARTS_LOG));
}

uint64_t histogram_limit(unsigned bucket)
{
	unsigned shift;

	if (bucket < 2 * HISTOGRAM_PARTS)
		return bucket;
	shift = bucket / HISTOGRAM_PARTS - 1;
	return ((uint64_t)(bucket % HISTOGRAM_PARTS + HISTOGRAM_PARTS) << shift) +
	       ((1ull << shift) - 1);
}

void histogram_add(struct histogram *h, uint64_t value)
{
	uint64_t max = __atomic_load_n(&h->max, __ATOMIC_RELAXED);

	while (value > max && !__atomic_compare_exchange_n(&h->max, &max, value, true,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	__atomic_fetch_add(&h->bucket[histogram_bucket(value)], 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&h->count, 1, __ATOMIC_RELAXED);
}

uint64_t histogram_quantile(const struct histogram *h, unsigned part)
{
	uint64_t count = __atomic_load_n(&h->count, __ATOMIC_RELAXED), sum = 0, wanted, limit;
	uint64_t max = __atomic_load_n(&h->max, __ATOMIC_RELAXED);

	/* Rounded up, in two steps, so that no product overflows. */
	wanted = count / HISTOGRAM_WHOLE * part +
		 (count % HISTOGRAM_WHOLE * part + HISTOGRAM_WHOLE - 1) / HISTOGRAM_WHOLE;
	if (!wanted)
		wanted = count != 0;
	for (unsigned i = 0; count && i < HISTOGRAM_BUCKETS; i++) {
		sum += __atomic_load_n(&h->bucket[i], __ATOMIC_RELAXED);
		limit = histogram_limit(i);
		if (sum >= wanted)
			return limit < max ? limit : max;
	}
	return count ? max : 0;
}
