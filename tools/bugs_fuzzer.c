/* SPDX-License-Identifier: GPL-2.0-only */

/* Trials by libFuzzer or AFL++: a campaign of one worker, in a program of its own. */

#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/status.h"
#include "tools/bugs.h"
#include "tools/tool.h"

/* The engine's seeds of one trial: it is started again with the next one after each death. */
#define SEEDS_OF_TRIAL 100000
#define SEEDS_OF_CAMPAIGN 1000

static const char *engines_build(void)
{
#if defined(SLUICE_AFL)
	return "afl";
#else
	return run_build();
#endif
}

bool fuzzer_there(enum method method, const char **why)
{
	const char *build = methods[method].fuzzer;
	static const char *const programs[] = { "drain_fuzzer", "campaign" };
	static char text[64];

	*why = text;
	if (strcmp(engines_build(), build)) {
		snprintf(text, sizeof(text), "needs the build %s-bugs, this is `%s`", build,
			 engines_build());
		return false;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(programs); i++) {
		if (!bugs_is_built(programs[i], why))
			return false;
	}
	return true;
}

/* --- Seeds ------------------------------------------------------------------------------------ */

static void seeds_folder(const char *twin, char *path, size_t size)
{
	if (snprintf(path, size, "%s/state/seeds-%s", bugs_folders.output, twin) >= (int)size)
		tool_die(TOOL_USAGE, "--output: %s", strerror(ENAMETOOLONG));
}

struct encoding {
	const struct sut_image *system;
	struct dirent **entry;
	int count, next; /* shared with the child: a seed may take it down */
};

/*
 * The byte form of a seed; with @judged its schedule as the system takes it, if it can follow it.
 */
