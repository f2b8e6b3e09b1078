/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_GDB_H
#define SLUICE_TOOLS_GDB_H

#include <stdbool.h>

/*
 * Runs @path once to learn what it breaks at which step, and becomes gdb, which stops there and knows the
 * commands of tools/sluice_gdb.py. @system: NULL for the one that the file is about. Returns an exit code if
 * there is nothing to stop at, or no gdb.
 */
int gdb_run(const char *path, const char *system, bool bytes);

#endif
