/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stored samples of each version of the format: texts are canonical, bytes mean what they meant. A
 * sample never changes; what makes this test fail makes stored corpora mean something else.
 */

#include <ctype.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/run.h"
#include "scenario/scenario.h"

static struct scenario s, decoded;
static char text[SCENARIO_TEXT_MAX + 1], printed[SCENARIO_TEXT_MAX], hex[4 * SCENARIO_BYTES_MAX];
static uint8_t bytes[SCENARIO_BYTES_MAX], encoded[SCENARIO_BYTES_MAX];
static char folder[512];

/* Bytes read; -1: there is no such file. */
static long read_file(const char *name, const char *suffix, char *buf, size_t size)
{
	char path[1024];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
	file = fopen(path, "r");
	if (!file)
		return -1;
	n = fread(buf, 1, size - 1, file);
	fclose(file);
	buf[n] = '\0';
	return (long)n;
}

static size_t read_bytes(void)
{
	size_t n = 0;

	for (char *at = hex, *end; *at; at = end) {
		while (isspace((unsigned char)*at))
			at++;
		if (!*at)
			break;
		assert_true(n < sizeof(bytes));
		bytes[n++] = (uint8_t)strtoul(at, &end, 16);
		assert_true(end - at == 2);
	}
	return n;
}

static void check_text(const char *name)
{
	struct scenario_error error;
	long n = read_file(name, ".sluice", text, sizeof(text));

	if (n < 0)
		fail_msg("%s: bytes without a text", name);
	if (scenario_parse(&s, text, (size_t)n, &error))
		fail_msg("%s:%u:%u: %s", name, error.line, error.column, error.text);
	scenario_print(&s, printed, sizeof(printed));
	assert_string_equal(text, printed);
}

/* Records short, long and headless decode as ever too; an encoder does not write such. */
#define DAMAGED "damaged"

static void check_bytes(const char *name)
{
	size_t size = read_bytes();

	scenario_decode(&decoded, bytes, size);
	scenario_print(&decoded, printed, sizeof(printed));
	assert_string_equal(text, printed);
	if (!strcmp(name, DAMAGED))
		return;
	assert_int_equal(scenario_encode(&s, encoded, sizeof(encoded)), size);
	assert_memory_equal(encoded, bytes, size);
}

static void test_version_1(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned texts = 0, twins = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char *suffix = strrchr(entry->d_name, '.');

		if (!suffix || strcmp(suffix, ".sluice"))
			continue;
		*suffix = '\0';
		check_text(entry->d_name);
		texts++;
		if (read_file(entry->d_name, ".hex", hex, sizeof(hex)) < 0)
			continue;
		check_bytes(entry->d_name);
		twins++;
	}
	closedir(dir);
	assert_in_range(texts, 5, 1000);
	assert_in_range(twins, 4, 1000);
}

/* Every operation there is stands in the sample of them, or its bytes are promised to nobody. */
static void test_all_operations(void **state)
{
	bool seen[OP_COUNT] = { false };

	check_text("operations");
	for (unsigned i = 0; i < s.ops; i++)
		seen[s.op[i].code] = true;
	for (unsigned i = 0; i < OP_COUNT; i++)
		if (!seen[i])
			fail_msg("no sample has `%s`", scenario_op_word[i]);
}

static int setup(void **state)
{
	const char *end = strrchr(__FILE__, '/');

	run_init_knobs();
	snprintf(folder, sizeof(folder), "%.*s/../corpora/format/1",
		 end ? (int)(end - __FILE__) : 1, end ? __FILE__ : ".");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_all_operations),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
