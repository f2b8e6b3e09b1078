/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The driver's operations. What each does in which state is told in play.h. Checks and the marks
 * that follow them have no point in between, so they need no lock on either engine's account.
 */

#include <asm-generic/errno.h>

#include "host/sanitizer.h"
#include "run/play_state.h"

/*
 * What TSan is told of the driver's side, as a driver core's locks would: attach and detach come
 * before and after all other operations of the device, start and finish before and after those; and
 * a life is handed on from its bind to its drains, and from its unbind to the next bind. Nothing
 * else: two operations of one device that overlap, or just follow each other, are not ordered.
 */
static void play_order_begin(unsigned dev, struct play_life *life)
{
	host_acquired(&play.device[dev].changed);
	if (life)
		host_acquired(life);
}

static void play_order_end(unsigned dev, struct play_life *life)
{
	if (life)
		host_released(life);
	host_released(&play.device[dev].used);
}

static void play_order_change(unsigned dev, bool begin)
{
	struct play_device *device = &play.device[dev];
	struct play_unit *unit = &play.unit[play.scenario->device[dev].unit];

	if (begin) {
		host_acquired(&device->used);
		host_acquired(&device->changed);
		host_acquired(unit);
	} else {
		host_released(unit);
		host_released(&device->changed);
	}
}

u32 play_number(unsigned dev, u8 symbol)
{
	u32 own;

	if (symbol == SCENARIO_NONE)
		return MODEL_NO_PASID;
	own = play.life[dev][symbol].number;
	return own ? own : play.symbol[symbol].number;
}

static void play_event(unsigned kind, enum judge_op op, unsigned dev, unsigned unit, u32 pasid,
		       u64 last)
{
	host_event(kind, op, dev | unit << 8, pasid, last);
}

static unsigned play_unit_of(unsigned dev)
{
	return play.scenario->device[dev].unit;
}

static void play_begin(enum judge_op op, unsigned dev, struct play_life *life, u32 pasid, u8 space)
{
	play_order_begin(dev, life);
	play_event(EV_OP_BEGIN, op, dev, play_unit_of(dev), pasid, space);
	play.device[dev].busy++;
}

static void play_end(enum judge_op op, unsigned dev, struct play_life *life, u32 pasid, int result)
{
	play_order_end(dev, life);
	play.device[dev].busy--;
	/* A livelock is one operation that does not end, not many that take long. */
	engine_progress();
	play_event(EV_OP_END, op, dev, play_unit_of(dev), pasid, (u64)(s64)result);
}

static bool play_usable(unsigned dev)
{
	return play.device[dev].attached && !play.device[dev].changing;
}

/*
 * @symbol stands for @number from now on, on this device, and on others where nothing is bound to it
 * yet. Another symbol that has that number but was never bound gets the old one in exchange, so that
 * symbols stay different numbers where they can.
 */
static bool play_adopt(unsigned dev, unsigned symbol, u32 number)
{
	struct play_symbol *mine = &play.symbol[symbol];

	for (unsigned i = 0; i < SCENARIO_PASIDS_MAX; i++) {
		struct play_symbol *other = &play.symbol[i];

		if (i == symbol || play_number(dev, (u8)i) != number)
			continue;
		if (!other->known)
			other->number = mine->number;
		else if (play.life[dev][i].bound || play.life[dev][i].binding)
			return false; /* two symbols, one life */
	}
	play.life[dev][symbol].number = mine->number = number;
	mine->known = true;
	return true;
}

static void play_bound(unsigned dev, unsigned symbol, u32 number)
{
	struct play_life *life = &play.life[dev][symbol];

	if (!play_adopt(dev, symbol, number)) {
		play.not_applicable = "gives one PASID number to two symbols";
		return;
	}
	if (life->bound) {
		play.not_applicable = "counts the binds of one life";
		return;
	}
	life->bound = true;
	life->stopped = false;
	model_resume(dev, number);
}

