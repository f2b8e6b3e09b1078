/* SPDX-License-Identifier: GPL-2.0-only */
/* Text to scenario: the lines that are neither world nor task, and the whole. */

#include <string.h>

#include "scenario/parse.h"

uint16_t parse_line_number(const struct token *t)
{
	return (uint16_t)(t->line < UINT16_MAX ? t->line : UINT16_MAX);
}

bool parse_is_name(const char *word)
{
	return !strpbrk(word, "./") && !strchr("0123456789-", word[0]);
}

int parse_once(struct parser *p, const struct token *t, unsigned key, uint32_t *seen)
{
	if (*seen & 1u << key)
		return token_error(&p->lex, t, "expected each setting once, found `%.*s` again",
				   (int)t->length, t->text);
	*seen |= 1u << key;
	return 0;
}

int parse_one_of(struct parser *p, const char *what, const char *const *words, unsigned count,
		 unsigned *which)
{
	char wanted[200];
	size_t n;

	for (unsigned i = 0; i < count; i++) {
		if (token_is_word(&p->lex.token, words[i])) {
			*which = i;
			return token_next(&p->lex);
		}
	}
	n = (size_t)snprintf(wanted, sizeof(wanted), "%s", what);
	for (unsigned i = 0; i < count && n < sizeof(wanted); i++)
		n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s%s", i ? ", " : " (",
				      words[i]);
	if (n < sizeof(wanted))
		snprintf(wanted + n, sizeof(wanted) - n, ")");
	return token_expected(&p->lex, &p->lex.token, wanted);
}

int parse_index(struct parser *p, char letter, unsigned first, unsigned count, const char *what,
		uint8_t *index)
{
	const struct token *t = &p->lex.token;
	char wanted[64];

	if (t->kind == TOKEN_WORD && t->length == 2 && t->text[0] == letter &&
	    t->text[1] >= (char)('0' + first) && t->text[1] < (char)('0' + first + count)) {
		*index = (uint8_t)(t->text[1] - '0' - (char)first);
		return token_next(&p->lex);
	}
	if (count == 1)
		snprintf(wanted, sizeof(wanted), "%s (only %c%u)", what, letter, first);
	else
		snprintf(wanted, sizeof(wanted), "%s (%c%u..%c%u)", what, letter, first, letter,
			 first + count - 1);
	return token_expected(&p->lex, t, wanted);
}

/* at TASK SITE#NTH[+SKIP] -> TARGET, or = VALUE */
static int parse_anchor(struct parser *p, struct scenario_anchor *a)
{
	struct lexer *lex = &p->lex;
	unsigned nth, skip = 0, value = 0;

	if (token_take_word(lex, "a task", a->task) || token_take_word(lex, "a site", a->site) ||
	    token_take_sign(lex, "#") || token_take_number(lex, "a count", 1, UINT16_MAX, &nth))
		return -1;
	if (token_is_sign(&lex->token, "+") &&
	    (token_next(lex) || token_take_number(lex, "a count", 0, UINT16_MAX, &skip)))
		return -1;
	a->nth = (uint16_t)nth;
	a->skip = (uint16_t)skip;
	a->is_value = token_is_sign(&lex->token, "=");
	a->target[0] = '\0';
	a->value = 0;
	if (!a->is_value) {
		if (!token_is_sign(&lex->token, "->"))
			return token_expected(lex, &lex->token, "`->` or `=`");
		return token_next(lex) || token_take_word(lex, "a task", a->target) ? -1 : 0;
	}
	/* 0 is what happens without an anchor. */
	if (token_next(lex) || token_take_number(lex, "a value", 1, UINT8_MAX, &value))
		return -1;
	a->value = (uint8_t)value;
	return 0;
}

static bool same_moment(const struct scenario_anchor *a, const struct scenario_anchor *b)
{
	return a->nth == b->nth && a->skip == b->skip && !strcmp(a->task, b->task) &&
	       !strcmp(a->site, b->site);
}

static int parse_at(struct parser *p, const struct token *head)
{
	struct scenario *s = p->s;
	struct scenario_anchor *a = &s->anchor[s->anchors];

	if (p->first_choice.text)
		return token_error(&p->lex, head,
				   "expected either `choices` or `at` lines, found both");
	if (s->anchors == SCENARIO_ANCHORS_MAX)
		return token_error(&p->lex, head, "expected at most %d `at` lines, found one more",
				   SCENARIO_ANCHORS_MAX);
	if (parse_anchor(p, a))
		return -1;
	a->line = parse_line_number(head);
	for (unsigned i = 0; i < s->anchors; i++)
		if (same_moment(a, &s->anchor[i]))
			return token_error(&p->lex, head,
					   "expected each moment once, found that of line %u again",
					   s->anchor[i].line);
	s->anchors++;
	return 0;
}

