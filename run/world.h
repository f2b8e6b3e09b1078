/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_WORLD_H
#define SLUICE_RUN_WORLD_H

/*
 * The machine that a scenario describes: limits for the engine, a configuration for the model, and
 * for the judge its view of both. All of it is memory that is reset, not reallocated.
 */

#include "scenario/scenario.h"
#include "sut/sut.h"

/* Once for each process: tells scenarios which knobs there are, and sites the registers' names. */
void world_init(void);
/* Judge, engine and model begin a run of @s with @system. */
void world_reset(const struct scenario *s, const struct sut *system);
/* Mask of the system's assumptions that the run has stood on so far. */
u32 world_assumed(void);

#endif
