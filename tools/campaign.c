/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/campaign.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "run/run.h"

/* A worker that dies so often without saying why will not get better by itself. */
#define QUICK_DEATHS_MAX 5
#define LINE_SECONDS 10.0
#define FOLD_COLUMNS 100
#define TICK_US 100000
#define EAGER_TICK_US 5000 /* where the first finding ends it */
/* Whatever the clock says, a campaign that has used this many times its CPU time of it ends. */
#define CLOCK_FACTOR 30

static struct {
	struct worker worker[CAMPAIGN_JOBS_MAX];
	double begin, last_line;
	double cpu, at; /* at the last death: of all workers, and by the clock */
	unsigned deaths, dropped;
	char failure[512]; /* why the campaign itself failed, "" if it did not */
} campaign;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

void campaign_die(const char *format, ...)
{
	va_list args;

	fputs("campaign: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(3);
}

static double elapsed(void)
{
	return clock_now() - campaign.begin;
}

static double cpu(void)
{
	double sum = 0;

	for (unsigned i = 0; i < options.jobs; i++)
		sum += worker_cpu(&campaign.worker[i]);
	return sum;
}

/* By the clock; 0: it is over. */
static double seconds_left(void)
{
	double left = options.seconds - elapsed();

	if (options.cpu_seconds > 0) {
		double rest = CLOCK_FACTOR * (options.cpu_seconds - cpu());

		left = CLOCK_FACTOR * options.cpu_seconds + 1 - elapsed();
		left = rest < left ? rest : left;
	}
	return left > 0 && !(options.first && finding_own()) ? left : 0;
}

static uint64_t executions(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < options.jobs; i++)
		sum += campaign.worker[i].status->executions;
	return sum;
}

static uint64_t mutations(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < options.jobs; i++)
		sum += campaign.worker[i].status->mutations;
	return sum;
}

/* What is fuzzed, and by which target if not the usual one. */
static const char *title(void)
{
	static char text[256];

	if (!options.target)
		return options.system;
	if (options.unsystematic)
		return options.target;
	snprintf(text, sizeof(text), "%s on %s", options.target, options.system);
	return text;
}

#define LARGEST(field)                                                                             \
	({                                                                                         \
		unsigned largest = 0;                                                              \
		for (unsigned i = 0; i < options.jobs; i++) {                                      \
			if (campaign.worker[i].field > largest)                                    \
				largest = campaign.worker[i].field;                                \
		}                                                                                  \
		largest;                                                                           \
	})

static void live_line(void)
{
	bool terminal = isatty(STDERR_FILENO);
	double t = elapsed(), left = seconds_left();

	if (!terminal && t - campaign.last_line < LINE_SECONDS)
		return;
	campaign.last_line = t;
	fprintf(stderr,
		"%s%s: %llu executions, %.0f/s, coverage %u, features %u, corpus %u, "
		"%u findings, %u restarts, %.0f s left%s",
		terminal ? "\r\033[K" : "", title(), (unsigned long long)executions(),
		t > 0 ? (double)executions() / t : 0, LARGEST(coverage), LARGEST(features),
		LARGEST(corpus), finding_count, campaign.deaths, left, terminal ? "" : "\n");
}

static void say_new(const struct finding *f)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	printf("%6.1f s  %s%s%s%s\n", f->at, f->line, finding_mark(f),
	       f->replays ? "" : " (does NOT replay)", f->shared ? " (the twin has it, too)" : "");
	fflush(stdout);
}

void campaign_file_words(struct worker *w)
{
	unsigned known = finding_count;

	campaign.deaths++;
	/* What it takes to try the finding is not the search's time. */
	campaign.cpu = cpu();
	campaign.at = elapsed();
	/* AFL++ keeps none that dies. */
	if (w->words.artifact[0] && !w->build->afl)
		campaign.dropped += finding_leave_corpus(w->words.artifact);
	if (w->words.identity[0] && (w->words.text_size || w->words.artifact[0])) {
		w->quick_deaths = 0;
		finding_add(&w->words, w->build, elapsed());
		if (finding_count > known)
			say_new(&findings[finding_count - 1]);
		for (unsigned i = 0; i < options.jobs; i++)
			worker_tell_known(&campaign.worker[i]);
	} else {
		w->quick_deaths++;
	}
	if (w->words.artifact[0])
		unlink(w->words.artifact);
	worker_forget_words(w);
}

