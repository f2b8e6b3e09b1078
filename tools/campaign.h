/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_CAMPAIGN_H
#define SLUICE_TOOLS_CAMPAIGN_H

/*
 * A campaign: workers of libFuzzer and of AFL++ on one system for a given time, whatever they find.
 *
 * A worker dies of what it finds. The campaign reads its last words from the log, keeps one text
 * and one byte file for each identity, tries the text in a fresh process, and starts the worker
 * again on the corpus so far. What the judge found is passed over by all from then on (fuzz/status.h), and
 * so are data races; a sanitizer's other deaths are a death each time, and counted. An input that dies
 * while the corpus is read would stop every later start: it leaves the corpus.
 *
 * Workers may be of several builds, each with its own sanitizers: they take turns, share corpus and
 * findings, and a finding is tried by the build that found it. AFL++ starts its processes itself; what it
 * keeps comes into the corpus, and what the corpus gets goes to it (campaign_afl.c).
 *
 * Files: OUTPUT/<identity>.sluice and .bytes are the findings (of the language's target, which plays no
 * scenario, there is the latter alone); OUTPUT/state has the corpus, the
 * workers' logs and libFuzzer's artifacts.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fuzz/clock.h"
#include "fuzz/death.h"
#include "fuzz/status.h"
#include "scenario/scenario.h"

struct worker;

/* --- campaign_options.c --- */

#define CAMPAIGN_JOBS_MAX 64
#define CAMPAIGN_PATH 1024

#define CAMPAIGN_BUILDS_MAX 8

struct campaign_build {
	const char *fuzzer, *sluice; /* programs */
	bool afl;                    /* it is one for AFL++ */
	const char *cmplog;          /* NULL, or: its second one, of the build with comparisons */
};

struct campaign_options {
	struct campaign_build build[CAMPAIGN_BUILDS_MAX]; /* of workers 0, 1, ... in turn */
	unsigned fuzzers, sluices; /* named so far; as many of both in the end */
	const char *system, *seeds, *output;
	const char *target;  /* NULL, or: its name */
	bool unsystematic;   /* it plays no system */
	const char *twin;    /* NULL, or: what it gives as well is no finding */
	const char *against; /* NULL, or: what some runs are held against */
	const char *report;  /* NULL, or: where the outcome goes, as JSON */
	unsigned seconds, jobs;
	unsigned seed;      /* of libFuzzer; 0: it chooses */
	double cpu_seconds; /* 0, or: the workers' CPU time, in place of .seconds by the clock */
	bool first;         /* the first finding ends it */
	bool no_races;      /* data races are passed over from the start */
};
extern struct campaign_options options;

/* From the command line. Bad usage, or a system that this build does not have, ends the process with 2. */
void options_read(int argc, char **argv);

/* --- campaign.c --- */

/* Prints "campaign: ..." and ends with exit 3. Workers die with their parent. */
__attribute__((format(printf, 1, 2), noreturn)) void campaign_die(const char *format, ...);

/* Makes OUTPUT/... with those above it, or ends the process. */
__attribute__((format(printf, 1, 2))) void campaign_folder(const char *format, ...);
bool campaign_copy(const char *from, const char *to);

/* Files a worker's last words, when they are whole, and makes it forget them. */
void campaign_file_words(struct worker *w);

/* --- campaign_worker.c --- */

/* What a worker's log said when it died. */
struct last_words {
	char identity[DEATH_TOKEN_MAX]; /* "" if it said none */
	char line[512], premises[2048];
	char artifact[CAMPAIGN_PATH]; /* where libFuzzer put the input */
	char text[SCENARIO_TEXT_MAX];
	size_t text_size;
	bool in_text;
};

struct worker {
	unsigned index;
	const struct campaign_build *build;
	pid_t pid;
	int log, status_fd;
	off_t log_at;
	struct fuzz_status *status;
	char partial[4096]; /* a line of the log that has not ended yet */
	size_t partial_size;
	unsigned coverage, features, corpus;
	bool inited; /* the corpus has been read */
	double started;
	unsigned starts;
	double cpu;            /* seconds that its processes took, those that have ended */
	unsigned quick_deaths; /* in a row, without a word: then something is wrong */
	struct last_words words;
	/* Of AFL++ */
	unsigned pulled; /* finds before this one are in the corpus */
	double pulled_at;
	double server_cpu[2]; /* seconds of the processes that fork, when last looked at */
	char stability[16];   /* "100.00%"; "" as long as it is not known */
};

/* Of all workers before the first one starts. */
void worker_share_status(struct worker *w);
void worker_start(struct worker *w, double seconds_left);
/* Reads what is new in the log. */
void worker_read(struct worker *w);
/* Makes known what is to be passed over. */
void worker_tell_known(struct worker *w);
/* CPU seconds that it has taken so far. */
double worker_cpu(struct worker *w);
/* True if it has ended; *@code: its exit code, or 128 + signal. */
bool worker_ended(struct worker *w, int *code);
void worker_forget_words(struct worker *w);
/* Asks it to stop; insists after some seconds. */
void worker_stop(struct worker *w);

/* --- campaign_afl.c --- */

bool afl_is_main(const struct worker *w);
/* Before the first worker starts; the corpus has the seeds. */
void afl_prepare(void);
/* In the worker's process. */
__attribute__((noreturn)) void afl_exec(const struct worker *w, double seconds_left);
/* Its finds and figures so far, every other second; and the last ones. */
void afl_read(struct worker *w);
void afl_ended(struct worker *w);
void afl_print(const struct worker *w);
/* CPU seconds of its processes other than afl-fuzz, since the worker started. */
double afl_cpu(struct worker *w);

/* --- campaign_finding.c --- */

enum replay {
	REPLAYS_NOT,
	REPLAYS_ALIKE, /* as a race between two other functions */
	REPLAYS
};

struct finding {
	char identity[DEATH_TOKEN_MAX];
	char line[512], premises[1024];
	char path[CAMPAIGN_PATH]; /* of the text, or of the input if there is none */
	bool is_text;
	const struct campaign_build *build;
	uint64_t deaths;
	unsigned broken; /* promises broken in the case that is kept */
	bool race;       /* a data race */
	bool passed;     /* the judge's, or a race: later ones are passed over */
	enum replay replays;
	bool shared; /* the twin gives it, too */
	double at;   /* seconds into the campaign */
};

#define FINDINGS_MAX 256
extern struct finding findings[FINDINGS_MAX];
extern unsigned finding_count;

/* Files the last words of a worker of @build: a new finding, or one more of its kind. */
void finding_add(const struct last_words *words, const struct campaign_build *build, double at);
/* How many of them the twin does not give. */
unsigned finding_own(void);
/* " (with a disputed knob value)" where that is so, else "". */
const char *finding_mark(const struct finding *f);
/* The list of what is to be passed over, each in a place of its own for good; @size: STATUS_KNOWN_SIZE. */
void finding_known(char *buf, size_t size);
/* How often the finding was met, by deaths and by passing over it. */
uint64_t finding_met(const struct finding *f, const struct worker *workers, unsigned count);
/* Takes files equal to the one at @artifact out of the corpus; how many. */
unsigned finding_leave_corpus(const char *artifact);

#endif
