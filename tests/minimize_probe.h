/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_MINIMIZE_PROBE_H
#define SLUICE_TESTS_MINIMIZE_PROBE_H

/* The minimiser with a made-up finding: what fails is said by a function of the scenario. */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/generate.h"
#include "scenario/minimize.h"

static const char *const event_values[] = { "every-request", "last-page", NULL };
static const char *const pipe_values[] = { "open", "closed", NULL };
static const struct scenario_knob knobs[] = { { "event", event_values }, { "pipe", pipe_values } };

static struct scenario s, parsed;
static char text[SCENARIO_TEXT_MAX];

struct probe {
	bool (*fails)(const struct scenario *s);
	uint32_t (*breaks)(const struct scenario *s); /* promises; NULL: none */
	unsigned tried, kept, stop_after;
	bool put_back; /* as a test does that records what was run */
	struct scenario recorded;
};

static struct probe probe;
static struct minimize_try best;
static struct minimize_ways ways;

static bool judge(struct minimize_try *t)
{
	struct scenario_error error;
	size_t n = scenario_print(&t->s, text, sizeof(text));

	/* Every candidate is a scenario that a file could hold. */
	if (scenario_parse(&parsed, text, n, &error))
		fail_msg("%u:%u: %s in:\n%s", error.line, error.column, error.text, text);
	if (!probe.fails(&t->s))
		return false;
	t->broken = probe.breaks ? probe.breaks(&t->s) : 0;
	if (probe.put_back) {
		t->s.anchors = probe.recorded.anchors;
		memcpy(t->s.anchor, probe.recorded.anchor,
		       probe.recorded.anchors * sizeof(t->s.anchor[0]));
	}
	return true;
}

static unsigned run_probe(void *ctx, struct minimize_try *candidate, unsigned count, unsigned *dear)
{
	struct probe *p = ctx;

	for (unsigned i = 0; i < count; i++) {
		p->tried++;
		if (!judge(&candidate[i]) || !minimize_accepts(&candidate[i]))
			continue;
		p->kept++;
		return i;
	}
	return count;
}

static bool on_progress(void *ctx, const struct minimize_progress *progress)
{
	struct probe *p = ctx;

	assert_int_equal(progress->all.tried, p->tried);
	assert_int_equal(progress->all.kept, p->kept);
	return !p->stop_after || p->tried < p->stop_after;
}

static enum minimize_end minimize(bool (*fails)(const struct scenario *s), unsigned budget)
{
	struct minimize_progress progress;
	struct minimize_size size;
	enum minimize_end end;
	unsigned tried = 0;

	probe.fails = fails;
	probe.tried = probe.kept = 0;
	scenario_copy(&best.s, &s);
	assert_true(judge(&best));
	ways.test = run_probe;
	ways.ctx = &probe;
	ways.budget = budget;
	end = scenario_minimize(&best, &ways, &progress);
	assert_true(fails(&best.s));
	assert_true(probe.tried <= budget);
	for (unsigned i = 0; i < progress.passes; i++)
		tried += progress.pass[i].tried;
	assert_int_equal(tried, progress.all.tried);
	minimize_size(&best, &ways, &size);
	assert_memory_equal(&size, &progress.size, sizeof(size));
	scenario_copy(&s, &best.s);
	scenario_print(&s, text, sizeof(text));
	return end;
}

static void parse(const char *source)
{
	struct scenario_error error;

	if (scenario_parse(&s, source, strlen(source), &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.text);
	memset(&probe, 0, sizeof(probe));
	ways = (struct minimize_ways){ .report = on_progress };
}

static const struct scenario_op *find(const struct scenario *t, unsigned code, unsigned page)
{
	for (unsigned i = 0; i < t->ops; i++)
		if (t->op[i].code == code && t->op[i].page == page)
			return &t->op[i];
	return NULL;
}

static const char big[] =
	"sluice 1\n# kept\n"
	"world workers=4 clock=free alloc=fails rcu=eager\n"
	"unit u0 event=last-page ring=8\nunit u1 pipe=closed ring=16\n"
	"device d0 credits=1 retries=3\ndevice d1 unit=u1\ndevice d2 unit=u1 rid=00:07.0\n"
	"space A B C\n"
	"task one: bind d0 A as p1 domain; request d0 p1 page=0x11 rwx priv last force; stop d0 p1 "
	"reset; "
	"unbind d0 p1\n"
	"task two: await one; bind d2 C as p2; request d2 p2 page=0x22 rw last; stop d2 p2 marker; "
	"unbind d2 p2\n"
	"task three: await two; exit B; inject u1 ice; hold d2 count=7 never; pause\n"
	"at one kmalloc#1 = 1\nat two op#1 -> d2.up\nat two op#2 -> u1.walk\nat three op#1 -> "
	"irq1\n"
	"at irq1 complete#1 -> one\nat d1.up op#1 -> two\nat u0.walk op#1 -> irq\n";

static int setup(void **state)
{
	scenario_set_knobs(knobs, sizeof(knobs) / sizeof(knobs[0]));
	return 0;
}

#endif
