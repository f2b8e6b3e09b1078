/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A fuzz target that does nothing: what the fuzz engine itself costs, so that the rate of a real
 * target can be read beside it. Built by bench/ only; never fuzzed for findings.
 */

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}
