/* SPDX-License-Identifier: GPL-2.0-only */
/* Text to scenario: task lines and their operations. */

#include <string.h>

#include "scenario/parse.h"

#define TASK_NAME_MAX 23 /* what the engine keeps of a name */

/* key=NUMBER. The letter is that of the signatures in scenario.h. */
static const struct op_key {
	char letter;
	const char *word;
	unsigned low, high;
} op_keys[] = {
	{ 'g', "group", 0, 511 }, { 'p', "page", 0, UINT16_MAX }, { 'n', "count", 1, UINT8_MAX },
	{ 'm', "ms", 0, 60000 },  { 'z', "size", 0, 7 },
};
#define OP_KEYS (sizeof(op_keys) / sizeof(op_keys[0]))
static const char *const op_masks[4] = { "xor0", "xor1", "xor2", "xor3" };

/* Words without a value. Of one kind only one may stand. */
enum op_word_kind {
	KIND_ACCESS = OP_KEYS,
	KIND_PRIV,
	KIND_LAST,
	KIND_FORCE,
	KIND_ANSWER,
	KIND_STOP,
	KIND_ERROR,
	KIND_PRO,
	KIND_PPR,
	KIND_DOMAIN,
	KIND_CLEAR,
	KIND_QUEUE,
	KIND_MASK, /* and three more */
};

static const struct op_word {
	char letter;
	uint8_t kind;
	const char *word;
	uint8_t flags, how;
} op_words[] = {
	{ 'a', KIND_ACCESS, "r", OPF_READ, 0 },
	{ 'a', KIND_ACCESS, "w", OPF_WRITE, 0 },
	{ 'a', KIND_ACCESS, "rw", OPF_READ | OPF_WRITE, 0 },
	{ 'a', KIND_ACCESS, "rx", OPF_READ | OPF_EXEC, 0 },
	{ 'a', KIND_ACCESS, "wx", OPF_WRITE | OPF_EXEC, 0 },
	{ 'a', KIND_ACCESS, "rwx", OPF_READ | OPF_WRITE | OPF_EXEC, 0 },
	{ 'k', KIND_ACCESS, "x", OPF_EXEC, 0 },
	{ 'k', KIND_ACCESS, "marker", 0, 0 },
	{ 'a', KIND_PRIV, "priv", OPF_PRIV, 0 },
	{ 'l', KIND_LAST, "last", OPF_LAST, 0 },
	{ 'f', KIND_FORCE, "force", OPF_FORCE, 0 },
	{ 'i', KIND_ANSWER, "late", 0, 0 },
	{ 'i', KIND_ANSWER, "never", OPF_NEVER, 0 },
	{ 'h', KIND_STOP, "answered", 0, SCENARIO_STOP_ANSWERED },
	{ 'h', KIND_STOP, "marker", 0, SCENARIO_STOP_MARKER },
	{ 'h', KIND_STOP, "reset", 0, SCENARIO_STOP_RESET },
	{ 'e', KIND_ERROR, "iqe", 0, SCENARIO_ERROR_IQE },
	{ 'e', KIND_ERROR, "ice", 0, SCENARIO_ERROR_ICE },
	{ 'e', KIND_ERROR, "ite", 0, SCENARIO_ERROR_ITE },
	{ 'b', KIND_PRO, "pro", 0, SCENARIO_PRS_PRO },
	{ 'b', KIND_PPR, "ppr", 0, SCENARIO_PRS_PPR },
	{ 'b', KIND_CLEAR, "clear", 0, SCENARIO_PRS_CLEAR },
	{ 'd', KIND_DOMAIN, "domain", OPF_DOMAIN, 0 },
	{ 'z', KIND_QUEUE, "off", 0, SCENARIO_QUEUE_OFF },
	{ 'z', KIND_QUEUE, "away", 0, SCENARIO_QUEUE_AWAY },
};
#define OP_WORDS (sizeof(op_words) / sizeof(op_words[0]))

int parse_space(struct parser *p, uint8_t *space)
{
	const char *names[SCENARIO_SPACES_MAX];
	unsigned which;

	for (unsigned i = 0; i < p->s->spaces; i++)
		names[i] = p->s->space_name[i];
	if (parse_one_of(p, "a space", names, p->s->spaces, &which))
		return -1;
	*space = (uint8_t)which;
	return 0;
}

static int take_or_none(struct parser *p, uint8_t *index, bool *none)
{
	*none = token_is_word(&p->lex.token, "none");
	if (!*none)
		return 0;
	*index = SCENARIO_NONE;
	return token_next(&p->lex);
}

static int take_as(struct parser *p)
{
	if (!token_is_word(&p->lex.token, "as"))
		return token_expected(&p->lex, &p->lex.token, "`as`");
	return token_next(&p->lex);
}