/* Two symbols for one number would be two lives in the scenario, and one in the system. */
static bool play_one_symbol(const struct scenario_op *op)
{
	u8 *symbol = &play.space_symbol[op->space];

	if (!play.ops->numbers_by_space || op->flags & OPF_DOMAIN)
		return true;
	if (!*symbol)
		*symbol = op->pasid + 1;
	return *symbol == op->pasid + 1;
}

void play_bind(const struct scenario_op *op)
{
	struct play_life *life = &play.life[op->device][op->pasid];
	struct host_pci_dev *pci = model_pci_dev(op->device);
	struct host_space *space = model_space(op->space);
	unsigned flags = op->flags & OPF_DOMAIN ? SUT_BIND_DOMAIN : 0;
	u32 number, wish;
	int err;

	if (!play_one_symbol(op)) {
		play.not_applicable = "gives each space one PASID number";
		return;
	}
	if (!host_mmget_not_zero(space))
		return;
	if (!play_usable(op->device))
		goto out;
	if (play.ops->numbers_by_space && (life->bound || life->binding || life->unbinding)) {
		play.not_applicable = "counts the binds of one life";
		goto out;
	}
	wish = number = play.picks_numbers ? 0 : play_number(op->device, op->pasid);
	play_begin(JOP_BIND, op->device, life, play_number(op->device, op->pasid), op->space);
	life->binding++;
	err = play_call(bind, pci, space, flags, &number);
	/* Another bind may have settled it meanwhile. */
	if (err == -EOPNOTSUPP && wish) {
		play.picks_numbers = true;
		number = 0;
		err = play_call(bind, pci, space, flags, &number);
	}
	life->binding--;
	if (!err)
		play_bound(op->device, op->pasid, number);
	play_end(JOP_BIND, op->device, life, err ? play_number(op->device, op->pasid) : number,
		 err);
	/* Whoever binds keeps the space alive until here; an unbind under way may be ahead or behind. */
	if (!err && !life->binding && !life->unbinding && !play.not_applicable)
		model_audit_entry(op->device, number, op->space);
out:
	host_mmput(space);
}

/*
 * The number may be bound again before unbind returned; those entries are live. That life may even be
 * in an unbind of its own by now, which will be asked the same when it returns.
 */
static bool play_is_taken(unsigned dev, unsigned symbol)
{
	for (unsigned i = 0; i < SCENARIO_PASIDS_MAX; i++) {
		const struct play_life *life = &play.life[dev][i];

		/* Which number a bind under way will get only the system knows, if it picks them. */
		if (life->binding && (i == symbol || play.picks_numbers))
			return true;
		if ((life->bound || life->unbinding) &&
		    play_number(dev, (u8)i) == play_number(dev, (u8)symbol))
			return true;
	}
	return false;
}

void play_end_life(unsigned dev, unsigned symbol)
{
	struct play_life *life = &play.life[dev][symbol];
	u32 number = play_number(dev, (u8)symbol);
	int err;

	life->bound = false;
	life->unbinding++;
	play_begin(JOP_UNBIND, dev, life, number, PLAY_NO_SPACE);
	err = play_call(unbind, model_pci_dev(dev), number);
	play_end(JOP_UNBIND, dev, life, number, err);
	life->unbinding--;
	if (err) {
		life->bound = true;
		return;
	}
	if (play_is_taken(dev, symbol))
		return;
	host_event(EV_TEARDOWN, dev, number, 0, 0);
	model_audit_entry(dev, number, MODEL_NO_SPACE);
	model_audit_life(dev, number);
}

void play_unbind(const struct scenario_op *op)
{
	if (play_usable(op->device) && play.life[op->device][op->pasid].bound)
		play_end_life(op->device, op->pasid);
}

