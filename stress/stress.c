/* SPDX-License-Identifier: GPL-2.0-only */

/* The parent: options, workers, the live line, the end. The theory is in stress.h. */

#define _GNU_SOURCE
#include "stress/stress.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/clock.h"
#include "stress/engine.h"

#define TICK_US 20000
#define LIVE_SECONDS 0.2
#define LINE_SECONDS 10.0
#define STOP_SECONDS 60.0  /* that a worker has for its last round */
#define WORDS_SECONDS 10.0 /* that one has to end when it has told what of */
#define QUIET_DEATHS_MAX                                                                           \
	5 /* in a row: a worker that dies so often without a word will not get better */
#define SEED_MAX (1ull << 53) /* JSON's numbers hold no larger ones */
#define RESIDENT_AFTER 200    /* rounds: a worker has touched all that it uses */

struct stress_options options = {
	.system = "core",
	.seconds = 60,
	.seed = 1,
	.threads = SCENARIO_TASKS_MAX,
	.search = 20000,
};

static struct {
	struct stress_run run;
	char failure[STRESS_PATH];
	pid_t worker;
	u64 worker_first;  /* rounds before it */
	double begin, cpu; /* cpu: of the workers that have ended */
	double said_at;    /* when the worker was first seen to have said its last words */
	unsigned quiet_deaths;
	/* Of the last live line */
	double live_at;
	struct stress_counts live;
} stress;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

void stress_die(int code, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", options.program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(code);
}

void stress_leave(int code)
{
	fflush(NULL);
	syscall(SYS_exit_group, code);
	abort();
}

static void leave(int code, void *unused)
{
	stress_leave(code);
}

static double elapsed(void)
{
	return clock_now() - stress.begin;
}

static double seconds_left(void)
{
	double left = options.seconds - elapsed();

	return left > 0 ? left : 0;
}

/* --- Live --------------------------------------------------------------------------------------- */

