/* SPDX-License-Identifier: GPL-2.0-only */
/* Bad texts: each is refused, at the right place and with words that help. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/scenario.h"

static const char *const event_values[] = { "every-request", "last-page", NULL };
static const char *const pipe_values[] = { "open", "closed", NULL };
static const struct scenario_knob knobs[] = {
	{ "event", event_values },
	{ "storm", NULL },
	{ "pipe", pipe_values },
};

static struct scenario s;

#define W39 "abcdefghijklmnopqrstuvwxyzabcdefghijklm"

/* The text behind "sluice 1\n"; the line counts from that one, which is line 1. */
static const struct {
	const char *text;
	unsigned line, column;
	const char *says;
} bad[] = {
	/* lines */
	{ "frobnicate\n", 2, 1,
	  "expected world, unit, device, space, task, at, expect, promise, needs, "
	  "choices, found `frobnicate`" },
	{ "  ; \n", 2, 3, "found `;`" },
	{ "\n\ntask app0: pause extra\n", 4, 18, "expected `;` or end of line, found `extra`" },
	{ "expect core clean twice\n", 2, 19, "expected end of line, found `twice`" },
	{ "sluice 1\n", 2, 1, "found `sluice`" },
	/* world */
	{ "world workers=0\n", 2, 15, "expected workers (1..4), found `0`" },
	{ "world workers=5\n", 2, 15, "found `5`" },
	{ "world workers\n", 2, 14, "expected `=`, found end of line" },
	{ "world clock=fast\n", 2, 13, "expected clock (fair, free), found `fast`" },
	{ "world alloc=fails alloc=fails\n", 2, 19, "each setting once, found `alloc` again" },
	{ "world speed=1\n", 2, 7,
	  "expected a setting (workers, clock, alloc, rcu, access, misuse), found `speed`" },
	{ "world\nworld\n", 3, 1, "expected one `world` line" },
	/* unit */
	{ "unit u1\n", 2, 6, "expected `u0`, found `u1`" },
	{ "unit u0\nunit u0\n", 3, 6, "expected `u1`, found `u0`" },
	{ "unit u0\nunit u1\nunit u2\n", 4, 6, "at most 2 lines of this kind" },
	{ "unit u0 ring=9\n", 2, 14, "expected slots (8, 16, 32" },
	{ "unit u0 ring=8 ring=8\n", 2, 16, "each setting once" },
	{ "unit u0 event=sometimes\n", 2, 15, "expected event (every-request, last-page), found" },
	{ "unit u0 colour=red\n", 2, 9, "expected ring or a knob (event, pipe), found `colour`" },
	{ "unit u0 storm=on\n", 2, 9, "found `storm`, which is not modelled yet" },
	{ "unit u0 pipe=open pipe=open\n", 2, 19, "each setting once, found `pipe` again" },
	{ "unit u0 pipe\n", 2, 13, "expected `=`, found end of line" },
	{ "unit u0 pipe=", 2, 14, "expected pipe (open, closed), found end of file" },
	{ "device d0\nunit u0\n", 3, 1, "`unit` lines ahead of devices" },
	/* device */
	{ "device\n", 2, 7, "expected `d0`, found end of line" },
	{ "device d1\n", 2, 8, "expected `d0`, found `d1`" },
	{ "device d0 unit=u1\n", 2, 16, "expected a unit (only u0), found `u1`" },
	{ "device d0 rid=2\n", 2, 15, "expected a requester id (00:00.0..ff:1f.7), found `2`" },
	{ "device d0 rid=00:20.0\n", 2, 18, "expected a requester id" },
	{ "device d0 rid=00:02.8\n", 2, 18, "expected a requester id" },
	{ "device d0 rid=0g:02.1\n", 2, 15, "expected a requester id" },
	{ "device d0 credits=0\n", 2, 19, "expected credits (1..2048), found `0`" },
	{ "device d0 credits=99999999999999999999999\n", 2, 19, "expected credits (1..2048)" },
	{ "device d0 credits=0x\n", 2, 19, "expected credits (1..2048)" },
	{ "device d0 retries=4\n", 2, 19, "expected retries (0..3), found `4`" },
	{ "device d0 retries=-1\n", 2, 19, "expected retries (0..3)" },
	{ "device d0 rid=00:03.0\ndevice d1\n", 3, 1, "found d0's" },
	{ "device d0\ndevice d1\ndevice d2\ndevice d3\ndevice d4\n", 6, 8, "at most 4" },
	{ "task app0: pause\ndevice d0\n", 3, 1, "`device` lines ahead of tasks" },
	{ "task app0: pause\nunit u0\n", 3, 1, "ahead of devices and tasks" },
	/* space */
	{ "space\n", 2, 6, "expected a space, found end of line" },
	{ "space A A\n", 2, 9, "each space once, found `A` again" },
	{ "space none\n", 2, 7, "not `none`" },
	{ "space 1st\n", 2, 7, "a name of letters and digits" },
	{ "space A B C D E\n", 2, 15, "at most 4 spaces" },
	{ "task app0: pause\nspace B\n", 3, 1, "`space` lines ahead of tasks" },
	/* task */
	{ "task\n", 2, 5, "expected a task, found end of line" },
	{ "task app0 pause\n", 2, 11, "expected `:`, found `pause`" },
	{ "task irq1: pause\n", 2, 6, "expected a name that no other task has, found `irq1`" },
	{ "task setup: pause\n", 2, 6, "found `setup`" },
	{ "task u0.walk: pause\n", 2, 6, "a name of letters and digits" },
	{ "task abcdefghijklmnopqrstuvwxyz: pause\n", 2, 6, "at most 23 characters, found 26" },
	{ "task " W39 "x: pause\n", 2, 6, "at most 39 characters, found 40" },
	{ "task a:\ntask b:\ntask c:\ntask d:\ntask e:\ntask f:\ntask g:\n", 8, 6,
	  "at most 6 tasks" },
	{ "task app0: pause;\n", 2, 18, "expected an operation, found end of line" },
	{ "task app0: pause;; pause\n", 2, 18, "expected an operation, found `;`" },
	{ "task app0: leap\n", 2, 12, "expected an operation, found `leap`" },
	/* operations */
	{ "task app0: bind d9 A as p1\n", 2, 17, "expected a device (only d0), found `d9`" },
	{ "device d0\ndevice d1\ntask app0: reset d2\n", 4, 18, "expected a device (d0..d1)" },
	{ "task app0: bind d0 B as p1\n", 2, 20, "expected a space (A), found `B`" },
	{ "task app0: bind d0 A p1\n", 2, 22, "expected `as`, found `p1`" },
	{ "task app0: bind d0 A as p5\n", 2, 25, "expected a PASID (p1..p4), found `p5`" },
	{ "task app0: bind d0 A as none\n", 2, 25, "expected a PASID (p1..p4), found `none`" },
	{ "task app0: bind d0 A as p0\n", 2, 25, "expected a PASID (p1..p4), found `p0`" },
	{ "task app0: bind d0 A as p1 dom\n", 2, 28, "expected domain, `;` or end of line" },
	{ "task app0: bind d0 A as p1 domain domain\n", 2, 35, "found `domain` again" },
	{ "task app0: unbind d0 p1 domain\n", 2, 25, "expected `;` or end of line" },
	{ "task app0: bind\n", 2, 16, "expected a device (only d0), found end of line" },
	{ "task app0: request d0 p1 group=512\n", 2, 32, "expected group (0..511), found `512`" },
	{ "task app0: request d0 p1 page=0x10000\n", 2, 31, "expected page (0..65535)" },
	{ "task app0: request d0 p1 page=0xfg\n", 2, 31, "expected page (0..65535)" },
	{ "task app0: request d0 p1 page=1 page=2\n", 2, 33, "each setting once, found `page`" },
	{ "task app0: request d0 p1 r w\n", 2, 28, "each setting once, found `w` again" },
	{ "task app0: request d0 p1 last last\n", 2, 31, "each setting once, found `last` again" },
	{ "task app0: request d0 p1 x\n", 2, 26, "found `x`" },
	{ "task app0: request d0 p1 count=1\n", 2, 26,
	  "expected group=, page=, r, w, rw, rx, wx, rwx, "
	  "priv, last, force, `;` or end of line" },
	{ "task app0: request d0 any\n", 2, 23,
	  "expected `none` or a PASID (p1..p4), found `any`" },
	{ "task app0: stop d0 p1 gently\n", 2, 23, "expected answered, marker, reset, `;`" },
	{ "task app0: stop d0 p1 marker reset\n", 2, 30, "each setting once" },
	{ "task app0: exit\n", 2, 16, "expected a space (A), found end of line" },
	{ "task app0: finish u1\n", 2, 19, "expected a unit (only u0), found `u1`" },
	{ "task app0: hold d0 count=0\n", 2, 26, "expected count (1..255)" },
	{ "task app0: hold d0 late never\n", 2, 25, "each setting once" },
	{ "task app0: inject u0\n", 2, 21, "expected iqe, ice or ite, found end of line" },
	{ "task app0: inject u0; pause\n", 2, 21, "expected iqe, ice or ite, found `;`" },
	{ "task app0: prs u0\n", 2, 18, "expected pro or ppr" },
	{ "task app0: prs u0 clear\n", 2, 24, "expected pro or ppr" },
	{ "task app0: request d0 p1 marker\n", 2, 26, "found `marker`" },
	{ "task app0: request d0 p1 xor0=1\n", 2, 26, "found `xor0`" },
	{ "task app0: descriptor u0 p1\n", 2, 23, "expected a device (only d0), found `u0`" },
	{ "task app0: descriptor d0 p1 r marker\n", 2, 31,
	  "each setting once, found `marker` again" },
	{ "task app0: descriptor d0 p1 force\n", 2, 29,
	  "marker, priv, last, xor0=..xor3=, `;` or" },
	{ "task app0: descriptor d0 p1 xor4=1\n", 2, 29, "found `xor4`" },
	{ "task app0: descriptor d0 p1 xor1=1 xor1=2\n", 2, 36, "found `xor1` again" },
	{ "task app0: descriptor d0 p1 xor1\n", 2, 33, "expected `=`, found end of line" },
	{ "task app0: descriptor d0 p1 xor1=0x10000000000000000\n", 2, 34,
	  "expected xor1 (a number of 64 bits), found `0x10000000000000000`" },
	{ "task app0: descriptor d0 p1 xor1=18446744073709551616\n", 2, 34, "a number of 64 bits" },
	{ "task app0: head u0\n", 2, 19, "expected a register's value (0..33554431), found end" },
	{ "task app0: tail u0 0x2000000\n", 2, 20, "expected a register's value (0..33554431)" },
	{ "task app0: head u0 1 2\n", 2, 22, "expected `;` or end of line, found `2`" },
	{ "task app0: queue u0\n", 2, 20, "expected one of size=, off and away" },
	{ "task app0: queue u0 size=8\n", 2, 26, "expected size (0..7), found `8`" },
	{ "task app0: queue u0 off away\n", 2, 25, "each setting once, found `away` again" },
	{ "task app0: queue u0 off size=1\n", 2, 31, "expected one of size=, off and away" },
	{ "task app0: slow A\n", 2, 18, "expected ms=" },
	{ "task app0: slow A ms=60001\n", 2, 22, "expected ms (0..60000)" },
	{ "task app0: hole A\n", 2, 18, "expected page=" },
	{ "task app0: await app0\n", 2, 18, "expected a task that does not wait for this one" },
	{ "task a: await b\ntask b: await c\ntask c: await a\n", 4, 15,
	  "does not wait for this one" },
	{ "task a: await nobody-here\n", 2, 15, "expected a task of this scenario" },
	{ "task a: await ;\n", 2, 15, "expected a task, found `;`" },
	/* anchors */
	{ "at\n", 2, 3, "expected a task, found end of line" },
	{ "at app0\n", 2, 8, "expected a site, found end of line" },
	{ "at app0 kmalloc -> irq\n", 2, 17, "expected `#`, found `->`" },
	{ "at app0 kmalloc #1 -> irq\n", 2, 17, "expected `#`, found end of line" },
	{ "at app0 kmalloc#0 -> irq\n", 2, 17, "expected a count (1..65535), found `0`" },
	{ "at app0 kmalloc#65536 -> irq\n", 2, 17, "expected a count" },
	{ "at app0 kmalloc#1+ -> irq\n", 2, 20, "expected a count (0..65535)" },
	{ "at app0 kmalloc#1 irq\n", 2, 19, "expected `->` or `=`, found `irq`" },
	{ "at app0 kmalloc#1 ->\n", 2, 21, "expected a task, found end of line" },
	{ "at app0 kmalloc#1 = 0\n", 2, 21, "expected a value (1..255)" },
	{ "at app0 kmalloc#1 = 256\n", 2, 21, "expected a value (1..255)" },
	{ "at a x#1 -> b\nat a x#1+1 -> b\nat a x#1+0 -> c\n", 4, 1, "that of line 2 again" },
	{ "at a " W39 "n#1 -> b\n", 2, 6, "at most 39 characters" },
	/* the rest */
	{ "choices\n", 2, 8, "expected a byte as two hexadecimal digits, found end of line" },
	{ "choices 100\n", 2, 9, "expected a byte" },
	{ "choices 0G\n", 2, 9, "expected a byte" },
	{ "choices 00*0\n", 2, 12, "expected a number of times (1..4096)" },
	{ "choices 01*4096 02\n", 2, 17, "at most 4096 choices" },
	{ "task a: pause\nchoices 01*4096\n", 3, 1, "expected at most 4063 choices, found 4096" },
	{ "at a x#1 -> b\nchoices 01\n", 3, 1, "either `choices` or `at` lines" },
	{ "choices 01\nat a x#1 -> b\n", 3, 1, "either `choices` or `at` lines" },
	{ "choices 00\nat a x#1 -> b\n", 3, 1, "either `choices` or `at` lines" },
	{ "expect core\n", 2, 12, "expected a result (clean, n/a or an invariant)" },
	{ "expect core clean\nexpect core HANG\n", 3, 1, "each system once, found that of line 2" },
	{ "expect core clean version\n", 2, 26, "expected a version (letters, digits and" },
	{ "expect core clean version 1.0/2\n", 2, 27, "expected a version" },
	{ "expect core clean version 1:2+b~3 x\n", 2, 35, "expected end of line, found `x`" },
	{ "expect core clean version 1234567890123456789012345678901234567890\n", 2, 27,
	  "expected a version of at most 39 characters, found 40" },
	{ "promise\n", 2, 8, "expected a promise" },
	{ "promise stopped\npromise stopped\n", 3, 1, "found `stopped` again" },
	{ "needs\n", 2, 6, "expected a kind of build" },
	{ "needs asan access asan\n", 2, 19, "expected each kind once, found `asan` again" },
	{ "needs a23456789012345678901234567890 b23456789\n", 2, 38, "expected fewer words" },
	{ "world access=some\n", 2, 14, "expected access (off, on), found `some`" },
	{ "needs asan\nneeds tsan\n", 3, 1, "expected one `needs` line" },
	/* bytes */
	{ "task app0: \x80\n", 2, 12, "expected a word or a sign, found the byte 0x80" },
	{ "task app0:\rpause\n", 2, 11, "found the byte 0x0d" },
	{ "task app0: pause \x7f\n", 2, 18, "found the byte 0x7f" },
	{ "# a \x01\n", 2, 5, "expected text, found the byte 0x01" },
	{ "# a\r b\n", 2, 4, "expected text, found the byte 0x0d" },
	{ "\t\t@\n", 2, 3, "found `@`" },
};

