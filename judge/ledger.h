/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_JUDGE_LEDGER_H
#define SLUICE_JUDGE_LEDGER_H

/*
 * The judge's books: every request, life, response under way, ring and operation of the run.
 *
 * The ledger only records; the verdicts are in judge.c (dispatch), response.c, drain.c and rest.c.
 * Each event costs O(1), save what walks the requests of one life when its drain returns. A record
 * is initialised when it is first used in a run, so a reset touches counters and the table of
 * current lives only. All numbers come from events, and are checked here: a wrong one changes
 * nothing.
 */

#include "judge/judge.h"

#define LEDGER_REQUESTS_MAX 256 /* as MODEL_REQUESTS_MAX; numbered from 1 */
#define LEDGER_LIVES_MAX 160    /* 64 operations, setup and end; numbered from 1 */
#define LEDGER_DEVICES_MAX 8
#define LEDGER_UNITS_MAX 4
#define LEDGER_PASIDS 64 /* numbers at and above share the slow path */
#define LEDGER_FLIGHTS_MAX 256
#define LEDGER_SLOTS_MAX 2048
#define LEDGER_TASKS_MAX 64
#define LEDGER_SLOT_BYTES 32
#define LEDGER_NO_SPACE 0xff
#define LEDGER_NO_DEVICE 0xff
#define LEDGER_FORGED 0xffff /* in the shadow of the ring: a descriptor of no request */

/*
 * A drain waits for at most two batches at a time: the one that runs, and the next, which holds all
 * that the ring held when the wait began. It may do so before teardown, after its PD wait, and once
 * more for step d of VT-d 7.10; two batches are for the fence itself. Each overflow meanwhile, and
 * each other drain of the unit that may be served first, allows as many again. A correct core needs
 * no more; one that waits until the ring is empty does, under load.
 */
#define OVERWAIT_BATCHES 8

enum ledger_state {
	REQUEST_ISSUED,
	REQUEST_DISPATCHED,
	REQUEST_RECEIVED,
	REQUEST_ACCEPTED,
	REQUEST_DELIVERED,
	REQUEST_CONSUMED, /* the head is past it */
	REQUEST_WITHDRAWN,
	REQUEST_REJECTED,
	REQUEST_DROPPED, /* its ring was taken away */
};

struct ledger_request {
	u64 page;
	u32 pasid;
	u32 dispatched_at, accepted_at, delivered_at; /* index of the event; 0: not yet */
	u32 found_scan;                               /* the scan of allocations that saw it last */
	u16 number, group, slot;
	u16 life; /* 0: not yet sent, or sent outside of any */
	u16 next_in_life, next_open;
	u8 dev, flags, state;
	u8 faults; /* page faults done for it */
	u8 flying; /* responses under way to the device */
	bool after_stop, after_release;
	bool forgotten; /* the device was reset since, before it had the response */
	bool answered;  /* response descriptor executed */
	bool autos;     /* answered by the unit */
	bool mid_batch; /* delivered while the batch that consumed it was running */
	bool pending;   /* counted in its life's `pending` */
	bool found_work, found_plain;
	bool served, refused; /* its page fault succeeded, failed */
	bool alone; /* answered by software, and nothing beside it could decide the code */
	u8 rc;      /* then: that code */
	bool namesake; /* another of its identity was owed a response, too: whose was whose is a guess */
};

struct ledger_life {
	u32 pasid;
	u32 broken; /* promises broken towards this life alone */
	u32 number;
	u32 drain_at; /* index of the event with which its end began; 0: not yet */
	u32 stop_at;  /* index of the event with which its stop was over */
	u32 answered_at; /* index of the event with which its latest response left the queue, or it began */
	u16 first, last; /* its requests */
	u16 pending;     /* requests that a drain has reason to wait for */
	u8 dev, space;
	u8 stop; /* enum stop_kind */
	bool open;
	bool released; /* its address space is gone */
	bool unsure;   /* its end failed half way: nothing is held against anybody */
	bool handled;  /* a page fault was done for it: its requests are somebody's */
};

struct ledger_unit {
	u32 slots;
	u32 tail;
	u32 batch_at;       /* event index of the running batch's start; 0: none runs */
	u32 overflow_began; /* the same of PRO's last rise */
	u32 overflow_at;    /* the same of its last rise or fall */
	u32 qi_tail, qi_next;
	u8 taken; /* start and finish operations under way */
	bool up;
	bool doubt;    /* a start or finish of it failed */
	bool late_ite; /* the last ITE came when nobody was at work any more */
	bool no_event; /* K1: a request came that brings none */
	bool qi_seen;
	u16 ring[LEDGER_SLOTS_MAX]; /* the shadow: request last delivered there; may be of an older
				       run */
};

