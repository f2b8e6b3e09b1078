/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * How fast is the house?
 *
 * One run of this program prints, all measured on the same machine in the same minute, so that the
 * ratios mean something even where the absolute figures drift:
 *
 *  - a bare switch between two stacks, and in units of it: a scheduling point with one option, a
 *    decision that stays, a decision that switches;
 *  - runs/s and points/s over a fixed set of scenarios (the files named on the command line) under
 *    the bytes chooser, with feedback off and on;
 *  - peak and resident memory, and by how much it grew over --soak runs.
 *
 * scripts/bench runs it plain and as built with ASan and UBSan, then the fuzz target beside an empty
 * one. Every scenario is played with the same SCHEDULES byte strings, made from a fixed seed, in the
 * same order: the work is the same in each build and on each machine.
 */

#include <argp.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/engine_bench.h"
#include "run/chooser.h"
#include "run/run.h"
#include "scenario/generate.h"

#define FILES_MAX 256
#define SCHEDULES 32
#define SCHEDULE_BYTES 256
#define FEEDBACK_BYTES 4096

struct options {
	const char *system;
	double seconds;     /* for each of the two rates */
	unsigned long soak; /* runs of the memory check, 0 leaves it out */
	bool json, engine, access;
	unsigned files;
	const char *file[FILES_MAX];
};

struct rate {
	double seconds;
	u64 runs, points, findings;
	u64 deaths; /* of processes */
};

struct memory {
	long peak_kib, before_kib, after_kib;
	unsigned long runs;
};

static struct scenario scenarios[FILES_MAX];
static u8 schedules[SCHEDULES][SCHEDULE_BYTES];
static u8 feedback[FEEDBACK_BYTES];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Resident set in KiB, from /proc; 0 where there is none. */
static long resident_kib(void)
{
	long pages = 0, unused;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f)
		return 0;
	if (fscanf(f, "%ld %ld", &unused, &pages) != 2)
		pages = 0;
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void load(const struct options *opt)
{
	static char text[SCENARIO_TEXT_MAX];
	struct scenario_error error;
	u64 seed = 1;

	for (unsigned i = 0; i < opt->files; i++) {
		FILE *f = fopen(opt->file[i], "r");
		size_t size;

		if (!f) {
			fprintf(stderr, "throughput: cannot open %s\n", opt->file[i]);
			exit(2);
		}
		size = fread(text, 1, sizeof(text), f);
		fclose(f);
		if (scenario_parse(&scenarios[i], text, size, &error)) {
			fprintf(stderr, "%s:%u:%u: %s\n", opt->file[i], error.line, error.column,
				error.text);
			exit(2);
		}
		scenarios[i].world.access |= opt->access;
	}
	/* Most bytes are zero, "stay": a schedule of the length and density that a fuzzer keeps. */
	for (unsigned i = 0; i < SCHEDULES; i++)
		for (unsigned j = 0; j < SCHEDULE_BYTES; j++) {
			u64 r = scenario_random(&seed);

			schedules[i][j] = r & 3 ? 0 : (u8)(r >> 8);
		}
}

static void play(const struct options *opt, const struct sut_image *system, unsigned long n,
		 struct rate *rate)
{
	struct run_result result;
	struct chooser_bytes bytes;

	chooser_bytes_init(&bytes, schedules[(n / opt->files) % SCHEDULES], SCHEDULE_BYTES);
	run_scenario(&scenarios[n % opt->files], system, &bytes.base, &result);
	rate->runs++;
	rate->points += result.steps;
	rate->findings += result.verdict == RUN_FINDING;
}

/* Until the time is over; @n: number of the first run, kept beside the counts for a successor. */
static void measure_on(const struct options *opt, const struct sut_image *system, double start,
		       struct rate *rate, unsigned long *n)
{
	do {
		/* Whole rounds, so that every scenario has the same share. */
		for (unsigned i = 0; i < opt->files * 4; i++)
			play(opt, system, (*n)++, rate);
		rate->seconds = now() - start;
	} while (rate->seconds < opt->seconds);
}