static void check(const char *text, size_t size, unsigned line, unsigned column, const char *says)
{
	struct scenario_error error;

	if (!scenario_parse(&s, text, size, &error))
		fail_msg("accepted:\n%.300s", text);
	if (error.line != line || error.column != column || !strstr(error.text, says))
		fail_msg("%.300s\nwanted %u:%u: ...%s...\ngot    %u:%u: %s", text, line, column,
			 says, error.line, error.column, error.text);
}

static void test_table(void **state)
{
	char text[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int n = snprintf(text, sizeof(text), "sluice 1\n%s", bad[i].text);

		assert_in_range(n, 0, sizeof(text) - 1);
		check(text, (size_t)n, bad[i].line, bad[i].column, bad[i].says);
	}
}

static void test_first_line(void **state)
{
	check("", 0, 1, 1, "expected `sluice 1`, found end of file");
	check("\nsluice 1\n", 10, 1, 1, "expected `sluice 1`, found end of line");
	check("# x\nsluice 1\n", 13, 1, 1, "expected `sluice 1`");
	check("sluice 2\n", 9, 1, 8, "expected version 1, found `2`");
	check("sluice\n", 7, 1, 7, "expected version 1, found end of line");
	check("sluice 1 1\n", 11, 1, 10, "expected end of line, found `1`");
	check("\xef\xbb\xbfsluice 1\n", 12, 1, 1, "found the byte 0xef");
}