/* A task may be awaited before its first line: settled by parse_awaits(). */
static int take_awaited(struct parser *p)
{
	const struct token *t = &p->lex.token;

	if (t->kind != TOKEN_WORD)
		return token_expected(&p->lex, t, "a task");
	p->await[p->awaits].name = *t;
	p->await[p->awaits++].op = p->s->ops;
	return token_next(&p->lex);
}

static int take_value(struct parser *p, struct scenario_op *op)
{
	unsigned value;

	if (token_take_number(&p->lex, "a register's value", 0, SCENARIO_VALUE_MAX, &value))
		return -1;
	op->group = (uint16_t)(value >> 16);
	op->page = (uint16_t)value;
	return 0;
}

static int take_argument(struct parser *p, struct scenario_op *op, char letter)
{
	static const char pasid[] = "a PASID";
	struct scenario *s = p->s;
	bool none;

	switch (letter) {
	case 'D':
		return parse_index(p, 'd', 0, s->devices, "a device", &op->device);
	case 'U':
		return parse_index(p, 'u', 0, s->units, "a unit", &op->device);
	case 'A':
		if (take_as(p))
			return -1;
		return parse_index(p, 'p', 1, SCENARIO_PASIDS_MAX, pasid, &op->pasid);
	case 'Q':
		if (take_or_none(p, &op->pasid, &none))
			return -1;
		if (none)
			return 0;
		return parse_index(p, 'p', 1, SCENARIO_PASIDS_MAX, "`none` or a PASID", &op->pasid);
	case 'P':
		return parse_index(p, 'p', 1, SCENARIO_PASIDS_MAX, pasid, &op->pasid);
	case 'R':
		if (take_or_none(p, &op->space, &none))
			return -1;
		return none ? 0 : parse_space(p, &op->space);
	case 'S':
		return parse_space(p, &op->space);
	case 'T':
		return take_awaited(p);
	case 'V':
		return take_value(p, op);
	default:
		return 0;
	}
}

static int unknown_setting(struct parser *p, uint64_t takes)
{
	char wanted[200] = "";
	size_t n = 0;

	for (unsigned i = 0; i < OP_KEYS; i++)
		if (takes & TAKES(op_keys[i].letter))
			n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s=, ",
					      op_keys[i].word);
	for (unsigned i = 0; i < OP_WORDS; i++)
		if (takes & TAKES(op_words[i].letter))
			n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s, ",
					      op_words[i].word);
	if (takes & TAKES('x'))
		n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "xor0=..xor3=, ");
	snprintf(wanted + n, sizeof(wanted) - n, "`;` or end of line");
	return token_expected(&p->lex, &p->lex.token, wanted);
}

static int take_mask(struct parser *p, struct scenario_op *op, uint64_t takes, uint32_t *seen)
{
	const struct token t = p->lex.token;

	for (unsigned i = 0; i < 4; i++) {
		if (!token_is_word(&t, op_masks[i]))
			continue;
		if (parse_once(p, &t, KIND_MASK + i, seen) || token_next(&p->lex) ||
		    token_take_sign(&p->lex, "=") ||
		    token_take_mask(&p->lex, op_masks[i], &op->mask[i]))
			return -1;
		return 0;
	}
	return unknown_setting(p, takes);
}

/* One setting of an operation: `group=1`, `rw`, `last`. */
static int take_setting(struct parser *p, struct scenario_op *op, uint64_t takes, uint32_t *seen)
{
	const struct token t = p->lex.token;
	unsigned number;

	for (unsigned i = 0; i < OP_KEYS; i++) {
		const struct op_key *k = &op_keys[i];

		if (!(takes & TAKES(k->letter)) || !token_is_word(&t, k->word))
			continue;
		if (parse_once(p, &t, i, seen) || token_next(&p->lex) ||
		    token_take_sign(&p->lex, "=") ||
		    token_take_number(&p->lex, k->word, k->low, k->high, &number))
			return -1;
		if (k->letter == 'g')
			op->group = (uint16_t)number;
		else
			op->page = (uint16_t)number;
		return 0;
	}
	for (unsigned i = 0; i < OP_WORDS; i++) {
		const struct op_word *w = &op_words[i];

		if (!(takes & TAKES(w->letter)) || !token_is_word(&t, w->word))
			continue;
		op->flags |= w->flags;
		op->how |= w->how;
		return parse_once(p, &t, w->kind, seen) || token_next(&p->lex) ? -1 : 0;
	}
	return takes & TAKES('x') ? take_mask(p, op, takes, seen) : unknown_setting(p, takes);
}

static bool has(uint32_t seen, unsigned key)
{
	return seen & 1u << key;
}

