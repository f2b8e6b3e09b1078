/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fuzz/clock.h"
#include "host/engine.h"
#include "stress/engine.h"
#include "stress/stress.h"

/* Rounds that hang before a worker ends; under TSan a process does not go on after one (rule 9). */
#if defined(SLUICE_TSAN)
#define HANGS_MAX 1
#else
#define HANGS_MAX 32
#endif

struct stress_shared *stress_shared;

static int shared_fd = -1;

static struct {
	struct scenario scenario; /* of the round that is being played */
	u64 round;
	const struct sut *ops; /* the system's own */
	struct sut timed;      /* the same, with a clock around its drains */
	FILE *report;          /* opened ahead: a death is no time to open files */
	unsigned hangs;
} self;

/* --- The shared memory ------------------------------------------------------------------------- */

static void map(void)
{
	stress_shared = mmap(NULL, sizeof(*stress_shared), PROT_READ | PROT_WRITE, MAP_SHARED,
			     shared_fd, 0);
	if (stress_shared == MAP_FAILED)
		stress_die(3, "no memory to share with a worker: %s", strerror(errno));
}

void worker_share(void)
{
	shared_fd = memfd_create("sluice-stress", 0);
	if (shared_fd < 0 || ftruncate(shared_fd, sizeof(*stress_shared)))
		stress_die(3, "no memory to share with a worker: %s", strerror(errno));
	map();
}

bool worker_is_one(void)
{
	const char *fd = getenv(STRESS_SHARED_FD);

	if (!fd)
		return false;
	shared_fd = atoi(fd);
	map();
	return true;
}

const char *worker_file(const char *name, char path[STRESS_PATH])
{
	snprintf(path, STRESS_PATH, "%.900s/state/%s", options.output, name);
	return path;
}

/* --- The parent's side -------------------------------------------------------------------------- */

/* Symbolizing takes longer than a restart, and the replay's report has names. */
static void set_option(const char *name)
{
	const char *given = getenv(name);
	char text[1024];

	snprintf(text, sizeof(text), "symbolize=0%s%s", given ? ":" : "", given ? given : "");
	setenv(name, text, 1);
}

