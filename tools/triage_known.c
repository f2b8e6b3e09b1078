/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "fuzz/status.h"
#include "run/run.h"
#include "tools/triage.h"
#if defined(SLUICE_BUGS)
#include "bugs/bugs.h"
#endif

#define KNOWN_MAX 512
#define KNOWN_LINE 512

struct known {
	char identity[DEATH_TOKEN_MAX];
	char system[SCENARIO_WORD_MAX];
	char page[256];
};

static struct known known[KNOWN_MAX];
static unsigned known_count;

static void bad(const char *path, unsigned line, const char *text, const char *at,
		const char *expected)
{
	size_t size = strcspn(at, " \t\n");

	if (!size)
		tool_die(TOOL_USAGE, "%s:%u:%zu: expected %s, found the end of the line", path,
			 line, (size_t)(at - text) + 1, expected);
	tool_die(TOOL_USAGE, "%s:%u:%zu: expected %s, found `%.*s`", path, line,
		 (size_t)(at - text) + 1, expected, (int)size, at);
}

/* The next word of @at into @word; returns what is behind it. */
static const char *take(const char *at, char *word, size_t size)
{
	size_t length;

	at += strspn(at, " \t");
	length = strcspn(at, " \t\n");
	snprintf(word, size, "%.*s", (int)length, at);
	return at + length;
}

static void parse_line(const char *path, unsigned line, const char *text)
{
	struct known *k = &known[known_count];
	const char *at = text + strspn(text, " \t"), *word = at;
	char base[DEATH_TOKEN_MAX];

	if (*at == '#' || *at == '\n' || !*at)
		return;
	if (known_count == KNOWN_MAX)
		tool_die(TOOL_FAILED, "%s:%u:1: expected at most %d lines, found more", path, line,
			 KNOWN_MAX);
	at = take(at, k->identity, sizeof(k->identity));
	snprintf(base, sizeof(base), "%.*s", (int)strcspn(k->identity, ":~"), k->identity);
	if (invariant_find(base) == INV_NONE)
		bad(path, line, text, word, "an invariant");
	word = at + strspn(at, " \t");
	at = take(at, k->system, sizeof(k->system));
	if (!k->system[0])
		bad(path, line, text, word, "a system");
	word = at + strspn(at, " \t");
	at = take(at, k->page, sizeof(k->page));
	if (!k->page[0])
		bad(path, line, text, word, "a page");
	at += strspn(at, " \t");
	if (*at && *at != '\n')
		bad(path, line, text, at, "the end of the line");
	known_count++;
}

void known_read(const char *path)
{
	FILE *in = fopen(path, "r");
	char text[KNOWN_LINE];
	unsigned line = 0;

	if (!in)
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(errno));
	while (fgets(text, sizeof(text), in))
		parse_line(path, ++line, text);
	fclose(in);
}

static void add_page(struct bucket *b, const char *page)
{
	size_t used = strlen(b->pages), length = strlen(page);
	const char *there = strstr(b->pages, page);

	if (there && (there[length] == ' ' || !there[length]))
		return;
	snprintf(b->pages + used, sizeof(b->pages) - used, "%s%s", used ? " " : "", page);
}

/* "UAF:f" is a UAF; a case that takes a disputed knob value is none without. */
static bool is_of(const char *key, const char *identity)
{
	bool disputed = strstr(key, STATUS_DISPUTED);
	char plain[DEATH_TOKEN_MAX];

	if (!strcmp(key, identity))
		return true;
	if (!disputed && strstr(identity, STATUS_DISPUTED))
		return false;
	snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(key, "~"), key);
	return judged_matches(plain, identity);
}

#if defined(SLUICE_BUGS)
/* A planted bug breaks what its page says. */
static bool is_of_the_zoo(struct bucket *b, const char *system)
{
	char base[DEATH_TOKEN_MAX];

	snprintf(base, sizeof(base), "%.*s", (int)strcspn(b->key, ":~"), b->key);
	for (const struct bug *bug = bug_table; bug->id; bug++) {
		const char *word = strstr(bug->expect, base);
		size_t length = strlen(base);

		if (strcmp(bug->variant, system))
			continue;
		for (; word; word = strstr(word + 1, base)) {
			bool begins = word == bug->expect || word[-1] == ' ';

			if (begins && (word[length] == ' ' || !word[length])) {
				add_page(b, bug->patch);
				return true;
			}
		}
	}
	return false;
}
#else
static bool is_of_the_zoo(struct bucket *b, const char *system)
{
	return false;
}
#endif

void known_look_up(struct bucket *b)
{
	size_t used;

	b->known = true;
	for (unsigned i = 0; sut_images[i].ops; i++) {
		const char *system = sut_images[i].ops->name;
		bool here = !b->system[i];

		for (unsigned n = 0; n < known_count && b->system[i]; n++) {
			if (!is_of(b->key, known[n].identity) || strcmp(known[n].system, system))
				continue;
			add_page(b, known[n].page);
			here = true;
		}
		if (here || is_of_the_zoo(b, system))
			continue;
		b->known = false;
		used = strlen(b->new_of);
		snprintf(b->new_of + used, sizeof(b->new_of) - used, "%s%s", used ? "," : "",
			 system);
	}
}
