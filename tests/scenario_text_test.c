/* SPDX-License-Identifier: GPL-2.0-only */
/* The text form: every line and operation parses and prints back; round trips; what is kept. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/scenario.h"

static const char *const event_values[] = { "every-request", "last-page", NULL };
static const char *const pipe_values[] = { "open", "closed", "half", NULL };
static const struct scenario_knob knobs[] = {
	{ "event", event_values },
	{ "storm", NULL },
	{ "pipe", pipe_values },
};

static struct scenario parsed, again;
static char printed[SCENARIO_TEXT_MAX], reprinted[SCENARIO_TEXT_MAX];

static void parse(struct scenario *s, const char *text)
{
	struct scenario_error error;

	if (scenario_parse(s, text, strlen(text), &error))
		fail_msg("%u:%u: %s in:\n%s", error.line, error.column, error.text, text);
}

/* Text to scenario to text to scenario: both scenarios and both texts are equal. */
static void round_trip(const char *text)
{
	size_t n;

	parse(&parsed, text);
	n = scenario_print(&parsed, printed, sizeof(printed));
	assert_int_equal(n, strlen(printed));
	parse(&again, printed);
	assert_true(scenario_equal(&parsed, &again));
	scenario_print(&again, reprinted, sizeof(reprinted));
	assert_string_equal(printed, reprinted);
}

static void test_example_is_canonical(void **state)
{
	static const char text[] =
		"sluice 1\n"
		"# two drains of one unit lose a wake-up\n"
		"#\n"
		"#  indented\n"
		"world workers=2 clock=free alloc=fails rcu=eager\n"
		"unit u0 event=last-page pipe=closed ring=8\n"
		"unit u1 ring=128\n"
		"device d0 unit=u0 rid=00:02.0 credits=8\n"
		"device d1 unit=u1 rid=ff:1f.7 credits=2048 retries=3\n"
		"space A heap\n"
		"task app0: bind d0 A as p1; request d0 p1 group=1 page=0x7f00 rw last; stop d0 "
		"p1; "
		"unbind d0 p1\n"
		"task late: bind d1 heap as p2; stop d1 p2 marker; unbind d1 p2\n"
		"at app0 wait_for_completion#1 -> late\n"
		"at late read_PQT#2+1 -> u0.walk\n"
		"at late kmalloc#3 = 1\n"
		"promise stopped-marker\n"
		"needs asan\n"
		"expect linux-6.12 HANG version 6.12.117-1~deb12u1\n"
		"expect core clean\n"
		"expect v2 n/a\n";

	parse(&parsed, text);
	scenario_print(&parsed, printed, sizeof(printed));
	assert_string_equal(printed, text);
	assert_string_equal(parsed.comment, "two drains of one unit lose a wake-up\n\n indented");
	assert_int_equal(parsed.world.workers, 2);
	assert_true(parsed.world.clock_free && parsed.world.alloc_fails && parsed.world.rcu_eager);
	assert_int_equal(parsed.unit[0].knob[0], 1);
	assert_int_equal(parsed.unit[0].knob[2], 1);
	assert_int_equal(parsed.unit[0].ring_order, 3);
	assert_int_equal(parsed.device[1].rid, 0xffff);
	assert_int_equal(parsed.op[1].line, 11);
	assert_int_equal(parsed.op[4].task, 1);
	assert_int_equal(parsed.op[4].space, 1);
	assert_int_equal(parsed.anchor[1].skip, 1);
	assert_int_equal(parsed.anchor[1].line, 14);
	assert_true(parsed.anchor[2].is_value);
	assert_string_equal(parsed.expect[2].result, "n/a");
	assert_string_equal(parsed.expect[0].version, "6.12.117-1~deb12u1");
	assert_string_equal(parsed.expect[1].version, "");
	assert_false(parsed.positional);
}

