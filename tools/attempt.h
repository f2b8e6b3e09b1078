/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_ATTEMPT_H
#define SLUICE_TOOLS_ATTEMPT_H

/*
 * A file, as commands take it that hold it against one system after another: each in a child, silently.
 */

#include "tools/child.h"
#include "tools/tool.h"

struct attempt {
	const char *path;
	enum input_form form;
	struct scenario scenario; /* as it was read */
};

/* input_read(), and what every command does to bytes. 0, or TOOL_USAGE with the error printed. */
int attempt_read(struct attempt *t, const char *path, enum input_form form);
/* What the scenario comes to on @system, with its line and premises; @j: from child_memory(). */
void attempt_run(const struct attempt *t, const struct sut_image *system, struct judged *j);
/*
 * The one word of it: an identity, `clean`, `n/a`, `refused`, ... Of a run whose schedule did not fit:
 * what it was without what did not.
 */
const char *attempt_word(const struct judged *j);
/* Did the run break an invariant, with its premises kept? Its schedule need not have fitted. */
bool attempt_is_finding(const struct judged *j);

/* What an identity is filed under, in campaigns too: one that a disputed knob value helped is another. */
void attempt_key(const struct judged *j, char key[DEATH_TOKEN_MAX]);

/* A system of the zoo: one with a planted bug, or a kernel that was mended. */
bool attempt_is_planted(const char *system);

/* Choices of the schedule, positional or anchored. */
unsigned attempt_choices(const struct scenario *s);
/* The words behind `broken: ` in premises; "none" if there are none. */
void attempt_broken(const char *premises, char *buf, size_t size);

#endif
