/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/run.h"
#include "tools/tool.h"

/* One byte more than any file may have, to tell a file that is full from one that goes on. */
static char input_buffer[SCENARIO_TEXT_MAX + 1];

/* Reads the file up to the bound of its form. Its size, or -1 with the error printed. */
static ssize_t input_load(const char *path, size_t max)
{
	size_t size = 0;
	struct stat st;
	ssize_t got;
	int fd;

	/* Non-blocking, so that opening a FIFO without a writer does not wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st)) {
		tool_error("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)) {
		tool_error("%s: expected a file, found %s", path,
			   S_ISDIR(st.st_mode) ? "a directory" : "something else");
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, 0);
	while ((got = read(fd, input_buffer + size, max + 1 - size)) > 0)
		size += (size_t)got;
	if (got < 0)
		tool_error("%s: %s", path, strerror(errno));
	close(fd);
	if (got < 0)
		return -1;
	if (size > max) {
		tool_error("%s: expected at most %zu bytes, found more", path, max);
		return -1;
	}
	if (!size)
		tool_error("%s: expected a scenario, found an empty file", path);
	return size ? (ssize_t)size : -1;
}

int input_read(const char *path, enum input_form form, struct scenario *s)
{
	struct scenario_error error = { 0 };
	size_t max = form == INPUT_BYTES ? SCENARIO_BYTES_MAX : SCENARIO_TEXT_MAX;
	ssize_t size = input_load(path, max);
	bool text;

	if (size < 0)
		return TOOL_USAGE;
	text = scenario_is_text(input_buffer, (size_t)size);
	if (form == INPUT_BYTES) {
		if (text) {
			tool_error("%s: expected the byte form, found a text", path);
			return TOOL_USAGE;
		}
		scenario_decode(s, (const uint8_t *)input_buffer, (size_t)size);
		return 0;
	}
	if (!text && memchr(input_buffer, '\0', (size_t)size)) {
		tool_error("%s: expected a text, found bytes (--bytes reads the byte form)", path);
		return TOOL_USAGE;
	}
	if (scenario_parse(s, input_buffer, (size_t)size, &error)) {
		fflush(stdout);
		fprintf(stderr, "%s:%u:%u: %s\n", path, error.line, error.column, error.text);
		return TOOL_USAGE;
	}
	return 0;
}

int tool_needs(const char *path, const struct scenario *s)
{
	if (run_build_serves(s))
		return 0;
	tool_error("%s: needs the build `%s`, this is `%s`", path,
		   s->needs[0] ? s->needs : "access", run_build());
	return TOOL_USAGE;
}

int output_write(const char *path, const void *data, size_t size)
{
	char temporary[4096];
	bool ok;
	int fd;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary)) {
		tool_error("%s: %s", path, strerror(ENAMETOOLONG));
		return TOOL_USAGE;
	}
	fd = mkstemp(temporary);
	if (fd < 0) {
		tool_error("%s: %s", path, strerror(errno));
		return TOOL_USAGE;
	}
	ok = write(fd, data, size) == (ssize_t)size && !fchmod(fd, 0644);
	if (close(fd) || !ok || rename(temporary, path)) {
		tool_error("%s: %s", path, strerror(errno));
		unlink(temporary);
		return TOOL_FAILED;
	}
	return 0;
}

int output_write_text(const char *path, const struct scenario *s)
{
	static char text[SCENARIO_TEXT_MAX];
	size_t size = scenario_print(s, text, sizeof(text));

	if (size >= sizeof(text)) {
		tool_error("%s: the scenario does not fit in %d bytes", path, SCENARIO_TEXT_MAX);
		return TOOL_FAILED;
	}
	return output_write(path, text, size);
}

const char *input_subject(const struct scenario *s)
{
	for (unsigned i = 0; i < s->expects; i++) {
		if (strcmp(s->expect[i].result, "clean") && strcmp(s->expect[i].result, "n/a"))
			return s->expect[i].system;
	}
	return "core";
}

static int is_scenario(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".sluice");
}

int input_folder(const char *path, struct dirent ***entry)
{
	return scandir(path, entry, is_scenario, alphasort);
}
