/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_BUGS_H
#define SLUICE_TOOLS_BUGS_H

/*
 * `sluice bugs`: how soon a planted bug is found, and by what.
 *
 * A *trial* is one bug, one method, one seed: it ends at the first finding that counts, or when its
 * processes have used up the cap, in seconds of CPU time, so that a busy machine changes no result.
 * A finding counts if its premises hold, its scenario gives it again in a fresh process, and the
 * twin does not give the same (fuzz/twin.h). Each trial is a process of its own with one worker
 * below it.
 *
 * bugs/report/trials.py tells how trials are kept: a line of JSON each, written when the trial ends.
 */

#include "bugs/bugs.h"
#include "fuzz/clock.h"
#include "tools/child.h"

#define BUGS_JOBS_MAX 64
#define BUGS_PATH 1024

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

enum method {
	METHOD_RANDOM,
	METHOD_PCT,
	METHOD_EXHAUSTIVE,
	METHOD_DIFFERENTIAL,
	METHOD_WALK,
	METHOD_LIBFUZZER,
	METHOD_LIBFUZZER_TSAN,
	METHOD_AFL,
	METHOD_LIBFUZZER_PLAIN,
	METHOD_LIBFUZZER_UNSCHEDULED,
	METHOD_STRESS, /* from here on: by name only */
	METHOD_STORED, /* from here on: no searches */
	METHOD_CORPUS,
	METHOD_TEST,
	METHOD_COUNT
};

struct method_info {
	const char *word, *meaning;
	const char *fuzzer; /* NULL, or the build whose fuzz target it runs */
};
extern const struct method_info methods[METHOD_COUNT];

/* Folders that trials use. */
struct bugs_folders {
	char scenarios[BUGS_PATH]; /* stored ones: corpora/bugs */
	char seeds[BUGS_PATH];     /* texts: corpora/seeds */
	char corpora[BUGS_PATH];   /* the whole tree */
	const char *output;
};
extern struct bugs_folders bugs_folders;

struct trial {
	const struct bug *bug;
	enum method method;
	u64 seed;
	double cap;   /* seconds of CPU time */
	u64 runs;     /* bound of a sweep; 0: none */
	bool of_twin; /* the clean system is searched in place of the variant */
};

/* In memory that a trial's processes share with us. */
struct trial_result {
	bool ended;     /* it was carried out; else .note says why not */
	bool detected;  /* .judged is what */
	bool elsewhere; /* its scenario needs another build, as .note says */
	bool by_test;   /* a test saw it: there is no scenario */
	u64 runs;
	double cpu, wall;
	u64 begin_ns; /* CLOCK_MONOTONIC */
	struct bug_canary canary;
	struct judged judged;
	char twin[DEATH_TOKEN_MAX]; /* what the twin gave on that schedule */
	char note[512];
};

/* --- bugs.c --- */

/* The bugs that @names choose, or all; ended by NULL. For the process's life. */
const struct bug **bugs_select(char **names);
/* NAME in the folder of the running program. */
void bugs_beside(const char *name, char *path, size_t size);
/* Is NAME there, a program? If not, *@why says so, until the next call. */
bool bugs_is_built(const char *name, const char **why);
/* Makes a folder and those above it, or ends the process. */
void bugs_make_folder(const char *path);
/* corpora/bugs/<variant>.sluice */
void bugs_stored_path(const struct bug *bug, char *path, size_t size);
/* The method of that name, or METHOD_COUNT. */
enum method method_find(const char *word, size_t size);
/* The bug of that variant, or NULL. */
const struct bug *bug_find(const char *variant);
/* How many trials run at a time where nothing is said: one for each processor. */
unsigned bugs_jobs(void);

int bugs_list(int argc, char **argv);
int bugs_run(int argc, char **argv);
int bugs_check(int argc, char **argv);

/* --- bugs_trial.c: processes --- */

