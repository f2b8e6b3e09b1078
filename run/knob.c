/* SPDX-License-Identifier: GPL-2.0-only */

/* Knobs, for scenarios. By itself: who only makes scenarios needs no more of this room. */

#include "model/knob.h"
#include "run/run.h"

_Static_assert(KNOB_COUNT <= SCENARIO_KNOBS_MAX, "a scenario can't hold all knobs");
_Static_assert(KNOB_VALUES_MAX <= 8, "run_knob_masks() keeps a knob's values in a byte");

static struct scenario_knob knobs[KNOB_COUNT];
static const char *values[KNOB_COUNT][KNOB_VALUES_MAX + 1];

void run_init_knobs(void)
{
	for (unsigned k = 0; k < KNOB_COUNT; k++) {
		const struct knob_info *info = &knob_table[k];

		for (unsigned v = 0; v < KNOB_VALUES_MAX && info->modelled; v++)
			values[k][v] = info->values[v].name;
		knobs[k].name = info->name;
		knobs[k].values = info->modelled ? values[k] : NULL;
	}
	scenario_set_knobs(knobs, KNOB_COUNT);
}

void run_knob_masks(uint8_t allowed[SCENARIO_KNOBS_MAX], bool disputed, bool broken)
{
	for (unsigned k = 0; k < SCENARIO_KNOBS_MAX; k++) {
		allowed[k] = 1;
		if (k >= KNOB_COUNT || !knob_table[k].modelled)
			continue;
		for (unsigned v = 1; v < KNOB_VALUES_MAX && knob_table[k].values[v].name; v++) {
			unsigned class = knob_table[k].values[v].class;

			if (class == KNOB_CONFORMANT || (class == KNOB_DISPUTED && disputed) ||
			    (class == KNOB_BROKEN && broken))
				allowed[k] |= BIT(v);
		}
	}
}
