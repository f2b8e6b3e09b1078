/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_STATUS_H
#define SLUICE_FUZZ_STATUS_H

/*
 * What a fuzz target tells the campaign while it runs: libFuzzer's log speaks only when there is
 * something new. The campaign passes the descriptor of a page of memory in SLUICE_STATUS_FD;
 * without it the target counts for itself.
 */

#include <stdint.h>

#define STATUS_KNOWN_MAX 64
#define STATUS_FD "SLUICE_STATUS_FD"
#define STATUS_KNOWN "SLUICE_KNOWN" /* identities to count and pass over, with commas between */
#define STATUS_SYSTEM "SLUICE_SYSTEM"

struct fuzz_status {
	uint64_t executions;
	uint64_t repeats[STATUS_KNOWN_MAX]; /* of each identity in SLUICE_KNOWN, in its order */
};

/* A finding's text on stderr stands between these lines. */
#define STATUS_TEXT_BEGIN "----- scenario -----"
#define STATUS_TEXT_END "----- end of scenario -----"

#endif
