/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_GENERATE_INTERNAL_H
#define SLUICE_SCENARIO_GENERATE_INTERNAL_H

/* The generator's state, shared by its files. */

#include "scenario/generate.h"
#include "scenario/internal.h"

/*
 * Swarm features: each is on in some of the scenarios, and absent altogether from the others (Groce
 * et al., Swarm Testing, ISSTA 2012): a bug that needs a ring full of requests is hidden by a settle
 * after each. Up to FEATURE_DRAIN they are on in three of eight. Those behind it have odds and a row
 * of random numbers of their own, so that one more at the end moves no scenario that lacks it.
 */
enum generate_feature {
	FEATURE_KNOBS,         /* knobs away from their default */
	FEATURE_SHARED_DEVICE, /* lives of one device in several tasks */
	FEATURE_TIGHT_CREDITS,
	FEATURE_GROUPS,       /* groups of several pages */
	FEATURE_SIDE_BY_SIDE, /* several lives of one task at once, their groups interleaved */
	FEATURE_GROUP_REUSE,  /* one group index over and over */
	FEATURE_BURST,        /* more requests at once than a small ring holds */
	FEATURE_SETTLE,
	FEATURE_MARKER, /* stops by marker; else by the kinds that are left */
	FEATURE_RESET,
	FEATURE_EXIT,      /* the space's owner exits under a life */
	FEATURE_EXIT_RACE, /* ... while another task unbinds it */
	FEATURE_RID,
	FEATURE_TRANSLATE,
	FEATURE_FLAGS,    /* write, execute, privileged */
	FEATURE_SWITCH,   /* page requests off and on between lives */
	FEATURE_REATTACH, /* detach and attach between lives */
	FEATURE_FINISH,   /* queues down and up at the end */
	FEATURE_PAUSE,
	FEATURE_DRAIN, /* bare drains; not every system has them */

	FEATURE_FUNCTIONS, /* devices of several functions, and functions other than 0 */
	FEATURE_SHORT,     /* a few operations of one or two tasks */
	FEATURE_STREAM,    /* a device of one or two credits that always has one more request */
	FEATURE_REBIND,    /* (device, PASID) bound again at once, and perhaps exited at once */

	/* Each breaks a promise at a place where that matters: generate_aim.c. */
	FEATURE_OPEN_GROUP,  /* stops with a group that has no end */
	FEATURE_MUTE,        /* devices that answer invalidations late or never, for long */
	FEATURE_LEFT_BEHIND, /* an unbind that may fail, and use of what it leaves */
	FEATURE_QUEUE_ERROR, /* queue errors beside drains */
	FEATURE_STATUS,      /* status bits beside drains */
	FEATURE_SWITCH_OFF,  /* page requests off between a stop and its drain */
	FEATURE_SLOW,        /* spaces that take their time */

	/* Each crowds one moment; only where no promise is aimed at, which would be one cause too many. */
	FEATURE_REFILL,     /* translations beside an unbind, by a device that is not stopped */
	FEATURE_BYSTANDER,  /* a device without lives that is detached and attached all the time */
	FEATURE_FULL_QUEUE, /* a queue that goes round, behind a device that is gone */
	FEATURE_COUNT
};
#define FEATURE_AIMED FEATURE_OPEN_GROUP /* the first of these */
#define FEATURE_CROWDED FEATURE_REFILL   /* the first of the last ones */

#define GENERATE_ANYBODY 0xff

struct generator {
	struct scenario *s;
	const uint8_t *allowed; /* masks of the knobs' values, or NULL */
	uint64_t random, aside; /* aside: what moves no other choice */
	uint64_t coins;         /* of the features that have a row of their own */
	bool domains;           /* some binds are of a driver's domain */
	uint64_t features;
	unsigned symbols; /* PASIDs in use */
	unsigned limit;   /* operations to aim at */
	uint8_t owner[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	uint8_t rid_owner[SCENARIO_DEVICES_MAX];
	bool shared[SCENARIO_DEVICES_MAX];
	bool tight[SCENARIO_DEVICES_MAX];
	bool streams[SCENARIO_DEVICES_MAX];
	uint8_t group_pages[SCENARIO_DEVICES_MAX]; /* of the longest group */
	unsigned stream_task;                      /* or GENERATE_ANYBODY */
	uint8_t space_owner[SCENARIO_SPACES_MAX];  /* the one task that binds it and lets it go */
	bool exited[SCENARIO_SPACES_MAX];
	uint16_t group_base;
	uint16_t next_page, next_group;
	struct scenario_op overrun; /* takes what is beyond the bounds */
	bool overran;
};

unsigned generate_below(struct generator *g, unsigned n);
bool generate_one_in(struct generator *g, unsigned n);
uint8_t generate_bind_flags(struct generator *g);
/* Each unit gets a value of that knob other than the default, if there are any that it may have. */
void generate_turn_knob(struct generator *g, const char *name);
/* Appends an operation with its task and code set. */
struct scenario_op *generate_op(struct generator *g, unsigned code, unsigned task);

static inline bool generate_has(const struct generator *g, enum generate_feature feature)
{
	return g->features >> feature & 1;
}

void generate_tasks(struct generator *g);               /* generate_lives.c */
void generate_break(struct generator *g);               /* generate_break.c */
void generate_aim(struct generator *g);                 /* generate_aim.c */
void generate_raw(struct generator *g, unsigned flags); /* generate_raw.c; enum generate_flags */

/* Edits of a scenario that is laid out. */
void generate_insert(struct generator *g, unsigned at, struct scenario_op op);
void generate_drop(struct scenario *s, unsigned at);
/* Index of a random operation of that kind, or the number of operations. */
unsigned generate_find(struct generator *g, unsigned code);

#endif
