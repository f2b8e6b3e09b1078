/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_SYSTEM_H
#define SLUICE_RUN_SYSTEM_H

/*
 * A system's memory between runs. Its writable data lies in one range (sut/sut.h), which is saved
 * at first use and put back before each run, so that an abandoned run leaves nothing behind.
 */

#include "sut/sut.h"

/* The system's data as it was at first use. Aborts with a message if there is no memory. */
void system_restore(const struct sut_image *image);

#endif