static int take_hex_byte(struct parser *p, unsigned *byte)
{
	const struct token *t = &p->lex.token;

	*byte = 0;
	if (t->kind != TOKEN_WORD || t->length > 2)
		return token_expected(&p->lex, t, "a byte as two hexadecimal digits");
	for (size_t i = 0; i < t->length; i++) {
		char c = t->text[i];

		if (c >= '0' && c <= '9')
			*byte = *byte * 16 + (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*byte = *byte * 16 + (unsigned)(c - 'a') + 10;
		else
			return token_expected(&p->lex, t, "a byte as two hexadecimal digits");
	}
	return token_next(&p->lex);
}

static int parse_choices(struct parser *p, const struct token *head)
{
	struct scenario *s = p->s;

	if (s->anchors)
		return token_error(&p->lex, head,
				   "expected either `choices` or `at` lines, found both");
	if (!p->first_choice.text)
		p->first_choice = *head;
	do {
		const struct token at = p->lex.token;
		unsigned byte, times = 1;

		if (take_hex_byte(p, &byte))
			return -1;
		if (token_is_sign(&p->lex.token, "*") &&
		    (token_next(&p->lex) || token_take_number(&p->lex, "a number of times", 1,
							      SCENARIO_BYTES_MAX, &times)))
			return -1;
		if (s->choice_count + times > SCENARIO_BYTES_MAX)
			return token_error(&p->lex, &at, "expected at most %d choices, found more",
					   SCENARIO_BYTES_MAX);
		memset(s->choice + s->choice_count, (int)byte, times);
		s->choice_count = (uint16_t)(s->choice_count + times);
	} while (!token_ends_line(&p->lex.token));
	return 0;
}

/* A package's version: what stands up to the next blank, signs and all. */
static int take_version(struct parser *p, char version[SCENARIO_WORD_MAX])
{
	static const char wanted[] = "a version (letters, digits and `.+-~:`)";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.+-~:";
	const struct token first = p->lex.token;
	const char *end = first.text;
	size_t length;

	while (!token_ends_line(&p->lex.token) && p->lex.token.text == end) {
		end += p->lex.token.length;
		if (token_next(&p->lex))
			return -1;
	}
	length = (size_t)(end - first.text);
	if (!length)
		return token_expected(&p->lex, &first, wanted);
	if (length >= SCENARIO_WORD_MAX)
		return token_error(&p->lex, &first,
				   "expected a version of at most %d characters, found %zu",
				   SCENARIO_WORD_MAX - 1, length);
	for (size_t i = 0; i < length; i++)
		if (!strchr(letters, first.text[i]))
			return token_expected(&p->lex, &first, wanted);
	memcpy(version, first.text, length);
	version[length] = '\0';
	return 0;
}

static int parse_expect(struct parser *p, const struct token *head)
{
	struct scenario *s = p->s;
	struct scenario_expect *e = &s->expect[s->expects];

	if (s->expects == SCENARIO_EXPECTS_MAX)
		return token_error(&p->lex, head,
				   "expected at most %d `expect` lines, found one more",
				   SCENARIO_EXPECTS_MAX);
	if (token_take_word(&p->lex, "a system", e->system) ||
	    token_take_word(&p->lex, "a result (clean, n/a or an invariant)", e->result))
		return -1;
	e->version[0] = '\0';
	if (token_is_word(&p->lex.token, "version") &&
	    (token_next(&p->lex) || take_version(p, e->version)))
		return -1;
	e->line = parse_line_number(head);
	for (unsigned i = 0; i < s->expects; i++)
		if (!strcmp(s->expect[i].system, e->system))
			return token_error(&p->lex, head,
					   "expected each system once, found that of line %u again",
					   s->expect[i].line);
	s->expects++;
	return 0;
}

static int parse_promise(struct parser *p, const struct token *head)
{
	struct scenario *s = p->s;

	if (s->promises == SCENARIO_PROMISES_MAX)
		return token_error(&p->lex, head,
				   "expected at most %d `promise` lines, found one more",
				   SCENARIO_PROMISES_MAX);
	if (token_take_word(&p->lex, "a promise", s->promise[s->promises]))
		return -1;
	for (unsigned i = 0; i < s->promises; i++)
		if (!strcmp(s->promise[i], s->promise[s->promises]))
			return token_error(&p->lex, head,
					   "expected each promise once, found `%s` again",
					   s->promise[i]);
	s->promises++;
	return 0;
}

static int parse_needs(struct parser *p, const struct token *head)
{
	char word[SCENARIO_WORD_MAX], *needs = p->s->needs;
	size_t n = 0;

	if (p->s->needs[0])
		return token_error(&p->lex, head, "expected one `needs` line, found another");
	do {
		const struct token t = p->lex.token;

		if (token_take_word(&p->lex, "a kind of build", word))
			return -1;
		if (scenario_has_word(needs, word))
			return token_error(&p->lex, &t, "expected each kind once, found `%s` again",
					   word);
		if (n + strlen(word) + 1 >= SCENARIO_WORD_MAX)
			return token_error(&p->lex, &t, "expected fewer words, found `%s` too",
					   word);
		n += (size_t)snprintf(needs + n, SCENARIO_WORD_MAX - n, "%s%s", n ? " " : "", word);
	} while (!token_ends_line(&p->lex.token));
	return 0;
}

static int add_comment(struct parser *p, const struct token *t, bool *any)
{
	char *comment = p->s->comment;
	const char *text = t->text;
	size_t length = t->length, have = strlen(comment);

	if (length && text[0] == ' ') {
		text++;
		length--;
	}
	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	if (have + *any + length >= SCENARIO_COMMENT_MAX)
		return token_error(&p->lex, t, "expected a purpose below %d bytes, found more",
				   SCENARIO_COMMENT_MAX);
	if (*any)
		comment[have++] = '\n';
	memcpy(comment + have, text, length);
	comment[have + length] = '\0';
	*any = true;
	return 0;
}

static const struct {
	const char *word;
	int (*parse)(struct parser *p, const struct token *head);
} line_kinds[] = {
	{ "world", parse_world },     { "unit", parse_unit },       { "device", parse_device },
	{ "space", parse_spaces },    { "task", parse_task },       { "at", parse_at },
	{ "expect", parse_expect },   { "promise", parse_promise }, { "needs", parse_needs },
	{ "choices", parse_choices },
};

static int parse_line(struct parser *p)
{
	const struct token head = p->lex.token;
	char wanted[128] = "";
	size_t n = 0;

	for (size_t i = 0; i < sizeof(line_kinds) / sizeof(line_kinds[0]); i++) {
		if (token_is_word(&head, line_kinds[i].word)) {
			if (token_next(&p->lex) || line_kinds[i].parse(p, &head))
				return -1;
			if (!token_ends_line(&p->lex.token))
				return token_expected(&p->lex, &p->lex.token, "end of line");
			return 0;
		}
		n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s%s", i ? ", " : "",
				      line_kinds[i].word);
	}
	return token_expected(&p->lex, &head, wanted);
}

