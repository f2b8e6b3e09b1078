/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "tools/bugs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/tool.h"

#define NEAR_MAX 5

struct bugs_folders bugs_folders = {
	.scenarios = SLUICE_SOURCE_DIR "/corpora/bugs",
	.seeds = SLUICE_SOURCE_DIR "/corpora/seeds",
	.corpora = SLUICE_SOURCE_DIR "/corpora",
};

const struct method_info methods[METHOD_COUNT] = {
	[METHOD_RANDOM] = { "random", "generated scenarios, random schedules", NULL },
	[METHOD_PCT] = { "pct", "generated scenarios, PCT schedules", NULL },
	[METHOD_EXHAUSTIVE] = { "exhaustive", "the seed corpus, every schedule near the fair one",
				NULL },
	[METHOD_DIFFERENTIAL] = { "differential",
				  "generated scenarios, held against the system without the bug",
				  NULL },
	[METHOD_WALK] = { "walk", "baseline: generated scenarios, every option equally likely",
			  NULL },
	[METHOD_LIBFUZZER] = { "libfuzzer", "the fuzz target with one worker, from the seed corpus",
			       "asan" },
	[METHOD_LIBFUZZER_TSAN] = { "libfuzzer-tsan", "the same with TSan, which sees data races",
				    "tsan" },
	[METHOD_AFL] = { "afl", "the fuzz target under AFL++ with one worker, from the seed corpus",
			 "afl" },
	[METHOD_LIBFUZZER_PLAIN] = { "libfuzzer-plain",
				     "baseline: the same without our generator and seeds", "asan" },
	[METHOD_LIBFUZZER_UNSCHEDULED] = { "libfuzzer-unscheduled",
					   "baseline: the same without the schedule in the input",
					   "asan" },
	[METHOD_STRESS] = { "stress", "baseline: rounds on real threads, with noise for a schedule",
			    NULL },
	[METHOD_STORED] = { "stored", "the stored scenario, once", NULL },
	[METHOD_CORPUS] = { "corpus", "every stored scenario that the twin passes, once", NULL },
	[METHOD_TEST] = { "test", "the core's own unit tests; of mutants only", NULL },
};

enum method method_find(const char *word, size_t size)
{
	enum method m = 0;

	while (m < METHOD_COUNT &&
	       (strlen(methods[m].word) != size || memcmp(methods[m].word, word, size)))
		m++;
	return m;
}

unsigned bugs_jobs(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return (unsigned)min(max(processors, 1L), (long)BUGS_JOBS_MAX);
}

const struct bug *bug_find(const char *variant)
{
	for (const struct bug *bug = bug_table; bug->id; bug++) {
		if (!strcmp(bug->variant, variant))
			return bug;
	}
	return NULL;
}

void bugs_beside(const char *name, char *path, size_t size)
{
	char self[BUGS_PATH];
	ssize_t got = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (got < 0)
		tool_die(TOOL_FAILED, "/proc/self/exe: %s", strerror(errno));
	self[got] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(path, size, "%s/%s", self, name);
}

bool bugs_is_built(const char *name, const char **why)
{
	static char text[BUGS_PATH + 64];
	char path[BUGS_PATH];

	bugs_beside(name, path, sizeof(path));
	snprintf(text, sizeof(text), "needs %.900s, which is not built", path);
	*why = text;
	return !access(path, X_OK);
}

void bugs_make_folder(const char *path)
{
	char part[BUGS_PATH];
	struct stat st;

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(ENAMETOOLONG));
	for (char *at = part + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(part, 0777);
		*at = '/';
	}
	mkdir(part, 0777);
	if (stat(path, &st) || !S_ISDIR(st.st_mode) || access(path, W_OK))
		tool_die(TOOL_USAGE, "%s: expected a directory that can be written to", path);
}

void bugs_stored_path(const struct bug *bug, char *path, size_t size)
{
	snprintf(path, size, "%s/%s.sluice", bugs_folders.scenarios, bug->variant);
}

/* --- Choosing --- */

static bool name_is(const char *word, const char *name)
{
	size_t size = strlen(name);

	if (size && name[size - 1] == '*')
		return !strncmp(word, name, size - 1);
	return !strcmp(word, name);
}

static bool bug_is(const struct bug *bug, const char *name)
{
	return name_is(bug->id, name) || name_is(bug->variant, name) || name_is(bug->slug, name);
}

