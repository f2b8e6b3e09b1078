/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/triage.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Any bytes are a scenario, so what is one is told by its name: as libFuzzer, AFL++ and campaigns call
 * theirs.
 */
static bool is_artifact(const char *name)
{
	static const char *const heads[] = { "crash-", "leak-",      "timeout-",
					     "oom-",   "slow-unit-", "id:" };
	size_t length = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		if (!strncmp(name, heads[i], strlen(heads[i])))
			return true;
	}
	return (length > 6 && !strcmp(name + length - 6, ".bytes")) ||
	       (length == 40 && strspn(name, "0123456789abcdef") == length);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool triage_form(const char *path, bool bytes, enum input_form *form, const char **why)
{
	char head[16];
	FILE *in = fopen(path, "rb");
	size_t size = in ? fread(head, 1, sizeof(head), in) : 0;

	*why = !in ? "it can't be read" : !size ? "it is empty" : "it is neither text nor artifact";
	if (in)
		fclose(in);
	if (!size)
		return false;
	*form = scenario_is_text(head, size) ? INPUT_TEXT : INPUT_BYTES;
	/* AFL++ explains itself among its crashes. */
	return *form == INPUT_TEXT || is_artifact(base_name(path)) ||
	       (bytes && strcmp(base_name(path), "README.txt"));
}

/* Folders of inputs, not of findings: of a campaign, of AFL++, of libFuzzer. Hidden ones, too. */
static bool is_passed(const char *name)
{
	static const char *const names[] = { "state", "queue", "corpus" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return name[0] == '.';
}

/* A campaign writes its findings in both forms, under one name. */
static bool has_text(const char *folder, const char *name)
{
	char path[4096];
	struct stat st;
	size_t length = strlen(name);

	if (length < 6 || strcmp(name + length - 6, ".bytes"))
		return false;
	snprintf(path, sizeof(path), "%s/%.*s.sluice", folder, (int)(length - 6), name);
	return !stat(path, &st);
}

static bool walk_folder(const char *folder, void (*visit)(const char *path))
{
	struct dirent **entry;
	int count = scandir(folder, &entry, NULL, alphasort);
	char path[4096];
	struct stat st;

	for (int i = 0; i < count; i++) {
		const char *name = entry[i]->d_name;
		int length = snprintf(path, sizeof(path), "%s/%s", folder, name);

		if (length < (int)sizeof(path) && !is_passed(name) && !stat(path, &st)) {
			if (S_ISDIR(st.st_mode))
				walk_folder(path, visit);
			else if (!has_text(folder, name))
				visit(path);
		}
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	return count >= 0;
}

bool triage_walk(const char *path, void (*visit)(const char *path))
{
	char folder[4096];
	struct stat st;
	size_t length;

	if (stat(path, &st))
		return false;
	if (!S_ISDIR(st.st_mode)) {
		visit(path);
		return true;
	}
	length = (size_t)snprintf(folder, sizeof(folder), "%s", path);
	while (length > 1 && length < sizeof(folder) && folder[length - 1] == '/')
		folder[--length] = '\0';
	return walk_folder(folder, visit);
}

static char *load(const char *path)
{
	FILE *in = fopen(path, "rb");
	char *text = NULL;
	size_t size = 0;
	FILE *out = in ? open_memstream(&text, &size) : NULL;
	int c;

	while (out && (c = getc(in)) != EOF)
		putc(c, out);
	if (out)
		fclose(out);
	if (in)
		fclose(in);
	return text;
}

bool triage_report(const char *path, void (*visit)(const char *path))
{
	size_t length = strlen(path);
	const cJSON *findings, *f;
	cJSON *report;
	char *text;

	if (length < 5 || strcmp(path + length - 5, ".json"))
		return false;
	text = load(path);
	report = text ? cJSON_Parse(text) : NULL;
	free(text);
	findings = cJSON_GetObjectItem(report, "findings");
	cJSON_ArrayForEach(f, findings)
	{
		const char *file = cJSON_GetStringValue(cJSON_GetObjectItem(f, "replay"));

		if (!file)
			file = cJSON_GetStringValue(cJSON_GetObjectItem(f, "scenario"));
		if (file)
			visit(file);
	}
	length = cJSON_IsArray(findings);
	cJSON_Delete(report);
	return length;
}
