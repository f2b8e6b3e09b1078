/* SPDX-License-Identifier: GPL-2.0-only */

/* All invariants but PEND-*: a stream that trips it first, and a near one that does not. */

#include <asm-generic/errno.h>

#include "tests/judge_stream.h"

#define LAST (REQ_READ | REQ_LAST)

static void oldnew(void **state)
{
	u32 req;

	for (int late = 0; late < 2; late++) {
		/* Unseen by PEND: the request was sent by a life that was never drained well. */
		st_reset();
		req = ask(0, 1, 5, REQ_READ);
		batch(0);
		stop(0, 1, STOP_MARKER);
		if (!late)
			fault(req, 0);
		unbind(0, 1); /* the part is on some stack, and no evidence speaks of it */
		bind(0, 1, 0);
		if (late)
			fault(req, 0);
		expect_finding(late ? "OLDNEW" : "clean");
	}
	st_reset(); /* held back by the device, and sent in the next life: it is that one's */
	req = issue(0, 1, 5, LAST);
	unbind(0, 1);
	bind(0, 1, 0);
	dispatch(req);
	receive(req);
	deliver(req);
	batch(0);
	fault(req, 0);
	expect_clean();

	for (unsigned space = 0; space < 2; space++) { /* p2 of d1 is bound to space 1 */
		st_reset();
		req = ask(1, 2, 5, LAST);
		batch(0);
		fault(req, space);
		expect_finding(space ? "clean" : "OLDNEW");
	}

	for (unsigned late = 0; late < 2; late++) {
		/* While the domain is exchanged, by a device that has stopped before that, or not. */
		st_reset();
		rid(0, 0);
		if (!late) {
			req = ask(0, MODEL_NO_PASID, 5, LAST);
			stop(0, MODEL_NO_PASID, STOP_MARKER);
		}
		begin(JOP_RID, 0, MODEL_NO_PASID, 1);
		if (late) {
			req = ask(0, MODEL_NO_PASID, 5, LAST);
			stop(0, MODEL_NO_PASID, STOP_MARKER);
		}
		batch(0);
		fault(req, 1);
		if (late)
			expect_excused("OLDNEW");
		else
			expect_finding("OLDNEW");
	}
}

/*
 * Reset frees the index early; the unit's own Invalid Request of the old life meets the new group.
 * The device was not stopped, so PEND has no say; but the request was sent before the drain began.
 */
static void deadresp(void **state)
{
	u32 old, new;

	for (int crossed = 0; crossed < 2; crossed++) {
		st_reset();
		old = issue(0, 1, 5, LAST);
		dispatch(old);
		st.place[old] = PLACE_NONE;
		ev(EV_REQ_REJECTED, old, REJECT_TABLES, 0, 0);
		ev(EV_RESP_AUTO, old, 1, 0, 0);
		unbind(0, 1);
		ev(EV_DEV_RESET, 0, 0, 0, 0);
		bind(0, 1, 0);
		new = ask(0, 1, 5, LAST);
		ev(EV_RESP_ARRIVED, 0 | 1 << 8, 1, 5 | 1 << 16, crossed ? new : 0);
		expect_finding(crossed ? "DEADRESP" : "clean");
	}
	/* Forgotten with the response on its way, and let go again before a drain. */
	st_reset();
	old = ask(1, 1, 5, LAST);
	batch(0);
	fault(old, 0);
	answer(old);
	stop(1, 1, STOP_RESET);
	bind(1, 3, 0);
	new = ask(1, 3, 5, LAST);
	take(old, new);
	expect_excused("DEADRESP");
}

static void miss(void **state)
{
	u32 req;

	for (int answered = 0; answered < 2; answered++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		batch(0);
		fault(req, 0);
		if (answered) {
			answer(req);
			take(req, req);
		}
		finish();
		expect_finding(answered ? "clean" : "MISS");
	}
	st_reset(); /* nobody came for it */
	ask(0, 1, 5, LAST);
	finish();
	expect_finding("MISS");

	st_reset(); /* parts, markers, and what the device forgot are owed nothing */
	ask(0, 1, 5, REQ_READ);
	ask(0, 1, 0, REQ_MARKER | REQ_LAST);
	ask(1, 1, 5, LAST);
	batch(0);
	ev(EV_DEV_RESET, 1, 0, 0, 0);
	finish();
	expect_clean();
}

