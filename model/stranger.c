/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What nobody in the machine does: descriptors that no device sent, and writes to the registers of
 * the ring by somebody who does not own them. Values are taken as they come; the registers mask
 * them as they mask software's, and memory that is not there is a DMA fault.
 */

#include "model/state.h"

#define NOWHERE 0x6000000000ull /* below the page tables, above all that is ever allocated */

#define PQH 0xc0u
#define PQT 0xc8u
#define PQA 0xd0u
#define PRS 0xdcu

void model_descriptor(unsigned dev, u32 pasid, u16 group, u64 page, unsigned flags, u64 qw[4])
{
	const struct model_req r = {
		.dev = dev % MODEL_DEVICES_MAX,
		.flags = flags,
		.group = group & GROUP_MASK,
		.pasid = pasid == MODEL_NO_PASID ? pasid : pasid & PASID_MASK,
		.page = WIRE_PAGE(0, page),
	};

	pipe_encode(&r, qw);
}

void model_forge(unsigned unit, const u64 qw[4])
{
	pipe_forge(&model.unit[unit % MODEL_UNITS_MAX], qw);
}

static void stranger_write(unsigned unit, enum stranger_register which, u32 offset, u64 value)
{
	host_event(EV_STRANGER, unit, which, value, 0);
	mmio_write(unit, offset, offset == PRS ? 4 : 8, value);
}

void model_write_head(unsigned unit, u64 value)
{
	stranger_write(unit, STRANGER_HEAD, PQH, value);
}

void model_write_tail(unsigned unit, u64 value)
{
	stranger_write(unit, STRANGER_TAIL, PQT, value);
}

void model_clear_prs(unsigned unit, u32 bits)
{
	stranger_write(unit, STRANGER_STATUS, PRS, bits);
}

void model_resize_queue(unsigned unit, unsigned size)
{
	u64 base = model.unit[unit % MODEL_UNITS_MAX].pqa & ADDRESS_MASK;

	stranger_write(unit, STRANGER_QUEUE, PQA, base | (size & 7));
}

void model_move_queue(unsigned unit, bool away)
{
	stranger_write(unit, STRANGER_QUEUE, PQA, away ? NOWHERE : 0);
}