/* Levenshtein's, of words that are cut at 64 letters. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[65], n = (unsigned)strnlen(b, 64), m = (unsigned)strnlen(a, 64);

	for (unsigned k = 0; k <= n; k++)
		row[k] = k;
	for (unsigned i = 1; i <= m; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned k = 1; k <= n; k++) {
			unsigned change = diagonal + (a[i - 1] != b[k - 1]);

			diagonal = row[k];
			row[k] = min(min(row[k] + 1, row[k - 1] + 1), change);
		}
	}
	return row[n];
}

static unsigned bug_distance(const struct bug *bug, const char *name)
{
	return min(min(distance(bug->id, name), distance(bug->variant, name)),
		   distance(bug->slug, name));
}

__attribute__((noreturn)) static void no_such_bug(const char *name)
{
	char near[NEAR_MAX * 48] = "";
	size_t used = 0;
	unsigned told = 0;

	for (unsigned d = 0; d < 64 && told < NEAR_MAX; d++) {
		for (const struct bug *bug = bug_table; bug->id && told < NEAR_MAX; bug++) {
			if (bug_distance(bug, name) == d) {
				used += (size_t)snprintf(near + used, sizeof(near) - used, " %.46s",
							 bug->variant);
				told++;
			}
		}
	}
	tool_die(TOOL_USAGE, "expected a bug like Z05, core-Z05 or core-*, found `%s`; nearest:%s",
		 name, near);
}

static void check_name(const char *name)
{
	for (const struct bug *bug = bug_table; bug->id; bug++) {
		if (bug_is(bug, name))
			return;
	}
	no_such_bug(name);
}

const struct bug **bugs_select(char **names)
{
	const struct bug **chosen;
	size_t rows = 0, count = 0;

	for (char **name = names; *name; name++)
		check_name(*name);
	while (bug_table[rows].id)
		rows++;
	chosen = calloc(rows + 1, sizeof(*chosen));
	if (!chosen)
		tool_die(TOOL_FAILED, "no memory");
	for (const struct bug *bug = bug_table; bug->id; bug++) {
		bool wanted = !*names;

		for (char **name = names; *name; name++)
			wanted |= bug_is(bug, *name);
		if (wanted && run_system(bug->variant) && run_system(bug->twin))
			chosen[count++] = bug;
		else if (wanted)
			tool_error("%s: not in this build", bug->variant);
	}
	if (!count)
		tool_die(TOOL_USAGE, "no bug is in this build");
	return chosen;
}

/* --- report, compare --- */

__attribute__((noreturn)) static void bugs_python(const char *command, int argc, char **argv)
{
	static char script[] = SLUICE_SOURCE_DIR "/bugs/report/report.py", python[] = "python3";
	char **args = calloc((size_t)argc + 3, sizeof(*args));

	if (!args)
		tool_die(TOOL_FAILED, "no memory");
	if (access(script, R_OK))
		tool_die(TOOL_FAILED, "%s: %s", script, strerror(errno));
	args[0] = python;
	args[1] = script;
	args[2] = (char *)command;
	for (int i = 1; i < argc; i++)
		args[2 + i] = argv[i];
	fflush(stdout);
	execvp(python, args);
	tool_die(TOOL_FAILED, "python3: %s", strerror(errno));
}

static int bugs_report(int argc, char **argv)
{
	bugs_python("report", argc, argv);
}

static int bugs_compare(int argc, char **argv)
{
	bugs_python("compare", argc, argv);
}

static const struct tool_command commands[] = {
	{ "list", "the table: what is planted, where it is from, what must see it", bugs_list },
	{ "run", "searches for each bug, and keeps how long each took", bugs_run },
	{ "check", "the quick check: stored scenarios, and searches of a fixed seed", bugs_check },
	{ "report", "what the trials of `run` say: tables, survival curves, a page", bugs_report },
	{ "compare", "two of them: did a change make finding quicker, or slower?", bugs_compare },
};

static void usage(FILE *out)
{
	fprintf(out, "usage: sluice bugs COMMAND [OPTION...] [BUG...]\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fprintf(out,
		"\nA bug is named by its id (Z05, on all systems that have it), its variant "
		"(core-Z05), or the\nbeginning of one and `*`. `sluice bugs COMMAND --help` says "
		"more; bugs/README.md tells what the\nzoo is.\n");
}

int tool_bugs(int argc, char **argv)
{
	run_init();
	return tool_dispatch("sluice bugs", commands, ARRAY_SIZE(commands), usage, argc, argv);
}
