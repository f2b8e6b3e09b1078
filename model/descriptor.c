/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Descriptors of the invalidation queue, one at a time: what is reserved in each, and what each
 * does (VT-d 6.5.2.1 to 6.5.2.10). The order among them is inval.c's.
 */

#include "model/state.h"

#define CHANNEL_MASK (0xfull | 7ull << 9)

/* Reserved bits of the first two quadwords by type; the other two are reserved throughout. */
static const struct {
	bool known;
	u64 reserved[2];
} layout[16] = {
	[DESC_CONTEXT] = { true, { 0x1c0ull | 0xf000ull | GENMASK_ULL(63, 50), ~0ull } },
	[DESC_IOTLB] = { true, { BIT_ULL(8) | 0xf000ull | GENMASK_ULL(63, 32), 0xf80ull } },
	[DESC_DEVTLB] = { true,
			  { 0x1f0ull | GENMASK_ULL(31, 21) | GENMASK_ULL(51, 48), 0xffeull } },
	[DESC_IEC] = { true, { 0, ~0ull } },
	[DESC_WAIT] = { true, { BIT_ULL(8) | GENMASK_ULL(31, 12), 3 } },
	[DESC_PIOTLB] = { true, { 0x1c0ull | 0xf000ull | GENMASK_ULL(63, 52), 0xf80ull } },
	[DESC_PASID] = { true, { 0x1c0ull | 0xf000ull | GENMASK_ULL(63, 52), ~0ull } },
	[DESC_PDEVTLB] = { true, { 0, 0x7feull } },
	[DESC_RESPONSE] = { true, { 0x1e0ull | GENMASK_ULL(63, 52), 3ull | GENMASK_ULL(63, 12) } },
};

/* Granularities that a type defines, one bit each. */
static u8 granularities(unsigned type)
{
	switch (type) {
	case DESC_CONTEXT:
	case DESC_IOTLB:
		return BIT(1) | BIT(2) | BIT(3);
	case DESC_PIOTLB:
		return BIT(2) | BIT(3);
	case DESC_PASID:
		return BIT(0) | BIT(1) | BIT(3);
	default:
		return BIT(0) | BIT(1) | BIT(2) | BIT(3);
	}
}

bool descriptor_is_devtlb(unsigned type)
{
	return type == DESC_DEVTLB || type == DESC_PDEVTLB;
}

enum iq_error_code descriptor_check(const struct model_unit *u, const u64 qw[4])
{
	unsigned type = DESC_TYPE(qw[0]);

	if (!(u->iqa & IQA_DW))
		return IQEI_WIDTH;
	if (type >= ARRAY_SIZE(layout) || !layout[type].known)
		return IQEI_TYPE;
	if ((qw[0] & layout[type].reserved[0] & ~CHANNEL_MASK) ||
	    (qw[1] & layout[type].reserved[1]) || qw[2] || qw[3])
		return IQEI_RESERVED;
	if (!(granularities(type) & BIT(DESC_G(qw[0]))))
		return IQEI_RESERVED;
	if (type == DESC_WAIT && (qw[0] & WAIT_PD) && unit_knob(u, KNOB_PDS) != 0) {
		if (unit_knob(u, KNOB_PDS) == 1)
			return IQEI_RESERVED;
		knob_mattered(u, KNOB_PDS);
	}
	if (type == DESC_RESPONSE && (qw[1] & BIT(2)) && unit_knob(u, KNOB_RESP_LPIG) == 1) {
		knob_mattered(u, KNOB_RESP_LPIG);
		return IQEI_RESERVED;
	}
	return 0;
}

/* Size of a range in the PCIe manner: S, and the position of the lowest zero above bit 11. */
static u8 range_shift(u64 address, bool s)
{
	return s ? 1 + __builtin_ctzll(~(address >> 12)) : 0;
}

static void send_devtlb(struct model_unit *u, struct flight *f)
{
	bool with_pasid = f->type == DESC_PDEVTLB;
	u16 sid = with_pasid ? f->qw[0] >> 16 : f->qw[0] >> 32;
	bool s = f->qw[1] & (with_pasid ? BIT_ULL(11) : 1);
	struct model_device *d = device_by_rid(u, sid);
	struct down_item item = {
		.kind = DOWN_INVALIDATION,
		.tag = f->tag,
		.page = f->qw[1] >> 12,
		.all_pasids = with_pasid && (f->qw[1] & 1),
		.pasid = with_pasid ? DESC_PASID_FIELD(f->qw[0]) : MODEL_NO_PASID,
		.shift = range_shift(f->qw[1], s),
	};

	/* To nobody: no completion will come, and the time-out finds that out. */
	if (!d)
		return;
	host_event(EV_DEVTLB_SENT, d->id, item.pasid, item.page, item.shift >= 52);
	link_down(d, &item, true);
}

