/* SPDX-License-Identifier: GPL-2.0-only */
#include "fuzz/twin.h"

#include "fuzz/death.h"
#include "run/chooser.h"
#include "scenario/generate.h"

#define TWIN_SCHEDULES 400
#define TWIN_DECISIONS 400
#define TWIN_PCT_LENGTH 256
#define TWIN_PCT_DEPTH 3

static bool broken(enum invariant id)
{
	const struct judge_finding *finding;
	unsigned count;

	finding = judge_findings(&count);
	for (unsigned i = 0; i < count; i++) {
		if (finding[i].id == id)
			return true;
	}
	return false;
}

static bool breaks(const struct sut_image *twin, const struct scenario *s, struct chooser *chooser,
		   enum invariant id, struct run_result *result)
{
	death_run_begins();
	run_scenario(s, twin, chooser, result);
	death_run_ends();
	return broken(id);
}

/* Number 0 is the recorded schedule. */
static struct chooser *chooser_of(unsigned number)
{
	static struct chooser_random walk;
	static struct chooser_pct pct;
	u64 state = 0, seed = 0;

	if (!number)
		return NULL;
	for (unsigned i = 0; i < number; i++)
		seed = scenario_random(&state);
	if (number % 2) {
		chooser_random_init(&walk, seed, TWIN_DECISIONS);
		return &walk.base;
	}
	chooser_pct_init(&pct, seed, TWIN_PCT_LENGTH, 1 + number % TWIN_PCT_DEPTH);
	return &pct.base;
}

bool twin_gives(const struct sut_image *twin, const struct scenario *recorded, enum invariant id,
		unsigned *next)
{
	struct run_result result;

	while (*next <= TWIN_SCHEDULES) {
		struct chooser *chooser = chooser_of((*next)++);

		if (breaks(twin, recorded, chooser, id, &result))
			return true;
	}
	return false;
}
