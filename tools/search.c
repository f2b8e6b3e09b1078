/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/knob.h"
#include "run/report.h"
#include "scenario/generate.h"
#include "tools/sweep.h"
#include "tools/tool.h"

static struct {
	const char *path, *system, *against, *output, *promises, *knobs;
	enum sweep_chooser chooser;
	u64 seed, runs;
	double seconds;
	unsigned jobs, preemptions;
	bool access, one_drain, raw, registers;
} options;

static struct {
	const struct sut_image *system, *reference; /* the latter may be NULL */
	double last_line;
	int code;
} search;

/* On a terminal one line that is written over; else a line every ten seconds. */
static void live_line(void *ctx, const struct sweep_totals *t)
{
	bool terminal = isatty(STDERR_FILENO);
	double rate = t->seconds > 0 ? (double)t->runs / t->seconds : 0;
	double left = options.seconds ? options.seconds - t->seconds : 0;

	if (t->seconds < search.last_line + (terminal ? 0.2 : 10))
		return;
	search.last_line = t->seconds;
	if (!options.seconds && options.runs && rate > 0)
		left = (double)(options.runs - t->runs) / rate;
	if (left < 0)
		left = 0;
	fprintf(stderr, "%s%llu runs, %.0f/s, %.1f M points/s, %u findings, %.0f s left%s",
		terminal ? "\r\033[K" : "", (unsigned long long)t->runs, rate,
		t->seconds > 0 ? (double)t->points / t->seconds / 1e6 : 0, t->findings, left,
		terminal ? "" : "\n");
}

static int make_folder(const char *path)
{
	struct stat st;

	if (!mkdir(path, 0777))
		return 0;
	if (errno == EEXIST && !stat(path, &st) && S_ISDIR(st.st_mode))
		return 0;
	tool_error("%s: %s", path, errno == EEXIST ? "expected a directory" : strerror(errno));
	return TOOL_USAGE;
}

static const char *title(void)
{
	static char buf[128];

	return run_system_title(search.system->ops, buf, sizeof(buf));
}

/* The text of a finding, ready to be run: what it is, and what is expected of it. */
static void keep(const struct sweep_found *found)
{
	static struct scenario s;
	char path[4096], base[DEATH_TOKEN_MAX], name[DEATH_TOKEN_MAX];
	const struct judged *j = &found->judged;

	s = j->recorded;
	judged_base(j->identity, base);
	snprintf(s.comment, sizeof(s.comment),
		 "%.300s\nFound by search on %s: seed %llu, run %llu.\n"
		 "%.1400s",
		 j->line, title(), (unsigned long long)options.seed, (unsigned long long)found->run,
		 j->premises);
	s.expects = 1;
	run_expect(&s.expect[0], search.system->ops, base);
	/* What a difference is from is in its file. */
	if (!strcmp(base, invariant_table[INV_DIFF].id))
		run_expect(&s.expect[s.expects++], search.reference->ops, "clean");
	run_set_needs(&s, j->died);
	snprintf(name, sizeof(name), "%s", j->identity);
	for (char *c = name; *c; c++)
		*c = *c == ':' || *c == '/' ? '-' : *c;
	snprintf(path, sizeof(path), "%s/%s.sluice", options.output, name);
	if (!output_write_text(path, &s))
		printf("  written to %s\n", path);
	else
		search.code = TOOL_FAILED;
}

static void on_found(void *ctx, const struct sweep_found *found)
{
	const struct judged *j = &found->judged;

	if (j->verdict == RUN_CLEAN || j->verdict == RUN_NA)
		return;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	printf("%s: %s (run %llu)\n", title(), j->line, (unsigned long long)found->run);
	if (judged_is_finding(j)) {
		report_print_indented(stdout, j->premises);
		if (options.output)
			keep(found);
	}
	fflush(stdout);
}

