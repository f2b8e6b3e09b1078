/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * AFL++'s trimming, of a scenario and not of bytes: drops one operation after another, then the schedule's
 * end, by halves, then parts of the schedule in favour of the fair one. AFL++ keeps what takes the same path.
 */

#include <string.h>

#include "scenario/scenario.h"

int32_t afl_custom_init_trim(void *state, uint8_t *data, size_t size);
size_t afl_custom_trim(void *state, uint8_t **out);
int32_t afl_custom_post_trim(void *state, uint8_t success);

#define PARTS 16

static struct {
	struct scenario best, candidate;
	uint8_t out[SCENARIO_BYTES_MAX];
	size_t size;     /* of the best */
	unsigned ops;    /* those before it are not tried yet */
	unsigned cut;    /* so much of the schedule's end is next; 0: all are tried */
	unsigned part;   /* the next one of the schedule's parts */
	unsigned length; /* of the schedule that is parted; 0: not yet */
	int32_t step, steps;
} trim;

/* Returns how many steps there are at most. */
int32_t afl_custom_init_trim(void *state, uint8_t *data, size_t size)
{
	scenario_decode(&trim.best, data, size);
	trim.size = size;
	trim.ops = trim.best.ops;
	trim.cut = trim.best.choice_count;
	trim.part = trim.length = 0;
	trim.step = 0;
	trim.steps = (int32_t)trim.ops + PARTS;
	for (unsigned cut = trim.cut; cut; cut /= 2)
		trim.steps++;
	return trim.steps;
}

static void drop_op(struct scenario *s, unsigned at)
{
	memmove(&s->op[at], &s->op[at + 1], (s->ops - at - 1u) * sizeof(s->op[0]));
	s->ops--;
}

static void cut_schedule(struct scenario *s, unsigned cut)
{
	s->choice_count = (uint16_t)(s->choice_count > cut ? s->choice_count - cut : 0);
}

static void make_part_fair(struct scenario *s, unsigned part)
{
	unsigned from = trim.length * part / PARTS, to = trim.length * (part + 1) / PARTS;

	if (to > s->choice_count)
		to = s->choice_count;
	for (unsigned i = from; i < to; i++)
		s->choice[i] = 0;
}

/* Returns the size of the next candidate; 0: this step has none that is no larger than the best. */
size_t afl_custom_trim(void *state, uint8_t **out)
{
	struct scenario *s = &trim.candidate;
	size_t size;

	*out = trim.out;
	*s = trim.best;
	if (trim.ops) {
		drop_op(s, --trim.ops);
	} else if (trim.cut) {
		cut_schedule(s, trim.cut);
		trim.cut /= 2;
	} else {
		if (!trim.length)
			trim.length = s->choice_count;
		make_part_fair(s, trim.part++);
	}
	if (scenario_equal(s, &trim.best))
		return 0;
	size = scenario_encode(s, trim.out, sizeof(trim.out));
	return size <= trim.size ? size : 0;
}

/* Returns the number of the next step. */
int32_t afl_custom_post_trim(void *state, uint8_t success)
{
	if (success) {
		trim.best = trim.candidate;
		trim.size = scenario_encode(&trim.best, trim.out, sizeof(trim.out));
	}
	return ++trim.step;
}
