/* SPDX-License-Identifier: GPL-2.0-only */

/* The tasks of a run, and the endpoint's operations. The theory is in play.h. */

#include <stdio.h>
#include <string.h>

#include "host/backend.h"
#include "host/sanitizer.h"
#include "run/play.h"
#include "run/play_state.h"

#define PLAY_FSTS 0x34 /* fault status register, VT-d 11.4.8 */

struct play play;

_Static_assert(OPF_READ == (int)REQ_READ && OPF_WRITE == (int)REQ_WRITE &&
		       OPF_LAST == (int)REQ_LAST && OPF_EXEC == (int)REQ_EXEC &&
		       OPF_PRIV == (int)REQ_PRIV,
	       "a request's flags are passed through");
_Static_assert(SCENARIO_DEVICES_MAX <= MODEL_DEVICES_MAX && SCENARIO_UNITS_MAX <= MODEL_UNITS_MAX &&
		       SCENARIO_SPACES_MAX <= MODEL_SPACES_MAX,
	       "scenarios hold more than the model");

/* --- Script waits ----------------------------------------------------------------------------- */

static void play_give_up(struct play_task *task)
{
	char op[80];

	if (play.gave_up[0])
		return;
	scenario_print_op(play.scenario, task->op, op, sizeof(op));
	snprintf(play.gave_up, sizeof(play.gave_up), "%.23s gave up at `%s`",
		 play.scenario->task_name[task->index], op);
}

/* False if the wait was given up; the script ends there. */
static bool play_await_answers(struct play_task *task, unsigned dev, u32 pasid)
{
	bool answered;

	host_point(HOST_SITE_AWAIT);
	while (!(answered = !model_outstanding(dev, pasid)) && !play.giving_up)
		engine_block(HOST_SITE_AWAIT, model_outstanding_object(dev),
			     "the device's responses", ENGINE_NO_DEADLINE, false);
	if (!answered)
		play_give_up(task);
	return answered;
}

static bool play_await_task(struct play_task *task, struct play_task *other)
{
	bool ended;

	if (other == task)
		return true;
	host_point(HOST_SITE_AWAIT);
	while (!(ended = other->ended) && !play.giving_up)
		engine_block(HOST_SITE_AWAIT, other, "the end of another task", ENGINE_NO_DEADLINE,
			     false);
	if (ended)
		host_acquired(other);
	else
		play_give_up(task);
	return ended;
}

/* Wakes all script waits; a task of its own, since only a task may wake others. */
static void play_release_waits(void *unused)
{
	play.giving_up = true;
	for (unsigned dev = 0; dev < play.scenario->devices; dev++)
		engine_wake(model_outstanding_object(dev), ENGINE_TASKS_MAX);
	for (unsigned i = 0; i < play.scenario->tasks; i++)
		engine_wake(&play.task[i], ENGINE_TASKS_MAX);
}

/* Is every task that is stuck in a script wait? */
static bool play_only_scripts_wait(void)
{
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++) {
		const struct engine_task *task = engine_task(id);

		if (!task || task->state == TASK_UNUSED || task->state == TASK_DONE)
			continue;
		if (task->state == TASK_BLOCKED &&
		    (task->wait.idle || task->wait.site == HOST_SITE_AWAIT))
			continue;
		return false;
	}
	return true;
}

/* --- The endpoint's operations ---------------------------------------------------------------- */

static bool play_stop(struct play_task *task, const struct scenario_op *op)
{
	static const enum stop_kind kinds[SCENARIO_STOP_COUNT] = {
		[SCENARIO_STOP_ANSWERED] = STOP_ANSWERED,
		[SCENARIO_STOP_MARKER] = STOP_MARKER,
		[SCENARIO_STOP_RESET] = STOP_RESET,
	};
	enum stop_kind how = kinds[op->how % SCENARIO_STOP_COUNT];
	u32 pasid = play_number(op->device, op->pasid);

	if (op->pasid == SCENARIO_NONE)
		play.device[op->device].rid_stopped = true;
	else
		play.life[op->device][op->pasid].stopped = true;
	model_stop_begin(op->device, pasid, how);
	if (how == STOP_ANSWERED && !play_await_answers(task, op->device, pasid))
		return false;
	model_stop_end(op->device, pasid, how);
	return true;
}

