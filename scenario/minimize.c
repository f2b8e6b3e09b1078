/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Delta debugging (Zeller and Hildebrandt, TSE 2002) over the parts of a scenario: passes that drop
 * chunks of a list, halving the chunk, until a whole round of passes finds nothing more to drop.
 */

#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize.h"
#include "scenario/minimize_internal.h"

static unsigned choices_in(const struct scenario *s)
{
	unsigned n = 0;

	if (!s->positional)
		return s->anchors;
	for (unsigned i = 0; i < s->choice_count; i++)
		n += s->choice[i] != 0;
	return n;
}

static bool minimize_over(const struct minimizer *m)
{
	return m->stopped || m->progress.tried >= m->budget;
}

/* @fewer: a success counts only if fewer choices came back, or rounds might go on for ever. */
static bool try_candidate(struct minimizer *m, bool fewer)
{
	bool kept;

	if (minimize_over(m))
		return false;
	m->progress.tried++;
	kept = m->test(m->ctx, m->candidate) &&
	       (!fewer || choices_in(m->candidate) < choices_in(m->best));
	if (kept) {
		*m->best = *m->candidate;
		m->progress.kept++;
		m->progress.ops = m->best->ops;
		m->progress.choices = choices_in(m->best);
		m->changed = true;
	}
	if (m->report && !m->report(m->ctx, &m->progress))
		m->stopped = true;
	return kept;
}

bool minimize_try(struct minimizer *m)
{
	return try_candidate(m, false);
}

struct scenario *minimize_candidate(struct minimizer *m)
{
	*m->candidate = *m->best;
	return m->candidate;
}

/*
 * Drops chunks of a list of count(best) elements. After a chunk went, what followed it stands in
 * its place, so the index stays. A test may rewrite the candidate, so the count is asked for each
 * time.
 */
static void drop_chunks(struct minimizer *m, unsigned (*count)(const struct scenario *s),
			void (*drop)(struct scenario *s, unsigned at, unsigned n), bool fewer)
{
	unsigned chunk = count(m->best);

	while (chunk && !minimize_over(m)) {
		unsigned at = 0;

		while (at < count(m->best) && !minimize_over(m)) {
			unsigned left = count(m->best) - at;
			unsigned n = left < chunk ? left : chunk;

			drop(minimize_candidate(m), at, n);
			if (!try_candidate(m, fewer))
				at += n;
		}
		chunk /= 2;
	}
}

static unsigned count_ops(const struct scenario *s)
{
	return s->ops;
}

static void drop_ops(struct scenario *s, unsigned at, unsigned n)
{
	memmove(&s->op[at], &s->op[at + n], (s->ops - at - n) * sizeof(s->op[0]));
	s->ops = (uint16_t)(s->ops - n);
}

static unsigned count_anchors(const struct scenario *s)
{
	return s->positional ? 0 : s->anchors;
}

static void drop_anchors(struct scenario *s, unsigned at, unsigned n)
{
	memmove(&s->anchor[at], &s->anchor[at + n], (s->anchors - at - n) * sizeof(s->anchor[0]));
	s->anchors = (uint16_t)(s->anchors - n);
}

static unsigned count_choices(const struct scenario *s)
{
	return s->positional ? s->choice_count : 0;
}

/* A choice is dropped by making it "stay"; the others keep their places. */
static bool zero_choices(struct scenario *s, unsigned at, unsigned n)
{
	bool any = false;

	for (unsigned i = at; i < at + n; i++) {
		any |= s->choice[i] != 0;
		s->choice[i] = 0;
	}
	scenario_strip_choices(s);
	return any;
}

/* The shortest head of the choices that will do, if shortening is monotonous; else a short one. */
static void truncate_choices(struct minimizer *m)
{
	unsigned low = 0;

	while (low < count_choices(m->best) && !minimize_over(m)) {
		unsigned high = count_choices(m->best);
		unsigned middle = low + (high - low) / 2;
		struct scenario *s = minimize_candidate(m);

		s->choice_count = (uint16_t)middle;
		scenario_strip_choices(s);
		if (!try_candidate(m, true))
			low = middle + 1;
	}
}

/* Zeroing has no shorter list to show for a success, so it is ddmin over the places of nonzeros. */
static void drop_choices(struct minimizer *m)
{
	truncate_choices(m);
	for (unsigned chunk = count_choices(m->best); chunk && !minimize_over(m); chunk /= 2) {
		for (unsigned at = 0; at < count_choices(m->best) && !minimize_over(m);
		     at += chunk) {
			unsigned left = count_choices(m->best) - at;

			if (zero_choices(minimize_candidate(m), at, left < chunk ? left : chunk))
				try_candidate(m, true);
		}
	}
}

bool scenario_minimize(struct scenario *s, minimize_test test, minimize_report report, void *ctx,
		       unsigned budget)
{
	struct scenario candidate;
	struct minimizer m = { .best = s,
			       .candidate = &candidate,
			       .test = test,
			       .report = report,
			       .ctx = ctx,
			       .budget = budget };

	scenario_sort_ops(s);
	m.progress.ops = s->ops;
	m.progress.choices = choices_in(s);
	do {
		m.changed = false;
		minimize_tasks(&m);
		drop_chunks(&m, count_ops, drop_ops, false);
		minimize_machine(&m);
		minimize_settings(&m);
		drop_chunks(&m, count_anchors, drop_anchors, true);
		drop_choices(&m);
	} while (m.changed && !minimize_over(&m));
	return !m.changed && !m.stopped && m.progress.tried < budget;
}