static void test_defaults(void **state)
{
	parse(&parsed, "sluice 1\ntask app0: bind d0 A as p1; request d0 p1; translate d0 p1 w");
	assert_int_equal(parsed.units, 1);
	assert_int_equal(parsed.devices, 1);
	assert_int_equal(parsed.spaces, 1);
	assert_int_equal(parsed.unit[0].ring_order, 7);
	assert_int_equal(parsed.device[0].rid, 0x10);
	assert_int_equal(parsed.device[0].credits, 32);
	assert_int_equal(parsed.op[1].flags, OPF_READ);
	assert_int_equal(parsed.op[1].page, 2);
	assert_int_equal(parsed.op[2].flags, OPF_WRITE);
	parse(&parsed, "sluice 1\ndevice d0\ndevice d1 credits=1\ndevice d2\n");
	assert_int_equal(parsed.device[2].rid, 0x20);
	assert_int_equal(parsed.tasks, 0);
}

static const struct {
	const char *text, *canonical;
} op_spellings[] = {
	{ "bind d1 B as p4", "bind d1 B as p4" },
	{ "bind d0 A as p1 domain", "bind d0 A as p1 domain" },
	{ "unbind d0 p1", "unbind d0 p1" },
	{ "request d0 none last", "request d0 none group=0 page=0x1 r last" },
	{ "request d0 p1 last rw page=0xffff group=511 priv force",
	  "request d0 p1 group=511 page=0xffff rw priv last force" },
	{ "request d0 p1 rwx page=10", "request d0 p1 group=0 page=0xa rwx" },
	{ "request d0 p1 wx page=0", "request d0 p1 group=0 page=0x0 wx" },
	{ "stop d0 p3", "stop d0 p3" },
	{ "stop d0 p3 answered", "stop d0 p3" },
	{ "stop d0 p3 marker", "stop d0 p3 marker" },
	{ "stop d0 p3 reset", "stop d0 p3 reset" },
	{ "exit B", "exit B" },
	{ "rid d0 A", "rid d0 A" },
	{ "rid d1 none", "rid d1 none" },
	{ "disable d0", "disable d0" },
	{ "enable d0", "enable d0" },
	{ "attach d0", "attach d0" },
	{ "detach d0", "detach d0" },
	{ "finish u1", "finish u1" },
	{ "start u1", "start u1" },
	{ "drain d0 p1", "drain d0 p1" },
	{ "translate d0 p1", "translate d0 p1 page=0x1 r" },
	{ "access d0 p1 page=4 w", "access d0 p1 page=0x4 w" },
	{ "marker d0 p1", "marker d0 p1" },
	{ "reset d0", "reset d0" },
	{ "gone d0", "gone d0" },
	{ "hold d0", "hold d0 count=1 late" },
	{ "hold d0 never count=255", "hold d0 count=255 never" },
	{ "inject u0 iqe", "inject u0 iqe" },
	{ "inject u0 ice", "inject u0 ice" },
	{ "inject u1 ite", "inject u1 ite" },
	{ "lose u0 count=0x10", "lose u0 count=16" },
	{ "prs u0 ppr", "prs u0 ppr" },
	{ "prs u0 ppr pro", "prs u0 pro ppr" },
	{ "prs u0 clear ppr", "prs u0 ppr clear" },
	{ "slow A ms=60000", "slow A ms=60000" },
	{ "slow A ms=0", "slow A ms=0" },
	{ "hole B page=7", "hole B page=0x7" },
	{ "settle d0 p1", "settle d0 p1" },
	{ "await other", "await other" },
	{ "pause", "pause" },
	{ "descriptor d1 p1", "descriptor d1 p1 group=0 page=0x1 r" },
	{ "descriptor d0 none marker last priv",
	  "descriptor d0 none group=0 page=0x1 marker priv last" },
	{ "descriptor d0 p2 x page=2", "descriptor d0 p2 group=0 page=0x2 x" },
	{ "descriptor d0 p1 xor3=1 xor0=0 rwx xor1=0xffffffffffffffff group=5",
	  "descriptor d0 p1 group=5 page=0x1 rwx xor1=0xffffffffffffffff xor3=0x1" },
	{ "descriptor d0 p1 xor2=18446744073709551615",
	  "descriptor d0 p1 group=0 page=0x1 r xor2=0xffffffffffffffff" },
	{ "head u0 0", "head u0 0x0" },
	{ "head u1 65", "head u1 0x41" },
	{ "tail u0 0x1ffffff", "tail u0 0x1ffffff" },
	{ "queue u0 size=7", "queue u0 size=7" },
	{ "queue u0 off", "queue u0 off" },
	{ "queue u0 away", "queue u0 away" },
};