static void worker_exec(char **argv)
{
	char path[STRESS_PATH], fd[16];
	int log;

	/* An interrupt from the terminal is the parent's to handle. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	worker_file("worker.log", path);
	log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(3);
	set_option("ASAN_OPTIONS");
	set_option("TSAN_OPTIONS");
	snprintf(fd, sizeof(fd), "%d", shared_fd);
	setenv(STRESS_SHARED_FD, fd, 1);
	execv("/proc/self/exe", argv);
	fprintf(stderr, "/proc/self/exe: %s\n", strerror(errno));
	_exit(3);
}

pid_t worker_start(char **argv)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		stress_die(3, "cannot start a process: %s", strerror(errno));
	if (!pid)
		worker_exec(argv);
	return pid;
}

/* --- What is known ------------------------------------------------------------------------------ */

static const char *premises(void)
{
	static char text[sizeof(stress_shared->what.premises)];

	judge_print_premises(text, sizeof(text));
	return text;
}

/*
 * Counts what is known, and was met in as good a case: with no fewer promises broken than now, and not
 * @behind another finding if this one is not.
 */
static bool is_known(const char *identity, bool behind)
{
	const char *text = premises();
	char key[sizeof(stress_shared->identity[0].identity)];

	snprintf(key, sizeof(key), "%s%s", identity, status_suffix(identity, text));
	for (unsigned i = 0; i < stress_shared->known; i++) {
		struct stress_known *known = &stress_shared->identity[i];

		if (strcmp(known->identity, key))
			continue;
		if ((status_broken(text) < known->broken && !strchr(identity, ':')) ||
		    (known->behind && !behind))
			return false;
		__atomic_fetch_add(&known->met, 1, __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

static bool race_is_known(const char *token)
{
	return is_known(token, false);
}

/* --- Findings ----------------------------------------------------------------------------------- */

static void tell(const char *identity, const char *what, bool died, bool ended)
{
	struct stress_found *found = &stress_shared->what;
	char title[128];

	found->round = self.round;
	found->died = died;
	snprintf(found->identity, sizeof(found->identity), "%s", identity);
	snprintf(found->line, sizeof(found->line), "%s %s", identity, what);
	snprintf(found->premises, sizeof(found->premises), "%s", premises());
	found->scenario = self.scenario;
	stress_shared->found = true;
	fprintf(self.report, "%s\n\n%s on %s, %s: seed %llu, round %llu, noise %s\n%s\n",
		found->line, options.program, run_system_title(self.ops, title, sizeof(title)),
		run_build(), (unsigned long long)options.seed, (unsigned long long)self.round,
		stress_noise_word(options.noise), found->premises);
	fflush(self.report);
	describe_run(self.report, ended);
	fflush(self.report);
}

/* A sanitizer ends the process. What the judge saw before is the finding, unless that is known. */
static void died(const char *identity, const char *what)
{
	const struct judge_finding *first;
	unsigned count;

	stress_shared->what.behind = false;
	first = judge_findings(&count);
	if (count && !is_known(invariant_table[first->id].id, false))
		tell(invariant_table[first->id].id, first->detail, false, false);
	else if (is_known(identity, false))
		stress_shared->repeated = true;
	else
		tell(identity, what, true, false);
}

static void looped(const char *identity, const char *what)
{
	died(identity, what);
	stress_leave(3);
}

/* --- Rounds ------------------------------------------------------------------------------------- */

static int timed_unbind(struct host_pci_dev *dev, u32 pasid)
{
	double begin = clock_now();
	int err = self.ops->unbind(dev, pasid);

	histogram_add(&stress_shared->drain, (u64)((clock_now() - begin) * 1e9));
	return err;
}

static int timed_drain(struct host_pci_dev *dev, u32 pasid)
{
	double begin = clock_now();
	int err = self.ops->drain(dev, pasid);

	histogram_add(&stress_shared->drain, (u64)((clock_now() - begin) * 1e9));
	return err;
}

static void count(const struct run_result *result)
{
	struct stress_counts *counts = &stress_shared->counts;
	const struct judge_stats *stats = judge_stats();
	const struct event *event;
	u32 events, dropped;

	counts->rounds++;
	counts->verdict[result->verdict]++;
	counts->operations += self.scenario.ops;
	counts->lives += stats->lives;
	counts->requests += stats->requests;
	counts->responses += stats->responses;
	counts->drains += stats->drains;
	counts->overflows += stats->overflows;
	event = engine_events(&events, &dropped);
	counts->events += events + dropped;
	for (u32 i = 0; i < events; i++)
		counts->faults += event[i].kind == EV_SPACE_FAULT;
}

/* The first that is not known: on some systems there is another ahead of it in nearly every round. */
static void tell_unknown(void)
{
	const struct judge_finding *found;
	unsigned count;

	found = judge_findings(&count);
	for (unsigned i = 0; i < count && !stress_shared->found; i++) {
		const char *identity = invariant_table[found[i].id].id;

		stress_shared->what.behind = i > 0;
		if (!is_known(identity, i > 0))
			tell(identity, found[i].detail, false, true);
	}
}

static void play(const struct sut_image *system)
{
	u64 seed = stress_round_seed(options.seed, self.round);
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	struct run_result result;

	/* Half of the rounds keep to what the specification allows without a doubt. */
	run_knob_masks(knobs, seed >> 63, false);
	stress_make(&self.scenario, &stress_theme, seed, options.threads, knobs);
	run_fit(&self.scenario, system);
	death_run_begins();
	run_scenario(&self.scenario, system, stress_engine_begin(seed, options.noise), &result);
	death_run_ends();
	count(&result);
	if (result.verdict == RUN_FINDING)
		tell_unknown();
	/* The threads of what hangs are left behind, in this process for good. */
	if (engine_left_tasks() && ++self.hangs == HANGS_MAX)
		stress_shared->repeated = true;
}

static bool is_over(void)
{
	return options.rounds && stress_shared->next >= options.from + options.rounds;
}

void worker_main(const struct sut_image *system)
{
	struct sut_image timed = *system;
	char path[STRESS_PATH];

	self.ops = system->ops;
	self.timed = *system->ops;
	timed.ops = &self.timed;
	self.timed.unbind = self.ops->unbind ? timed_unbind : NULL;
	self.timed.drain = self.ops->drain ? timed_drain : NULL;
	self.report = fopen(worker_file("report", path), "w");
	if (!self.report)
		stress_die(3, "%s: %s", path, strerror(errno));
	death_set_handler(died);
	death_set_known(race_is_known);
	death_catch_signals(false);
	stress_engine_watch(looped);
	while (!is_over() && !stress_shared->stop && !stress_shared->found &&
	       !stress_shared->repeated) {
		self.round = stress_shared->next++;
		play(&timed);
	}
	if (is_over() && !stress_shared->found)
		stress_shared->done = true;
	stress_leave(0);
}
