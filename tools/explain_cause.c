/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine.h"
#include "tools/explain.h"

/* Who did what to whom: arrows between lines, and sentences for what no line shows. */

static struct {
	const struct event *event;
	u32 count;
} run;

__attribute__((format(printf, 2, 3))) static void say(struct story *st, const char *format, ...)
{
	va_list args;

	if (st->words == STORY_WORDS_MAX)
		return;
	va_start(args, format);
	vsnprintf(st->word[st->words++], sizeof(st->word[0]), format, args);
	va_end(args);
}

static void draw(struct story *st, int from, int to, enum story_arrow_kind kind, const char *text)
{
	struct story_arrow *a;

	if (from < 0 || to < 0 || from == to || st->arrows == STORY_ARROWS_MAX)
		return;
	a = &st->arrow[st->arrows++];
	*a = (struct story_arrow){ .from = (u16)from, .to = (u16)to, .kind = kind };
	snprintf(a->text, sizeof(a->text), "%s", text);
}

/* The line of task @task that tells of event @event, or its last before, or the first behind. */
static int line_before(const struct story *st, u32 event, unsigned task)
{
	int lane = task < ENGINE_IDS_MAX ? st->lane_of[task] : STORY_ACROSS;

	for (unsigned i = st->lines; i--;) {
		if (st->line[i].event <= event && st->line[i].lane == lane)
			return (int)i;
	}
	return -1;
}

static int line_behind(const struct story *st, u32 event, unsigned task)
{
	int lane = task < ENGINE_IDS_MAX ? st->lane_of[task] : STORY_ACROSS;

	for (unsigned i = 0; i < st->lines; i++) {
		if (st->line[i].event > event && st->line[i].lane == lane)
			return (int)i;
	}
	return -1;
}

/* The line of that very event. */
static int line_at(const struct story *st, u32 event)
{
	int at = story_line_of(st, event);

	return at >= 0 && st->line[at].event == event ? at : -1;
}

/* --- What leads to what, in any run --- */

static void draw_wakes(struct story *st)
{
	for (u32 i = st->begin; i < st->end; i++) {
		const struct event *e = &run.event[i];
		int from = line_at(st, i);

		if (e->kind == EV_WAKE && !e->b)
			draw(st, from, line_behind(st, i, (unsigned)e->a), ARROW_WAKE, "");
	}
}

static void draw_work(struct story *st)
{
	for (u32 i = st->begin; i < st->end; i++) {
		const struct event *e = &run.event[i];

		for (u32 n = i + 1; n < st->end; n++) {
			const struct event *then = &run.event[n];

			if (e->kind == EV_WORK_QUEUED && then->kind == EV_WORK_START &&
			    then->a == e->a && then->b == e->b) {
				draw(st, line_before(st, i, e->task), line_at(st, n), ARROW_WORK,
				     "");
				break;
			}
			if (e->kind == EV_MSI && then->kind == EV_IRQ_START && then->a == e->a) {
				if (!e->b)
					draw(st, line_at(st, i), line_at(st, n), ARROW_WORK, "");
				break;
			}
		}
	}
}

/* The request whose page this fault is of: what its words say. */
static u32 fault_request(const struct event *e)
{
	static const char mark[] = ", for request ";
	char text[320];
	const char *at;

	if (e->kind != EV_SPACE_FAULT || !judge_describe_event(e, text, sizeof(text)))
		return 0;
	at = strstr(text, mark);
	return at ? (u32)strtoul(at + strlen(mark), NULL, 10) : 0;
}

/* From its asking to the ring, to the fault, to the answer. */
static void draw_requests(struct story *st)
{
	static int last[1024];

	for (unsigned i = 0; i < 1024; i++)
		last[i] = -1;
	for (u32 i = st->begin; i < st->end; i++) {
		const struct event *e = &run.event[i];
		u32 request = fault_request(e);

		if (e->kind == EV_REQ_ISSUED || e->kind == EV_REQ_DELIVERED ||
		    e->kind == EV_REQ_REJECTED || e->kind == EV_RESP_AUTO)
			request = (u32)e->a;
		else if (e->kind == EV_RESP_ARRIVED)
			request = (u32)e->d;
		if (!request || request >= 1024 || line_at(st, i) < 0)
			continue;
		if (e->kind != EV_REQ_ISSUED)
			draw(st, last[request], line_at(st, i), ARROW_REQUEST, "");
		last[request] = line_at(st, i);
	}
}

/* --- Waits that do not end --- */

static void say_operation(struct story *st, unsigned task, u32 until)
{
	char text[320] = "";
	u32 step = 0;

	for (u32 i = 0; i < until; i++) {
		const struct event *e = &run.event[i];

		if (e->task != task)
			continue;
		if (e->kind == EV_OP_BEGIN) {
			judge_describe_event(e, text, sizeof(text));
			step = e->step;
		}
		if (e->kind == EV_OP_END)
			text[0] = '\0';
	}
	if (strstr(text, " begins"))
		*strstr(text, " begins") = '\0';
	if (text[0])
		say(st, "%s is in `%s`, which it began at step %u.", engine_name(task), text, step);
}

