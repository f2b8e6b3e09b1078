/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The last run as a picture: time runs down, one line for each event that a reader cares about, in
 * the column of the task or actor that caused it. Lines across all columns are the schedule's
 * choices (`. at app0 complete#1 -> irq`), the parts of the run, and findings (`>>>`).
 *
 * Three layouts, the first that fits: a column for everybody; one for each task, and one for all
 * the hardware; a list of "task: text".
 */

#include <stdarg.h>
#include <string.h>

#include "host/engine.h"
#include "run/run.h"

#define TIMELINE_STEP 7 /* width of the step number and what follows it */
#define TIMELINE_HANG 2 /* further lines of a text hang back by this */
#define TIMELINE_CELL_MIN 22
#define TIMELINE_TEXT_MAX 400
#define TIMELINE_COLUMNS_DEFAULT 100
#define TIMELINE_ACROSS -1 /* not in a column */

enum timeline_ink { INK_NONE, INK_CHOICE, INK_PART, INK_FINDING, INK_HEAD };

struct timeline {
	FILE *out;
	bool colour;
	unsigned columns, cell; /* characters: of the page, of a column */
	unsigned cells;         /* 0: a list */
	int column_of[ENGINE_IDS_MAX];
	bool merged; /* all hardware in the last column */
	const struct engine_choice *choices;
	u32 choice, choice_count;
	const struct judge_finding *findings;
	unsigned finding, finding_count;
};

/* --- Lines ------------------------------------------------------------------------------------ */

static void timeline_ink(const struct timeline *t, enum timeline_ink ink)
{
	static const char *const codes[] = {
		[INK_NONE] = "\033[0m",       [INK_CHOICE] = "\033[36m", [INK_PART] = "\033[2m",
		[INK_FINDING] = "\033[1;31m", [INK_HEAD] = "\033[1m",
	};

	if (t->colour)
		fputs(codes[ink], t->out);
}

__attribute__((format(printf, 3, 4))) static void
timeline_across(const struct timeline *t, enum timeline_ink ink, const char *format, ...)
{
	va_list args;

	timeline_ink(t, ink);
	va_start(args, format);
	vfprintf(t->out, format, args);
	va_end(args);
	timeline_ink(t, INK_NONE);
	putc('\n', t->out);
}

/* How much of @text fits into @width: up to a blank if there is one. */
static size_t timeline_fit(const char *text, size_t width)
{
	size_t length = strlen(text), cut = width;

	if (length <= width)
		return length;
	while (cut && text[cut] != ' ')
		cut--;
	return cut ? cut : width;
}

/* @text in a column that begins at @indent; what does not fit goes on below. */
static void timeline_cell(const struct timeline *t, u32 step, size_t indent, size_t width,
			  const char *text)
{
	bool first = true;

	while (*text || first) {
		size_t part = timeline_fit(text, width);

		if (first)
			fprintf(t->out, "%5u  %*s%.*s\n", step, (int)indent, "", (int)part, text);
		else
			fprintf(t->out, "%*s%.*s\n", TIMELINE_STEP + TIMELINE_HANG + (int)indent,
				"", (int)part, text);
		first = false;
		text += part;
		while (*text == ' ')
			text++;
	}
}

static void timeline_line(const struct timeline *t, const struct event *e, const char *text)
{
	int column = e->task < ENGINE_IDS_MAX ? t->column_of[e->task] : TIMELINE_ACROSS;
	char named[TIMELINE_TEXT_MAX + ENGINE_NAME_MAX + 2];
	const char *name = engine_name(e->task);
	bool last = t->merged && column == (int)t->cells - 1;

	if (column != TIMELINE_ACROSS && t->cells && !last) {
		timeline_cell(t, e->step, (size_t)column * t->cell, t->cell - TIMELINE_HANG - 1,
			      text);
		return;
	}
	if (e->task < ENGINE_IDS_MAX || t->cells == 0)
		snprintf(named, sizeof(named), "%s: %s", name, text);
	else
		snprintf(named, sizeof(named), "%s", text);
	if (last)
		timeline_cell(t, e->step, (size_t)column * t->cell, t->cell - TIMELINE_HANG - 1,
			      named);
	else
		timeline_cell(t, e->step, 0, t->columns - TIMELINE_STEP - TIMELINE_HANG, named);
}

/* --- Layout ----------------------------------------------------------------------------------- */

/* Tasks that have the world to themselves need no column. */
static bool timeline_is_alone(unsigned id)
{
	static const char *const names[] = { "setup", "patience", "orderly", "orderly2" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(engine_name(id), names[i]))
			return true;
	}
	return false;
}

static u64 timeline_actives(const struct event *events, u32 count)
{
	char text[TIMELINE_TEXT_MAX];
	u64 active = 0;

	for (u32 i = 0; i < count; i++) {
		unsigned id = events[i].task;

		if (id < ENGINE_IDS_MAX && !(active >> id & 1) && !timeline_is_alone(id) &&
		    judge_describe_event(&events[i], text, sizeof(text)))
			active |= BIT_ULL(id);
	}
	return active;
}

