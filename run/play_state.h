/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_PLAY_STATE_H
#define SLUICE_RUN_PLAY_STATE_H

/* What play.c and play_op.c share: the driver's own view of what is bound, attached and up. */

#include "host/engine.h"
#include "judge/judge.h"
#include "model/model.h"
#include "scenario/scenario.h"
#include "sut/sut.h"

#define PLAY_NO_DEVICE 0xff /* in events: an operation of a unit or a space */
#define PLAY_NO_SPACE 0xff

/* One (device, symbol). Binds and unbinds count those in progress. */
struct play_life {
	bool bound;   /* there is a life to unbind, and nobody is at it */
	bool stopped; /* the device was told, and has not been resumed */
	u8 binding, unbinding;
	u32 number; /* PASID that its last bind got; 0: none yet, it is the symbol's */
};

struct play_device {
	bool attached, changing; /* changing: in attach, detach, or finish of its unit */
	bool requests_on, requests_changing;
	bool rid;         /* requests without PASID have a domain */
	bool rid_stopped; /* and the device has stopped sending them */
	u8 busy;          /* tasks in an operation of this device */
	u8 used, changed; /* not read: their addresses stand for an order, see play_op.c */
};

struct play_unit {
	bool up, changing;
};

/* The PASID number behind a symbol, on devices where nothing was bound to it. */
struct play_symbol {
	u32 number;
	bool known; /* a bind has settled it */
};

struct play_task {
	u8 index;
	bool ended;
	const struct scenario_op *op; /* the one it is at */
};

struct play {
	const struct scenario *scenario;
	const struct sut *ops;
	bool picks_numbers; /* the system has said so */
	bool giving_up;     /* script waits end */
	const char *not_applicable;
	char gave_up[120];
	struct play_life life[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	struct play_device device[SCENARIO_DEVICES_MAX];
	struct play_unit unit[SCENARIO_UNITS_MAX];
	struct play_symbol symbol[SCENARIO_PASIDS_MAX];
	bool exited[SCENARIO_SPACES_MAX];
	u8 space_symbol
		[SCENARIO_SPACES_MAX]; /* of a system that numbers spaces; + 1, 0: none yet */
	struct play_task task[SCENARIO_TASKS_MAX];
	u16 request[SCENARIO_OPS_MAX]; /* numbers of those that operations have made */
};

extern struct play play;

/* An operation of the system, in whose code the house is not whole. */
#define play_call(op, ...)                                                                         \
	({                                                                                         \
		unsigned __depth = engine_step_out();                                              \
		int __err = play.ops->op(__VA_ARGS__);                                             \
		engine_step_in(__depth);                                                           \
		__err;                                                                             \
	})

/* A symbol's number on the wire; SCENARIO_NONE: MODEL_NO_PASID. */
u32 play_number(unsigned dev, u8 symbol);

/* The driver's operations, each with its events. Sleep. */
void play_bind(const struct scenario_op *op);
void play_unbind(const struct scenario_op *op);
void play_rid(const struct scenario_op *op);
void play_drain(const struct scenario_op *op);
void play_disable(const struct scenario_op *op);
void play_enable(const struct scenario_op *op);
void play_exit(const struct scenario_op *op);
void play_attach(const struct scenario_op *op);
void play_detach(const struct scenario_op *op);
void play_finish(const struct scenario_op *op);
void play_start(const struct scenario_op *op);

/* Parts of those, for setup and orderly end, which have the world to themselves. */
void play_end_life(unsigned dev, unsigned symbol);
void play_end_rid(unsigned dev);
void play_attach_device(unsigned dev);
void play_detach_device(unsigned dev);
void play_enable_unit(unsigned unit);
void play_finish_unit(unsigned unit);
void play_exit_space(unsigned space);

/* Of `misuse=on`, with devices attached, with them detached, with units down and spaces gone. Sleep. */
void play_misuse_attached(void);
void play_misuse_detached(void);
void play_misuse_down(void);

#endif
