/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_RUN_REPORT_H
#define SLUICE_RUN_REPORT_H

/*
 * The last run in words, for people and for tools. All of it reads what run_scenario() left behind
 * (engine, judge), so it must be called before the next run; nothing here runs anything.
 *
 * A finding begins with its identity, which is the dedupe token, and goes on with the judge's
 * detail: `HANG drain(d1,p2) waits for prq_complete; ...`. Every finding comes with its premises
 * (rule 6): what the environment kept in this run, which disputed knob values were in force, and
 * which of its assumptions the system stood on.
 */

#include <stdio.h>

#include "run/run.h"

/*
 * The verdict in one line, without a newline: `clean`, `HANG <detail>`, `n/a <reason>`,
 * `drift schedule drifted at ...`, `refused <reason>`, `overflow <reason>`. Returns the length it
 * needs, as snprintf does.
 */
size_t report_verdict(const struct run_result *result, char *buf, size_t size);

/* Each line of @text, two blanks in. */
void report_print_indented(FILE *out, const char *text);

/*
 * Verdict line after "<name> (<version>): ", then indented: the premises, further findings in order of time,
 * and those that the premises excuse.
 */
void report_print(FILE *out, const struct sut *system, const struct run_result *result);

/* One finding as a line: `HANG drain(...) ... (step 41)`. */
void report_print_finding(FILE *out, const struct judge_finding *finding);

/*
 * One JSON object and a newline: system, version (null if it has none), verdict, reason, finding, findings, excused, promises kept
 * and broken by their words, premises, assumptions (word and text), hash (hexadecimal text), steps, decisions, events,
 * statistics.
 */
void report_write_json(FILE *out, const struct sut *system, const struct run_result *result);

/*
 * The last run in the Trace Event format (JSON; opens in Perfetto and chrome://tracing): a track
 * for each task and actor, an instant for each event that a reader cares about, a slice for each
 * operation, and the findings. Virtual time stands still while tasks run, so the time shown is the
 * step number, one step to the microsecond.
 */
void report_write_trace(FILE *out);

/* @text as a JSON string, quotes included. */
void report_write_json_string(FILE *out, const char *text);

#endif
