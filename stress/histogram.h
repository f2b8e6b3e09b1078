/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_STRESS_HISTOGRAM_H
#define SLUICE_STRESS_HISTOGRAM_H

/*
 * A histogram of 64-bit values in log-linear buckets: values below 64 have one each, and from there on
 * each power of two has 32 of equal width, so that a quantile is at most 1/32 too high, whatever its
 * size. No floating point, no allocation: the struct may lie in memory that processes share. Threads
 * may add at the same time; who reads meanwhile sees some of them.
 */

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_PARTS_LOG 5
#define HISTOGRAM_PARTS (1u << HISTOGRAM_PARTS_LOG) /* of a power of two */
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_PARTS_LOG + 1) * HISTOGRAM_PARTS)
#define HISTOGRAM_WHOLE 10000 /* quantiles count in parts of it */

struct histogram {
	uint64_t count, max; /* of all values */
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

/* The bucket that @value belongs to, and the largest value of a bucket. */
unsigned histogram_bucket(uint64_t value);
uint64_t histogram_limit(unsigned bucket);

void histogram_add(struct histogram *h, uint64_t value);
/*
 * The least limit of a bucket that at least @part of HISTOGRAM_WHOLE of all values are not above, and
 * never more than the largest value. 5000: the median; 9999: p99.99. 0 if there are no values.
 */
uint64_t histogram_quantile(const struct histogram *h, unsigned part);

#endif
