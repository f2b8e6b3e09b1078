/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/triage.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/status.h"

static struct {
	const char *system, *known;
	bool bytes, json;
} options;

static struct triage triage;
static struct judged *judged;

static void *grow(void *list, unsigned count, size_t size)
{
	/* At each power of two. */
	if (count & (count - 1))
		return list;
	list = realloc(list, (count ? 2 * count : 1) * size);
	if (!list)
		tool_die(TOOL_FAILED, "no memory for a list of findings");
	return list;
}

__attribute__((format(printf, 3, 4))) static void put_aside(enum aside_kind kind, const char *path,
							    const char *why, ...)
{
	struct aside *a;
	char text[1024];
	va_list args;

	triage.aside = grow(triage.aside, triage.asides, sizeof(*triage.aside));
	a = &triage.aside[triage.asides++];
	a->kind = kind;
	va_start(args, why);
	vsnprintf(text, sizeof(text), why, args);
	va_end(args);
	a->path = strdup(path);
	a->why = strdup(text);
	if (!a->path || !a->why)
		tool_die(TOOL_FAILED, "no memory for a list of findings");
}

static struct bucket *bucket_of(const char *key)
{
	struct bucket *b;

	for (unsigned i = 0; i < triage.buckets; i++) {
		if (!strcmp(triage.bucket[i].key, key))
			return &triage.bucket[i];
	}
	triage.bucket = grow(triage.bucket, triage.buckets, sizeof(*triage.bucket));
	b = &triage.bucket[triage.buckets++];
	memset(b, 0, sizeof(*b));
	snprintf(b->key, sizeof(b->key), "%s", key);
	return b;
}

static bool is_smaller(const struct bucket *b, const struct attempt *t, unsigned broken)
{
	unsigned choices = attempt_choices(&judged->recorded);

	if (!b->files || broken != b->broken)
		return !b->files || broken < b->broken;
	if (t->scenario.ops != b->ops)
		return t->scenario.ops < b->ops;
	return choices < b->choices;
}

static void add(const struct attempt *t, const struct sut_image *system, time_t when)
{
	unsigned broken = status_broken(judged->premises);
	char key[DEATH_TOKEN_MAX];
	struct bucket *b;

	attempt_key(judged, key);
	b = bucket_of(key);
	if (is_smaller(b, t, broken)) {
		b->smallest = *t;
		b->smallest.path = strdup(t->path);
		b->on = system;
		b->broken = broken;
		b->ops = t->scenario.ops;
		b->choices = attempt_choices(&judged->recorded);
		snprintf(b->premises, sizeof(b->premises), "%s", judged->premises);
		snprintf(b->line, sizeof(b->line), "%s", judged->line);
	}
	if (!b->files || when < b->first)
		b->first = when;
	/* Several systems may give it. */
	if (strcmp(b->last, t->path))
		b->files++;
	snprintf(b->last, sizeof(b->last), "%s", t->path);
	b->system[system - sut_images] = true;
}

/* @expect: NULL, or what the file says of this system. */
static void judge_on(const struct attempt *t, const struct sut_image *system,
		     const struct scenario_expect *expect, time_t when)
{
	const char *name = system->ops->name, *word;
	bool wanted = expect && strcmp(expect->result, "clean") && strcmp(expect->result, "n/a");

	attempt_run(t, system, judged);
	word = attempt_word(judged);
	if (attempt_is_finding(judged))
		add(t, system, when);
	/* A build that dies of a consequence has seen the finding that came first all the same. */
	if (wanted && (judged_matches(word, expect->result) ||
		       (judged->died && !strcmp(judged->before, expect->result))))
		return;
	if (wanted && attempt_is_finding(judged))
		put_aside(ASIDE_OTHERWISE, t->path, "expected %s %s, found %s", name,
			  expect->result, judged->line);
	else if (wanted)
		put_aside(ASIDE_GONE, t->path, "expected %s %s, found %s", name, expect->result,
			  judged->line);
	else if (judged->finding[0] && !attempt_is_finding(judged))
		put_aside(ASIDE_EXCUSED, t->path, "%s: %s, outside its premises", name,
			  judged->finding);
	else if (!attempt_is_finding(judged))
		put_aside(ASIDE_HOLDS, t->path, "%s: %s", name, judged->line);
}

/* On the systems of which it expects a finding; on all that it names, if there is no such. */
static void judge_as_expected(const struct attempt *t, time_t when)
{
	const struct scenario *s = &t->scenario;
	bool finding = false;

	for (unsigned i = 0; i < s->expects; i++)
		finding |=
			strcmp(s->expect[i].result, "clean") && strcmp(s->expect[i].result, "n/a");
	for (unsigned i = 0; i < s->expects; i++) {
		const struct scenario_expect *e = &s->expect[i];
		const struct sut_image *system = run_system(e->system);

		if (finding && (!strcmp(e->result, "clean") || !strcmp(e->result, "n/a")))
			continue;
		if (system)
			judge_on(t, system, e, when);
		else
			put_aside(ASIDE_SYSTEM, t->path, "expects %s of %s", e->result, e->system);
	}
}