static void dup_twice(void **state)
{
	u32 req, other;

	st_reset();
	req = served(0, 1, 5, 0);
	answer(req);
	expect_finding("DUP");

	st_reset(); /* the index again, right after its response: two requests, two answers */
	served(0, 1, 5, 0);
	served(0, 1, 5, 0);
	expect_clean();

	st_reset(); /* answered by the unit, and by software that can't have seen it */
	req = issue(0, 1, 5, LAST);
	dispatch(req);
	receive(req);
	ev(EV_REQ_REJECTED, req, REJECT_FULL, 0, 0);
	ev(EV_RESP_AUTO, req, 0, 0, 0);
	answer(req);
	expect_finding("DUP");

	st_reset(); /* no last page, no answer */
	req = ask(0, 1, 5, REQ_READ);
	batch(0);
	answer(req);
	expect_finding("DUP");

	st_reset();
	req = ask(0, 1, 5, REQ_READ);
	other = ask(0, 1, 5, LAST);
	batch(0);
	fault(req, 0);
	fault(other, 0);
	answer(other);
	expect_clean();
	answer(req);
	expect_finding("DUP");

	st_reset();
	req = ask(0, 1, 0, REQ_MARKER | REQ_LAST);
	batch(0);
	answer(req);
	expect_finding("DUP");
	assert_non_null(strstr(first_detail(), "stop marker"));
}

static void rc(void **state)
{
	static const struct {
		unsigned rc;
		const char *id;
	} cases[] = { { 0, "clean" }, { 1, "clean" }, { 2, "RC" }, { 15, "RC" } };

	for (unsigned i = 0; i < 4; i++) {
		st_reset();
		u32 req = ask(0, 1, 5, LAST);

		batch(0);
		if (!cases[i].rc)
			fault(req, 0);
		answer_rc(req, cases[i].rc);
		expect_finding(cases[i].id);
	}
}

static void credit(void **state)
{
	for (unsigned used = 0; used < 2; used++) {
		st_reset();
		served(0, 1, 5, 0);
		ev(EV_FAIR, 0, 0, 0, 0);
		ev(EV_ORDERLY, 0, 0, 0, 0);
		ev(EV_REST_CREDIT, 0, used, 8, 0);
		expect_finding(used ? "CREDIT" : "clean");
	}
	st_reset(); /* what is missing is told once, by its own name */
	ask(0, 1, 5, LAST);
	batch(0);
	ev(EV_REST_CREDIT, 0, 1, 8, 1);
	judge_end(ENGINE_QUIET);
	expect_finding("MISS");
	assert_string_equal(first_excused(), "none");

	st_reset(); /* a group that the device left open holds its credit by its own fault */
	ask(0, 1, 5, REQ_READ);
	batch(0);
	ev(EV_REST_CREDIT, 0, 1, 8, 1);
	expect_excused("CREDIT");
}

static void rest(void **state)
{
	u32 req;

	st_reset();
	ev(EV_REST_RING, 0, 32, 32, 0);
	ev(EV_REST_RING, 1, 0, 0, 1); /* PPR alone harms nobody */
	expect_clean();
	ev(EV_REST_RING, 0, 32, 64, 0);
	expect_finding("REST");

	st_reset();
	ev(EV_REST_RING, 0, 32, 32, 2);
	expect_finding("REST");
	st_reset(); /* the next owner's business */
	ev(EV_RING, 0, 0, 0, 0);
	ev(EV_REST_RING, 0, 32, 64, 2);
	expect_clean();

	for (int kept = 0; kept < 2; kept++) { /* a part that a drain in its time left behind */
		for (int stopped = 0; stopped < 2; stopped++) {
			st_reset();
			req = ask(0, 1, 5, REQ_READ);
			batch(0);
			if (stopped)
				stop(0, 1, STOP_MARKER);
			unbind(0, 1);
			if (kept)
				st_alloc(st.page[req] << 12, false, false);
			finish();
			expect_finding(kept && stopped ? "REST" : "clean");
		}
	}
}

