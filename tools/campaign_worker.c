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
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/campaign.h"

#define STOP_SECONDS 5.0

void worker_share_status(struct worker *w)
{
	w->status_fd = memfd_create("sluice-status", 0);
	if (w->status_fd < 0 || ftruncate(w->status_fd, sizeof(*w->status)))
		campaign_die("no memory to share with a worker: %s", strerror(errno));
	w->status =
		mmap(NULL, sizeof(*w->status), PROT_READ | PROT_WRITE, MAP_SHARED, w->status_fd, 0);
	if (w->status == MAP_FAILED)
		campaign_die("no memory to share with a worker: %s", strerror(errno));
}

/* Symbolizing takes longer than a restart; `sluice run` on the text gives the whole report. */
static void set_option(const char *name)
{
	const char *given = getenv(name);
	char text[1024];

	snprintf(text, sizeof(text), "symbolize=0%s%s", given ? ":" : "", given ? given : "");
	setenv(name, text, 1);
}

static void set_environment(const struct worker *w)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", w->status_fd);
	set_option("ASAN_OPTIONS");
	set_option("TSAN_OPTIONS");
	set_option("MSAN_OPTIONS");
	setenv(STATUS_FD, fd, 1);
	if (options.twin)
		setenv(STATUS_TWIN, options.twin, 1);
	if (options.against)
		setenv(STATUS_AGAINST, options.against, 1);
}

static void worker_exec(const struct worker *w, double seconds_left)
{
	char system[128], artifacts[CAMPAIGN_PATH + 64], time[64], corpus[CAMPAIGN_PATH + 64];
	const char *fuzzer = w->build->fuzzer;
	char seed[32], dictionary[CAMPAIGN_PATH + 16];

	/* An interrupt from the terminal is the parent's to handle. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_DFL);
	if (dup2(w->log, STDOUT_FILENO) < 0 || dup2(w->log, STDERR_FILENO) < 0)
		_exit(3);
	set_environment(w);
	if (w->build->afl)
		afl_exec(w, seconds_left);
	snprintf(system, sizeof(system), "--system=%s", options.system);
	snprintf(artifacts, sizeof(artifacts), "-artifact_prefix=%s/state/artifacts/%u-",
		 options.output, w->index);
	snprintf(time, sizeof(time), "-max_total_time=%u", (unsigned)seconds_left + 1);
	snprintf(corpus, sizeof(corpus), "%s/state/corpus", options.output);
	/* Another one each time: the corpus alone would not make a difference. */
	snprintf(seed, sizeof(seed), "-seed=%u",
		 options.seed ? options.seed + 10000 * w->index + w->starts : 0);
	/* A target's dictionary lies beside it. */
	snprintf(dictionary, sizeof(dictionary), "-dict=%s.dict", fuzzer);
	execl(fuzzer, fuzzer, system, artifacts, time, seed, "-max_len=4096", "-timeout=25",
	      "-rss_limit_mb=2560", "-print_funcs=0", "-use_value_profile=0", "-detect_leaks=0",
	      "-reload=1", corpus,
	      access(strchr(dictionary, '=') + 1, R_OK) ? (char *)NULL : dictionary, (char *)NULL);
	fprintf(stderr, "%s: %s\n", fuzzer, strerror(errno));
	_exit(3);
}

void worker_forget_words(struct worker *w)
{
	w->words.identity[0] = w->words.line[0] = w->words.premises[0] = '\0';
	w->words.artifact[0] = '\0';
	w->words.text_size = 0;
	w->words.in_text = false;
}

void worker_tell_known(struct worker *w)
{
	unsigned turn = w->status->known_turn + 1;

	finding_known(w->status->known[turn % 2], STATUS_KNOWN_SIZE);
	w->status->known_turn = turn;
}

