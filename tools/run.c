/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "run/report.h"
#include "tools/child.h"
#include "tools/gdb.h"
#include "tools/sweep.h"
#include "tools/tool.h"

#define RUN_COLUMNS 120

static struct run_options {
	const char *system; /* NULL: those that the file's `expect` lines name */
	enum sweep_chooser chooser;
	u64 seed, runs;
	unsigned preemptions;
	bool json, bytes, quiet, hash, whole, gdb;
	const char *trace;
} options;

/* One file against one system. */
struct run_pair {
	const char *path;
	const struct scenario *scenario;
	const struct sut_image *system;
	const struct scenario_expect *expect; /* NULL: a finding is not expected */
	/*
	 * The schedule was recorded on the system of the first `expect` line. Another one may come
	 * by without meeting its anchors, as long as it is clean.
	 */
	bool may_drift;
};

/* The pair that a child is printing about, for its death handler too. */
static const struct run_pair *printed;

static unsigned terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < 60)
		return RUN_COLUMNS;
	return size.ws_col;
}

static bool as_expected(const struct run_pair *pair, const struct judged *j)
{
	const char *found = j->identity;

	if (j->verdict == RUN_DRIFT && pair->may_drift)
		found = j->finding[0] ? j->finding : "clean";
	/* A build that dies of a consequence has seen the finding that came first all the same. */
	if (pair->expect && j->died && !strcmp(j->before, pair->expect->result))
		return true;
	if (pair->expect)
		return judged_matches(found, pair->expect->result);
	return !strcmp(found, "clean") || j->verdict == RUN_NA;
}

static const char *title(const struct run_pair *pair)
{
	static char buf[128];

	return run_system_title(pair->system->ops, buf, sizeof(buf));
}

/* The expectation was recorded with another version of the system: what differs is news, no fault. */
static bool other_version(const struct run_pair *pair)
{
	const char *version = pair->system->ops->version;

	return pair->expect && pair->expect->version[0] &&
	       strcmp(pair->expect->version, version ? version : "");
}

/* --- What a child prints --- */

static void print_timeline(void)
{
	putchar('\n');
	run_print_timeline(stdout, terminal_columns(), isatty(STDOUT_FILENO), options.whole);
	putchar('\n');
}

static void print_json(const struct judged *j, char *report)
{
	cJSON *object = report ? cJSON_Parse(report) : cJSON_CreateObject();
	char hash[24];

	if (!report) {
		snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)j->trace_hash);
		cJSON_AddStringToObject(object, "system", printed->system->ops->name);
		if (printed->system->ops->version)
			cJSON_AddStringToObject(object, "version", printed->system->ops->version);
		else
			cJSON_AddNullToObject(object, "version");
		cJSON_AddStringToObject(object, "verdict", j->identity);
		cJSON_AddStringToObject(object, "finding", j->line);
		cJSON_AddStringToObject(object, "premises", j->premises);
		cJSON_AddStringToObject(object, "hash", hash);
		cJSON_AddNumberToObject(object, "steps", j->steps);
		cJSON_AddNumberToObject(object, "decisions", j->decisions);
	}
	cJSON_AddStringToObject(object, "file", printed->path);
	cJSON_AddStringToObject(object, "flavour", SLUICE_FLAVOUR);
	cJSON_AddStringToObject(object, "build", run_build());
	if (printed->expect)
		cJSON_AddStringToObject(object, "expected", printed->expect->result);
	if (printed->expect && printed->expect->version[0])
		cJSON_AddStringToObject(object, "expected_of_version", printed->expect->version);
	cJSON_AddBoolToObject(object, "as_expected", as_expected(printed, j));
	cJSON_AddBoolToObject(object, "changed",
			      other_version(printed) && !as_expected(printed, j));
	tool_print_json(object);
}

