/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/explain.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "run/report.h"
#include "tools/attempt.h"

/* `sluice explain`: why a scenario fails, for people. */

#define EXPLAIN_COLUMNS 120

static struct {
	const char *system, *html, *trace;
	unsigned columns;
	bool bytes;
} options;

static FILE *html, *trace;
static const struct sut_image *image;
static const struct scenario *told;

/* Of ASan, where it is linked in. */
void *__asan_get_report_address(void) __attribute__((weak));
const char *__asan_locate_address(void *address, char *name, size_t name_size, void **region,
				  size_t *region_size) __attribute__((weak));

static unsigned columns(void)
{
	struct winsize size;

	if (options.columns)
		return options.columns;
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < 60)
		return EXPLAIN_COLUMNS;
	return size.ws_col;
}

/* What the child writes, and the parent puts in its place when it has ended. */
static FILE *scratch(const char *path)
{
	FILE *out = path ? tmpfile() : NULL;

	if (path && !out)
		tool_die(TOOL_FAILED, "no temporary file: %s", strerror(errno));
	return out;
}

/* 0, or an exit code. Nothing is written where nothing was told. */
static int put_in_place(const char *path, FILE *from)
{
	char *text;
	long size;
	int code = 0;

	if (!path)
		return 0;
	fseek(from, 0, SEEK_END);
	size = ftell(from);
	rewind(from);
	text = malloc(size > 0 ? (size_t)size : 1);
	if (!text || size < 0 || fread(text, 1, (size_t)size, from) != (size_t)size)
		tool_die(TOOL_FAILED, "%s: %s", path, strerror(errno));
	if (!strcmp(path, "-"))
		fwrite(text, 1, (size_t)size, stdout);
	else if (size)
		code = output_write(path, text, (size_t)size);
	free(text);
	fclose(from);
	return code;
}

static void tell(struct story *st, const struct judged *j, const struct story_death *death)
{
	st->scenario = told;
	st->system = image->ops;
	st->verdict = j->line;
	st->premises = j->premises;
	story_tell(st, death);
	if (options.trace)
		report_write_trace(trace);
	if (options.html)
		story_write_html(st, html);
	if (options.trace)
		fflush(trace);
	if (options.html)
		fflush(html);
	if (!options.html && !options.trace)
		story_print(st, stdout, columns(), isatty(STDOUT_FILENO));
}

/* In the middle of a run that a sanitizer ends. */
static void on_death(const struct judged *j)
{
	static struct story st;
	struct story_death death = { .died = true };
	char base[DEATH_TOKEN_MAX], name[64];
	void *region = NULL;

	judged_base(j->identity, base);
	st.id = invariant_find(base);
	if (__asan_get_report_address && __asan_locate_address && __asan_get_report_address())
		__asan_locate_address(__asan_get_report_address(), name, sizeof(name), &region,
				      &death.object_size);
	tell(&st, j, &death);
}

static void body(void *ctx, struct judged *j)
{
	static struct story st;
	const struct story_death death = { .died = false };
	struct run_result result;

	child_on_death(on_death);
	child_judge(ctx, image, NULL, j, &result);
	report_verdict(&result, j->line, sizeof(j->line));
	if (result.verdict == RUN_NA || result.verdict == RUN_REFUSED ||
	    result.verdict == RUN_OVERFLOW)
		return;
	judge_print_premises(j->premises, sizeof(j->premises));
	if (result.verdict == RUN_FINDING) {
		st.id = result.finding->id;
		st.event = result.finding->event;
		st.request = result.finding->req;
	}
	tell(&st, j, &death);
}

