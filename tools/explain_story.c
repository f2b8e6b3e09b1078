/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <string.h>

#include "host/engine.h"
#include "run/report.h"
#include "tools/explain.h"

/* The lines of a story: which events make them, and what stands beside. */

#define SLOT_BYTES 32
#define RING_SHOWN 8 /* slots of the queue that are spelt out */

/* The queue of each unit as the events show it; requests by their numbers. */
static struct {
	u32 head, tail, prs;
	u32 slots;
	u32 in_slot[2048];
	char last[96];
} rings[SCENARIO_UNITS_MAX];

static unsigned unanswered;

int story_line_of(const struct story *st, u32 event)
{
	for (unsigned i = st->lines; i--;) {
		if ((st->line[i].lane != STORY_ACROSS || st->line[i].event == event) &&
		    st->line[i].event <= event)
			return (int)i;
	}
	return -1;
}

const char *story_lane(const struct story *st, unsigned line)
{
	int lane = st->line[line].lane;

	/* Hardware says itself which piece it is. */
	if (lane < 0 || lane == st->lane_of[ENGINE_ACTOR_BASE])
		return "";
	return st->lane_name[lane];
}

__attribute__((format(printf, 3, 4))) static void put(char *buf, size_t size, const char *format,
						      ...)
{
	size_t used = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + used, size - used, format, args);
	va_end(args);
}

/* --- The queue and the books --- */

static void ring_text(unsigned unit, char *buf, size_t size)
{
	u32 slots = rings[unit].slots ? rings[unit].slots : 1;
	u32 head = rings[unit].head / SLOT_BYTES % slots,
	    tail = rings[unit].tail / SLOT_BYTES % slots;
	unsigned shown = 0;

	buf[0] = '\0';
	put(buf, size, "u%u head %u tail %u [", unit, head, tail);
	for (u32 i = head; i != tail; i = (i + 1) % slots) {
		if (shown++ == RING_SHOWN) {
			put(buf, size, " ...");
			break;
		}
		if (rings[unit].in_slot[i % 2048])
			put(buf, size, "%sr%u", shown > 1 ? " " : "",
			    rings[unit].in_slot[i % 2048]);
		else
			put(buf, size, "%s?", shown > 1 ? " " : "");
	}
	put(buf, size, "]%s%s", rings[unit].prs & 1 ? " PPR" : "",
	    rings[unit].prs & 2 ? " PRO" : "");
}

/* The unit whose queue event @e is about, with its state brought up to date; -1: none. */
static int follow_ring(const struct story *st, const struct event *e)
{
	unsigned unit = e->a < SCENARIO_UNITS_MAX ? (unsigned)e->a : 0;
	static u8 dev_of[1024];

	switch (e->kind) {
	case EV_REQ_ISSUED:
		dev_of[e->a % 1024] = (u8)e->b;
		return -1;
	case EV_REQ_DELIVERED:
		unit = dev_of[e->a % 1024] < st->scenario->devices
			       ? st->scenario->device[dev_of[e->a % 1024]].unit
			       : 0;
		rings[unit].in_slot[e->b % 2048] = (u32)e->a;
		return (int)unit;
	case EV_FORGED:
		if (e->b != MODEL_NO_SLOT)
			rings[unit].in_slot[e->b % 2048] = 0;
		return (int)unit;
	case EV_HEAD:
		rings[unit].head = (u32)e->c;
		return (int)unit;
	case EV_TAIL:
		rings[unit].tail = (u32)e->c;
		return (int)unit;
	case EV_PRS:
		rings[unit].prs = (u32)e->c;
		return (int)unit;
	case EV_RING:
		rings[unit].slots = (u32)e->b;
		rings[unit].head = rings[unit].tail = 0;
		return (int)unit;
	default:
		return -1;
	}
}