static void play_request(const struct scenario_op *op)
{
	unsigned flags = op->flags & (REQ_READ | REQ_WRITE | REQ_LAST | REQ_EXEC | REQ_PRIV);

	if (!(flags & (REQ_READ | REQ_WRITE)))
		flags |= REQ_READ;
	play.request[op - play.scenario->op] =
		(u16)model_request(op->device, play_number(op->device, op->pasid), op->group,
				   op->page, flags, op->flags & OPF_FORCE);
}

u32 play_request_of(unsigned op)
{
	return play.request[op];
}

static void play_descriptor(const struct scenario_op *op)
{
	unsigned flags = op->flags & (REQ_READ | REQ_WRITE | REQ_LAST | REQ_EXEC | REQ_PRIV);
	u64 qw[4];

	model_descriptor(op->device, play_number(op->device, op->pasid), op->group, op->page, flags,
			 qw);
	for (unsigned i = 0; i < ARRAY_SIZE(qw); i++)
		qw[i] ^= op->mask[i];
	model_forge(play.scenario->device[op->device].unit, qw);
}

static void play_queue(const struct scenario_op *op)
{
	if (op->how == SCENARIO_QUEUE_SIZE)
		model_resize_queue(op->device, op->page);
	else
		model_move_queue(op->device, op->how == SCENARIO_QUEUE_AWAY);
}

/* What is done to a unit behind its driver's back. */
static void play_unit_op(const struct scenario_op *op)
{
	static const enum qi_error errors[SCENARIO_ERROR_COUNT] = {
		[SCENARIO_ERROR_IQE] = QI_IQE,
		[SCENARIO_ERROR_ICE] = QI_ICE,
		[SCENARIO_ERROR_ITE] = QI_ITE,
	};

	switch (op->code) {
	case OP_INJECT:
		model_inject_qi_error(op->device, errors[op->how % SCENARIO_ERROR_COUNT]);
		break;
	case OP_LOSE:
		model_lose_msi(op->device, op->page);
		break;
	case OP_PRS:
		if (op->how & SCENARIO_PRS_CLEAR)
			model_clear_prs(op->device, op->how & ~SCENARIO_PRS_CLEAR);
		else
			model_set_prs(op->device, op->how);
		break;
	case OP_DESCRIPTOR:
		play_descriptor(op);
		break;
	case OP_HEAD:
		model_write_head(op->device, scenario_op_value(op));
		break;
	case OP_TAIL:
		model_write_tail(op->device, scenario_op_value(op));
		break;
	case OP_QUEUE:
		play_queue(op);
		break;
	}
}

/* False when the script ends here. */
static bool play_endpoint_op(struct play_task *task, const struct scenario_op *op)
{
	bool write = op->flags & OPF_WRITE;

	switch (op->code) {
	case OP_REQUEST:
		play_request(op);
		break;
	case OP_STOP:
		return play_stop(task, op);
	case OP_SETTLE:
		return play_await_answers(task, op->device, play_number(op->device, op->pasid));
	case OP_TRANSLATE:
		model_translate(op->device, play_number(op->device, op->pasid), op->page, write);
		break;
	case OP_ACCESS:
		model_access(op->device, play_number(op->device, op->pasid), op->page, write);
		break;
	case OP_MARKER:
		model_send_marker(op->device, play_number(op->device, op->pasid));
		break;
	case OP_RESET:
		model_device_reset(op->device);
		break;
	case OP_GONE:
		model_device_gone(op->device);
		break;
	case OP_HOLD:
		model_hold_invalidations(op->device, op->page, op->flags & OPF_NEVER);
		break;
	case OP_SLOW:
		model_space_slow(op->space, op->page);
		break;
	case OP_HOLE:
		model_space_hole(op->space, op->page);
		break;
	default:
		play_unit_op(op);
	}
	return true;
}

