/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_GENERATE_INTERNAL_H
#define SLUICE_SCENARIO_GENERATE_INTERNAL_H

/* The generator's state, shared by its files. */

#include "scenario/generate.h"
#include "scenario/internal.h"

/*
 * Swarm features: each is on in three scenarios of eight, or absent altogether (Groce et al., Swarm
 * Testing, ISSTA 2012): a bug that needs a ring full of requests is hidden by a settle after each.
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
	FEATURE_COUNT
};

#define GENERATE_ANYBODY 0xff

struct generator {
	struct scenario *s;
	uint64_t random, aside; /* aside: what moves no other choice */
	bool domains;           /* some binds are of a driver's domain */
	uint32_t features;
	unsigned symbols; /* PASIDs in use */
	unsigned limit;   /* operations to aim at */
	uint8_t owner[SCENARIO_DEVICES_MAX][SCENARIO_PASIDS_MAX];
	uint8_t rid_owner[SCENARIO_DEVICES_MAX];
	bool shared[SCENARIO_DEVICES_MAX];
	bool tight[SCENARIO_DEVICES_MAX];
	uint8_t space_owner[SCENARIO_SPACES_MAX]; /* the one task that binds it and lets it go */
	bool exited[SCENARIO_SPACES_MAX];
	uint16_t group_base;
	uint16_t next_page, next_group;
	struct scenario_op overrun; /* takes what is beyond the bounds */
};

unsigned generate_below(struct generator *g, unsigned n);
bool generate_one_in(struct generator *g, unsigned n);
uint8_t generate_bind_flags(struct generator *g);
/* Appends an operation with its task and code set. */
struct scenario_op *generate_op(struct generator *g, unsigned code, unsigned task);

static inline bool generate_has(const struct generator *g, enum generate_feature feature)
{
	return g->features & 1u << feature;
}

void generate_tasks(struct generator *g); /* generate_lives.c */
void generate_break(struct generator *g); /* generate_break.c */

#endif