static void ring_pointers(void **state)
{
	st_reset();
	ask(0, 1, 5, REQ_READ);
	head_to(0, 32);
	expect_clean();
	head_to(0, 64); /* one more than there is */
	expect_finding("RING");

	st_reset();
	ask(0, 1, 5, REQ_READ);
	head_to(0, 32 * ST_SLOTS);
	expect_finding("RING");

	st_reset();
	ask(0, 1, 5, REQ_READ);
	head_to(0, 16);
	expect_finding("RING");

	st_reset(); /* all the way round, twice */
	for (int i = 0; i < 2 * ST_SLOTS + 3; i++) {
		ask(0, 1, 5, REQ_READ);
		batch(0);
	}
	expect_clean();

	st_reset();
	ask(0, 1, 5, REQ_READ);
	ev(EV_TAIL, 0, 32, 0, 1);
	expect_finding("RING");

	st_reset(); /* but to set the queue up, software writes both */
	ask(0, 1, 5, REQ_READ);
	ev(EV_OP_BEGIN, JOP_START, 0xff, MODEL_NO_PASID, ST_NO_SPACE);
	ev(EV_HEAD, 0, 0, 0, 0);
	ev(EV_TAIL, 0, 32, 0, 1);
	ev(EV_RING, 0, ST_SLOTS, 0, 0);
	ev(EV_OP_END, JOP_START, 0xff, MODEL_NO_PASID, 0);
	expect_clean();
}

static void ring_slots(void **state)
{
	u32 req, lost;

	for (int twice = 0; twice < 2; twice++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		batch(0);
		fault(req, 0);
		if (twice)
			fault(req, 0);
		expect_finding(twice ? "RING" : "clean");
	}
	st_reset(); /* refused, and its answer gone with an error of the queue */
	irq_start(0);
	req = ask(0, 1, 5, LAST);
	head_to(0, st.tail[0]);
	irq_done(0);
	ev(EV_QI_ERROR, 0, QI_IQE, 3, 1);
	finish();
	expect_excused("MISS");

	st_reset(); /* read ahead of the tail */
	req = issue(0, 1, 5, LAST);
	dispatch(req);
	receive(req);
	fault(req, 0);
	expect_finding("RING");

	/* The head goes to the tail as it is now, not as it was when the batch began. */
	for (int fresh = 0; fresh < 2; fresh++) {
		st_reset();
		req = ask(0, 1, 5, LAST);
		irq_start(0);
		lost = ask(0, 1, 6, LAST);
		head_to(0, fresh ? st.tail[0] : 32);
		fault(req, 0);
		answer(req);
		take(req, req);
		irq_done(0);
		if (!fresh) {
			batch(0);
			fault(lost, 0);
			answer(lost);
			take(lost, lost);
		}
		finish();
		expect_finding(fresh ? "RING" : "clean");
	}
}

/* Lost, and its life ended: told then. The next request of that name is not taken for it. */
static void ring_lost_at_drain(void **state)
{
	u32 req;

	st_reset();
	irq_start(0);
	ask(0, 1, 5, LAST);
	head_to(0, st.tail[0]);
	irq_done(0);
	unbind(0, 1); /* not stopped, and RING needs no stop */
	expect_finding("RING");
	bind(0, 1, 0);
	req = served(0, 1, 5, 0);
	assert_int_equal(req, 2);
	finish();
	assert_string_equal(first_excused(), "none");

	st_reset(); /* refused without a page fault: seen, since it is answered */
	irq_start(0);
	req = ask(0, 1, 5, LAST);
	head_to(0, st.tail[0]);
	irq_done(0);
	answer_rc(req, 1);
	take(req, req);
	unbind(0, 1);
	finish();
	expect_clean();
}

