/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Every schedule within a bound, by an odometer over the decisions: a run replays a prefix and
 * takes option 0 behind it; chooser_exhaustive_next() advances the last decision that still has an
 * option within the bound, and drops what lies behind it. Depth first, so each schedule is run
 * once.
 *
 * What the bound counts (the search is complete for all else):
 *
 *  - a preemption: another *task* is chosen although the current one could stay. Musuvathi, Qadeer:
 *    Iterative Context Bounding, PLDI 2007. Leaving a task that waits is free, and so is staying
 *    when its turn is over;
 *  - an allocation that fails: a deviation of the same kind, and as rare.
 *
 * A step of the hardware is no preemption: a remapping unit works beside the processors and needs
 * no scheduler. It has a bound of its own, for hardware steps taken while the current task could
 * stay (those taken while it waits are free); without limit unless the caller sets one. Values that
 * the hardware leaves open are free.
 *
 * Where tasks wait often and many could go on, the free choices alone are too many. A third bound
 * counts every *departure* from the fair order, whatever its kind: n decisions have about n^d / d!
 * schedules with d departures, and the first that fails is the one with the fewest choices to read.
 * Emmi, Qadeer, Rakamaric: Delay-bounded Scheduling, POPL 2011.
 */

#include <string.h>

#include "host/engine.h"
#include "run/chooser.h"

/* Masks of the options that cost a preemption, and of those that cost a hardware step. */
static void chooser_exhaustive_costs(const struct decision *d, u64 *costs, u64 *hardware)
{
	*costs = *hardware = 0;
	if (d->kind == CHOOSE_ALLOC) {
		*costs = ~1ull;
		return;
	}
	if (d->kind != CHOOSE_TASK || !d->can_stay)
		return;
	for (unsigned option = 1; option < d->n; option++) {
		u8 target = decision_target(d, option);

		if (target >= ENGINE_ACTOR_BASE)
			*hardware |= BIT_ULL(option);
		else if (target != d->current)
			*costs |= BIT_ULL(option);
	}
}

static unsigned chooser_exhaustive_choose(struct chooser *base, const struct decision *d,
					  bool *exhausted)
{
	struct chooser_exhaustive *c = (struct chooser_exhaustive *)base;
	struct chooser_exhaustive_step *step;

	if (c->at >= c->depth_max) {
		c->overflow = true;
		*exhausted = true;
		return 0;
	}
	step = &c->step[c->at++];
	if (c->at <= c->size) {
		/* A prefix that does not fit means that the run is no function of its choices. */
		if (step->options != d->n)
			c->diverged = true;
		return step->option < d->n ? step->option : 0;
	}
	c->size = c->at;
	step->option = 0;
	step->options = d->n;
	chooser_exhaustive_costs(d, &step->costs, &step->hardware);
	return 0;
}

void chooser_exhaustive_init(struct chooser_exhaustive *c, u32 preemptions, u32 depth_max)
{
	memset(c, 0, offsetof(struct chooser_exhaustive, step));
	c->base.choose = chooser_exhaustive_choose;
	c->preemptions = preemptions;
	c->hardware = CHOOSER_UNBOUNDED;
	c->departures = CHOOSER_UNBOUNDED;
	c->depth_max = depth_max < CHOOSER_EXHAUSTIVE_MAX ? depth_max : CHOOSER_EXHAUSTIVE_MAX;
}

void chooser_exhaustive_limit_hardware(struct chooser_exhaustive *c, u32 steps)
{
	c->hardware = steps;
}

void chooser_exhaustive_limit_departures(struct chooser_exhaustive *c, u32 options)
{
	c->departures = options;
}

/* The next option of @step that is within what is left of the bounds; false if there is none. */
static bool chooser_exhaustive_advance(struct chooser_exhaustive_step *step, u32 preemptions,
				       u32 hardware, u32 departures)
{
	while (departures && ++step->option < step->options) {
		bool costs = step->costs >> step->option & 1;
		bool moves = step->hardware >> step->option & 1;

		if ((!costs || preemptions) && (!moves || hardware))
			return true;
	}
	return false;
}

bool chooser_exhaustive_next(struct chooser_exhaustive *c)
{
	u32 used = 0, hardware = 0, departures = 0;

	/* The run may have ended before the prefix did only if it diverged. */
	if (c->at < c->size)
		c->diverged = true;
	c->at = 0;
	for (u32 i = 0; i < c->size; i++) {
		used += c->step[i].costs >> c->step[i].option & 1;
		hardware += c->step[i].hardware >> c->step[i].option & 1;
		departures += c->step[i].option != 0;
	}
	for (; c->size; c->size--) {
		struct chooser_exhaustive_step *step = &c->step[c->size - 1];

		used -= step->costs >> step->option & 1;
		hardware -= step->hardware >> step->option & 1;
		departures -= step->option != 0;
		if (chooser_exhaustive_advance(step, c->preemptions - used, c->hardware - hardware,
					       c->departures - departures))
			return true;
	}
	return false;
}
