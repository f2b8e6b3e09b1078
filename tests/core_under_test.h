/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_CORE_UNDER_TEST_H
#define SLUICE_TESTS_CORE_UNDER_TEST_H

/*
 * The core, for its own tests. Its files are included, so that they need no build of a system; a clean
 * run leaves their data as it was. Where mutants are built (SLUICE_MUTANTS) it is the system that the
 * environment's SLUICE_SYSTEM names.
 */

#ifdef SLUICE_MUTANTS
#include <stdio.h>
#include <stdlib.h>

#include "run/run.h"

static const struct sut_image *core_under_test(void)
{
	const char *name = getenv("SLUICE_SYSTEM");
	const struct sut_image *image = name ? run_system(name) : NULL;

	if (!image) {
		fprintf(stderr, "SLUICE_SYSTEM: expected a system, found `%s`\n", name ? name : "");
		exit(127); /* as if there were no such test */
	}
	return image;
}
#else
#include "core/bind.c"
#include "core/device.c"
#include "core/drain.c"
#include "core/fault.c"
#include "core/pasid.c"
#include "core/pri.c"
#include "core/prq.c"
#include "core/qi.c"
#include "core/unit.c"
#include "sut/core.c"

const struct sut_image sut_images[] = { { .ops = &sut_core }, { .ops = NULL } };

static const struct sut_image *core_under_test(void)
{
	return &sut_images[0];
}
#endif

#endif