/*
 * Who was woken while @task sleeps since event @since, or before, out of a wait for the same. What was
 * initialised again in between has another number: then a wait of the same kind has to do, and is called so.
 */
static void say_who_was_woken(struct story *st, unsigned task, u32 since)
{
	u32 begun[ENGINE_TASKS_MAX] = { 0 };
	const char *name = engine_name(task);
	u64 object = run.event[since].b, site = run.event[since].a;
	unsigned told = 0;
	char buf[ENGINE_NAME_MAX];

	for (u32 i = 0; i < run.count; i++) {
		const struct event *e = &run.event[i], *wait;
		bool same;

		if (e->kind == EV_BLOCK)
			begun[e->task % ENGINE_TASKS_MAX] = i;
		if (e->kind != EV_WAKE || e->b)
			continue;
		wait = &run.event[begun[e->a % ENGINE_TASKS_MAX]];
		same = wait->b == object;
		if (wait->kind != EV_BLOCK || e->a == task ||
		    (!same && (wait->a != site || i < since)))
			continue;
		if (told++ < 2)
			say(st, "%s woke %s out of a %s%s at step %u, and %s not.",
			    engine_name(e->task), engine_name((unsigned)e->a),
			    engine_site_name((unsigned)site, buf), same ? " for the same" : "",
			    e->step, name);
		draw(st, line_at(st, i), line_at(st, since), ARROW_MISSING, "woke another one");
	}
	if (!told)
		say(st, "Nobody was woken out of such a wait while %s slept.", name);
}

static void say_stuck(struct story *st)
{
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++) {
		const struct engine_task *t = engine_task(id);
		u32 since = 0;
		char text[160];

		if (t && t->state == TASK_POLLING) {
			engine_describe_wait(id, text, sizeof(text));
			say(st, "%s, and what it looks at does not change any more.", text);
			say_operation(st, id, run.count);
		}
		if (!t || t->state != TASK_BLOCKED || t->wait.idle)
			continue;
		for (u32 i = 0; i < run.count; i++) {
			if (run.event[i].kind == EV_BLOCK && run.event[i].task == id)
				since = i;
		}
		engine_describe_wait(id, text, sizeof(text));
		say(st, "%s, since step %u.", text, run.event[since].step);
		say_operation(st, id, run.count);
		say_who_was_woken(st, id, since);
	}
	/* Those who could have. */
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++) {
		const struct engine_task *t = engine_task(id);
		char text[160];

		if (!t || !t->wait.idle || t->state != TASK_BLOCKED || strncmp(t->name, "irq", 3))
			continue;
		engine_describe_wait(id, text, sizeof(text));
		say(st, "%s.", text);
	}
}

/* --- A request at the wrong place --- */

static void say_request(struct story *st)
{
	int last = -1, breaks = story_line_of(st, st->event);
	char text[320];
	u32 step = 0;

	for (u32 i = st->begin; i < st->event; i++) {
		const struct event *e = &run.event[i];
		bool mine = fault_request(e) == st->request;

		if (e->kind >= EV_REQ_ISSUED && e->kind <= EV_RESP_AUTO)
			mine = e->a == st->request;
		else if (e->kind == EV_RESP_ARRIVED)
			mine = e->d == st->request;
		if (!mine || !judge_describe_event(e, text, sizeof(text)))
			continue;
		last = line_at(st, i);
		step = e->step;
	}
	if (last < 0)
		return;
	judge_describe_event(&run.event[st->line[last].event], text, sizeof(text));
	say(st, "The last that was seen of request %u: %s, at step %u.", st->request, text, step);
	draw(st, last, breaks, ARROW_MISSING, "the last of this request");
}

static void say_free(struct story *st, const struct story_death *death)
{
	const struct event *e;

	if (st->freed >= st->end)
		return;
	e = &run.event[st->freed];
	if (death->object_size)
		say(st, "%s freed an object of this size, %zu bytes, last at step %u.",
		    engine_name(e->task), death->object_size, e->step);
	else
		say(st, "%s freed memory last, at step %u.", engine_name(e->task), e->step);
	draw(st, line_at(st, st->freed), story_line_of(st, st->event), ARROW_FREE,
	     "freed, then used");
}

void story_explain(struct story *st, const struct story_death *death)
{
	run.event = engine_events(&run.count, NULL);
	draw_wakes(st);
	draw_work(st);
	draw_requests(st);
	if (st->id == INV_NONE || !run.count)
		return;
	if (st->id == INV_HANG || st->id == INV_LIVELOCK || st->id == INV_STALL) {
		say_stuck(st);
		return;
	}
	if (st->task < ENGINE_TASKS_MAX)
		say_operation(st, st->task, st->event);
	if (st->request)
		say_request(st);
	if (st->id == INV_UAF)
		say_free(st, death);
}