static void target(void **state)
{
	u32 req;

	st_reset(); /* wrong group */
	req = ask(0, 1, 5, LAST);
	batch(0);
	ev(EV_RESP_SENT, ST_RID(0), 1, 6, 0 | 1 << 8);
	expect_finding("TARGET");

	st_reset(); /* without PASID */
	req = ask(0, 1, 5, LAST);
	batch(0);
	ev(EV_RESP_SENT, ST_RID(0), 1, 5, 0);
	expect_finding("TARGET");

	for (unsigned times = 1; times <= 2; times++) {
		st_reset(); /* the ring is taken away while the handler has a request of it in hand */
		req = ask(0, 1, 5, LAST);
		irq_start(0);
		ev(EV_OP_BEGIN, JOP_FINISH, 0xff, MODEL_NO_PASID, ST_NO_SPACE);
		ev(EV_RING, 0, 0, 0, 0);
		for (unsigned i = 0; i < times; i++)
			answer(req);
		irq_done(0);
		expect_finding(times > 1 ? "DUP" : "clean");
	}

	st_reset(); /* to nobody */
	ev(EV_RESP_SENT, 0x99, 1, 5, 1 << 8);
	expect_finding("TARGET");

	st_reset();
	rid(0, 0);
	req = ask(0, MODEL_NO_PASID, 5, LAST);
	batch(0);
	fault(req, 0);
	answer(req);
	ev(EV_QI_EXEC, 0, 3, 8 | 1 << 8, (u64)ST_RID(1) << 32 | 1);
	ev(EV_QI_EXEC, 0, 4, 6 | 2 << 8, 77); /* a domain id, not a requester */
	expect_clean();
	ev(EV_QI_EXEC, 0, 5, 8, (u64)0x99 << 32 | 1);
	expect_finding("TARGET");
}

static void stale(void **state)
{
	for (u32 pasid = 1; pasid < 3; pasid++) { /* the audit is of p1 */
		st_reset();
		stop(0, 1, STOP_ANSWERED);
		unbind(0, 1);
		ev(EV_TEARDOWN, 0, 1, 0, 0);
		ev(EV_STALE, CACHE_IOTLB, 0, pasid, 0x400007f00);
		expect_finding(pasid == 1 ? "STALE" : "clean");
	}
	st_reset();
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	ev(EV_TEARDOWN, 0, 1, 0, 0);
	bind(0, 1, 0);
	ev(EV_STALE, CACHE_ATC, 0, 1, 0); /* a cached entry of the next life */
	expect_clean();
	ev(EV_FOREIGN_HIT, 1, 2, 0x400007f00, 0); /* and one that serves it without an audit */
	expect_finding("STALE");
}

static void dma(void **state)
{
	st_reset();
	ev(EV_ACCESS, 0, 1, 0x7f00, 1);
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	ev(EV_ACCESS, 0, 1, 0x7f00, 1 | 1 << 8); /* refused */
	ev(EV_ACCESS, 1, 1, 0x7f00, 1);          /* another device */
	expect_clean();
	ev(EV_ACCESS, 0, 1, 0x7f00, 1);
	expect_finding("DMA");

	st_reset(); /* the life goes on, its space does not: p2 is in another */
	ev(EV_SPACE_RELEASE, 0, 0, 0, 0);
	ev(EV_ACCESS, 1, 2, 0x7f00, 1);
	expect_clean();
	ev(EV_ACCESS, 1, 1, 0x7f00, 1);
	expect_finding("DMA");

	st_reset();
	ev(EV_DEAD_WALK, 0, 1, 0, 0);
	expect_finding("DMA");
	st_reset();
	ev(EV_DMA_FAULT, 1, 0x100000000, 1, 0);
	expect_finding("DMA");
}

