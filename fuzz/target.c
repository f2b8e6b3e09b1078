/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What the fuzz targets share (fuzz/target.h): systems by name, a run for each input, and last words.
 *
 * --system=NAME or SLUICE_SYSTEM chooses the system under test. Identities in SLUICE_KNOWN are
 * counted and passed over, and so is what the system SLUICE_TWIN gives as well. Some runs, of a
 * differential target all, are held against one of the system SLUICE_AGAINST.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/clock.h"
#include "fuzz/coverage.h"
#include "fuzz/death.h"
#include "fuzz/status.h"
#include "fuzz/target.h"
#include "fuzz/twin.h"
#include "run/chooser.h"
#include "run/run.h"

/* Of SLUICE_SCHEDULE=none: as long as schedules of `sluice search` are at most. */
#define WALK_DECISIONS 400
#define AGAINST_ODDS 16

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libFuzzer scans and clears this table for every input: small. */
__attribute__((section("__libfuzzer_extra_counters"), used)) static uint8_t states[4096];

static const struct sut_image *target_system, *target_twin, *target_reference;
static struct scenario scenario, recorded;
static char known[STATUS_KNOWN_SIZE];
static bool unscheduled, digests;
static const char *canonical;

static const char *premises(void)
{
	static char text[2048];

	judge_print_premises(text, sizeof(text));
	return text;
}

static void last_words(const char *identity, const char *what)
{
	death_print_token(identity);
	fprintf(stderr, "system: %s\nfinding: %s %s\n%s\n%s\n", target_system->ops->name, identity,
		what, premises(), STATUS_TEXT_BEGIN);
	run_record(&scenario, &recorded);
	run_set_needs(&recorded, strchr(identity, ':'));
	scenario_write(&recorded, stderr);
	fprintf(stderr, "%s\n", STATUS_TEXT_END);
}

/* The place of this run's finding in SLUICE_KNOWN; -1: not known, or by a case that says less. */
static int known_index(const char *identity)
{
	const char *at = status_known(fuzz_status, known), *text = at[0] ? premises() : "";
	char key[DEATH_TOKEN_MAX + sizeof(STATUS_DISPUTED)];
	size_t length = snprintf(key, sizeof(key), "%s%s", identity, status_suffix(identity, text));

	for (int i = 0; *at && i < STATUS_KNOWN_MAX; i++) {
		size_t size = strcspn(at, ",="), skip = strcspn(at, ",");

		if (length == size && !memcmp(at, key, size)) {
			unsigned kept = at[size] == '=' ? strtoul(at + size + 1, NULL, 10) : 0;

			return kept && status_broken(text) < kept ? -1 : i;
		}
		at += skip + (at[skip] == ',');
	}
	return -1;
}

/* Counts and passes over what is known. */
static bool is_known(const char *identity)
{
	int index = known_index(identity);

	if (index >= 0)
		fuzz_status->repeats[index]++;
	return index >= 0;
}

static bool race_is_known(const char *token)
{
	return is_known(token) || is_known(STATUS_RACES);
}

/* A sanitizer ends the process. What the judge saw before is the finding, unless that is known. */
static void died(const char *identity, const char *what)
{
	const struct judge_finding *first;
	unsigned count;

	first = judge_findings(&count);
	if (count && known_index(invariant_table[first->id].id) < 0)
		last_words(invariant_table[first->id].id, first->detail);
	else
		last_words(identity, what);
}

