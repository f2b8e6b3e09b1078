/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_TRIAL_H
#define SLUICE_TOOLS_TRIAL_H

/*
 * A file, as commands take it that hold it against one system after another: each in a child, silently.
 */

#include "tools/child.h"
#include "tools/tool.h"

struct trial {
	const char *path;
	enum input_form form;
	struct scenario scenario; /* as it was read */
};

/* input_read(), and what every command does to bytes. 0, or TOOL_USAGE with the error printed. */
int trial_read(struct trial *t, const char *path, enum input_form form);
/* What the scenario comes to on @system, with its line and premises; @j: from child_memory(). */
void trial_run(const struct trial *t, const struct sut_image *system, struct judged *j);
/*
 * The one word of it: an identity, `clean`, `n/a`, `refused`, ... Of a run whose schedule did not fit:
 * what it was without what did not.
 */
const char *trial_word(const struct judged *j);
/* Did the run break an invariant, with its premises kept? Its schedule need not have fitted. */
bool trial_is_finding(const struct judged *j);

/* What an identity is filed under, in campaigns too: one that a disputed knob value helped is another. */
void trial_key(const struct judged *j, char key[DEATH_TOKEN_MAX]);

/* The system that a file is about: the first that it expects a finding of, or core. May be NULL. */
const struct sut_image *trial_system(const struct scenario *s);
/* A system of the zoo: one with a planted bug, or a kernel that was mended. */
bool trial_is_planted(const char *system);

/* Choices of the schedule, positional or anchored. */
unsigned trial_choices(const struct scenario *s);
/* The words behind `broken: ` in premises; "none" if there are none. */
void trial_broken(const char *premises, char *buf, size_t size);
/* Prints @object in one line, and frees it. */
struct cJSON;
void trial_print_json(struct cJSON *object);

#endif
