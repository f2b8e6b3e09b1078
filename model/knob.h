/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_MODEL_KNOB_H
#define SLUICE_MODEL_KNOB_H

/*
 * Knobs: points where the specification is silent, or parts differ.
 *
 * Each value is conformant (the specification allows it: a correct core is clean), disputed
 * (contradictory text, or a claim made in review), or broken (a negative control: a promise is
 * broken by choosing it). Value 0 is the default. One table, model/knob.c, names all 27; those that
 * the model does not act on yet have no values, and a scenario that sets one is refused.
 *
 * K6, K10, K14, K15, K22 and K24 are properties of devices or responses but are set per unit, as
 * all knobs are: `unit u0 event=last-page pipe=closed`.
 */

#include "host/types.h"

enum knob_class { KNOB_CONFORMANT, KNOB_DISPUTED, KNOB_BROKEN };

/* Positions in struct model_unit_config.knob[]. Values are positions in the knob's value list. */
enum knob {
	KNOB_EVENT,       /* K1  */
	KNOB_IP_CLEAR,    /* K2  */
	KNOB_FULL_PRO,    /* K3  */
	KNOB_PRO_EVENT,   /* K4  */
	KNOB_IRQ_STORM,   /* K5  */
	KNOB_RESP_LPIG,   /* K6  */
	KNOB_PDS,         /* K7  */
	KNOB_PIPE,        /* K8  */
	KNOB_OVERTAKE,    /* K9  */
	KNOB_PRE_RC,      /* K10 */
	KNOB_GROUP_REST,  /* K11 */
	KNOB_TAIL_EARLY,  /* K12 */
	KNOB_TORN,        /* K13 */
	KNOB_MATCH,       /* K14 */
	KNOB_UNMATCHED,   /* K15 */
	KNOB_PQH_BAD,     /* K16 */
	KNOB_PTR_REWRITE, /* K17 */
	KNOB_INV_ANSWER,  /* K18 */
	KNOB_QI_WINDOW,   /* K19 */
	KNOB_MSI,         /* K20 */
	KNOB_PRO_REARM,   /* K21 */
	KNOB_RF,          /* K22 */
	KNOB_FPD_RESP,    /* K23 */
	KNOB_VF_PRI,      /* K24 */
	KNOB_PRECEDENCE,  /* K25 */
	KNOB_PD_SCOPE,    /* K26 */
	KNOB_SMS,         /* K27 */
	KNOB_COUNT
};

#define KNOB_VALUES_MAX 4

struct knob_value {
	const char *name; /* as in scenarios: `pipe=open`; NULL ends the list */
	u8 class;         /* enum knob_class */
	const char *note; /* one sentence; for a disputed value, why it is */
};

struct knob_info {
	const char *id;   /* "K8" */
	const char *name; /* key in scenarios: "pipe" */
	const char *title;
	bool modelled; /* false: listed as "not yet"; setting it is an error */
	struct knob_value values[KNOB_VALUES_MAX + 1];
};

extern const struct knob_info knob_table[KNOB_COUNT];

#endif
