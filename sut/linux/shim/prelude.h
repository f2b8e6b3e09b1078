/* SPDX-License-Identifier: GPL-2.0-only */

/* Included before the first line of every file: completion.c and swait.c name no header at all. */

#define SLUICE_LINUX_SHIM_PRELUDE 1
#include "shim/kernel.h"
#undef SLUICE_LINUX_SHIM_PRELUDE
