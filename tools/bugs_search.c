/* SPDX-License-Identifier: GPL-2.0-only */

/* Trials by search in this program, and by the stored scenario. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/generate.h"
#include "tools/bugs.h"
#include "tools/sweep.h"
#include "tools/tool.h"

/* A machine so busy that a search takes this many times its cap of the clock is one to be told of. */
#define CLOCK_FACTOR 30
#define SEEDS_MAX 1024
/* What a seed gets in the first pass of the exhaustive search, and by how much that grows. */
#define QUOTA_FIRST 64
#define QUOTA_GROWTH 4
#define DEPARTURES_MAX 4

struct search {
	const struct trial *trial;
	struct trial_result *result;
	u64 runs;   /* of the sweeps that are over */
	double cpu; /* the same */
};

static bool enough(void *ctx, const struct sweep_found *found)
{
	struct search *search = ctx;

	return trial_finds(search->trial, search->result, &found->judged,
			   search->cpu + found->cpu + clock_cpu(), search->runs + found->run + 1);
}

/*
 * Of our own systems half of the scenarios keep all promises and half have conformant knob values,
 * as the fuzzer's generator does it; one in eight has broken values, too, which it comes to by
 * mutation. The kernel's files have defects of their own where promises are broken: they get three
 * quarters without.
 */
static void make_scenario(void *ctx, struct scenario *s, u64 seed)
{
	const struct search *search = ctx;
	bool linux_files = !strncmp(search->trial->bug->twin, "linux-", 6);
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	u64 random = seed, r = scenario_random(&random);
	bool keep = linux_files ? r & 3 : r & 1;
	bool conformant = linux_files ? keep : r & 2;

	run_knob_masks(knobs, !conformant, !conformant && !(r & 0xc));
	scenario_generate(s, scenario_random(&random), keep ? GENERATE_KEEP_PROMISES : 0, knobs);
}

/* True if this was the end of the search. */
static bool sweep_once(struct search *search, struct sweep *sweep, struct sweep_totals *totals)
{
	const struct trial *trial = search->trial;

	sweep->system = trial_system(trial);
	sweep->twin = trial->of_twin ? NULL : run_system(trial->bug->twin);
	sweep->jobs = 1;
	sweep->ctx = search;
	sweep->enough = enough;
	if (trial->cap > 0) {
		sweep->cpu = trial->cap - search->cpu;
		sweep->seconds = CLOCK_FACTOR * sweep->cpu + 1;
	}
	sweep_run(sweep, totals);
	search->runs += totals->runs;
	search->cpu += totals->cpu;
	if (trial->cap > 0 && totals->seconds >= sweep->seconds && !totals->enough)
		tool_die(TOOL_FAILED, "%.0f s by the clock gave it %.1f s of CPU time",
			 totals->seconds, totals->cpu);
	if (!search->result->detected) {
		search->result->runs = search->runs;
		search->result->cpu = search->cpu + clock_cpu();
	}
	return search->result->detected || (trial->cap > 0 && search->cpu >= trial->cap) ||
	       (trial->runs && search->runs >= trial->runs);
}

/* --- exhaustive --- */

struct seed {
	struct scenario scenario;
	unsigned departures;
	bool done;
};

/* The seeds that this build can run, in the order that the trial's seed gives. */
static unsigned read_seeds(const struct trial *trial, struct seed *seed)
{
	struct dirent **entry;
	int files = input_folder(bugs_folders.seeds, &entry);
	u64 random = trial->seed;
	unsigned count = 0;

	if (files < 0)
		tool_die(TOOL_USAGE, "%s: %s", bugs_folders.seeds, strerror(errno));
	for (int i = files - 1; i > 0; i--) {
		int k = (int)(scenario_random(&random) % (u64)(i + 1));
		struct dirent *swap = entry[i];

		entry[i] = entry[k];
		entry[k] = swap;
	}
	for (int i = 0; i < files && count < SEEDS_MAX; i++) {
		struct scenario *s = &seed[count].scenario;
		char path[BUGS_PATH + 256];

		snprintf(path, sizeof(path), "%s/%s", bugs_folders.seeds, entry[i]->d_name);
		if (input_read(path, INPUT_TEXT, s))
			exit(TOOL_USAGE);
		/* What a file promises and expects is of the systems that it was written for. */
		s->promises = s->expects = 0;
		if (!run_build_serves(s))
			continue;
		run_fit(s, trial_system(trial));
		count++;
	}
	if (!count)
		tool_die(TOOL_USAGE, "%s: expected scenarios, found none", bugs_folders.seeds);
	return count;
}

/*
 * In turn, each gets its quota of runs from the first schedule on, and a larger one in the next
 * pass; one whose schedules are through goes on with one departure from the fair schedule more. A
 * function of the trial's seed and nothing else.
 */