static void follow_books(const struct event *e, char *buf, size_t size)
{
	static u8 owed[1024];
	char pasid[24] = "no pasid";

	if (e->kind == EV_OP_BEGIN || e->kind == EV_OP_END)
		snprintf(pasid, sizeof(pasid), "p%u", (u32)e->c);
	buf[0] = '\0';
	switch (e->kind) {
	case EV_REQ_ISSUED:
		owed[e->a % 1024] = (e->c >> 16 & (REQ_LAST | REQ_MARKER)) == REQ_LAST;
		if (!owed[e->a % 1024])
			return;
		put(buf, size, "unanswered: %u", ++unanswered);
		return;
	case EV_REQ_WITHDRAWN:
		unanswered -= owed[e->a % 1024];
		owed[e->a % 1024] = 0;
		return;
	case EV_RESP_ARRIVED:
		if (e->d && owed[e->d % 1024]) {
			owed[e->d % 1024] = 0;
			put(buf, size, "unanswered: %u", --unanswered);
		}
		return;
	case EV_OP_END:
		if (e->d)
			return;
		if (e->a == JOP_BIND)
			put(buf, size, "life of %s on d%u begins", pasid, (unsigned)(e->b & 0xff));
		if (e->a == JOP_UNBIND)
			put(buf, size, "life of %s on d%u is over", pasid, (unsigned)(e->b & 0xff));
		return;
	default:
		return;
	}
}

/* --- Lines --- */

/* Steps of a request inside the hardware: told in one line, unless the finding is about it. */
static bool is_step(const struct event *e)
{
	return e->kind == EV_REQ_DISPATCHED || e->kind == EV_REQ_RECEIVED ||
	       e->kind == EV_REQ_WALKED || e->kind == EV_REQ_ACCEPTED;
}

static bool is_of_interest(const struct story *st, u32 index, const struct event *e)
{
	if (index == st->event && st->id != INV_NONE)
		return true;
	switch (e->kind) {
	case EV_REQ_DISPATCHED:
	case EV_REQ_RECEIVED:
	case EV_REQ_WALKED:
	case EV_REQ_ACCEPTED:
		return e->a == st->request;
	case EV_QI_EXEC:
	case EV_QI_SUBMIT:
	case EV_QI_WAIT_DONE:
	case EV_DEVTLB_SENT:
	case EV_DEVTLB_DONE:
		return st->queue;
	case EV_HEAD:
	case EV_TAIL:
	case EV_PRS:
		/* What hardware does to them shows beside the request. */
		return e->task < ENGINE_ACTOR_BASE;
	case EV_FAIR:
	case EV_MARKER:
		return false;
	case EV_FREE:
		return index == st->freed;
	default:
		return true;
	}
}

static bool describe(const struct event *e, char *text, size_t size)
{
	char site[ENGINE_NAME_MAX];

	switch (e->kind) {
	case EV_BLOCK:
		snprintf(text, size, "sleeps at %s", engine_site_name((unsigned)e->a, site));
		return true;
	case EV_WAKE:
		snprintf(text, size, e->b ? "%s has waited long enough" : "wakes %s",
			 engine_name((unsigned)e->a));
		return true;
	case EV_FREE:
		snprintf(text, size, "frees allocation %u", (unsigned)e->a);
		return true;
	case EV_ORDERLY:
		snprintf(text, size, "the orderly end begins");
		return true;
	default:
		return judge_describe_event(e, text, size);
	}
}

/* Is the invalidation queue a part of the story? */
static bool queue_matters(const struct story *st, const struct event *events)
{
	switch (st->id) {
	case INV_HANG:
	case INV_LIVELOCK:
	case INV_STALL:
	case INV_MISS:
	case INV_DUP:
	case INV_REST:
		break;
	case INV_UAF:
	case INV_UB:
	case INV_RACE:
	case INV_NONE:
		return false;
	default:
		return true;
	}
	/* Only if something went wrong in it. */
	for (u32 i = st->begin; i < st->end; i++) {
		if (events[i].kind == EV_QI_ERROR || events[i].kind == EV_WAIT_TIMEOUT)
			return true;
	}
	return false;
}

