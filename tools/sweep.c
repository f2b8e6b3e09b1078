/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/sweep.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/clock.h"
#include "host/engine.h"
#include "scenario/generate.h"
#include "tools/tool.h"

#define SWEEP_TICK_US 20000
#define SWEEP_EAGER_TICK_US 2000 /* where the first finding ends it */
#define SWEEP_PCT_DEPTH 3
#define SWEEP_PCT_LENGTH 256
#define SWEEP_DECISIONS_MAX 400
/*
 * One schedule in SWEEP_LONG_ODDS is SWEEP_LONG times as long: operations that come late, and tasks
 * left in a poll, meet an adversary too. With access points, where the same way has more decisions,
 * each one is. Recorded as positions they still fit.
 */
#define SWEEP_LONG 8
#define SWEEP_LONG_ODDS 8

const char *const sweep_chooser_word[SWEEP_CHOOSERS] = {
	"file", "bytes", "random", "pct", "mix", "exhaustive",
};

/* What a worker and the parent share. */
struct sweep_slot {
	_Atomic u64 runs, points;
	u64 digest;
	double twin_cpu;          /* seconds that went into looking at the twin */
	u64 next;                 /* number of the run to go on with */
	_Atomic bool found_ready; /* found is the parent's to read, and to hand back */
	struct sweep_found found;
	u32 tallies;
	struct sweep_tally tally[SWEEP_IDENTITIES_MAX];
	struct chooser_exhaustive odometer; /* here, so that it outlives the worker */
	bool begun, over;
	bool again; /* the worker has ended, and another is to go on */
};

struct sweep_worker {
	const struct sweep *sweep;
	struct sweep_slot *slot;
	struct child child;
	double cpu; /* of those that have ended */
	bool done;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

enum sweep_chooser sweep_chooser_find(const char *word)
{
	for (unsigned i = 0; i < SWEEP_CHOOSERS; i++) {
		if (!strcmp(word, sweep_chooser_word[i]))
			return i;
	}
	tool_die(TOOL_USAGE,
		 "--chooser: expected file, bytes, random, pct, mix or exhaustive, "
		 "found `%s`",
		 word);
}

static struct sweep_tally *tally_find(struct sweep_tally *tally, u32 *count, const char *identity,
				      bool finding)
{
	for (u32 i = 0; i < *count; i++) {
		if (tally[i].finding == finding && !strcmp(tally[i].identity, identity))
			return &tally[i];
	}
	/* A full table counts the rest together, in its last row. */
	if (*count == SWEEP_IDENTITIES_MAX)
		return &tally[SWEEP_IDENTITIES_MAX - 1];
	memset(&tally[*count], 0, sizeof(tally[0]));
	snprintf(tally[*count].identity, sizeof(tally[0].identity), "%s", identity);
	tally[*count].finding = finding;
	tally[*count].one_hash = true;
	return &tally[(*count)++];
}

/* A sum, so that it is the same for any number of workers. Tokens name a build's functions: not
 * them. */
static u64 digest_of(u64 n, const struct judged *j)
{
	char base[DEATH_TOKEN_MAX];
	u64 state = n, sum = scenario_random(&state);

	judged_base(j->identity, base);
	for (const char *c = base; *c; c++) {
		state = sum + (u8)*c;
		sum = scenario_random(&state);
	}
	state = sum ^ j->trace_hash;
	return scenario_random(&state);
}

/* --- In the worker --- */

union any_chooser {
	struct chooser base;
	struct chooser_bytes bytes;
	struct chooser_random random;
	struct chooser_pct pct;
};

static struct chooser *make_chooser(const struct sweep *sweep, union any_chooser *c, u64 n,
				    u64 state, bool access)
{
	static u8 bytes[SWEEP_DECISIONS_MAX * SWEEP_LONG];
	u32 more = access || !(state % SWEEP_LONG_ODDS) ? SWEEP_LONG : 1;
	enum sweep_chooser kind = sweep->chooser;
	u32 length = scenario_random(&state) % (SWEEP_DECISIONS_MAX * more);
	u32 depth = 1 + (u32)(scenario_random(&state) % SWEEP_PCT_DEPTH);

	if (kind == SWEEP_MIX)
		kind = n % 2 ? SWEEP_PCT : SWEEP_RANDOM;
	switch (kind) {
	case SWEEP_BYTES:
		for (u32 i = 0; i < length; i++)
			bytes[i] = (u8)(scenario_random(&state) % SCENARIO_CHOICE_HOLD);
		chooser_bytes_init(&c->bytes, bytes, length);
		return &c->base;
	case SWEEP_RANDOM:
		chooser_random_init(&c->random, state, length);
		return &c->base;
	case SWEEP_PCT:
		chooser_pct_init(&c->pct, state, SWEEP_PCT_LENGTH * more, depth);
		return &c->base;
	default:
		return NULL;
	}
}

/* Gives the parent what is new, and waits until it has taken it. */
static void hand_over(struct sweep_slot *slot, u64 n, const struct scenario *s)
{
	slot->found.run = n;
	run_record(s, &slot->found.judged.recorded);
	judge_print_premises(slot->found.judged.premises, sizeof(slot->found.judged.premises));
	atomic_store(&slot->found_ready, true);
	while (atomic_load(&slot->found_ready))
		usleep(1000);
}

/*
 * Does the twin give what @j says? If not, the run is repeated, so that it is the last one. A death of
 * the twin is the parent's to see through.
 */
static bool twin_shares(const struct sweep_worker *w, const struct scenario *s, struct judged *j,
			struct run_result *result)
{
	static struct scenario recorded;
	double begin = clock_cpu();
	unsigned next = 0;
	bool shares;

