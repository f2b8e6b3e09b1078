/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_SYMBOL_H
#define SLUICE_FUZZ_SYMBOL_H

/*
 * Names of functions by address, from this program's own symbol table, and a walk up the frame
 * pointers. A sanitizer's symbolizer is another process and takes a tenth of a second for each
 * report; a minimiser asks hundreds of times. Local functions have names here too, which dladdr()
 * does not know. Inlined functions go by the name of the one that holds them.
 */

#include <stddef.h>
#include <stdint.h>

/* The function that holds @pc, cut at the compiler's suffixes (".cold"), or NULL. */
const char *symbol_name(uintptr_t pc);

/*
 * The first function on the stack that is code under test: not the sanitizer's, nor of the harness
 * that it called. @pc, @frame: where to begin. "unknown" if there is none.
 */
const char *symbol_blame(uintptr_t pc, uintptr_t frame);

#endif