static void play_set_rid(unsigned dev, struct host_space *space, u8 index)
{
	int err;

	play_begin(JOP_RID, dev, NULL, MODEL_NO_PASID, index);
	err = play_call(rid_attach, model_pci_dev(dev), space);
	if (!err) {
		play.device[dev].rid = space != NULL;
		play.device[dev].rid_stopped = false;
	}
	/* The next domain's requests may come. */
	if (!err && space)
		model_resume(dev, MODEL_NO_PASID);
	play_end(JOP_RID, dev, NULL, MODEL_NO_PASID, err);
	/* Without a domain of the driver's there may be one of the system's own. */
	if (!err && space)
		model_audit_entry(dev, MODEL_NO_PASID, index);
}

void play_end_rid(unsigned dev)
{
	play_set_rid(dev, NULL, PLAY_NO_SPACE);
}

void play_rid(const struct scenario_op *op)
{
	struct host_space *space = NULL;

	if (op->space != SCENARIO_NONE) {
		space = model_space(op->space);
		if (!host_mmget_not_zero(space))
			return;
	}
	if (play_usable(op->device))
		play_set_rid(op->device, space, space ? op->space : PLAY_NO_SPACE);
	if (space)
		host_mmput(space);
}

void play_drain(const struct scenario_op *op)
{
	struct play_life *life = &play.life[op->device][op->pasid];
	u32 number = play_number(op->device, op->pasid);
	int err;

	if (!play_usable(op->device) || !life->bound)
		return;
	play_begin(JOP_DRAIN, op->device, life, number, PLAY_NO_SPACE);
	err = play_call(drain, model_pci_dev(op->device), number);
	play_end(JOP_DRAIN, op->device, life, number, err);
}

static void play_switch_requests(unsigned index, enum judge_op op, bool on)
{
	struct play_device *dev = &play.device[index];
	int err;

	if (!play_usable(index) || dev->requests_changing || dev->requests_on == on ||
	    play.scenario->device[index].no_ats)
		return;
	dev->requests_changing = true;
	play_begin(op, index, NULL, MODEL_NO_PASID, PLAY_NO_SPACE);
	err = on ? play_call(prq_enable, model_pci_dev(index))
		 : play_call(prq_disable, model_pci_dev(index));
	if (!err)
		dev->requests_on = on;
	dev->requests_changing = false;
	play_end(op, index, NULL, MODEL_NO_PASID, err);
}

void play_disable(const struct scenario_op *op)
{
	play_switch_requests(op->device, JOP_DISABLE, false);
}

void play_enable(const struct scenario_op *op)
{
	play_switch_requests(op->device, JOP_ENABLE, true);
}

void play_exit_space(unsigned space)
{
	if (play.exited[space])
		return;
	play.exited[space] = true;
	play_event(EV_OP_BEGIN, JOP_EXIT, PLAY_NO_DEVICE, 0, MODEL_NO_PASID, space);
	host_mmput(model_space(space));
	play_event(EV_OP_END, JOP_EXIT, PLAY_NO_DEVICE, 0, MODEL_NO_PASID, 0);
}

void play_exit(const struct scenario_op *op)
{
	play_exit_space(op->space);
}

/* --- Devices and units: one task at a time ---------------------------------------------------- */

void play_attach_device(unsigned index)
{
	struct play_device *dev = &play.device[index];
	unsigned unit = play_unit_of(index);
	int err;

	play_order_change(index, true);
	play_begin(JOP_ATTACH, index, NULL, MODEL_NO_PASID, PLAY_NO_SPACE);
	err = play_call(device_attach, unit, model_pci_dev(index));
	dev->attached = !err;
	dev->requests_on = !err;
	play_end(JOP_ATTACH, index, NULL, MODEL_NO_PASID, err);
	play_order_change(index, false);
}