static int summarise(const struct sweep_totals *t)
{
	int code = t->findings ? TOOL_FINDING : TOOL_HELD;

	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	printf("%s: %llu runs, %llu points in %.1f s (%.0f runs/s, %.1f M points/s), chooser %s, "
	       "seed %llu, %s\n",
	       title(), (unsigned long long)t->runs, (unsigned long long)t->points, t->seconds,
	       (double)t->runs / t->seconds, (double)t->points / t->seconds / 1e6,
	       sweep_chooser_word[options.chooser], (unsigned long long)options.seed,
	       options.path ? options.path : "generated");
	if (!options.path)
		printf("promises: %s; knob values: %s\n", options.promises, options.knobs);
	for (u32 i = 0; i < t->identities; i++) {
		const struct sweep_tally *tally = &t->tally[i];
		bool plain = tally->finding || !strcmp(tally->identity, "clean");

		printf("  %12llu  %s%s\n", (unsigned long long)tally->count, tally->identity,
		       plain ? "" : " (no finding)");
	}
	/* Equal for equal runs on any build of a flavour: the determinism test compares it. */
	if (options.runs && t->runs == options.runs)
		printf("digest of all verdicts and traces: %016llx\n",
		       (unsigned long long)t->digest);
	if (options.chooser == SWEEP_EXHAUSTIVE)
		printf("%s\n", t->complete ? "every schedule within the bound was run"
					   : "not every schedule within the bound was run");
	printf("%u finding%s whose premises hold\n", t->findings, t->findings == 1 ? "" : "s");
	return search.code ? search.code : code;
}

/* @ctx: the sweep. */
static void make_one_drain(void *ctx, struct scenario *s, u64 seed)
{
	const struct sweep *sweep = ctx;

	scenario_generate(s, seed, sweep->generate_flags | GENERATE_ONE_DRAIN, sweep->knobs);
	for (unsigned u = 0; u < s->units; u++)
		s->unit[u].knob[KNOB_PIPE] = 1; /* closed */
}

static int run_search(void)
{
	static struct scenario s;
	static struct sweep_totals totals;
	struct sweep sweep = {
		.system = search.system,
		.chooser = options.chooser,
		.seed = options.seed,
		.runs = options.runs,
		.seconds = options.seconds,
		.jobs = options.jobs,
		.preemptions = options.preemptions,
		.found = on_found,
		.tick = live_line,
	};
	int code;

	if (options.path) {
		code = input_read(options.path, INPUT_TEXT, &s);
		if (code)
			return code;
		s.world.access |= options.access;
		code = tool_needs(options.path, &s);
		if (code)
			return code;
		sweep.scenario = &s;
	}
	if (options.output) {
		code = make_folder(options.output);
		if (code)
			return code;
	}
	if (!strcmp(options.promises, "keep"))
		sweep.generate_flags |= GENERATE_KEEP_PROMISES;
	if (options.access)
		sweep.generate_flags |= GENERATE_ACCESS;
	if (options.raw)
		sweep.generate_flags |= GENERATE_RAW;
	if (options.registers)
		sweep.generate_flags |= GENERATE_REGISTERS;
	if (options.one_drain) {
		sweep.make = make_one_drain;
		sweep.ctx = &sweep;
	}
	run_knob_masks(sweep.knobs, strcmp(options.knobs, "conformant"),
		       !strcmp(options.knobs, "all"));
	sweep_run(&sweep, &totals);
	return summarise(&totals);
}