/* Says nothing that helps, again and again. */
static void give_up(const struct worker *w, const char *how, int code)
{
	snprintf(campaign.failure, sizeof(campaign.failure),
		 "a worker ended %s %d and said no finding; its log: "
		 "%.300s/state/worker%u.log",
		 how, code, options.output, w->index);
}

/* A worker has ended: what did it find? */
static void bury(struct worker *w, int code)
{
	campaign_file_words(w);
	if (w->quick_deaths == QUICK_DEATHS_MAX ||
	    (w->quick_deaths && (code == 2 || code == 3 || !w->status->executions)))
		give_up(w, "with status", code);
}

static void look_at(struct worker *w)
{
	int code;

	worker_read(w);
	if (w->build->afl) {
		afl_read(w);
		if (w->status->silent >= QUICK_DEATHS_MAX)
			give_up(w, "in number", (int)w->status->silent);
	}
	if (!worker_ended(w, &code))
		return;
	if (code)
		bury(w, code);
	if (!interrupted && !campaign.failure[0] && seconds_left() > 0)
		worker_start(w, seconds_left());
}

static void run_workers(void)
{
	for (unsigned i = 0; i < options.jobs; i++) {
		campaign.worker[i].index = i;
		campaign.worker[i].build = &options.build[i % options.fuzzers];
		worker_share_status(&campaign.worker[i]);
	}
	for (unsigned i = 0; i < options.jobs; i++)
		worker_start(&campaign.worker[i], seconds_left());
	while (!interrupted && !campaign.failure[0] && seconds_left() > 0) {
		for (unsigned i = 0; i < options.jobs; i++)
			look_at(&campaign.worker[i]);
		live_line();
		usleep(options.first ? EAGER_TICK_US : TICK_US);
	}
	for (unsigned i = 0; i < options.jobs; i++)
		worker_stop(&campaign.worker[i]);
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* --- Folders --- */

void campaign_folder(const char *format, ...)
{
	char path[CAMPAIGN_PATH + 64];
	struct stat st;
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	for (char *at = path + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0777);
		*at = '/';
	}
	mkdir(path, 0777);
	if (stat(path, &st) || !S_ISDIR(st.st_mode) || access(path, W_OK))
		campaign_die("%s: not a directory that can be written to", path);
}

/* The seeds go into the campaign's own corpus, where those that die can be taken out again. */
static unsigned take_seeds(void)
{
	char from[CAMPAIGN_PATH + 512], to[CAMPAIGN_PATH + 512], buf[SCENARIO_BYTES_MAX];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	if (!options.seeds)
		return 0;
	dir = opendir(options.seeds);
	if (!dir)
		campaign_die("%s: %s", options.seeds, strerror(errno));
	while ((entry = readdir(dir))) {
		FILE *in, *out;
		size_t size;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(from, sizeof(from), "%s/%s", options.seeds, entry->d_name);
		snprintf(to, sizeof(to), "%s/state/corpus/%s", options.output, entry->d_name);
		in = fopen(from, "rb");
		size = in ? fread(buf, 1, sizeof(buf), in) : 0;
		if (in)
			fclose(in);
		out = size ? fopen(to, "wb") : NULL;
		if (!out || fwrite(buf, 1, size, out) != size)
			campaign_die("%s: can't take this seed", from);
		fclose(out);
		count++;
	}
	closedir(dir);
	return count;
}

/* --- At the end --- */

/* Words of @text, indented, in lines that fit a terminal; a line break in it stays one. */
static void print_folded(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " \n");

		if (column && column + 1 + word > FOLD_COLUMNS) {
			putchar('\n');
			column = 0;
		}
		printf(column ? " %.*s" : "    %.*s", (int)word, text);
		column += word + (column ? 1 : 4);
		if (text[word] == '\n') {
			putchar('\n');
			column = 0;
		}
		text += word + (text[word] != '\0');
	}
	putchar('\n');
}

