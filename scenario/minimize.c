/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The minimiser's order of work. Cheap passes over everything come first, then those that look for
 * other schedules, and all again until nothing more can go. Then the same by a detour: promises may be
 * broken on the way, and are mended behind it, until that is no gain either.
 */

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/internal.h"
#include "scenario/minimize_internal.h"

#define DEAR_ODDS 8
#define DEAR_SHARE 4
#define ANEW_MAX 30000   /* behind so many candidates it is not begun anew */
#define PAIRS_OPS_MAX 20 /* with more operations, pairs would take too long */

static struct minimizer {
	struct minimize_try *best;
	struct minimize_try *candidate; /* MINIMIZE_BATCH_MAX of them */
	struct minimize_place from[MINIMIZE_BATCH_MAX];
	struct minimize_ways ways;
	struct minimize_progress *progress;
	unsigned dear, searches;    /* candidates that were; schedules to try where few are */
	unsigned measure[MEASURES]; /* of the best */
	bool promises;              /* these weigh, too; else they are for later */
	bool stopped;
} m;

void scenario_copy(struct scenario *to, const struct scenario *from)
{
	memcpy(to, from, offsetof(struct scenario, choice));
	memcpy(to->choice, from->choice, from->choice_count);
	to->anchors = from->anchors;
	memcpy(to->anchor, from->anchor, from->anchors * sizeof(from->anchor[0]));
	memcpy(&to->expects, &from->expects, sizeof(*from) - offsetof(struct scenario, expects));
}

static bool is_smaller(const unsigned a[MEASURES], const unsigned b[MEASURES], unsigned from)
{
	for (unsigned i = from; i < MEASURES; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}

bool minimize_accepts(const struct minimize_try *t)
{
	unsigned measure[MEASURES];

	measure_of(t, &m.ways, measure);
	return is_smaller(measure, m.measure, m.promises ? MEASURE_PROMISES : MEASURE_OPS);
}

static bool is_over(void)
{
	return m.stopped || m.progress->all.tried >= m.ways.budget;
}

static void copy_try(struct minimize_try *to, const struct minimize_try *from)
{
	scenario_copy(&to->s, &from->s);
	to->broken = from->broken;
	to->decisions = from->decisions;
}

static void adopt(const struct minimize_try *t)
{
	copy_try(m.best, t);
	measure_of(m.best, &m.ways, m.measure);
	minimize_size(m.best, &m.ways, &m.progress->size);
}

static unsigned variants(const struct minimize_pass *pass, bool searching)
{
	if (!pass->searches)
		return 1;
	return 2 + (searching ? m.ways.searches * pass->searches / 1000 : 0);
}

/* The next candidate of @pass into @t; false: there are no more. */
static bool next_candidate(const struct minimize_pass *pass, bool searching,
			   struct minimize_place *at, struct minimize_try *t)
{
	for (;;) {
		enum minimize_edit edit;

		copy_try(t, m.best);
		edit = pass->edit(&t->s, at, m.best, &m.ways);
		if (edit == EDIT_END)
			return false;
		if (edit == EDIT_MADE && at->variant)
			minimize_reschedule(&t->s, at->variant - 1, m.best->decisions);
		if (edit == EDIT_MADE && ++at->variant < variants(pass, searching))
			return true;
		at->variant = 0;
		at->n += at->chunk ? at->chunk : 1;
		if (edit == EDIT_MADE)
			return true;
	}
}

static struct minimize_count *count_of(const char *name)
{
	struct minimize_progress *p = m.progress;
	unsigned i = 0;

	while (i < p->passes && strcmp(p->pass[i].name, name))
		i++;
	if (i == p->passes)
		p->pass[p->passes++].name = name;
	p->at = name;
	return &p->pass[i];
}

static void count(struct minimize_count *c, unsigned tried, bool kept)
{
	c->tried += tried;
	c->kept += kept;
}

/* Where one candidate in DEAR_ODDS takes its process along. */
static void set_searches(unsigned full)
{
	bool dear = m.dear * DEAR_ODDS > m.progress->all.tried;

	m.ways.searches = dear ? full / DEAR_SHARE : full;
}

static void run_pass(const struct minimize_pass *pass, bool searching)
{
	struct minimize_count *own = count_of(pass->name);
	struct minimize_place at = { 0 };
	unsigned batch = 2;

	while (!is_over()) {
		unsigned left = m.ways.budget - m.progress->all.tried, n = 0, first, dear = 0;

		set_searches(m.searches);
		for (; n < batch && n < left; n++) {
			m.from[n] = at;
			if (!next_candidate(pass, searching, &at, &m.candidate[n]))
				break;
		}
		if (!n)
			return;
		first = m.ways.test(m.ways.ctx, m.candidate, n, &dear);
		m.dear += dear;
		count(own, first < n ? first + 1 : n, first < n);
		count(&m.progress->all, first < n ? first + 1 : n, first < n);
		batch = first < n                        ? 2
			: batch * 2 < MINIMIZE_BATCH_MAX ? batch * 2
							 : MINIMIZE_BATCH_MAX;
		if (first < n) {
			adopt(&m.candidate[first]);
			at = m.from[first];
			at.variant = 0;
		}
		if (m.ways.report && !m.ways.report(m.ways.ctx, m.progress))
			m.stopped = true;
	}
}

bool minimize_chunk(struct minimize_place *at, unsigned count, unsigned *n)
{
	if (!at->begun)
		at->chunk = count;
	at->begun = true;
	while (at->chunk && at->n >= count) {
		at->chunk = at->chunk > count ? count / 2 : at->chunk / 2;
		at->n = 0;
	}
	*n = at->chunk < count - at->n ? at->chunk : count - at->n;
	return at->chunk;
}

void minimize_filter_ops(struct scenario *s, unsigned index,
			 bool (*goes)(const struct scenario_op *op, unsigned index))
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->ops; i++)
		if (!goes(&s->op[i], index))
			s->op[n++] = s->op[i];
	s->ops = (uint16_t)n;
}

