/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stacks, and the watch for loops that have no point.
 *
 * Such a loop is judged by the CPU time of its own thread: on a machine that is slow, or in a process
 * that is stopped, it gets none.
 */

#define _GNU_SOURCE
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host/sanitizer.h"
#include "host/thread/engine_state.h"

#define TICK_MS 100
#define CPU_MS_DEFAULT 10000u
#define WATCH_SIGNAL SIGUSR1

static unsigned cpu_limit_ms = CPU_MS_DEFAULT;
static void (*teller)(const char *token, const char *what);

/* Of each task: what its thread had done when its points were last seen to move. */
static struct {
	u32 points;
	u64 cpu_ns;
} seen[ENGINE_TASKS_MAX];

void thread_watch(unsigned cpu_ms, void (*tell)(const char *token, const char *what))
{
	cpu_limit_ms = cpu_ms;
	teller = tell;
}

/* --- Loops ----------------------------------------------------------------------------------------- */

/* In the thread that loops. */
static void on_watch(int signal)
{
	const struct engine_task *self = engine_self();
	char buf[ENGINE_NAME_MAX], token[64], what[128];
	void *frame[THREAD_FRAMES_MAX];
	const char *site;
	int frames;

	if (!self)
		return;
	site = engine_site_name(self->site, buf);
	snprintf(token, sizeof(token), "LIVELOCK:%s", site);
	snprintf(what, sizeof(what), "%s comes to no scheduling point after %s#%u", self->name,
		 site, self->nth[self->site]);
	if (teller)
		teller(token, what);
	dprintf(STDERR_FILENO, "\nDEDUP_TOKEN: %s\n%s\n", token, what);
	frames = backtrace(frame, THREAD_FRAMES_MAX);
	backtrace_symbols_fd(frame, frames, STDERR_FILENO);
	_exit(1);
}

#if defined(SLUICE_TSAN)
/* libc's own. TSan's holds a signal back until the next call of libc, which a loop never comes to. */
int __sigaction(int signal, const struct sigaction *action, struct sigaction *old);
#define watch_sigaction __sigaction
#else
#define watch_sigaction sigaction
#endif

static u64 cpu_time(pthread_t thread)
{
	struct timespec now = { 0 };
	clockid_t clock;

	if (pthread_getcpuclockid(thread, &clock) || clock_gettime(clock, &now))
		return 0;
	return (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
}

static void look_at(const struct engine *e, unsigned id)
{
	struct runner *r = engine_runner(e, id);
	u32 points = __atomic_load_n(&r->points, __ATOMIC_RELAXED);
	bool running = __atomic_load_n(&e->shown.running, __ATOMIC_RELAXED) >> id & 1;
	u64 now;

	if (!running) {
		seen[id].points = points - 1;
		return;
	}
	now = cpu_time(r->thread);
	if (points != seen[id].points) {
		seen[id].points = points;
		seen[id].cpu_ns = now;
	} else if (now - seen[id].cpu_ns > cpu_limit_ms * 1000000ull) {
		seen[id].cpu_ns = now;
		pthread_kill(r->thread, WATCH_SIGNAL);
	}
}

void *watch_main(void *unused)
{
	const struct sigaction action = { .sa_handler = on_watch, .sa_flags = SA_RESTART };
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000l };
	void *frame[1];

	/* The first call loads a library, which is nothing for a signal's handler. */
	backtrace(frame, 1);
	if (watch_sigaction(WATCH_SIGNAL, &action, NULL))
		engine_die("cannot watch for loops");
	for (;;) {
		syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &tick, NULL);
		for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++)
			look_at(&host_engine, id);
	}
	return NULL;
}

/* --- Stacks ----------------------------------------------------------------------------------------- */

void watch_take_stack(struct runner *r)
{
	int frames = backtrace(r->frame, THREAD_FRAMES_MAX);

	r->frames = frames > 0 ? (unsigned)frames : 0;
	r->tell_stack = false;
	host_released(r);
	host_engine.wake_driver = true;
}

unsigned thread_stack(unsigned id, void *frame[THREAD_FRAMES_MAX])
{
	struct engine *e = &host_engine;
	struct runner *r;

	engine_guard();
	if (id >= e->task_count || e->on)
		return 0;
	r = e->runner[id];
	if (r->place != RUNNER_CALL)
		return 0;
	r->tell_stack = true;
	engine_made_ready(e, id);
	while (r->tell_stack)
		schedule_sleep(&e->driver_wakeups);
	host_acquired(r);
	memcpy(frame, r->frame, r->frames * sizeof(*frame));
	return r->frames;
}
