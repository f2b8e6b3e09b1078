/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_TOKEN_H
#define SLUICE_SCENARIO_TOKEN_H

/*
 * Tokens of the text form, with the place where each begins.
 *
 * A text is lines of words and signs. Blanks (space, tab) separate; a line ends with LF or CR LF,
 * or with the text. A `#` at the head of a line or behind a blank starts a comment that runs to the
 * line's end; elsewhere it is a sign (`site#2`). Outside comments only printable ASCII may stand;
 * inside, anything but control characters. Columns count bytes from 1.
 */

#include "scenario/scenario.h"

enum token_kind { TOKEN_END, TOKEN_LINE, TOKEN_WORD, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	const char *text; /* WORD, SIGN: what stands there. LINE, END: the comment, or NULL */
	size_t length;
	unsigned line, column;
};

struct lexer {
	const char *text;
	size_t size, at;
	unsigned line;
	size_t line_start;
	struct token token; /* the current one */
	struct scenario_error *error;
};

void token_start(struct lexer *lex, const char *text, size_t size, struct scenario_error *error);
/* Goes on to the next token. 0, or -1 with the error filled. */
int token_next(struct lexer *lex);

bool token_is_word(const struct token *t, const char *word);
bool token_is_sign(const struct token *t, const char *sign);
bool token_ends_line(const struct token *t);
/* Next token, which must be this sign; then the one behind it is current. */
int token_take_sign(struct lexer *lex, const char *sign);

/* "expected WANTED, found what stands there", at @t. Returns -1. */
int token_expected(struct lexer *lex, const struct token *t, const char *wanted);
/* A message of another form, at @t. Returns -1. */
int token_error(struct lexer *lex, const struct token *t, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The current word as a number (decimal, or 0x and hexadecimal), then the token behind it. */
int token_take_number(struct lexer *lex, const char *what, unsigned low, unsigned high,
		      unsigned *number);
/* The same for a mask of 64 bits. */
int token_take_mask(struct lexer *lex, const char *what, uint64_t *mask);
/* The current word into @buf of SCENARIO_WORD_MAX, then the token behind it. */
int token_take_word(struct lexer *lex, const char *what, char *buf);

#endif
