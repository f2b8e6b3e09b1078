/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_DICTIONARY_H
#define SLUICE_TOOLS_DICTIONARY_H

#include <stdbool.h>

/*
 * Writes a dictionary for fuzz engines (libFuzzer's and AFL++'s -x) on standard output: lines
 * name="token". @bytes: a record of each kind; else the words of the text form. After run_init().
 */
void dictionary_print(bool bytes);

#endif
