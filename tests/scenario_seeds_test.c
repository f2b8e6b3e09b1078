/* SPDX-License-Identifier: GPL-2.0-only */
/* Every stored seed is canonical text, says what it is for, and what is expected of the core. */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "run/run.h"
#include "scenario/scenario.h"

static struct scenario s;
static char text[SCENARIO_TEXT_MAX + 1], printed[SCENARIO_TEXT_MAX];
static char folder[512];

static size_t read_file(const char *name)
{
	char path[1024];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return n;
}

static void check_seed(const char *name)
{
	struct scenario_error error;
	size_t n = read_file(name);

	if (scenario_parse(&s, text, n, &error))
		fail_msg("%s:%u:%u: %s", name, error.line, error.column, error.text);
	scenario_print(&s, printed, sizeof(printed));
	assert_string_equal(text, printed);
	assert_true(s.comment[0]);
	for (unsigned i = 0; i < s.expects; i++)
		if (!strcmp(s.expect[i].system, "core"))
			return;
	fail_msg("%s expects nothing of the core", name);
}

static void test_seeds(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || strcmp(suffix, ".sluice"))
			continue;
		check_seed(entry->d_name);
		n++;
	}
	closedir(dir);
	assert_in_range(n, 44, 1000);
}

static int setup(void **state)
{
	const char *end = strrchr(__FILE__, '/');

	run_init_knobs();
	snprintf(folder, sizeof(folder), "%.*s/../corpora/seeds", end ? (int)(end - __FILE__) : 1,
		 end ? __FILE__ : ".");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
