/* SPDX-License-Identifier: GPL-2.0-only */
/* Text to scenario: the lines that describe the machine. */

#include <string.h>

#include "scenario/parse.h"

/* Takes `key=` if the current word is @key. */
static int take_key(struct parser *p, const char *key, unsigned id, uint32_t *seen, bool *taken)
{
	const struct token t = p->lex.token;

	*taken = token_is_word(&t, key);
	if (!*taken)
		return 0;
	if (parse_once(p, &t, id, seen) || token_next(&p->lex))
		return -1;
	return token_take_sign(&p->lex, "=");
}

int parse_world(struct parser *p, const struct token *head)
{
	static const char *const keys[] = {
		"workers", "clock", "alloc", "rcu", "access", "misuse"
	};
	static const char *const words[][2] = {
		{ "fair", "free" }, { "succeeds", "fails" }, { "lazy", "eager" },
		{ "off", "on" },    { "off", "on" },
	};
	struct scenario_world *w = &p->s->world;
	bool *const flags[] = { &w->clock_free, &w->alloc_fails, &w->rcu_eager, &w->access,
				&w->misuse };
	uint32_t seen = 0;

	if (p->world_given)
		return token_error(&p->lex, head, "expected one `world` line, found another");
	p->world_given = true;
	while (!token_ends_line(&p->lex.token)) {
		const struct token t = p->lex.token;
		unsigned key, value;

		if (parse_one_of(p, "a setting", keys, 6, &key) || parse_once(p, &t, key, &seen) ||
		    token_take_sign(&p->lex, "="))
			return -1;
		if (key == 0) {
			if (token_take_number(&p->lex, "workers", 1, 4, &value))
				return -1;
			w->workers = (uint8_t)value;
		} else {
			if (parse_one_of(p, keys[key], words[key - 1], 2, &value))
				return -1;
			*flags[key - 1] = value;
		}
	}
	return 0;
}

/* `u1`, `d2`: must be the next one. */
static int take_new(struct parser *p, char letter, unsigned have, unsigned max)
{
	const struct token *t = &p->lex.token;
	char name[] = { letter, (char)('0' + have), '\0' };
	char wanted[32];

	if (have == max)
		return token_error(&p->lex, t,
				   "expected at most %u lines of this kind, found one more", max);
	if (token_is_word(t, name))
		return token_next(&p->lex);
	snprintf(wanted, sizeof(wanted), "`%s`", name);
	return token_expected(&p->lex, t, wanted);
}

static int unknown_knob(struct parser *p)
{
	char wanted[400] = "ring or a knob (";
	size_t n = strlen(wanted);

	for (unsigned i = 0; i < scenario_knob_count && n < sizeof(wanted); i++)
		if (scenario_knob_values(i))
			n += (size_t)snprintf(wanted + n, sizeof(wanted) - n, "%s%s",
					      wanted[n - 1] == '(' ? "" : ", ",
					      scenario_knobs[i].name);
	if (n < sizeof(wanted))
		snprintf(wanted + n, sizeof(wanted) - n, "%s)",
			 scenario_knob_count ? "" : "none known");
	return token_expected(&p->lex, &p->lex.token, wanted);
}

static int take_knob(struct parser *p, struct scenario_unit *unit, uint32_t *seen)
{
	const struct token t = p->lex.token;
	unsigned value;
	bool taken;

	for (unsigned i = 0; i < scenario_knob_count; i++) {
		const struct scenario_knob *k = &scenario_knobs[i];

		if (!token_is_word(&t, k->name))
			continue;
		if (!scenario_knob_values(i))
			return token_error(&p->lex, &t,
					   "expected a knob that works, found `%s`, "
					   "which is not modelled yet",
					   k->name);
		if (take_key(p, k->name, i, seen, &taken) ||
		    parse_one_of(p, k->name, k->values, scenario_knob_values(i), &value))
			return -1;
		unit->knob[i] = (uint8_t)value;
		return 0;
	}
	return unknown_knob(p);
}

static int take_ring(struct parser *p, struct scenario_unit *unit)
{
	static const char *const sizes[] = { "8",   "16",  "32",   "64",  "128",
					     "256", "512", "1024", "2048" };
	unsigned order;

	if (parse_one_of(p, "slots", sizes, 9, &order))
		return -1;
	unit->ring_order = (uint8_t)(3 + order);
	return 0;
}

int parse_unit(struct parser *p, const struct token *head)
{
	struct scenario *s = p->s;
	struct scenario_unit *unit;
	uint32_t seen = 0, ring_seen = 0;
	bool taken;

	if (p->devices_given || s->tasks)
		return token_error(
			&p->lex, head,
			"expected `unit` lines ahead of devices and tasks, found one behind");
	if (take_new(p, 'u', p->units_given ? s->units : 0, SCENARIO_UNITS_MAX))
		return -1;
	s->units = (uint8_t)(p->units_given ? s->units + 1 : 1);
	p->units_given = true;
	unit = &s->unit[s->units - 1];
	while (!token_ends_line(&p->lex.token)) {
		if (take_key(p, "ring", 0, &ring_seen, &taken))
			return -1;
		if (taken ? take_ring(p, unit) : take_knob(p, unit, &seen))
			return -1;
	}
	return 0;
}