/* Later operations of its task begin one visit earlier now; one that was to be met there is not. */
static void move_entries(struct scenario *s, unsigned at, const struct minimize_ways *ways)
{
	const struct scenario_op *gone = &s->op[at];
	const char *site = ways->entry ? ways->entry(gone) : NULL;
	unsigned nth = 0, n = 0;

	if (!site)
		return;
	for (unsigned i = 0; i <= at; i++)
		nth += s->op[i].task == gone->task && !strcmp(ways->entry(&s->op[i]), site);
	for (unsigned i = 0; i < s->anchors; i++) {
		struct scenario_anchor *a = &s->anchor[i];
		bool own = !strcmp(a->task, s->task_name[gone->task]) && !strcmp(a->site, site);

		if (own && a->nth == nth)
			continue;
		a->nth = (uint16_t)(a->nth - (own && a->nth > nth));
		if (n != i)
			s->anchor[n] = *a;
		n++;
	}
	s->anchors = (uint16_t)n;
}

static void drop_op(struct scenario *s, unsigned at, const struct minimize_ways *ways)
{
	move_entries(s, at, ways);
	memmove(&s->op[at], &s->op[at + 1], (s->ops - at - 1u) * sizeof(s->op[0]));
	s->ops--;
}

static EDIT(edit_list)
{
	unsigned n;

	if (!minimize_chunk(at, s->ops, &n))
		return EDIT_END;
	while (n--)
		drop_op(s, at->n + n, ways);
	return EDIT_MADE;
}

/* Two operations that go only together: a bind and its unbind. */
static EDIT(edit_pairs)
{
	unsigned one = at->n / SCENARIO_OPS_MAX, other = at->n % SCENARIO_OPS_MAX;

	if (one >= s->ops || s->ops > PAIRS_OPS_MAX)
		return EDIT_END;
	/* Neighbours have gone as a chunk, or have not. */
	if (other <= one + 1 || other >= s->ops)
		return EDIT_NOTHING;
	drop_op(s, other, ways);
	drop_op(s, one, ways);
	return EDIT_MADE;
}

