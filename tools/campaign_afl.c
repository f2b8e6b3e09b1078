/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Workers whose engine is AFL++. afl-fuzz goes on after a death, and tells of itself in files: its finds are
 * linked into the campaign's corpus, and its figures read, now and then. The first is the main one, which
 * takes from that corpus what libFuzzer found; the others take from it, and it from them.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/campaign.h"

#define AFL_TIMEOUT_MS "25000" /* on a busy machine, too, a loop is a death before (fuzz/death.h) */
#define AFL_PULL_SECONDS 2.0
#define AFL_DESCRIPTORS 100 /* where those begin that afl-fuzz is not to know of */

static const char *afl_name(const struct worker *w)
{
	static char name[16];

	if (!afl_is_main(w))
		snprintf(name, sizeof(name), "second%u", w->index);
	return afl_is_main(w) ? "main" : name;
}

bool afl_is_main(const struct worker *w)
{
	for (unsigned i = 0; i < w->index; i++) {
		if (options.build[i % options.fuzzers].afl)
			return false;
	}
	return true;
}

/* --- Folders ---------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void link_or_copy(const char *from, const char *to)
{
	if (link(from, to) && errno != EEXIST && !campaign_copy(from, to))
		campaign_die("%s: %s", to, strerror(errno));
}

/*
 * What the corpus has is what AFL++ begins with; what is left of an earlier campaign's queue is in it. It
 * wants at least one input.
 */
void afl_prepare(void)
{
	char from[CAMPAIGN_PATH + 512], to[CAMPAIGN_PATH + 512];
	struct dirent *entry;
	unsigned count = 0;
	FILE *out;
	DIR *dir;

	snprintf(from, sizeof(from), "%s/state/afl", options.output);
	nftw(from, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	snprintf(from, sizeof(from), "%s/state/afl-seeds", options.output);
	nftw(from, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	campaign_folder("%s/state/afl-seeds", options.output);
	snprintf(from, sizeof(from), "%s/state/corpus", options.output);
	dir = opendir(from);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(from, sizeof(from), "%s/state/corpus/%s", options.output, entry->d_name);
		snprintf(to, sizeof(to), "%s/state/afl-seeds/%s", options.output, entry->d_name);
		link_or_copy(from, to);
		count++;
	}
	if (dir)
		closedir(dir);
	if (count)
		return;
	snprintf(to, sizeof(to), "%s/state/afl-seeds/empty-world", options.output);
	out = fopen(to, "w");
	if (!out || fputc('\0', out) == EOF || fclose(out))
		campaign_die("%s: %s", to, strerror(errno));
}

/* --- The process ------------------------------------------------------------------------------ */

static void set_environment(const struct worker *w)
{
	static const char *const on[] = {
		"AFL_NO_UI",        "AFL_NO_AFFINITY",
		"AFL_SKIP_CPUFREQ", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES",
		"AFL_FAST_CAL",     "AFL_CMPLOG_ONLY_NEW",
		"AFL_AUTORESUME",   "AFL_IGNORE_SEED_PROBLEMS"
	};
	char text[CAMPAIGN_PATH + 64];

	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		setenv(on[i], "1", 1);
	setenv("AFL_SYNC_TIME", "1", 1);
	snprintf(text, sizeof(text), "%s_mutator.so", w->build->fuzzer);
	setenv("AFL_CUSTOM_MUTATOR_LIBRARY", text, 1);
	snprintf(text, sizeof(text), "%s/state/artifacts/%u-", options.output, w->index);
	setenv(STATUS_ARTIFACTS, text, 1);
	snprintf(text, sizeof(text), "%d", fcntl(w->log, F_DUPFD, AFL_DESCRIPTORS));
	setenv(STATUS_LOG_FD, text, 1);
	setenv(STATUS_SYSTEM, options.system, 1);
	setenv("ASAN_OPTIONS", "abort_on_error=1:symbolize=0:detect_leaks=0", 1);
	/* Without them afl-fuzz sets its own, which take from ASan the signals of a bad pointer. */
	setenv("UBSAN_OPTIONS", "abort_on_error=1:symbolize=0:halt_on_error=1", 1);
	unsetenv("MSAN_OPTIONS"); /* it would have a say in them */
}

void afl_exec(const struct worker *w, double seconds_left)
{
	char seeds[CAMPAIGN_PATH + 64], output[CAMPAIGN_PATH + 64], corpus[CAMPAIGN_PATH + 64];
	char time[32], seed[32], dictionary[CAMPAIGN_PATH + 16];
	const char *args[32] = { "afl-fuzz", "-i", seeds,          "-o", output, "-G",
				 "4096",     "-t", AFL_TIMEOUT_MS, "-V", time };
	unsigned n = 11;

	set_environment(w);
	snprintf(seeds, sizeof(seeds), "%s/state/afl-seeds", options.output);
	snprintf(output, sizeof(output), "%s/state/afl", options.output);
	snprintf(corpus, sizeof(corpus), "%s/state/corpus", options.output);
	snprintf(time, sizeof(time), "%u", (unsigned)seconds_left + 1);
	snprintf(seed, sizeof(seed), "%u", options.seed + 10000 * w->index + w->starts);
	/* One that is alone picks what it likes from the queue, and trims. */
	args[n++] = afl_is_main(w) && options.jobs > 1 ? "-M" : "-S";
	args[n++] = afl_name(w);
	if (afl_is_main(w) && options.jobs > 1) {
		args[n++] = "-F";
		args[n++] = corpus;
	}
	if (options.seed) {
		args[n++] = "-s";
		args[n++] = seed;
	}
	if (w->build->cmplog) {
		args[n++] = "-c";
		args[n++] = w->build->cmplog;
	}
	snprintf(dictionary, sizeof(dictionary), "%s.dict", w->build->fuzzer);
	if (!access(dictionary, R_OK)) {
		args[n++] = "-x";
		args[n++] = dictionary;
	}
	args[n++] = "--";
	args[n++] = w->build->fuzzer;
	execvp(args[0], (char **)args);
	fprintf(stderr, "%s: %s\n", args[0], strerror(errno));
	_exit(3);
}

/* --- What it tells ---------------------------------------------------------------------------- */

/* Finds of this worker, not what it began with or took from others, go into the campaign's corpus. */
static void pull_queue(struct worker *w)
{
	char folder[CAMPAIGN_PATH + 64], from[CAMPAIGN_PATH + 512], to[CAMPAIGN_PATH + 512];
	unsigned next = w->pulled;
	struct dirent *entry;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/state/afl/%s/queue", options.output, afl_name(w));
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		unsigned id;

		if (sscanf(entry->d_name, "id:%6u", &id) != 1 || id < w->pulled)
			continue;
		next = id >= next ? id + 1 : next;
		if (strstr(entry->d_name, ",orig:") || strstr(entry->d_name, ",sync:"))
			continue;
		snprintf(from, sizeof(from), "%s/%s", folder, entry->d_name);
		snprintf(to, sizeof(to), "%s/state/corpus/afl-%s-%06u", options.output, afl_name(w),
			 id);
		link_or_copy(from, to);
	}
	if (dir)
		closedir(dir);
	w->pulled = w->corpus = next;
}

