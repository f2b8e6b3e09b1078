/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_CLOCK_H
#define SLUICE_FUZZ_CLOCK_H

/*
 * Time, in seconds, for whoever runs searches: by the clock for what people are told, CPU time for what is
 * measured, so that a busy machine changes no result. Nothing here decides a verdict.
 */

#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

static inline double clock_read(clockid_t clock)
{
	struct timespec t;

	return clock_gettime(clock, &t) ? 0 : (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline double clock_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* CPU time of this process. */
static inline double clock_cpu(void)
{
	return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

/* Of a child that lives; 0 for none (@pid 0) and one that has been waited for. */
static inline double clock_cpu_of(pid_t pid)
{
	clockid_t clock;

	return !pid || clock_getcpuclockid(pid, &clock) ? 0 : clock_read(clock);
}

/* Of one that has ended, by what wait4() says of it. */
static inline double clock_cpu_used(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

#endif
