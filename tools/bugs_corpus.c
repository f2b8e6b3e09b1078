/* SPDX-License-Identifier: GPL-2.0-only */

/* Trials by what the fast tests hold: every stored scenario, and the core's own tests. */

#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/bugs.h"
#include "tools/tool.h"

#define TREE_FILES_OPEN 16
/* A test that takes so much CPU time does not end; the core takes a tenth of a second. */
#define TEST_SECONDS 5

/* --- corpus --- */

static struct {
	char **path;
	size_t count;
} corpus;

static int add_file(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	const char *end = strrchr(path, '.');

	if (kind != FTW_F || !end || strcmp(end, ".sluice"))
		return 0;
	if (!(corpus.count & (corpus.count - 1))) {
		size_t room = corpus.count ? 2 * corpus.count : 1;

		corpus.path = reallocarray(corpus.path, room, sizeof(*corpus.path));
		if (!corpus.path)
			tool_die(TOOL_FAILED, "no memory");
	}
	corpus.path[corpus.count] = strdup(path);
	if (!corpus.path[corpus.count++])
		tool_die(TOOL_FAILED, "no memory");
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_corpus(void)
{
	if (nftw(bugs_folders.corpora, add_file, TREE_FILES_OPEN, FTW_PHYS))
		tool_die(TOOL_USAGE, "%s: %s", bugs_folders.corpora, strerror(errno));
	if (!corpus.count)
		tool_die(TOOL_USAGE, "%s: expected scenarios, found none", bugs_folders.corpora);
	qsort(corpus.path, corpus.count, sizeof(*corpus.path), by_name);
}

/* Shared with the child that replays. */
struct pass {
	size_t next; /* of the corpus */
	u64 runs;
};

struct replayer {
	const struct trial *trial;
	struct pass *pass;
};

/* Replays from pass->next on until something is found; a death leaves pass->next behind its file. */
static void replay_corpus(void *ctx, struct judged *judged)
{
	const struct replayer *replayer = ctx;
	const struct trial *trial = replayer->trial;
	struct pass *pass = replayer->pass;
	static struct scenario s;
	struct run_result result;

	while (pass->next < corpus.count) {
		const struct scenario_expect *expect;

		if (input_read(corpus.path[pass->next++], INPUT_TEXT, &s))
			exit(TOOL_USAGE);
		expect = trial_expect(&s, trial->bug->twin);
		if (!expect || strcmp(expect->result, "clean") || !run_build_serves(&s))
			continue;
		pass->runs++;
		child_judge(&s, trial_system(trial), NULL, judged, &result);
		if (!judged->finding[0] || !judged->premises_hold)
			continue;
		run_record(&s, &judged->recorded);
		return;
	}
	judged->finding[0] = '\0';
}

/*
 * On files of which the twin is known to be clean. The schedule of one was recorded on another system: a
 * drift is no finding, and what is found behind one counts if it stands by itself.
 */
void trial_corpus(const struct trial *trial, struct trial_result *result)
{
	struct judged *judged = child_memory(sizeof(*judged));
	struct replayer replayer = { trial, child_memory(sizeof(*replayer.pass)) };
	struct judged *found = child_memory(sizeof(*found));
	struct child child;
	double cpu = 0;

	list_corpus();
	while (!result->detected && replayer.pass->next < corpus.count) {
		memset(judged, 0, sizeof(*judged));
		child_start(&child, judged, CHILD_SILENT, replay_corpus, &replayer);
		child_wait(&child, 0);
		cpu += child.cpu;
		result->runs = replayer.pass->runs;
		result->cpu = cpu + clock_cpu();
		if (!judged->finding[0])
			break;
		trial_replay(trial_system(trial), &judged->recorded, found);
		if (judged_is_finding(found) &&
		    trial_finds(trial, result, found, result->cpu, result->runs))
			result->note[0] = '\0';
	}
}

/* --- test --- */

static const char *const core_tests[] = {
	"core_contract_test", "core_entry_test", "core_fault_test",
	"core_unit_test",     "core_wait_test",  "core_drain_test",
};

__attribute__((noreturn)) static void run_test(const char *test, const struct bug *bug)
{
	const struct rlimit limit = { TEST_SECONDS, TEST_SECONDS };
	char name[64], path[BUGS_PATH];

	snprintf(name, sizeof(name), "tests/%s", test);
	bugs_beside(name, path, sizeof(path));
	setenv("SLUICE_SYSTEM", bug->variant, 1);
	setrlimit(RLIMIT_CPU, &limit);
	dup2(STDOUT_FILENO, STDERR_FILENO);
	execl(path, path, (char *)NULL);
	_exit(127);
}

/* Does @bug fail it? @cpu: what it took is added. */
static bool test_fails(const char *test, const struct bug *bug, double *cpu)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		tool_die(TOOL_FAILED, "cannot start a process: %s", strerror(errno));
	if (!pid)
		run_test(test, bug);
	status = trial_wait(pid, test, cpu);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		tool_die(TOOL_FAILED, "cannot start tests/%s: it is of the build `mutants`", test);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

/* There is no verdict of the judge to be kept: that a test fails is all there is to say. */
void trial_test(const struct trial *trial, struct trial_result *result)
{
	while (result->runs < ARRAY_SIZE(core_tests) && !result->detected)
		result->detected = test_fails(core_tests[result->runs++], trial->bug, &result->cpu);
	result->by_test = result->detected;
	result->canary = *bug_canary;
	result->wall = clock_now() - 1e-9 * (double)result->begin_ns;
	snprintf(result->judged.identity, sizeof(result->judged.identity), "TEST");
}
