/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The scenario language: what is no text is refused, with a place in it and a reason; what is one
 * prints as canonical text that reads back as the same scenario; any bytes decode; and text and bytes
 * turn into each other exactly. No system runs.
 *
 * Input: a text of the language, or else its byte form. Seeds: corpora/seeds, in both. Feedback: the
 * coverage of all rooms.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/coverage.h"
#include "fuzz/death.h"
#include "fuzz/status.h"
#include "run/run.h"
#include "scenario/scenario.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scenario one, two;
static char text[SCENARIO_TEXT_MAX], again[SCENARIO_TEXT_MAX];
static uint8_t bytes[SCENARIO_BYTES_MAX], others[SCENARIO_BYTES_MAX];
static bool digests;

static void last_words(const char *identity, const char *what)
{
	death_print_token(identity);
	fprintf(stderr, "finding: %s %s\n", identity, what);
}

/* @what: the rule that @ok says is kept. */
static void check(bool ok, const char *name, const char *what)
{
	char token[DEATH_TOKEN_MAX];

	if (ok)
		return;
	snprintf(token, sizeof(token), "LANGUAGE:%s", name);
	last_words(token, what);
	abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int kept = 1;

	/* A campaign names one to all of its targets. */
	for (int i = 1; i < *argc; i++)
		if (strncmp((*argv)[i], "--system=", 9))
			(*argv)[kept++] = (*argv)[i];
	*argc = kept;
	run_init();
	status_map("language_fuzzer");
	digests = getenv(STATUS_DIGEST);
	death_set_handler(last_words);
	death_catch_signals(true);
	return 0;
}

/* @s as text, and what is read from that as two; its canonical text is in text[]. */
static void through_text(const struct scenario *s)
{
	struct scenario_error error;
	size_t size = scenario_print(s, text, sizeof(text));

	check(size < sizeof(text), "long", "a scenario prints as more than a text may have");
	check(!scenario_parse(&two, text, size, &error), "refused",
	      "what a scenario prints as is no text");
	check(scenario_print(&two, again, sizeof(again)) == size && !strcmp(text, again),
	      "canonical", "canonical text prints otherwise when it was read");
}

/* In the place of a verdict @word, of a trace what was made of the input. */
static void print_digest(const char *word, const void *made, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	if (!digests)
		return;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)made)[i]) * 0x100000001b3ull;
	fprintf(stderr, "digest: %s %016llx %016llx\n", word, (unsigned long long)hash,
		(unsigned long long)coverage_hash());
}

static void check_bytes(const uint8_t *data, size_t size)
{
	size_t n, m;

	scenario_decode(&one, data, size);
	n = scenario_encode(&one, bytes, sizeof(bytes));
	check(n <= sizeof(bytes), "large", "a scenario encodes to more bytes than it may have");
	scenario_decode(&two, bytes, n);
	check(scenario_equal(&one, &two), "decoded", "bytes of a scenario decode to another one");
	m = scenario_encode(&two, others, sizeof(others));
	check(n == m && !memcmp(bytes, others, n), "fixed-point",
	      "encoding what was decoded is no fixed point");
	through_text(&one);
	check(scenario_equal(&one, &two), "text", "a scenario comes back from text as another one");
	m = scenario_encode(&two, others, sizeof(others));
	check(n == m && !memcmp(bytes, others, n), "detour",
	      "bytes do not survive a detour through text");
	print_digest("bytes", text, strlen(text));
}

static void check_error(const struct scenario_error *error, const char *data, size_t size)
{
	unsigned lines = 1;
	size_t length = strnlen(error->text, sizeof(error->text));

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	check(error->line >= 1 && error->line <= lines, "line", "an error is in no line");
	check(error->column >= 1 && error->column <= size + 1, "column",
	      "an error is in no column");
	check(length && length < sizeof(error->text), "reason", "an error has no reason");
	for (size_t i = 0; i < length; i++)
		check(error->text[i] >= ' ' && error->text[i] <= '~', "printable",
		      "an error says what no terminal shows");
}

static void check_text(const char *data, size_t size)
{
	struct scenario_error error = { 0 };
	size_t n, m;

	if (scenario_parse(&one, data, size, &error)) {
		check_error(&error, data, size);
		print_digest("refused", error.text, strlen(error.text));
		return;
	}
	through_text(&one);
	check(scenario_equal(&one, &two), "reread", "canonical text reads as another scenario");
	n = scenario_encode(&one, bytes, sizeof(bytes));
	m = scenario_encode(&two, others, sizeof(others));
	check(n == m && !memcmp(bytes, others, n), "encoded",
	      "a text and its canonical form have other bytes");
	print_digest("text", bytes, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_status->executions++;
	if (digests)
		coverage_clear();
	if (scenario_is_text((const char *)data, size))
		check_text((const char *)data, size);
	else
		check_bytes(data, size);
	return 0;
}