static int parse_version(struct parser *p)
{
	char wanted[32];

	if (token_next(&p->lex))
		return -1;
	snprintf(wanted, sizeof(wanted), "`sluice %d`", SCENARIO_VERSION);
	if (!token_is_word(&p->lex.token, "sluice"))
		return token_expected(&p->lex, &p->lex.token, wanted);
	if (token_next(&p->lex))
		return -1;
	snprintf(wanted, sizeof(wanted), "version %d", SCENARIO_VERSION);
	if (!token_is_word(&p->lex.token, "1"))
		return token_expected(&p->lex, &p->lex.token, wanted);
	if (token_next(&p->lex))
		return -1;
	if (!token_ends_line(&p->lex.token))
		return token_expected(&p->lex, &p->lex.token, "end of line");
	return 0;
}
_Static_assert(SCENARIO_VERSION == 1, "parse_version() compares with the word \"1\"");

/* What can be said only when all lines are known. */
static int parse_end(struct parser *p)
{
	struct scenario *s = p->s;
	size_t room;

	if (parse_awaits(p))
		return -1;
	scenario_sort_ops(s);
	scenario_strip_choices(s);
	room = scenario_choice_room(s);
	if (s->choice_count > room)
		return token_error(&p->lex, &p->first_choice,
				   "expected at most %zu choices, found %u", room, s->choice_count);
	return 0;
}

int scenario_parse(struct scenario *s, const char *text, size_t size, struct scenario_error *error)
{
	struct parser p = { .s = s };
	bool head = true, commented = false;

	scenario_init(s);
	*error = (struct scenario_error){ 0 };
	token_start(&p.lex, text, size, error);
	if (size > SCENARIO_TEXT_MAX) {
		p.lex.token = (struct token){ .line = 1, .column = 1 };
		return token_error(&p.lex, &p.lex.token,
				   "expected at most %d bytes of text, found %zu",
				   SCENARIO_TEXT_MAX, size);
	}
	if (parse_version(&p))
		return -1;
	while (p.lex.token.kind != TOKEN_END) {
		if (token_next(&p.lex))
			return -1;
		if (!token_ends_line(&p.lex.token)) {
			head = false;
			if (parse_line(&p))
				return -1;
		} else if (head && p.lex.token.text && add_comment(&p, &p.lex.token, &commented)) {
			return -1;
		}
	}
	return parse_end(&p);
}
