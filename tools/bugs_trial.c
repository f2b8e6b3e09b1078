/* SPDX-License-Identifier: GPL-2.0-only */

/* The processes of trials: started, watched, ended. */

#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/status.h"
#include "tools/bugs.h"
#include "tools/tool.h"

#define TRIALS_TICK_US 1000
/* A trial knows its cap. One that takes so much longer by the clock is stuck. */
#define STUCK_FACTOR 40
#define STUCK_SECONDS 120
#define TWIN_DEATHS_MAX 64
#define REPORT_MAX (1 << 18)

/* A trial's process, as we see it. */
struct trial_process {
	const struct trial *trial; /* NULL: free */
	struct trial_result *result;
	pid_t pid;
	int errors; /* what it writes on stderr */
	double begin;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

/* --- What another program writes --- */

void trial_folder(const struct trial *trial, char *path, size_t size)
{
	snprintf(path, size, "%s/state/%s-%s-%llu", bugs_folders.output, trial->bug->variant,
		 methods[trial->method].word, (unsigned long long)trial->seed);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void trial_clean(const struct trial *trial)
{
	char path[BUGS_PATH];

	trial_folder(trial, path, sizeof(path));
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

cJSON *trial_report(const char *path)
{
	static char text[REPORT_MAX];
	FILE *in = fopen(path, "r");
	size_t size;
	cJSON *report;

	if (!in)
		tool_die(TOOL_FAILED, "%s: %s", path, strerror(errno));
	size = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[size] = '\0';
	report = cJSON_Parse(text);
	if (!cJSON_IsObject(report))
		tool_die(TOOL_FAILED, "%s: expected a report, found `%.40s`", path, text);
	return report;
}

int trial_wait(pid_t pid, const char *name, double *cpu)
{
	struct rusage usage;
	int status;

	while (wait4(pid, &status, 0, &usage) < 0) {
		if (errno != EINTR)
			tool_die(TOOL_FAILED, "lost %s: %s", name, strerror(errno));
	}
	*cpu += clock_cpu_used(&usage);
	return status;
}

/* --- In the trial's process --- */

const char *trial_identity(const struct judged *judged)
{
	if (judged->died && judged->before[0])
		return judged->before;
	if (judged->verdict == RUN_DRIFT && judged->finding[0])
		return judged->finding;
	return judged->identity;
}

const struct sut_image *trial_system(const struct trial *trial)
{
	return run_system(trial->of_twin ? trial->bug->twin : trial->bug->variant);
}

bool trial_wants_races(const struct trial *trial)
{
	/* A mutant expects nothing, so whatever it shows is news. */
	return !trial->bug->expect[0] ||
	       strcmp(record_seen_by(trial->bug, STATUS_RACES), "unexpected") != 0;
}

struct replay {
	const struct sut_image *system;
	const struct scenario *scenario;
};

static void replay_body(void *ctx, struct judged *judged)
{
	const struct replay *replay = ctx;
	struct run_result result;

	child_judge(replay->scenario, replay->system, NULL, judged, &result);
	snprintf(judged->line, sizeof(judged->line), "%s %s", judged->identity,
		 result.finding ? result.finding->detail : result.reason);
	judge_print_premises(judged->premises, sizeof(judged->premises));
	run_record(replay->scenario, &judged->recorded);
}

void trial_replay(const struct sut_image *system, const struct scenario *s, struct judged *judged)
{
	struct replay replay = { system, s };
	struct child child;

	memset(judged, 0, sizeof(*judged));
	child_start(&child, judged, CHILD_SILENT, replay_body, &replay);
	child_wait(&child, 0);
}

/* By the invariant: a token names functions, which patches move about. */
static bool same_identity(const char *a, const char *b)
{
	char base[2][DEATH_TOKEN_MAX];

	judged_base(a, base[0]);
	judged_base(b, base[1]);
	return !strcmp(base[0], base[1]);
}

/* What the twin's child tells us. */
struct twin_shares {
	unsigned next; /* number of the schedule to go on with */
	bool gives;
};

struct comparison {
	const struct sut_image *twin;
	const struct judged *judged;
	struct twin_shares *shares;
};

static void compare_body(void *ctx, struct judged *judged)
{
	const struct comparison *c = ctx;

	c->shares->gives = child_twin_gives(c->twin, &c->judged->recorded,
					    trial_identity(c->judged), &c->shares->next);
}

static bool died_of(const struct judged *judged, const char *identity)
{
	return judged->died && (same_identity(identity, judged->identity) ||
				same_identity(identity, judged->before));
}

/*
 * In fresh processes, as twin_gives() says. A twin that dies of it has it if that is the same, and is
 * asked for the other schedules if not, unless it dies of most.
 */
static bool twin_has_it(const struct trial *trial, const struct judged *judged)
{
	static struct judged *other;
	static struct twin_shares *shares;
	struct comparison comparison;

	if (!other) {
		other = child_memory(sizeof(*other));
		shares = child_memory(sizeof(*shares));
	}
	comparison = (struct comparison){ run_system(trial->bug->twin), judged, shares };
	memset(shares, 0, sizeof(*shares));
	for (unsigned deaths = 0; deaths < TWIN_DEATHS_MAX; deaths++) {
		struct child child;

		memset(other, 0, sizeof(*other));
		child_start(&child, other, CHILD_SILENT, compare_body, &comparison);
		child_wait(&child, 0);
		if (shares->gives || died_of(other, trial_identity(judged)))
			return true;
		if (!other->died)
			break;
	}
	return false;
}

static void note_moment(struct trial_result *result, double cpu, u64 runs)
{
	result->canary = *bug_canary;
	result->wall = clock_now() - 1e-9 * (double)result->begin_ns;
	result->cpu = cpu;
	result->runs = runs;
}

/* False: the twin has it, too. */
static bool is_the_bugs(const struct trial *trial, struct trial_result *result,
			const struct judged *judged)
{
	static struct judged *other;

	if (!other)
		other = child_memory(sizeof(*other));
	if (!trial->of_twin) {
		if (twin_has_it(trial, judged))
			return false;
		trial_replay(run_system(trial->bug->twin), &judged->recorded, other);
		snprintf(result->twin, sizeof(result->twin), "%s", trial_identity(other));
	}
	result->judged = *judged;
	result->detected = true;
	return true;
}

bool trial_meets(const struct trial *trial, struct trial_result *result,
		 const struct judged *judged, double cpu, u64 runs)
{
	note_moment(result, cpu, runs);
	return is_the_bugs(trial, result, judged);
}

bool trial_finds(const struct trial *trial, struct trial_result *result,
		 const struct judged *judged, double cpu, u64 runs)
{
	static struct judged *other;
	const char *identity = trial_identity(judged);

	note_moment(result, cpu, runs);
	/* A fuzzer's own death is none of the system's: its last input replays, and is clean. */
	if (judged->verdict == RUN_CLEAN && !judged->died) {
		snprintf(result->note, sizeof(result->note), "found, and clean in a fresh process");
		return false;
	}
	if (!other)
		other = child_memory(sizeof(*other));
	trial_replay(trial_system(trial), &judged->recorded, other);
	*bug_canary = result->canary;
	if (!same_identity(identity, trial_identity(other))) {
		snprintf(result->note, sizeof(result->note), "%s, and %.300s in a fresh process",
			 identity, other->line);
		return false;
	}
	return is_the_bugs(trial, result, judged);
}

/* A page that the trial's processes share, programs that it starts among them. */
static void map_canary(void)
{
	int fd = memfd_create("sluice-canary", 0);
	char number[16];

	if (fd < 0 || ftruncate(fd, sizeof(*bug_canary)))
		tool_die(TOOL_FAILED, "no memory to share: %s", strerror(errno));
	bug_canary = mmap(NULL, sizeof(*bug_canary), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bug_canary == MAP_FAILED)
		tool_die(TOOL_FAILED, "no memory to share: %s", strerror(errno));
	snprintf(number, sizeof(number), "%d", fd);
	setenv(BUG_CANARY_FD, number, 1);
}

__attribute__((noreturn)) static void trial_process(const struct trial_process *p)
{
	const struct trial *trial = p->trial;
	struct trial_result *result = p->result;
	int null = open("/dev/null", O_RDWR);

	/* An interrupt from the terminal is the parent's to handle. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(p->errors, STDERR_FILENO);
	map_canary();
	child_count_race(trial_wants_races(trial) ? NULL : "none");
	if (methods[trial->method].fuzzer)
		trial_fuzzer(trial, result);
	else if (trial->method == METHOD_STRESS)
		trial_stress(trial, result);
	else if (trial->method == METHOD_STORED)
		trial_stored(trial, result);
	else if (trial->method == METHOD_CORPUS)
		trial_corpus(trial, result);
	else if (trial->method == METHOD_TEST)
		trial_test(trial, result);
	else
		trial_search(trial, result);
	if (!result->detected) {
		result->canary = *bug_canary;
		result->wall = clock_now() - 1e-9 * (double)result->begin_ns;
	}
	result->ended = true;
	fflush(stderr);
	_exit(0);
}

/* --- In the parent --- */

static void process_start(struct trial_process *p, const struct trial *trial)
{
	p->trial = trial;
	memset(p->result, 0, sizeof(*p->result));
	p->errors = memfd_create("sluice-trial", MFD_CLOEXEC);
	if (p->errors < 0)
		tool_die(TOOL_FAILED, "cannot start a trial: %s", strerror(errno));
	p->begin = clock_now();
	p->result->begin_ns = (u64)(p->begin * 1e9);
	fflush(stdout);
	fflush(stderr);
	p->pid = fork();
	if (p->pid < 0)
		tool_die(TOOL_FAILED, "cannot start a process: %s", strerror(errno));
	if (!p->pid)
		trial_process(p);
	setpgid(p->pid, p->pid);
}

/* The first line that the process wrote on stderr, without our own name in front. */
static void take_error(const struct trial_process *p, int status)
{
	char *note = p->result->note;
	size_t size = sizeof(p->result->note);
	ssize_t got = pread(p->errors, note, size - 1, 0);

	note[got > 0 ? got : 0] = '\0';
	note[strcspn(note, "\n")] = '\0';
	if (!strncmp(note, "sluice: ", 8))
		memmove(note, note + 8, strlen(note + 8) + 1);
	if (!note[0] && WIFSIGNALED(status))
		snprintf(note, size, "ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (!note[0])
		snprintf(note, size, "ended with status %d", WEXITSTATUS(status));
}

static void process_kill(const struct trial_process *p)
{
	kill(-p->pid, SIGKILL);
	kill(p->pid, SIGKILL);
}

static void process_free(struct trial_process *p)
{
	/* Whoever is left of it: a worker dies with its parent, a fuzzer too. */
	kill(-p->pid, SIGKILL);
	close(p->errors);
	if (methods[p->trial->method].fuzzer || p->trial->method == METHOD_STRESS)
		trial_clean(p->trial);
	p->trial = NULL;
}

/* True if it has ended by now, with the result filled. */
static bool process_poll(struct trial_process *p)
{
	struct trial_result *result = p->result;
	int status;
	pid_t got;

	if (clock_now() - p->begin > STUCK_FACTOR * p->trial->cap + STUCK_SECONDS) {
		process_kill(p);
		snprintf(result->note, sizeof(result->note), "stuck");
	}
	got = waitpid(p->pid, &status, WNOHANG);
	if (!got || (got < 0 && errno == EINTR))
		return false;
	if (got < 0)
		tool_die(TOOL_FAILED, "lost a trial: %s", strerror(errno));
	if (result->ended)
		return true;
	if (!result->note[0])
		take_error(p, status);
	return true;
}

static void processes_end(struct trial_process *process, unsigned jobs)
{
	for (unsigned i = 0; i < jobs; i++) {
		if (!process[i].trial)
			continue;
		process_kill(&process[i]);
		waitpid(process[i].pid, NULL, 0);
		process_free(&process[i]);
	}
}

bool trials_run(const struct trial *trial, unsigned count, unsigned jobs,
		void (*ended)(const struct trial *trial, const struct trial_result *result),
		void (*tick)(void))
{
	struct trial_process process[BUGS_JOBS_MAX] = { 0 };
	struct sigaction action = { .sa_handler = on_interrupt };
	unsigned next = 0, left = count;

	interrupted = 0;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	for (unsigned i = 0; i < jobs; i++)
		process[i].result = child_memory(sizeof(*process[i].result));
	while (left && !interrupted) {
		for (unsigned i = 0; i < jobs; i++) {
			struct trial_process *p = &process[i];

			if (p->trial && process_poll(p)) {
				ended(p->trial, p->result);
				process_free(p);
				left--;
			}
			if (!p->trial && next < count)
				process_start(p, &trial[next++]);
		}
		if (tick)
			tick();
		usleep(TRIALS_TICK_US);
	}
	processes_end(process, jobs);
	for (unsigned i = 0; i < jobs; i++)
		munmap(process[i].result, sizeof(*process[i].result));
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	return !interrupted;
}
