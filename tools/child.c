/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/clock.h"
#include "fuzz/twin.h"
#include "host/engine.h"
#include "judge/judge.h"
#include "tools/tool.h"

/* Exit status of a child that has said all; any other is not a verdict. */
#define CHILD_DONE 0

/* Of the flavour `coverage`: writes what has been counted. _exit() does not. */
int __llvm_profile_write_file(void) __attribute__((weak));

static struct {
	struct judged *judged;
	const struct scenario *scenario; /* being run now */
	enum child_noise noise;
	void (*print)(const struct judged *judged);
	const char *race; /* the one that counts; NULL: all */
} self;

void *child_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		tool_die(TOOL_FAILED, "no memory to share with a child: %s", strerror(errno));
	return p;
}

void judged_base(const char *identity, char *base)
{
	size_t size = strcspn(identity, ":");

	if (size >= DEATH_TOKEN_MAX)
		size = DEATH_TOKEN_MAX - 1;
	memcpy(base, identity, size);
	base[size] = '\0';
}

bool judged_matches(const char *identity, const char *wanted)
{
	char base[DEATH_TOKEN_MAX];

	judged_base(identity, base);
	return !strcmp(identity, wanted) || !strcmp(base, wanted);
}

bool judged_is_finding(const struct judged *judged)
{
	return judged->verdict == RUN_FINDING && judged->premises_hold;
}

static bool premises_hold(const char *identity)
{
	const struct invariant_info *info;
	char base[DEATH_TOKEN_MAX];
	u32 kept = judge_promises_kept();

	judged_base(identity, base);
	info = &invariant_table[invariant_find(base)];
	return (kept & info->needs_all) == info->needs_all &&
	       (!info->needs_any || (kept & info->needs_any));
}

static void child_end(void)
{
	if (__llvm_profile_write_file)
		__llvm_profile_write_file();
	_exit(CHILD_DONE);
}

/* On the death handler's stack, in the middle of a run. */
static void child_dies(const char *token, const char *what)
{
	const struct judge_finding *found;
	struct judged *j = self.judged;
	unsigned count;

	if (!self.scenario) {
		fprintf(stderr, "sluice: outside a run: %s\n", what);
		_exit(TOOL_FAILED);
	}
	j->died = true;
	j->verdict = RUN_FINDING;
	snprintf(j->identity, sizeof(j->identity), "%s", token);
	snprintf(j->finding, sizeof(j->finding), "%s", token);
	snprintf(j->line, sizeof(j->line), "%s %s", token, what);
	found = judge_findings(&count);
	snprintf(j->before, sizeof(j->before), "%s", count ? invariant_table[found->id].id : "");
	judge_print_premises(j->premises, sizeof(j->premises));
	j->premises_hold = premises_hold(token);
	j->broken = judge_promises_broken();
	j->steps = engine_steps();
	j->decisions = engine_decisions();
	j->trace_hash = engine_trace_hash();
	run_record(self.scenario, &j->recorded);
	if (self.noise == CHILD_SILENT)
		child_end();
	if (self.print)
		self.print(j);
	fflush(stdout);
}

static bool race_is_passed(const char *token)
{
	return strcmp(token, self.race);
}

static void child_set_up(struct judged *judged, enum child_noise noise)
{
	int null;

	/* The parent decides what an interrupt ends; without it nobody reads what we find. */
	signal(SIGINT, SIG_IGN);
	death_watch_loops();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	self.judged = judged;
	self.noise = noise;
	self.scenario = NULL;
	death_set_handler(child_dies);
	death_set_known(self.race ? race_is_passed : NULL);
	death_catch_signals(false);
	if (noise == CHILD_LOUD)
		return;
	null = open("/dev/null", O_WRONLY);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
}

void child_start(struct child *c, struct judged *judged, enum child_noise noise,
		 void (*body)(void *ctx, struct judged *judged), void *ctx)
{
	/* What is buffered would be written twice. */
	fflush(stdout);
	fflush(stderr);
	c->judged = judged;
	c->pid = fork();
	if (c->pid < 0)
		tool_die(TOOL_FAILED, "cannot start a process: %s", strerror(errno));
	if (c->pid)
		return;
	child_set_up(judged, noise);
	body(ctx, judged);
	fflush(stdout);
	child_end();
}

int child_wait(struct child *c, int flags)
{
	struct rusage usage;
	int status;
	pid_t pid;

	do {
		pid = wait4(c->pid, &status, flags, &usage);
	} while (pid < 0 && errno == EINTR);
	if (!pid)
		return 0;
	if (pid < 0)
		tool_die(TOOL_FAILED, "lost a child: %s", strerror(errno));
	c->pid = 0;
	c->cpu = clock_cpu_used(&usage);
	/* After a report the sanitizer ends the process with a status of its own. */
	if (c->judged->died || (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_DONE))
		return 1;
	/* Nobody reads what it prints: end as it did, like any filter. */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE)
		raise(SIGPIPE);
	if (WIFSIGNALED(status))
		tool_die(TOOL_FAILED, "the judging process was ended by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	tool_die(TOOL_FAILED, "the judging process ended with status %d", WEXITSTATUS(status));
}

void child_on_death(void (*print)(const struct judged *judged))
{
	self.print = print;
}

void child_count_race(const char *token)
{
	self.race = token;
}

static void judged_fill(struct judged *j, const struct run_result *r)
{
	j->verdict = r->verdict;
	j->premises_hold = r->finding && r->finding->premises_hold;
	snprintf(j->identity, sizeof(j->identity), "%s", run_verdict_word(r));
	snprintf(j->finding, sizeof(j->finding), "%s",
		 r->finding ? invariant_table[r->finding->id].id : "");
	j->trace_hash = r->trace_hash;
	j->steps = r->steps;
	j->decisions = r->decisions;
	j->events = r->events;
	j->broken = r->broken;
}

void child_judge(const struct scenario *s, const struct sut_image *system, struct chooser *chooser,
		 struct judged *judged, struct run_result *result)
{
	self.scenario = s;
	death_run_begins();
	run_scenario(s, system, chooser, result);
	death_run_ends();
	self.scenario = NULL;
	judged_fill(judged, result);
}

bool child_twin_gives(const struct sut_image *twin, const struct scenario *recorded,
		      const char *identity, unsigned *next)
{
	char base[DEATH_TOKEN_MAX];
	enum invariant id;
	bool gives;

	judged_base(identity, base);
	id = invariant_find(base);
	if (id == INV_NONE)
		return false;
	self.scenario = recorded;
	gives = twin_gives(twin, recorded, id, next);
	self.scenario = NULL;
	return gives;
}
