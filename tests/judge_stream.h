/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_JUDGE_STREAM_H
#define SLUICE_TESTS_JUDGE_STREAM_H

/*
 * Streams of events for tests of the judge, without a model: a toy world that keeps just enough
 * state (one ring a unit, places, a few allocations) to write a run in a few lines. Its default
 * steps are those of a correct system; a test leaves one out, or puts one in.
 *
 * Units 0 and 1; devices 0 and 1 behind unit 0, device 2 behind unit 1; rid of device d: 0x10 + 8
 * d.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine.h"
#include "judge/judge.h"
#include "model/model.h"

#define ST_SLOTS 8
#define ST_ALLOCS 4
#define ST_RID(d) (0x10u + 8u * (d))
#define ST_APP 8 /* a driver task */
#define ST_APP1 9
#define ST_IRQ 0
#define ST_ACTOR 40
#define ST_NO_SPACE 0xff

struct st_alloc {
	u64 word;
	bool dma, work;
};

static struct {
	struct judge_config config;
	u32 requests, step;
	u8 task;
	u8 dev[257];
	u16 group[257];
	u32 pasid[257];
	u8 place[257];
	u64 page[257];
	u32 head[2], tail[2];
	u16 slot[257];
	struct st_alloc alloc[ST_ALLOCS];
	unsigned allocs;
	const char *disputed;
} st;

static int st_place(u32 req)
{
	return req < 257 ? st.place[req] : PLACE_NONE;
}

static void st_each_alloc(void (*visit)(void *ctx, u32 serial, const u64 *words, size_t count,
					bool dma),
			  void *ctx)
{
	for (u32 i = 0; i < st.allocs; i++) {
		u64 words[3] = { 1, st.alloc[i].word, ~0ull };

		visit(ctx, i + 1, words, 3, st.alloc[i].dma);
	}
}

static bool st_alloc_has_work(u32 serial)
{
	return st.alloc[serial - 1].work;
}

static u64 st_request_page(u32 req)
{
	return st.page[req];
}

static size_t st_disputed(char *buf, size_t size)
{
	return (size_t)snprintf(buf, size, "%s", st.disputed);
}

static size_t st_stuck(char *buf, size_t size)
{
	return (size_t)snprintf(buf, size, "app0 waits for prq_complete");
}

static const char *st_task(unsigned id)
{
	return id == ST_APP ? "app0" : "somebody";
}

static const char *st_site(unsigned site, char *buf)
{
	return "a site";
}

static const char *st_class(u64 class, char *buf, size_t size)
{
	snprintf(buf, size, "class %llu", (unsigned long long)class);
	return buf;
}

static inline void st_reset_with(bool broken_knob, bool clock_free)
{
	memset(&st, 0, sizeof(st));
	st.task = ST_APP;
	st.disputed = "";
	st.config = (struct judge_config){
		.probe = { st_place, st_each_alloc, st_alloc_has_work, st_request_page, st_disputed,
			   st_stuck, st_task, st_site, st_class, NULL, NULL, NULL },
		.units = 2,
		.devices = 3,
		.dev_unit = { 0, 0, 1 },
		.dev_rid = { ST_RID(0), ST_RID(1), ST_RID(2) },
		.broken_knob = broken_knob,
		.clock_free = clock_free,
	};
	judge_reset(&st.config);
}

static inline void ev(unsigned kind, u64 a, u64 b, u64 c, u64 d)
{
	struct event e = {
		.kind = kind, .task = st.task, .step = ++st.step, .a = a, .b = b, .c = c, .d = d
	};

	judge_event(&e);
}

static inline unsigned st_unit(unsigned dev)
{
	return st.config.dev_unit[dev];
}

/* --- Operations --- */
static inline void begin(unsigned op, unsigned dev, u32 pasid, unsigned space)
{
	ev(EV_OP_BEGIN, op, dev | st_unit(dev) << 8, pasid, space);
}

static inline void end(unsigned op, unsigned dev, u32 pasid, int result)
{
	ev(EV_OP_END, op, dev | st_unit(dev) << 8, pasid, (u64)(s64)result);
}

static inline void bind(unsigned dev, u32 pasid, unsigned space)
{
	begin(JOP_BIND, dev, pasid, space);
	end(JOP_BIND, dev, pasid, 0);
}

static inline void unbind(unsigned dev, u32 pasid)
{
	begin(JOP_UNBIND, dev, pasid, ST_NO_SPACE);
	end(JOP_UNBIND, dev, pasid, 0);
}

static inline void rid(unsigned dev, unsigned space)
{
	begin(JOP_RID, dev, MODEL_NO_PASID, space);
	end(JOP_RID, dev, MODEL_NO_PASID, 0);
}

static inline void stop(unsigned dev, u32 pasid, enum stop_kind how)
{
	ev(EV_STOP, dev, pasid, how, 0);
}

/* Both units up, and devices 0..2 each with life p1 in space 0; device 1 has p2 in space 1, too. */
static inline void st_reset(void)
{
	st_reset_with(false, false);
	for (unsigned u = 0; u < 2; u++) {
		ev(EV_OP_BEGIN, JOP_START, 0xff | u << 8, MODEL_NO_PASID, ST_NO_SPACE);
		ev(EV_RING, u, ST_SLOTS, 0, 0);
		ev(EV_OP_END, JOP_START, 0xff | u << 8, MODEL_NO_PASID, 0);
	}
	bind(0, 1, 0);
	bind(1, 1, 0);
	bind(1, 2, 1);
	bind(2, 1, 0);
}

