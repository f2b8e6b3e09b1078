/* SPDX-License-Identifier: GPL-2.0-only */

/* A unit in words, for reports. Nothing here moves anything, as reads of registers would. */

#include <inttypes.h>
#include <stdio.h>

#include "model/state.h"

/* The descriptors that software has not consumed yet. */
static size_t describe_ring(const struct model_unit *u, char *buf, size_t size)
{
	u32 bytes = u->pqa & ADDRESS_MASK ? pipe_ring_bytes(u) : 0;
	u32 at = (u32)u->pqh;
	size_t n = 0;

	for (u32 left = bytes / PQ_SLOT; left && at < bytes && at != u->pqt; left--) {
		u64 bus = (u->pqa & ADDRESS_MASK) + at;
		const u64 *qw = host_dma_is_one(bus, PQ_SLOT)
					? host_dma_access(u->id, bus, PQ_SLOT, false)
					: NULL;

		if (!qw)
			break;
		n += (size_t)snprintf(n < size ? buf + n : NULL, n < size ? size - n : 0,
				      "  slot %u: %016" PRIx64 " %016" PRIx64 "\n", at / PQ_SLOT,
				      qw[0], qw[1]);
		at = (at + PQ_SLOT) % bytes;
	}
	return n;
}

size_t model_describe_unit(unsigned unit, char *buf, size_t size)
{
	const struct model_unit *u = &model.unit[unit % MODEL_UNITS_MAX];
	size_t n;

	if (size)
		buf[0] = '\0';
	if (unit >= model.config.units)
		return 0;
	n = (size_t)snprintf(buf, size,
			     "  GSTS=%08x FSTS=%08x ICS=%08x PRS=%08x PECTL=%08x\n"
			     "  PQA=%" PRIx64 " PQH=%" PRIx64 " PQT=%" PRIx64 "\n"
			     "  IQA=%" PRIx64 " IQH=%" PRIx64 " IQT=%" PRIx64 " IQER=%" PRIx64 "\n"
			     "  in the unit: %u received, %u walked, %u accepted; %u invalidations "
			     "under way\n",
			     u->gsts, u->fsts, u->ics, u->prs, u->pe.ctl, u->pqa, u->pqh, u->pqt,
			     u->iqa, u->iqh, u->iqt, u->iqer, fifo_count(&u->received),
			     fifo_count(&u->walked), fifo_count(&u->accepted), u->flights);
	return n + describe_ring(u, n < size ? buf + n : NULL, n < size ? size - n : 0);
}