/* Did the schedule bring this event's task here? */
static bool is_chosen(u32 before, u32 event, unsigned task)
{
	const struct engine_choice *choices;
	u32 count;

	choices = engine_choices(&count);
	for (u32 i = 0; i < count; i++) {
		if (choices[i].kind == CHOOSE_TASK && choices[i].event >= before &&
		    choices[i].event <= event && choices[i].target == task)
			return true;
	}
	return false;
}

static void add_line(struct story *st, u32 index, const struct event *e, const char *text,
		     u32 before)
{
	struct story_line *l;

	if (st->lines == STORY_LINES_MAX) {
		st->left_out++;
		return;
	}
	l = &st->line[st->lines++];
	memset(l, 0, sizeof(*l));
	l->event = index;
	l->step = e->step;
	l->lane = e->task < ENGINE_IDS_MAX ? st->lane_of[e->task] : STORY_ACROSS;
	if (e->kind == EV_ORDERLY || e->kind == EV_FAIR)
		l->lane = STORY_ACROSS;
	snprintf(l->text, sizeof(l->text), "%s", text);
	l->chosen = is_chosen(before, index, e->task);
}

/* Brings ring and books up to event @index, and notes on the last line what changed. */
static void follow(struct story *st, const struct event *e)
{
	int unit = follow_ring(st, e);
	char ring[96], ledger[96];
	struct story_line *l = st->lines ? &st->line[st->lines - 1] : NULL;

	follow_books(e, ledger, sizeof(ledger));
	if (!l)
		return;
	if (ledger[0])
		snprintf(l->ledger, sizeof(l->ledger), "%s", ledger);
	if (unit < 0)
		return;
	ring_text((unsigned)unit, ring, sizeof(ring));
	if (strcmp(ring, rings[unit].last)) {
		snprintf(l->ring, sizeof(l->ring), "%s", ring);
		snprintf(rings[unit].last, sizeof(rings[unit].last), "%s", ring);
	}
}

/* --- Frame --- */

/* From the end of the machine's setup to the finding, or to the orderly end. */
static void find_borders(struct story *st, const struct event *events, u32 count)
{
	int setup = engine_find("setup");
	u32 orderly = count;

	for (u32 i = count; i--;) {
		if (events[i].kind == EV_TASK_END && events[i].task == setup)
			st->begin = i;
		if (events[i].kind == EV_ORDERLY)
			orderly = i;
	}
	st->end = orderly;
	if (st->id == INV_NONE)
		return;
	st->end = st->event < count ? st->event + 1 : count;
	if (st->event < st->begin)
		st->begin = 0;
}

/*
 * The free that a use follows: the last one of an object of that size, or, where nobody told the size, by
 * another task. An index no event has: none.
 */
static u32 find_free(const struct story *st, const struct event *events,
		     const struct story_death *death)
{
	static u32 size_of[65536];

	if (st->id != INV_UAF)
		return ~0u;
	for (u32 i = 0; i < st->end; i++) {
		if (events[i].kind == EV_ALLOC)
			size_of[events[i].a % 65536] = (u32)events[i].b;
	}
	for (u32 i = st->end; i-- > st->begin;) {
		const struct event *e = &events[i];

		if (e->kind != EV_FREE)
			continue;
		if (death->object_size ? size_of[e->a % 65536] == death->object_size
				       : e->task != st->task)
			return i;
	}
	return ~0u;
}