/* A response between the unit and the endpoint. */
struct ledger_flight {
	u32 pasid;
	u16 group, req, next;
	u8 autos;
};

struct ledger_device {
	u32 broken;
	u16 open_first, open_last; /* delivered requests that are owed a response, oldest first */
	u16 fly_first, fly_last;
	bool gone;
	bool mute;      /* it has left an invalidation unanswered */
	bool off;       /* page requests were switched off */
	bool doubt;     /* an attach, detach or switch of page requests failed half way */
	bool missed;    /* a response was found missing: its credits are, too */
	bool forgot;    /* it was reset with requests unanswered */
	bool strangers; /* a request was delivered that is not of the life of its name */
	u32 rid_at;     /* index of the event with which an exchange of its domain last ended */
	u32 drained_at; /* the same for whatever may forget parts of groups */
};

struct ledger_op {
	u32 pasid;
	u32 foreign, allowance; /* batches, for OVERWAIT */
	u16 life;
	u16 blocked; /* site + 1 of the wait, 0: runs */
	u16 woken;   /* the same of the wait that ended last */
	u8 op, dev, unit, space;
	bool met;       /* another task was at the same life, device or unit meanwhile */
	bool reason;    /* what it asks for can't be done */
	bool busy;      /* and may be refused as busy, for what goes on elsewhere */
	bool timed_out; /* a wait of it, for another task, has run into its bound */
	u32 begun_at;   /* index of the event */
	u64 woken_at;   /* when the wait ended last */
};

/* A work item that runs. */
struct ledger_work {
	u32 begun_at; /* index of the event */
	u16 life;     /* of the request whose page fault it did last; 0: none so far */
	u16 over;     /* that request, if its group is over; else 0 */
};

struct ledger {
	struct judge_config config;
	u32 events;
	u32 broken; /* promises broken towards everybody */
	u32 scans;
	u16 requests, lives, flights, free_flight;
	bool full; /* a table ran over: no more verdicts that need it */
	bool orderly;
	u32 released;      /* address spaces that are gone, a mask */
	u32 prs_due;       /* status bits that the event before this one brings about */
	bool seen_stop[4]; /* by enum stop_kind; STOP_NOT: an unbind without any */
	bool contested;    /* the operation that ended last was not alone at its life */
	bool audit;        /* cached entries reported now are of audit_dev/_pasid */
	u8 audit_dev;
	u32 audit_pasid;
	u64 active; /* tasks in an operation */
	u64 exited; /* spaces whose owner has begun to exit */
	u64 works;  /* tasks in a work item */
	struct judge_stats stats;
	u16 current[LEDGER_DEVICES_MAX][LEDGER_PASIDS + 1];
	struct ledger_device dev[LEDGER_DEVICES_MAX];
	struct ledger_op op[LEDGER_TASKS_MAX];
	struct ledger_work work[LEDGER_TASKS_MAX];
	struct ledger_request request[LEDGER_REQUESTS_MAX + 1];
	struct ledger_life life[LEDGER_LIVES_MAX + 1];
	struct ledger_flight flight[LEDGER_FLIGHTS_MAX + 1];
	struct ledger_unit unit[LEDGER_UNITS_MAX];
};

extern struct ledger ledger;

void ledger_reset(const struct judge_config *config);

static inline bool request_is_last(const struct ledger_request *r)
{
	return (r->flags & (REQ_LAST | REQ_MARKER)) == REQ_LAST;
}

/* In the ring or past it: the code under test can have seen it. */
static inline bool request_was_delivered(const struct ledger_request *r)
{
	return r->state == REQUEST_DELIVERED || r->state == REQUEST_CONSUMED;
}

/*
 * The head was moved over it by a batch that was running when it came in, and no page fault was
 * done for it since. Alone that proves nothing: the handler may have it in hand, or refuse it; and
 * the answer of one that was refused may have gone with an error of the queue.
 */
static inline bool request_is_unseen(const struct ledger_request *r)
{
	return r->state == REQUEST_CONSUMED && r->mid_batch && !r->faults &&
	       !(ledger.broken & 1u << PROMISE_NO_QI_ERROR);
}

/* NULL if there is no such request, life, device or unit. */
struct ledger_request *ledger_request(u64 number);
struct ledger_life *ledger_life(unsigned number);
struct ledger_unit *ledger_unit(u64 unit);
bool ledger_has_device(u64 dev);
int ledger_find_rid(u64 rid); /* device index, or -1 */
/* The request whose wire page this is; NULL if none. */
struct ledger_request *ledger_find_page(u64 page);
/* Number of the newest life of (dev, pasid), open or not; 0 if there was none. */
u16 ledger_current(u64 dev, u32 pasid);

