/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_DEATH_H
#define SLUICE_FUZZ_DEATH_H

/*
 * The last words of a process.
 *
 * A sanitizer's report ends the process, so what led to it must be told before. The hooks that the
 * runtimes call at a report (__asan_on_error, __ubsan_on_report, __tsan_on_report, of MSan
 * __sanitizer_report_error_summary; the death callback belongs to libFuzzer) make a token of it, and
 * hand that to the one handler of this process:
 *
 *	UAF:<function>		an access to memory that was freed, out of bounds, or a wild one
 *	UB:<kind>:<where>	any other memory error, or undefined behaviour
 *	RACE:<function>:<function>
 *	LIVELOCK:<site>		a loop without a scheduling point; the last one before it
 *
 * The part before the first colon is the invariant's identity. <function> is the first of the code
 * under test on the stack. Tokens are stable within one build.
 */

#include <stdbool.h>
#include <stddef.h>

#define DEATH_TOKEN_MAX 96

/*
 * @handler runs at most once, on a stack of its own (fibers have small ones), in the middle of a
 * run: it may look at engine and judge, and may end the process. @what: the report in words.
 */
void death_set_handler(void (*handler)(const char *token, const char *what));

/*
 * A data race need not end the process. If @known says so of its token, nothing is printed and the run
 * goes on as if there had been none; what races at the same address later in it may go unseen. Called
 * like the handler, but on the fiber's stack.
 */
void death_set_known(bool (*known)(const char *token));

/*
 * Signals that end a process (SEGV, BUS, FPE, ILL, ABRT) count as a death of the same kind where no
 * sanitizer takes them first. @engine: ABRT is the fuzz engine's, which writes the input down; the others
 * come to it by that.
 */
void death_catch_signals(bool engine);

/*
 * From now on a run that takes seconds of CPU between two scheduling points dies. The others say when one
 * is on; they cost a store each.
 */
void death_watch_loops(void);
void death_run_begins(void);
void death_run_ends(void);

/* Prints `DEDUP_TOKEN: <token>`, which libFuzzer and the campaign look for, on stderr. */
void death_print_token(const char *token);

#endif