enum {
	KEY_PREEMPTIONS = 256,
	KEY_PROMISES,
	KEY_KNOBS,
	KEY_SECONDS,
	KEY_ACCESS,
	KEY_AGAINST,
	KEY_ONE_DRAIN,
	KEY_RAW,
	KEY_REGISTERS,
};

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0, "The system under test (core)", 0 },
	{ "against", KEY_AGAINST, "SYSTEM", 0,
	  "Hold each run against one of SYSTEM in the fair schedule: what the endpoints see must "
	  "agree (DIFF)",
	  0 },
	{ "chooser", 'c', "NAME", 0,
	  "bytes, random, pct, mix (random and PCT in turn; default), "
	  "exhaustive (with FILE)",
	  0 },
	{ "preemptions", KEY_PREEMPTIONS, "N", 0, "Bound of the exhaustive chooser (2)", 0 },
	{ "seed", 'S', "N", 0,
	  "Seed of the first run (1); each further run counts on, so seeds of campaigns lie far "
	  "apart",
	  0 },
	{ "runs", 'n', "N", 0, "Stop after N runs", 0 },
	{ "seconds", KEY_SECONDS, "N", 0, "Stop after N seconds (60, unless --runs is given)", 0 },
	{ "jobs", 'j', "N", 0, "Worker processes (2)", 0 },
	{ "promises", KEY_PROMISES, "keep|any", 0, "May generated scenarios break promises? (keep)",
	  0 },
	{ "knobs", KEY_KNOBS, "conformant|disputed|all", 0,
	  "Knob values that generated scenarios "
	  "may use (conformant)",
	  0 },
	{ "access", KEY_ACCESS, NULL, 0,
	  "Points at each load and store of the code under test: in FILE, or "
	  "in half of the generated scenarios (needs an access build)",
	  0 },
	{ "one-drain", KEY_ONE_DRAIN, NULL, 0,
	  "Generated scenarios have one drain at a time, stops that wait for all responses, and "
	  "pipe=closed",
	  0 },
	{ "raw", KEY_RAW, NULL, 0,
	  "Generated scenarios put descriptors into the ring that no device sent", 0 },
	{ "registers", KEY_REGISTERS, NULL, 0,
	  "In generated scenarios somebody else writes the registers of the ring", 0 },
	{ "output", 'o', "DIR", 0, "Write each finding's scenario here", 0 },
	{ 0 }
};

static const char *one_of(const char *option, const char *word, const char *const *words)
{
	for (unsigned i = 0; words[i]; i++) {
		if (!strcmp(word, words[i]))
			return words[i];
	}
	tool_die(TOOL_USAGE, "--%s: found `%s`; see --help", option, word);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const promises[] = { "keep", "any", NULL };
	static const char *const knobs[] = { "conformant", "disputed", "all", NULL };

	switch (key) {
	case 's':
		options.system = arg;
		break;
	case KEY_AGAINST:
		options.against = arg;
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
	case 'j':
		options.jobs = (unsigned)tool_number("jobs", arg, 1, SWEEP_JOBS_MAX);
		break;
	case 'o':
		options.output = arg;
		break;
	case KEY_SECONDS:
		options.seconds = (double)tool_number("seconds", arg, 1, 100000000);
		break;
	case KEY_ACCESS:
		options.access = true;
		break;
	case KEY_ONE_DRAIN:
		options.one_drain = true;
		break;
	case KEY_RAW:
		options.raw = true;
		break;
	case KEY_REGISTERS:
		options.registers = true;
		break;
	case KEY_PREEMPTIONS:
		options.preemptions = (unsigned)tool_number("preemptions", arg, 0, 100);
		break;
	case KEY_PROMISES:
		options.promises = one_of("promises", arg, promises);
		break;
	case KEY_KNOBS:
		options.knobs = one_of("knobs", arg, knobs);
		break;
	case ARGP_KEY_ARG:
		if (options.path)
			argp_usage(state);
		options.path = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int tool_search(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options,
		parse,
		"[FILE]",
		"Runs generated scenarios, or FILE, under many schedules, "
		"and tells what came of it."
		"\vExit code 1: there are findings whose premises hold.",
		NULL,
		NULL,
		NULL
	};

	options.system = "core";
	options.promises = "keep";
	options.knobs = "conformant";
	options.chooser = SWEEP_MIX;
	options.seed = 1;
	options.jobs = 2;
	options.preemptions = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	search.system = tool_system(options.system);
	if (options.against)
		search.reference = tool_system(options.against);
	run_set_reference(search.reference);
	if (options.chooser == SWEEP_FILE)
		tool_die(TOOL_USAGE, "--chooser file: `sluice run` replays a file's own schedule");
	if (options.chooser == SWEEP_EXHAUSTIVE && !options.path)
		tool_die(TOOL_USAGE, "--chooser exhaustive: expected a FILE");
	if (options.chooser == SWEEP_EXHAUSTIVE)
		options.jobs = 1;
#if !defined(SLUICE_ACCESS)
	if (options.access)
		tool_die(TOOL_USAGE, "--access: needs the build `access`, this is `%s`",
			 run_build());
#endif
	if (!options.runs && !options.seconds)
		options.seconds = 60;
	run_init();
	return run_search();
}