static void encode_seed(const struct encoding *e, const char *name, struct judged *judged)
{
	static struct scenario s;
	char folder[BUGS_PATH - 300], path[BUGS_PATH + 300];
	uint8_t bytes[SCENARIO_BYTES_MAX];
	struct run_result result;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", bugs_folders.seeds, name);
	if (input_read(path, INPUT_TEXT, &s))
		exit(TOOL_USAGE);
	if (!run_build_serves(&s))
		return;
	run_fit(&s, e->system);
	if (s.anchors && judged) {
		child_judge(&s, e->system, NULL, judged, &result);
		if (result.verdict == RUN_CLEAN || result.verdict == RUN_FINDING)
			run_record_positional(&s, &s);
	}
	size = scenario_encode(&s, bytes, sizeof(bytes));
	seeds_folder(e->system->ops->name, folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/%.200s", folder, name);
	if (output_write(path, bytes, size))
		exit(TOOL_FAILED);
}

static void encode_body(void *ctx, struct judged *judged)
{
	struct encoding *e = ctx;

	while (e->next < e->count) {
		int i = e->next++;

		/* Should it die in the run, this is what is left of it. */
		encode_seed(e, e->entry[i]->d_name, NULL);
		encode_seed(e, e->entry[i]->d_name, judged);
	}
}

void fuzzer_encode_seeds(const struct sut_image *twin)
{
	struct encoding *e = child_memory(sizeof(*e));
	struct judged *judged = child_memory(sizeof(*judged));
	char folder[BUGS_PATH];
	struct child child;

	e->system = twin;
	e->count = input_folder(bugs_folders.seeds, &e->entry);
	if (e->count < 0)
		tool_die(TOOL_USAGE, "%s: %s", bugs_folders.seeds, strerror(errno));
	seeds_folder(twin->ops->name, folder, sizeof(folder));
	bugs_make_folder(folder);
	child_count_race("none");
	while (e->next < e->count) {
		judged->died = false;
		child_start(&child, judged, CHILD_SILENT, encode_body, e);
		child_wait(&child, 0);
	}
	child_count_race(NULL);
}

/* --- The campaign ----------------------------------------------------------------------------- */

/* None was planted, or the twin has races, too: TSan would end run after run by one that does not count. */
static bool no_races;

__attribute__((noreturn)) static void campaign_exec(const struct trial *trial, const char *folder,
						    double seconds, u64 number)
{
	char program[BUGS_PATH], fuzzer[BUGS_PATH], sluice[BUGS_PATH], seeds[BUGS_PATH];
	char report[BUGS_PATH + 16], seed[32], time[32], system[64], twin[64], output[BUGS_PATH];
	char *args[] = { program,
			 (char *)(trial->method == METHOD_AFL ? "--afl" : "--fuzzer"),
			 fuzzer,
			 (char *)"--sluice",
			 sluice,
			 (char *)"--system",
			 system,
			 (char *)"--output",
			 output,
			 (char *)"--cpu-milliseconds",
			 time,
			 (char *)"--seed",
			 seed,
			 (char *)"--report",
			 report,
			 (char *)"--jobs=1",
			 (char *)"--first",
			 (char *)"--twin",
			 twin,
			 (char *)"--against",
			 twin,
			 (char *)"--seeds",
			 seeds,
			 NULL,
			 NULL };

	bugs_beside("campaign", program, sizeof(program));
	bugs_beside("drain_fuzzer", fuzzer, sizeof(fuzzer));
	bugs_beside("sluice", sluice, sizeof(sluice));
	seeds_folder(trial->bug->twin, seeds, sizeof(seeds));
	snprintf(output, sizeof(output), "%s", folder);
	snprintf(report, sizeof(report), "%s/report", folder);
	snprintf(seed, sizeof(seed), "%llu",
		 (unsigned long long)(trial->seed * SEEDS_OF_TRIAL + number * SEEDS_OF_CAMPAIGN) %
				 2000000000 +
			 1);
	snprintf(time, sizeof(time), "%lu", (unsigned long)(1000 * seconds) + 1);
	snprintf(system, sizeof(system), "%s", trial->bug->variant);
	snprintf(twin, sizeof(twin), "%s", trial->bug->twin);
	if (trial->method == METHOD_LIBFUZZER_PLAIN) {
		setenv(STATUS_MUTATOR, "engine", 1);
		args[ARRAY_SIZE(args) - 4] = NULL; /* from nothing */
	}
	if (no_races)
		args[ARRAY_SIZE(args) - 2] = (char *)"--no-races";
	if (trial->method == METHOD_LIBFUZZER_UNSCHEDULED)
		setenv(STATUS_SCHEDULE, "none", 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv(program, args);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(TOOL_FAILED);
}

/* What the campaign found, run once more here: its report and its premises. */
static void take_finding(const struct trial *trial, struct trial_result *result,
			 const char *identity, const char *path)
{
	static struct scenario s;
	struct judged *judged = child_memory(sizeof(*judged));
	bool race = status_is_race(identity);

	if (input_read(path, INPUT_TEXT, &s))
		exit(TOOL_FAILED);
	/* The worker has passed over races before it came to what it found. */
	child_count_race(race ? NULL : "none");
	trial_replay(trial_system(trial), &s, judged);
	no_races |= !trial_finds(trial, result, judged, result->cpu, result->runs) && race;
}

/* One campaign with the time that is left. True: it is the last. */
static bool run_campaign(const struct trial *trial, struct trial_result *result, u64 number)
{
	char folder[BUGS_PATH], path[BUGS_PATH + 256];
	double cpu = result->cpu;
	const char *file, *identity;
	cJSON *report;
	int status;
	pid_t pid;

	trial_folder(trial, folder, sizeof(folder));
	pid = fork();
	if (pid < 0)
		tool_die(TOOL_FAILED, "cannot start a process: %s", strerror(errno));
	if (!pid)
		campaign_exec(trial, folder, trial->cap - cpu, number);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* On its stderr, and so on ours, it has said why. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) > TOOL_FINDING)
		exit(TOOL_FAILED);
	snprintf(path, sizeof(path), "%s/report", folder);
	report = trial_report(path);
	result->runs += (u64)cJSON_GetNumberValue(cJSON_GetObjectItem(report, "executions"));
	result->cpu += cJSON_GetNumberValue(cJSON_GetObjectItem(report, "cpu_seconds"));
	file = cJSON_GetStringValue(cJSON_GetObjectItem(report, "file"));
	identity = cJSON_GetStringValue(cJSON_GetObjectItem(report, "identity"));
	if (file && identity) {
		snprintf(path, sizeof(path), "%s/%s", folder, file);
		take_finding(trial, result, identity, path);
	} else if (result->cpu < trial->cap) {
		tool_die(TOOL_FAILED, "the clock ran out after %.1f s of CPU time", result->cpu);
	}
	cJSON_Delete(report);
	return result->detected || result->cpu >= trial->cap;
}

void trial_fuzzer(const struct trial *trial, struct trial_result *result)
{
	trial_clean(trial);
	no_races = !trial_wants_races(trial);
	/* What a sanitizer ends is compared with the twin here only; on the corpus so far it goes on. */
	for (u64 number = 0; !run_campaign(trial, result, number); number++)
		;
}