static bool is_hex(const char *text, size_t n, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned d;

		if (text[i] >= '0' && text[i] <= '9')
			d = (unsigned)(text[i] - '0');
		else if (text[i] >= 'a' && text[i] <= 'f')
			d = (unsigned)(text[i] - 'a') + 10;
		else
			return false;
		*value = *value * 16 + d;
	}
	return n > 0;
}

/* BB:DD.F, as lspci prints it */
static int take_rid(struct parser *p, uint16_t *rid)
{
	static const char wanted[] = "a requester id (00:00.0..ff:1f.7)";
	const struct token first = p->lex.token;
	const struct token *t = &p->lex.token;
	unsigned bus, dev, fn;

	if (first.kind != TOKEN_WORD || first.length != 2 || !is_hex(first.text, 2, &bus))
		return token_expected(&p->lex, &first, wanted);
	if (token_next(&p->lex) || token_take_sign(&p->lex, ":"))
		return -1;
	if (t->kind != TOKEN_WORD || t->length != 4 || t->text[2] != '.' ||
	    !is_hex(t->text, 2, &dev) || !is_hex(t->text + 3, 1, &fn) || dev > 0x1f || fn > 7)
		return token_expected(&p->lex, t, wanted);
	*rid = (uint16_t)(bus << 8 | dev << 3 | fn);
	return token_next(&p->lex);
}

static int take_device_setting(struct parser *p, struct scenario_device *d, uint32_t *seen)
{
	static const char *const keys[] = { "unit", "rid", "credits", "retries", "ats" };
	static const char *const ats[] = { "on", "off" };
	const struct token t = p->lex.token;
	unsigned key, number;

	if (parse_one_of(p, "a setting", keys, 5, &key) || parse_once(p, &t, key, seen) ||
	    token_take_sign(&p->lex, "="))
		return -1;
	switch (key) {
	case 0:
		return parse_index(p, 'u', 0, p->s->units, "a unit", &d->unit);
	case 1:
		return take_rid(p, &d->rid);
	case 2:
		if (token_take_number(&p->lex, "credits", 1, 2048, &number))
			return -1;
		d->credits = (uint16_t)number;
		return 0;
	case 4:
		if (parse_one_of(p, "ats", ats, 2, &number))
			return -1;
		d->no_ats = number;
		return 0;
	default:
		if (token_take_number(&p->lex, "retries", 0, 3, &number))
			return -1;
		d->retries = (uint8_t)number;
		return 0;
	}
}

int parse_device(struct parser *p, const struct token *head)
{
	struct scenario *s = p->s;
	uint32_t seen = 0;
	unsigned index;

	if (s->tasks)
		return token_error(&p->lex, head,
				   "expected `device` lines ahead of tasks, found one behind");
	index = p->devices_given ? s->devices : 0;
	if (take_new(p, 'd', index, SCENARIO_DEVICES_MAX))
		return -1;
	s->devices = (uint8_t)(index + 1);
	p->devices_given = true;
	while (!token_ends_line(&p->lex.token))
		if (take_device_setting(p, &s->device[index], &seen))
			return -1;
	for (unsigned i = 0; i < index; i++)
		if (s->device[i].rid == s->device[index].rid)
			return token_error(&p->lex, head,
					   "expected a requester id for each device, found d%u's",
					   i);
	return 0;
}

static int take_space_name(struct parser *p)
{
	struct scenario *s = p->s;
	const struct token t = p->lex.token;
	char name[SCENARIO_WORD_MAX];

	if (token_take_word(&p->lex, "a space", name))
		return -1;
	if (!strcmp(name, "none") || !parse_is_name(name))
		return token_expected(&p->lex, &t, "a name of letters and digits, not `none`");
	for (unsigned i = 0; i < s->spaces; i++)
		if (!strcmp(name, s->space_name[i]))
			return token_error(&p->lex, &t,
					   "expected each space once, found `%s` again", name);
	if (s->spaces == SCENARIO_SPACES_MAX)
		return token_error(&p->lex, &t, "expected at most %d spaces, found `%s` too",
				   SCENARIO_SPACES_MAX, name);
	memcpy(s->space_name[s->spaces++], name, sizeof(name));
	return 0;
}

int parse_spaces(struct parser *p, const struct token *head)
{
	if (p->s->tasks)
		return token_error(&p->lex, head,
				   "expected `space` lines ahead of tasks, found one behind");
	if (!p->spaces_given)
		p->s->spaces = 0;
	p->spaces_given = true;
	do {
		if (take_space_name(p))
			return -1;
	} while (!token_ends_line(&p->lex.token));
	return 0;
}
