/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * From a round that failed on real threads to a replay that is exact: the fiber engine plays the round's
 * scenario under many schedules, by the `sluice` command of the same build, first at random and with
 * priorities (PCT), then every schedule with one and with two preemptions. What shows the same identity is
 * minimised, and tried in a fresh process.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/stress.h"

#define MINIMISE_BUDGET "4000"
#define ARGUMENTS_MAX 24

/* Parts of the budget, in the order in which they are spent. */
static const struct step {
	const char *name, *chooser, *preemptions;
	unsigned share; /* of SHARES */
} steps[] = {
	{ "random and PCT", "mix", NULL, 1 },
	{ "random and PCT", "mix", NULL, 5 },
	{ "exhaustive, one preemption", "exhaustive", "1", 4 },
	{ "random and PCT", "mix", NULL, 6 },
	{ "exhaustive, two preemptions", "exhaustive", "2", 4 },
};
#define SHARES 20

/* Exit code of `sluice ARGUMENT...`, its output in OUTPUT/state/search.log; -1: it died. */
static int run_sluice(const char *const *argv)
{
	char path[STRESS_PATH];
	pid_t pid;
	int status, log;

	pid = fork();
	if (pid < 0)
		stress_die(3, "cannot start a process: %s", strerror(errno));
	if (!pid) {
		log = open(worker_file("search.log", path), O_WRONLY | O_CREAT | O_APPEND, 0644);
		if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
			_exit(3);
		setenv("ASAN_OPTIONS", "symbolize=0", 0);
		setenv("TSAN_OPTIONS", "symbolize=0", 0);
		execv(options.sluice, (char **)argv);
		fprintf(stderr, "%s: %s\n", options.sluice, strerror(errno));
		_exit(3);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void folder(char path[STRESS_PATH])
{
	struct dirent *entry;
	DIR *dir;

	worker_file("search", path);
	mkdir(path, 0777);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char name[STRESS_PATH + 300];

		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		unlink(name);
	}
	if (dir)
		closedir(dir);
}

/* Of what a search wrote to @path the file of @f's identity, or else one of the same invariant. */
static enum replay choose(const char *path, const struct finding *f, char file[STRESS_PATH])
{
	char wanted[STRESS_PATH];
	size_t base = strcspn(f->identity, ":~"), whole = strcspn(f->identity, "~");
	enum replay got = REPLAY_NONE;
	struct dirent *entry;
	DIR *dir = opendir(path);

	snprintf(wanted, sizeof(wanted), "%.*s.sluice", (int)whole, f->identity);
	for (char *c = wanted; *c; c++)
		*c = *c == ':' || *c == '/' ? '-' : *c;
	while (dir && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		bool exact = !strcmp(name, wanted);

		if (!exact && (got != REPLAY_NONE || strncmp(name, f->identity, base) ||
			       !strchr("-.", name[base])))
			continue;
		snprintf(file, STRESS_PATH, "%.700s/%.300s", path, name);
		got = exact ? REPLAY_EXACT : REPLAY_ALIKE;
		if (exact)
			break;
	}
	if (dir)
		closedir(dir);
	return got;
}

static enum replay search(const struct finding *f, unsigned step, char file[STRESS_PATH])
{
	char path[STRESS_PATH], runs[32], seed[32];
	const char *argv[ARGUMENTS_MAX] = { "sluice",    "search", "--system", options.system,
					    "--chooser", NULL,     "--runs",   runs,
					    "--seed",    seed,     "--output", path,
					    f->scenario, NULL,     NULL,       NULL };

	folder(path);
	argv[5] = steps[step].chooser;
	snprintf(runs, sizeof(runs), "%u", options.search * steps[step].share / SHARES + 1);
	snprintf(seed, sizeof(seed), "%u", step * 100000000u + 1);
	if (steps[step].preemptions) {
		argv[13] = "--preemptions";
		argv[14] = steps[step].preemptions;
	}
	if (run_sluice(argv) > 1)
		return REPLAY_NONE;
	return choose(path, f, file);
}

/* Does the text say the same in a fresh process? @race: of data races that one alone counts. */
static bool replays(const char *file, const char *race)
{
	const char *argv[] = {
		"sluice", "run", "--quiet", file, race ? "--race" : NULL, race, NULL
	};

	return !run_sluice(argv);
}

static bool copy(const char *from, const char *to)
{
	FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
	bool ok = out;
	char buf[4096];
	size_t size;

	while (ok && (size = fread(buf, 1, sizeof(buf), in)))
		ok = fwrite(buf, 1, size, out) == size;
	if (in)
		fclose(in);
	return out && !fclose(out) && ok;
}

/* The smallest file that still replays is kept. */
static bool keep(const struct finding *f, const char *file, enum replay got)
{
	const char *race = got == REPLAY_EXACT && status_is_race(f->identity) ? f->identity : NULL;
	const char *min[] = { "sluice",   "min",
			      "--system", options.system,
			      "--budget", MINIMISE_BUDGET,
			      "--output", f->replay_path,
			      file,       race ? "--identity" : NULL,
			      race,       NULL };

	if (!run_sluice(min) && replays(f->replay_path, race))
		return true;
	unlink(f->replay_path);
	return replays(file, race) && copy(file, f->replay_path);
}

void search_finding(struct finding *f, bool (*goes_on)(const struct finding *f, const char *step))
{
	const size_t count = sizeof(steps) / sizeof(steps[0]);
	char file[STRESS_PATH];
	enum replay got = REPLAY_NONE;
	unsigned runs = 0;

	unlink(f->replay_path);
	f->searched = true;
	for (size_t i = 0; i < count && got == REPLAY_NONE && goes_on(f, steps[i].name); i++) {
		runs += options.search * steps[i].share / SHARES + 1;
		got = search(f, (unsigned)i, file);
		if (got == REPLAY_NONE || !goes_on(f, "minimising"))
			continue;
		if (!keep(f, file, got)) {
			got = REPLAY_NONE;
			continue;
		}
		snprintf(f->how, sizeof(f->how), "%s, within %u runs", steps[i].name, runs);
	}
	f->replay = got;
	if (got == REPLAY_NONE)
		snprintf(f->how, sizeof(f->how), "not within %u runs", runs);
}
