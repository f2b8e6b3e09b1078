/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_BENCH_ENGINE_BENCH_H
#define SLUICE_BENCH_ENGINE_BENCH_H

/*
 * What a scheduling point costs, in units of a bare switch between two stacks, which is the one
 * figure that says how fast the machine is. Decisions are made by a chooser that reads bytes.
 */

struct engine_bench {
	double bare;      /* ns: one switch, nothing decided */
	double single;    /* ns: a point at which only one task can move */
	double stay;      /* ns: a decision between two tasks that stays */
	double switching; /* ns: a decision between two tasks that switches */
};

/* Each figure is the median of @rounds rounds. Between runs of the engine only: it resets it. */
void engine_bench_run(struct engine_bench *out, unsigned rounds);

#endif
