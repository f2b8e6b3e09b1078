/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Between AFL++'s driver and a target: what libFuzzer does by itself. The linker puts these functions in
 * front of the target's (--wrap), so that no target knows of it.
 *
 * Extra counters go into AFL++'s map. afl-fuzz throws away what a target says, so its last words go to
 * the descriptor SLUICE_LOG_FD; a process that dies writes its input down, as SLUICE_ARTIFACTS says, in
 * the words that libFuzzer has for it. CPU time is told in the campaign's page: each death is a process.
 */

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fuzz/clock.h"
#include "fuzz/death.h"
#include "fuzz/status.h"

int __real_LLVMFuzzerInitialize(int *argc, char ***argv);
int __wrap_LLVMFuzzerInitialize(int *argc, char ***argv);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* AFL++'s runtime numbers all guards of the program in a row: so many bytes of the map are ours. */
__attribute__((section("__sancov_guards"), used)) static uint32_t guards[STATUS_COUNTERS_MAX];
extern uint8_t *__afl_area_ptr;
extern uint32_t __afl_final_loc; /* the last one that is in use */

/* All tables of extra counters; none in a target that has none. */
extern uint8_t __start___libfuzzer_extra_counters[] __attribute__((weak));
extern uint8_t __stop___libfuzzer_extra_counters[] __attribute__((weak));

static const uint8_t *input;
static size_t input_size;
static double cpu_told;

static size_t counters_size(void)
{
	return (size_t)(__stop___libfuzzer_extra_counters - __start___libfuzzer_extra_counters);
}

static void tell_cpu(void)
{
	double now = clock_cpu();

	fuzz_status->cpu += now - cpu_told;
	cpu_told = now;
}

static void write_input(int signal)
{
	static char path[4096];
	const char *prefix = getenv(STATUS_ARTIFACTS);
	int fd;

	fuzz_status->running = false;
	tell_cpu();
	if (!prefix || !input)
		return;
	snprintf(path, sizeof(path), "%s%d", prefix, (int)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, input, input_size) != (ssize_t)input_size)
		perror(path);
	else
		fprintf(stderr, "Test unit written to %s\n", path);
	if (fd >= 0)
		close(fd);
}

/* Called by fork(). Timers are not inherited; and where afl-fuzz was killed nobody ends what it stopped. */
static void begin_child(void)
{
	int *server = fuzz_status->server;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	server[server[0] && server[0] != getppid()] = getppid();
	fuzz_status->silent += fuzz_status->running;
	fuzz_status->running = false;
	cpu_told = 0;
	death_watch_loops();
}

/* What the run met goes into the campaign's page, too: AFL++ tells its figures once in a minute. */
static void fold_counters(void)
{
	size_t size = __afl_final_loc < STATUS_MAP_MAX ? __afl_final_loc + 1 : STATUS_MAP_MAX;

	memcpy(__afl_area_ptr + guards[0], __start___libfuzzer_extra_counters, counters_size());
	fuzz_status->counters = guards[0];
	for (size_t i = 0; i < size; i++)
		fuzz_status->met[i] |= __afl_area_ptr[i];
}

static void fail(const char *what)
{
	fprintf(stderr, "fuzz target: %s\n", what);
	exit(2);
}

int __wrap_LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct sigaction action = { .sa_handler = write_input,
					  .sa_flags = SA_ONSTACK | SA_RESETHAND };
	const char *log = getenv(STATUS_LOG_FD);
	int failed;

	if (log && dup2(atoi(log), STDERR_FILENO) < 0)
		fail(STATUS_LOG_FD ": no such descriptor");
	if (counters_size() > STATUS_COUNTERS_MAX ||
	    guards[STATUS_COUNTERS_MAX - 1] - guards[0] != STATUS_COUNTERS_MAX - 1)
		fail("no room for extra counters in AFL++'s map");
	failed = __real_LLVMFuzzerInitialize(argc, argv);
	sigaction(SIGABRT, &action, NULL);
	pthread_atfork(NULL, NULL, begin_child);
	return failed;
}

int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_size = size;
	fuzz_status->running = true;
	memset(__start___libfuzzer_extra_counters, 0, counters_size());
	__real_LLVMFuzzerTestOneInput(data, size);
	fuzz_status->running = false;
	fold_counters();
	tell_cpu();
	return 0;
}
