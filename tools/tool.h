/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_TOOL_H
#define SLUICE_TOOLS_TOOL_H

/*
 * The `sluice` command: one file for each subcommand, dispatched by tools/main.c.
 *
 * Exit codes mean the same everywhere. An error is one line on stderr that names the file, and for
 * a text the line and column; nothing is written then.
 */

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenario/scenario.h"
#include "sut/sut.h"

enum tool_exit {
	TOOL_HELD = 0,    /* all held, or was as the file expects */
	TOOL_FINDING = 1, /* a finding, or not as expected */
	TOOL_USAGE = 2,   /* bad usage or input */
	TOOL_FAILED = 3,  /* the tool itself failed */
};

/* Each takes its own argv, argv[0] being "sluice NAME", and returns an exit code. */
int tool_run(int argc, char **argv);
int tool_show(int argc, char **argv);
int tool_encode(int argc, char **argv);
int tool_min(int argc, char **argv);
int tool_list(int argc, char **argv);
int tool_search(int argc, char **argv);
int tool_explain(int argc, char **argv);
int tool_compare(int argc, char **argv);
int tool_emit_c(int argc, char **argv);
int tool_bisect(int argc, char **argv);
int tool_triage(int argc, char **argv);
int tool_bugs(int argc, char **argv); /* builds with planted bugs only */

struct tool_command {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
};
/*
 * Runs the one of @table that argv[1] names, with "@prefix NAME" as its argv[0]; ends with what it
 * says. @tell prints the usage, for whoever asks for it or names none.
 */
int tool_dispatch(const char *prefix, const struct tool_command *table, size_t count,
		  void (*tell)(FILE *out), int argc, char **argv);

/* "sluice: <text>" on stderr. */
__attribute__((format(printf, 1, 2))) void tool_error(const char *format, ...);
/* The same, and the process ends with @code. */
__attribute__((format(printf, 2, 3), noreturn)) void tool_die(int code, const char *format, ...);

/* A whole number in [@low, @high], or the end of the process with exit 2. */
unsigned long long tool_number(const char *option, const char *text, unsigned long long low,
			       unsigned long long high);
/* argp's key for a command that takes one FILE, no less and no more: into *@path. As a parser returns. */
struct argp_state;
int tool_one_path(const char **path, int key, char *arg, struct argp_state *state);
/* The option of all that run files, behind which stands child_count_race(). */
#define TOOL_RACE_OPTION(key)                                                                      \
	{                                                                                          \
		"race", key, "TOKEN", 0,                                                           \
			"In the tsan flavour: pass over all data races but this one (none: all), " \
			"and go on",                                                               \
			0                                                                          \
	}
/* Prints @object in one line, and frees it. */
struct cJSON;
void tool_print_json(struct cJSON *object);

/* A system by name, or the end of the process with exit 2 and the names there are. */
const struct sut_image *tool_system(const char *name);

/* --- tools/place.c --- */

/* The path of this program; @path: PATH_MAX. */
void tool_self(char *path);
/*
 * Where @name lies, by its path in the source: below share/sluice of an installation, else in the source
 * that the program was built from. Not freed.
 */
const char *tool_place(const char *name);

/* --- tools/input.c --- */

enum input_form { INPUT_TEXT, INPUT_BYTES };
/* Reads a scenario from @path. 0, or TOOL_USAGE with the error printed. */
int input_read(const char *path, enum input_form form, struct scenario *s);
/* The name of the system that @s is about: the first that it expects a finding of, or core. */
const char *input_subject(const struct scenario *s);
/* The names of a folder's scenarios in order, as scandir() gives them; -1 and errno. */
int input_folder(const char *path, struct dirent ***entry);
/* 0 if this build can run @s, or TOOL_USAGE with the build it needs printed. */
int tool_needs(const char *path, const struct scenario *s);
/* Writes @size bytes to @path by way of a temporary file beside it: all or nothing. */
int output_write(const char *path, const void *data, size_t size);
/* @s as text to @path. */
int output_write_text(const char *path, const struct scenario *s);

#endif
