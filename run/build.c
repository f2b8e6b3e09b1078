/* SPDX-License-Identifier: GPL-2.0-only */

/* What this program was built with, and which scenarios depend on that. The theory is in run.h. */

#include <stdio.h>
#include <string.h>

#include "run/play.h"
#include "run/run.h"
#include "scenario/renumber.h"

static const char *const build_has[] = {
#if defined(SLUICE_ASAN)
	"asan",
#endif
#if defined(SLUICE_TSAN)
	"tsan",
#endif
#if defined(SLUICE_MSAN)
	"msan",
#endif
#if defined(SLUICE_ACCESS)
	"access",
#endif
	NULL, /* some builds have nothing else */
};

/* The words, but for @without (NULL: all). */
static void build_words(char *text, size_t size, const char *without)
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; build_has[i]; i++) {
		if (without && !strcmp(build_has[i], without))
			continue;
		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "", build_has[i]);
	}
}

const char *run_build(void)
{
	static char text[SCENARIO_WORD_MAX];

	build_words(text, sizeof(text), NULL);
	return text[0] ? text : "plain";
}

static bool build_knows(const char *word, size_t length)
{
	for (size_t i = 0; build_has[i]; i++) {
		if (strlen(build_has[i]) == length && !memcmp(build_has[i], word, length))
			return true;
	}
	return false;
}

bool run_build_serves(const struct scenario *s)
{
	const char *at = s->needs;

	while (*at) {
		size_t length = strcspn(at, " ");

		if (!build_knows(at, length))
			return false;
		at += length;
		at += strspn(at, " ");
	}
	if (s->world.access && !build_knows("access", strlen("access")))
		return false;
	if (!scenario_needs(s, "access"))
		return true;
	for (size_t i = 0; build_has[i]; i++) {
		if (!scenario_needs(s, build_has[i]))
			return false;
	}
	return true;
}

void run_set_needs(struct scenario *s, bool died)
{
	s->needs[0] = '\0';
	if (s->world.access || died)
		build_words(s->needs, sizeof(s->needs), s->world.access ? NULL : "access");
}

void run_fit(struct scenario *s, const struct sut_image *system)
{
	for (unsigned i = 0; i < s->ops; i++) {
		if (!(system->ops->bind_flags & SUT_BIND_DOMAIN))
			s->op[i].flags &= (uint8_t)~OPF_DOMAIN;
		if (!play_has_op(system->ops, &s->op[i]))
			s->op[i] = (struct scenario_op){ .code = OP_PAUSE, .task = s->op[i].task };
	}
	if (!system->ops->refuses) {
		s->world.misuse = false;
		for (unsigned i = 0; i < s->devices; i++)
			s->device[i].no_ats = false;
	}
	if (system->ops->numbers_by_space)
		scenario_numbers_by_space(s);
}

void run_trim(struct scenario *s)
{
	if (!build_knows("access", strlen("access")))
		s->world.access = false;
}
