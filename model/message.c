/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Events of the unit that become interrupts (VT-d 7.5 and 11.4.11).
 *
 * The page request event is a condition, a pending bit (IP) and a message. The condition is an edge
 * over the OR of PPR and PRO. The message leaves when IM is clear: a step of its own, since a
 * message takes its time, and a status bit that software clears meanwhile can take the event back.
 */

#include "model/state.h"

#define VECTOR(data) ((data)&0xff)

void message_update(struct model_unit *u)
{
	engine_actor_set(u->event_actor, (u->pe.ctl & (EVENT_IP | EVENT_IM)) == EVENT_IP);
}

static void page_request_event(struct model_unit *u)
{
	u->pe.ctl |= EVENT_IP;
	message_update(u);
}

void message_set_prs(struct model_unit *u, u32 bit)
{
	u32 old = u->prs;

	if (old & bit)
		return;
	u->prs |= bit;
	host_event(EV_PRS, u->id, old, u->prs, 0);
	if (!old) {
		page_request_event(u);
	} else if (bit == PRS_PRO && unit_knob(u, KNOB_PRO_EVENT) == 1) {
		knob_mattered(u, KNOB_PRO_EVENT);
		page_request_event(u);
	}
}

/* Software has served what caused an event that did not leave yet: is the event taken back? */
static void take_back(struct model_unit *u, u32 cleared)
{
	unsigned rule = unit_knob(u, KNOB_IP_CLEAR);
	bool both = !u->prs && cleared;
	bool ppr = (cleared & PRS_PPR) != 0;

	if (!(u->pe.ctl & EVENT_IP))
		return;
	if (rule == 1 ? ppr != both : rule == 2 && both)
		knob_mattered(u, KNOB_IP_CLEAR);
	if (rule == 1 ? ppr : rule == 0 && both)
		u->pe.ctl &= ~EVENT_IP;
	message_update(u);
}

void message_clear_prs(struct model_unit *u, u32 bits)
{
	u32 old = u->prs;

	bits &= PRS_PPR | PRS_PRO;
	if ((bits & old & PRS_PRO) && unit_knob(u, KNOB_PRO_REARM) == 1 && pipe_ring_full(u)) {
		knob_mattered(u, KNOB_PRO_REARM);
		bits &= ~PRS_PRO;
	}
	u->prs &= ~bits;
	host_event(EV_PRS, u->id, old, u->prs, 1);
	take_back(u, old & bits);
}

static bool message_is_lost(struct model_unit *u)
{
	if (u->lose_msi) {
		u->lose_msi--;
		return true;
	}
	if (unit_knob(u, KNOB_MSI) == 1 && engine_choose(CHOOSE_MODEL, 2) == 1) {
		knob_mattered(u, KNOB_MSI);
		return true;
	}
	return false;
}

void message_push(struct model_unit *u)
{
	bool lost;

	if ((u->pe.ctl & (EVENT_IP | EVENT_IM)) != EVENT_IP)
		return;
	u->pe.ctl &= ~EVENT_IP;
	message_update(u);
	/* The message is behind all accepted requests, which the tail covers when it arrives. */
	pipe_deliver_all(u);
	lost = message_is_lost(u);
	host_event(EV_MSI, u->id, lost, 0, 0);
	if (!lost)
		host_irq_raise(VECTOR(u->pe.data));
}

void message_event_step(void *arg)
{
	message_push(arg);
}

/* The fault and the completion event are not actors: nothing in a drain waits for either. */
void message_raise(struct message *m)
{
	if (m->ctl & EVENT_IM)
		m->ctl |= EVENT_IP;
	else
		host_irq_raise(VECTOR(m->data));
}

void message_write_ctl(struct message *m, u32 value)
{
	bool pending = m->ctl & EVENT_IP;

	m->ctl = (m->ctl & EVENT_IP) | (value & EVENT_IM);
	if (pending && !(value & EVENT_IM)) {
		m->ctl &= ~EVENT_IP;
		host_irq_raise(VECTOR(m->data));
	}
}

void message_fault_status(struct model_unit *u, u32 bits)
{
	bool quiet = !u->fsts;

	u->fsts |= bits;
	if (quiet)
		message_raise(&u->fe);
}
