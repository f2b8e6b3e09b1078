/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "fuzz/death.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "fuzz/symbol.h"
#include "host/engine.h"
#include "host/sanitizer.h"

/* Room for a whole scenario in words and a timeline; touched only when it comes to that. */
#define DEATH_STACK (1 << 20)
#define DEATH_SIGNAL SIGUSR2
#define DEATH_LOOP_SECONDS 2 /* of CPU; a whole run takes less than a millisecond */

static struct {
	void (*handler)(const char *token, const char *what);
	bool (*known)(const char *token);
	bool engine; /* a fuzz engine waits for ABRT */
	char token[DEATH_TOKEN_MAX];
	char what[256];
	int dying;
} death;

static void death_speak(int signal)
{
	if (death.handler)
		death.handler(death.token, death.what);
}

static void death_take_stack(void)
{
	stack_t stack = { .ss_size = DEATH_STACK };
	struct sigaction action = { .sa_handler = death_speak, .sa_flags = SA_ONSTACK };

	stack.ss_sp = mmap(NULL, DEATH_STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) ||
	    sigaction(DEATH_SIGNAL, &action, NULL)) {
		perror("cannot set up the death handler's stack");
		exit(3);
	}
}

void death_set_handler(void (*handler)(const char *token, const char *what))
{
	if (!death.handler)
		death_take_stack();
	death.handler = handler;
}

void death_set_known(bool (*known)(const char *token))
{
	death.known = known;
}

void death_print_token(const char *token)
{
	/* On a line of its own, whatever stood on the last one. */
	fprintf(stderr, "\nDEDUP_TOKEN: %s\n", token);
}

/* The first report is the one that counts: those that follow, of any thread, may be its consequences. */
static bool death_begins(void)
{
	return !__atomic_exchange_n(&death.dying, 1, __ATOMIC_RELAXED);
}

/*
 * From the fiber's small stack onto the handler's own. TSan would deliver the signal when its report
 * is over, which is too late; its fibers have stacks that are large enough.
 */
static void death_tell(void)
{
	if (!death.handler)
		return;
#if defined(SLUICE_TSAN)
	death.handler(death.token, death.what);
#else
	raise(DEATH_SIGNAL);
#endif
}

#define DEATH_SET(field, ...) snprintf(death.field, sizeof(death.field), __VA_ARGS__)

/*
 * Where it happened: a function of the code under test, or else the point at which the task stood, as
 * where a worker meets a work item that was freed.
 */
static const char *death_place(uintptr_t pc, uintptr_t frame)
{
	static char site[ENGINE_NAME_MAX];
	const char *name = symbol_blame(pc, frame);
	const struct engine_task *self = engine_self();

	if (strcmp(name, "unknown") || !self)
		return name;
	return engine_site_name(self->site, site);
}

#if defined(SLUICE_ASAN) || defined(SLUICE_MSAN)
HOST_BARE static _Unwind_Reason_Code death_look_at(struct _Unwind_Context *frame, void *found)
{
	uintptr_t pc = _Unwind_GetIP(frame);

	if (!strcmp(symbol_blame(pc, 0), "unknown"))
		return _URC_NO_REASON;
	*(uintptr_t *)found = pc;
	return _URC_END_OF_STACK;
}

/* The same from inside a runtime that says no place: its own frames have no frame pointers. */
HOST_BARE static const char *death_caller(void)
{
	uintptr_t pc = 0;

	_Unwind_Backtrace(death_look_at, &pc);
	return death_place(pc, 0);
}
#endif

static void death_on_signal(int signal, siginfo_t *info, void *context)
{
	const ucontext_t *user = context;
	const char *where;
	uintptr_t pc = 0, frame = 0;

#if defined(__x86_64__)
	pc = (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
	frame = (uintptr_t)user->uc_mcontext.gregs[REG_RBP];
#elif defined(__aarch64__)
	pc = (uintptr_t)user->uc_mcontext.pc;
	frame = (uintptr_t)user->uc_mcontext.regs[29];
#endif
	if (!death_begins())
		_exit(3);
	where = death_place(pc + 1, frame);
	if (signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT)
		DEATH_SET(token, "UAF:%s", where);
	else
		DEATH_SET(token, "UB:%s:%s", sigabbrev_np(signal), where);
	DEATH_SET(what, "%s in %s (the asan flavour says more)", strsignal(signal), where);
	death_tell();
	if (death.engine)
		abort();
	_exit(3);
}

void death_catch_signals(bool engine)
{
	death.engine = engine;
#if !defined(SLUICE_ASAN)
	/* ABRT is libc's, which has found its heap overwritten: the house ends by engine_die(). */
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	action.sa_sigaction = death_on_signal;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (signals[i] != SIGABRT || !engine)
			sigaction(signals[i], &action, NULL);
	}
#else
	(void)death_on_signal;
#endif
}

