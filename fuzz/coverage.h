/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_COVERAGE_H
#define SLUICE_FUZZ_COVERAGE_H

/*
 * The counters of the code under test, one for each edge, where the build has libFuzzer's: what a run
 * took can be compared with what it took before. Elsewhere there are none.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(SLUICE_ASAN) && defined(__clang__)
/* The linker bounds them, if there are any. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak));

static inline size_t coverage_size(void)
{
	return (size_t)(__stop___sancov_cntrs - __start___sancov_cntrs);
}

static inline void coverage_clear(void)
{
	memset(__start___sancov_cntrs, 0, coverage_size());
}

static inline uint64_t coverage_hash(void)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < coverage_size(); i++)
		hash = (hash ^ __start___sancov_cntrs[i]) * 0x9e3779b97f4a7c15ull;
	return hash;
}
#else
static inline size_t coverage_size(void)
{
	return 0;
}

static inline void coverage_clear(void)
{
}

static inline uint64_t coverage_hash(void)
{
	return 0;
}
#endif

#endif
