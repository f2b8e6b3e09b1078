/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_STRESS_ENGINE_H
#define SLUICE_STRESS_ENGINE_H

/* What the rounds are played on, as far as the room must know it. */

#include <stdio.h>

#include "host/choose.h"

/* A profile of noise by its word, or -1; and back: NULL behind the last one. */
int stress_noise_find(const char *word);
const char *stress_noise_word(unsigned profile);

/* Of the next round: what to give run_scenario(). All that is not the machine's follows from @seed. */
struct chooser *stress_engine_begin(u64 seed, unsigned profile);

/*
 * From now on a task that loops without a scheduling point is a finding: @died is told, and must end the
 * process. Before the first round.
 */
void stress_engine_watch(void (*died)(const char *token, const char *what));
/* After a round that hung: where task @id stands in the code, a line for each frame, where that is known. */
void stress_engine_stack(FILE *out, unsigned id);

#endif
