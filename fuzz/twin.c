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

bool twin_gives(const struct sut_image *twin, const struct scenario *recorded, enum invariant id)
{
	static struct chooser_random walk;
	static struct chooser_pct pct;
	struct run_result result;
	u64 state = 0;

	if (breaks(twin, recorded, NULL, id, &result))
		return true;
	for (unsigned i = 0; i < TWIN_SCHEDULES; i++) {
		u64 seed = scenario_random(&state);

		chooser_random_init(&walk, seed, TWIN_DECISIONS);
		chooser_pct_init(&pct, seed, TWIN_PCT_LENGTH, 1 + i % TWIN_PCT_DEPTH);
		if (breaks(twin, recorded, i % 2 ? &pct.base : &walk.base, id, &result))
			return true;
	}
	return false;
}