static void find_lanes(struct story *st, const struct event *events)
{
	char text[320];
	u64 active = 0;
	bool hardware;

	for (u32 i = st->begin; i < st->end; i++) {
		if (events[i].task < ENGINE_IDS_MAX && is_of_interest(st, i, &events[i]) &&
		    describe(&events[i], text, sizeof(text)))
			active |= BIT_ULL(events[i].task);
	}
	if (st->task < ENGINE_TASKS_MAX)
		active |= BIT_ULL(st->task);
	/* Time passes for everybody. */
	active &= ~BIT_ULL(63);
	st->lanes = 0;
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++) {
		st->lane_of[id] = STORY_ACROSS;
		if (!(active >> id & 1))
			continue;
		st->lane_of[id] = (int)st->lanes;
		st->lane_name[st->lanes++] = engine_name(id);
	}
	hardware = active >> ENGINE_ACTOR_BASE;
	for (unsigned id = ENGINE_ACTOR_BASE; id < ENGINE_IDS_MAX; id++)
		st->lane_of[id] = hardware && id != 63 ? (int)st->lanes : STORY_ACROSS;
	if (hardware)
		st->lane_name[st->lanes++] = "hardware";
}

/* Where the finding was seen; or, if nobody can go on, where they stopped. */
static void mark_break(struct story *st, const struct event *events, u32 count, bool died)
{
	int at = story_line_of(st, st->event);

	if (st->id == INV_NONE)
		return;
	if (st->id == INV_HANG && !died) {
		for (unsigned i = 0; i < st->lines; i++) {
			const struct event *e = &events[st->line[i].event];
			const struct engine_task *t = engine_task(e->task);
			bool last = e->kind == EV_BLOCK;

			for (u32 n = st->line[i].event + 1; n < count; n++)
				last &= events[n].kind != EV_BLOCK || events[n].task != e->task;
			st->line[i].breaks = last && t && t->state == TASK_BLOCKED && !t->wait.idle;
			st->broke |= st->line[i].breaks;
		}
	}
	if (at >= 0 && !st->broke)
		st->line[at].breaks = st->broke = true;
}

void story_tell(struct story *st, const struct story_death *death)
{
	const struct event *events;
	char text[320], named[360];
	u32 count, before = 0;

	events = engine_events(&count, NULL);
	st->task = st->event < count ? events[st->event].task : ENGINE_NOBODY;
	/* It has an event of its own, behind all others. */
	if (death->died) {
		st->event = count;
		st->task = engine_self() ? engine_self()->id : ENGINE_NOBODY;
	}
	/* Some are seen just ahead of what a reader sees. */
	while (st->event + 1 < count && events[st->event + 1].task == events[st->event].task &&
	       !describe(&events[st->event], text, sizeof(text)))
		st->event++;
	find_borders(st, events, count);
	st->queue = queue_matters(st, events);
	st->freed = find_free(st, events, death);
	find_lanes(st, events);
	memset(rings, 0, sizeof(rings));
	unanswered = 0;
	for (unsigned u = 0; u < SCENARIO_UNITS_MAX; u++)
		rings[u].slots = 1u << st->scenario->unit[u].ring_order;
	for (u32 i = 0; i < st->end; i++) {
		const struct event *e = &events[i];

		if (i >= st->begin && is_of_interest(st, i, e) && describe(e, text, sizeof(text))) {
			/* One lane is of many. */
			bool many = e->task >= ENGINE_ACTOR_BASE && e->task < ENGINE_IDS_MAX;

			snprintf(named, sizeof(named), "%s%s%.300s",
				 many ? engine_name(e->task) : "", many ? ": " : "", text);
			add_line(st, i, e, named, before);
			before = i + 1;
		} else if (is_step(e)) {
			continue;
		}
		follow(st, e);
	}
	if (death->died) {
		const struct event end = { .task = (u8)st->task, .step = engine_steps() };

		add_line(st, st->event, &end, st->verdict, before);
	}
	mark_break(st, events, count, death->died);
	story_explain(st, death);
}

size_t story_fit(const char *text, size_t width)
{
	size_t cut = width;

	if (strlen(text) <= width)
		return strlen(text);
	while (cut && text[cut] != ' ')
		cut--;
	return cut ? cut : width;
}