/* A life that could not be ended does not keep the device: what then is the system's choice. */
void play_detach_device(unsigned index)
{
	struct play_device *dev = &play.device[index];
	int err;

	for (unsigned symbol = 0; symbol < SCENARIO_PASIDS_MAX; symbol++) {
		if (play.life[index][symbol].bound)
			play_end_life(index, symbol);
	}
	if (dev->rid)
		play_end_rid(index);
	play_order_change(index, true);
	play_begin(JOP_DETACH, index, NULL, MODEL_NO_PASID, PLAY_NO_SPACE);
	err = play_call(device_detach, model_pci_dev(index));
	if (!err) {
		dev->attached = dev->requests_on = dev->rid = false;
		for (unsigned symbol = 0; symbol < SCENARIO_PASIDS_MAX; symbol++)
			play.life[index][symbol].bound = false;
	}
	play_end(JOP_DETACH, index, NULL, MODEL_NO_PASID, err);
	play_order_change(index, false);
}

static bool play_idle(unsigned index)
{
	return !play.device[index].busy && !play.device[index].changing;
}

void play_attach(const struct scenario_op *op)
{
	struct play_device *dev = &play.device[op->device];
	struct play_unit *unit = &play.unit[play_unit_of(op->device)];

	if (dev->attached || !play_idle(op->device) || !unit->up || unit->changing)
		return;
	dev->changing = true;
	play_attach_device(op->device);
	dev->changing = false;
}

void play_detach(const struct scenario_op *op)
{
	struct play_device *dev = &play.device[op->device];

	if (!dev->attached || !play_idle(op->device))
		return;
	dev->changing = true;
	play_detach_device(op->device);
	dev->changing = false;
}

void play_enable_unit(unsigned index)
{
	int err;

	host_acquired(&play.unit[index]);
	play_event(EV_OP_BEGIN, JOP_START, PLAY_NO_DEVICE, index, MODEL_NO_PASID, PLAY_NO_SPACE);
	err = play_call(unit_enable, index);
	play.unit[index].up = !err;
	play_event(EV_OP_END, JOP_START, PLAY_NO_DEVICE, index, MODEL_NO_PASID, (u64)(s64)err);
	host_released(&play.unit[index]);
}

/* Only once all its devices are off it: what still points at the queue would outlive it. */
void play_finish_unit(unsigned index)
{
	int err;

	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play_unit_of(dev) == index && play.device[dev].attached)
			return;
	}
	host_acquired(&play.unit[index]);
	play_event(EV_OP_BEGIN, JOP_FINISH, PLAY_NO_DEVICE, index, MODEL_NO_PASID, PLAY_NO_SPACE);
	err = play_call(unit_finish, index);
	if (!err)
		play.unit[index].up = false;
	play_event(EV_OP_END, JOP_FINISH, PLAY_NO_DEVICE, index, MODEL_NO_PASID, (u64)(s64)err);
	host_released(&play.unit[index]);
}

/* Marks unit and devices, so that other tasks keep off; false if one of them is in use. */
static bool play_claim_unit(unsigned index, bool up)
{
	if (play.unit[index].up != up || play.unit[index].changing)
		return false;
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play_unit_of(dev) == index && !play_idle(dev))
			return false;
	}
	play.unit[index].changing = true;
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play_unit_of(dev) == index)
			play.device[dev].changing = true;
	}
	return true;
}

static void play_release_unit(unsigned index)
{
	play.unit[index].changing = false;
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play_unit_of(dev) == index)
			play.device[dev].changing = false;
	}
}

void play_finish(const struct scenario_op *op)
{
	if (!play_claim_unit(op->device, true))
		return;
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play_unit_of(dev) == op->device && play.device[dev].attached)
			play_detach_device(dev);
	}
	play_finish_unit(op->device);
	play_release_unit(op->device);
}

void play_start(const struct scenario_op *op)
{
	if (!play_claim_unit(op->device, false))
		return;
	play_enable_unit(op->device);
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play.unit[op->device].up && play_unit_of(dev) == op->device)
			play_attach_device(dev);
	}
	play_release_unit(op->device);
}
