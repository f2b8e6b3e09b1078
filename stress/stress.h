/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_STRESS_STRESS_H
#define SLUICE_STRESS_STRESS_H

/*
 * A stress run: rounds (stress/theme.h) on one system, on real threads, for a time.
 *
 * Who watches whom: a *worker*, this program again in a process of its own, plays the rounds and writes
 * what it counts into memory that it shares with its parent. What ends a process, a sanitizer's report or
 * tasks that hang, ends the worker; the parent files the finding and starts the next worker at the next
 * round. An identity that is known is counted and passed over, and where it ends no process the worker goes
 * on. Nothing that the parent measures decides a verdict.
 *
 * Real threads do not replay. Of every finding there is the round's scenario and a report with who waited
 * for what, the registers and the trace; then the fiber engine searches around the scenario
 * (stress/search.c), and what it finds is an exact replay.
 *
 * Files: OUTPUT/<identity>.txt is the report, <identity>.round.sluice the round, <identity>.sluice the exact
 * replay if there is one; OUTPUT/state is the run's own.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "fuzz/death.h"
#include "fuzz/status.h"
#include "run/run.h"
#include "stress/histogram.h"
#include "stress/theme.h"

#define STRESS_PATH 1024
#define STRESS_FINDINGS_MAX 64
#define STRESS_SHARED_FD "SLUICE_STRESS_FD" /* in a worker's environment */

struct stress_options {
	const char *program; /* argv[0]'s last part */
	const char *system, *output, *report;
	const char *sluice; /* program of the same build, for searches */
	unsigned seconds;
	double cpu; /* seconds that its workers may take; 0: no bound */
	u64 rounds; /* 0: until the time is up */
	u64 from, seed;
	unsigned threads, noise;
	unsigned search;   /* runs of the fiber engine for each finding */
	const char *until; /* NULL, or: of what the first finding ends the run */
	bool json;
};
extern struct stress_options options;

struct stress_counts {
	u64 rounds, verdict[RUN_VERDICTS];
	u64 operations, lives, requests, responses, faults, drains, overflows, events;
};

/* What is passed over, and how often it was met since. */
struct stress_known {
	char identity[DEATH_TOKEN_MAX + sizeof(STATUS_DISPUTED)];
	unsigned broken; /* promises, in the case that is kept: one with fewer says more */
	bool behind;     /* another finding came ahead of it in that round: one without says more */
	u64 met;
};

struct stress_found {
	u64 round;
	bool died;   /* of a sanitizer's report or a signal */
	bool behind; /* another finding came ahead of it */
	char identity[DEATH_TOKEN_MAX], line[512], premises[2048];
	struct scenario scenario;
};

/* Between a worker and its parent. */
struct stress_shared {
	_Atomic bool stop; /* the parent's wish: no round after this one */
	_Atomic bool done; /* the last round was played */
	u64 next;          /* the first round that no worker has begun */
	struct stress_counts counts;
	struct histogram drain; /* ns from the call of a drain to its return */
	_Atomic unsigned known;
	struct stress_known identity[STRESS_FINDINGS_MAX];
	_Atomic bool found, repeated; /* why it ended: .what, or something that is known */
	struct stress_found what;
};
extern struct stress_shared *stress_shared;

/* "stress_drain: ..." on stderr, and the process ends with @code. */
__attribute__((format(printf, 2, 3), noreturn)) void stress_die(int code, const char *format, ...);

/*
 * Ends the process, what was printed out written. By the kernel's own call: TSan's runtime takes an exit in
 * the middle of argp_parse() for a mistake of ours, and tasks may be left in the middle of a call.
 */
__attribute__((noreturn)) void stress_leave(int code);

/* --- worker.c --- */

/* Makes the shared memory, once. */
void worker_share(void);
/* The parent's: starts a worker with the arguments that this process was given. */
pid_t worker_start(char **argv);
/* Is this process a worker? Then takes its memory, plays the rounds, and ends with it. */
bool worker_is_one(void);
__attribute__((noreturn)) void worker_main(const struct sut_image *system);
/* OUTPUT/state/NAME */
const char *worker_file(const char *name, char path[STRESS_PATH]);

/* --- describe.c --- */

/*
 * The last run in words, for a finding's report: who waits, locks, registers and ring, the timeline. One
 * that a death has cut short (not @ended) has no stacks: to take them the engine must be at rest.
 */
void describe_run(FILE *out, bool ended);

/* --- finding.c --- */

enum replay {
	REPLAY_NONE,  /* not searched, or nothing found */
	REPLAY_ALIKE, /* the same invariant, at another place of the code */
	REPLAY_EXACT
};

struct finding {
	char identity[DEATH_TOKEN_MAX + sizeof(STATUS_DISPUTED)];
	char line[512], premises[2048];
	u64 round;
	double at; /* seconds into the run */
	unsigned broken;
	bool died, behind;
	char report[STRESS_PATH], scenario[STRESS_PATH], replay_path[STRESS_PATH];
	/* Of the search */
	enum replay replay;
	bool searched;
	char how[160];
};
extern struct finding findings[STRESS_FINDINGS_MAX];
extern unsigned finding_count, finding_dropped; /* dropped: for which there was no room */

/* Files what the worker has left in stress_shared->what. NULL: it is one more of a known identity. */
const struct finding *finding_add(double at);
/* How often it was met, the first time among them. */
u64 finding_met(const struct finding *f);
/* OUTPUT/<identity><suffix>, with nothing in it that a shell or a file system minds. */
void finding_path(const char *identity, const char *suffix, char path[STRESS_PATH]);

/* --- search.c --- */

/* Looks for an exact replay by the fiber engine; @goes_on is asked before each step, with its name. */
void search_finding(struct finding *f, bool (*goes_on)(const struct finding *f, const char *step));

/* --- report.c --- */

/* What the parent knows beside the shared counts. */
struct stress_run {
	double seconds, cpu;
	unsigned workers, silent; /* that were started; that ended without a word of why */
	bool interrupted;
	long resident_first, resident_last; /* KiB of a worker, early in its life and at its end */
	const char *failure;                /* why the run itself failed, or NULL */
};
void report_words(FILE *out, const struct stress_run *run);
/* One JSON object and a newline. */
void report_json(FILE *out, const struct stress_run *run);
/* "p50 12 us" with three significant digits. */
const char *report_time(u64 ns, char buf[32]);

#endif
