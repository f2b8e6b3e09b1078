/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The system core-unzeroed, for tests of MSan (cmake/systems.cmake): parts of groups lie in memory that nobody
 * has zeroed, as far as MSan can tell, and their link is read unwritten. No other build could see it.
 */

#include <sanitizer/msan_interface.h>

#include "core/iommu.h"

void *__real_host_kzalloc(size_t size, unsigned gfp);
void *__wrap_host_kzalloc(size_t size, unsigned gfp);

void *__wrap_host_kzalloc(size_t size, unsigned gfp)
{
	void *memory = __real_host_kzalloc(size, gfp);

	if (memory && size == sizeof(struct iopf_fault))
		__msan_allocated_memory(memory, size);
	return memory;
}