static void print_death(const struct judged *j)
{
	if (options.json) {
		print_json(j, NULL);
		return;
	}
	printf("%s: %s\n", title(printed), j->line);
	report_print_indented(stdout, j->premises);
	print_timeline();
}

static void write_trace(const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(errno));
	report_write_trace(out);
	if (fclose(out))
		tool_die(TOOL_FAILED, "%s: %s", path, strerror(errno));
}

static void body(void *ctx, struct judged *j)
{
	const struct run_pair *pair = ctx;
	struct run_result result;
	char *report = NULL;
	size_t size;
	FILE *out;

	printed = pair;
	child_on_death(print_death);
	child_judge(pair->scenario, pair->system, NULL, j, &result);
	report_verdict(&result, j->line, sizeof(j->line));
	if (options.trace)
		write_trace(options.trace);
	if (options.quiet || options.hash)
		return;
	if (!options.json) {
		report_print(stdout, pair->system->ops, &result);
		if (result.verdict == RUN_CLEAN) {
			judge_print_premises(j->premises, sizeof(j->premises));
			report_print_indented(stdout, j->premises);
		}
		if (result.verdict != RUN_NA && result.verdict != RUN_REFUSED)
			print_timeline();
		return;
	}
	out = open_memstream(&report, &size);
	if (!out)
		tool_die(TOOL_FAILED, "no memory for a report");
	report_write_json(out, pair->system->ops, &result);
	fclose(out);
	print_json(j, report);
	free(report);
}

/* --- One pair --- */

/* What a verdict means for the exit code, with a line on stderr where there is something to say. */
static int conclude(const struct run_pair *pair, const struct judged *j)
{
	const char *name = title(pair);

	if (other_version(pair) && !as_expected(pair, j) && j->verdict != RUN_OVERFLOW) {
		fflush(stdout);
		fprintf(stderr, "%s:%u: changed: with version %s %s, now %s: %s\n", pair->path,
			pair->expect->line, pair->expect->version, pair->expect->result, name,
			j->line);
		return TOOL_HELD;
	}
	if (j->verdict == RUN_REFUSED) {
		tool_error("%s: %s: %s", pair->path, name, j->line);
		return TOOL_USAGE;
	}
	if (j->verdict == RUN_OVERFLOW) {
		tool_error("%s: %s: %s", pair->path, name, j->line);
		return TOOL_FAILED;
	}
	if (as_expected(pair, j))
		return TOOL_HELD;
	if (pair->expect) {
		fflush(stdout);
		fprintf(stderr, "%s:%u: expected %s %s, found %s\n", pair->path, pair->expect->line,
			name, pair->expect->result, j->line);
	} else if (options.quiet) {
		printf("%s: %s: %s\n", pair->path, name, j->line);
	}
	return TOOL_FINDING;
}

static int run_once(struct run_pair *pair)
{
	struct judged *j = child_memory(sizeof(*j));
	bool silent = options.quiet || options.hash || options.json;
	struct child child;
	int code;

	child_start(&child, j, silent && !options.json ? CHILD_SILENT : CHILD_LOUD, body, pair);
	child_wait(&child, 0);
	if (options.hash)
		printf("%016llx %-14s %-8s %s\n", (unsigned long long)j->trace_hash, j->identity,
		       pair->system->ops->name, pair->path);
	code = conclude(pair, j);
	if (pair->expect && as_expected(pair, j) && code == TOOL_HELD && !silent)
		printf("%s: as expected: %s\n", title(pair), pair->expect->result);
	return code;
}

struct many {
	const struct run_pair *pair;
	bool have;
	struct sweep_found first; /* the first that is not as expected; else the first */
	bool unexpected;
};

static void many_found(void *ctx, const struct sweep_found *found)
{
	struct many *many = ctx;
	bool unexpected = !as_expected(many->pair, &found->judged);

	if (!many->have || (unexpected && !many->unexpected)) {
		many->first = *found;
		many->have = true;
		many->unexpected = unexpected;
	}
}