static const struct minimize_pass schedules = { "schedules", edit_schedule, 0 };
static const struct minimize_pass what_goes[] = {
	{ "tasks", edit_task, 400 },
	{ "operations", edit_list, 1000 },
	{ "operations", edit_pairs, 100 },
	{ "machine", edit_parts, 400 },
	{ "settings", edit_settings, 400 },
	{ "choices", edit_head, 0 },
	{ "choices", edit_choices, 0 },
	{ "choices", edit_anchors, 0 },
	{ NULL, NULL, 0 },
};
static const struct minimize_pass what_changes[] = {
	{ "fields", edit_ops, 0 },
	{ "names", edit_names, 0 },
	{ "places", edit_places, 0 },
	{ NULL, NULL, 0 },
};
static const struct minimize_pass promises[] = {
	{ "promises", edit_promises, 400 },
	{ NULL, NULL, 0 },
};

/* True: something was changed. */
static bool run_passes(const struct minimize_pass *pass, bool searching)
{
	unsigned kept = m.progress->all.kept;

	for (; pass->name && !is_over(); pass++)
		if (!searching || pass->searches)
			run_pass(pass, searching);
	return kept != m.progress->all.kept;
}

/* Until no pass, from the first to the last, changes anything. */
static void run_round(void)
{
	do {
		while (run_passes(what_goes, false) && !is_over())
			;
	} while ((run_passes(what_changes, false) || (m.promises && run_passes(promises, false))) &&
		 !is_over());
}

/* Other schedules are looked for as long as the last look was at a larger scenario. */
static void run_rounds(void)
{
	unsigned looked_at[MEASURES] = { 0 };

	for (;;) {
		unsigned kept;

		run_round();
		if (is_over() ||
		    !memcmp(looked_at, m.measure, MEASURE_FIELDS * sizeof(looked_at[0])))
			return;
		memcpy(looked_at, m.measure, sizeof(looked_at));
		kept = m.progress->all.kept;
		run_pass(&schedules, true);
		run_passes(what_goes, true);
		if (m.promises)
			run_passes(promises, true);
		if (kept == m.progress->all.kept)
			return;
	}
}

/*
 * A life without its stop may be what takes one to something smaller that can have it back. From @start on,
 * which may be the best itself. False: it led to nothing better.
 */
static bool make_detour(const struct minimize_try *start, struct minimize_try *before)
{
	unsigned measure[MEASURES];

	copy_try(before, m.best);
	memcpy(measure, m.measure, sizeof(measure));
	if (start != m.best)
		adopt(start);
	m.promises = false;
	run_rounds();
	m.promises = true;
	run_rounds();
	if (is_smaller(m.measure, measure, MEASURE_PROMISES))
		return true;
	adopt(before);
	return false;
}

static void minimize_from(const struct minimize_try *start, struct minimize_try *before)
{
	run_pass(&schedules, true);
	run_rounds();
	while (!is_over() && make_detour(m.best, before))
		;
	if (is_over() || m.progress->all.tried > ANEW_MAX || !make_detour(start, before))
		return;
	while (!is_over() && make_detour(m.best, before))
		;
}

enum minimize_end scenario_minimize(struct minimize_try *t, const struct minimize_ways *ways,
				    struct minimize_progress *progress)
{
	struct minimize_try *tries = malloc((MINIMIZE_BATCH_MAX + 2) * sizeof(*tries));
	struct minimize_try *start = &tries[MINIMIZE_BATCH_MAX];

	if (!tries)
		abort();
	scenario_sort_ops(&t->s);
	m = (struct minimizer){ .best = t,
				.candidate = tries,
				.ways = *ways,
				.progress = progress,
				.promises = true,
				.searches = ways->searches };
	memset(progress, 0, sizeof(*progress));
	measure_of(t, ways, m.measure);
	minimize_size(t, ways, &progress->size);
	copy_try(start, t);
	minimize_from(start, start + 1);
	free(tries);
	if (m.stopped)
		return MINIMIZE_STOPPED;
	return progress->all.tried >= ways->budget ? MINIMIZE_BUDGET : MINIMIZE_DONE;
}
