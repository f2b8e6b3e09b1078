/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Trials on real threads: each stress binary (stress/stress.h) has a slice of CPU time in turn, and a longer
 * one when the turn comes round. Real threads do not replay, so a finding counts if the twin does not give
 * it on the round's scenario, in the fair schedule or in any of those that the fiber engine tries.
 */

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/status.h"
#include "tools/bugs.h"
#include "tools/tool.h"

#define SLICE_FIRST 0.25 /* seconds of CPU time */
#define SLICE_GROWTH 2
/* By the clock, for each second of CPU time: noise sleeps, and the machine may be busy. */
#define CLOCK_FACTOR 30

static const char *const binaries[] = {
	"stress_drain",        "stress_reuse",     "stress_overflow",
	"stress_invalidation", "stress_lifecycle",
};

bool stress_there(const char **why)
{
	for (unsigned i = 0; i < ARRAY_SIZE(binaries); i++) {
		if (!bugs_is_built(binaries[i], why))
			return false;
	}
	return true;
}

/* A binary, for a part of its slice. */
struct turn {
	const struct trial *trial;
	const char *binary;
	u64 from; /* round */
	double cpu;
	char folder[BUGS_PATH], report[BUGS_PATH + 16], log[BUGS_PATH + 16];
};

__attribute__((noreturn)) static void turn_exec(const struct turn *turn)
{
	char program[BUGS_PATH], seed[32], from[32], seconds[32], cpu[32];
	const char *args[] = { program,
			       "--system",
			       turn->trial->bug->variant,
			       "--seed",
			       seed,
			       "--from",
			       from,
			       "--seconds",
			       seconds,
			       "--cpu-milliseconds",
			       cpu,
			       "--until=any",
			       "--search=0",
			       "--output",
			       turn->folder,
			       "--report",
			       turn->report,
			       NULL };
	int log = open(turn->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	bugs_beside(turn->binary, program, sizeof(program));
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)turn->trial->seed);
	snprintf(from, sizeof(from), "%llu", (unsigned long long)turn->from);
	snprintf(seconds, sizeof(seconds), "%.0f", CLOCK_FACTOR * turn->cpu + CLOCK_FACTOR);
	snprintf(cpu, sizeof(cpu), "%.0f", 1000 * turn->cpu + 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (log >= 0)
		dup2(log, STDERR_FILENO);
	execv(program, (char **)args);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(TOOL_FAILED);
}

/* Its last words: lines before tell how far it has come. */
__attribute__((noreturn)) static void turn_fail(const struct turn *turn, int status)
{
	char line[512] = "", last[512] = "";
	FILE *in = fopen(turn->log, "r");

	while (in && fgets(line, sizeof(line), in))
		memcpy(last, line, sizeof(last));
	last[strcspn(last, "\n")] = '\0';
	if (!last[0])
		snprintf(last, sizeof(last), "%s ended with %s %d", turn->binary,
			 WIFSIGNALED(status) ? "signal" : "status",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	tool_die(TOOL_FAILED, "%s", last);
}

/* Its report; what it took goes into the result. */
static cJSON *turn_play(const struct turn *turn, struct trial_result *result)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		tool_die(TOOL_FAILED, "cannot start a process: %s", strerror(errno));
	if (!pid)
		turn_exec(turn);
	status = trial_wait(pid, turn->binary, &result->cpu);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > TOOL_FINDING)
		turn_fail(turn, status);
	return trial_report(turn->report);
}

static void copy_text(const cJSON *object, const char *key, char *to, size_t size)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, key));

	snprintf(to, size, "%s", text ? text : "");
}

/* A finding of the report as a judged run, the round's scenario being what was run. */
static void take_finding(const struct turn *turn, struct trial_result *result, const cJSON *found)
{
	static struct judged *judged;
	char path[BUGS_PATH], line[400];

	if (!judged)
		judged = child_memory(sizeof(*judged));
	copy_text(found, "scenario", path, sizeof(path));
	if (input_read(path, INPUT_TEXT, &judged->recorded))
		exit(TOOL_FAILED);
	copy_text(found, "identity", judged->identity, sizeof(judged->identity));
	judged->identity[strcspn(judged->identity, "~")] = '\0';
	if (status_is_race(judged->identity) && !trial_wants_races(turn->trial))
		return;
	memcpy(judged->finding, judged->identity, sizeof(judged->finding));
	copy_text(found, "line", line, sizeof(line));
	copy_text(found, "premises", judged->premises, sizeof(judged->premises));
	snprintf(judged->line, sizeof(judged->line), "%s (%s, round %.0f)", line, turn->binary,
		 cJSON_GetNumberValue(cJSON_GetObjectItem(found, "round")));
	judged->verdict = RUN_FINDING;
	judged->premises_hold = true;
	judged->died = cJSON_IsTrue(cJSON_GetObjectItem(found, "died"));
	trial_meets(turn->trial, result, judged, result->cpu, result->runs);
}

/* Rounds from @turn->from on, up to the first finding; the next turn begins behind it. */
static void take_turn(struct turn *turn, struct trial_result *result)
{
	cJSON *report = turn_play(turn, result), *found;
	u64 rounds = (u64)cJSON_GetNumberValue(cJSON_GetObjectItem(report, "rounds"));
	const cJSON *first = NULL;

	result->runs += rounds;
	cJSON_ArrayForEach(found, cJSON_GetObjectItem(report, "findings"))
	{
		if (!first && !cJSON_IsTrue(cJSON_GetObjectItem(found, "behind")))
			first = found;
	}
	turn->from += rounds;
	if (first) {
		turn->from = 1 + (u64)cJSON_GetNumberValue(cJSON_GetObjectItem(first, "round"));
		take_finding(turn, result, first);
	}
	cJSON_Delete(report);
}

void trial_stress(const struct trial *trial, struct trial_result *result)
{
	static struct turn turns[ARRAY_SIZE(binaries)];

	trial_clean(trial);
	for (unsigned i = 0; i < ARRAY_SIZE(binaries); i++) {
		struct turn *turn = &turns[i];
		char folder[BUGS_PATH];

		turn->trial = trial;
		turn->binary = binaries[i];
		trial_folder(trial, folder, sizeof(folder));
		snprintf(turn->folder, sizeof(turn->folder), "%.900s/%s", folder, binaries[i]);
		snprintf(turn->report, sizeof(turn->report), "%s/report.json", turn->folder);
		snprintf(turn->log, sizeof(turn->log), "%s/log", turn->folder);
		bugs_make_folder(turn->folder);
	}
	for (double slice = SLICE_FIRST;; slice *= SLICE_GROWTH) {
		for (unsigned i = 0; i < ARRAY_SIZE(binaries); i++) {
			double end = min(result->cpu + slice, trial->cap);

			while (!result->detected && result->cpu < end) {
				turns[i].cpu = end - result->cpu;
				take_turn(&turns[i], result);
			}
			if (result->detected || result->cpu >= trial->cap)
				return;
		}
	}
}