static void test_zero_byte(void **state)
{
	check("sluice 1\ntask a: \0pause\n", 24, 2, 9, "found the byte 0x00");
	check("sluice 1\n# a\0\n", 14, 2, 4, "found the byte 0x00");
	check("sluice 1\0", 9, 1, 9, "found the byte 0x00");
}

static void test_too_large(void **state)
{
	char *text = malloc(SCENARIO_TEXT_MAX + 1);
	struct scenario_error error;

	memset(text, '\n', SCENARIO_TEXT_MAX + 1);
	memcpy(text, "sluice 1", 8);
	assert_int_equal(scenario_parse(&s, text, SCENARIO_TEXT_MAX, &error), 0);
	check(text, SCENARIO_TEXT_MAX + 1, 1, 1, "at most 262144 bytes of text, found 262145");
	/* One line of that length. */
	memset(text + 9, ' ', SCENARIO_TEXT_MAX - 9);
	text[SCENARIO_TEXT_MAX - 1] = '!';
	check(text, SCENARIO_TEXT_MAX, 2, SCENARIO_TEXT_MAX - 9, "found `!`");
	free(text);
}

static void test_too_many(void **state)
{
	static char text[SCENARIO_TEXT_MAX];
	size_t n;

	n = (size_t)sprintf(text, "sluice 1\n");
	for (unsigned i = 0; i <= SCENARIO_OPS_MAX; i++)
		n += (size_t)sprintf(text + n, "task a: pause\n");
	check(text, n, SCENARIO_OPS_MAX + 2, 9, "at most 64 operations");
	n = (size_t)sprintf(text, "sluice 1\n");
	for (unsigned i = 0; i <= SCENARIO_ANCHORS_MAX; i++)
		n += (size_t)sprintf(text + n, "at a x#%u -> b\n", i + 1);
	check(text, n, SCENARIO_ANCHORS_MAX + 2, 1, "at most 512 `at` lines");
	n = (size_t)sprintf(text, "sluice 1\n");
	for (unsigned i = 0; i <= SCENARIO_EXPECTS_MAX; i++)
		n += (size_t)sprintf(text + n, "expect s%u clean\n", i);
	check(text, n, SCENARIO_EXPECTS_MAX + 2, 1, "at most 16 `expect` lines");
	n = (size_t)sprintf(text, "sluice 1\n");
	for (unsigned i = 0; i <= SCENARIO_PROMISES_MAX; i++)
		n += (size_t)sprintf(text + n, "promise s%u\n", i);
	check(text, n, SCENARIO_PROMISES_MAX + 2, 1, "at most 16 `promise` lines");
	n = (size_t)sprintf(text, "sluice 1\n");
	for (unsigned i = 0; i < 40; i++)
		n += (size_t)sprintf(text + n, "# %060u\n", i);
	check(text, n, 35, 1, "a purpose below 2048 bytes");
}

