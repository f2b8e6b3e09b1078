/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The language's words as a fuzz engine's dictionary. None stands here: scenarios that have all there
 * is are printed, from bytes that a loop counts through, and taken apart; names that stand behind
 * `at`, `promise`, `expect` come from the tables of the rooms that own them.
 */

#include "tools/dictionary.h"

#include <ctype.h>
#include <string.h>

#include "host/engine.h"
#include "judge/invariant.h"
#include "model/model.h"
#include "run/run.h"
#include "scenario/bytes.h"
#include "tools/tool.h"

#define WORDS_MAX 1024

static struct {
	char text[SCENARIO_WORD_MAX];
} words[WORDS_MAX];
static unsigned count;

/* --- Text --- */

static void add_word(const char *word, size_t length)
{
	if (!length || length >= SCENARIO_WORD_MAX)
		return;
	for (unsigned i = 0; i < count; i++)
		if (strlen(words[i].text) == length && !memcmp(words[i].text, word, length))
			return;
	if (count == WORDS_MAX)
		tool_die(TOOL_FAILED, "more than %u words", WORDS_MAX);
	memcpy(words[count].text, word, length);
	words[count++].text[length] = '\0';
}

/* Numbers are the engine's own business: of `page=0x10` the key is kept. */
static void add_words(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ;:\n"), key = strcspn(text, "=");

		if (key < length && isdigit((unsigned char)text[key + 1]))
			add_word(text, key + 1);
		else if (!isdigit((unsigned char)*text))
			add_word(text, length);
		text += length;
		text += strspn(text, " ;:\n");
	}
}

static void add_scenario(const uint8_t *bytes, size_t size)
{
	static char text[SCENARIO_TEXT_MAX];
	static struct scenario s;

	scenario_decode(&s, bytes, size);
	scenario_print(&s, text, sizeof(text));
	/* `choices` as a head; what stands behind it are numbers. */
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		end += *end == '\n';
		if (!strncmp(line, "choices ", 8))
			memset(line + 8, ' ', (size_t)(end - line - 8));
	}
	add_words(text);
}

/* Each operation with each of its flags, each PASID, and `none` where that may stand. */
static void add_operations(void)
{
	static const uint8_t names[] = { 0, 1, 2, 3, 0x7f };
	uint8_t bytes[6 * BYTES_RECORD + 2] = { BYTES_HEAD | BYTES_WORLD, 1, 1, 1, 2 };
	uint8_t *op = bytes + BYTES_RECORD;

	/* Behind a descriptor, a bit in each of its masks. */
	for (unsigned mask = 0; mask < 4; mask++) {
		uint8_t *bits = op + (1 + mask) * BYTES_RECORD;

		bits[0] = BYTES_BITS;
		bits[1] = (uint8_t)(2 * mask);
		bits[2] = 1;
	}
	op[4] = op[7] = 1;
	bytes[6 * BYTES_RECORD] = BYTES_END;
	bytes[6 * BYTES_RECORD + 1] = 1;
	for (unsigned code = 0; code < OP_COUNT; code++) {
		for (unsigned flags = 0; flags < 0x80; flags++) {
			for (unsigned i = 0; i < sizeof(names); i++) {
				op[0] = (uint8_t)(BYTES_HEAD | (BYTES_OP + code));
				op[2] = names[i];
				op[3] = (uint8_t)flags;
				add_scenario(bytes, sizeof(bytes));
			}
		}
	}
}

static void add_machine(void)
{
	uint8_t bytes[3 * BYTES_RECORD] = { BYTES_HEAD | BYTES_WORLD, 1, 3, 3, 6, 1, 0x7f };
	uint8_t *device = bytes + BYTES_RECORD, *knob = device + BYTES_RECORD;

	device[0] = BYTES_HEAD | BYTES_DEVICE;
	device[1] = device[2] = 1;
	device[6] = 0x10; /* retries */
	knob[0] = BYTES_HEAD | BYTES_KNOB;
	for (unsigned k = 0; k < SCENARIO_KNOBS_MAX; k++) {
		for (unsigned value = 0; value < 8; value++) {
			knob[2] = (uint8_t)k;
			knob[3] = (uint8_t)value;
			add_scenario(bytes, sizeof(bytes));
		}
	}
}

static void add_claims(void)
{
	static const char *const heads[] = { "at", "promise", "needs", "expect" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		add_word(heads[i], strlen(heads[i]));
	for (unsigned i = 0; i < HOST_SITE_MAX; i++) {
		char name[ENGINE_NAME_MAX], site[ENGINE_NAME_MAX + 8];

		if ((i >= HOST_SITE_NAMED && i < HOST_SITE_READ) ||
		    (i >= HOST_SITE_READ && !model_reg_names[(i - HOST_SITE_READ) % 32]))
			continue;
		snprintf(site, sizeof(site), "%s#1", engine_site_name(i, name));
		add_word(site, strlen(site));
	}
	for (unsigned i = 0; i < PROMISE_COUNT; i++)
		add_word(promise_table[i].word, strlen(promise_table[i].word));
	for (unsigned i = INV_NONE + 1; i < INV_COUNT; i++)
		add_word(invariant_table[i].id, strlen(invariant_table[i].id));
	for (const struct sut_image *i = sut_images; i->ops; i++)
		add_word(i->ops->name, strlen(i->ops->name));
}

/* A name that engines take: letters, digits, underscores. */
static void print_name(const char *word)
{
	for (; *word; word++)
		putchar(isalnum((unsigned char)*word) ? *word : '_');
}

static void print_text(void)
{
	count = 0;
	add_operations();
	add_machine();
	add_claims();
	for (unsigned i = 0; i < count; i++) {
		printf("w%u_", i);
		print_name(words[i].text);
		printf("=\"%s\"\n", words[i].text);
	}
}

/* --- Bytes --- */

static void print_record(const char *name, unsigned head)
{
	print_name(name);
	printf("=\"\\x%02x", head);
	for (unsigned i = 1; i < BYTES_RECORD; i++)
		printf("\\x00");
	printf("\"\n");
}

static void print_bytes(void)
{
	static const char *const settings[BYTES_OP] = { "world", "unit", "knob", "device" };

	for (unsigned i = 0; i < BYTES_OP; i++)
		print_record(settings[i], BYTES_HEAD | i);
	for (unsigned i = 0; i < OP_COUNT; i++)
		print_record(scenario_op_word[i], BYTES_HEAD | (BYTES_OP + i));
	print_record("bits", BYTES_BITS);
	printf("end=\"\\x%02x\"\n", BYTES_END);
}

void dictionary_print(bool bytes)
{
	printf("# SPDX-License-Identifier: GPL-2.0-only\n"
	       "# Made by `sluice list dictionary --form %s`.\n",
	       bytes ? "bytes" : "text");
	if (bytes)
		print_bytes();
	else
		print_text();
}
