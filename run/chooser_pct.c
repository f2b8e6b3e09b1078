/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Probabilistic concurrency testing: tasks and actors have random priorities and the highest that
 * can move moves; at depth - 1 random decisions the running one falls below all others. A bug that
 * takes d ordered events among n movers is met with probability 1 / (n * length^(d-1)) at least.
 * Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
 * of Finding Bugs, ASPLOS 2010. A task that polls is not ready until something has changed (rule
 * 5), so the highest priority can't spin for ever.
 */

#include "run/chooser.h"
#include "scenario/generate.h"

static u8 chooser_pct_highest(const struct chooser_pct *c, u64 ready)
{
	u8 best = (u8)__builtin_ctzll(ready);

	for (u64 rest = ready & (ready - 1); rest; rest &= rest - 1) {
		u8 id = (u8)__builtin_ctzll(rest);

		if (c->priority[id] > c->priority[best])
			best = id;
	}
	return best;
}

static unsigned chooser_pct_choose(struct chooser *base, const struct decision *d, bool *exhausted)
{
	struct chooser_pct *c = (struct chooser_pct *)base;
	u32 at = c->at;
	int option;

	if (at >= c->length) {
		*exhausted = true;
		return 0;
	}
	c->at++;
	if (d->kind != CHOOSE_TASK)
		return chooser_random_value(&c->state, d);
	/* The one that would move now is "the running one" of the paper, be it task or actor. */
	for (u32 i = 0; i < c->changes; i++) {
		if (c->change[i] == at)
			c->priority[chooser_pct_highest(c, d->ready)] = --c->low;
	}
	option = decision_option(d, chooser_pct_highest(c, d->ready));
	return option < 0 ? 0 : (unsigned)option;
}

void chooser_pct_init(struct chooser_pct *c, u64 seed, u32 length, u32 depth)
{
	if (depth > CHOOSER_PCT_DEPTH_MAX)
		depth = CHOOSER_PCT_DEPTH_MAX;
	*c = (struct chooser_pct){
		.base.choose = chooser_pct_choose,
		.state = seed,
		.length = length,
		.depth = depth,
		.changes = depth && length ? depth - 1 : 0,
	};
	for (u32 i = 0; i < c->changes; i++)
		c->change[i] = (u32)(scenario_random(&c->state) % length);
	/* 57 random bits above the id: distinct, and above everything that c->low will reach. */
	for (u32 id = 0; id < 64; id++)
		c->priority[id] = (s64)(scenario_random(&c->state) >> 7 << 6 | id) & INT64_MAX;
}
