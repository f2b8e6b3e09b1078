/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "host/engine.h"
#include "judge/invariant.h"
#include "model/knob.h"
#include "model/model.h"
#include "run/run.h"
#include "tools/dictionary.h"
#include "tools/tool.h"

/*
 * Each list is made once, as JSON; the words for people are the same rows. Nothing here knows a
 * name: all come from the tables of the rooms that own them.
 */

static const char *const class_word[] = { "conformant", "disputed", "broken" };

static cJSON *add_row(cJSON *list, const char *name, const char *meaning)
{
	cJSON *row = cJSON_CreateObject();

	cJSON_AddStringToObject(row, "name", name);
	cJSON_AddStringToObject(row, "meaning", meaning);
	cJSON_AddItemToArray(list, row);
	return row;
}

static void list_assumptions(cJSON *row, const struct sut_assumption *a)
{
	cJSON *list;

	if (!a)
		return;
	list = cJSON_AddArrayToObject(row, "assumptions");
	for (; a->word; a++)
		add_row(list, a->word, a->text);
}

static void list_systems(cJSON *list)
{
	for (const struct sut_image *i = sut_images; i->ops; i++) {
		cJSON *row = add_row(list, i->ops->name, i->ops->summary);

		if (i->ops->version)
			cJSON_AddStringToObject(row, "version", i->ops->version);
		list_assumptions(row, i->ops->assumptions);
	}
}

static void add_promises(cJSON *row, const char *key, u32 mask)
{
	cJSON *words = cJSON_AddArrayToObject(row, key);

	for (unsigned p = 0; p < PROMISE_COUNT; p++) {
		if (mask & BIT(p))
			cJSON_AddItemToArray(words, cJSON_CreateString(promise_table[p].word));
	}
}

static void list_invariants(cJSON *list)
{
	for (unsigned i = INV_NONE + 1; i < INV_COUNT; i++) {
		const struct invariant_info *info = &invariant_table[i];
		cJSON *row = add_row(list, info->id, info->holds);

		add_promises(row, "needs all of", info->needs_all);
		add_promises(row, "needs one of", info->needs_any);
		if (info->source)
			cJSON_AddStringToObject(row, "source", info->source);
	}
}

static void list_promises(cJSON *list)
{
	for (unsigned i = 0; i < PROMISE_COUNT; i++)
		add_row(list, promise_table[i].word, promise_table[i].meaning);
}

static void list_knobs(cJSON *list)
{
	for (unsigned i = 0; i < KNOB_COUNT; i++) {
		const struct knob_info *info = &knob_table[i];
		cJSON *row = add_row(list, info->name, info->title);
		cJSON *values = cJSON_AddArrayToObject(row, "values");

		cJSON_AddStringToObject(row, "id", info->id);
		cJSON_AddBoolToObject(row, "modelled", info->modelled);
		for (const struct knob_value *v = info->values; v->name; v++) {
			cJSON *value = cJSON_CreateObject();

			cJSON_AddStringToObject(value, "name", v->name);
			cJSON_AddStringToObject(value, "class", class_word[v->class]);
			if (v->note)
				cJSON_AddStringToObject(value, "note", v->note);
			cJSON_AddItemToArray(values, value);
		}
	}
}

static void list_sites(cJSON *list)
{
	for (unsigned i = 0; i < HOST_SITE_MAX; i++) {
		char name[ENGINE_NAME_MAX];

		if (i >= HOST_SITE_NAMED && i < HOST_SITE_READ)
			continue;
		/* Registers that the model has not named are no sites. */
		if (i >= HOST_SITE_READ && !model_reg_names[(i - HOST_SITE_READ) % 32])
			continue;
		add_row(list, engine_site_name(i, name),
			i == HOST_SITE_LOAD || i == HOST_SITE_STORE
				? "an access of the code under test, with access=on"
			: i < HOST_SITE_READ  ? "a call of the host"
			: i < HOST_SITE_WRITE ? "a read of the register"
					      : "a write to the register");
	}
}

static void list_ops(cJSON *list)
{
	for (unsigned i = 0; i < OP_COUNT; i++)
		add_row(list, scenario_op_word[i], scenario_op_signature[i]);
}