/* --- Requests: each function is one stage --- */
static inline u32 issue(unsigned dev, u32 pasid, unsigned group, unsigned flags)
{
	u32 req = ++st.requests;

	st.dev[req] = dev;
	st.group[req] = group;
	st.pasid[req] = pasid;
	st.place[req] = PLACE_HELD;
	st.page[req] = 1ull << 34 | (u64)req << 16 | 0x7f00;
	if (pasid == MODEL_NO_PASID)
		flags |= REQ_NO_PASID;
	ev(EV_REQ_ISSUED, req, dev | (u64)pasid << 8, group | flags << 16, st.page[req]);
	return req;
}

static inline void dispatch(u32 req)
{
	st.place[req] = PLACE_LINK;
	ev(EV_REQ_DISPATCHED, req, 0, 0, 0);
}

static inline void receive(u32 req)
{
	st.place[req] = PLACE_UNIT;
	ev(EV_REQ_RECEIVED, req, 0, 0, 0);
	ev(EV_REQ_WALKED, req, 0, 0, 0);
}

static inline void deliver(u32 req)
{
	unsigned u = st_unit(st.dev[req]);
	u32 old = st.tail[u];

	st.slot[req] = old / 32;
	ev(EV_REQ_ACCEPTED, req, st.slot[req], 0, 0);
	ev(EV_REQ_DELIVERED, req, st.slot[req], 0, 0);
	st.place[req] = PLACE_RING;
	st.tail[u] = (old + 32) % (32 * ST_SLOTS);
	ev(EV_TAIL, u, old, st.tail[u], 0);
	ev(EV_PRS, u, 0, 1, 0);
}

/* From the device into the ring. */
static inline u32 ask(unsigned dev, u32 pasid, unsigned group, unsigned flags)
{
	u32 req = issue(dev, pasid, group, flags);

	dispatch(req);
	receive(req);
	deliver(req);
	return req;
}

static inline void head_to(unsigned unit, u32 offset)
{
	u32 old = st.head[unit];

	for (u32 at = old;
	     at != offset % (32 * ST_SLOTS) && offset < 32 * ST_SLOTS && !(offset & 31);
	     at = (at + 32) % (32 * ST_SLOTS))
		for (u32 r = 1; r <= st.requests; r++)
			if (st.place[r] == PLACE_RING && st.slot[r] == at / 32 &&
			    st_unit(st.dev[r]) == unit)
				st.place[r] = PLACE_NONE;
	st.head[unit] = offset;
	ev(EV_HEAD, unit, old, offset, 0);
}

static inline void irq_start(unsigned unit)
{
	ev(EV_IRQ_START, unit, 0, 0, 0);
}

static inline void irq_done(unsigned unit)
{
	ev(EV_IRQ_DONE, unit, 1, 0, 0);
}

/* A batch of the event handler: all that is in the ring. */
static inline void batch(unsigned unit)
{
	irq_start(unit);
	head_to(unit, st.tail[unit]);
	irq_done(unit);
}

static inline void fault(u32 req, unsigned space)
{
	ev(EV_SPACE_FAULT, space, st.page[req], 1, 0);
}

static inline void answer_rc(u32 req, unsigned rc)
{
	bool pp = st.pasid[req] != MODEL_NO_PASID;

	ev(EV_RESP_SENT, ST_RID(st.dev[req]), pp ? st.pasid[req] : 0, st.group[req], rc | pp << 8);
}

static inline void answer(u32 req)
{
	answer_rc(req, 0);
}

/* The endpoint takes the response to @own; it closes the group of @closed (0: none). */
static inline void take(u32 own, u32 closed)
{
	ev(EV_RESP_ARRIVED, st.dev[own], st.pasid[own], st.group[own], closed);
}

/* A request's whole life, as it should be. */
static inline u32 served(unsigned dev, u32 pasid, unsigned group, unsigned space)
{
	u32 req = ask(dev, pasid, group, REQ_READ | REQ_LAST);

	batch(st_unit(dev));
	fault(req, space);
	answer(req);
	take(req, req);
	return req;
}

static inline unsigned st_alloc(u64 word, bool work, bool dma)
{
	st.alloc[st.allocs] = (struct st_alloc){ .word = word, .work = work, .dma = dma };
	return st.allocs++;
}

/* --- Verdicts --- */
static inline const char *first_finding(void)
{
	unsigned count;
	const struct judge_finding *f = judge_findings(&count);

	return count ? invariant_table[f->id].id : "clean";
}

static inline const char *first_excused(void)
{
	unsigned count;
	const struct judge_finding *f = judge_excused(&count);

	return count ? invariant_table[f->id].id : "none";
}

static inline const char *first_detail(void)
{
	unsigned count;
	const struct judge_finding *f = judge_findings(&count);

	return count ? f->detail : "";
}

/* The orderly end of a run that came to rest, and its end. */
static inline void finish(void)
{
	ev(EV_FAIR, 0, 0, 0, 0);
	ev(EV_ORDERLY, 0, 0, 0, 0);
	judge_end(ENGINE_QUIET);
}

#define expect_finding(id) assert_string_equal(first_finding(), id)
#define expect_excused(id)                                                                         \
	do {                                                                                       \
		expect_finding("clean");                                                           \
		assert_string_equal(first_excused(), id);                                          \
	} while (0)
#define expect_clean()                                                                             \
	do {                                                                                       \
		expect_finding("clean");                                                           \
		assert_string_equal(first_excused(), "none");                                      \
	} while (0)

static inline bool found(enum invariant id)
{
	unsigned count;
	const struct judge_finding *f = judge_findings(&count);

	for (unsigned i = 0; i < count; i++)
		if (f[i].id == id)
			return true;
	return false;
}

#endif
