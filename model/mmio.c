/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Registers as software sees them (VT-d 11.4). 32- and 64-bit accesses; a 32-bit access to half of
 * a 64-bit register leaves the other half alone. Reserved bits read as 0.
 */

#include "model/state.h"

struct reg_info {
	u16 offset;
	u8 bytes;
};

static const struct reg_info reg_info[REG_COUNT] = {
#define X(name, offset, bytes) [REG_##name] = { offset, bytes },
	MODEL_REGISTERS(X)
#undef X
};

/* Register index by word of the register page, + 1; 0: nothing there. */
static const u8 reg_at[0x230 / 4] = {
#define X(name, offset, bytes) [(offset) / 4] = REG_##name + 1,
	MODEL_REGISTERS(X)
#undef X
};

unsigned mmio_reg_index(u32 offset)
{
	u32 word = offset / 4;
	unsigned reg;

	if (word >= ARRAY_SIZE(reg_at))
		return REG_OTHER;
	if (reg_at[word])
		return reg_at[word] - 1u;
	if (!word || !reg_at[word - 1])
		return REG_OTHER;
	reg = reg_at[word - 1] - 1u;
	return reg_info[reg].bytes == 8 ? reg : REG_OTHER;
}

static u64 ecap(const struct model_unit *u)
{
	u64 value = ECAP_VALUE;

	if (unit_knob(u, KNOB_PDS) == 0)
		value |= ECAP_PDS;
	if (unit_knob(u, KNOB_SMS) == 0)
		value |= ECAP_SMS;
	return value;
}

static u64 reg_read(struct model_unit *u, unsigned reg)
{
	switch (reg) {
	case REG_VER:
		return 0x60;
	case REG_CAP:
		return CAP_VALUE;
	case REG_ECAP:
		return ecap(u);
	case REG_GSTS:
		return u->gsts;
	case REG_RTADDR:
		return u->rtaddr;
	case REG_FSTS:
		return u->fsts;
	case REG_FECTL:
		return u->fe.ctl;
	case REG_FEDATA:
		return u->fe.data;
	case REG_FEADDR:
		return u->fe.addr;
	case REG_FEUADDR:
		return u->fe.uaddr;
	case REG_IQH:
		return u->iqh;
	case REG_IQT:
		return u->iqt;
	case REG_IQA:
		return u->iqa;
	case REG_ICS:
		return u->ics;
	case REG_IECTL:
		return u->ie.ctl;
	case REG_IEDATA:
		return u->ie.data;
	case REG_IEADDR:
		return u->ie.addr;
	case REG_IEUADDR:
		return u->ie.uaddr;
	case REG_IQER:
		return u->iqer;
	case REG_PQH:
		return u->pqh;
	case REG_PQT:
		/* Accepted requests are delivered before the read completes (VT-d 7.5). */
		pipe_deliver_all(u);
		message_push(u);
		return u->pqt;
	case REG_PQA:
		return u->pqa;
	case REG_PRS:
		message_push(u);
		return u->prs;
	case REG_PECTL:
		message_push(u);
		return u->pe.ctl;
	case REG_PEDATA:
		return u->pe.data;
	case REG_PEADDR:
		return u->pe.addr;
	case REG_PEUADDR:
		return u->pe.uaddr;
	case REG_FRCD:
		return u->frcd;
	case REG_FRCDH:
		return u->frcdh;
	default:
		return 0;
	}
}

static void write_gcmd(struct model_unit *u, u32 value)
{
	u32 states = GCMD_TE | GCMD_QIE | GCMD_IRE;
	bool queue = u->gsts & GCMD_QIE;

	if (value & GCMD_SRTP) {
		u->root = u->rtaddr;
		u->gsts |= GCMD_SRTP;
	}
	u->gsts = (u->gsts & ~states) | (value & states);
	if (queue && !(u->gsts & GCMD_QIE))
		inval_stop(u);
	inval_update(u);
}

static void write_fsts(struct model_unit *u, u32 value)
{
	u->fsts &= ~(value & FSTS_W1C);
	if (!u->fsts)
		u->fe.ctl &= ~EVENT_IP;
	inval_update(u);
}

static u64 ring_pointer(const struct model_unit *u, u64 value)
{
	return value & PQ_POINTER & (pipe_ring_bytes(u) - 1);
}

/* K16: what a head that is no slot of the ring does. */
static void write_pqh(struct model_unit *u, u64 value)
{
	u64 old = u->pqh;

	if (value != ring_pointer(u, value) && unit_knob(u, KNOB_PQH_BAD) != 0) {
		knob_mattered(u, KNOB_PQH_BAD);
		u->halted |= unit_knob(u, KNOB_PQH_BAD) == 2;
		pipe_update(u);
		return;
	}
	u->pqh = ring_pointer(u, value);
	u->halted = false;
	host_event(EV_HEAD, u->id, old, u->pqh, 0);
	pipe_update(u);
}

static void write_pqt(struct model_unit *u, u64 value)
{
	u64 old;

	pipe_deliver_all(u);
	old = u->pqt;
	u->pqt = ring_pointer(u, value);
	u->accept_tail = u->pqt;
	u->ring_epoch++;
	host_event(EV_TAIL, u->id, old, u->pqt, 1);
}

