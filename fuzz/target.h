/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_TARGET_H
#define SLUICE_FUZZ_TARGET_H

/*
 * A fuzz target: which scenarios it plays, and on what. Each has a page, fuzz/<name>.c, that defines
 * fuzz_target; what they share is in target.c, for any engine that calls LLVMFuzzerTestOneInput().
 *
 * Input: the byte form of a scenario (scenario/scenario.h), any bytes, brought onto the target's ground.
 * So all targets read each other's corpora, and `sluice show` reads them all.
 * Seeds: corpora/seeds, encoded.
 * Feedback: the coverage of the code under test, and one counter for each hash of "where all tasks
 * stand" met at a decision.
 * Property: no invariant whose premises hold is broken, and no memory (docs/architecture.md has the
 * list). The target writes nothing but its last words on stderr.
 */

#include "scenario/generate.h"
#include "scenario/ground.h"

struct fuzz_target {
	const char *name;
	struct scenario_ground ground;
	unsigned generate;  /* enum generate_flags that each fresh scenario has */
	const char *system; /* the one system it plays; NULL: as the user says */
	/* Every run is held against one of a reference, not one in some only. */
	bool differential;
};
extern const struct fuzz_target fuzz_target;

#endif