/* A request that came when an exchange had begun is no earlier for a second one, that begins behind it. */
static void oldnew_of_exchanges(void **state)
{
	u32 req;

	for (unsigned second = 0; second < 2; second++) {
		st_reset();
		rid(0, 0);
		begin(JOP_RID, 0, MODEL_NO_PASID, 1);
		req = ask(0, MODEL_NO_PASID, 5, LAST);
		if (second) {
			st.task = ST_APP + 1;
			begin(JOP_RID, 0, MODEL_NO_PASID, 1);
			st.task = ST_APP;
		}
		batch(0);
		fault(req, 1);
		expect_excused("OLDNEW");
	}
}

/* One exchange ends what another has begun, and fails before that one returns: nobody's life is sure. */
static void faultlog_of_an_exchange(void **state)
{
	u32 req;

	for (unsigned beside = 0; beside < 2; beside++) {
		st_reset();
		begin(JOP_RID, 0, MODEL_NO_PASID, 0);
		if (beside) {
			st.task = ST_APP + 1;
			begin(JOP_RID, 0, MODEL_NO_PASID, 0);
			end(JOP_RID, 0, MODEL_NO_PASID, -ENOMEM);
			st.task = ST_APP;
		}
		end(JOP_RID, 0, MODEL_NO_PASID, 0);
		ev(EV_SPACE_RELEASE, 0, 0, 0, 0);
		req = ask(0, MODEL_NO_PASID, 5, LAST);
		ev(EV_FAULT, 0, 0 | 1ull << 8, 0x59, req);
		if (beside)
			expect_excused("FAULTLOG");
		else
			expect_finding("FAULTLOG");
	}
}

static void faultlog(void **state)
{
	u32 req;

	for (unsigned space = 0; space < 2; space++) {
		st_reset();
		ev(EV_SPACE_RELEASE, space, 0, 0, 0);
		req = ask(0, 1, 5, LAST);
		ev(EV_FAULT, 0, 0 | 1ull << 8, 0x59, req);
		expect_finding(space ? "clean" : "FAULTLOG");
	}
	st_reset(); /* sent while the life is being ended */
	ev(EV_SPACE_RELEASE, 0, 0, 0, 0);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	req = ask(0, 1, 5, LAST);
	ev(EV_FAULT, 0, 0 | 1ull << 8, 0x59, req);
	expect_clean();
}

static void qerr(void **state)
{
	for (unsigned injected = 0; injected < 2; injected++) {
		st_reset();
		ev(EV_QI_ERROR, 0, QI_IQE, 3, injected);
		expect_finding(injected ? "clean" : "QERR");
	}
	st_reset(); /* injected, but left behind */
	ev(EV_QI_ERROR, 0, QI_IQE, 3, 1);
	ev(EV_REST_ERROR, 0, 0, 0, 0);
	ev(EV_REST_ERROR, 0, 0x20, 0, 0); /* a late completion stops nothing */
	expect_clean();
	ev(EV_REST_ERROR, 0, 0x10, 0, 0);
	expect_finding("QERR");

	for (unsigned late = 0; late < 2;
	     late++) { /* a time-out when all have given up, or not yet */
		st_reset();
		begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		ev(EV_QI_ERROR, 0, QI_ITE, 3, 1);
		if (late) {
			end(JOP_UNBIND, 0, 1, -110);
			ev(EV_QI_ERROR, 0, QI_ITE, 5, 1);
		}
		ev(EV_REST_ERROR, 0, 0x40, 0, 0);
		assert_int_equal(found(INV_QERR), !late);
	}
}

static void hang(void **state)
{
	st_reset();
	stop(0, 1, STOP_ANSWERED);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	judge_end(ENGINE_HANG);
	expect_finding("HANG");
	assert_non_null(strstr(first_detail(), "prq_complete"));

	st_reset(); /* the device waits for an answer: that is what is missing */
	ask(0, 1, 5, LAST);
	judge_end(ENGINE_HANG);
	expect_finding("MISS");

	st_reset(); /* nothing of the system's is under way */
	ask(0, 1, 5, REQ_READ);
	batch(0);
	judge_end(ENGINE_HANG);
	expect_excused("HANG");

	st_reset();
	finish();
	expect_clean();
	judge_end(ENGINE_OVERFLOW);
	judge_end(ENGINE_STOPPED);
	expect_clean();
}

