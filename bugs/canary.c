/* SPDX-License-Identifier: GPL-2.0-only */

/* The canaries' page. Counts are of one process at a time: a trial has one worker. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "bugs/bugs.h"
#include "bugs/canary.h"
#include "model/state.h"

struct bug_canary *bug_canary;

/* Before main(), so that every child of whoever forks has the same page. */
__attribute__((constructor)) static void map_canary(void)
{
	const char *fd = getenv(BUG_CANARY_FD);
	int flags = fd ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS;
	void *page = mmap(NULL, sizeof(*bug_canary), PROT_READ | PROT_WRITE, flags,
			  fd ? atoi(fd) : -1, 0);

	if (page == MAP_FAILED) {
		perror("canary");
		exit(3);
	}
	bug_canary = page;
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

bool bug_ring_busy(unsigned unit)
{
	return model.unit[unit].pqh != model.unit[unit].pqt;
}

void bug_reached(void)
{
	if (!bug_canary->reached++)
		bug_canary->reached_ns = now_ns();
}

void bug_triggered(void)
{
	if (!bug_canary->triggered++)
		bug_canary->triggered_ns = now_ns();
}