static void judge_file(const char *path)
{
	static struct attempt t;
	enum input_form form;
	const char *one = options.system ? options.system : "core", *why;
	bool all = !strcmp(one, "all");
	struct stat st;

	if (triage_report(path, judge_file))
		return;
	triage.files++;
	if (!triage_form(path, options.bytes, &form, &why)) {
		put_aside(ASIDE_NOT, path, "%s", why);
		return;
	}
	if (attempt_read(&t, path, form)) {
		put_aside(ASIDE_NOT, path, "it is no valid text");
		return;
	}
	if (!run_build_serves(&t.scenario)) {
		put_aside(ASIDE_BUILD, path, "needs the build `%s`, this is `%s`",
			  t.scenario.needs[0] ? t.scenario.needs : "access", run_build());
		return;
	}
	if (stat(path, &st))
		st.st_mtime = 0;
	if (!options.system && t.scenario.expects) {
		judge_as_expected(&t, st.st_mtime);
		return;
	}
	for (const struct sut_image *i = sut_images; i->ops; i++) {
		if (all ? !attempt_is_planted(i->ops->name) : !strcmp(i->ops->name, one))
			judge_on(&t, i, NULL, st.st_mtime);
	}
}

/* Who else breaks the same in the smallest file? */
static void ask_others(struct bucket *b)
{
	char key[DEATH_TOKEN_MAX];

	for (unsigned i = 0; sut_images[i].ops; i++) {
		if (b->system[i] || attempt_is_planted(sut_images[i].ops->name))
			continue;
		attempt_run(&b->smallest, &sut_images[i], judged);
		attempt_key(judged, key);
		b->system[i] = attempt_is_finding(judged) && !strcmp(key, b->key);
	}
}

static int by_news(const void *left, const void *right)
{
	const struct bucket *a = left, *b = right;

	if (a->known != b->known)
		return a->known - b->known;
	return strcmp(a->key, b->key);
}

/* New ones first. Their number. */
static unsigned conclude(void)
{
	unsigned news = 0;

	for (unsigned i = 0; i < triage.buckets; i++) {
		ask_others(&triage.bucket[i]);
		known_look_up(&triage.bucket[i]);
		news += !triage.bucket[i].known;
	}
	if (triage.buckets)
		qsort(triage.bucket, triage.buckets, sizeof(*triage.bucket), by_news);
	return news;
}

enum { KEY_JSON = 256, KEY_BYTES, KEY_KNOWN, KEY_RACE };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case KEY_KNOWN:
		options.known = arg;
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	case KEY_JSON:
		options.json = true;
		break;
	case KEY_RACE:
		child_count_race(arg);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0,
	  "Run all files on this system, or on `all`. Without it, a text on those that it expects "
	  "a "
	  "finding of, all else on core",
	  0 },
	{ "known", KEY_KNOWN, "LIST", 0,
	  "What is known: lines IDENTITY SYSTEM PAGE (docs/findings/known)", 0 },
	{ "bytes", KEY_BYTES, NULL, 0, "Whatever is no text is the byte form, by whatever name",
	  0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object, with all files that are set aside", 0 },
	TOOL_RACE_OPTION(KEY_RACE),
	{ 0 }
};

static const char doc[] =
	"Sorts files by what they come to: one line for each identity, new ones first, with the "
	"number of "
	"files, the smallest of them, the systems that it affects, and the page that describes "
	"it.\v"
	"A DIR is searched with its folders, but for `queue`, `corpus` and `state`, which hold "
	"inputs. In "
	"it are scenarios: all texts; crash-*, leak-*, timeout-*, oom-*, slow-unit-* and names of "
	"40 hexadecimal digits, as libFuzzer has them; id:*, as AFL++; *.bytes, as campaigns, "
	"unless the "
	"text stands beside. A FILE may be a report (.json) whose `findings` name files. What is "
	"none of "
	"this is counted and named.\n\n"
	"Exit code 0: nothing new; 1: a finding that the list does not have, or a file that "
	"expects one "
	"and gives none, or another; 2: bad usage or input, or no file was a scenario for this "
	"build; "
	"3: the tool itself failed.";

int tool_triage(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse, "DIR|FILE...", doc, NULL, NULL, NULL
	};
	unsigned news, strange = 0, judged_files = 0;
	int first;

	options.known = tool_place("docs/findings/known");
	argp_parse(&argp, argc, argv, 0, &first, NULL);
	if (options.system && strcmp(options.system, "all"))
		tool_system(options.system);
	run_init();
	known_read(options.known);
	judged = child_memory(sizeof(*judged));
	for (int i = first; i < argc; i++) {
		if (!triage_walk(argv[i], judge_file)) {
			tool_error("%s: %s", argv[i], strerror(errno));
			return TOOL_USAGE;
		}
	}
	news = conclude();
	for (unsigned i = 0; i < triage.asides; i++)
		strange += triage.aside[i].kind == ASIDE_GONE ||
			   triage.aside[i].kind == ASIDE_OTHERWISE;
	if (options.json)
		triage_print_json(&triage);
	else
		triage_print(&triage);
	if (news || strange)
		return TOOL_FINDING;
	for (unsigned i = 0; i < triage.asides; i++)
		judged_files += triage.aside[i].kind < ASIDE_SYSTEM;
	return triage.buckets || judged_files ? TOOL_HELD : TOOL_USAGE;
}
