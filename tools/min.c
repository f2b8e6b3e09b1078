/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scenario/minimize.h"
#include "tools/child.h"
#include "tools/tool.h"

static struct {
	const char *path, *system, *output, *identity;
	bool bytes;
	unsigned budget;
} options;

static struct {
	const struct sut_image *system;
	struct judged *judged;
	char identity[DEATH_TOKEN_MAX];
	bool premises_hold;
	unsigned last_tried;
} min;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

static void body(void *ctx, struct judged *j)
{
	const struct scenario *s = ctx;
	struct run_result result;

	child_judge(s, min.system, NULL, j, &result);
	if (result.finding)
		run_record(s, &j->recorded);
}

static void judge(const struct scenario *s)
{
	struct child child;

	min.judged->died = false;
	child_start(&child, min.judged, CHILD_SILENT, body, (void *)s);
	child_wait(&child, 0);
}

/* The same identity, and no weaker: what counted as a finding must stay one. */
static bool still_fails(void *ctx, struct scenario *candidate)
{
	judge(candidate);
	if (strcmp(min.judged->finding, min.identity) ||
	    min.judged->premises_hold != min.premises_hold)
		return false;
	*candidate = min.judged->recorded;
	return true;
}

static bool report(void *ctx, const struct minimize_progress *progress)
{
	min.last_tried = progress->tried;
	if (isatty(STDERR_FILENO) && progress->tried % 16 == 0)
		fprintf(stderr, "\r%s: %u operations, %u choices; %u tried, %u kept ", min.identity,
			progress->ops, progress->choices, progress->tried, progress->kept);
	return !interrupted;
}

static unsigned choices(const struct scenario *s)
{
	return s->positional ? s->choice_count : s->anchors;
}

/* What the file expected of other systems stays if it is still so. */
static void renew_expects(struct scenario *s)
{
	static struct scenario old;
	char base[DEATH_TOKEN_MAX];

	old = *s;
	judged_base(min.identity, base);
	s->expects = 1;
	run_expect(&s->expect[0], min.system->ops, base);
	for (unsigned i = 0; i < old.expects; i++) {
		const struct sut_image *mine = min.system;

		min.system = run_system(old.expect[i].system);
		if (min.system && min.system != mine) {
			judge(s);
			if (judged_matches(min.judged->verdict == RUN_DRIFT &&
							   !min.judged->finding[0]
						   ? "clean"
						   : min.judged->identity,
					   old.expect[i].result))
				s->expect[s->expects++] = old.expect[i];
		}
		min.system = mine;
	}
}

/* Whose finding is it? The first system that the file expects one of, or core. */
static const struct sut_image *choose_system(const struct scenario *s)
{
	if (options.system)
		return tool_system(options.system);
	for (unsigned i = 0; i < s->expects; i++) {
		if (strcmp(s->expect[i].result, "clean") && strcmp(s->expect[i].result, "n/a"))
			return tool_system(s->expect[i].system);
	}
	return tool_system("core");
}

static int begin(struct scenario *s)
{
	int code = input_read(options.path, options.bytes ? INPUT_BYTES : INPUT_TEXT, s);

	if (code)
		return code;
	if (options.bytes)
		run_trim(s);
	code = tool_needs(options.path, s);
	if (code)
		return code;
	s->positional |= options.bytes;
	min.system = choose_system(s);
	if (options.bytes && min.system)
		run_fit(s, min.system);
	min.judged = child_memory(sizeof(*min.judged));
	judge(s);
	if (!min.judged->finding[0]) {
		tool_error("%s: nothing to minimise: %s is %s", options.path, min.system->ops->name,
			   min.judged->identity);
		return TOOL_USAGE;
	}
	if (options.identity && !judged_matches(min.judged->finding, options.identity)) {
		tool_error("%s: expected %s of %s, found %s", options.path, options.identity,
			   min.system->ops->name, min.judged->finding);
		return TOOL_USAGE;
	}
	snprintf(min.identity, sizeof(min.identity), "%s", min.judged->finding);
	min.premises_hold = min.judged->premises_hold;
	*s = min.judged->recorded;
	return 0;
}

static int minimise(void)
{
	static struct scenario s, check;
	unsigned ops, count;
	bool fixed;
	int code = begin(&s);

	if (code)
		return code;
	ops = s.ops;
	count = choices(&s);
	signal(SIGINT, on_interrupt);
	fixed = scenario_minimize(&s, still_fails, report, NULL, options.budget);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	check = s;
	if (!still_fails(NULL, &check)) {
		tool_error("%s: the smaller scenario does not repeat %s; nothing is written",
			   options.path, min.identity);
		return TOOL_FAILED;
	}
	renew_expects(&s);
	run_set_needs(&s, min.judged->died);
	fprintf(stderr,
		"%s of %s: %u operations, %u choices before; %u operations, %u choices now; "
		"%u tried%s\n",
		min.identity, min.system->ops->name, ops, count, s.ops, choices(&s), min.last_tried,
		fixed         ? ", nothing more can go"
		: interrupted ? ", stopped"
			      : ", budget used up");
	if (options.output)
		return output_write_text(options.output, &s);
	scenario_write(&s, stdout);
	return TOOL_HELD;
}

enum { KEY_BYTES = 256, KEY_BUDGET, KEY_IDENTITY };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 'o':
		options.output = arg;
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	case KEY_IDENTITY:
		options.identity = arg;
		if (!strncmp(arg, "RACE:", 5))
			child_count_race(arg);
		break;
	case KEY_BUDGET:
		options.budget = (unsigned)tool_number("budget", arg, 1, 100000000);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
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

int tool_min(int argc, char **argv)
{
	static const struct argp_option argp_options[] = {
		{ "system", 's', "NAME", 0,
		  "The system that fails (the first that the file expects "
		  "a finding of, or core)",
		  0 },
		{ "output", 'o', "OUT", 0, "Write here (standard output)", 0 },
		{ "identity", KEY_IDENTITY, "ID", 0, "Refuse a file that fails in another way", 0 },
		{ "bytes", KEY_BYTES, NULL, 0, "The file is in the byte form", 0 },
		{ "budget", KEY_BUDGET, "N", 0, "Try at most N candidates (20000)", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		argp_options,
		parse,
		"FILE",
		"Makes a failing scenario smaller: operations first, then choices; the finding's "
		"identity stays. Ctrl-C ends it with the best so far.",
		NULL,
		NULL,
		NULL
	};

	options.budget = 20000;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	run_init();
	return minimise();
}
