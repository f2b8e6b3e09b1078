/* SPDX-License-Identifier: GPL-2.0-only */
/* The lexer of the text form: see token.h. No character is judged by a locale. */

#include <stdarg.h>
#include <string.h>

#include "scenario/token.h"

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Length of the line end at @at: 0 if there is none. */
static size_t line_end(const struct lexer *lex, size_t at)
{
	if (at < lex->size && lex->text[at] == '\n')
		return 1;
	if (at + 1 < lex->size && lex->text[at] == '\r' && lex->text[at + 1] == '\n')
		return 2;
	return 0;
}

/* A hyphen belongs to a word only in its inside, so that `#1->app0` needs no blanks. */
static bool in_word(const struct lexer *lex, size_t at)
{
	char c = lex->text[at];

	if (c == '-')
		return at + 1 < lex->size && is_alnum(lex->text[at + 1]);
	return is_alnum(c) || c == '.' || c == '/';
}

int token_error(struct lexer *lex, const struct token *t, const char *format, ...)
{
	va_list args;

	lex->error->line = t->line;
	lex->error->column = t->column;
	va_start(args, format);
	vsnprintf(lex->error->text, sizeof(lex->error->text), format, args);
	va_end(args);
	return -1;
}

int token_expected(struct lexer *lex, const struct token *t, const char *wanted)
{
	const int shown = 40;

	if (t->kind == TOKEN_END)
		return token_error(lex, t, "expected %s, found end of file", wanted);
	if (t->kind == TOKEN_LINE)
		return token_error(lex, t, "expected %s, found end of line", wanted);
	if (t->length > (size_t)shown)
		return token_error(lex, t, "expected %s, found `%.*s...`", wanted, shown, t->text);
	return token_error(lex, t, "expected %s, found `%.*s`", wanted, (int)t->length, t->text);
}

void token_start(struct lexer *lex, const char *text, size_t size, struct scenario_error *error)
{
	*lex = (struct lexer){ .text = text, .size = size, .line = 1, .error = error };
}

static int bad_byte(struct lexer *lex, const char *wanted)
{
	struct token *t = &lex->token;

	t->column = (unsigned)(lex->at - lex->line_start) + 1;
	return token_error(lex, t, "expected %s, found the byte 0x%02x", wanted,
			   (unsigned char)lex->text[lex->at]);
}

static int skip_comment(struct lexer *lex)
{
	struct token *t = &lex->token;

	t->text = lex->text + ++lex->at;
	for (; lex->at < lex->size && !line_end(lex, lex->at); lex->at++) {
		unsigned char c = (unsigned char)lex->text[lex->at];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return bad_byte(lex, "text");
	}
	t->length = (size_t)(lex->text + lex->at - t->text);
	return 0;
}

/* The end of a line or of the text, perhaps behind a comment. */
static int next_end(struct lexer *lex)
{
	struct token *t = &lex->token;

	t->text = NULL;
	t->length = 0;
	if (lex->at < lex->size && lex->text[lex->at] == '#' && skip_comment(lex))
		return -1;
	t->kind = lex->at == lex->size ? TOKEN_END : TOKEN_LINE;
	lex->at += line_end(lex, lex->at);
	if (t->kind == TOKEN_LINE) {
		lex->line++;
		lex->line_start = lex->at;
	}
	return 0;
}

int token_next(struct lexer *lex)
{
	struct token *t = &lex->token;
	size_t begin;
	char c;

	while (lex->at < lex->size && is_blank(lex->text[lex->at]))
		lex->at++;
	begin = lex->at;
	t->line = lex->line;
	t->column = (unsigned)(begin - lex->line_start) + 1;
	if (begin == lex->size || line_end(lex, begin))
		return next_end(lex);
	c = lex->text[begin];
	if (c == '#' && (begin == lex->line_start || is_blank(lex->text[begin - 1])))
		return next_end(lex);
	if (c <= 0x20 || c >= 0x7f)
		return bad_byte(lex, "a word or a sign");
	t->text = lex->text + begin;
	while (lex->at < lex->size && in_word(lex, lex->at))
		lex->at++;
	t->kind = TOKEN_WORD;
	if (lex->at == begin) {
		t->kind = TOKEN_SIGN;
		lex->at++;
		if (c == '-' && lex->at < lex->size && lex->text[lex->at] == '>')
			lex->at++;
	}
	t->length = lex->at - begin;
	return 0;
}

static bool matches(const struct token *t, const char *text)
{
	return t->length == strlen(text) && !memcmp(t->text, text, t->length);
}

bool token_is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && matches(t, word);
}

bool token_is_sign(const struct token *t, const char *sign)
{
	return t->kind == TOKEN_SIGN && matches(t, sign);
}

bool token_ends_line(const struct token *t)
{
	return t->kind == TOKEN_LINE || t->kind == TOKEN_END;
}

int token_take_sign(struct lexer *lex, const char *sign)
{
	char wanted[8];

	if (!token_is_sign(&lex->token, sign)) {
		snprintf(wanted, sizeof(wanted), "`%s`", sign);
		return token_expected(lex, &lex->token, wanted);
	}
	return token_next(lex);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* False if the word is no number, or one above @high. */
static bool read_number(const struct token *t, uint64_t high, uint64_t *number)
{
	bool hex = t->length > 2 && t->text[0] == '0' && t->text[1] == 'x';
	int base = hex ? 16 : 10;
	uint64_t n = 0;

	if (t->kind != TOKEN_WORD)
		return false;
	for (size_t i = hex ? 2 : 0; i < t->length; i++) {
		int d = digit(t->text[i]);

		if (d >= base || (unsigned)d > high || n > (high - (unsigned)d) / (unsigned)base)
			return false;
		n = n * (unsigned)base + (unsigned)d;
	}
	*number = n;
	return true;
}

int token_take_number(struct lexer *lex, const char *what, unsigned low, unsigned high,
		      unsigned *number)
{
	char wanted[96];
	uint64_t n = 0;

	if (!read_number(&lex->token, high, &n) || n < low) {
		snprintf(wanted, sizeof(wanted), "%s (%u..%u)", what, low, high);
		return token_expected(lex, &lex->token, wanted);
	}
	*number = (unsigned)n;
	return token_next(lex);
}

int token_take_mask(struct lexer *lex, const char *what, uint64_t *mask)
{
	char wanted[96];

	if (!read_number(&lex->token, UINT64_MAX, mask)) {
		snprintf(wanted, sizeof(wanted), "%s (a number of 64 bits)", what);
		return token_expected(lex, &lex->token, wanted);
	}
	return token_next(lex);
}

int token_take_word(struct lexer *lex, const char *what, char *buf)
{
	const struct token *t = &lex->token;

	if (t->kind != TOKEN_WORD)
		return token_expected(lex, t, what);
	if (t->length >= SCENARIO_WORD_MAX)
		return token_error(lex, t, "expected %s of at most %d characters, found %zu", what,
				   SCENARIO_WORD_MAX - 1, t->length);
	memcpy(buf, t->text, t->length);
	buf[t->length] = '\0';
	return token_next(lex);
}