static void print_tally(const struct run_pair *pair, const struct sweep_totals *totals)
{
	printf("%s: %s: %llu run%s by chooser %s%s\n", pair->path, title(pair),
	       (unsigned long long)totals->runs, totals->runs == 1 ? "" : "s",
	       sweep_chooser_word[options.chooser],
	       totals->complete  ? ", every schedule within the bound"
	       : totals->stopped ? ", stopped"
				 : "");
	for (u32 i = 0; i < totals->identities; i++) {
		const struct sweep_tally *t = &totals->tally[i];

		printf("  %10llu  ", (unsigned long long)t->count);
		if (t->one_hash)
			printf("%-24s trace hash %016llx in all of them\n", t->identity,
			       (unsigned long long)t->hash);
		else
			printf("%s\n", t->identity);
	}
}

static int run_many(struct run_pair *pair)
{
	static struct many many;
	static struct sweep_totals totals;
	struct sweep sweep = {
		.system = pair->system,
		.scenario = pair->scenario,
		.chooser = options.chooser,
		.seed = options.seed,
		.runs = options.runs,
		.jobs = 1,
		.preemptions = options.preemptions,
		.ctx = &many,
		.found = many_found,
	};
	int code;

	many = (struct many){ .pair = pair };
	sweep_run(&sweep, &totals);
	if (!totals.runs)
		return TOOL_FAILED;
	if (!options.json)
		print_tally(pair, &totals);
	code = conclude(pair, &many.first.judged);
	/* A recorded schedule is one run: anything else that came of it is a fault of the house. */
	if (options.chooser == SWEEP_FILE && (totals.identities > 1 || !totals.tally[0].one_hash)) {
		tool_error("%s: equal runs gave different traces", pair->path);
		return TOOL_FAILED;
	}
	if (options.json || (code == TOOL_FINDING && !options.quiet)) {
		struct run_pair again = *pair;

		again.scenario = &many.first.judged.recorded;
		run_once(&again);
	}
	return code;
}

/* --- Files --- */

static int run_pair(struct run_pair *pair)
{
	bool one = options.chooser == SWEEP_FILE && options.runs == 1;

	return one ? run_once(pair) : run_many(pair);
}

/* The worst of two exit codes: a failed tool, then bad input, then findings. */
static int worst(int a, int b)
{
	return a > b ? a : b;
}

static int run_file(const char *path)
{
	static struct scenario s, fitted;
	struct run_pair pair = { .path = path, .scenario = &fitted };
	bool all = options.system && !strcmp(options.system, "all");
	int code = input_read(path, options.bytes ? INPUT_BYTES : INPUT_TEXT, &s);

	if (code)
		return code;
	if (options.bytes)
		run_trim(&s);
	code = tool_needs(path, &s);
	if (code)
		return code;
	fitted = s;
	if (!options.system && s.expects) {
		for (unsigned i = 0; i < s.expects; i++) {
			pair.expect = &s.expect[i];
			pair.may_drift = strcmp(s.expect[0].system, pair.expect->system);
			pair.system = run_system(pair.expect->system);
			if (!pair.system) {
				fprintf(stderr, "%s:%u: expected a system, found `%s`\n", path,
					pair.expect->line, pair.expect->system);
				return TOOL_USAGE;
			}
			code = worst(code, run_pair(&pair));
		}
		return code;
	}
	for (const struct sut_image *i = sut_images; i->ops; i++) {
		if (!all && strcmp(i->ops->name, options.system ? options.system : "core"))
			continue;
		pair.system = i;
		fitted = s;
		if (options.bytes)
			run_fit(&fitted, i);
		pair.may_drift = s.expects && strcmp(s.expect[0].system, i->ops->name);
		code = worst(code, run_pair(&pair));
	}
	return code;
}