static void write_pqa(struct model_unit *u, u64 value)
{
	/* Writes that were issued go where the ring was. */
	pipe_deliver_all(u);
	u->pqa = value & (ADDRESS_MASK | 7);
	u->pqh = ring_pointer(u, u->pqh);
	u->pqt = ring_pointer(u, u->pqt);
	u->accept_tail = u->pqt;
	u->ring_epoch++;
	u->halted = false;
	host_event(EV_RING, u->id, u->pqa & ADDRESS_MASK ? pipe_ring_bytes(u) / PQ_SLOT : 0, 0, 0);
	pipe_update(u);
}

static void write_pectl(struct model_unit *u, u32 value)
{
	u->pe.ctl = (u->pe.ctl & EVENT_IP) | (value & EVENT_IM);
	message_update(u);
}

static void write_frcdh(struct model_unit *u, u64 value)
{
	if (!(value & FRCDH_F))
		return;
	u->frcdh &= ~FRCDH_F;
	u->fsts &= ~FSTS_PPF;
}

/* Where an event's message goes and what it says: three events, three plain registers each. */
static void write_message(struct model_unit *u, unsigned reg, u64 value)
{
	switch (reg) {
	case REG_FEDATA:
		u->fe.data = value;
		break;
	case REG_FEADDR:
		u->fe.addr = value & ~3u;
		break;
	case REG_FEUADDR:
		u->fe.uaddr = value;
		break;
	case REG_IEDATA:
		u->ie.data = value;
		break;
	case REG_IEADDR:
		u->ie.addr = value & ~3u;
		break;
	case REG_IEUADDR:
		u->ie.uaddr = value;
		break;
	case REG_PEDATA:
		u->pe.data = value;
		break;
	case REG_PEADDR:
		u->pe.addr = value & ~3u;
		break;
	case REG_PEUADDR:
		u->pe.uaddr = value;
		break;
	default:
		break; /* read-only, or nothing there */
	}
}

static void reg_write(struct model_unit *u, unsigned reg, u64 value)
{
	switch (reg) {
	case REG_GCMD:
		write_gcmd(u, value);
		break;
	case REG_RTADDR:
		u->rtaddr = value & ~0x3ffull;
		break;
	case REG_FSTS:
		write_fsts(u, value);
		break;
	case REG_FECTL:
		message_write_ctl(&u->fe, value);
		break;
	case REG_IQT:
		inval_tail(u, value);
		break;
	case REG_IQA:
		u->iqa = value & (ADDRESS_MASK | IQA_DW | 7);
		break;
	case REG_ICS:
		u->ics &= ~(value & 1);
		if (!u->ics)
			u->ie.ctl &= ~EVENT_IP;
		break;
	case REG_IECTL:
		message_write_ctl(&u->ie, value);
		break;
	case REG_PQH:
		write_pqh(u, value);
		break;
	case REG_PQT:
		write_pqt(u, value);
		break;
	case REG_PQA:
		write_pqa(u, value);
		break;
	case REG_PRS:
		message_clear_prs(u, value);
		break;
	case REG_PECTL:
		write_pectl(u, value);
		break;
	case REG_FRCDH:
		write_frcdh(u, value);
		break;
	default:
		write_message(u, reg, value);
	}
}

static u32 read_half(struct model_unit *u, u32 offset)
{
	unsigned reg = mmio_reg_index(offset);
	u64 value = reg_read(u, reg);

	return reg < REG_COUNT && offset - reg_info[reg].offset >= 4 ? value >> 32 : value;
}

/* What the register holds, without the effects of a read. */
static u64 peek(struct model_unit *u, unsigned reg)
{
	switch (reg) {
	case REG_PQT:
		return u->pqt;
	case REG_IQT:
		return u->iqt;
	case REG_FRCDH:
		return u->frcdh & ~FRCDH_F; /* w1c */
	default:
		return reg_read(u, reg);
	}
}

static void write_half(struct model_unit *u, u32 offset, u32 value)
{
	unsigned reg = mmio_reg_index(offset);
	u64 old;

	if (reg >= REG_COUNT)
		return;
	if (reg_info[reg].bytes == 4) {
		reg_write(u, reg, value);
		return;
	}
	old = peek(u, reg);
	if (offset - reg_info[reg].offset >= 4)
		reg_write(u, reg, (u32)old | (u64)value << 32);
	else
		reg_write(u, reg, (old & ~0xffffffffull) | value);
}

u64 mmio_read(unsigned unit, u32 offset, unsigned bytes)
{
	struct model_unit *u;
	u64 low;

	if (unit >= model.config.units)
		return ~0ull;
	u = &model.unit[unit];
	offset &= ~3u;
	if (bytes == 8) {
		unsigned reg = mmio_reg_index(offset);

		if (reg < REG_COUNT && reg_info[reg].bytes == 8 && reg_info[reg].offset == offset)
			return reg_read(u, reg);
		low = read_half(u, offset);
		return low | (u64)read_half(u, offset + 4) << 32;
	}
	return read_half(u, offset);
}

void mmio_write(unsigned unit, u32 offset, unsigned bytes, u64 value)
{
	struct model_unit *u;

	if (unit >= model.config.units)
		return;
	u = &model.unit[unit];
	offset &= ~3u;
	if (bytes == 8) {
		unsigned reg = mmio_reg_index(offset);

		if (reg < REG_COUNT && reg_info[reg].bytes == 8 && reg_info[reg].offset == offset) {
			reg_write(u, reg, value);
			return;
		}
		write_half(u, offset, value);
		write_half(u, offset + 4, value >> 32);
		return;
	}
	write_half(u, offset, value);
}