/* A system may take its process down: the next one goes on, and what that costs is measured, too. */
static struct rate measure(const struct options *opt, const struct sut_image *system)
{
	struct shared {
		struct rate rate;
		unsigned long n;
	} *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0);
	double start;
	struct rate rate = { 0 };
	int status;

	if (shared == MAP_FAILED) {
		perror("throughput");
		exit(3);
	}
#if !defined(SLUICE_TSAN)
	/* Stacks and tables are there before the clock starts; TSan wants them made in the child. */
	play(opt, run_system("core"), 0, &rate);
#endif
	start = now();
	do {
		pid_t child = fork();

		if (!child) {
			/* The report of a death is not what is measured. */
			close(STDERR_FILENO);
			measure_on(opt, system, start, &shared->rate, &shared->n);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child) {
			perror("throughput");
			exit(3);
		}
		if (status)
			shared->rate.deaths++;
		shared->rate.seconds = now() - start;
	} while (status && shared->rate.seconds < opt->seconds);
	rate = shared->rate;
	munmap(shared, sizeof(*shared));
	return rate;
}

static struct memory soak(const struct options *opt, const struct sut_image *system)
{
	struct memory m = { .runs = opt->soak };
	struct rate rate = { 0 };
	struct rusage usage;

	for (unsigned long n = 0; n < opt->soak; n++) {
		if (n == opt->soak / 10)
			m.before_kib = resident_kib();
		play(opt, system, n, &rate);
	}
	m.after_kib = resident_kib();
	getrusage(RUSAGE_SELF, &usage);
	m.peak_kib = usage.ru_maxrss;
	return m;
}

static cJSON *rate_json(const struct rate *rate)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "runs_per_second", (double)rate->runs / rate->seconds);
	cJSON_AddNumberToObject(o, "points_per_second", (double)rate->points / rate->seconds);
	cJSON_AddNumberToObject(o, "points_per_run", (double)rate->points / (double)rate->runs);
	cJSON_AddNumberToObject(o, "findings", (double)rate->findings);
	cJSON_AddNumberToObject(o, "deaths", (double)rate->deaths);
	return o;
}

static void print_rate(const char *what, const struct rate *rate)
{
	printf("%-28s %10.0f runs/s  %8.2f M points/s  %6.0f points/run\n", what,
	       (double)rate->runs / rate->seconds, (double)rate->points / rate->seconds / 1e6,
	       (double)rate->points / (double)rate->runs);
	if (rate->deaths)
		printf("%-28s %10lu processes died of a finding\n", "", rate->deaths);
}

static void report_text(const struct options *opt, const struct engine_bench *e,
			const struct rate *off, const struct rate *on, const struct memory *m)
{
	if (opt->engine) {
		printf("%-28s %10.2f ns\n", "bare switch", e->bare);
		printf("%-28s %10.2f ns  %5.2f bare switches (aim 0.30)\n", "point with one option",
		       e->single, e->single / e->bare);
		printf("%-28s %10.2f ns  %5.2f bare switches (aim 1.00)\n", "decision that stays",
		       e->stay, e->stay / e->bare);
		printf("%-28s %10.2f ns  %5.2f bare switches (aim 2.50)\n",
		       "decision that switches", e->switching, e->switching / e->bare);
	}
	print_rate("feedback off", off);
	print_rate("feedback on", on);
	if (opt->soak)
		printf("%-28s %10ld KiB resident after %lu runs, %+ld KiB since a tenth of them, "
		       "peak %ld KiB\n",
		       "memory", m->after_kib, m->runs, m->after_kib - m->before_kib, m->peak_kib);
}