static void timeline_place(struct timeline *t, u64 active)
{
	unsigned all = (unsigned)__builtin_popcountll(active);
	unsigned tasks = (unsigned)__builtin_popcountll(active & 0xffffffffu);
	unsigned room = (t->columns - TIMELINE_STEP) / TIMELINE_CELL_MIN, next = 0;

	t->merged = all > room && tasks + 1 <= room && all > tasks;
	t->cells = t->merged ? tasks + 1 : all <= room ? all : 0;
	t->cell = t->cells ? (t->columns - TIMELINE_STEP) / t->cells : 0;
	for (unsigned id = 0; id < ENGINE_IDS_MAX; id++) {
		if (!(active >> id & 1) || !t->cells)
			t->column_of[id] = TIMELINE_ACROSS;
		else if (t->merged && id >= ENGINE_ACTOR_BASE)
			t->column_of[id] = (int)t->cells - 1;
		else
			t->column_of[id] = (int)next++;
	}
}

static void timeline_head(const struct timeline *t)
{
	timeline_ink(t, INK_HEAD);
	fprintf(t->out, "%5s", "step");
	if (!t->cells)
		fputs("  task: what it did", t->out);
	for (unsigned cell = 0; cell < t->cells; cell++) {
		const char *name = "hardware";

		for (unsigned id = 0; id < ENGINE_IDS_MAX; id++) {
			if (t->column_of[id] == (int)cell && !(t->merged && cell == t->cells - 1))
				name = engine_name(id);
		}
		fprintf(t->out, "%s%-*s", cell ? "" : "  ", cell + 1 < t->cells ? (int)t->cell : 0,
			name);
	}
	timeline_ink(t, INK_NONE);
	putc('\n', t->out);
}

/* --- What stands between events --------------------------------------------------------------- */

static void timeline_choice(const struct timeline *t, const struct run_place *place)
{
	const struct engine_choice *c = &t->choices[t->choice];
	char buf[ENGINE_NAME_MAX], skip[16] = "";
	const char *site = engine_site_name(place->site, buf);

	if (place->skip)
		snprintf(skip, sizeof(skip), "+%u", (unsigned)place->skip);
	if (c->kind == CHOOSE_TASK)
		timeline_across(t, INK_CHOICE, "    .  at %s %s#%u%s -> %s", place->task, site,
				(unsigned)place->nth, skip, engine_name(c->target));
	else
		timeline_across(t, INK_CHOICE, "    .  at %s %s#%u%s = %u", place->task, site,
				(unsigned)place->nth, skip, (unsigned)c->target);
}

/* The choices made before event number @event. */
static void timeline_choices(struct timeline *t, u32 event)
{
	for (; t->choice < t->choice_count; t->choice++) {
		struct run_place place;

		run_choice_place(t->choice, &place);
		if (place.event > event)
			return;
		timeline_choice(t, &place);
		if (t->choice + 1 == t->choice_count)
			timeline_across(t, INK_PART, "-----  no more choices: fair from here on");
	}
}

/* The findings that were seen at event number @event or before. */
static void timeline_findings(struct timeline *t, u32 event)
{
	for (; t->finding < t->finding_count && t->findings[t->finding].event <= event;
	     t->finding++) {
		const struct judge_finding *f = &t->findings[t->finding];

		timeline_across(t, INK_FINDING, ">>>>>  %s %s", invariant_table[f->id].id,
				f->detail);
	}
}

/*
 * What most readers want: from the end of the machine's setup to the last finding, or, if there is
 * none, to the orderly end. Findings elsewhere move the borders.
 */
static void timeline_borders(const struct timeline *t, const struct event *events, u32 count,
			     u32 *begin, u32 *end)
{
	int setup = engine_find("setup");

	*begin = 0;
	*end = count;
	for (u32 i = 0; i < count && !*begin; i++) {
		if (events[i].kind == EV_TASK_END && events[i].task == setup)
			*begin = i;
	}
	for (u32 i = *begin; i < count && *end == count; i++) {
		if (events[i].kind == EV_ORDERLY)
			*end = i;
	}
	for (unsigned i = 0; i < t->finding_count; i++) {
		u32 at = t->findings[i].event;

		if (at < *begin)
			*begin = 0;
		if (!i)
			*end = 0;
		if (at >= *end)
			*end = at < count ? at + 1 : count;
	}
}

void run_print_timeline(FILE *out, unsigned columns, bool colour, bool whole)
{
	struct timeline t = {
		.out = out,
		.colour = colour,
		.columns = columns ? columns : TIMELINE_COLUMNS_DEFAULT,
	};
	const struct event *events;
	char text[TIMELINE_TEXT_MAX];
	u32 count, dropped, begin = 0, end;

	if (t.columns < 2 * TIMELINE_CELL_MIN)
		t.columns = 2 * TIMELINE_CELL_MIN;
	events = engine_events(&count, &dropped);
	t.choices = engine_choices(&t.choice_count);
	t.findings = judge_findings(&t.finding_count);
	end = count;
	if (!whole)
		timeline_borders(&t, events, count, &begin, &end);
	timeline_place(&t, timeline_actives(events + begin, end - begin));
	timeline_head(&t);
	for (u32 i = begin; i < end; i++) {
		timeline_choices(&t, i);
		if (events[i].kind == EV_ORDERLY)
			timeline_across(&t, INK_PART, "-----  orderly end");
		else if (events[i].kind != EV_FAIR &&
			 judge_describe_event(&events[i], text, sizeof(text)))
			timeline_line(&t, &events[i], text);
		timeline_findings(&t, i);
	}
	if (end < count)
		return;
	timeline_choices(&t, ~0u);
	if (dropped)
		timeline_across(&t, INK_PART, "-----  %u more events were not kept", dropped);
	timeline_findings(&t, ~0u);
}
