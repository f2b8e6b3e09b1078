/* SPDX-License-Identifier: GPL-2.0-only */

/* The timeline at several widths, and the reports for people and tools. */

#include <stdio.h>

#include "tests/run_fake_sut.h"

#include "run/report.h"

static struct scenario scenario;
static struct run_result result;
static const struct sut_image *image;

/* The text that @print writes; free it. */
static char *written(void (*print)(FILE *out, unsigned arg), unsigned arg)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	print(out, arg);
	fclose(out);
	return text;
}

static void print_plain(FILE *out, unsigned columns)
{
	run_print_timeline(out, columns, false, true);
}

static void print_coloured(FILE *out, unsigned columns)
{
	run_print_timeline(out, columns, true, true);
}

static void print_report(FILE *out, unsigned unused)
{
	report_print(out, image->ops, &result);
}

static void print_json(FILE *out, unsigned unused)
{
	report_write_json(out, image->ops, &result);
}

static void print_trace(FILE *out, unsigned unused)
{
	report_write_trace(out);
}

static void run_hang(void)
{
	image = fake_system("fake");
	fake_scenario(&scenario, FAKE_TWO_DRAINS "at start start#1 -> app1\n");
	run_scenario(&scenario, fake_system("fake"), NULL, &result);
	assert_int_equal(result.verdict, RUN_FINDING);
}

static void expect_in(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no \"%s\" in:\n%s", what, text);
}

static void test_shows_what_matters(void **state)
{
	static const unsigned widths[] = { 1, 40, 60, 80, 100, 132, 200, 1000 };

	run_hang();
	for (unsigned i = 0; i < ARRAY_SIZE(widths); i++) {
		char *text = written(print_plain, widths[i]);

		expect_in(text, "at start start#1 -> app1\n");
		expect_in(text, "no more choices: fair from here on\n");
		expect_in(text, ">>>>>  HANG ");
		expect_in(text, "app0");
		assert_null(strchr(text, '\033'));
		free(text);
	}
}

/* No line of an event is wider than the page; choices and findings may be, they are not cut. */
static void test_keeps_to_the_width(void **state)
{
	run_hang();
	for (unsigned width = 44; width < 180; width++) {
		char *text = written(print_plain, width), *next;

		for (char *line = text; *line; line = next) {
			size_t length = strcspn(line, "\n");

			next = line + length + (line[length] == '\n');
			if (strncmp(line, ">>>>>", 5) && strncmp(line, "    .  at", 9) &&
			    length > width)
				fail_msg("%zu characters for %u: %.*s", length, width, (int)length,
					 line);
		}
		free(text);
	}
}

static void test_layouts(void **state)
{
	char *text;

	run_hang();
	text = written(print_plain, 160);
	assert_memory_equal(text, " step  worker0", 14);
	free(text);
	text = written(print_plain, 44);
	assert_memory_equal(text, " step  task: what it did", 24);
	expect_in(text, "app1: ");
	free(text);
}

static void test_colour(void **state)
{
	char *text;

	run_hang();
	text = written(print_coloured, 100);
	expect_in(text, "\033[1;31m>>>>>  HANG");
	free(text);
}

static void test_report(void **state)
{
	char *text;

	run_hang();
	text = written(print_report, 0);
	assert_memory_equal(text, "fake: HANG ", 11);
	expect_in(text, "\n  premises");
	free(text);
}

/* Brackets and quotes in balance; what is inside is the business of whoever reads it. */
static void expect_json(const char *text)
{
	int depth = 0;
	bool quoted = false;

	for (const char *c = text; *c; c++) {
		if (quoted && *c == '\\') {
			c++;
			continue;
		}
		if (*c == '"')
			quoted = !quoted;
		if (quoted)
			assert_true((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f);
		else if (*c == '{' || *c == '[')
			depth++;
		else if (*c == '}' || *c == ']')
			assert_true(--depth >= 0);
	}
	assert_int_equal(depth, 0);
	assert_false(quoted);
}

static void test_json(void **state)
{
	char *text;

	run_hang();
	text = written(print_json, 0);
	expect_json(text);
	expect_in(text, "\"verdict\":\"HANG\"");
	expect_in(text, "\"finding\":{\"id\":\"HANG\"");
	free(text);
	text = written(print_trace, 0);
	expect_json(text);
	expect_in(text, "\"traceEvents\"");
	expect_in(text, "{\"name\":\"app1\"}");
	free(text);
}

static void test_json_of_no_run(void **state)
{
	char *text;

	image = fake_system("fake");
	fake_scenario(&scenario, FAKE_TWO_DRAINS "promise nothing\n");
	run_scenario(&scenario, fake_system("fake"), NULL, &result);
	text = written(print_json, 0);
	expect_json(text);
	expect_in(text, "\"verdict\":\"refused\"");
	expect_in(text, "\"finding\":null");
	free(text);
}

/* What the system stands on is told once each, in the order of its table, wherever premises are. */
static void test_assumptions(void **state)
{
	static const char two[] = "\n  assumes: domains (the configuration has none)\n"
				  "  assumes: binds (a bind is \"refused\" there)\n";
	char *text, premises[2048];

	image = fake_system("fake-stands");
	fake_scenario(&scenario, FAKE_TWO_DRAINS "at start start#1 -> app1\n");
	scenario.op[3].flags |= OPF_DOMAIN;
	run_scenario(&scenario, image, NULL, &result);
	text = written(print_report, 0);
	assert_memory_equal(text, "fake-stands (1.2-3~deb1): HANG ", 31);
	expect_in(text, two);
	free(text);
	text = written(print_json, 0);
	expect_json(text);
	expect_in(text, "\"system\":\"fake-stands\",\"version\":\"1.2-3~deb1\"");
	expect_in(text,
		  "\"assumptions\":[{\"word\":\"domains\",\"text\":\"the configuration has none\"},"
		  "{\"word\":\"binds\",");
	free(text);
	text = written(print_plain, 160);
	expect_in(text, "assumes domains");
	free(text);

	/* Of a clean run, and only what it stood on. */
	fake_scenario(&scenario, FAKE_TWO_DRAINS);
	run_scenario(&scenario, image, NULL, &result);
	assert_int_equal(result.verdict, RUN_CLEAN);
	judge_print_premises(premises, sizeof(premises));
	expect_in(premises, "\nassumes: binds (");
	assert_null(strstr(premises, "domains"));
	assert_int_equal(run_assumptions(), 2);
	run_scenario(&scenario, fake_system("fake"), NULL, &result);
	assert_int_equal(run_assumptions(), 0);
}

static void print_odd_string(FILE *out, unsigned unused)
{
	report_write_json_string(out, "a\"b\\c\n\001\377");
}

static void test_json_string(void **state)
{
	char *text = written(print_odd_string, 0);

	assert_string_equal(text, "\"a\\\"b\\\\c\\n\\u0001\\u00ff\"");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shows_what_matters),
		cmocka_unit_test(test_keeps_to_the_width),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_of_no_run),
		cmocka_unit_test(test_assumptions),
		cmocka_unit_test(test_json_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