/*
 * Carries out @trial[0..count), @jobs at a time, and tells of each when it ends; @tick comes often.
 * False: an interrupt ended it; trials that ran are not told of.
 */
bool trials_run(const struct trial *trial, unsigned count, unsigned jobs,
		void (*ended)(const struct trial *trial, const struct trial_result *result),
		void (*tick)(void));

/* --- In a trial's process --- */

/* Folder of a trial that another program carries out; gone afterwards. */
void trial_folder(const struct trial *trial, char *path, size_t size);
void trial_clean(const struct trial *trial);
/* The report in JSON that such a program left at @path; the caller frees it. Ends the process if there is none. */
struct cJSON *trial_report(const char *path);
/* Waits for such a program, which @name calls in an error; its status. What it took is added to @cpu. */
int trial_wait(pid_t pid, const char *name, double *cpu);
/* What saw it: a death is a consequence of what the judge had found before it. */
const char *trial_identity(const struct judged *judged);
/* One run of @s on @system, in a child. */
void trial_replay(const struct sut_image *system, const struct scenario *s, struct judged *judged);
/* Does this finding count? Then it is the trial's, at @cpu seconds and @runs runs. */
bool trial_finds(const struct trial *trial, struct trial_result *result,
		 const struct judged *judged, double cpu, u64 runs);
/* The same of what no run repeats, so that the twin alone is asked. */
bool trial_meets(const struct trial *trial, struct trial_result *result,
		 const struct judged *judged, double cpu, u64 runs);
const struct sut_image *trial_system(const struct trial *trial);
/*
 * Do data races count? Only where one was planted: a canary looks at what it pleases and takes no lock,
 * so under TSan it races, and what was found would be the canary.
 */
bool trial_wants_races(const struct trial *trial);

void trial_search(const struct trial *trial, struct trial_result *result); /* bugs_search.c */
void trial_stored(const struct trial *trial, struct trial_result *result);
/* What @s expects of @system, or NULL. */
const struct scenario_expect *trial_expect(const struct scenario *s, const char *system);
void trial_fuzzer(const struct trial *trial, struct trial_result *result); /* bugs_fuzzer.c */
void trial_stress(const struct trial *trial, struct trial_result *result); /* bugs_stress.c */
void trial_corpus(const struct trial *trial, struct trial_result *result); /* bugs_corpus.c */
void trial_test(const struct trial *trial, struct trial_result *result);

/* --- bugs_fuzzer.c --- */

/* Can this program's build do @method, a fuzzer? If not, *@why says what is missing. */
bool fuzzer_there(enum method method, const char **why);
/* The seeds in the byte form, as @twin takes them: in the output's state folder. */
void fuzzer_encode_seeds(const struct sut_image *twin);

/* --- bugs_stress.c --- */

/* Are there stress binaries beside this program? If not, *@why says what is missing. */
bool stress_there(const char **why);

/* --- bugs_record.c --- */

struct record {
	const struct bug *bug;
	enum method method;
	u64 seed, runs;
	double cap, cpu;
	bool detected;
};
extern struct record *records;
extern unsigned record_count;

/* Reads @path's trials into the records; those of bugs that there are no more are left out. */
void records_read(const char *path);
/* Reads what DIR/trials.jsonl has, and opens it to add to it. Ends the process if it can't. */
void records_open(const char *folder);
/* The trial, done with no smaller cap; or NULL. */
const struct record *record_find(const struct trial *trial);
/* "expected", "allowed", "unexpected" or "none" (NULL): the place of what was seen in the bug's row. */
const char *record_seen_by(const struct bug *bug, const char *identity);
/* Writes it down, and its scenario. */
void record_add(const struct trial *trial, const struct trial_result *result);

/* --- bugs_summary.c --- */

/* What the records say of @trial[0..count). The exit code. */
int bugs_summarise(const struct trial *trial, unsigned count, bool json);

#endif
