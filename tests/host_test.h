/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_HOST_TEST_H
#define SLUICE_TESTS_HOST_TEST_H

/*
 * What the host's tests share: a log that tasks write letters into, so that an order of events reads
 * as a word, and choosers that say a fixed sequence or repeat a recorded one.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "host/backend.h"
#include "host/engine.h"

static char word[256];
static unsigned letters;

static inline void say(char c)
{
	engine_guard();
	if (letters < sizeof(word) - 1)
		word[letters++] = c;
	word[letters] = 0;
}

static inline void begin_with(const struct engine_limits *limits)
{
	assert_int_equal(engine_init(), 0);
	letters = 0;
	word[0] = 0;
	engine_reset(limits, NULL);
}

static inline void begin(void)
{
	static const struct engine_limits limits = { .irqs = 2, .workers = 2, .record = true };

	begin_with(&limits);
}

static inline int spawn(const char *name, void (*fn)(void *), void *arg)
{
	int id = engine_spawn(name, fn, arg, 0);

	assert_true(id >= 0);
	return id;
}

/* How many events of @kind the run has had; the last one in @last, if that is not NULL. */
static inline unsigned count_events(unsigned kind, struct event *last)
{
	u32 count;
	const struct event *events = engine_events(&count, NULL);
	unsigned found = 0;

	for (u32 i = 0; i < count; i++) {
		if (events[i].kind != kind)
			continue;
		found++;
		if (last)
			*last = events[i];
	}
	return found;
}

/* Reports of @rule in this run. */
static inline unsigned count_context(enum host_context_rule rule)
{
	u32 count;
	const struct event *events = engine_events(&count, NULL);
	unsigned found = 0;

	for (u32 i = 0; i < count; i++)
		found += events[i].kind == EV_CONTEXT && events[i].a == rule;
	return found;
}

/*
 * Where the word depends on who moves first, a chooser or the fair order must say so: such a test is
 * of fibers alone.
 */
#if defined(SLUICE_THREADS)
static inline void on_fibers_only(void **state)
{
	skip(); /* it asks who moves first, and on threads the machine says that */
}
#define fibers_only(test)                                                                          \
	{                                                                                          \
#test, on_fibers_only, NULL, NULL, (void *)(uintptr_t)(test)                       \
	}
#else
#define fibers_only(test) cmocka_unit_test(test)
#endif

/* --- Choosers --------------------------------------------------------------------------------- */

#define SEEN_MAX 512

struct script {
	struct chooser base;
	const u8 *options;
	u32 size, at;
	struct decision seen[SEEN_MAX];
};

static inline unsigned script_choose(struct chooser *self, const struct decision *d,
				     bool *exhausted)
{
	struct script *s = (struct script *)self;

	if (s->at == s->size) {
		*exhausted = true;
		return 0;
	}
	if (s->at < SEEN_MAX)
		s->seen[s->at] = *d;
	return s->options[s->at++] % d->n;
}

static inline void use_script(struct script *s, const u8 *options, u32 size)
{
	*s = (struct script){ .base.choose = script_choose, .options = options, .size = size };
	engine_set_chooser(&s->base);
}

/* Says again what engine_choices() gave, each choice where its anchor is. */
struct replay {
	struct chooser base;
	struct engine_choice choices[SEEN_MAX];
	u32 count, next;
};

static inline unsigned replay_choose(struct chooser *self, const struct decision *d,
				     bool *exhausted)
{
	struct replay *r = (struct replay *)self;
	const struct engine_choice *c = &r->choices[r->next];
	int option;

	if (r->next == r->count) {
		*exhausted = true;
		return 0;
	}
	if (c->kind != d->kind || c->task != d->current || c->site != d->site || c->nth != d->nth ||
	    c->skip != d->skip)
		return 0;
	r->next++;
	if (d->kind != CHOOSE_TASK)
		return c->target;
	option = decision_option(d, c->target);
	assert_true(option > 0);
	return (unsigned)option;
}

/* Takes the last run's choices; engine_set_chooser() is the caller's. */
static inline void load_replay(struct replay *r)
{
	u32 count;
	const struct engine_choice *choices = engine_choices(&count);

	assert_true(count <= SEEN_MAX);
	*r = (struct replay){ .base.choose = replay_choose, .count = count };
	memcpy(r->choices, choices, count * sizeof(*choices));
}

#endif
