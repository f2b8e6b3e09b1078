/* SPDX-License-Identifier: GPL-2.0-only */
#include "fuzz/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static struct fuzz_status own;

struct fuzz_status *fuzz_status = &own;

void status_map(const char *target)
{
	const char *fd = getenv(STATUS_FD);
	void *page;

	if (!fd)
		return;
	page = mmap(NULL, sizeof(*fuzz_status), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(fd), 0);
	if (page == MAP_FAILED) {
		fprintf(stderr, "%s: %s: %s\n", target, STATUS_FD, strerror(errno));
		exit(2);
	}
	fuzz_status = page;
}