static const struct {
	const char *name;
	void (*make)(cJSON *list);
} lists[] = {
	{ "systems", list_systems },   { "invariants", list_invariants },
	{ "promises", list_promises }, { "knobs", list_knobs },
	{ "sites", list_sites },       { "ops", list_ops },
};

static void print_words(const cJSON *row, const char *key)
{
	const cJSON *words = cJSON_GetObjectItem(row, key), *word;
	const char *comma = "";

	if (!cJSON_GetArraySize(words))
		return;
	printf("%*s%s: ", 20, "", key);
	cJSON_ArrayForEach(word, words)
	{
		printf("%s%s", comma, word->valuestring);
		comma = ", ";
	}
	putchar('\n');
}

static void print_row(const cJSON *row)
{
	const cJSON *id = cJSON_GetObjectItem(row, "id");
	const cJSON *source = cJSON_GetObjectItem(row, "source");
	const cJSON *version = cJSON_GetObjectItem(row, "version");
	const cJSON *value;

	if (id)
		printf("%-4s", id->valuestring);
	printf("%-*s %s", id ? 15 : 19, cJSON_GetObjectItem(row, "name")->valuestring,
	       cJSON_GetObjectItem(row, "meaning")->valuestring);
	if (version)
		printf(" (%s)", version->valuestring);
	if (cJSON_IsFalse(cJSON_GetObjectItem(row, "modelled")))
		printf(" (not yet)");
	putchar('\n');
	print_words(row, "needs all of");
	print_words(row, "needs one of");
	if (source)
		printf("%*s%s\n", 20, "", source->valuestring);
	cJSON_ArrayForEach(value, cJSON_GetObjectItem(row, "assumptions")) printf(
		"%*sassumes %s: %s\n", 20, "", cJSON_GetObjectItem(value, "name")->valuestring,
		cJSON_GetObjectItem(value, "meaning")->valuestring);
	cJSON_ArrayForEach(value, cJSON_GetObjectItem(row, "values"))
	{
		const cJSON *note = cJSON_GetObjectItem(value, "note");

		printf("%*s%-12s %-10s %s\n", 20, "",
		       cJSON_GetObjectItem(value, "name")->valuestring,
		       cJSON_GetObjectItem(value, "class")->valuestring,
		       note ? note->valuestring : "");
	}
}

static struct {
	const char *name;
	bool json, bytes;
} options;

enum { KEY_FORM = 256 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'j':
		options.json = true;
		break;
	case KEY_FORM:
		options.bytes = !strcmp(arg, "bytes");
		if (!options.bytes && strcmp(arg, "text"))
			tool_die(TOOL_USAGE, "--form: expected text or bytes, found `%s`", arg);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		break;
	case ARGP_KEY_ARG:
		if (options.name)
			argp_usage(state);
		options.name = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int tool_list(int argc, char **argv)
{
	static const struct argp_option argp_options[] = {
		{ "json", 'j', NULL, 0, "As JSON", 0 },
		{ "form", KEY_FORM, "FORM", 0,
		  "Of a dictionary: words of the text (default), or records of the bytes", 0 },
		{ 0 }
	};
	static const struct argp argp = {
		argp_options,
		parse,
		"systems|invariants|promises|knobs|sites|ops|dictionary",
		"Prints a table: the systems under test, the invariants with their premises, the "
		"promises, the hardware model's knobs with the class of each value, the sites at "
		"which a schedule can be anchored, the operations. `dictionary` is the language as "
		"fuzz engines take it.",
		NULL,
		NULL,
		NULL
	};
	cJSON *list, *row;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	run_init();
	if (!strcmp(options.name, "dictionary")) {
		if (options.json)
			tool_die(TOOL_USAGE, "--json: a dictionary has a form of its own");
		dictionary_print(options.bytes);
		return TOOL_HELD;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char *text;

		if (strcmp(options.name, lists[i].name))
			continue;
		list = cJSON_CreateArray();
		lists[i].make(list);
		if (options.json) {
			text = cJSON_Print(list);
			puts(text);
			cJSON_free(text);
		} else {
			cJSON_ArrayForEach(row, list) print_row(row);
		}
		cJSON_Delete(list);
		return TOOL_HELD;
	}
	tool_error("expected systems, invariants, promises, knobs, sites, ops or dictionary, found "
		   "`%s`",
		   options.name);
	return TOOL_USAGE;
}
