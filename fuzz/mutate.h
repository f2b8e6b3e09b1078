/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_MUTATE_H
#define SLUICE_FUZZ_MUTATE_H

/*
 * A target's own mutations, for any engine: of scenarios (mutate.c) or of texts (mutate_text.c).
 * Functions of what they are given, that always give something the target decodes. An engine's own
 * ones, of bytes, are mixed in: they do to a schedule what nobody has thought of.
 */

#include <stddef.h>
#include <stdint.h>

/* Of so many mutations, how many should be ours; libFuzzer's have a share of their own. */
#define FUZZ_MUTATE_SHARE 16
#define FUZZ_MUTATE_OF 32
/* Of so many crossovers one. */
#define FUZZ_SPLICE_OF 16

/*
 * Changes @size bytes at @data, with room for @max, or puts a fresh input in their place. Returns the
 * new size; 0: there is no room for ours.
 */
size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, uint64_t seed);
/* A part of @b in @a, as @out. Returns its size, at most @max; 0: these two do not go together. */
size_t fuzz_splice(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b, uint8_t *out,
		   size_t max, uint64_t seed);

#endif