/* --- Scripts ---------------------------------------------------------------------------------- */

typedef void (*play_fn)(const struct scenario_op *op);

static const play_fn play_driver_ops[OP_COUNT] = {
	[OP_BIND] = play_bind,     [OP_UNBIND] = play_unbind,   [OP_EXIT] = play_exit,
	[OP_RID] = play_rid,       [OP_DISABLE] = play_disable, [OP_ENABLE] = play_enable,
	[OP_ATTACH] = play_attach, [OP_DETACH] = play_detach,   [OP_FINISH] = play_finish,
	[OP_START] = play_start,   [OP_DRAIN] = play_drain,
};

/* False when the script ends here. */
static bool play_op(struct play_task *task, const struct scenario_op *op)
{
	task->op = op;
	if (op->code == OP_PAUSE) {
		host_point(HOST_SITE_PAUSE);
		return true;
	}
	if (op->code == OP_AWAIT) {
		host_point(HOST_SITE_OP);
		return play_await_task(task, &play.task[op->space % play.scenario->tasks]);
	}
	if (play_driver_ops[op->code]) {
		host_point(HOST_SITE_OP);
		play_driver_ops[op->code](op);
		return true;
	}
	host_point(HOST_SITE_DEVICE);
	return play_endpoint_op(task, op);
}

static void play_script(void *arg)
{
	struct play_task *task = arg;
	const struct scenario *s = play.scenario;

	for (unsigned i = 0; i < s->ops; i++) {
		if (s->op[i].task != task->index)
			continue;
		if (play.not_applicable || !play_op(task, &s->op[i]))
			break;
	}
	host_released(task); /* for those who await it: a join orders */
	task->ended = true;
	engine_wake(task, ENGINE_TASKS_MAX);
}

static void play_setup_task(void *unused)
{
	for (unsigned unit = 0; unit < play.scenario->units; unit++)
		play_enable_unit(unit);
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		if (play.unit[play.scenario->device[dev].unit].up)
			play_attach_device(dev);
	}
}

/*
 * At the orderly end nothing moves any more, so a response that is still missing will not come:
 * such a device can only be reset.
 */
static void play_stop_orderly(unsigned dev, u32 pasid)
{
	enum stop_kind how = model_outstanding(dev, pasid) ? STOP_RESET : STOP_ANSWERED;

	model_stop_begin(dev, pasid, how);
	model_stop_end(dev, pasid, how);
}

static void play_orderly_lives(void *unused)
{
	if (play.scenario->world.misuse)
		play_misuse_attached();
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		for (unsigned symbol = 0; symbol < SCENARIO_PASIDS_MAX; symbol++) {
			struct play_life *life = &play.life[dev][symbol];

			if (!life->bound)
				continue;
			if (!life->stopped)
				play_stop_orderly(dev, play_number(dev, (u8)symbol));
			play_end_life(dev, symbol);
		}
		if (!play.device[dev].rid)
			continue;
		if (!play.device[dev].rid_stopped)
			play_stop_orderly(dev, MODEL_NO_PASID);
		play_end_rid(dev);
	}
}

static void play_orderly_rest(void *unused)
{
	const struct scenario *s = play.scenario;

	for (unsigned dev = 0; dev < s->devices; dev++) {
		if (play.device[dev].attached && play.ops->device_detach)
			play_detach_device(dev);
	}
	if (s->world.misuse)
		play_misuse_detached();
	for (unsigned unit = 0; unit < s->units; unit++) {
		if (play.unit[unit].up && play.ops->unit_finish)
			play_finish_unit(unit);
	}
	for (unsigned space = 0; space < s->spaces; space++)
		play_exit_space(space);
	if (s->world.misuse)
		play_misuse_down();
}

/* Taking a queue down must leave no error behind either. Reading the register changes nothing. */
static void play_audit_errors(void)
{
	for (unsigned unit = 0; unit < play.scenario->units; unit++)
		host_event(EV_REST_ERROR, unit, host_backend.mmio_read(unit, PLAY_FSTS, 4), 0, 0);
}

