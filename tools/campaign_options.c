/* SPDX-License-Identifier: GPL-2.0-only */

/* What a campaign is asked for. */

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "tools/campaign.h"

struct campaign_options options = {
	.system = "core",
	.output = "findings/core",
	.seconds = 60,
	.jobs = 2,
};

enum {
	KEY_FUZZER = 256,
	KEY_AFL,
	KEY_CMPLOG,
	KEY_SLUICE,
	KEY_TARGET,
	KEY_SEEDS,
	KEY_SEED,
	KEY_TWIN,
	KEY_AGAINST,
	KEY_REPORT,
	KEY_CPU,
	KEY_FIRST,
	KEY_NO_RACES
};

static unsigned number(const char *option, const char *text, unsigned low, unsigned high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || value < low || value > high) {
		fprintf(stderr, "campaign: --%s: expected a number from %u to %u, found `%s`\n",
			option, low, high, text);
		exit(2);
	}
	return (unsigned)value;
}

static void name_program(int key, char *path, struct argp_state *state)
{
	unsigned *count = key == KEY_SLUICE ? &options.sluices : &options.fuzzers;
	struct campaign_build *build = &options.build[*count];

	if (key == KEY_CMPLOG) {
		if (!*count || !build[-1].afl)
			argp_error(state, "--cmplog: expected behind the --afl that it is of");
		build[-1].cmplog = path;
		return;
	}
	if ((*count)++ == CAMPAIGN_BUILDS_MAX)
		argp_error(state, "at most %u builds", CAMPAIGN_BUILDS_MAX);
	*(key == KEY_SLUICE ? &build->sluice : &build->fuzzer) = path;
	build->afl |= key == KEY_AFL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 'o':
		options.output = arg;
		break;
	case 't':
		options.seconds = number("seconds", arg, 1, 10000000);
		break;
	case 'j':
		options.jobs = number("jobs", arg, 1, CAMPAIGN_JOBS_MAX);
		break;
	case KEY_FUZZER:
	case KEY_AFL:
	case KEY_CMPLOG:
	case KEY_SLUICE:
		name_program(key, arg, state);
		break;
	case KEY_TARGET:
		options.target = arg;
		options.unsystematic = !strcmp(arg, "language_fuzzer");
		break;
	case KEY_SEEDS:
		options.seeds = arg;
		break;
	case KEY_SEED:
		options.seed = number("seed", arg, 1, 2000000000);
		break;
	case KEY_TWIN:
		options.twin = arg;
		break;
	case KEY_AGAINST:
		options.against = arg;
		break;
	case KEY_REPORT:
		options.report = arg;
		break;
	case KEY_CPU:
		options.cpu_seconds = 0.001 * number("cpu-milliseconds", arg, 1, 1000000000);
		break;
	case KEY_FIRST:
		options.first = true;
		break;
	case KEY_NO_RACES:
		options.no_races = true;
		break;
	case ARGP_KEY_ARG:
		argp_usage(state);
		break;
	case ARGP_KEY_END:
		if (!options.fuzzers || options.fuzzers != options.sluices)
			argp_error(state,
				   "--fuzzer or --afl, and --sluice, are needed, one of each for a "
				   "build");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "fuzzer", KEY_FUZZER, "FILE", 0,
	  "The fuzz target's program; with more of them, of other builds, workers take them in "
	  "turn",
	  0 },
	{ "afl", KEY_AFL, "FILE", 0,
	  "The same, built for AFL++; its mutator lies beside it, as FILE_mutator.so", 0 },
	{ "cmplog", KEY_CMPLOG, "FILE", 0,
	  "Of the --afl before it: the program of the build with comparisons", 0 },
	{ "sluice", KEY_SLUICE, "FILE", 0,
	  "The sluice program of the same build, in the same order", 0 },
	{ "seeds", KEY_SEEDS, "DIR", 0, "Inputs to begin with, in the byte form", 0 },
	{ "target", KEY_TARGET, "NAME", 0, "What to call the fuzz target, if not drain_fuzzer", 0 },
	{ "system", 's', "NAME", 0, "The system under test (core)", 0 },
	{ "seconds", 't', "N", 0, "How long (60)", 0 },
	{ "jobs", 'j', "N", 0, "Workers (2)", 0 },
	{ "output", 'o', "DIR", 0, "Where findings go (findings/core)", 0 },
	{ "twin", KEY_TWIN, "NAME", 0, "What this system gives as well is no finding", 0 },
	{ "against", KEY_AGAINST, "NAME", 0,
	  "Hold one run in 16 against one of this system: what the endpoints see must agree (DIFF)",
	  0 },
	{ "first", KEY_FIRST, NULL, 0, "The first finding ends it", 0 },
	{ "no-races", KEY_NO_RACES, NULL, 0, "Pass over all data races", 0 },
	{ "cpu-milliseconds", KEY_CPU, "N", 0, "How long, in the workers' CPU time", 0 },
	{ "seed", KEY_SEED, "N", 0, "The engines' seed (any)", 0 },
	{ "report", KEY_REPORT, "FILE", 0, "Write the outcome here, too, as JSON", 0 },
	{ 0 }
};

static void need_system(const char *option, const char *name)
{
	if (!name || run_system(name))
		return;
	fprintf(stderr, "campaign: --%s: there is no `%s`; there are:", option, name);
	for (const struct sut_image *i = sut_images; i->ops; i++)
		fprintf(stderr, " %s", i->ops->name);
	fputc('\n', stderr);
	exit(2);
}

void options_read(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options,
		parse,
		NULL,
		"Fuzzes a system under test for a time, and keeps what is found. `scripts/fuzz` "
		"builds what this needs and calls it.\vExit code 0: nothing found; 1: findings; "
		"2: bad usage; 3: the campaign itself failed.",
		NULL,
		NULL,
		NULL
	};

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	need_system("system", options.system);
	need_system("twin", options.twin);
	need_system("against", options.against);
}
