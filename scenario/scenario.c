/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables, defaults and the canonical form of a scenario. */

#include <string.h>

#include "scenario/internal.h"

const char *const scenario_op_word[OP_COUNT] = {
#define X(id, word, signature) [OP_##id] = word,
	SCENARIO_OPS(X)
#undef X
};

const char *const scenario_op_signature[OP_COUNT] = {
#define X(id, word, signature) [OP_##id] = signature,
	SCENARIO_OPS(X)
#undef X
};

const char *const scenario_stop_word[SCENARIO_STOP_COUNT] = {
	[SCENARIO_STOP_ANSWERED] = "answered",
	[SCENARIO_STOP_MARKER] = "marker",
	[SCENARIO_STOP_RESET] = "reset",
};

const char *const scenario_error_word[SCENARIO_ERROR_COUNT] = {
	[SCENARIO_ERROR_IQE] = "iqe",
	[SCENARIO_ERROR_ICE] = "ice",
	[SCENARIO_ERROR_ITE] = "ite",
};

const struct scenario_knob *scenario_knobs;
unsigned scenario_knob_count;

void scenario_set_knobs(const struct scenario_knob *knobs, unsigned count)
{
	scenario_knobs = knobs;
	scenario_knob_count = count < SCENARIO_KNOBS_MAX ? count : SCENARIO_KNOBS_MAX;
}

unsigned scenario_knob_values(unsigned knob)
{
	unsigned n = 0;

	if (knob >= scenario_knob_count || !scenario_knobs[knob].values)
		return 0;
	while (scenario_knobs[knob].values[n])
		n++;
	return n;
}

uint64_t scenario_op_takes(unsigned code)
{
	uint64_t mask = 0;

	for (const char *c = scenario_op_signature[code]; *c; c++)
		mask |= TAKES(*c);
	return mask;
}

void scenario_default_unit(struct scenario_unit *unit)
{
	memset(unit, 0, sizeof(*unit));
	unit->ring_order = 7; /* the smallest that hardware offers: 128 slots */
}

void scenario_default_device(struct scenario_device *device, unsigned index)
{
	device->unit = 0;
	device->rid = (uint16_t)((2 + index) << 3); /* 00:02.0, 00:03.0, ... */
	device->credits = 32;
	device->retries = 0;
	device->no_ats = false;
}

void scenario_default_names(struct scenario *s)
{
	for (unsigned i = 0; i < SCENARIO_SPACES_MAX; i++) {
		s->space_name[i][0] = (char)('A' + i);
		s->space_name[i][1] = '\0';
	}
	for (unsigned i = 0; i < SCENARIO_TASKS_MAX; i++) {
		memcpy(s->task_name[i], "app0", sizeof("app0"));
		s->task_name[i][3] = (char)('0' + i);
	}
}

/* Touches only what counts say is in use: a run must not pay for clearing 70 KB. */
void scenario_init(struct scenario *s)
{
	s->comment[0] = '\0';
	s->world = (struct scenario_world){ .workers = 1 };
	s->units = s->devices = s->spaces = 1;
	s->tasks = 0;
	s->ops = 0;
	for (unsigned i = 0; i < SCENARIO_UNITS_MAX; i++)
		scenario_default_unit(&s->unit[i]);
	for (unsigned i = 0; i < SCENARIO_DEVICES_MAX; i++)
		scenario_default_device(&s->device[i], i);
	scenario_default_names(s);
	s->positional = false;
	s->choice_count = 0;
	s->anchors = 0;
	s->expects = 0;
	s->promises = 0;
	s->needs[0] = '\0';
}

bool scenario_name_reserved(const char *name)
{
	static const char *const whole[] = { "rcu",    "setup",    "clock",   "start",   "none",
					     "nobody", "patience", "orderly", "orderly2" };
	static const char *const numbered[] = { "irq", "worker" };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (!strcmp(name, whole[i]))
			return true;
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++) {
		size_t n = strlen(numbered[i]);

		if (!strncmp(name, numbered[i], n) &&
		    strspn(name + n, "0123456789") == strlen(name + n))
			return true;
	}
	return false;
}

bool scenario_has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		if (length == n && !memcmp(at, word, n))
			return true;
		at += length;
	}
	return false;
}

bool scenario_needs(const struct scenario *s, const char *word)
{
	return scenario_has_word(s->needs, word);
}

void scenario_sort_ops(struct scenario *s)
{
	struct scenario_op sorted[SCENARIO_OPS_MAX];
	unsigned n = 0;
	bool in_order = true;

	for (unsigned i = 1; i < s->ops; i++)
		in_order &= s->op[i - 1].task <= s->op[i].task;
	if (in_order)
		return;
	for (unsigned t = 0; t < s->tasks; t++)
		for (unsigned i = 0; i < s->ops; i++)
			if (s->op[i].task == t)
				sorted[n++] = s->op[i];
	memcpy(s->op, sorted, n * sizeof(sorted[0]));
	s->ops = (uint16_t)n;
}

bool scenario_await_circle(const struct scenario *s, unsigned ops, unsigned from, unsigned to)
{
	unsigned reached = 1u << to, before;

	do {
		before = reached;
		for (unsigned i = 0; i < ops; i++)
			if (s->op[i].code == OP_AWAIT && (reached & 1u << s->op[i].task))
				reached |= 1u << s->op[i].space;
	} while (reached != before);
	return reached & 1u << from;
}

void scenario_strip_choices(struct scenario *s)
{
	while (s->choice_count && !s->choice[s->choice_count - 1])
		s->choice_count--;
	s->positional = s->choice_count != 0;
}

bool scenario_equal(const struct scenario *a, const struct scenario *b)
{
	uint8_t one[SCENARIO_BYTES_MAX], other[SCENARIO_BYTES_MAX];
	size_t size = scenario_encode(a, one, sizeof(one));

	return scenario_encode(b, other, sizeof(other)) == size && !memcmp(one, other, size);
}

bool scenario_is_text(const char *data, size_t size)
{
	static const char magic[] = "sluice ";
	const size_t n = sizeof(magic) - 1;

	return size > n && !memcmp(data, magic, n) && data[n] >= '0' && data[n] <= '9';
}