/* Of its map: edges, and with the extra counters. */
static void count_met(struct worker *w)
{
	const struct fuzz_status *status = w->status;

	w->coverage = w->features = 0;
	for (unsigned i = 0; i < STATUS_MAP_MAX; i++) {
		bool counter = i - status->counters < STATUS_COUNTERS_MAX;

		w->features += status->met[i] != 0;
		w->coverage += status->met[i] && !counter;
	}
}

static void read_stability(struct worker *w)
{
	char path[CAMPAIGN_PATH + 64], line[512];
	FILE *in;

	snprintf(path, sizeof(path), "%s/state/afl/%s/fuzzer_stats", options.output, afl_name(w));
	in = fopen(path, "r");
	while (in && fgets(line, sizeof(line), in))
		sscanf(line, "stability : %15[0-9.%%]", w->stability);
	if (in)
		fclose(in);
}

void afl_read(struct worker *w)
{
	double now = clock_now();

	afl_cpu(w); /* what has ended can't be asked any more */
	if (now - w->pulled_at < AFL_PULL_SECONDS)
		return;
	w->pulled_at = now;
	pull_queue(w);
	count_met(w);
}

double afl_cpu(struct worker *w)
{
	double cpu = w->status->cpu;

	for (unsigned i = 0; i < 2; i++) {
		double now = clock_cpu_of(w->status->server[i]);

		/* 0 when it has ended. */
		if (now > w->server_cpu[i])
			w->server_cpu[i] = now;
		cpu += w->server_cpu[i];
	}
	return cpu;
}

void afl_ended(struct worker *w)
{
	for (unsigned i = 0; i < 2; i++) {
		w->cpu += w->server_cpu[i];
		w->server_cpu[i] = 0;
		w->status->server[i] = 0;
	}
	pull_queue(w);
	count_met(w);
	read_stability(w);
}

void afl_print(const struct worker *w)
{
	printf("AFL++ %s: stability %s, %llu mutations by our own mutator, %u extra counters "
	       "met%s\n",
	       afl_name(w), w->stability[0] ? w->stability : "unknown",
	       (unsigned long long)w->status->mutations, w->features - w->coverage,
	       w->build->cmplog ? ", with CMPLOG" : "");
}