static void test_operations(void **state)
{
	uint32_t met = 0;

	for (size_t i = 0; i < sizeof(op_spellings) / sizeof(op_spellings[0]); i++) {
		char text[512], op[192];
		size_t n;

		snprintf(text, sizeof(text),
			 "sluice 1\nunit u0\nunit u1\ndevice d0\ndevice d1\nspace A B\n"
			 "task app0: %s\ntask other:\n",
			 op_spellings[i].text);
		round_trip(text);
		n = scenario_print_op(&parsed, &parsed.op[0], op, sizeof(op));
		assert_int_equal(n, strlen(op));
		assert_string_equal(op, op_spellings[i].canonical);
		met |= 1u << parsed.op[0].code;
	}
	assert_int_equal(met, (1u << OP_COUNT) - 1);
}

/* What access=on needs need not be said, and is said by whoever writes the file again. */
static void test_access_needs_its_build(void **state)
{
	round_trip("sluice 1\nworld access=on\ntask a: pause\n");
	assert_true(parsed.world.access);
	assert_non_null(strstr(printed, "world access=on\n"));
	assert_non_null(strstr(printed, "\nneeds access\n"));
	assert_false(scenario_needs(&parsed, "access"));
	assert_string_equal(again.needs, "access");
	round_trip("sluice 1\nworld access=on\ntask a: pause\nneeds asan\n");
	assert_non_null(strstr(printed, "\nneeds asan access\n"));
	assert_true(scenario_needs(&parsed, "asan") && !scenario_needs(&parsed, "tsan"));
	round_trip("sluice 1\nworld access=on\ntask a: pause\nneeds tsan access\n");
	assert_non_null(strstr(printed, "\nneeds tsan access\n"));
	round_trip("sluice 1\nworld access=off\ntask a: pause\n");
	assert_null(strstr(printed, "access"));
	assert_false(scenario_needs(&parsed, "access"));
}

static void test_layout_is_free(void **state)
{
	static const char plain[] = "sluice 1\n# why\ntask a: pause; pause\ntask b: pause\n";
	static const char *const same[] = {
		"sluice 1\r\n# why\r\ntask a: pause; pause\r\ntask b: pause\r\n",
		"sluice 1\n\n  \t# why \t\n\n\ttask  a :pause;pause # tail\n# later\ntask b: pause",
		"sluice 1 # not a purpose\n#why\ntask a: pause\ntask b: pause\ntask a: pause\n#",
	};

	parse(&parsed, plain);
	scenario_print(&parsed, printed, sizeof(printed));
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		parse(&again, same[i]);
		scenario_print(&again, reprinted, sizeof(reprinted));
		assert_string_equal(printed, reprinted);
	}
}

static void test_comments_keep_any_letter(void **state)
{
	round_trip("sluice 1\n# caf\xc3\xa9 \xff\n#\n#\ttab\n");
	assert_string_equal(parsed.comment, "caf\xc3\xa9 \xff\n\n\ttab");
	round_trip("sluice 1\n#\n#\n");
	round_trip("sluice 1\n# a\n#\n");
}

static void test_choices(void **state)
{
	round_trip("sluice 1\ntask a: pause\nchoices 00 03*5 2 ff\nchoices 01 00*4\n");
	assert_true(parsed.positional);
	assert_int_equal(parsed.choice_count, 9);
	assert_memory_equal(parsed.choice, "\0\3\3\3\3\3\2\xff\1", 9);
	assert_non_null(strstr(printed, "choices 00 03*5 02 ff 01\n"));
	/* Zeroes at the end mean nothing. */
	parse(&parsed, "sluice 1\nchoices 00*4096\n");
	assert_int_equal(parsed.choice_count, 0);
	assert_false(parsed.positional);
	round_trip(
		"sluice 1\ntask a: pause\nchoices 01 02 03*100 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f "
		"10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20*3000 21\n");
}

static void test_long_tasks_are_wrapped(void **state)
{
	char text[8192] = "sluice 1\ntask a: pause";
	const char *line;

	for (unsigned i = 1; i < SCENARIO_OPS_MAX; i++)
		strcat(text, "; request d0 p1 group=1 page=0x7f00 rw last");
	strcat(text, "\n");
	round_trip(text);
	assert_int_equal(parsed.ops, SCENARIO_OPS_MAX);
	for (line = printed; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 100);
}