/* --- For run.c -------------------------------------------------------------------------------- */

static bool play_has(const struct sut *ops, unsigned code)
{
	switch (code) {
	case OP_BIND:
	case OP_UNBIND:
		return ops->bind && ops->unbind;
	case OP_RID:
		return ops->rid_attach;
	case OP_DISABLE:
		return ops->prq_disable;
	case OP_ENABLE:
		return ops->prq_enable;
	case OP_ATTACH:
		return ops->device_attach;
	case OP_DETACH:
		return ops->device_detach;
	case OP_FINISH:
		return ops->unit_finish && ops->device_detach;
	case OP_START:
		return ops->unit_enable && ops->device_attach;
	case OP_DRAIN:
		return ops->drain;
	default:
		return true;
	}
}

bool play_has_op(const struct sut *ops, const struct scenario_op *op)
{
	return play_has(ops, op->code) &&
	       (!(op->flags & OPF_DOMAIN) || ops->bind_flags & SUT_BIND_DOMAIN);
}

const char *play_missing(const struct scenario *s, const struct sut *ops)
{
	/* Setup needs these two, whatever the scripts say. */
	if (!play_has(ops, OP_START))
		return scenario_op_word[OP_START];
	if (s->world.misuse && !ops->refuses)
		return "errors for calls that the state forbids";
	for (unsigned i = 0; i < s->devices; i++)
		if (s->device[i].no_ats && !ops->refuses)
			return "devices without ATS";
	for (unsigned i = 0; i < s->ops; i++) {
		if (!play_has(ops, s->op[i].code))
			return scenario_op_word[s->op[i].code];
		if (!play_has_op(ops, &s->op[i]))
			return "bind to a domain";
	}
	return NULL;
}

void play_reset(const struct scenario *s, const struct sut *ops)
{
	memset(&play, 0, sizeof(play));
	play.scenario = s;
	play.ops = ops;
	for (unsigned i = 0; i < SCENARIO_PASIDS_MAX; i++)
		play.symbol[i].number = i + 1;
	for (unsigned i = 0; i < SCENARIO_TASKS_MAX; i++)
		play.task[i].index = (u8)i;
}

/* A part of the run that is one task. */
static enum engine_end play_part(const char *name, void (*fn)(void *))
{
	if (engine_spawn(name, fn, NULL, 0) < 0)
		return ENGINE_OVERFLOW;
	return engine_run();
}

enum engine_end play_setup(void)
{
	return play_part("setup", play_setup_task);
}

const char *play_spawn_scripts(void)
{
	for (unsigned i = 0; i < play.scenario->tasks; i++) {
		const char *name = play.scenario->task_name[i];

		if (strlen(name) >= ENGINE_NAME_MAX)
			return "a task's name is too long (23 letters at most)";
		if (engine_find(name) >= 0)
			return "a task has the name of one of the machine's own";
		if (engine_spawn(name, play_script, &play.task[i], 0) < 0)
			return "too many tasks";
	}
	return NULL;
}

enum engine_end play_scripts(void)
{
	enum engine_end end = engine_run();

	if (end != ENGINE_HANG || !play_only_scripts_wait())
		return end;
	/* Those who give up do nothing more, and in no order that would matter. */
	engine_set_chooser(NULL);
	return play_part("patience", play_release_waits);
}

enum engine_end play_orderly(void)
{
	enum engine_end end = play_part("orderly", play_orderly_lives);

	if (end != ENGINE_QUIET)
		return end;
	/* Before the queues go, for with them go ring and credits. */
	model_audit_rest();
	end = play_part("orderly2", play_orderly_rest);
	if (end == ENGINE_QUIET)
		play_audit_errors();
	return end;
}

const char *play_not_applicable(void)
{
	return play.not_applicable;
}

const char *play_gave_up(void)
{
	return play.gave_up[0] ? play.gave_up : NULL;
}
