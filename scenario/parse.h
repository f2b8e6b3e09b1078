/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_PARSE_H
#define SLUICE_SCENARIO_PARSE_H

/*
 * The parser: one pass over the lines. Units come before devices, these and spaces before the first
 * task, so that every name stands for something when it is met; only `await` may look ahead.
 * Every function returns 0, or -1 with the error filled.
 */

#include "scenario/internal.h"
#include "scenario/token.h"

struct parser {
	struct lexer lex;
	struct scenario *s;
	bool units_given, devices_given, spaces_given, world_given;
	struct token first_choice; /* of the `choices` lines, for an error at the end */
	unsigned awaits, descriptors;
	struct {
		struct token name;
		uint16_t op;
	} await[SCENARIO_OPS_MAX];
};

/* Names of tasks and spaces: [A-Za-z_][A-Za-z0-9_-]* */
bool parse_is_name(const char *word);
uint16_t parse_line_number(const struct token *t);
/* Current word as "d0", "u1", "p2": an index in first..first+count-1, given from 0. */
int parse_index(struct parser *p, char letter, unsigned first, unsigned count, const char *what,
		uint8_t *index);
int parse_space(struct parser *p, uint8_t *space);
/* Current word as one of @words; @what begins the message that lists them. */
int parse_one_of(struct parser *p, const char *what, const char *const *words, unsigned count,
		 unsigned *which);
/* Marks @key as given in @seen; an error at @t if it was before. */
int parse_once(struct parser *p, const struct token *t, unsigned key, uint32_t *seen);

/* The lines of the world: world, unit, device, space. The current token is behind the first word.
 */
int parse_world(struct parser *p, const struct token *head);
int parse_unit(struct parser *p, const struct token *head);
int parse_device(struct parser *p, const struct token *head);
int parse_spaces(struct parser *p, const struct token *head);
/* Task lines, and what must wait for the last of them. */
int parse_task(struct parser *p, const struct token *head);
int parse_awaits(struct parser *p);

#endif