/* --- Loops without a scheduling point --------------------------------------------------------------- */

static struct {
	volatile sig_atomic_t run, ticked; /* number of the run that is on, 0: none */
	unsigned count;
	u32 steps;
} watch;

void death_run_begins(void)
{
	watch.count = watch.count % INT32_MAX + 1;
	watch.run = (sig_atomic_t)watch.count;
}

void death_run_ends(void)
{
	watch.run = 0;
}

/*
 * A tick of the process's own time, so that a machine under load changes nothing. It decides nothing
 * about a run that has points, however long it is; code that loops without one can't be stopped in
 * any other way. Where the tick meets it is chance, so it is named by the point it passed last.
 */
static void death_on_tick(int signal)
{
	const struct engine_task *self;
	char buf[ENGINE_NAME_MAX];
	const char *site;

	/* Where the house is what an engine counts edges of, this must touch none of it between runs. */
	if (!watch.run)
		return;
	if (watch.run != watch.ticked || watch.steps != engine_steps()) {
		watch.ticked = watch.run;
		watch.steps = engine_steps();
		return;
	}
	if (!death_begins())
		return;
	self = engine_self();
	site = self ? engine_site_name(self->site, buf) : "start";
	DEATH_SET(token, "LIVELOCK:%s", site);
	DEATH_SET(what, "%s comes to no scheduling point after %s", self ? self->name : "the run",
		  site);
	death_tell();
	abort();
}

#if defined(SLUICE_TSAN)
/* libc's own. TSan's holds a signal back until the next call of libc, which a loop never comes to. */
int __sigaction(int signal, const struct sigaction *action, struct sigaction *old);
#define death_sigaction __sigaction
#else
#define death_sigaction sigaction
#endif

void death_watch_loops(void)
{
	const struct itimerval every = { { DEATH_LOOP_SECONDS, 0 }, { DEATH_LOOP_SECONDS, 0 } };
	const struct sigaction tick = { .sa_handler = death_on_tick,
					.sa_flags = SA_ONSTACK | SA_RESTART };

	if (death_sigaction(SIGVTALRM, &tick, NULL) || setitimer(ITIMER_VIRTUAL, &every, NULL)) {
		perror("cannot watch for loops");
		exit(3);
	}
}

/* --- The hooks that the runtimes call. Declared here: the headers have only some of them. --- */

#if defined(SLUICE_ASAN)
const char *__asan_get_report_description(void);
void *__asan_get_report_pc(void);
void *__asan_get_report_bp(void);
void __asan_on_error(void);

void __asan_on_error(void)
{
	const char *kind = __asan_get_report_description();
	const char *where;

	if (!death_begins())
		return;
	/* Of a signal it does not know where. */
	if (__asan_get_report_pc())
		where = death_place((uintptr_t)__asan_get_report_pc(),
				    (uintptr_t)__asan_get_report_bp());
	else
		where = death_caller();
	if (strstr(kind, "use-after") || strstr(kind, "free") || strstr(kind, "buffer-") ||
	    !strcmp(kind, "SEGV"))
		DEATH_SET(token, "UAF:%s", where);
	else
		DEATH_SET(token, "UB:%s:%s", kind, where);
	DEATH_SET(what, "%s in %s", kind, where);
	death_tell();
}

/* The engine accounts for leaks itself, and LSan does not look at fibers' stacks. */

void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
				     unsigned *line, unsigned *column, char **address);
void __ubsan_on_report(void);
const char *__ubsan_default_options(void);

void __ubsan_on_report(void)
{
	const char *kind, *message, *file, *base;
	unsigned line, column;
	char *address;

	if (!death_begins())
		return;
	__ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
	base = strrchr(file, '/');
	base = base ? base + 1 : file;
	DEATH_SET(token, "UB:%s:%s:%u", kind, base, line);
	DEATH_SET(what, "%s at %s:%u: %s", kind, base, line, message);
	death_tell();
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:halt_on_error=1";
}
#endif