static void test_long_word_is_cut(void **state)
{
	char text[400] = "sluice 1\n";

	memset(text + 9, 'x', 300);
	check(text, strlen(text), 2, 1, "found `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...`");
}

static void test_no_knobs(void **state)
{
	static const char text[] = "sluice 1\nunit u0 pipe=open\n";

	scenario_set_knobs(NULL, 0);
	check(text, strlen(text), 2, 9, "expected ring or a knob (none known), found `pipe`");
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
}

/* Every head of a good text, and every text with a byte spoilt, ends in a verdict. */
static void test_spoilt_texts_end(void **state)
{
	static const char good[] =
		"sluice 1\n# c\nworld workers=2\nunit u0 event=last-page ring=8\n"
		"device d0 rid=00:02.0\nspace A B\ntask a: bind d0 A as p1; request d0 p1 rw last\n"
		"at a op#1+2 -> b\nexpect core clean\n";
	struct scenario_error error;
	char text[sizeof(good)];

	for (size_t i = 0; i < sizeof(good); i++)
		scenario_parse(&s, good, i, &error);
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)byte;
			if (scenario_parse(&s, text, sizeof(good) - 1, &error))
				assert_true(error.line && error.column && error.text[0]);
		}
	}
}

static int setup(void **state)
{
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),     cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_zero_byte), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_too_many),  cmocka_unit_test(test_long_word_is_cut),
		cmocka_unit_test(test_no_knobs),  cmocka_unit_test(test_spoilt_texts_end),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