static void clear_line(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void live_line(void)
{
	const struct stress_counts now = stress_shared->counts;
	bool terminal = isatty(STDERR_FILENO);
	double t = elapsed(), since = t - stress.live_at;
	char p50[32], p99[32], max[32];

	if (since < (terminal ? LIVE_SECONDS : LINE_SECONDS))
		return;
	clear_line();
	fprintf(stderr,
		"%s: %.0f operations/s, %.0f drains/s, %.0f faults/s, %llu overflows, a drain p50 "
		"%s "
		"p99 %s max %s, %u findings, %.0f s left%s",
		options.system, (double)(now.operations - stress.live.operations) / since,
		(double)(now.drains - stress.live.drains) / since,
		(double)(now.faults - stress.live.faults) / since,
		(unsigned long long)now.overflows,
		report_time(histogram_quantile(&stress_shared->drain, 5000), p50),
		report_time(histogram_quantile(&stress_shared->drain, 9900), p99),
		report_time(stress_shared->drain.max, max), finding_count, seconds_left(),
		terminal ? "" : "\n");
	stress.live = now;
	stress.live_at = t;
}

/* On stderr where standard output is the report's. */
static FILE *talk(void)
{
	return options.json ? stderr : stdout;
}

static void say_found(const struct finding *f)
{
	clear_line();
	fprintf(talk(), "%6.1f s  %s (round %llu)\n", f->at, f->line, (unsigned long long)f->round);
	fflush(talk());
}

static bool search_goes_on(const struct finding *f, const char *step)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[Klooking for an exact replay of %s: %s", f->identity, step);
	return !interrupted;
}

/* --- Workers ------------------------------------------------------------------------------------ */

static long resident_kib(pid_t pid)
{
	char path[64];
	long pages = 0, unused;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	in = fopen(path, "r");
	if (!in || fscanf(in, "%ld %ld", &unused, &pages) != 2)
		pages = 0;
	if (in)
		fclose(in);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void look_at_memory(void)
{
	long kib = resident_kib(stress.worker);

	if (!kib || stress_shared->counts.rounds < stress.worker_first + RESIDENT_AFTER)
		return;
	if (!stress.run.resident_first)
		stress.run.resident_first = kib;
	stress.run.resident_last = kib;
}

static void start(char **argv)
{
	stress_shared->found = stress_shared->repeated = false;
	stress.worker = worker_start(argv);
	stress.worker_first = stress_shared->counts.rounds;
	stress.run.resident_first = 0;
	stress.run.workers++;
}

/* A worker has ended. */
static void bury(int status)
{
	const struct finding *f;
	char path[STRESS_PATH];

	if (stress_shared->found) {
		f = finding_add(elapsed());
		if (f)
			say_found(f);
	} else if (status && !stress_shared->repeated) {
		stress.run.silent++;
		if (++stress.quiet_deaths < QUIET_DEATHS_MAX)
			return;
		snprintf(stress.failure, sizeof(stress.failure),
			 "a worker ended with %s %d and said no finding; its log: %.900s",
			 WIFSIGNALED(status) ? "signal" : "status",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
			 worker_file("worker.log", path));
		stress.run.failure = stress.failure;
		return;
	}
	stress.quiet_deaths = 0;
}

/* Its last words are said, and it lives on: a sanitizer's runtime may be stuck in what has died. */
static bool is_stuck(void)
{
	if (!stress_shared->found && !stress_shared->repeated)
		stress.said_at = 0;
	else if (!stress.said_at)
		stress.said_at = clock_now();
	return stress.said_at && clock_now() - stress.said_at > WORDS_SECONDS;
}

/* True if it has ended, and is buried. */
static bool ended(void)
{
	struct rusage usage;
	int status;

	if (is_stuck())
		kill(stress.worker, SIGKILL);
	if (wait4(stress.worker, &status, WNOHANG, &usage) != stress.worker)
		return false;
	stress.cpu += clock_cpu_used(&usage);
	stress.worker = 0;
	bury(status);
	return true;
}

static bool is_wanted(const struct finding *f)
{
	size_t size = options.until ? strlen(options.until) : 0;

	return !options.until || !strcmp(options.until, "any") ||
	       (!strncmp(f->identity, options.until, size) && strchr(":~", f->identity[size]));
}

/* A replay shows what comes first, so a round in which it does is waited for. */
static bool is_found(void)
{
	bool found = false;

	for (unsigned i = 0; options.until && i < finding_count; i++)
		found |= is_wanted(&findings[i]) && !findings[i].behind;
	return found;
}

static bool is_spent(void)
{
	return options.cpu > 0 && stress.cpu + clock_cpu_of(stress.worker) >= options.cpu;
}

static bool is_over(void)
{
	return interrupted || stress.run.failure || stress_shared->done || seconds_left() <= 0 ||
	       is_spent() || is_found();
}

/* Its last round is played to the end; for ever nobody waits. */
static void stop(void)
{
	double begin = clock_now();

	stress_shared->stop = true;
	while (stress.worker && !ended()) {
		if (clock_now() - begin > STOP_SECONDS) {
			fprintf(stderr, "%s: round %llu does not end; it is given up\n",
				options.program, (unsigned long long)stress_shared->next - 1);
			kill(stress.worker, SIGKILL);
			stress_shared->repeated = true;
			begin = clock_now();
		}
		usleep(TICK_US);
	}
}

static void play(char **argv)
{
	stress.begin = clock_now();
	start(argv);
	while (!is_over()) {
		look_at_memory();
		if (ended() && !is_over())
			start(argv);
		live_line();
		usleep(TICK_US);
	}
	stop();
	stress.run.seconds = elapsed();
	stress.run.cpu = stress.cpu;
	stress.run.interrupted = interrupted;
	clear_line();
}

/* --- The end ------------------------------------------------------------------------------------ */

static int finish(void)
{
	FILE *out;

	for (unsigned i = 0; i < finding_count && options.search && !interrupted; i++) {
		if (is_wanted(&findings[i]))
			search_finding(&findings[i], search_goes_on);
	}
	clear_line();
	if (options.report) {
		out = fopen(options.report, "w");
		if (!out)
			stress_die(3, "%s: %s", options.report, strerror(errno));
		report_json(out, &stress.run);
		if (fclose(out))
			stress_die(3, "%s: %s", options.report, strerror(errno));
	}
	if (options.json)
		report_json(stdout, &stress.run);
	else
		report_words(stdout, &stress.run);
	fflush(stdout);
	if (stress.run.failure)
		stress_die(3, "%s", stress.run.failure);
	return finding_count ? 1 : 0;
}

static void make_folder(const char *path)
{
	char whole[STRESS_PATH];
	struct stat st;

	snprintf(whole, sizeof(whole), "%.900s/state", path);
	for (char *at = whole + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(whole, 0777);
		*at = '/';
	}
	mkdir(whole, 0777);
	if (stat(whole, &st) || !S_ISDIR(st.st_mode) || access(whole, W_OK))
		stress_die(2, "%s: not a directory that can be written to", path);
}

/* --- Options ------------------------------------------------------------------------------------ */

enum {
	KEY_ROUNDS = 256,
	KEY_FROM,
	KEY_SEED,
	KEY_NOISE,
	KEY_JSON,
	KEY_REPORT,
	KEY_SLUICE,
	KEY_SEARCH,
	KEY_UNTIL,
	KEY_CPU
};

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0, "The system under test (core)", 0 },
	{ "seconds", 't', "N", 0, "How long (60)", 0 },
	{ "cpu-milliseconds", KEY_CPU, "N", 0,
	  "Stop when its rounds have taken so much CPU time, or when the time is up", 0 },
	{ "threads", 'n', "N", 0, "Driver tasks, each a thread of its own (6)", 0 },
	{ "seed", KEY_SEED, "N", 0, "Seed of the rounds and of the noise (1)", 0 },
	{ "noise", KEY_NOISE, "PROFILE", 0, "Noise at scheduling points (mixed)", 0 },
	{ "from", KEY_FROM, "N", 0, "The first round (0): a finding names its own", 0 },
	{ "rounds", KEY_ROUNDS, "N", 0, "Stop after N rounds, or when the time is up", 0 },
	{ "until", KEY_UNTIL, "ID", 0,
	  "Stop at the first finding of ID (HANG, UAF:function, any), and search for a replay of "
	  "that "
	  "one alone",
	  0 },
	{ "search", KEY_SEARCH, "N", 0,
	  "Runs of the fiber engine that look for an exact replay of each finding (20000; 0: none)",
	  0 },
	{ "json", KEY_JSON, NULL, 0, "The report on standard output as JSON", 0 },
	{ "report", KEY_REPORT, "FILE", 0, "The report as JSON to FILE", 0 },
	{ "output", 'o', "DIR", 0, "Where findings go (findings/stress/SYSTEM)", 0 },
	{ "sluice", KEY_SLUICE, "FILE", 0,
	  "The `sluice` program of the same build (the one beside this program)", 0 },
	{ 0 }
};