static void print_finding(const struct finding *f)
{
	static const char *const replay[] = {
		[REPLAYS_NOT] = "DOES NOT REPLAY in a fresh process",
		[REPLAYS_ALIKE] = "replays in a fresh process, between two other functions",
		[REPLAYS] = "replays in a fresh process",
	};

	printf("\n%s%s%s\n  met %llu times, first after %.1f s; the %s %s\n", f->line,
	       finding_mark(f), f->shared ? " (the twin has it, too)" : "",
	       (unsigned long long)finding_met(f, campaign.worker, options.jobs), f->at,
	       f->is_text ? "text" : "input", replay[f->replays]);
	if (!f->is_text) {
		printf("  replay: %s %s\n", f->build->fuzzer, f->path);
		return;
	}
	puts("  premises:");
	print_folded(f->premises);
	printf("  replay: scripts/sluice run %s\n", f->path);
}

static int summarise(unsigned seeds)
{
	double t = elapsed();

	printf("\n%s: %.0f s with %u worker%s from %u seeds: %llu executions (%.0f/s), coverage "
	       "%u, "
	       "features %u, corpus %u\n",
	       title(), t, options.jobs, options.jobs == 1 ? "" : "s", seeds,
	       (unsigned long long)executions(), (double)executions() / t, LARGEST(coverage),
	       LARGEST(features), LARGEST(corpus));
	if (!options.unsystematic)
		printf("tried: operations, knob values of all classes, kept and broken promises, "
		       "schedules\n");
	printf("%llu inputs were made by the target's own mutations; workers were restarted %u "
	       "times,\nand %u inputs that end a process left the corpus\n",
	       (unsigned long long)mutations(), campaign.deaths, campaign.dropped);
	for (unsigned i = 0; i < options.jobs; i++) {
		if (campaign.worker[i].build->afl)
			afl_print(&campaign.worker[i]);
	}
	if (interrupted)
		printf("stopped by the user\n");
	if (finding_count)
		printf("found: %u, in %s\n", finding_count, options.output);
	else
		printf("found: nothing whose premises hold\n");
	for (unsigned i = 0; i < finding_count; i++)
		print_finding(&findings[i]);
	if (campaign.failure[0]) {
		fflush(stdout);
		fprintf(stderr, "campaign: %s\n", campaign.failure);
		return 3;
	}
	return finding_own() ? 1 : 0;
}

/* For a program: what was done, and the first finding that the twin does not give. */
static void write_report(void)
{
	const struct finding *f = findings;
	FILE *out = fopen(options.report, "w");

	if (!out)
		campaign_die("%s: %s", options.report, strerror(errno));
	while (f < findings + finding_count && f->shared)
		f++;
	if (f == findings + finding_count) {
		campaign.cpu = cpu();
		campaign.at = elapsed();
	}
	fprintf(out, "{\"executions\": %llu, \"cpu_seconds\": %.6f, \"wall_seconds\": %.6f, ",
		(unsigned long long)executions(), campaign.cpu, campaign.at);
	fprintf(out, "\"findings\": %u, \"workers\": [", finding_own());
	for (unsigned i = 0; i < options.jobs; i++)
		fprintf(out, "%s{\"build\": %u, \"cpu_seconds\": %.3f, \"executions\": %llu}",
			i ? ", " : "", i % options.fuzzers, worker_cpu(&campaign.worker[i]),
			(unsigned long long)campaign.worker[i].status->executions);
	/* An identity has no character that JSON minds; a path may have. */
	if (f < findings + finding_count)
		fprintf(out, "], \"identity\": \"%s\", \"file\": \"%s\"}\n", f->identity,
			strrchr(f->path, '/') + 1);
	else
		fprintf(out, "], \"identity\": null, \"file\": null}\n");
	if (fclose(out))
		campaign_die("%s: %s", options.report, strerror(errno));
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	unsigned seeds;

	run_init();
	options_read(argc, argv);
	campaign_folder("%s/state/corpus", options.output);
	campaign_folder("%s/state/artifacts", options.output);
	seeds = take_seeds();
	afl_prepare();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	campaign.begin = clock_now();
	run_workers();
	if (options.report)
		write_report();
	return summarise(seeds);
}
