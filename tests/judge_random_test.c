/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Any stream of events: the judge never reads or writes out of bounds, gives the same verdict for
 * the same stream whatever came before, and its tables end gracefully. Streams come from an own
 * generator: half of the arguments are small numbers that mean something, the rest any bits.
 */

#include "tests/judge_stream.h"

static u64 seed;

static u64 draw(void)
{
	u64 z = (seed += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static u64 draw_argument(void)
{
	static const u64 telling[] = {
		0,
		1,
		2,
		3,
		8,
		31,
		32,
		64,
		0xff,
		0x100,
		0x101,
		0x10,
		0x18,
		0x40000,
		0x50000,
		MODEL_NO_PASID,
		(u64)MODEL_NO_PASID << 8,
		256,
		257,
		~0ull,
		1ull << 34 | 1ull << 16,
	};
	u64 r = draw();

	switch (r & 3) {
	case 0:
		return telling[(r >> 8) % (sizeof(telling) / sizeof(telling[0]))];
	case 1:
		return (r >> 8) & 7;
	case 2:
		return (r >> 8) & 0x1ff;
	default:
		return draw();
	}
}

/* Wild places and allocations, a function of the seed alone. */
static int wild_place(u32 req)
{
	return (int)(req * 7 % 5);
}

static void wild_each_alloc(void (*visit)(void *ctx, u32 serial, const u64 *words, size_t count,
					  bool dma),
			    void *ctx)
{
	u64 words[4];

	for (u32 i = 1; i <= 3; i++) {
		for (unsigned w = 0; w < 4; w++)
			words[w] = (1ull << 34 | (u64)(i * 4 + w) << 16 | 0x7f00)
				   << (w & 1 ? 12 : 0);
		visit(ctx, i, words, 4, i == 3);
	}
}

static bool wild_has_work(u32 serial)
{
	return serial & 1;
}

/* A summary of all that the judge says. */
static u64 verdict(void)
{
	const struct judge_finding *lists[2];
	unsigned count[2];
	char text[1024];
	u64 hash = 0xcbf29ce484222325ull;

	lists[0] = judge_findings(&count[0]);
	lists[1] = judge_excused(&count[1]);
	for (unsigned l = 0; l < 2; l++) {
		assert_true(count[l] <= JUDGE_FINDINGS_MAX);
		for (unsigned i = 0; i < count[l]; i++) {
			assert_int_equal(lists[l][i].premises_hold, l == 0);
			assert_non_null(memchr(lists[l][i].detail, 0, JUDGE_DETAIL_MAX));
			for (const char *c = lists[l][i].detail; *c; c++)
				hash = (hash ^ (u8)*c) * 0x100000001b3ull;
			hash = (hash ^ lists[l][i].id ^ (u64)lists[l][i].event << 8) *
			       0x100000001b3ull;
		}
	}
	judge_print_premises(text, sizeof(text));
	for (const char *c = text; *c; c++)
		hash = (hash ^ (u8)*c) * 0x100000001b3ull;
	return hash ^ judge_promises_broken();
}

static u64 wild_run(u64 from, unsigned events, bool describe)
{
	u32 requests = 0;
	char text[64];

	seed = from;
	st_reset();
	st.config.probe.request_place = wild_place;
	st.config.probe.each_alloc = wild_each_alloc;
	st.config.probe.alloc_has_work = wild_has_work;
	judge_reset(&st.config);
	for (unsigned i = 0; i < events; i++) {
		struct event e = { .kind = draw() % (EV_RUN_END + 2), .task = draw(), .step = i };

		e.a = draw_argument();
		e.b = draw_argument();
		e.c = draw_argument();
		e.d = draw_argument();
		/* Keep the books filled: mostly requests in order, and bounded rings. */
		if (e.kind == EV_REQ_ISSUED && (draw() & 7)) {
			e.a = ++requests;
			e.b = draw() % 3 | (draw() % 3) << 8;
			e.d = 1ull << 34 | (u64)e.a << 16 | 0x7f00;
		}
		judge_event(&e);
		if (describe)
			assert_true(judge_describe_event(&e, text, sizeof(text)) < 400);
	}
	judge_end((int)(draw() % 6));
	return verdict();
}

static void any_events(void **state)
{
	for (unsigned run = 0; run < 1000; run++)
		wild_run(run, 1000, true);
}

static void same_stream_same_verdict(void **state)
{
	u64 first[50];

	for (unsigned i = 0; i < 50; i++)
		first[i] = wild_run(i, 400, false);
	for (unsigned i = 50; i-- > 0;)
		assert_int_equal(wild_run(i, 400, false), first[i]);
}

/* The tables' bounds: 256 requests, as many lives as fit, responses without end. */
static void bounds(void **state)
{
	u32 last = 0;

	st_reset();
	for (unsigned i = 0; i < 256; i++) {
		last = ask(2, 1, i % 512, REQ_READ | REQ_LAST);
		batch(1);
	}
	assert_int_equal(judge_stats()->requests, 256);
	for (unsigned i = 1; i <= 256; i++) {
		fault(i, 0);
		answer(i);
	}
	expect_clean();
	for (unsigned i = 1; i <= 256; i++)
		take(i, i);
	stop(2, 1, STOP_ANSWERED);
	unbind(2, 1);
	finish();
	expect_clean();
	ev(EV_REQ_ISSUED, last + 1, 2 | 1 << 8, 1, 0);
	assert_int_equal(judge_stats()->requests, 256);

	st_reset();
	for (unsigned i = 0; i < 400; i++) {
		bind(0, 3 + i % 100, 0);
		stop(0, 3 + i % 100, STOP_ANSWERED);
		unbind(0, 3 + i % 100);
	}
	for (unsigned i = 0; i < 600; i++)
		ev(EV_RESP_SENT, ST_RID(0), 1, 5, 1 << 8);
	expect_finding("TARGET");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_events),
		cmocka_unit_test(same_stream_same_verdict),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