static void report_json(const struct options *opt, const struct engine_bench *e,
			const struct rate *off, const struct rate *on, const struct memory *m)
{
	cJSON *o = cJSON_CreateObject(), *sub;
	char *text;

	cJSON_AddStringToObject(o, "system", opt->system);
	cJSON_AddNumberToObject(o, "scenarios", opt->files);
	if (opt->engine) {
		sub = cJSON_AddObjectToObject(o, "engine");
		cJSON_AddNumberToObject(sub, "bare_switch_ns", e->bare);
		cJSON_AddNumberToObject(sub, "single_ns", e->single);
		cJSON_AddNumberToObject(sub, "stay_ns", e->stay);
		cJSON_AddNumberToObject(sub, "switch_ns", e->switching);
	}
	cJSON_AddItemToObject(o, "feedback_off", rate_json(off));
	cJSON_AddItemToObject(o, "feedback_on", rate_json(on));
	if (opt->soak) {
		sub = cJSON_AddObjectToObject(o, "memory");
		cJSON_AddNumberToObject(sub, "runs", (double)m->runs);
		cJSON_AddNumberToObject(sub, "peak_kib", (double)m->peak_kib);
		cJSON_AddNumberToObject(sub, "grown_kib", (double)(m->after_kib - m->before_kib));
	}
	text = cJSON_Print(o);
	puts(text);
	free(text);
	cJSON_Delete(o);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;
	char *end = NULL;

	switch (key) {
	case 's':
		opt->system = arg;
		return 0;
	case 't':
		opt->seconds = strtod(arg, &end);
		if (*end || !(opt->seconds > 0))
			argp_error(state, "--seconds: expected a number above 0, found `%s`", arg);
		return 0;
	case 'k':
		opt->soak = strtoul(arg, &end, 10);
		if (*end)
			argp_error(state, "--soak: expected a number of runs, found `%s`", arg);
		return 0;
	case 'e':
		opt->engine = false;
		return 0;
	case 'a':
		opt->access = true;
		return 0;
	case 'j':
		opt->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (opt->files == FILES_MAX)
			argp_error(state, "more than %d scenario files", FILES_MAX);
		opt->file[opt->files++] = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "expected scenario files, found none");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp_option argp_options[] = {
		{ "system", 's', "NAME", 0, "system under test (default core)", 0 },
		{ "seconds", 't', "N", 0, "time for each rate (default 5)", 0 },
		{ "soak", 'k', "RUNS", 0, "runs of the memory check (default 1000000, 0: none)",
		  0 },
		{ "no-engine", 'e', NULL, 0, "leave out the cost of switches and points", 0 },
		{ "access", 'a', NULL, 0,
		  "points at loads and stores of the code under test (access builds)", 0 },
		{ "json", 'j', NULL, 0, "print JSON", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		argp_options,
		parse_option,
		"SCENARIO...",
		"Measures the engine, and runs and points per second over the given scenarios.",
		NULL,
		NULL,
		NULL
	};
	struct options opt = { .system = "core", .seconds = 5, .soak = 1000000, .engine = true };
	const struct sut_image *system;
	struct engine_bench engine = { 0 };
	struct rate off, on;
	struct memory memory = { 0 };

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &opt);
	run_init();
	system = run_system(opt.system);
	if (!system) {
		fprintf(stderr, "throughput: no system `%s`\n", opt.system);
		return 2;
	}
	load(&opt);
	for (unsigned i = 0; i < opt.files; i++) {
		run_fit(&scenarios[i], system);
		if (run_build_serves(&scenarios[i]))
			continue;
		fprintf(stderr, "throughput: %s needs another build than `%s`\n", opt.file[i],
			run_build());
		return 2;
	}
	if (opt.engine)
		engine_bench_run(&engine, 7);
	off = measure(&opt, system);
	run_set_feedback(feedback, sizeof(feedback));
	on = measure(&opt, system);
	run_set_feedback(NULL, 0);
	if (opt.soak)
		memory = soak(&opt, system);
	(opt.json ? report_json : report_text)(&opt, &engine, &off, &on, &memory);
	return 0;
}
