/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_INTERNAL_H
#define SLUICE_SCENARIO_INTERNAL_H

/* What the files of this room share: names, defaults, and what makes a scenario canonical. */

#include "scenario/scenario.h"

/* A letter of an operation's signature as a bit: 'A'..'z' are 58 letters. */
#define TAKES(letter) (1ull << ((letter) - 'A'))
uint64_t scenario_op_takes(unsigned code);

/* Words of the text, by value. */
extern const char *const scenario_stop_word[SCENARIO_STOP_COUNT];
extern const char *const scenario_error_word[SCENARIO_ERROR_COUNT];

bool scenario_has_word(const char *words, const char *word); /* words: a blank between them */

extern const struct scenario_knob *scenario_knobs;
extern unsigned scenario_knob_count;
unsigned scenario_knob_values(unsigned knob); /* 0: it may not be set */

void scenario_default_unit(struct scenario_unit *unit);
void scenario_default_device(struct scenario_device *device, unsigned index);
void scenario_default_names(struct scenario *s);
bool scenario_name_reserved(const char *name); /* as a task's: it is somebody else's */

/* Brings each task's operations together, in order; the canonical order of op[]. */
void scenario_sort_ops(struct scenario *s);
/*
 * Would task @from wait, through others, for itself if it awaited @to? Only the first @ops
 * operations count. Such a scenario would hang by itself and say nothing of the system.
 */
bool scenario_await_circle(const struct scenario *s, unsigned ops, unsigned from, unsigned to);
void scenario_strip_choices(struct scenario *s);
/* How many positional choices have room in the byte form beside the records of @s. */
size_t scenario_choice_room(const struct scenario *s);

#endif
