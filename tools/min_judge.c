/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/min.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

/* What a worker and the parent share. */
struct min_slot {
	struct judged judged;
	unsigned at;    /* candidate that is being judged */
	unsigned first; /* the process's first one */
	bool found;
	struct minimize_try taken; /* found: candidate @at, with its schedule */
};

static struct {
	unsigned jobs;
	struct min_slot *slot[MIN_JOBS_MAX];
	_Atomic unsigned *best; /* index of the first candidate known to be good */
	volatile sig_atomic_t interrupted;
	struct judged *judged;
	struct min_finding finding;
	/* The batch. */
	const struct minimize_try *candidate;
	unsigned count;
	bool *died;
} judge;

/* TSan remembers what a process did, and an abandoned run is dear to it: a process for each run. */
#if defined(SLUICE_TSAN)
#define RUNS_PER_PROCESS 1
#else
#define RUNS_PER_PROCESS 1000000
#endif

void min_start(unsigned jobs)
{
	judge.jobs = jobs;
	judge.judged = child_memory(sizeof(*judge.judged));
	judge.best = child_memory(sizeof(*judge.best));
	for (unsigned i = 0; i < jobs; i++)
		judge.slot[i] = child_memory(sizeof(*judge.slot[i]));
}

struct order {
	const struct scenario *s;
	const struct sut_image *system;
};

static void judge_body(void *ctx, struct judged *j)
{
	const struct order *order = ctx;
	struct run_result result;

	child_judge(order->s, order->system, NULL, j, &result);
	if (!result.finding)
		return;
	run_record(order->s, &j->recorded);
	snprintf(j->line, sizeof(j->line), "%s %s", j->finding, result.finding->detail);
	judge_print_premises(j->premises, sizeof(j->premises));
}

const struct judged *min_judge(const struct scenario *s, const struct sut_image *system)
{
	struct order order = { s, system };
	struct child child;

	judge.judged->died = false;
	child_start(&child, judge.judged, CHILD_SILENT, judge_body, &order);
	child_wait(&child, 0);
	return judge.judged;
}

void min_seek(const struct min_finding *finding)
{
	judge.finding = *finding;
}

/* The same identity, and no weaker: what counted as a finding must stay one. */
static bool is_sought(const struct judged *j)
{
	return (j->verdict == RUN_FINDING || j->verdict == RUN_DRIFT) &&
	       !strcmp(j->finding, judge.finding.identity) &&
	       j->premises_hold == judge.finding.premises_hold &&
	       !(j->broken & judge.finding.promised);
}

static void take(struct minimize_try *t, const struct judged *j)
{
	scenario_copy(&t->s, &j->recorded);
	t->broken = j->broken;
	t->decisions = j->decisions;
}

bool min_gives(struct minimize_try *t)
{
	const struct judged *j = min_judge(&t->s, judge.finding.system);

	if (!is_sought(j))
		return false;
	take(t, j);
	return true;
}

/* The slot's candidate gave what is sought; is it worth anything? */
static void settle(struct min_slot *slot)
{
	unsigned best = atomic_load(judge.best);

	take(&slot->taken, &slot->judged);
	slot->found = minimize_accepts(&slot->taken);
	while (slot->found && slot->at < best &&
	       !atomic_compare_exchange_weak(judge.best, &best, slot->at))
		;
}

static void batch_body(void *ctx, struct judged *j)
{
	struct min_slot *slot = ctx;

	for (unsigned runs = 0; slot->at < judge.count && slot->at < atomic_load(judge.best);
	     slot->at += judge.jobs) {
		const struct scenario *s = &judge.candidate[slot->at].s;
		struct run_result result;

		if (runs++ == RUNS_PER_PROCESS)
			return;
		child_judge(s, judge.finding.system, NULL, j, &result);
		if (!result.finding || !is_sought(j))
			continue;
		run_record(s, &j->recorded);
		settle(slot);
		if (slot->found)
			return;
	}
}

/* Sees worker @slot through to its end, or to the next death. False: it has nothing more to do. */
static bool worker_wait(struct min_slot *slot, struct child *child)
{
	child_wait(child, 0);
	if (!slot->judged.died)
		return !slot->found && slot->at < judge.count && slot->at < atomic_load(judge.best);
	judge.died[slot->at] = true;
	if (is_sought(&slot->judged))
		settle(slot);
	if (slot->found)
		return false;
	slot->at += judge.jobs;
	return slot->at < judge.count && slot->at < atomic_load(judge.best);
}

static void worker_start(struct min_slot *slot, struct child *child)
{
	slot->judged.died = false;
	slot->first = slot->at;
	child_start(child, &slot->judged, CHILD_SILENT, batch_body, slot);
}

void min_interrupt(void)
{
	judge.interrupted = 1;
	atomic_store(judge.best, 0);
}

static unsigned run_batch(struct minimize_try *candidate, unsigned begin, unsigned count)
{
	struct child child[MIN_JOBS_MAX];
	unsigned jobs = judge.jobs < count - begin ? judge.jobs : count - begin, best;

	judge.candidate = candidate;
	judge.count = count;
	atomic_store(judge.best, judge.interrupted ? 0 : count);
	for (unsigned i = 0; i < jobs; i++) {
		judge.slot[i]->at = begin + i;
		judge.slot[i]->found = false;
		worker_start(judge.slot[i], &child[i]);
	}
	for (unsigned i = 0; i < jobs; i++)
		while (worker_wait(judge.slot[i], &child[i]))
			worker_start(judge.slot[i], &child[i]);
	best = judge.interrupted ? count : atomic_load(judge.best);
	for (unsigned i = 0; i < jobs && best < count; i++) {
		struct min_slot *slot = judge.slot[i];

		if (!slot->found || slot->at != best)
			continue;
		candidate[best] = slot->taken;
		/* What came before it in its process may have had a part in it. */
		if (slot->first != best &&
		    !(min_gives(&candidate[best]) && minimize_accepts(&candidate[best])))
			return run_batch(candidate, best + 1, count);
	}
	return best;
}

unsigned min_test(void *ctx, struct minimize_try *candidate, unsigned count, unsigned *dear)
{
	bool died[MINIMIZE_BATCH_MAX] = { false };
	unsigned first;

	judge.died = died;
	first = run_batch(candidate, 0, count);
	for (unsigned i = 0; i < first; i++)
		*dear += died[i];
	return first;
}
