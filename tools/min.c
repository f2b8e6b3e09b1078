/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <cjson/cJSON.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/clock.h"
#include "tools/min.h"
#include "tools/tool.h"

#define REPORT_SECONDS 0.2
#define SEARCHES 160 /* schedules for a candidate whose own no longer fits */

static struct {
	const char *path, *system, *output, *identity;
	bool bytes, json;
	unsigned budget, jobs;
} options;

static struct {
	struct min_finding finding;
	struct minimize_try best;
	struct minimize_size before;
	struct minimize_progress progress;
	enum minimize_end end;
	double began, ended, reported;
	bool died;
} min;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
	min_interrupt();
}

/* --- Places ------------------------------------------------------------------------------------------ */

/* Where a task waits; then where it enters or calls; the rest, registers and single accesses, is odd. */
static const char *const waits[] = { "start",           "cpu_relax",       "wait_for_completion",
				     "wait_event",      "msleep",          "await",
				     "flush_workqueue", "synchronize_rcu", NULL };
static const char *const entries[] = { "op", "device", "pause", "irq_thread", "worker", NULL };
static const char *const accesses[] = { "READ_ONCE", "WRITE_ONCE", "load", "store", NULL };
static const char *const places[] = {
	"op",         "device",     "cpu_relax",  "wait_for_completion",
	"wait_event", "irq_thread", "worker",     "complete",
	"wake_up",    "queue_work", "mutex_lock", "spin_lock",
	"call_rcu",   "kmalloc",    "kfree",      "mmget",
	"mmput",      NULL
};

static bool is_among(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words))
		words++;
	return *words;
}

static unsigned oddness(const char *site)
{
	if (is_among(site, waits))
		return 0;
	if (is_among(site, entries))
		return 1;
	if (is_among(site, accesses))
		return 4;
	return strncmp(site, "read_", 5) && strncmp(site, "write_", 6) ? 2 : 3;
}

/* A driver's operation begins at `op`, an endpoint's at `device`. */
static const char *entry(const struct scenario_op *op)
{
	switch (op->code) {
	case OP_BIND:
	case OP_UNBIND:
	case OP_EXIT:
	case OP_RID:
	case OP_DISABLE:
	case OP_ENABLE:
	case OP_ATTACH:
	case OP_DETACH:
	case OP_FINISH:
	case OP_START:
	case OP_DRAIN:
	case OP_AWAIT:
		return "op";
	case OP_PAUSE:
		return "pause";
	default:
		return "device";
	}
}

/* --- What is said ------------------------------------------------------------------------------------ */

static bool report(void *ctx, const struct minimize_progress *p)
{
	double now = clock_now(), seconds = now - min.began;

	if (isatty(STDERR_FILENO) && now > min.reported + REPORT_SECONDS) {
		min.reported = now;
		fprintf(stderr,
			"\r\033[K%s: %u operations, %u preemptions, %u choices; %u tried, %.0f/s: "
			"%s",
			min.finding.identity, p->size.ops, p->size.preemptions, p->size.choices,
			p->all.tried, p->all.tried / seconds, p->at);
	}
	return !interrupted;
}

static const char *end_word(void)
{
	static const char *const words[] = {
		[MINIMIZE_DONE] = "1-minimal",
		[MINIMIZE_STOPPED] = "stopped",
		[MINIMIZE_BUDGET] = "budget used up",
	};

	return words[min.end];
}

static void print_summary(void)
{
	const struct minimize_size *a = &min.before, *b = &min.progress.size;
	const struct minimize_progress *p = &min.progress;

	fprintf(stderr,
		"%s of %s: %u operations, %u preemptions, %u choices before; "
		"%u operations, %u preemptions, %u choices now; %u tried in %.1f s, %s\n",
		min.finding.identity, min.finding.system->ops->name, a->ops, a->preemptions,
		a->choices, b->ops, b->preemptions, b->choices, p->all.tried, min.ended - min.began,
		min.end == MINIMIZE_DONE ? "nothing more can go" : end_word());
	fprintf(stderr, "tried (kept):");
	for (unsigned i = 0; i < p->passes; i++)
		fprintf(stderr, "%s %s %u (%u)", i ? "," : "", p->pass[i].name, p->pass[i].tried,
			p->pass[i].kept);
	fputc('\n', stderr);
	if (min.end == MINIMIZE_DONE)
		fputs("1-minimal: no operation, task, part, setting, choice, field or broken "
		      "promise can "
		      "go by itself\n",
		      stderr);
}