static void search_exhaustive(struct search *search)
{
	static struct sweep_totals totals;
	const struct trial *trial = search->trial;
	struct seed *seed = calloc(SEEDS_MAX, sizeof(*seed));
	unsigned count = seed ? read_seeds(trial, seed) : 0, left = count;

	if (!seed)
		tool_die(TOOL_FAILED, "no memory");
	for (u64 quota = QUOTA_FIRST; left; quota *= QUOTA_GROWTH) {
		for (unsigned i = 0; i < count; i++) {
			u64 runs = quota;

			if (seed[i].done)
				continue;
			if (trial->runs)
				runs = min(runs, trial->runs - search->runs);
			struct sweep sweep = {
				.scenario = &seed[i].scenario,
				.chooser = SWEEP_EXHAUSTIVE,
				.preemptions = CHOOSER_UNBOUNDED,
				.departures = 1 + seed[i].departures,
				.runs = runs,
			};
			if (sweep_once(search, &sweep, &totals))
				return;
			if (totals.complete)
				seed[i].done = ++seed[i].departures == DEPARTURES_MAX;
			else if (totals.runs < runs)
				seed[i].done = true; /* it can't be run on this system */
			left -= seed[i].done;
		}
	}
}

void trial_search(const struct trial *trial, struct trial_result *result)
{
	static struct sweep_totals totals;
	struct search search = { .trial = trial, .result = result };
	struct sweep sweep = {
		.chooser = SWEEP_RANDOM,
		/* Run n of a sweep counts on from its seed: those of two trials never meet. */
		.seed = trial->seed << 32,
		.runs = trial->runs,
		.make = make_scenario,
	};

	switch (trial->method) {
	case METHOD_EXHAUSTIVE:
		search_exhaustive(&search);
		return;
	case METHOD_PCT:
		sweep.chooser = SWEEP_PCT;
		break;
	case METHOD_DIFFERENTIAL:
		run_set_reference(run_system(trial->bug->twin));
		sweep.chooser = SWEEP_MIX;
		break;
	case METHOD_WALK:
		sweep.chooser = SWEEP_BYTES;
		break;
	default:
		break;
	}
	sweep_once(&search, &sweep, &totals);
}

/* --- stored --- */

const struct scenario_expect *trial_expect(const struct scenario *s, const char *system)
{
	for (unsigned i = 0; i < s->expects; i++) {
		if (!strcmp(s->expect[i].system, system))
			return &s->expect[i];
	}
	return NULL;
}

/* The schedule was recorded on the variant; the twin may come by without meeting its anchors. */
static const char *given(const struct judged *judged)
{
	const char *identity = trial_identity(judged);

	return judged->verdict == RUN_DRIFT && !judged->finding[0] ? "clean" : identity;
}

/* What the file expects of the variant and of its twin must be what they give. */
static bool stored_holds(const char *path, const struct scenario *s, const struct bug *bug,
			 struct trial_result *result)
{
	const char *systems[] = { bug->variant, bug->twin };
	struct judged *judged = child_memory(sizeof(*judged));

	for (unsigned i = 0; i < ARRAY_SIZE(systems); i++) {
		const struct scenario_expect *expect = trial_expect(s, systems[i]);
		struct judged *j = i ? judged : &result->judged;

		if (!expect) {
			snprintf(result->note, sizeof(result->note),
				 "%.300s: expected a line `expect %s ...`, found none", path,
				 systems[i]);
			return false;
		}
		trial_replay(run_system(systems[i]), s, j);
		result->runs++;
		result->cpu = clock_cpu();
		if (!i)
			result->canary = *bug_canary;
		if (!judged_matches(given(j), expect->result) &&
		    !judged_matches(j->identity, expect->result)) {
			snprintf(result->note, sizeof(result->note),
				 "%s: expected %s, found %.400s", systems[i], expect->result,
				 j->line);
			return false;
		}
	}
	if (!judged_is_finding(&result->judged)) {
		snprintf(result->note, sizeof(result->note), "%s: expected a finding, found %.400s",
			 bug->variant, result->judged.line);
		return false;
	}
	if (judged_matches(given(judged), trial_expect(s, bug->variant)->result)) {
		snprintf(result->note, sizeof(result->note), "%s gives %s, too", bug->twin,
			 given(judged));
		return false;
	}
	snprintf(result->twin, sizeof(result->twin), "%s", given(judged));
	return true;
}

void trial_stored(const struct trial *trial, struct trial_result *result)
{
	static struct scenario s;
	char path[BUGS_PATH];

	bugs_stored_path(trial->bug, path, sizeof(path));
	if (input_read(path, INPUT_TEXT, &s))
		exit(TOOL_USAGE);
	if (!run_build_serves(&s)) {
		result->elsewhere = true;
		snprintf(result->note, sizeof(result->note), "needs the build `%s`, this is `%s`",
			 s.needs, run_build());
		return;
	}
	result->detected = stored_holds(path, &s, trial->bug, result);
	result->wall = clock_now() - 1e-9 * (double)result->begin_ns;
}
