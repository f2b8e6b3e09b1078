/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * `sluice bugs check`: that the harness has lost no power. Each bug must be seen by its stored
 * scenario, and those that bugs/searches names by a search of a given seed within a given number of
 * runs, in which the clean core shows nothing. All of it is a function of the files.
 */

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/bugs.h"
#include "tools/tool.h"

#define LINE_MAX_SIZE 256
/* A search may be proposed if half of its trials took no more CPU time, and with how many runs. */
#define PROPOSE_SECONDS 2.0
#define PROPOSE_FACTOR 4
#define PROPOSE_RUNS_MIN 1000

static struct {
	bool scenarios_only;
	unsigned jobs;
	const char *propose, *searches;
} options = {
	.searches = SLUICE_SOURCE_DIR "/bugs/searches",
};

static struct {
	unsigned passed, failed, skipped;
} check;

static void fail(const char *name, const char *text)
{
	printf("FAILED %s: %s\n", name, text);
	check.failed++;
}

static void say(const struct trial *trial, char *text, size_t size)
{
	if (trial->method == METHOD_STORED)
		snprintf(text, size, "the stored scenario");
	else
		snprintf(text, size, "%s, seed %llu, %llu runs%s%s", methods[trial->method].word,
			 (unsigned long long)trial->seed, (unsigned long long)trial->runs,
			 trial->of_twin ? " of " : "", trial->of_twin ? trial->bug->twin : "");
}

static void ended(const struct trial *trial, const struct trial_result *result)
{
	const char *variant = trial->bug->variant;
	char what[160], text[1024];

	say(trial, what, sizeof(what));
	if (result->elsewhere) {
		printf("skipped %s: %s %s\n", variant, what, result->note);
		check.skipped++;
	} else if (!result->ended) {
		snprintf(text, sizeof(text), "%s: %s", what, result->note);
		fail(variant, text);
	} else if (trial->of_twin && result->detected) {
		snprintf(text, sizeof(text), "%s: expected nothing, found %.400s", what,
			 result->judged.line);
		fail(variant, text);
	} else if (!trial->of_twin && !result->detected) {
		snprintf(text, sizeof(text), "%s: %s", what,
			 result->note[0] ? result->note : "found nothing");
		fail(variant, text);
	} else {
		check.passed++;
	}
	fflush(stdout);
}

/* --- The row ---------------------------------------------------------------------------------- */

struct row {
	struct trial *trial;
	unsigned count;
};

static void row_add(struct row *row, const struct trial *trial)
{
	if (!(row->count & (row->count - 1))) {
		row->trial = reallocarray(row->trial, row->count ? 2 * (size_t)row->count : 1,
					  sizeof(*trial));
		if (!row->trial)
			tool_die(TOOL_FAILED, "no memory");
	}
	row->trial[row->count++] = *trial;
}

static void row_stored(struct row *row, const struct bug *const *bugs)
{
	char path[BUGS_PATH];

	for (; *bugs; bugs++) {
		const struct trial trial = { .bug = *bugs, .method = METHOD_STORED };

		bugs_stored_path(*bugs, path, sizeof(path));
		if (access(path, R_OK))
			fail((*bugs)->variant, "it has no stored scenario");
		else
			row_add(row, &trial);
	}
}

static bool among(const struct bug *const *bugs, const struct bug *bug)
{
	while (*bugs && *bugs != bug)
		bugs++;
	return *bugs != NULL;
}

/* `VARIANT METHOD SEED RUNS` */
static void row_line(struct row *row, const struct bug *const *bugs, char *line, unsigned number)
{
	char variant[64], method[32], rest;
	unsigned long long seed, runs;
	struct trial trial = { 0 };

	line[strcspn(line, "#\n")] = '\0';
	if (!line[strspn(line, " \t")])
		return;
	if (sscanf(line, "%63s %31s %llu %llu %c", variant, method, &seed, &runs, &rest) != 4 ||
	    !runs)
		tool_die(TOOL_USAGE, "%s:%u: expected `VARIANT METHOD SEED RUNS`, found `%s`",
			 options.searches, number, line);
	trial.bug = bug_find(variant);
	trial.method = method_find(method, strlen(method));
	trial.seed = seed;
	trial.runs = runs;
	/* A build without the kernel's files has no rows of theirs. */
	if (!trial.bug && !strncmp(variant, "linux-", 6) && !run_system("linux-6.12-fixed"))
		return;
	if (!trial.bug)
		tool_die(TOOL_USAGE, "%s:%u: expected a bug's variant, found `%s`",
			 options.searches, number, variant);
	if (trial.method >= METHOD_STRESS || methods[trial.method].fuzzer)
		tool_die(
			TOOL_USAGE,
			"%s:%u: expected random, pct, exhaustive, differential or walk, found `%s`",
			options.searches, number, method);
	if (!among(bugs, trial.bug))
		return;
	row_add(row, &trial);
	/* The core must be clean. The others have defects of their own, which never count. */
	trial.of_twin = true;
	if (!strcmp(trial.bug->twin, "core"))
		row_add(row, &trial);
}

static void row_searches(struct row *row, const struct bug *const *bugs)
{
	char line[LINE_MAX_SIZE];
	FILE *in = fopen(options.searches, "r");

	if (!in)
		tool_die(TOOL_USAGE, "%s: %s", options.searches, strerror(errno));
	for (unsigned number = 1; fgets(line, sizeof(line), in); number++)
		row_line(row, bugs, line, number);
	fclose(in);
}