static cJSON *size_object(const struct minimize_size *size)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "operations", size->ops);
	cJSON_AddNumberToObject(o, "tasks", size->tasks);
	cJSON_AddNumberToObject(o, "parts", size->parts);
	cJSON_AddNumberToObject(o, "settings", size->settings);
	cJSON_AddNumberToObject(o, "preemptions", size->preemptions);
	cJSON_AddNumberToObject(o, "choices", size->choices);
	cJSON_AddNumberToObject(o, "broken_promises", size->promises);
	return o;
}

static void print_json(void)
{
	const struct minimize_progress *p = &min.progress;
	cJSON *o = cJSON_CreateObject(), *passes = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "file", options.path);
	cJSON_AddStringToObject(o, "output", options.output);
	cJSON_AddStringToObject(o, "system", min.finding.system->ops->name);
	cJSON_AddStringToObject(o, "finding", min.finding.identity);
	cJSON_AddBoolToObject(o, "premises_hold", min.finding.premises_hold);
	cJSON_AddItemToObject(o, "before", size_object(&min.before));
	cJSON_AddItemToObject(o, "now", size_object(&p->size));
	cJSON_AddNumberToObject(o, "tried", p->all.tried);
	cJSON_AddNumberToObject(o, "kept", p->all.kept);
	cJSON_AddItemToObject(o, "passes", passes);
	for (unsigned i = 0; i < p->passes; i++) {
		cJSON *pass = cJSON_AddObjectToObject(passes, p->pass[i].name);

		cJSON_AddNumberToObject(pass, "tried", p->pass[i].tried);
		cJSON_AddNumberToObject(pass, "kept", p->pass[i].kept);
	}
	cJSON_AddNumberToObject(o, "seconds", min.ended - min.began);
	cJSON_AddStringToObject(o, "end", end_word());
	cJSON_AddBoolToObject(o, "one_minimal", min.end == MINIMIZE_DONE);
	tool_print_json(o);
}

/* --- What the file says ---------------------------------------------------------------------------------- */

static bool begins(const char *line, const char *word)
{
	return !strncasecmp(line, word, strlen(word));
}

/* A tool's report on the finding is told anew; what a person wrote is not touched. */
static void renew_comment(struct scenario *s, const struct judged *j)
{
	char base[DEATH_TOKEN_MAX], old[SCENARIO_COMMENT_MAX], *line, *rest;
	size_t used, length;

	judged_base(j->finding, base);
	length = strlen(base);
	if (strncmp(s->comment, base, length) || !strchr(" :", s->comment[length]))
		return;
	memcpy(old, s->comment, sizeof(old));
	used = (size_t)snprintf(s->comment, sizeof(s->comment), "%.300s", j->line);
	rest = strchr(old, '\n');
	while (rest && (line = strsep(&rest, "\n"))) {
		if (*line && !begins(line, "premises:") && !begins(line, "knobs:") &&
		    !begins(line, "assumes:") && used < sizeof(s->comment))
			used += (size_t)snprintf(s->comment + used, sizeof(s->comment) - used,
						 "\n%s", line);
	}
	if (used < sizeof(s->comment))
		snprintf(s->comment + used, sizeof(s->comment) - used, "\n%.1400s", j->premises);
}

/* What the file expected of other systems stays if it is still so. */
static void renew_expects(struct scenario *s)
{
	static struct scenario_expect old[SCENARIO_EXPECTS_MAX];
	const char *own = min.finding.system->ops->name;
	char base[DEATH_TOKEN_MAX];
	unsigned count = s->expects;

	memcpy(old, s->expect, sizeof(old));
	judged_base(min.finding.identity, base);
	s->expects = 1;
	run_expect(&s->expect[0], min.finding.system->ops, base);
	for (unsigned i = 0; i < count; i++) {
		const struct sut_image *system = run_system(old[i].system);
		const struct judged *j;

		if (!system || !strcmp(old[i].system, own))
			continue;
		j = min_judge(s, system);
		if (judged_matches(j->verdict == RUN_DRIFT && !j->finding[0] ? "clean"
									     : j->identity,
				   old[i].result))
			s->expect[s->expects++] = old[i];
	}
}

/* --- The work ------------------------------------------------------------------------------------------ */

/* Whose finding is it? The first system that the file expects one of, or core. */
static const struct sut_image *choose_system(const struct scenario *s)
{
	if (options.system)
		return tool_system(options.system);
	return tool_system(input_subject(s));
}