void worker_start(struct worker *w, double seconds_left)
{
	char log[CAMPAIGN_PATH + 64];

	if (w->log > 0)
		close(w->log);
	snprintf(log, sizeof(log), "%s/state/worker%u.log", options.output, w->index);
	w->log = open(log, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (w->log < 0)
		campaign_die("%s: %s", log, strerror(errno));
	w->log_at = 0;
	w->partial_size = 0;
	w->inited = false;
	w->started = clock_now();
	w->starts++;
	worker_forget_words(w);
	worker_tell_known(w);
	w->pid = fork();
	if (w->pid < 0)
		campaign_die("cannot start a process: %s", strerror(errno));
	if (!w->pid)
		worker_exec(w, seconds_left);
}

/* The number behind @key in one of libFuzzer's lines; @old if it is not there. */
static unsigned number_after(const char *line, const char *key, unsigned old)
{
	const char *at = strstr(line, key);

	return at ? (unsigned)strtoul(at + strlen(key), NULL, 10) : old;
}

static bool take_after(const char *line, const char *key, char *to, size_t size)
{
	if (strncmp(line, key, strlen(key)))
		return false;
	/* The first one counts: what follows may be libFuzzer's, of the same death. */
	if (!to[0])
		snprintf(to, size, "%s", line + strlen(key));
	return true;
}

static void worker_line(struct worker *w, const char *line)
{
	struct last_words *words = &w->words;
	const char *written = "Test unit written to ";
	const char *at;

	if (words->in_text) {
		size_t size = strlen(line);

		words->in_text = strcmp(line, STATUS_TEXT_END);
		if (!words->in_text || words->text_size + size + 2 > sizeof(words->text))
			return;
		memcpy(words->text + words->text_size, line, size);
		words->text_size += size;
		words->text[words->text_size++] = '\n';
		return;
	}
	if (line[0] == '#') {
		w->coverage = number_after(line, "cov: ", w->coverage);
		w->features = number_after(line, "ft: ", w->features);
		w->corpus = number_after(line, "corp: ", w->corpus);
		w->inited |= strstr(line, "INITED") != NULL;
		return;
	}
	at = strstr(line, written);
	if (at) {
		snprintf(words->artifact, sizeof(words->artifact), "%s", at + strlen(written));
		if (w->build->afl)
			campaign_file_words(w);
	} else if (!strcmp(line, STATUS_TEXT_BEGIN) && !words->text_size)
		words->in_text = true;
	else if (!strncmp(line, "knobs: ", 7) && !words->text_size)
		snprintf(words->premises + strlen(words->premises),
			 sizeof(words->premises) - strlen(words->premises), "\nknobs: %s",
			 line + 7);
	else if (!strncmp(line, "assumes: ", 9) && !words->text_size)
		snprintf(words->premises + strlen(words->premises),
			 sizeof(words->premises) - strlen(words->premises), "\n%s", line);
	else if (!take_after(line, "DEDUP_TOKEN: ", words->identity, sizeof(words->identity)) &&
		 !take_after(line, "finding: ", words->line, sizeof(words->line)))
		take_after(line, "premises: ", words->premises, sizeof(words->premises));
}

void worker_read(struct worker *w)
{
	char *buf = w->partial;
	ssize_t got;

	while ((got = pread(w->log, buf + w->partial_size, sizeof(w->partial) - 1 - w->partial_size,
			    w->log_at)) > 0) {
		char *line = buf, *end;

		w->log_at += got;
		w->partial_size += (size_t)got;
		buf[w->partial_size] = '\0';
		while ((end = memchr(line, '\n', w->partial_size - (size_t)(line - buf)))) {
			*end = '\0';
			worker_line(w, line);
			line = end + 1;
		}
		w->partial_size -= (size_t)(line - buf);
		memmove(buf, line, w->partial_size);
		/* No line of interest is longer than the buffer. */
		if (w->partial_size == sizeof(w->partial) - 1)
			w->partial_size = 0;
	}
}

double worker_cpu(struct worker *w)
{
	double cpu = w->cpu + clock_cpu_of(w->pid);

	if (w->build->afl)
		cpu += afl_cpu(w);
	return w->status ? cpu - w->status->twin_cpu : cpu;
}

bool worker_ended(struct worker *w, int *code)
{
	siginfo_t ended = { 0 };
	struct rusage usage;
	double cpu;
	int status;

	if (waitid(P_PID, (id_t)w->pid, &ended, WEXITED | WNOHANG | WNOWAIT) || !ended.si_pid)
		return false;
	cpu = clock_cpu_of(w->pid);
	if (wait4(w->pid, &status, 0, &usage) != w->pid)
		return false;
	w->cpu += w->build->afl ? cpu : clock_cpu_used(&usage);
	w->pid = 0;
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	worker_read(w);
	if (w->build->afl)
		afl_ended(w);
	return true;
}

void worker_stop(struct worker *w)
{
	double begin = clock_now();
	int code;

	if (!w->pid)
		return;
	kill(w->pid, SIGTERM);
	while (!worker_ended(w, &code)) {
		if (clock_now() - begin > STOP_SECONDS)
			kill(w->pid, SIGKILL);
		usleep(10000);
	}
}
