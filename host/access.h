/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_ACCESS_H
#define SLUICE_HOST_ACCESS_H

/*
 * Points at single loads and stores: see access.c. The engine sets the switch at the start of a run,
 * from its limits; it stays off in builds whose systems have no callbacks.
 */

#include "host/types.h"

extern bool host_access_points;

#endif