static int read_input(struct scenario *s)
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
	min.finding.system = choose_system(s);
	if (options.bytes)
		run_fit(s, min.finding.system);
	for (unsigned i = 0; i < s->promises; i++) {
		int promise = promise_find(s->promise[i]);

		min.finding.promised |= promise < 0 ? 0 : BIT(promise);
	}
	return 0;
}

/* What the file gives is what is sought from now on. */
static int begin(void)
{
	struct minimize_try *t = &min.best;
	const struct judged *j;
	int code = read_input(&t->s);

	if (code)
		return code;
	min_start(options.jobs);
	signal(SIGINT, on_interrupt);
	j = min_judge(&t->s, min.finding.system);
	if (!j->finding[0] || (j->verdict != RUN_FINDING && j->verdict != RUN_DRIFT)) {
		tool_error("%s: nothing to minimise: %s is %s", options.path,
			   min.finding.system->ops->name, j->identity);
		return TOOL_USAGE;
	}
	if (options.identity && !judged_matches(j->finding, options.identity)) {
		tool_error("%s: expected %s of %s, found %s", options.path, options.identity,
			   min.finding.system->ops->name, j->finding);
		return TOOL_USAGE;
	}
	snprintf(min.finding.identity, sizeof(min.finding.identity), "%s", j->finding);
	min.finding.premises_hold = j->premises_hold;
	min.died = j->died;
	t->broken = j->broken;
	t->decisions = j->decisions;
	scenario_copy(&t->s, &j->recorded);
	min_seek(&min.finding);
	return 0;
}

static int minimise(void)
{
	const struct minimize_ways ways = {
		.test = min_test,
		.report = report,
		.oddness = oddness,
		.entry = entry,
		.places = places,
		.budget = options.budget,
#if !defined(SLUICE_TSAN)
		.searches = SEARCHES,
#endif
	};
	static struct minimize_try check;
	struct scenario *s = &min.best.s;
	int code = begin();

	if (code)
		return code;
	minimize_size(&min.best, &ways, &min.before);
	min.began = clock_now();
	min.end = scenario_minimize(&min.best, &ways, &min.progress);
	min.ended = clock_now();
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	check = min.best;
	if (!min_gives(&check)) {
		tool_error("%s: the smaller scenario does not repeat %s; nothing is written",
			   options.path, min.finding.identity);
		return TOOL_FAILED;
	}
	renew_comment(s, min_judge(s, min.finding.system));
	renew_expects(s);
	run_set_needs(s, min.died);
	code = TOOL_HELD;
	if (options.output)
		code = output_write_text(options.output, s);
	else
		scenario_write(s, stdout);
	if (code)
		return code;
	print_summary();
	if (options.json)
		print_json();
	return code;
}

enum { KEY_BYTES = 256, KEY_BUDGET, KEY_IDENTITY, KEY_JSON };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 'o':
		options.output = arg;
		break;
	case 'j':
		options.jobs = (unsigned)tool_number("jobs", arg, 1, MIN_JOBS_MAX);
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	case KEY_JSON:
		options.json = true;
		break;
	case KEY_IDENTITY:
		options.identity = arg;
		if (!strncmp(arg, "RACE:", 5))
			child_count_race(arg);
		break;
	case KEY_BUDGET:
		options.budget = (unsigned)tool_number("budget", arg, 1, 100000000);
		break;
	default:
		return tool_one_path(&options.path, key, arg, state);
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
		{ "jobs", 'j', "N", 0,
		  "Judge in N processes at a time (2); the result is the same for any number", 0 },
		{ "identity", KEY_IDENTITY, "ID", 0, "Refuse a file that fails in another way", 0 },
		{ "bytes", KEY_BYTES, NULL, 0, "The file is in the byte form", 0 },
		{ "budget", KEY_BUDGET, "N", 0, "Try at most N candidates (1000000)", 0 },
		{ "json", KEY_JSON, NULL, 0,
		  "Say on standard output what was tried, and what came of it (takes --output)",
		  0 },
		{ 0 }
	};
	static const struct argp argp = {
		argp_options,
		parse,
		"FILE",
		"Makes a failing scenario small, and plain: what is not needed goes, operations "
		"first; "
		"promises that need not be broken are kept again. The finding's identity stays, "
		"for a "
		"sanitizer's the function too. Ctrl-C ends it with the best so far.",
		NULL,
		NULL,
		NULL
	};

	options.budget = 1000000;
	options.jobs = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.json && !options.output)
		tool_die(TOOL_USAGE, "--json: expected --output, too");
	run_init();
	return minimise();
}
