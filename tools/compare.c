/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "tools/attempt.h"

/* `sluice compare`: one scenario on all systems, side by side. */

#define COMPARE_SYSTEMS_MAX 16

static struct {
	const char *systems;
	bool bytes, json;
} options;

/* What one file comes to on one system. */
struct cell {
	char word[DEATH_TOKEN_MAX + 2]; /* with `*` where its schedule did not fit */
	char line[512], premises[2048];
	bool finding, drifted;
};

struct row {
	const char *path;
	struct cell cell[COMPARE_SYSTEMS_MAX];
};

static const struct sut_image *systems[COMPARE_SYSTEMS_MAX];
static unsigned system_count;
static struct judged *judged;

static void add_system(const struct sut_image *system)
{
	for (unsigned i = 0; i < system_count; i++) {
		if (systems[i] == system)
			return;
	}
	if (system_count == COMPARE_SYSTEMS_MAX)
		tool_die(TOOL_USAGE, "--systems: expected at most %d, found more",
			 COMPARE_SYSTEMS_MAX);
	systems[system_count++] = system;
}

static void choose_systems(void)
{
	char words[1024], *save, *word;

	if (!options.systems) {
		for (const struct sut_image *i = sut_images; i->ops; i++) {
			if (!attempt_is_planted(i->ops->name))
				add_system(i);
		}
		return;
	}
	snprintf(words, sizeof(words), "%s", options.systems);
	for (word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save))
		add_system(tool_system(word));
	if (!system_count)
		tool_die(TOOL_USAGE, "--systems: expected names with commas between, found none");
}

static void fill(struct cell *c, const struct attempt *t, const struct sut_image *system)
{
	attempt_run(t, system, judged);
	c->drifted = judged->verdict == RUN_DRIFT;
	c->finding = attempt_is_finding(judged);
	snprintf(c->word, sizeof(c->word), "%s%s", attempt_word(judged), c->drifted ? "*" : "");
	snprintf(c->line, sizeof(c->line), "%s", judged->line);
	snprintf(c->premises, sizeof(c->premises), "%s", judged->premises);
}

/* --- For people --- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int width_of(const struct row *rows, unsigned count, unsigned column)
{
	int width = (int)strlen(systems[column]->ops->name);

	for (unsigned i = 0; i < count; i++) {
		if ((int)strlen(rows[i].cell[column].word) > width)
			width = (int)strlen(rows[i].cell[column].word);
	}
	return width;
}

static void print_table(const struct row *rows, unsigned count)
{
	int first = 4, width[COMPARE_SYSTEMS_MAX];
	bool drifted = false;

	for (unsigned i = 0; i < count; i++) {
		if ((int)strlen(base_name(rows[i].path)) > first)
			first = (int)strlen(base_name(rows[i].path));
	}
	printf("%-*s", first, "file");
	for (unsigned s = 0; s < system_count; s++) {
		width[s] = width_of(rows, count, s);
		printf("  %-*s", s + 1 < system_count ? width[s] : 0, systems[s]->ops->name);
	}
	putchar('\n');
	for (unsigned i = 0; i < count; i++) {
		printf("%-*s", first, base_name(rows[i].path));
		for (unsigned s = 0; s < system_count; s++) {
			printf("  %-*s", s + 1 < system_count ? width[s] : 0, rows[i].cell[s].word);
			drifted |= rows[i].cell[s].drifted;
		}
		putchar('\n');
	}
	if (drifted)
		puts("\n* not all of its schedule fits this system: what does not was left out");
}

static void print_findings(const struct row *r)
{
	char broken[512], title[128];

	for (unsigned s = 0; s < system_count; s++) {
		const struct cell *c = &r->cell[s];

		if (!c->finding)
			continue;
		attempt_broken(c->premises, broken, sizeof(broken));
		printf("\n%s: %s: %s\n  broken promises: %s\n", r->path,
		       run_system_title(systems[s]->ops, title, sizeof(title)), c->line, broken);
		/* Behind the first line: knobs and assumptions. */
		if (strchr(c->premises, '\n'))
			printf("  %s\n", strchr(c->premises, '\n') + 1);
	}
}

/* --- For programs --- */

