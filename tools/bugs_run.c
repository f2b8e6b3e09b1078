/* SPDX-License-Identifier: GPL-2.0-only */

/* `sluice bugs run`: the row of trials, what of it is done already, and how far it has come. */

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/bugs.h"
#include "tools/tool.h"

#define LINE_SECONDS 10.0
#define TERMINAL_LINE_SECONDS 0.2

static struct {
	bool method[METHOD_COUNT];
	u64 seeds, first_seed;
	double cap;
	unsigned jobs;
	bool json, named;
} options;

static struct {
	unsigned done, todo, all, detected, failed;
	double begin, last_line;
} progress;

/* On a terminal one line that is written over; else a line every ten seconds. */
static void tick(void)
{
	bool terminal = isatty(STDERR_FILENO);
	double t = clock_now() - progress.begin, left;

	if (t - progress.last_line < (terminal ? TERMINAL_LINE_SECONDS : LINE_SECONDS))
		return;
	progress.last_line = t;
	left = progress.done ? t / progress.done * (progress.todo - progress.done) : 0;
	fprintf(stderr, "%s%u of %u trials, %.0f %% detected, ", terminal ? "\r\033[K" : "",
		progress.all - progress.todo + progress.done, progress.all,
		progress.done ? 100.0 * progress.detected / progress.done : 0.0);
	if (progress.done)
		fprintf(stderr, "%.0f s left%s", left, terminal ? "" : "\n");
	else
		fprintf(stderr, "time left not known yet%s", terminal ? "" : "\n");
}

static void clear_line(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void ended(const struct trial *trial, const struct trial_result *result)
{
	progress.done++;
	if (result->note[0]) {
		clear_line();
		tool_error("%s %s %llu: %s", trial->bug->variant, methods[trial->method].word,
			   (unsigned long long)trial->seed, result->note);
	}
	if (!result->ended) {
		progress.failed++;
		return;
	}
	progress.detected += result->detected;
	record_add(trial, result);
}

/* --- The row ---------------------------------------------------------------------------------- */

/* Seeds outermost, so that an early stop has something of everything. */
static struct trial *make_row(const struct bug *const *bugs, unsigned *count)
{
	size_t rows = 0, chosen = 0;
	struct trial *trial;

	while (bugs[rows])
		rows++;
	for (enum method m = 0; m < METHOD_COUNT; m++)
		chosen += options.method[m];
	trial = calloc(rows * chosen * options.seeds, sizeof(*trial));
	if (!trial)
		tool_die(TOOL_FAILED, "no memory");
	*count = 0;
	for (u64 i = 0; i < options.seeds; i++) {
		for (const struct bug *const *bug = bugs; *bug; bug++) {
			for (enum method m = 0; m < METHOD_COUNT; m++) {
				if (!options.method[m])
					continue;
				trial[(*count)++] = (struct trial){
					.bug = *bug,
					.method = m,
					.seed = options.first_seed + i,
					.cap = options.cap,
				};
			}
		}
	}
	return trial;
}

static bool fuzzers_chosen(void)
{
	bool any = false;

	for (enum method m = 0; m < METHOD_COUNT; m++)
		any |= options.method[m] && methods[m].fuzzer;
	return any;
}

static void encode_seeds(const struct bug *const *bugs)
{
	const struct sut_image *done = NULL;

	for (; *bugs; bugs++) {
		const struct sut_image *twin = run_system((*bugs)->twin);

		if (twin != done)
			fuzzer_encode_seeds(twin);
		done = twin;
	}
}

static int run_row(const struct bug *const *bugs)
{
	unsigned all, left = 0;
	struct trial *trial = make_row(bugs, &all), *todo = calloc(all, sizeof(*todo));
	bool whole;
	int code;

	if (!todo)
		tool_die(TOOL_FAILED, "no memory");
	bugs_make_folder(bugs_folders.output);
	records_open(bugs_folders.output);
	for (unsigned i = 0; i < all; i++) {
		if (!record_find(&trial[i]))
			todo[left++] = trial[i];
	}
	if (left && fuzzers_chosen())
		encode_seeds(bugs);
	progress.all = all;
	progress.todo = left;
	progress.begin = clock_now();
	whole = trials_run(todo, left, options.jobs, ended, tick);
	clear_line();
	if (!whole)
		tool_error("stopped after %u of %u trials; the same command goes on",
			   all - left + progress.done, all);
	code = bugs_summarise(trial, all, options.json);
	if (progress.failed) {
		tool_error("%u trial%s could not be carried out", progress.failed,
			   progress.failed == 1 ? "" : "s");
		code = TOOL_FAILED;
	}
	free(trial);
	free(todo);
	return code;
}

/* --- The command line ------------------------------------------------------------------------- */

static void choose_methods(const char *list)
{
	const char *why;

	memset(options.method, 0, sizeof(options.method));
	options.named = true;
	for (const char *at = list; *at;) {
		size_t size = strcspn(at, ",");
		enum method m = method_find(at, size);

		if (m == METHOD_COUNT) {
			fprintf(stderr, "sluice: --methods: expected some of");
			for (m = 0; m < METHOD_COUNT; m++)
				fprintf(stderr, "%s %s", m ? "," : "", methods[m].word);
			fprintf(stderr, "; found `%.*s`\n", (int)size, at);
			exit(TOOL_USAGE);
		}
		if ((methods[m].fuzzer && !fuzzer_there(m, &why)) ||
		    (m == METHOD_STRESS && !stress_there(&why)))
			tool_die(TOOL_USAGE, "--methods: %s: %s", methods[m].word, why);
		options.method[m] = true;
		at += size + (at[size] == ',');
	}
	if (!*list)
		tool_die(TOOL_USAGE, "--methods: expected names with commas between");
}

static void choose_default(void)
{
	const char *why;

	for (enum method m = 0; m < METHOD_COUNT; m++)
		options.method[m] =
			m < METHOD_STRESS && (!methods[m].fuzzer || fuzzer_there(m, &why));
}

static double seconds(const char *option, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0) || value > 1e6)
		tool_die(TOOL_USAGE, "--%s: expected seconds above 0, found `%s`", option, text);
	return value;
}