static void send_response(struct model_unit *u, const struct flight *f)
{
	u16 rid = f->qw[0] >> 16;
	bool pp = f->qw[0] & BIT_ULL(4);
	struct model_device *d = device_by_rid(u, rid);
	struct down_item item = {
		.kind = DOWN_RESPONSE,
		.rc = f->qw[0] >> 12 & 0xf,
		.group = f->qw[1] >> 3 & GROUP_MASK,
		.pasid = pp ? DESC_PASID_FIELD(f->qw[0]) : MODEL_NO_PASID,
	};

	host_event(EV_RESP_SENT, rid, item.pasid, item.group, item.rc | pp << 8);
	if (!d) {
		host_event(EV_RESP_LOST, rid, item.pasid, item.group, item.rc);
		return;
	}
	link_down(d, &item, true);
}

/* Page-selective ranges of the IOTLB kinds: 2^AM pages. */
static void invalidate_iotlb(struct model_unit *u, const struct flight *f)
{
	unsigned g = DESC_G(f->qw[0]);
	unsigned shift = g == 3 ? f->qw[1] & 0x3f : 64;
	u64 page = f->qw[1] >> 12;
	u16 did = DESC_DID(f->qw[0]);

	if (f->type == DESC_PIOTLB)
		walk_invalidate_piotlb(u, did, DESC_PASID_FIELD(f->qw[0]), shift, page);
	else
		walk_invalidate_iotlb(u, g == 1, did, shift, page);
}

/* What EV_QI_EXEC says of a descriptor: flags, and whom it concerns. */
static void report(struct model_unit *u, const struct flight *f)
{
	u64 g = granularities(f->type) == 0xf ? 0 : DESC_G(f->qw[0]);
	u64 flags = 0, id = 0;

	switch (f->type) {
	case DESC_IOTLB:
	case DESC_CONTEXT:
		id = DESC_DID(f->qw[0]);
		break;
	case DESC_PIOTLB:
	case DESC_PASID:
		id = (u64)DESC_DID(f->qw[0]) << 32 | DESC_PASID_FIELD(f->qw[0]);
		break;
	case DESC_DEVTLB:
		flags = f->qw[1] & 1;
		id = (f->qw[0] >> 32 & 0xffff) << 32 | MODEL_NO_PASID;
		break;
	case DESC_PDEVTLB:
		flags = (f->qw[1] >> 11 & 1) | (f->qw[1] & 1) << 1;
		id = (f->qw[0] >> 16 & 0xffff) << 32 | DESC_PASID_FIELD(f->qw[0]);
		break;
	case DESC_RESPONSE:
		flags = (f->qw[0] >> 12 & 0xf) | (f->qw[0] & BIT_ULL(4));
		id = (f->qw[0] >> 16 & 0xffff) << 32 |
		     (f->qw[0] & BIT_ULL(4) ? DESC_PASID_FIELD(f->qw[0]) : MODEL_NO_PASID);
		break;
	case DESC_WAIT:
		flags = f->qw[0] >> 4 & 0xf;
		break;
	default:
		break;
	}
	host_event(EV_QI_EXEC, u->id, f->index, f->type | g << 8 | flags << 16, id);
}

void descriptor_execute(struct model_unit *u, struct flight *f)
{
	report(u, f);
	switch (f->type) {
	case DESC_IOTLB:
	case DESC_PIOTLB:
		invalidate_iotlb(u, f);
		break;
	case DESC_PASID:
		walk_invalidate_pasid(u, DESC_G(f->qw[0]), DESC_DID(f->qw[0]),
				      DESC_PASID_FIELD(f->qw[0]));
		break;
	case DESC_DEVTLB:
	case DESC_PDEVTLB:
		send_devtlb(u, f);
		break;
	case DESC_RESPONSE:
		send_response(u, f);
		break;
	default: /* context and interrupt-entry caches hold nothing here; waits end in inval.c */
		break;
	}
}