/* Requests (ledger.c) */
void ledger_issue(const struct event *e);
void ledger_dispatch(struct ledger_request *r);
void ledger_deliver(struct ledger_request *r, u64 slot);
void ledger_settle(struct ledger_request *r); /* nobody has reason to wait for it any more */
void ledger_reject(struct ledger_request *r, unsigned state);
/* The oldest delivered request of this identity that is owed a response; NULL: none. Taken off. */
struct ledger_request *ledger_take_open(unsigned dev, u32 pasid, u16 group);
void ledger_lose(struct ledger_request *r); /* found lost, and told: nothing is owed to it */
void ledger_drop_ring(unsigned unit);
/* The same life's first request with last page behind @r in its group: the one that ends it. */
struct ledger_request *ledger_group_end(const struct ledger_request *r);
/* A group that the device itself left without a last page, among requests of @life (or @dev). */
bool ledger_open_group_of_life(const struct ledger_life *life);
bool ledger_open_group_of_device(unsigned dev);

/* Responses under way */
void ledger_fly(unsigned dev, u32 pasid, u16 group, u16 req, bool autos);
bool ledger_land(unsigned dev, u32 pasid, u16 group, bool autos, u16 *req); /* false: none known */

/* Lives (life.c) */
u16 ledger_begin_life(unsigned dev, u32 pasid, u8 space);
void ledger_end_life(struct ledger_life *life);
void ledger_stop_life(unsigned dev, u32 pasid, unsigned how, u64 outstanding);
void ledger_pri_reset(unsigned dev); /* page requests: tracking starts anew */
void ledger_device_reset(unsigned dev);
void ledger_release_space(u64 space);
bool ledger_open_lives(unsigned dev, bool with_pasid_only);
void ledger_break_unit(unsigned unit, u32 promises); /* towards every device of it with a life */

/* Promises that do not hold for a life, a device, a unit, or the run (promise.c). */
u32 promise_broken_life(const struct ledger_life *life);
/* The same towards a request of it. One that was sent before the drain began needs no stop: it is
 * ahead of the drain's own invalidation (VT-d 7.7). */
u32 promise_broken_sent(const struct ledger_request *r, const struct ledger_life *life);
u32 promise_broken_device(unsigned dev);
u32 promise_broken_unit(unsigned unit);
u32 promise_broken_run(void);
void promise_event(const struct event *e);
u32 promise_prs_due(unsigned kind); /* PRS bits that hardware may set right behind such an event */

/* Findings (judge.c). @life may be 0, @dev LEDGER_NO_DEVICE. Each identity is kept once. */
struct judge_about {
	u32 broken;
	u32 pasid;
	u16 req;
	u8 dev;
};
void judge_find(enum invariant id, const struct judge_about *about, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void judge_find_request(enum invariant id, const struct ledger_request *r, const char *what);
/* As that one; the request needs no stop if it was sent before the drain began. */
void judge_find_sent(enum invariant id, const struct ledger_request *r, const char *what);
void judge_find_device(enum invariant id, u64 dev, u32 pasid, const char *what);
void judge_find_run(enum invariant id, const char *what);
/* "request 3 (d0 pasid 1 group 1, last page)" */
#define JUDGE_NAME_MAX 96
const char *judge_name(const struct ledger_request *r, char buf[JUDGE_NAME_MAX]);
const char *judge_pasid(u32 pasid, char buf[24]); /* "pasid 1", "no pasid" */

/* Parts of the verdict */
void ring_event(const struct event *e);     /* ring.c: RING, and who has consumed what */
void response_event(const struct event *e); /* response.c: DUP, TARGET, RC, DEADRESP */
void drain_event(const struct event *e);    /* drain.c: operations; PEND-*, OVERWAIT */
void result_event(const struct event *e);   /* result.c: ERRNO */
void memory_event(const struct event *e);   /* memory.c: OLDNEW, ENTRY, STALE, DMA, FAULTLOG */
void group_event(const struct event *e);    /* group.c: GROUP */
void group_answered(struct ledger_request *last, unsigned rc);
void group_op_ended(const struct ledger_op *op);
/* A part in the system's hands whose last page the unit has answered in an overflow. */
bool group_is_cut(const struct ledger_request *r);
void rest_event(const struct event *e); /* rest.c: MISS, CREDIT, REST, QERR at rest */
void drain_scan_allocs(void);           /* marks requests that live allocations speak of */
static inline bool drain_found(const struct ledger_request *r)
{
	return r->found_scan == ledger.scans && ledger.scans;
}
#define RING_LOST "is lost: the head was moved over it while nobody had seen it"
unsigned rest_missing(void); /* MISS and lost slots; how many requests */

#endif
