/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs on real threads: every stored seed of which the core is expected to be clean is so, with any
 * noise; and the lost wake-up of Linux 6.12 shows as what it is.
 */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "host/thread/noise.h"
#include "run/report.h"
#include "run/run.h"

#if defined(SLUICE_WATCHED)
const char *__tsan_default_suppressions(void);

/* This build is for races within the house. What hardware does to memory is no access to the code under test. */
const char *__tsan_default_suppressions(void)
{
	return "race_top:/core/\n";
}
#endif

#define SEEDS_OF_NOISE 4 /* for each profile */
#define HANG_ROUNDS 50000

static struct scenario s;
static struct run_result result;
static char text[SCENARIO_TEXT_MAX + 1];
static char corpora[512];

static void load(const char *folder, const char *name)
{
	struct scenario_error error;
	char path[1024];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s/%s", corpora, folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	if (scenario_parse(&s, text, n, &error))
		fail_msg("%s:%u:%u: %s", path, error.line, error.column, error.text);
}

static void play(const char *system, u64 seed, enum noise_profile profile)
{
	noise_set(seed, profile);
	run_scenario(&s, run_system(system), noise_chooser(), &result);
}

/* --- The core ---------------------------------------------------------------------------------------- */

static bool expects_clean(void)
{
	for (unsigned i = 0; i < s.expects; i++)
		if (!strcmp(s.expect[i].system, "core") && !strcmp(s.expect[i].result, "clean"))
			return true;
	return false;
}

static void play_seed(const char *name)
{
	char line[1024];

	for (unsigned i = 0; i < NOISE_PROFILES * SEEDS_OF_NOISE; i++) {
		enum noise_profile profile = i % NOISE_PROFILES;

		play("core", i, profile);
		if (result.verdict == RUN_CLEAN)
			continue;
		run_print_timeline(stderr, 160, false, false);
		report_verdict(&result, line, sizeof(line));
		fail_msg("%s, noise %s, seed %u: %s", name, noise_word(profile), i, line);
	}
	assert_true(result.steps > 0 && result.events > 0);
}

static void test_seeds_are_clean(void **state)
{
	char path[1024];
	struct dirent *entry;
	unsigned played = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/seeds", corpora);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || strcmp(suffix, ".sluice"))
			continue;
		load("seeds", entry->d_name);
		if (!expects_clean() || !run_build_serves(&s))
			continue;
		play_seed(entry->d_name);
		played++;
	}
	closedir(dir);
	assert_in_range(played, 100, 1000);
}

/* --- The kernel ---------------------------------------------------------------------------------------- */

#if !defined(                                                                                      \
	SLUICE_TSAN) /* under TSan a race ends the process first: tests/stress_find.sh has those */
/* docs/findings/lost-wakeup.md. How soon it shows is up to the machine: some hundred runs, by experience. */
static void test_lost_wakeup_shows(void **state)
{
	char line[1024];
	bool hung = false;

	if (!run_system("linux-6.12"))
		skip(); /* the build has no kernel: its package was not there, or is another's */
	load("regress/linux", "two-waiters-one-token.sluice");
	for (unsigned i = 0; i < HANG_ROUNDS && !hung; i++) {
		play("linux-6.12", i, i % NOISE_PROFILES);
		hung = !strcmp(run_verdict_word(&result), "HANG");
	}
	assert_true(hung);
	report_verdict(&result, line, sizeof(line));
	assert_non_null(strstr(line, "waits for prq_complete"));
	assert_true(engine_left_tasks());
	/* What the hung run left does not trouble the next. */
	load("seeds", "01-one-drain.sluice");
	play("core", 0, NOISE_NONE);
	assert_int_equal(result.verdict, RUN_CLEAN);
	assert_false(engine_left_tasks());
}
#endif

static int setup(void **state)
{
	const char *end = strrchr(__FILE__, '/');

	run_init();
	snprintf(corpora, sizeof(corpora), "%.*s/../corpora", end ? (int)(end - __FILE__) : 1,
		 end ? __FILE__ : ".");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds_are_clean),
#if !defined(SLUICE_TSAN)
		cmocka_unit_test(test_lost_wakeup_shows),
#endif
	};

	return cmocka_run_group_tests_name("thread_run", tests, setup, NULL);
}
