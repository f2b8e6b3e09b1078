/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Mutations of the language_fuzzer: a fresh scenario as text or bytes; what can be read, changed as a
 * scenario is, in either spelling; and words of a text put in each other's place, and in that of those
 * that the language has.
 */

#include <stdbool.h>
#include <string.h>

#include "fuzz/mutate.h"
#include "run/run.h"
#include "scenario/generate.h"
#include "scenario/mutate.h"

#define WORDS_MAX 2048
#define WORD_CHANGES_MAX 4

static struct scenario scenario, other;
static char text[SCENARIO_TEXT_MAX], words[SCENARIO_BYTES_MAX * 2];

static unsigned below(uint64_t *random, unsigned n)
{
	return (unsigned)((scenario_random(random) >> 32) * n >> 32);
}

/* In one of its spellings; 0: it is longer than @max as text. */
static size_t write(uint8_t *out, size_t max, bool as_text)
{
	size_t size;

	if (!as_text)
		return max < SCENARIO_BYTES_MAX ? 0 : scenario_encode(&scenario, out, max);
	size = scenario_print(&scenario, text, sizeof(text));
	if (size > max)
		return 0;
	memcpy(out, text, size);
	return size;
}

/* Without anchors: what they say of a scenario that is changed is nothing. */
static bool read(struct scenario *s, const uint8_t *data, size_t size)
{
	struct scenario_error error;

	if (scenario_is_text((const char *)data, size)) {
		if (scenario_parse(s, (const char *)data, size, &error))
			return false;
		s->anchors = 0;
		return true;
	}
	scenario_decode(s, data, size);
	return true;
}

static void any_knobs(uint8_t knobs[SCENARIO_KNOBS_MAX])
{
	run_knob_masks(knobs, true, true);
}

static size_t fresh(uint8_t *data, size_t max, uint64_t random)
{
	uint8_t knobs[SCENARIO_KNOBS_MAX];
	unsigned flags = below(&random, 2) ? GENERATE_RAW | GENERATE_REGISTERS : 0;

	any_knobs(knobs);
	scenario_generate(&scenario, scenario_random(&random), flags, knobs);
	return write(data, max, below(&random, 2));
}

static size_t changed(uint8_t *data, size_t max, uint64_t random)
{
	uint8_t knobs[SCENARIO_KNOBS_MAX];

	any_knobs(knobs);
	scenario_mutate(&scenario, scenario_random(&random), knobs, NULL);
	return write(data, max, below(&random, 4));
}

/* --- Words of a text --------------------------------------------------------------------------- */

static const char *const statements[] = { "world",   "unit",   "device",  "space",   "task", "at",
					  "choices", "expect", "promise", "needs",   "->",   "=",
					  ";",       ":",      "#",       "sluice 1" };

static const char *any_word(uint64_t *random)
{
	unsigned count = sizeof(statements) / sizeof(statements[0]);
	unsigned i = below(random, count + OP_COUNT);

	return i < count ? statements[i] : scenario_op_word[i - count];
}

/* Where words begin in words[]; the text has @size. */
static unsigned find_words(size_t size, uint16_t *begin)
{
	unsigned count = 0;
	bool in_word = false;

	for (size_t i = 0; i < size && count < WORDS_MAX; i++) {
		bool blank = words[i] == ' ' || words[i] == '\n' || words[i] == '\t';

		if (!blank && !in_word)
			begin[count++] = (uint16_t)i;
		in_word = !blank;
	}
	return count;
}

/* Another word in the place of one: of this text, of the language, or none. */
static size_t change_word(size_t size, size_t max, uint64_t *random)
{
	static uint16_t begin[WORDS_MAX];
	char word[SCENARIO_WORD_MAX] = "";
	unsigned count = find_words(size, begin);
	size_t at, old, new = 0;

	if (!count)
		return size;
	at = begin[below(random, count)];
	old = strcspn(words + at, " \n\t");
	if (below(random, 2))
		snprintf(word, sizeof(word), "%s", any_word(random));
	else if (below(random, 4))
		sscanf(words + begin[below(random, count)], "%39s", word);
	new = strlen(word);
	if (size - old + new > max)
		return size;
	memmove(words + at + new, words + at + old, size - at - old + 1);
	memcpy(words + at, word, new);
	return size - old + new;
}

static size_t change_words(uint8_t *data, size_t size, size_t max, uint64_t random)
{
	if (max > sizeof(words) - 1)
		max = sizeof(words) - 1;
	if (size > max)
		return 0;
	memcpy(words, data, size);
	words[size] = '\0';
	for (unsigned n = 1 + below(&random, WORD_CHANGES_MAX); n; n--)
		size = change_word(size, max, &random);
	memcpy(data, words, size);
	return size;
}

/* --- The interface ----------------------------------------------------------------------------- */

size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, uint64_t seed)
{
	unsigned dice = below(&seed, 4);
	bool is_text = scenario_is_text((const char *)data, size);

	if (!dice)
		return fresh(data, max, seed);
	if (is_text && dice == 1)
		return change_words(data, size, max, seed);
	return read(&scenario, data, size) ? changed(data, max, seed)
					   : change_words(data, size, max, seed);
}

size_t fuzz_splice(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b, uint8_t *out,
		   size_t max, uint64_t seed)
{
	bool as_text = below(&seed, 2);

	if (!read(&scenario, a, size_a) || !read(&other, b, size_b))
		return 0;
	scenario_splice(&scenario, &other, scenario_random(&seed));
	return write(out, max, as_text);
}
