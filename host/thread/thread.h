/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_THREAD_THREAD_H
#define SLUICE_HOST_THREAD_THREAD_H

/*
 * What threads have beyond host/engine.h: real time, stacks, a watch for loops.
 *
 * Time in a run is virtual here, too: it moves when nothing else can. So a slow machine, or a process
 * that is stopped for a while, makes no time-out, no STALL and no HANG. What a drain really takes is in
 * the stamps of its events.
 */

#include "host/types.h"

#define THREAD_FRAMES_MAX 48u

/* Real nanoseconds from the run's reset to each of its events, as engine_events() lists them. */
const u64 *thread_event_ns(u32 *count);

/*
 * After engine_run(): the stack of a task that has not ended, innermost first; how many frames were
 * filled in. The first few are the engine's own. 0: it stands nowhere.
 */
unsigned thread_stack(unsigned id, void *frame[THREAD_FRAMES_MAX]);

/*
 * A task that loops in the code under test without a point can't be stopped. Once its thread has used
 * @cpu_ms of CPU that way (its own clock, so that a process which gets none is not blamed; default
 * 10000), @tell is called in that thread, from a signal: @token is the finding's ("LIVELOCK:" and the
 * last point). It ends the process. Without one, token and stack go to stderr, and the exit code is 1.
 * Before engine_init().
 */
void thread_watch(unsigned cpu_ms, void (*tell)(const char *token, const char *what));

#endif
