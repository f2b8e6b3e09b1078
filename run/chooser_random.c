/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A uniform random walk: every option of a decision between tasks is equally likely. Best on
 * shallow bugs (a lost wake-up in 29 % of the schedules, where run-biased walks had 3 to 14 %).
 *
 * Allocations fail once in CHOOSER_FAIL_ODDS, since most of a run lies behind the first ones. What
 * the hardware leaves open goes the unusual way half as often as a fair coin would have it.
 */

#include "host/site.h"
#include "run/chooser.h"
#include "scenario/generate.h"

unsigned chooser_random_value(u64 *state, const struct decision *d)
{
	u64 r = scenario_random(state);
	u32 odds = d->kind == CHOOSE_ALLOC ? CHOOSER_FAIL_ODDS : CHOOSER_MODEL_ODDS;

	if (r % odds)
		return 0;
	return 1 + (unsigned)((r >> 32) % (u64)(d->n - 1));
}

static unsigned chooser_random_choose(struct chooser *base, const struct decision *d,
				      bool *exhausted)
{
	struct chooser_random *c = (struct chooser_random *)base;

	if (!c->left) {
		*exhausted = true;
		return 0;
	}
	c->left--;
	if (d->kind != CHOOSE_TASK)
		return chooser_random_value(&c->state, d);
	if ((d->site == HOST_SITE_LOAD || d->site == HOST_SITE_STORE) &&
	    scenario_random(&c->state) % CHOOSER_ACCESS_ODDS)
		return 0;
	/* The high half times n: no division, and the bias of 64 in 2^32 does not matter here. */
	return (unsigned)(((scenario_random(&c->state) >> 32) * d->n) >> 32);
}

void chooser_random_init(struct chooser_random *c, u64 seed, u32 decisions)
{
	*c = (struct chooser_random){
		.base.choose = chooser_random_choose,
		.state = seed,
		.left = decisions,
	};
}
