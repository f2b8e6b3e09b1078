/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/bugs.h"

#include <argp.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/tool.h"

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
#define FIELD(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct bug, name)                                                  \
	}
	FIELD(id),     FIELD(slug), FIELD(variant),  FIELD(twin),  FIELD(origin), FIELD(breaks),
	FIELD(expect), FIELD(why),  FIELD(premises), FIELD(knobs), FIELD(patch),
#undef FIELD
};

/* The stored scenario, from the project's root. False: there is none. */
static bool stored(const struct bug *bug, char *path, size_t size)
{
	bugs_stored_path(bug, path, size);
	if (access(path, R_OK))
		return false;
	snprintf(path, size, "corpora/bugs/%s.sluice", bug->variant);
	return true;
}

static void list_json(const struct bug *const *bugs)
{
	cJSON *list = cJSON_CreateArray();
	char path[BUGS_PATH], *text;

	for (; *bugs; bugs++) {
		cJSON *row = cJSON_CreateObject();

		for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
			cJSON_AddStringToObject(
				row, fields[i].name,
				*(const char *const *)((const char *)*bugs + fields[i].offset));
		if (stored(*bugs, path, sizeof(path)))
			cJSON_AddStringToObject(row, "scenario", path);
		else
			cJSON_AddNullToObject(row, "scenario");
		cJSON_AddItemToArray(list, row);
	}
	text = cJSON_Print(list);
	puts(text);
	cJSON_free(text);
	cJSON_Delete(list);
}

/* Words of @text from @column on, the further lines below the first. */
static void print_wrapped(const char *text, int column, int width)
{
	int at = column;

	while (*text) {
		int word = (int)strcspn(text, " ");

		if (at > column && at + 1 + word > width) {
			printf("\n%*s", column, "");
			at = column;
		}
		at += printf(at > column ? " %.*s" : "%.*s", word, text);
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_field(const char *name, const char *text, int column, int width)
{
	if (*text) {
		printf("%*s%s: ", column, "", name);
		print_wrapped(text, column + (int)strlen(name) + 2, width);
	}
}

static void list_words(const struct bug *const *bugs)
{
	int variant = 0, slug = 0, width = 120;
	char path[BUGS_PATH];
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 80)
		width = size.ws_col;
	for (const struct bug *const *b = bugs; *b; b++) {
		variant = max(variant, (int)strlen((*b)->variant));
		slug = max(slug, (int)strlen((*b)->slug));
	}
	for (; *bugs; bugs++) {
		const struct bug *b = *bugs;

		printf("%-*s  %-*s  %s\n", variant, b->variant, slug, b->slug, b->expect);
		printf("%*s", variant + 2, "");
		print_wrapped(b->breaks, variant + 2, width);
		print_field("origin", b->origin, variant + 2, width);
		print_field("why", b->why, variant + 2, width);
		print_field("premises", b->premises, variant + 2, width);
		print_field("knobs", b->knobs, variant + 2, width);
		print_field("patch", b->patch, variant + 2, width);
		if (stored(b, path, sizeof(path)))
			print_field("scenario", path, variant + 2, width);
	}
}

static bool list_as_json;

static error_t parse_list(int key, char *arg, struct argp_state *state)
{
	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	list_as_json = true;
	return 0;
}

int bugs_list(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "json", 'j', NULL, 0, "All fields, as JSON", 0 }, { 0 }
	};
	static const struct argp argp = {
		options,
		parse_list,
		"[BUG...]",
		"Prints the table of planted bugs, or the rows that ids or variants name: "
		"variant, slug, the identities expected (the one that must see it first in front), "
		"and what it breaks.",
		NULL,
		NULL,
		NULL
	};
	const struct bug **bugs;
	int first;

	argp_parse(&argp, argc, argv, 0, &first, NULL);
	bugs = bugs_select(argv + first);
	if (list_as_json)
		list_json(bugs);
	else
		list_words(bugs);
	return TOOL_HELD;
}
