/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_JUDGE_JUDGE_H
#define SLUICE_JUDGE_JUDGE_H

/*
 * Ground truth that the code under test cannot see.
 *
 * The judge follows every request, group, response and PASID life by the events of host, model and
 * run, and holds the run against the invariants. A *life* is one attach of (device, PASID): it
 * begins when bind returns and ends when its drain returns success, not at teardown. Promises say
 * what the environment kept; they are computed from the events. Outside its premises an invariant
 * gives no verdict (it is counted as "excused").
 */

#include "host/event.h"
#include "judge/invariant.h"
#include "model/event.h"

#define JUDGE_FINDINGS_MAX 16
#define JUDGE_DETAIL_MAX 256

/* Operations as run/ reports them. */
enum judge_op {
	JOP_BIND,
	JOP_UNBIND,
	JOP_EXIT,
	JOP_RID,
	JOP_DISABLE,
	JOP_ENABLE,
	JOP_ATTACH,
	JOP_DETACH,
	JOP_FINISH,
	JOP_START,
	JOP_DRAIN,
	JOP_COUNT
};

/* X(enumerator, spelling, arguments): what run/ tells. life args: dev, pasid as on the wire */
#define RUN_EVENTS(X)                                                                              \
	X(OP_BEGIN, "begin", "op dev|unit<<8 pasid space")                                         \
	X(OP_END, "end", "op dev|unit<<8 pasid result") /* result: errno as s64 */                 \
	X(FAIR, "fair", "decision")                     /* the adversarial part is over */         \
	X(ORDERLY, "orderly", "")                       /* the orderly end begins */               \
	X(TEARDOWN, "teardown", "dev pasid") /* unbind returned: audit of caches follows */

enum run_event_kind {
	EV_RUN_FIRST = EV_RUN_BASE - 1,
#define X(id, name, args) EV_##id,
	RUN_EVENTS(X) EV_RUN_END,
};
#undef X

/* How the judge looks at the world when an operation returns; filled by run/. Never NULL. */
struct judge_probe {
	/* enum request_place of a request (model/model.h) */
	int (*request_place)(u32 req);
	void (*each_alloc)(void (*visit)(void *ctx, u32 serial, const u64 *words, size_t count,
					 bool dma),
			   void *ctx);
	bool (*alloc_has_work)(u32 serial);
	/* Page number that the address of request @req carries on the wire. */
	u64 (*request_page)(u32 req);
	/* Knob values in force that are disputed or broken, as text for the premises ("" if none). */
	size_t (*disputed)(char *buf, size_t size);
	/* Text for "who waits for what" of every task that is stuck. */
	size_t (*describe_stuck)(char *buf, size_t size);
	/* The name of a task or actor, of a site, and of a lock class, as host events number them. */
	const char *(*task_name)(unsigned id);
	const char *(*site_name)(unsigned site, char *buf);
	const char *(*class_name)(u64 class, char *buf, size_t size);
	/* The text of a warning, as host events number them; may be NULL. */
	const char *(*warning)(u64 number, char *buf, size_t size);
	/* What the system has taken for granted so far (sut.h), as a mask; may be NULL. */
	u32 (*assumed)(void);
	/* Assumption @index of the system, its word and its text; NULL if there is none. */
	const char *(*assumption)(unsigned index, const char **text);
};

struct judge_config {
	struct judge_probe probe;
	u8 units, devices;
	u8 dev_unit[8];
	u16 dev_rid[8];
	u8 no_drain;      /* units without page request drain (ECAP.PDS clear), a mask */
	bool broken_knob; /* some knob has a value that breaks a promise */
	bool alloc_fails;
	bool clock_free;
};

struct judge_finding {
	enum invariant id;
	bool premises_hold; /* false: kept for the report, not a finding against the system */
	u32 step;
	u32 event; /* index of the event at which it was seen */
	u8 dev;    /* 0xff: none */
	u32 pasid, req;
	char detail[JUDGE_DETAIL_MAX]; /* "request 3 (d0 p1 group 1) is in the ring at slot 2" */
};

void judge_reset(const struct judge_config *config);
/* The sink for engine_reset(). */
void judge_event(const struct event *e);
/* How the run ended: enum engine_end as run/ got it, after the last event. */
void judge_end(int engine_end);
/* A finding that others made: sanitizers (RACE, UAF, UB) and comparisons (DIFF). */
void judge_report(enum invariant id, const char *detail);

/* What was found, in order of time, each identity once. Excused ones are listed apart. */
const struct judge_finding *judge_findings(unsigned *count);
const struct judge_finding *judge_excused(unsigned *count);
/* Promises of this run: masks of enum promise. */
u32 judge_promises_kept(void);
u32 judge_promises_broken(void);
/*
 * Lines: "premises: stopped-marker, groups-ended; broken: none", "knobs: u0 pipe=open (disputed:
 * ...)" if there are such, and "assumes: WORD (why)" for each assumption of the system that the run
 * stood on.
 */
size_t judge_print_premises(char *buf, size_t size);
/* One event in words, for timelines: returns the length; 0 for events of no interest to a reader. */
size_t judge_describe_event(const struct event *e, char *buf, size_t size);

/* What a request came to; for comparing two runs (INV_DIFF). */
struct judge_answer {
	bool owed;     /* a last page that came to the unit, and was not forgotten by its device */
	bool answered; /* by software or by the unit */
	/*
	 * The code was software's to give, and nothing beside it could decide it: no overflow, no
	 * end of a life or a space, no reset.
	 */
	bool alone;
	u8 rc; /* software's, if answered alone: 0 Success, 1 Invalid Request */
};
/* Of request @req, numbered from 1; one that is not there was not owed anything. */
void judge_answer(u32 req, struct judge_answer *answer);

/* Counts for summaries and tests. */
struct judge_stats {
	u32 lives, requests, responses, autos, unmatched, drains, overflows;
};
const struct judge_stats *judge_stats(void);

#endif