static void livelock_stall(void **state)
{
	st_reset();
	judge_end(ENGINE_LIVELOCK);
	expect_finding("LIVELOCK");
	st_reset();
	judge_end(ENGINE_QUIET);
	expect_clean();

	st_reset();
	ev(EV_TIME_SKIP, 10, 0, 0, 0);
	expect_clean();
	ev(EV_WAIT_TIMEOUT, HOST_SITE_WAIT_FOR_COMPLETION, 0, 0, 0);
	expect_finding("STALL");
	st_reset();
	ev(EV_MSI, 0, 1, 0, 0);
	ev(EV_WAIT_TIMEOUT, HOST_SITE_WAIT_FOR_COMPLETION, 0, 0, 0);
	expect_excused("STALL");
}

static void host_rules(void **state)
{
	st_reset();
	ev(EV_CONTEXT, CONTEXT_SLEEP_ATOMIC, HOST_SITE_MUTEX_LOCK, 1, 0);
	expect_finding("CONTEXT");
	st_reset();
	ev(EV_LEAK, 4, 64, 0, 0);
	expect_finding("LEAK");
	st_reset();
	ev(EV_LEAK, 0, 0, 1, 0);
	expect_finding("LEAK");
	st_reset();
	ev(EV_BAD_FREE, 4, 0, 0, 0);
	expect_finding("UAF");
	st_reset();
	ev(EV_ALLOC, 4, 64, 0, 0);
	ev(EV_FREE, 4, 0, 0, 0);
	ev(EV_WARN, 12, 0, 0, 0);
	expect_clean();
}

enum { BOUND = 8 };

static void overwait(void **state)
{

	for (unsigned batches = BOUND; batches <= BOUND + 1; batches++) {
		for (unsigned site = 0; site < 2; site++) {
			st_reset();
			stop(0, 1, STOP_ANSWERED);
			begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
			for (unsigned i = 0; i < batches; i++) {
				ev(EV_BLOCK,
				   site ? HOST_SITE_WAIT_EVENT : HOST_SITE_FLUSH_WORKQUEUE, 1, 0,
				   0);
				batch(0);
				ev(EV_WAKE, ST_APP, 0, 0, 0);
				batch(0); /* awake: it was not waited for */
			}
			expect_finding(site && batches > BOUND ? "OVERWAIT" : "clean");
		}
	}
	for (unsigned batches = BOUND; batches <= BOUND + 1; batches++) {
		st_reset(); /* each batch wakes it, and it sleeps again */
		stop(0, 1, STOP_ANSWERED);
		begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		for (unsigned i = 0; i < batches; i++) {
			ev(EV_BLOCK, HOST_SITE_WAIT_FOR_COMPLETION, 1, 0, 0);
			irq_start(0);
			ev(EV_WAKE, ST_APP, 0, 0, 0);
			irq_done(0);
		}
		expect_finding(batches > BOUND ? "OVERWAIT" : "clean");
	}
	st_reset(); /* its own request is still to be handled */
	ask(0, 1, 5, LAST);
	stop(0, 1, STOP_MARKER);
	begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
	ev(EV_BLOCK, HOST_SITE_WAIT_EVENT, 1, 0, 0);
	for (unsigned i = 0; i < 4 * BOUND; i++) {
		irq_start(0);
		irq_done(0);
	}
	expect_clean();
}

/*
 * The drain sleeps for the work item that answered its life's last request, and has not ended. One
 * that serves another life, or began when all was answered, is not waited for.
 */