enum { KEY_SEEDS = 256, KEY_FIRST_SEED, KEY_CAP, KEY_CORPORA };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'm':
		choose_methods(arg);
		break;
	case KEY_SEEDS:
		options.seeds = tool_number("seeds", arg, 1, 1000);
		break;
	case KEY_FIRST_SEED:
		options.first_seed = tool_number("first-seed", arg, 0, 0x7fffffff);
		break;
	case KEY_CAP:
		options.cap = seconds("cap", arg);
		break;
	case 'o':
		bugs_folders.output = arg;
		break;
	case 'j':
		options.jobs = (unsigned)tool_number("jobs", arg, 1, BUGS_JOBS_MAX);
		break;
	case KEY_CORPORA:
		snprintf(bugs_folders.corpora, sizeof(bugs_folders.corpora), "%s", arg);
		break;
	case 'J':
		options.json = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "methods", 'm', "LIST", 0,
	  "Names with commas between: random, pct, exhaustive, differential, walk, libfuzzer, "
	  "libfuzzer-tsan, afl, libfuzzer-plain, libfuzzer-unscheduled, stress, stored, corpus, "
	  "test (all searches that this build can do, without stress)",
	  0 },
	{ "seeds", KEY_SEEDS, "N", 0, "Trials of each bug and method (3)", 0 },
	{ "first-seed", KEY_FIRST_SEED, "N", 0, "Seed of the first (1)", 0 },
	{ "cap", KEY_CAP, "SECONDS", 0, "CPU time that a trial may take (20)", 0 },
	{ "corpora", KEY_CORPORA, "DIR", 0, "Whose scenarios `corpus` replays (corpora)", 0 },
	{ "output", 'o', "DIR", 0, "Where trials are kept (findings/bugs)", 0 },
	{ "jobs", 'j', "N", 0, "Trials at a time (one for each processor)", 0 },
	{ "json", 'J', NULL, 0, "The table at the end as JSON", 0 },
	{ 0 }
};

int bugs_run(int argc, char **argv)
{
	static const struct argp argp = { argp_options,
					  parse,
					  "[BUG...]",
					  "Searches for each bug, or those named, and keeps in "
					  "DIR/trials.jsonl how long each "
					  "trial took and in DIR what it found. What is there "
					  "already is not run again, so the "
					  "same command goes on where the last one was stopped; "
					  "`sluice bugs report DIR` shows "
					  "what they say."
					  "\vExit code 0: each bug was found by some method; 1: "
					  "some were never found; 2: bad "
					  "usage; 3: the tool itself failed.",
					  NULL,
					  NULL,
					  NULL };
	int first;

	options.seeds = 3;
	options.first_seed = 1;
	options.cap = 20;
	options.jobs = bugs_jobs();
	bugs_folders.output = "findings/bugs";
	argp_parse(&argp, argc, argv, 0, &first, NULL);
	if (!options.named)
		choose_default();
	return run_row(bugs_select(argv + first));
}
