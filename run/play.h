/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_PLAY_H
#define SLUICE_RUN_PLAY_H

/*
 * Plays a scenario's scripts in a world that has been reset: driver tasks on one side of the system
 * under test, the endpoints' owners on the other.
 *
 * A run has three parts. *Setup*: one task enables all units and attaches all devices, without a
 * chooser. *Scripts*: a task for each `task` line, with the chooser. *Orderly end*, without a
 * chooser again: what is bound is stopped and unbound, devices are detached, units finished,
 * address spaces dropped.
 *
 * Scenarios come from a fuzz engine, so each operation is safe in any state. Before each one stands
 * a point, HOST_SITE_OP for the driver's operations and HOST_SITE_DEVICE for the endpoint's. Then:
 *
 *  bind      The caller holds a user of the space meanwhile, as a process that binds itself does;
 *            skipped if the space has none left, or the device is not attached. A second bind of a
 *            life is passed on, and the answer is the system's business.
 *  unbind    Skipped if there is no such life, or another task is ending it. If it fails, the life
 *            goes on, and the orderly end tries once more.
 *  request   Sent whatever the state, with the symbol's number; the tables reject what is not
 * bound. With neither `r` nor `w` it asks for read access (L=1 R=0 W=0 is a stop marker). stop
 * `answered` waits until the device has all its responses. drain     Skipped if there is no such
 * life. rid       As bind. disable,  Skipped if page requests are off, or on, already, or another
 * task is changing that. enable detach    Ends the device's lives in order of their symbols, takes
 * the domain of requests without PASID away, and detaches. Skipped if it is detached, or any other
 * task is in an operation of this device: that much a driver core keeps apart. attach    Skipped if
 * it is attached, or its unit is down. finish    Detaches the unit's devices, then takes the queues
 * down. Skipped as detach is. start     Brings the queues up, and attaches the unit's devices. exit
 * Drops the owner's user of the space; the second time it is skipped. settle,   Script waits, like
 * `stop answered`. An await of the task itself is skipped. await
 *
 * What fails is told to the judge with its errno, and the script goes on.
 *
 * With `misuse=on` the orderly end makes calls that the state forbids, of a system that promises to
 * refuse them (run/play_misuse.c). The judge is not told: they must change nothing.
 *
 * A *script wait* is no wait of the system under test, so it can't be a HANG. If nothing can move
 * and all who are left are in script waits (a group without its last page, a cycle of awaits, a
 * response that will never come: `MISS` speaks of that), they give up: their scripts end there.
 *
 * Numbers. Symbol pN asks for PASID N. A system that picks its own (it answers -EOPNOTSUPP, which
 * is the C library's ENOTSUP) is asked without a wish, and the symbol stands for what came, on that
 * device, until its next bind there. If two symbols of a device get one number while both are bound, the
 * system can't do what the scenario says: n/a.
 */

#include "host/engine.h"
#include "scenario/scenario.h"
#include "sut/sut.h"

/* The word of an operation that @s needs and @ops lacks; NULL if it has them all. */
const char *play_missing(const struct scenario *s, const struct sut *ops);
bool play_has_op(const struct sut *ops, const struct scenario_op *op);

/* After engine_reset() and model_reset(). Both are kept until the next call. */
void play_reset(const struct scenario *s, const struct sut *ops);

/* Each part spawns its tasks and runs the engine. */
enum engine_end play_setup(void);
/* Makes the tasks; NULL, or why it can't (a name that is taken). play_scripts() runs them. */
const char *play_spawn_scripts(void);
enum engine_end play_scripts(void);
/* The lives end; then model_audit_rest(); then the rest is taken down. */
enum engine_end play_orderly(void);

/* Why the system can't play this scenario after all, found out during the run; NULL if it can. */
const char *play_not_applicable(void);
/* "app0 gave up at `stop d0 p1 answered`": the first script wait that gave up; NULL if none did. */
const char *play_gave_up(void);

/* Number of the request that operation @op of the scenario has made; 0: none. */
u32 play_request_of(unsigned op);

#endif