static void test_print_counts_like_snprintf(void **state)
{
	char small[20];
	size_t n;

	parse(&parsed, "sluice 1\ntask a: pause\n");
	n = scenario_print(&parsed, printed, sizeof(printed));
	assert_int_equal(scenario_print(&parsed, small, sizeof(small)), n);
	assert_int_equal(strlen(small), sizeof(small) - 1);
	assert_memory_equal(small, printed, sizeof(small) - 1);
	assert_int_equal(scenario_print(&parsed, NULL, 0), n);
	assert_int_equal(scenario_print_op(&parsed, &parsed.op[0], small, 3), 5);
	assert_string_equal(small, "pa");
}

static void test_write_is_print(void **state)
{
	FILE *file = tmpfile();
	size_t n;

	assert_non_null(file);
	round_trip("sluice 1\n# x\ntask a: pause\nchoices 01\n");
	scenario_write(&parsed, file);
	rewind(file);
	n = fread(reprinted, 1, sizeof(reprinted), file);
	fclose(file);
	assert_int_equal(n, strlen(printed));
	assert_memory_equal(reprinted, printed, n);
}

/* All bounds at once; the largest text there is stays within what is accepted. */
static void test_largest(void **state)
{
	char *text = malloc(SCENARIO_TEXT_MAX);
	size_t n = (size_t)sprintf(text, "sluice 1\n");

	for (unsigned i = 0; i < 70; i++)
		n += (size_t)sprintf(text + n, "# %.27s\n", "abcdefghijklmnopqrstuvwxyz12345");
	n += (size_t)sprintf(text + n, "unit u0 ring=2048\nunit u1 ring=8\n");
	for (unsigned i = 0; i < SCENARIO_DEVICES_MAX; i++)
		n += (size_t)sprintf(text + n, "device d%u\n", i);
	n += (size_t)sprintf(text + n, "space A B C D\n");
	for (unsigned i = 0; i < SCENARIO_OPS_MAX; i++)
		n += (size_t)sprintf(text + n, "task app%u: pause\n", i % SCENARIO_TASKS_MAX);
	for (unsigned i = 0; i < SCENARIO_ANCHORS_MAX; i++)
		n += (size_t)sprintf(text + n, "at app0 %039u#65535+%u -> %039u\n", i, i, i);
	for (unsigned i = 0; i < SCENARIO_PROMISES_MAX; i++)
		n += (size_t)sprintf(text + n, "promise p%u\n", i);
	for (unsigned i = 0; i < SCENARIO_EXPECTS_MAX; i++)
		n += (size_t)sprintf(text + n, "expect s%u clean\n", i);
	round_trip(text);
	assert_int_equal(parsed.anchors, SCENARIO_ANCHORS_MAX);
	free(text);
}

static void test_is_text(void **state)
{
	assert_true(scenario_is_text("sluice 1\n", 9));
	assert_true(scenario_is_text("sluice 9", 8));
	assert_false(scenario_is_text("sluice ", 7));
	assert_false(scenario_is_text("sluice x", 8));
	assert_false(scenario_is_text("", 0));
}

static void test_order_of_tasks_does_not_matter(void **state)
{
	parse(&parsed, "sluice 1\ntask a: pause; exit A\ntask b: reset d0; gone d0\n");
	parse(&again,
	      "sluice 1\ntask a: pause\ntask b: reset d0\ntask a: exit A\ntask b: gone d0\n");
	assert_true(scenario_equal(&parsed, &again));
	parse(&again, "sluice 1\ntask a: exit A; pause\ntask b: reset d0; gone d0\n");
	assert_false(scenario_equal(&parsed, &again));
}

static int setup(void **state)
{
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_is_canonical),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_access_needs_its_build),
		cmocka_unit_test(test_layout_is_free),
		cmocka_unit_test(test_comments_keep_any_letter),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_long_tasks_are_wrapped),
		cmocka_unit_test(test_print_counts_like_snprintf),
		cmocka_unit_test(test_write_is_print),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_is_text),
		cmocka_unit_test(test_order_of_tasks_does_not_matter),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