static const struct sut_image *find_system(const char *name)
{
	const struct sut_image *system = run_system(name);

	if (system)
		return system;
	fprintf(stderr, "%s: there is no system `%s`; there are:", fuzz_target.name, name);
	for (const struct sut_image *i = sut_images; i->ops; i++)
		fprintf(stderr, " %s", i->ops->name);
	fputc('\n', stderr);
	exit(2);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char option[] = "--system=";
	const char *name = getenv(STATUS_SYSTEM);
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (!strncmp((*argv)[i], option, strlen(option)))
			name = (*argv)[i] + strlen(option);
		else
			(*argv)[kept++] = (*argv)[i];
	}
	*argc = kept;
	run_init();
	if (fuzz_target.system)
		name = fuzz_target.system;
	target_system = find_system(name ? name : "core");
	if (getenv(STATUS_TWIN))
		target_twin = find_system(getenv(STATUS_TWIN));
	if (getenv(STATUS_AGAINST))
		target_reference = find_system(getenv(STATUS_AGAINST));
	else if (fuzz_target.differential)
		target_reference = find_system("core");
	unscheduled = getenv(STATUS_SCHEDULE) && !strcmp(getenv(STATUS_SCHEDULE), "none");
	digests = getenv(STATUS_DIGEST);
	canonical = getenv(STATUS_CANONICAL);
	if (getenv(STATUS_KNOWN))
		snprintf(known, sizeof(known), "%s", getenv(STATUS_KNOWN));
	status_map(fuzz_target.name);
	death_set_handler(died);
	death_set_known(race_is_known);
	death_catch_signals(true);
	death_watch_loops();
	if (!getenv(STATUS_FEEDBACK) || strcmp(getenv(STATUS_FEEDBACK), "none"))
		run_set_feedback(states, sizeof(states));
	return 0;
}

static void run(const struct scenario *s, const struct sut_image *system, struct chooser *chooser,
		struct run_result *result)
{
	death_run_begins();
	run_scenario(s, system, chooser, result);
	death_run_ends();
}

/* The walk that takes the place of a schedule: a function of the rest of the input. */
static struct chooser *walk(void)
{
	static struct chooser_random walk;
	static uint8_t bytes[SCENARIO_BYTES_MAX];
	uint64_t hash = 0xcbf29ce484222325ull;
	size_t size;

	scenario.choice_count = 0;
	size = scenario_encode(&scenario, bytes, sizeof(bytes));
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	chooser_random_init(&walk, scenario_random(&hash), WALK_DECISIONS);
	return &walk.base;
}

static void write_canonical(void)
{
	static uint8_t bytes[SCENARIO_BYTES_MAX];
	size_t size = scenario_encode(&scenario, bytes, sizeof(bytes));
	uint64_t hash = 0xcbf29ce484222325ull;
	char path[4096];
	FILE *out;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	snprintf(path, sizeof(path), "%s/%016llx", canonical, (unsigned long long)hash);
	out = fopen(path, "wb");
	if (!out || fwrite(bytes, 1, size, out) != size || fclose(out)) {
		perror(path);
		exit(2);
	}
}

/* One input in AGAINST_ODDS: a run of the reference costs as much again. */
static void choose_reference(const uint8_t *data, size_t size)
{
	bool chosen =
		fuzz_target.differential || (size && (data[size / 2] + size) % AGAINST_ODDS == 0);

	run_set_reference(chosen ? target_reference : NULL);
}

/* Does the twin give the same on the schedule that was taken? If not, the run is repeated. */
static bool twin_shares(struct run_result *result)
{
	enum invariant id = result->finding->id;
	double begin = clock_cpu();
	unsigned next = 0;
	bool shares;

	run_record(&scenario, &recorded);
	shares = twin_gives(target_twin, &recorded, id, &next);
	fuzz_status->twin_cpu += clock_cpu() - begin;
	if (shares)
		return true;
	scenario = recorded;
	run(&scenario, target_system, NULL, result);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run_result result;

	scenario_decode(&scenario, data, size);
	scenario_enter(&scenario, &fuzz_target.ground);
	if (canonical)
		write_canonical();
	run_trim(&scenario);
	run_fit(&scenario, target_system);
	fuzz_status->executions++;
	choose_reference(data, size);
	if (digests)
		coverage_clear();
	run(&scenario, target_system, unscheduled ? walk() : NULL, &result);
	if (digests) {
		fprintf(stderr, "digest: %s %016llx %016llx\n", run_verdict_word(&result),
			(unsigned long long)result.trace_hash, (unsigned long long)coverage_hash());
		return 0;
	}
	if (result.verdict != RUN_FINDING || is_known(run_verdict_word(&result)))
		return 0;
	if (target_twin && twin_shares(&result))
		return 0;
	last_words(run_verdict_word(&result), result.finding->detail);
	abort();
}