static u64 number(const char *option, const char *text, u64 low, u64 high)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (end == text || *end || errno || text[0] == '-' || value < low || value > high)
		stress_die(2, "--%s: expected a number from %llu to %llu, found `%s`", option,
			   (unsigned long long)low, (unsigned long long)high, text);
	return value;
}

static unsigned noise(const char *word)
{
	int profile = stress_noise_find(word);

	if (profile >= 0)
		return (unsigned)profile;
	fprintf(stderr, "%s: --noise: there is no profile `%s`; there are:", options.program, word);
	for (unsigned i = 0; stress_noise_word(i); i++)
		fprintf(stderr, " %s", stress_noise_word(i));
	fputc('\n', stderr);
	exit(2);
}

/* A part of a token is enough; "any" is all of them. */
static const char *until(const char *word)
{
	char base[DEATH_TOKEN_MAX];

	snprintf(base, sizeof(base), "%.*s", (int)strcspn(word, ":"), word);
	if (strcmp(word, "any") && invariant_find(base) == INV_NONE)
		stress_die(2, "--until: expected an identity or any, found `%s`", word);
	return word;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 't':
		options.seconds = (unsigned)number("seconds", arg, 1, 10000000);
		break;
	case KEY_CPU:
		options.cpu = 1e-3 * (double)number("cpu-milliseconds", arg, 1, 10000000000);
		break;
	case 'n':
		options.threads = (unsigned)number("threads", arg, 1, SCENARIO_TASKS_MAX);
		break;
	case 'o':
		options.output = arg;
		break;
	case KEY_SEED:
		options.seed = number("seed", arg, 0, SEED_MAX);
		break;
	case KEY_NOISE:
		options.noise = noise(arg);
		break;
	case KEY_FROM:
		options.from = number("from", arg, 0, SEED_MAX);
		break;
	case KEY_ROUNDS:
		options.rounds = number("rounds", arg, 1, SEED_MAX);
		break;
	case KEY_UNTIL:
		options.until = until(arg);
		break;
	case KEY_SEARCH:
		options.search = (unsigned)number("search", arg, 0, 100000000);
		break;
	case KEY_JSON:
		options.json = true;
		break;
	case KEY_REPORT:
		options.report = arg;
		break;
	case KEY_SLUICE:
		options.sluice = arg;
		break;
	case ARGP_KEY_ARG:
		stress_die(2, "expected options only, found `%s`", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct sut_image *find_system(const char *name)
{
	const struct sut_image *system = run_system(name);

	if (system)
		return system;
	fprintf(stderr, "%s: --system: there is no `%s`; there are:", options.program, name);
	for (const struct sut_image *i = sut_images; i->ops; i++)
		fprintf(stderr, " %s", i->ops->name);
	fputc('\n', stderr);
	exit(2);
}

/* The program of that name in the folder of this one. */
static const char *beside(const char *name)
{
	static char path[STRESS_PATH];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 64);

	path[size > 0 ? size : 0] = '\0';
	snprintf(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, 64, "%s", name);
	return path;
}

static void take_options(int argc, char **argv)
{
	static char doc[512], output[256];
	static const struct argp argp = { argp_options, parse, NULL, doc, NULL, NULL, NULL };

	snprintf(doc, sizeof(doc),
		 "%s Every round is a scenario of its own, played on real threads and judged; "
		 "docs/stress.md tells of rounds, noise and reports.\vExit code 0: nothing found; "
		 "1: findings; 2: bad usage; 3: the run itself failed.",
		 stress_theme.about);
	options.program = stress_theme.name;
	options.noise = (unsigned)stress_noise_find("mixed");
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (!options.output) {
		snprintf(output, sizeof(output), "findings/stress/%s", options.system);
		options.output = output;
	}
	if (!options.sluice)
		options.sluice = beside("sluice");
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	const struct sut_image *system;

	on_exit(leave, NULL);
	take_options(argc, argv);
	run_init();
	system = find_system(options.system);
	if (worker_is_one())
		worker_main(system);
	if (options.search && access(options.sluice, X_OK))
		stress_die(2, "--sluice: %s: %s", options.sluice, strerror(errno));
	make_folder(options.output);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	worker_share();
	stress_shared->next = options.from;
	play(argv);
	return finish();
}
