/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_COVERAGE_H
#define SLUICE_FUZZ_COVERAGE_H

/*
 * The counters of the code under test, one for each edge, where the build has a fuzz engine's: what a run
 * took can be compared with what it took before in the same build. Elsewhere there are none.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(SLUICE_AFL)
/* AFL++'s map, with a byte for each extra counter that is 0 during a run. A replay has no such runtime. */
extern uint8_t *__afl_area_ptr __attribute__((weak));
extern uint32_t __afl_final_loc __attribute__((weak));

static inline uint8_t *coverage_counters(void)
{
	return &__afl_area_ptr ? __afl_area_ptr : NULL;
}

static inline size_t coverage_size(void)
{
	return &__afl_area_ptr ? (size_t)__afl_final_loc + 1 : 0;
}
#elif defined(SLUICE_ASAN) && defined(__clang__)
/* The linker bounds them, if there are any. */
extern uint8_t __start___sancov_cntrs[] __attribute__((weak));
extern uint8_t __stop___sancov_cntrs[] __attribute__((weak));

static inline uint8_t *coverage_counters(void)
{
	return __start___sancov_cntrs;
}

static inline size_t coverage_size(void)
{
	return (size_t)(__stop___sancov_cntrs - __start___sancov_cntrs);
}
#else
static inline uint8_t *coverage_counters(void)
{
	return NULL;
}

static inline size_t coverage_size(void)
{
	return 0;
}
#endif

static inline void coverage_clear(void)
{
	if (coverage_size())
		memset(coverage_counters(), 0, coverage_size());
}

static inline uint64_t coverage_hash(void)
{
	const uint8_t *counters = coverage_counters();
	uint64_t hash = 0;

	for (size_t i = 0; i < coverage_size(); i++)
		hash = (hash ^ counters[i]) * 0x9e3779b97f4a7c15ull;
	return hash;
}

#endif