/* Defaults, and what has none. The current token is the one behind the operation. */
static int settle_settings(struct parser *p, struct scenario_op *op, uint64_t takes, uint32_t seen)
{
	const struct token *t = &p->lex.token;

	if (takes & TAKES('a') && !has(seen, KIND_ACCESS))
		op->flags |= OPF_READ;
	if (takes & TAKES('p') && !has(seen, 1)) {
		if (op->code == OP_HOLE)
			return token_expected(&p->lex, t, "page=");
		op->page = (uint16_t)(p->s->ops + 1);
	}
	if (takes & TAKES('n') && !has(seen, 2))
		op->page = 1;
	if (takes & TAKES('m') && !has(seen, 3))
		return token_expected(&p->lex, t, "ms=");
	if (takes & TAKES('e') && !has(seen, KIND_ERROR))
		return token_expected(&p->lex, t, "iqe, ice or ite");
	if (takes & TAKES('b') && !has(seen, KIND_PRO) && !has(seen, KIND_PPR))
		return token_expected(&p->lex, t, "pro or ppr");
	if (takes & TAKES('z') && has(seen, 4) == has(seen, KIND_QUEUE))
		return token_expected(&p->lex, t, "one of size=, off and away");
	return 0;
}

static int parse_op(struct parser *p, unsigned task)
{
	const struct token head = p->lex.token;
	struct scenario *s = p->s;
	struct scenario_op *op = &s->op[s->ops];
	uint32_t seen = 0;
	uint64_t takes;
	unsigned code;

	if (s->ops == SCENARIO_OPS_MAX)
		return token_error(&p->lex, &head, "expected at most %d operations, found one more",
				   SCENARIO_OPS_MAX);
	for (code = 0; code < OP_COUNT && !token_is_word(&head, scenario_op_word[code]); code++)
		;
	if (code == OP_COUNT)
		return token_expected(&p->lex, &head, "an operation");
	if (code == OP_DESCRIPTOR && ++p->descriptors > SCENARIO_DESCRIPTORS_MAX)
		return token_error(&p->lex, &head,
				   "expected at most %d descriptors, found one more",
				   SCENARIO_DESCRIPTORS_MAX);
	*op = (struct scenario_op){ .code = (uint8_t)code,
				    .task = (uint8_t)task,
				    .line = parse_line_number(&head) };
	takes = scenario_op_takes(code);
	if (token_next(&p->lex))
		return -1;
	for (const char *letter = scenario_op_signature[code]; *letter; letter++)
		if (take_argument(p, op, *letter))
			return -1;
	while (!token_ends_line(&p->lex.token) && !token_is_sign(&p->lex.token, ";"))
		if (take_setting(p, op, takes, &seen))
			return -1;
	if (settle_settings(p, op, takes, seen))
		return -1;
	s->ops++;
	return 0;
}

/* The task of that name, made if it is new. */
static int take_task(struct parser *p, unsigned *task)
{
	struct scenario *s = p->s;
	const struct token t = p->lex.token;
	char name[SCENARIO_WORD_MAX];

	if (token_take_word(&p->lex, "a task", name))
		return -1;
	for (*task = 0; *task < s->tasks; ++*task)
		if (!strcmp(s->task_name[*task], name))
			return 0;
	if (!parse_is_name(name))
		return token_expected(&p->lex, &t, "a name of letters and digits");
	if (strlen(name) > TASK_NAME_MAX)
		return token_error(&p->lex, &t,
				   "expected a name of at most %d characters, found %zu",
				   TASK_NAME_MAX, strlen(name));
	if (scenario_name_reserved(name))
		return token_expected(&p->lex, &t, "a name that no other task has");
	if (s->tasks == SCENARIO_TASKS_MAX)
		return token_error(&p->lex, &t, "expected at most %d tasks, found `%s` too",
				   SCENARIO_TASKS_MAX, name);
	memcpy(s->task_name[s->tasks++], name, sizeof(name));
	return 0;
}

int parse_task(struct parser *p, const struct token *head)
{
	unsigned task;

	(void)head;
	if (take_task(p, &task) || token_take_sign(&p->lex, ":"))
		return -1;
	if (token_ends_line(&p->lex.token))
		return 0;
	for (;;) {
		if (parse_op(p, task))
			return -1;
		if (token_ends_line(&p->lex.token))
			return 0;
		if (token_next(&p->lex)) /* the `;` */
			return -1;
	}
}

int parse_awaits(struct parser *p)
{
	struct scenario *s = p->s;

	for (unsigned i = 0; i < p->awaits; i++) {
		const struct token *name = &p->await[i].name;
		struct scenario_op *op = &s->op[p->await[i].op];
		unsigned task;

		for (task = 0; task < s->tasks; task++)
			if (token_is_word(name, s->task_name[task]))
				break;
		if (task == s->tasks)
			return token_expected(&p->lex, name, "a task of this scenario");
		if (scenario_await_circle(s, p->await[i].op, op->task, task))
			return token_expected(&p->lex, name,
					      "a task that does not wait for this one");
		op->space = (uint8_t)task;
	}
	return 0;
}