static int run_check(const struct bug *const *bugs)
{
	struct row row = { 0 };

	row_stored(&row, bugs);
	if (!options.scenarios_only)
		row_searches(&row, bugs);
	if (!trials_run(row.trial, row.count, options.jobs, ended, NULL)) {
		tool_error("stopped by the user");
		return TOOL_FAILED;
	}
	free(row.trial);
	if (check.skipped)
		printf("%u skipped: they need another build\n", check.skipped);
	printf("%u passed, %u failed\n", check.passed, check.failed);
	return check.failed ? TOOL_FINDING : TOOL_HELD;
}

/* --- Proposals -------------------------------------------------------------------------------- */

struct proposal {
	const struct record *best; /* of the fewest runs */
	double median;
};

static int by_time(const void *a, const void *b)
{
	const struct record *one = *(const struct record *const *)a;
	const struct record *other = *(const struct record *const *)b;
	double x = one->detected ? one->cpu : INFINITY, y = other->detected ? other->cpu : INFINITY;

	return (x > y) - (x < y);
}

static struct proposal propose_method(const struct bug *bug, enum method method,
				      const struct record **room)
{
	struct proposal p = { .median = INFINITY };
	unsigned count = 0;

	for (unsigned i = 0; i < record_count; i++) {
		const struct record *r = &records[i];

		if (r->bug != bug || r->method != method)
			continue;
		room[count++] = r;
		if (r->detected && (!p.best || r->runs < p.best->runs))
			p.best = r;
	}
	qsort(room, count, sizeof(*room), by_time);
	if (count && room[(count - 1) / 2]->detected)
		p.median = room[(count - 1) / 2]->cpu;
	return p;
}

/* Up to a number with one digit that counts. */
static u64 round_up(u64 n)
{
	u64 unit = 1;

	while (n / unit >= 10)
		unit *= 10;
	return (n + unit - 1) / unit * unit;
}

static int propose(const struct bug *const *bugs)
{
	const struct record **room;
	char path[BUGS_PATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s", options.propose);
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		snprintf(path, sizeof(path), "%.1000s/trials.jsonl", options.propose);
	records_read(path);
	room = calloc(record_count + 1, sizeof(const struct record *));
	if (!room)
		tool_die(TOOL_FAILED, "no memory");
	for (; *bugs; bugs++) {
		struct proposal best = { .median = PROPOSE_SECONDS };

		for (enum method m = 0; m < METHOD_STRESS; m++) {
			struct proposal p = propose_method(*bugs, m, room);

			if (!methods[m].fuzzer && p.median < best.median)
				best = p;
		}
		if (best.best)
			printf("%s %s %llu %llu\n", (*bugs)->variant,
			       methods[best.best->method].word, (unsigned long long)best.best->seed,
			       (unsigned long long)round_up(
				       max(PROPOSE_FACTOR * best.best->runs, PROPOSE_RUNS_MIN)));
	}
	free(room);
	return TOOL_HELD;
}

/* --- The command line ------------------------------------------------------------------------- */

enum { KEY_SCENARIOS_ONLY = 256, KEY_PROPOSE, KEY_SCENARIOS, KEY_SEARCHES };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case KEY_SCENARIOS_ONLY:
		options.scenarios_only = true;
		break;
	case KEY_SCENARIOS:
		snprintf(bugs_folders.scenarios, sizeof(bugs_folders.scenarios), "%s", arg);
		break;
	case KEY_SEARCHES:
		options.searches = arg;
		break;
	case KEY_PROPOSE:
		options.propose = arg;
		break;
	case 'j':
		options.jobs = (unsigned)tool_number("jobs", arg, 1, BUGS_JOBS_MAX);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int bugs_check(int argc, char **argv)
{
	static const struct argp_option argp_options[] = {
		{ "scenarios-only", KEY_SCENARIOS_ONLY, NULL, 0, "Without the searches", 0 },
		{ "scenarios", KEY_SCENARIOS, "DIR", 0,
		  "Where the stored scenarios are (corpora/bugs)", 0 },
		{ "searches", KEY_SEARCHES, "FILE", 0,
		  "Lines `VARIANT METHOD SEED RUNS` "
		  "(bugs/searches)",
		  0 },
		{ "jobs", 'j', "N", 0, "Checks at a time (one for each processor)", 0 },
		{ "propose-searches", KEY_PROPOSE, "FILE|DIR", 0,
		  "Check nothing; print lines for bugs/searches from the trials of `sluice bugs "
		  "run`: of each bug the search with the shortest median, if that is below 2 s",
		  0 },
		{ 0 }
	};
	static const struct argp argp = {
		argp_options,
		parse,
		"[BUG...]",
		"Checks that each bug, or those named, is seen by its stored scenario, as "
		"its `expect` lines say of the variant and of its twin, and by searches that end "
		"after a number of runs, in which the core itself shows nothing."
		"\vExit code 0: all passed; 1: some failed; 2: bad usage; 3: the tool itself "
		"failed.",
		NULL,
		NULL,
		NULL
	};
	const struct bug **bugs;
	int first;

	options.jobs = bugs_jobs();
	argp_parse(&argp, argc, argv, 0, &first, NULL);
	bugs = bugs_select(argv + first);
	return options.propose ? propose(bugs) : run_check(bugs);
}