static void print_json(const struct row *rows, unsigned count)
{
	cJSON *object = cJSON_CreateObject(), *files, *list;
	char word[DEATH_TOKEN_MAX];

	list = cJSON_AddArrayToObject(object, "systems");
	for (unsigned s = 0; s < system_count; s++)
		cJSON_AddItemToArray(list, cJSON_CreateString(systems[s]->ops->name));
	cJSON_AddStringToObject(object, "build", run_build());
	files = cJSON_AddArrayToObject(object, "files");
	for (unsigned i = 0; i < count; i++) {
		cJSON *file = cJSON_CreateObject(), *results;

		cJSON_AddStringToObject(file, "file", rows[i].path);
		results = cJSON_AddObjectToObject(file, "results");
		for (unsigned s = 0; s < system_count; s++) {
			const struct cell *c = &rows[i].cell[s];
			cJSON *cell = cJSON_AddObjectToObject(results, systems[s]->ops->name);
			const char *version = systems[s]->ops->version;

			cJSON_AddItemToObject(cell, "version",
					      version ? cJSON_CreateString(version)
						      : cJSON_CreateNull());
			snprintf(word, sizeof(word), "%.*s", (int)strcspn(c->word, "*"), c->word);
			cJSON_AddStringToObject(cell, "verdict", word);
			cJSON_AddStringToObject(cell, "line", c->line);
			cJSON_AddBoolToObject(cell, "finding", c->finding);
			cJSON_AddBoolToObject(cell, "drifted", c->drifted);
			cJSON_AddStringToObject(cell, "premises", c->premises);
		}
		cJSON_AddItemToArray(files, file);
	}
	tool_print_json(object);
}

enum { KEY_JSON = 256, KEY_BYTES, KEY_RACE };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.systems = arg;
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	case KEY_JSON:
		options.json = true;
		break;
	case KEY_RACE:
		child_count_race(arg);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "systems", 's', "A,B,...", 0, "These systems (all of this build but the planted bugs)",
	  0 },
	{ "bytes", KEY_BYTES, NULL, 0, "The files are in the byte form", 0 },
	{ "json", KEY_JSON, NULL, 0, "One JSON object", 0 },
	TOOL_RACE_OPTION(KEY_RACE),
	{ 0 }
};

static const char doc[] =
	"Runs each file on one system after another and prints a table: a row for each file, a "
	"column "
	"for each system, the verdict where they meet; below it who breaks what, with the promises "
	"that "
	"the environment broke.\v"
	"A schedule is made on one system, and another may not come by all of its moments: `*` "
	"marks a "
	"run in which those were left out, so that `clean*` says less than `clean`. `n/a`: the "
	"system "
	"lacks an operation.\n\n"
	"Exit code 0: nobody breaks anything; 1: somebody does; 2: bad usage or input; 3: the tool "
	"itself failed.";

int tool_compare(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse, "FILE...", doc, NULL, NULL, NULL };
	static struct attempt t;
	int code = TOOL_HELD, first;
	unsigned count = 0;
	struct row *rows;

	argp_parse(&argp, argc, argv, 0, &first, NULL);
	run_init();
	choose_systems();
	judged = child_memory(sizeof(*judged));
	rows = calloc((size_t)(argc - first), sizeof(*rows));
	if (!rows)
		tool_die(TOOL_FAILED, "no memory for a table");
	for (int i = first; i < argc; i++) {
		struct row *r = &rows[count];
		int bad = attempt_read(&t, argv[i], options.bytes ? INPUT_BYTES : INPUT_TEXT);

		bad = bad ? bad : tool_needs(argv[i], &t.scenario);
		code = bad ? bad : code;
		if (bad)
			continue;
		r->path = argv[i];
		count++;
		for (unsigned s = 0; s < system_count; s++) {
			fill(&r->cell[s], &t, systems[s]);
			if (r->cell[s].finding && code == TOOL_HELD)
				code = TOOL_FINDING;
		}
	}
	if (options.json)
		print_json(rows, count);
	else if (count)
		print_table(rows, count);
	for (unsigned i = 0; i < count && !options.json; i++)
		print_findings(&rows[i]);
	free(rows);
	return code;
}
