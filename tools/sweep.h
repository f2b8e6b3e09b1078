/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_SWEEP_H
#define SLUICE_TOOLS_SWEEP_H

/*
 * Many runs, counted by what they came to.
 *
 * A sweep is a numbered row of runs: of one scenario under many schedules, or of generated
 * scenarios. Run n is a function of the seed and n, whatever the number of worker processes; worker
 * w of j takes the runs n with n % j == w. A worker that dies of a finding is started again behind
 * it.
 */

#include "run/chooser.h"
#include "tools/child.h"

enum sweep_chooser {
	SWEEP_FILE,  /* the schedule that is in the scenario */
	SWEEP_BYTES, /* a row of random bytes */
	SWEEP_RANDOM,
	SWEEP_PCT,
	SWEEP_MIX,        /* random and PCT in turn */
	SWEEP_EXHAUSTIVE, /* one worker; ends by itself */
	SWEEP_CHOOSERS
};
extern const char *const sweep_chooser_word[SWEEP_CHOOSERS];
/* By word, or the end of the process with exit 2. */
enum sweep_chooser sweep_chooser_find(const char *word);

#define SWEEP_JOBS_MAX 64
#define SWEEP_IDENTITIES_MAX 64

struct sweep_tally {
	char identity[DEATH_TOKEN_MAX];
	bool finding; /* its premises hold */
	u64 count;
	u64 first;     /* number of the first run */
	u64 hash;      /* of its trace */
	bool one_hash; /* all of them had that one */
};

/* A worker met something that this sweep had not seen before. */
struct sweep_found {
	u64 run;
	double cpu; /* seconds of CPU time that the worker has taken */
	struct judged judged;
};

struct sweep_totals {
	u64 runs, points;
	u64 digest;          /* of number, verdict and trace hash of every run, in any order */
	u32 findings;        /* identities whose premises hold */
	u32 identities;      /* all, "clean" among them */
	double seconds, cpu; /* by the clock; CPU time of all workers */
	struct sweep_tally tally[SWEEP_IDENTITIES_MAX];
	bool complete; /* exhaustive: every schedule within the bounds was run */
	bool stopped;  /* by the user */
	bool enough;   /* by the hook of that name */
};

struct sweep {
	const struct sut_image *system;
	const struct scenario *scenario; /* NULL: generated */
	enum sweep_chooser chooser;
	u64 seed;
	u64 runs;       /* 0: no bound */
	double seconds; /* 0: no bound */
	double cpu;     /* the same, of the workers' CPU time */
	unsigned jobs;
	unsigned preemptions; /* exhaustive */
	unsigned departures;  /* the same: from option 0, of whatever kind; 0: any number */
	unsigned generate_flags;
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	/* NULL, or a system whose findings are not looked for: what twin_gives() says (fuzz/twin.h). */
	const struct sut_image *twin;

	void *ctx;
	/* Generated scenarios are made by it, if it is there: a function of @seed. */
	void (*make)(void *ctx, struct scenario *s, u64 seed);
	/* Told of each finding, new or not. True: that was what the sweep was for. */
	bool (*enough)(void *ctx, const struct sweep_found *found);
	void (*found)(void *ctx, const struct sweep_found *found);
	void (*tick)(void *ctx, const struct sweep_totals *totals); /* some ten times a second */
};

/* Runs it to its end, its bounds, or an interrupt from the terminal. */
void sweep_run(const struct sweep *sweep, struct sweep_totals *totals);

#endif
