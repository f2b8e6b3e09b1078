/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_MUTATE_H
#define SLUICE_SCENARIO_MUTATE_H

/*
 * Changes scenarios as somebody would who knows what they mean: an operation more, or of another
 * life, a task that waits longer. For any fuzz engine, beside its own mutations of the byte form,
 * which are hard to beat on schedules. Pure functions of scenario and seed; what comes out is in
 * range everywhere, and can be encoded and printed.
 */

#include "scenario/ground.h"

/*
 * X(enumerator, share): of how many in the sum of all. PREEMPT_ and HOLD_ are of the positional
 * schedule: a choice other than the fair one, and one byte that holds somebody back (run/chooser.h).
 */
#define SCENARIO_MUTATIONS(X)                                                                      \
	X(INSERT, 12)    /* an operation, mostly on what others use */                             \
	X(REMOVE, 8)     /* one, or several in a row */                                            \
	X(DUPLICATE, 10) /* one or several in a row; for another life, or many times over */       \
	X(MOVE, 10)      /* one or several in a row, to any task */                                \
	X(FIELD, 12)     /* to a value that others have, or near the old one */                    \
	X(BEYOND, 4)     /* to one that nobody has: a bound, a device more */                      \
	X(PREEMPT_ADD, 8)                                                                          \
	X(PREEMPT_REMOVE, 4)                                                                       \
	X(PREEMPT_SHIFT, 4)                                                                        \
	X(PREEMPT_TARGET, 4)                                                                       \
	X(HOLD_ADD, 8)                                                                             \
	X(HOLD_END, 2)                                                                             \
	X(STRETCH, 4)   /* fair decisions more: all behind them comes later */                     \
	X(CUT, 4)       /* some fewer, or no schedule from here on */                              \
	X(SCHEDULE, 48) /* a fresh one: many are tried on what a scenario leads to */              \
	X(SWAP_DEVICES, 2)                                                                         \
	X(SMALLER_RING, 2)                                                                         \
	X(MACHINE, 2) /* workers, credits, retries, units, when RCU callbacks run */               \
	X(BREAK, 4)   /* a promise */                                                              \
	X(RESTORE, 6) /* one that is broken */                                                     \
	X(KNOB, 6)

enum scenario_mutation {
#define X(id, share) SCENARIO_MUTATE_##id,
	SCENARIO_MUTATIONS(X) SCENARIO_MUTATE_KINDS
};
#undef X

/*
 * Changes @s in one way, and says which. @s has a positional schedule or none, as what was decoded.
 * @allowed: the values that a knob may get, as in scenario_generate(); NULL: the default only.
 * @ground: what new operations are of, every other one of its theme; NULL: any. What else there is in @s
 * may leave the ground.
 */
enum scenario_mutation scenario_mutate(struct scenario *s, uint64_t seed, const uint8_t *allowed,
				       const struct scenario_ground *ground);

/* One more operation of the theme of @ground, mostly on what others use, if there is room. */
void scenario_add_theme(struct scenario *s, uint64_t seed, const struct scenario_ground *ground);

/*
 * Some operations or a part of the schedule of @other into @s; or its tasks beside those of @s. What
 * they name is taken modulo what @s has. @other is a scenario like @s, and another object.
 */
void scenario_splice(struct scenario *s, const struct scenario *other, uint64_t seed);

#endif
