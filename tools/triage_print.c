/* SPDX-License-Identifier: GPL-2.0-only */
#include <cjson/cJSON.h>
#include <string.h>

#include "tools/triage.h"

#define ASIDES_SHOWN 10

static const struct {
	const char *key, *text;
} aside_words[ASIDES] = {
	[ASIDE_HOLDS] = { "hold", "no finding" },
	[ASIDE_GONE] = { "gone", "no finding where one is expected" },
	[ASIDE_OTHERWISE] = { "otherwise", "another finding than expected" },
	[ASIDE_EXCUSED] = { "excused", "outside its premises" },
	[ASIDE_SYSTEM] = { "no_system", "a system is not in this build" },
	[ASIDE_BUILD] = { "no_build", "another build is needed" },
	[ASIDE_NOT] = { "no_scenario", "no scenario" },
};

static const char *day(time_t when)
{
	static char buf[32];
	struct tm tm;

	strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M", gmtime_r(&when, &tm));
	return buf;
}

static void systems(const struct bucket *b, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; sut_images[i].ops; i++) {
		if (b->system[i] && used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "," : "",
						 sut_images[i].ops->name);
	}
}

static void print_bucket(const struct bucket *b, int key_width, int system_width)
{
	char names[512], broken[512];

	systems(b, names, sizeof(names));
	attempt_broken(b->premises, broken, sizeof(broken));
	printf("%-5s  %-*s  %5u  %s  %-*s  broken: %s  %s (%u operations, %u choices)",
	       b->known ? "known" : "new", key_width, b->key, b->files, day(b->first), system_width,
	       names, broken, b->smallest.path, b->ops, b->choices);
	printf("%s%s", b->pages[0] ? "  " : "", b->pages);
	/* Of some of its systems it is known. */
	if (b->pages[0] && !b->known)
		printf("  (new of %s)", b->new_of);
	putchar('\n');
}

static void print_asides(const struct triage *t, enum aside_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < t->asides; i++)
		count += t->aside[i].kind == kind;
	if (!count)
		return;
	printf("\n%u %s: %s\n", count, count == 1 ? "file" : "files", aside_words[kind].text);
	count = 0;
	for (unsigned i = 0; i < t->asides; i++) {
		const struct aside *a = &t->aside[i];

		if (a->kind != kind)
			continue;
		if (count++ < ASIDES_SHOWN)
			printf("  %s: %s\n", a->path, a->why);
	}
	if (count > ASIDES_SHOWN)
		printf("  and %u more (--json has them)\n", count - ASIDES_SHOWN);
}

void triage_print(const struct triage *t)
{
	int key_width = 8, system_width = 7;
	unsigned news = 0;
	char names[512];

	for (unsigned i = 0; i < t->buckets; i++) {
		systems(&t->bucket[i], names, sizeof(names));
		if ((int)strlen(t->bucket[i].key) > key_width)
			key_width = (int)strlen(t->bucket[i].key);
		if ((int)strlen(names) > system_width)
			system_width = (int)strlen(names);
		news += !t->bucket[i].known;
	}
	if (t->buckets)
		printf("%-5s  %-*s  files  %-16s  %-*s  premises, smallest file, page\n", "",
		       key_width, "identity", "first seen (UTC)", system_width, "systems");
	for (unsigned i = 0; i < t->buckets; i++)
		print_bucket(&t->bucket[i], key_width, system_width);
	for (unsigned kind = 0; kind < ASIDES; kind++)
		print_asides(t, kind);
	printf("%s%u file%s, %u identit%s, %u new\n", t->buckets || t->asides ? "\n" : "", t->files,
	       t->files == 1 ? "" : "s", t->buckets, t->buckets == 1 ? "y" : "ies", news);
}

/* --- For programs --- */

static void add_words(cJSON *object, const char *key, const char *words, const char *between)
{
	cJSON *list = cJSON_AddArrayToObject(object, key);
	char word[256];

	while (*words) {
		size_t size = strcspn(words, between);

		snprintf(word, sizeof(word), "%.*s", (int)size, words);
		if (size && strcmp(word, "none"))
			cJSON_AddItemToArray(list, cJSON_CreateString(word));
		words += size;
		words += strspn(words, between);
	}
}

static cJSON *bucket_json(const struct bucket *b)
{
	cJSON *object = cJSON_CreateObject(), *file;
	char names[512], broken[512], when[40];
	struct tm tm;

	systems(b, names, sizeof(names));
	attempt_broken(b->premises, broken, sizeof(broken));
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&b->first, &tm));
	cJSON_AddStringToObject(object, "identity", b->key);
	cJSON_AddBoolToObject(object, "known", b->known);
	cJSON_AddNumberToObject(object, "files", b->files);
	cJSON_AddStringToObject(object, "first_seen", when);
	add_words(object, "systems", names, ",");
	add_words(object, "new_of", b->new_of, ",");
	add_words(object, "broken", broken, ", ");
	cJSON_AddStringToObject(object, "premises", b->premises);
	cJSON_AddStringToObject(object, "finding", b->line);
	add_words(object, "pages", b->pages, " ");
	file = cJSON_AddObjectToObject(object, "smallest");
	cJSON_AddStringToObject(file, "file", b->smallest.path);
	cJSON_AddStringToObject(file, "system", b->on->ops->name);
	cJSON_AddNumberToObject(file, "operations", b->ops);
	cJSON_AddNumberToObject(file, "choices", b->choices);
	return object;
}

void triage_print_json(const struct triage *t)
{
	cJSON *object = cJSON_CreateObject(), *list[ASIDES], *buckets;

	cJSON_AddNumberToObject(object, "files", t->files);
	cJSON_AddStringToObject(object, "build", run_build());
	buckets = cJSON_AddArrayToObject(object, "buckets");
	for (unsigned i = 0; i < t->buckets; i++)
		cJSON_AddItemToArray(buckets, bucket_json(&t->bucket[i]));
	for (unsigned kind = 0; kind < ASIDES; kind++)
		list[kind] = cJSON_AddArrayToObject(object, aside_words[kind].key);
	for (unsigned i = 0; i < t->asides; i++) {
		cJSON *row = cJSON_CreateObject();

		cJSON_AddStringToObject(row, "file", t->aside[i].path);
		cJSON_AddStringToObject(row, "why", t->aside[i].why);
		cJSON_AddItemToArray(list[t->aside[i].kind], row);
	}
	tool_print_json(object);
}