#if defined(SLUICE_TSAN)
#define TSAN_TRACE 8

int __tsan_get_report_data(void *report, const char **description, int *count, int *stacks,
			   int *mops, int *locations, int *mutexes, int *threads, int *unique_tids,
			   void **sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void *report, unsigned long index, int *tid, void **address, int *size,
			  int *write, int *atomic, void **trace, unsigned long trace_size);
void __tsan_on_report(void *report);
const char *__tsan_default_options(void);

static void death_racer(void *report, int mops, unsigned index, char *buf, size_t size)
{
	void *trace[TSAN_TRACE] = { NULL }, *address;
	int tid, bytes, write, atomic;

	snprintf(buf, size, "unknown");
	if ((int)index >= mops || !__tsan_get_report_mop(report, index, &tid, &address, &bytes,
							 &write, &atomic, trace, TSAN_TRACE))
		return;
	for (unsigned i = 0; i < TSAN_TRACE && trace[i]; i++) {
		const char *name = symbol_blame((uintptr_t)trace[i], 0);

		if (!strcmp(name, "unknown"))
			continue;
		snprintf(buf, size, "%s", name);
		return;
	}
}

/* Which access came first depends on the schedule: the pair is what names the race. */
static void death_read_report(void *report, char token[DEATH_TOKEN_MAX], char *what, size_t size)
{
	int count, stacks, mops, locations, mutexes, threads, unique;
	const char *kind = "report";
	char racer[2][40];
	void *sleep[1];
	bool swap;

	__tsan_get_report_data(report, &kind, &count, &stacks, &mops, &locations, &mutexes,
			       &threads, &unique, sleep, 1);
	for (unsigned i = 0; i < 2; i++)
		death_racer(report, mops, i, racer[i], sizeof(racer[i]));
	swap = strcmp(racer[0], racer[1]) > 0;
	if (strstr(kind, "use-after-free"))
		snprintf(token, DEATH_TOKEN_MAX, "UAF:%s", racer[0]);
	else
		snprintf(token, DEATH_TOKEN_MAX, "RACE:%s:%s", racer[swap], racer[!swap]);
	snprintf(what, size, "%s between %s and %s", kind, racer[swap], racer[!swap]);
}

void __tsan_on_report(void *report)
{
	if (!death_begins())
		return;
	death_read_report(report, death.token, death.what, sizeof(death.what));
	death_tell();
}

/*
 * The runtime asks before it prints, by a name of C++'s that has no header: is the report to be passed
 * over? A runtime that does not ask ends the process, as for any other.
 */
bool death_passes_over(void *report,
		       bool suppressed) __asm__("_ZN6__tsan8OnReportEPKNS_10ReportDescEb");

bool death_passes_over(void *report, bool suppressed)
{
	char token[DEATH_TOKEN_MAX], what[sizeof(death.what)];

	if (suppressed || !death.known || __atomic_load_n(&death.dying, __ATOMIC_RELAXED))
		return suppressed;
	death_read_report(report, token, what, sizeof(what));
	return !strncmp(token, "RACE:", 5) && death.known(token);
}

/*
 * Without halt_on_error libFuzzer would keep the wrong input. The interceptors of libc's functions
 * see what the harness does on a fiber, instrumented or not, and it is not the watched. A race that is
 * passed over must be told again where fewer promises are broken, so equal stacks are no reason not to.
 */
const char *__tsan_default_options(void)
{
	return "halt_on_error=1:exitcode=66:report_signal_unsafe=0:ignore_interceptors_accesses=1:"
	       "atexit_sleep_ms=0:suppress_equal_stacks=0";
}
#endif

#if defined(SLUICE_MSAN)
void __sanitizer_report_error_summary(const char *summary);
const char *__msan_default_options(void);

/*
 * Called last of a report, in place of what prints the line; the report tells no program where it was. What was
 * not written may come from one function and be used in another: the use is what names it.
 */
HOST_BARE void __sanitizer_report_error_summary(const char *summary)
{
	static const char kind[] = "use-of-uninitialized-value";
	const char *where;

	host_msan_forget_call();
	fprintf(stderr, "%s\n", summary);
	if (!strstr(summary, kind) || !death_begins())
		return;
	where = death_caller();
	DEATH_SET(token, "UB:%s:%s", kind, where);
	DEATH_SET(what, "%s in %s", kind, where);
	death_tell();
}

const char *__msan_default_options(void)
{
	return "halt_on_error=1";
}
#endif
