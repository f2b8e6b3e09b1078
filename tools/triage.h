/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_TRIAGE_H
#define SLUICE_TOOLS_TRIAGE_H

/*
 * `sluice triage`: many files, few findings. What its files share.
 *
 * A *bucket* is all files that came to one identity. What came to none is an *aside*, and named.
 */

#include <time.h>

#include "sut/sut.h"
#include "tools/attempt.h"

#define TRIAGE_SYSTEMS_MAX 1024

struct bucket {
	char key[DEATH_TOKEN_MAX]; /* attempt_key() */
	unsigned files;
	char last[4096];                 /* the last of them */
	bool system[TRIAGE_SYSTEMS_MAX]; /* by index in sut_images: gives it */
	time_t first;                    /* the oldest file's */
	/* The smallest file: fewest broken promises, operations, choices. */
	struct attempt smallest;
	const struct sut_image *on; /* the system it was found on */
	unsigned broken, ops, choices;
	char premises[2048];
	char line[512];
	bool known;
	char pages[512];  /* where it is described, with blanks between */
	char new_of[512]; /* the systems of which the list does not have it, with commas between */
};

enum aside_kind {
	ASIDE_HOLDS,     /* no finding, and none was expected */
	ASIDE_GONE,      /* one was expected, and there is none */
	ASIDE_OTHERWISE, /* another one was expected */
	ASIDE_EXCUSED,   /* broken outside its premises */
	ASIDE_SYSTEM,    /* expects something of a system that is not in this build */
	ASIDE_BUILD,     /* needs another build */
	ASIDE_NOT,       /* no scenario */
	ASIDES
};

struct aside {
	enum aside_kind kind;
	char *path, *why;
};

struct triage {
	struct bucket *bucket;
	unsigned buckets;
	struct aside *aside;
	unsigned asides;
	unsigned files; /* that were looked at */
};

/* --- tools/triage_known.c --- */

/*
 * Reads the list of what is known: lines IDENTITY SYSTEM PAGE, `#` comments. Ends the process with exit
 * 2 and file:line:column if it can't.
 */
void known_read(const char *path);
/* Fills in @known, @pages and @new_of: known is what stands in the list for every system that gives it. */
void known_look_up(struct bucket *b);

/* --- tools/triage_print.c --- */

void triage_print(const struct triage *t);
void triage_print_json(const struct triage *t);

/* --- tools/triage_files.c --- */

/* Calls @visit for each file at @path, a file or a folder; in order of names. False: there is none. */
bool triage_walk(const char *path, void (*visit)(const char *path));
/* What is in the file? False: no scenario, and @why says what it is, or lacks. */
bool triage_form(const char *path, bool bytes, enum input_form *form, const char **why);
/* A report with `findings`, each of which has a file in `replay` or `scenario`: calls @visit for those. */
bool triage_report(const char *path, void (*visit)(const char *path));

#endif