/* What is to be said of the file beside its story. 0, or an exit code. */
static int conclude(const struct attempt *t, const struct judged *j)
{
	const char *name = image->ops->name;

	if (j->verdict == RUN_REFUSED || j->verdict == RUN_NA) {
		tool_error("%s: %s: %s", t->path, name, j->line);
		return TOOL_USAGE;
	}
	if (j->verdict == RUN_OVERFLOW) {
		tool_error("%s: %s: %s", t->path, name, j->line);
		return TOOL_FAILED;
	}
	for (unsigned i = 0; i < t->scenario.expects; i++) {
		const struct scenario_expect *e = &t->scenario.expect[i];

		if (strcmp(e->system, name) || judged_matches(j->identity, e->result) ||
		    (j->died && !strcmp(j->before, e->result)))
			continue;
		fflush(stdout);
		fprintf(stderr, "%s:%u: expected %s %s, found %s\n", t->path, e->line, name,
			e->result, j->line);
		return TOOL_FINDING;
	}
	if (j->verdict != RUN_FINDING)
		tool_error("%s: nothing is broken: %s is %s", t->path, name, j->line);
	return j->verdict == RUN_FINDING ? TOOL_HELD : TOOL_FINDING;
}

static int explain(const char *path)
{
	static struct attempt t;
	static struct scenario fitted;
	struct judged *j = child_memory(sizeof(*j));
	struct child child;
	int code = attempt_read(&t, path, options.bytes ? INPUT_BYTES : INPUT_TEXT);

	if (code)
		return code;
	code = tool_needs(path, &t.scenario);
	if (code)
		return code;
	image = options.system ? tool_system(options.system)
			       : run_system(input_subject(&t.scenario));
	if (!image) {
		tool_error("%s: expects a finding of a system that is not in this build; see "
			   "`sluice list systems`",
			   path);
		return TOOL_USAGE;
	}
	fitted = t.scenario;
	if (options.bytes)
		run_fit(&fitted, image);
	told = &fitted;
	html = scratch(options.html);
	trace = scratch(options.trace);
	child_start(&child, j, CHILD_LOUD, body, &fitted);
	child_wait(&child, 0);
	code = put_in_place(options.html, html);
	code = code ? code : put_in_place(options.trace, trace);
	return code ? code : conclude(&t, j);
}

enum { KEY_HTML = 256, KEY_TRACE, KEY_BYTES, KEY_RACE, KEY_COLUMNS };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case KEY_HTML:
		options.html = arg;
		break;
	case KEY_TRACE:
		options.trace = arg;
		break;
	case KEY_COLUMNS:
		options.columns = (unsigned)tool_number("columns", arg, 60, 1000);
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	case KEY_RACE:
		child_count_race(arg);
		break;
	default:
		return tool_one_path(state->input, key, arg, state);
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0,
	  "The system (the first that the file expects a finding of, or core)", 0 },
	{ "html", KEY_HTML, "OUT", 0,
	  "Write a page with the chart drawn: one file, without scripts, for screen and print", 0 },
	{ "trace", KEY_TRACE, "OUT", 0, "Write the run in the Trace Event format (for Perfetto)",
	  0 },
	{ "columns", KEY_COLUMNS, "N", 0, "Width of the text (the terminal's, or 120)", 0 },
	{ "bytes", KEY_BYTES, NULL, 0, "The file is in the byte form", 0 },
	TOOL_RACE_OPTION(KEY_RACE),
	{ 0 }
};

static const char doc[] = "Tells why a scenario fails: what must hold, which step broke it, who "
			  "waits and who woke another "
			  "one, which free a use follows; then the steps that matter, a column for "
			  "each task, with arrows "
			  "from cause to effect, the page request queue and the judge's books "
			  "where they change. `-` as OUT "
			  "is standard output. `sluice run` prints every event.\v"
			  "Exit code 0: it fails, as it says; 1: it does not fail, or not as the "
			  "file expects; 2: bad usage "
			  "or input, or the system lacks an operation; 3: the tool itself failed.";

int tool_explain(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse, "FILE", doc, NULL, NULL, NULL };
	const char *path = NULL;

	argp_parse(&argp, argc, argv, 0, NULL, &path);
	run_init();
	return explain(path);
}