enum {
	KEY_JSON = 256,
	KEY_BYTES,
	KEY_HASH,
	KEY_TRACE,
	KEY_PREEMPTIONS,
	KEY_WHOLE,
	KEY_RACE,
	KEY_GDB
};

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0,
	  "The system under test, or `all`. Without it, each `expect` line "
	  "is run and compared; without those, core.",
	  0 },
	{ "chooser", 'c', "NAME", 0,
	  "file (the schedule that is in the file; default), bytes, "
	  "random, pct, mix, exhaustive",
	  0 },
	{ "seed", 'S', "N", 0, "Seed of the first run (1); each further run counts on", 0 },
	{ "runs", 'n', "N", 0, "How many runs (1)", 0 },
	{ "preemptions", KEY_PREEMPTIONS, "N", 0, "Bound of the exhaustive chooser (2)", 0 },
	{ "bytes", KEY_BYTES, NULL, 0, "The files are in the byte form", 0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object for each run", 0 },
	{ "trace", KEY_TRACE, "OUT", 0, "Write the run in the Trace Event format (for Perfetto)",
	  0 },
	{ "hash", KEY_HASH, NULL, 0, "One line for each run: trace hash, verdict, system, file",
	  0 },
	{ "whole", KEY_WHOLE, NULL, 0, "A timeline with the setup, and what follows the finding",
	  0 },
	TOOL_RACE_OPTION(KEY_RACE),
	{ "gdb", KEY_GDB, NULL, 0,
	  "Start gdb on the one FILE, at the step that breaks the invariant; `sluice-tasks`, "
	  "`sluice-stack TASK` and `sluice-ring` are commands there",
	  0 },
	{ "quiet", 'q', NULL, 0, "Print only what is not as expected", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 'c':
		options.chooser = sweep_chooser_find(arg);
		break;
	case 'S':
		options.seed = tool_number("seed", arg, 0, ~0ull);
		break;
	case 'n':
		options.runs = tool_number("runs", arg, 1, ~0ull);
		break;
	case 'q':
		options.quiet = true;
		break;
	case KEY_PREEMPTIONS:
		options.preemptions = (unsigned)tool_number("preemptions", arg, 0, 100);
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	case KEY_JSON:
		options.json = true;
		break;
	case KEY_HASH:
		options.hash = true;
		break;
	case KEY_TRACE:
		options.trace = arg;
		break;
	case KEY_RACE:
		child_count_race(arg);
		break;
	case KEY_GDB:
		options.gdb = true;
		break;
	case KEY_WHOLE:
		options.whole = true;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int tool_run(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options,
		parse,
		"FILE...",
		"Runs scenarios against a system under test, each in a process of its own.\v"
		"An `expect` line with `version V` speaks of that version of the system: where "
		"another one gives another verdict, that is printed as `changed`, and is no "
		"failure.\n\n"
		"Exit code 0: all held, or was as the files expect; 1: a finding, or not as "
		"expected; "
		"2: bad usage or input; 3: the tool itself failed.",
		NULL,
		NULL,
		NULL
	};
	int code = 0, first;

	options = (struct run_options){ .runs = 0, .seed = 1, .preemptions = 2 };
	argp_parse(&argp, argc, argv, 0, &first, NULL);
	if (options.system && strcmp(options.system, "all"))
		tool_system(options.system);
	/* The exhaustive chooser knows itself when it is done. */
	if (!options.runs && options.chooser != SWEEP_EXHAUSTIVE)
		options.runs = 1;
	run_init();
	if (options.gdb && argc - first > 1)
		tool_die(TOOL_USAGE, "--gdb: expected one file, found `%s` as well",
			 argv[first + 1]);
	if (options.gdb && options.system && !strcmp(options.system, "all"))
		tool_die(TOOL_USAGE, "--gdb: expected one system, found `all`");
	if (options.gdb)
		return gdb_run(argv[first], options.system, options.bytes);
	for (int i = first; i < argc; i++)
		code = worst(code, run_file(argv[i]));
	return code;
}