	run_record(s, &recorded);
	shares = child_twin_gives(w->sweep->twin, &recorded, j->identity, &next);
	w->slot->twin_cpu += clock_cpu() - begin;
	if (shares)
		return true;
	child_judge(&recorded, w->sweep->system, NULL, j, result);
	return false;
}

static bool judge_one(struct sweep_worker *w, u64 n, const struct scenario *s, struct chooser *c)
{
	struct sweep_slot *slot = w->slot;
	struct judged *j = &slot->found.judged;
	struct run_result result;
	struct sweep_tally *tally;
	bool first;

	/* If it dies, the parent counts it, and this is where the next worker begins. */
	slot->found.run = n;
	slot->next = n + w->sweep->jobs;
	j->died = false;
	child_judge(s, w->sweep->system, c, j, &result);
	if (w->sweep->twin && judged_is_finding(j) && twin_shares(w, s, j, &result)) {
		atomic_store_explicit(&slot->runs, slot->runs + 1, memory_order_relaxed);
		return true;
	}
	tally = tally_find(slot->tally, &slot->tallies, j->identity, judged_is_finding(j));
	first = !tally->count++;
	if (first) {
		tally->first = n;
		tally->hash = j->trace_hash;
	}
	if (first || (w->sweep->enough && tally->finding)) {
		if (result.verdict == RUN_FINDING)
			snprintf(j->line, sizeof(j->line), "%s %s", j->identity,
				 result.finding->detail);
		else
			snprintf(j->line, sizeof(j->line), "%s %s", j->identity, result.reason);
		hand_over(slot, n, s);
	}
	tally->one_hash &= tally->hash == j->trace_hash;
	slot->digest += digest_of(n, j);
	atomic_store_explicit(&slot->points, slot->points + j->steps, memory_order_relaxed);
	atomic_store_explicit(&slot->runs, slot->runs + 1, memory_order_relaxed);
#if defined(SLUICE_TSAN)
	/* A process of its own for what comes after an abandoned run. */
	if (engine_left_tasks()) {
		slot->again = true;
		return false;
	}
#endif
	/* What a file can't do it can't do under another schedule either. */
	return !w->sweep->scenario || (result.verdict != RUN_REFUSED && result.verdict != RUN_NA);
}

static void sweep_exhaustive(struct sweep_worker *w)
{
	struct sweep_slot *slot = w->slot;

	if (!slot->begun) {
		chooser_exhaustive_init(&slot->odometer, w->sweep->preemptions,
					CHOOSER_EXHAUSTIVE_MAX);
		if (w->sweep->departures)
			chooser_exhaustive_limit_departures(&slot->odometer, w->sweep->departures);
		slot->begun = true;
	} else if (!chooser_exhaustive_next(&slot->odometer)) {
		slot->over = true;
		return;
	}
	for (u64 n = slot->next; !w->sweep->runs || n < w->sweep->runs; n++) {
		if (!judge_one(w, n, w->sweep->scenario, &slot->odometer.base))
			return;
		if (!chooser_exhaustive_next(&slot->odometer)) {
			slot->over = !slot->odometer.overflow;
			return;
		}
	}
}

static void sweep_body(void *ctx, struct judged *judged)
{
	static struct scenario generated;
	struct sweep_worker *w = ctx;
	const struct sweep *sweep = w->sweep;
	union any_chooser chooser;

	if (sweep->chooser == SWEEP_EXHAUSTIVE) {
		sweep_exhaustive(w);
		return;
	}
	for (u64 n = w->slot->next; !sweep->runs || n < sweep->runs; n += sweep->jobs) {
		const struct scenario *s = sweep->scenario;
		u64 state = sweep->seed + n;
		u64 mixed = scenario_random(&state);

		if (!s) {
			if (sweep->make)
				sweep->make(sweep->ctx, &generated, mixed);
			else
				scenario_generate(&generated, mixed, sweep->generate_flags,
						  sweep->knobs);
			run_fit(&generated, sweep->system);
			s = &generated;
		}
		if (!judge_one(w, n, s, make_chooser(sweep, &chooser, n, mixed, s->world.access)))
			return;
	}
}

/* --- In the parent --- */

static void worker_start(struct sweep_worker *w)
{
	w->slot->found.judged.died = false;
	w->slot->again = false;
	child_start(&w->child, &w->slot->found.judged, CHILD_SILENT, sweep_body, w);
}

static bool totals_knows(const struct sweep_totals *totals, const struct judged *j)
{
	for (u32 i = 0; i < totals->identities; i++) {
		if (totals->tally[i].finding == judged_is_finding(j) &&
		    !strcmp(totals->tally[i].identity, j->identity))
			return true;
	}
	return false;
}

/* CPU seconds that a worker has taken, its forerunners included. */
static double worker_cpu(const struct sweep_worker *w)
{
	return w->cpu - w->slot->twin_cpu + clock_cpu_of(w->child.pid);
}

/* A worker has something to tell. */
static void worker_tells(struct sweep_worker *w, struct sweep_totals *totals)
{
	struct sweep_slot *slot = w->slot;
	struct judged *j = &slot->found.judged;

	slot->found.cpu = worker_cpu(w);
	if (w->sweep->enough && judged_is_finding(j) && !totals->enough)
		totals->enough = w->sweep->enough(w->sweep->ctx, &slot->found);
	if (totals_knows(totals, j))
		return;
	tally_find(totals->tally, &totals->identities, j->identity, judged_is_finding(j));
	totals->findings += judged_is_finding(j);
	if (w->sweep->found)
		w->sweep->found(w->sweep->ctx, &slot->found);
}

/* Looks at a worker; true as long as it has work. */
static bool worker_poll(struct sweep_worker *w, struct sweep_totals *totals)
{
	struct sweep_slot *slot = w->slot;
	struct judged *j = &slot->found.judged;
	bool ended = child_wait(&w->child, WNOHANG);
	bool died = ended && j->died;
	bool again = ended && slot->again;

	if (ended)
		w->cpu += w->child.cpu;
	if (died) {
		struct sweep_tally *t =
			tally_find(slot->tally, &slot->tallies, j->identity, judged_is_finding(j));

		if (!t->count++) {
			t->first = slot->found.run;
			t->hash = j->trace_hash;
		}
		t->one_hash &= t->hash == j->trace_hash;
		slot->digest += digest_of(slot->found.run, j);
		slot->runs++;
	}
	if (died || atomic_load(&slot->found_ready)) {
		worker_tells(w, totals);
		atomic_store(&slot->found_ready, false);
	}
	if (died || again)
		worker_start(w);
	return !ended || died || again;
}

static void totals_count(struct sweep_totals *totals, const struct sweep_worker *worker,
			 unsigned jobs, double begin)
{
	totals->runs = totals->points = 0;
	totals->cpu = 0;
	for (unsigned i = 0; i < jobs; i++) {
		totals->cpu += worker_cpu(&worker[i]);
		totals->runs += worker[i].slot->runs;
		totals->points += worker[i].slot->points;
	}
	totals->seconds = clock_now() - begin;
}

/* The rows of all workers, with the earliest run as the first. */
static void totals_merge(struct sweep_totals *totals, const struct sweep_worker *worker,
			 unsigned jobs)
{
	totals->identities = 0;
	for (unsigned i = 0; i < jobs; i++) {
		totals->digest += worker[i].slot->digest;
		for (u32 k = 0; k < worker[i].slot->tallies; k++) {
			const struct sweep_tally *from = &worker[i].slot->tally[k];
			struct sweep_tally *to = tally_find(totals->tally, &totals->identities,
							    from->identity, from->finding);

			to->one_hash &= from->one_hash && (!to->count || to->hash == from->hash);
			if (!to->count || from->first < to->first) {
				to->first = from->first;
				to->hash = from->hash;
			}
			to->count += from->count;
		}
	}
}

void sweep_run(const struct sweep *sweep, struct sweep_totals *totals)
{
	struct sweep_worker worker[SWEEP_JOBS_MAX] = { 0 };
	struct sigaction action = { .sa_handler = on_interrupt }, before;
	double begin = clock_now();
	unsigned left = sweep->jobs;

	memset(totals, 0, sizeof(*totals));
	interrupted = 0;
	sigaction(SIGINT, &action, &before);
	for (unsigned i = 0; i < sweep->jobs; i++) {
		worker[i].sweep = sweep;
		worker[i].slot = child_memory(sizeof(*worker[i].slot));
		worker[i].slot->next = i;
		worker_start(&worker[i]);
	}
	while (left && !interrupted && !totals->enough &&
	       (!sweep->seconds || totals->seconds < sweep->seconds) &&
	       (!sweep->cpu || totals->cpu < sweep->cpu)) {
		usleep(sweep->enough ? SWEEP_EAGER_TICK_US : SWEEP_TICK_US);
		for (unsigned i = 0; i < sweep->jobs; i++) {
			if (!worker[i].done && !worker_poll(&worker[i], totals)) {
				worker[i].done = true;
				left--;
			}
		}
		totals_count(totals, worker, sweep->jobs, begin);
		if (sweep->tick)
			sweep->tick(sweep->ctx, totals);
	}
	for (unsigned i = 0; i < sweep->jobs; i++) {
		if (worker[i].done)
			continue;
		worker[i].cpu += clock_cpu_of(worker[i].child.pid);
		kill(worker[i].child.pid, SIGKILL);
		waitpid(worker[i].child.pid, NULL, 0);
		worker[i].child.pid = 0;
	}
	/* Workers went on between the last look and their end. */
	totals_count(totals, worker, sweep->jobs, begin);
	totals->complete = sweep->chooser == SWEEP_EXHAUSTIVE && worker[0].slot->over;
	totals->stopped = interrupted;
	totals_merge(totals, worker, sweep->jobs);
	for (unsigned i = 0; i < sweep->jobs; i++)
		munmap(worker[i].slot, sizeof(*worker[i].slot));
	sigaction(SIGINT, &before, NULL);
}