static void overwait_worker(void **state)
{
	enum { WORKER = 2 };
	enum { OWN, OTHER, LATE, KINDS };

	for (unsigned kind = OWN; kind < KINDS; kind++) {
		u32 req, other;

		st_reset();
		req = ask(0, 1, 5, LAST);
		other = ask(1, 1, 5, LAST);
		batch(0);
		if (kind == LATE)
			answer_rc(req, 1);
		st.task = WORKER;
		ev(EV_WORK_START, 1, 0, 0, 0);
		fault(kind == OTHER ? other : req, 0);
		if (kind != LATE)
			answer_rc(req, kind == OTHER);
		st.task = ST_APP;
		take(req, req);
		stop(0, 1, STOP_ANSWERED);
		begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		ev(EV_BLOCK, HOST_SITE_WAIT_EVENT, 1, 0, 0);
		for (unsigned i = 0; i <= BOUND; i++)
			batch(0);
		expect_finding(kind == OWN ? "clean" : "OVERWAIT");
		st.task = WORKER;
		ev(EV_WORK_DONE, 1, 0, 0, 0);
		st.task = ST_APP;
		for (unsigned i = 0; i <= BOUND; i++)
			batch(0);
		expect_finding("OVERWAIT");
	}
}

/*
 * A stray request of its name is answered while a life is being bound, and the work item goes on. One that began
 * when the life was there has not served it.
 */
static void overwait_stray(void **state)
{
	enum { WORKER = 2 };

	for (unsigned late = 0; late < 2; late++) {
		u32 req;

		st_reset();
		unbind(0, 1);
		req = ask(0, 1, 5, LAST);
		if (!late)
			begin(JOP_BIND, 0, 1, 0);
		else
			bind(0, 1, 0);
		batch(0);
		st.task = WORKER;
		ev(EV_WORK_START, 1, 0, 0, 0);
		fault(req, 0);
		answer_rc(req, 0);
		st.task = ST_APP;
		take(req, req);
		if (!late)
			end(JOP_BIND, 0, 1, 0);
		stop(0, 1, STOP_ANSWERED);
		begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		ev(EV_BLOCK, HOST_SITE_WAIT_EVENT, 1, 0, 0);
		for (unsigned i = 0; i <= BOUND; i++)
			batch(0);
		expect_finding("clean");
		st.task = WORKER;
		ev(EV_WORK_DONE, 1, 0, 0, 0);
		if (late)
			ev(EV_WORK_START, 1, 0, 0, 0);
		st.task = ST_APP;
		for (unsigned i = 0; i <= BOUND; i++)
			batch(0);
		expect_finding("OVERWAIT");
	}
}

static void sanitizers(void **state)
{
	static const enum invariant ids[] = { INV_RACE, INV_UAF, INV_UB, INV_DIFF };

	for (unsigned i = 0; i < 4; i++) {
		st_reset();
		stop(0, 1, STOP_ANSWERED);
		expect_clean();
		judge_report(ids[i], "by a sanitizer");
		expect_finding(invariant_table[ids[i]].id);
		assert_string_equal(first_detail(), "by a sanitizer");
	}
	st_reset();
	judge_report(INV_NONE, "nothing");
	judge_report(INV_COUNT, "nothing");
	expect_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oldnew),
		cmocka_unit_test(deadresp),
		cmocka_unit_test(miss),
		cmocka_unit_test(dup_twice),
		cmocka_unit_test(rc),
		cmocka_unit_test(credit),
		cmocka_unit_test(rest),
		cmocka_unit_test(ring_pointers),
		cmocka_unit_test(ring_slots),
		cmocka_unit_test(ring_lost_at_drain),
		cmocka_unit_test(target),
		cmocka_unit_test(stale),
		cmocka_unit_test(dma),
		cmocka_unit_test(faultlog),
		cmocka_unit_test(oldnew_of_exchanges),
		cmocka_unit_test(faultlog_of_an_exchange),
		cmocka_unit_test(qerr),
		cmocka_unit_test(hang),
		cmocka_unit_test(livelock_stall),
		cmocka_unit_test(host_rules),
		cmocka_unit_test(overwait),
		cmocka_unit_test(overwait_worker),
		cmocka_unit_test(overwait_stray),
		cmocka_unit_test(sanitizers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
