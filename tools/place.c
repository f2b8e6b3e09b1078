/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "tools/tool.h"

void tool_self(char *path)
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (length < 0)
		tool_die(TOOL_FAILED, "/proc/self/exe: %s", strerror(errno));
	path[length] = '\0';
}

const char *tool_place(const char *name)
{
	char self[PATH_MAX], path[2 * PATH_MAX];
	char *kept;

	tool_self(self);
	*strrchr(self, '/') = '\0';
	/* By way of the program's own place: what is installed may be moved. A build has no such folder. */
	snprintf(path, sizeof(path), "%s/" SLUICE_DATA_FROM_BIN "/%s", self, name);
	if (access(path, F_OK))
		snprintf(path, sizeof(path), SLUICE_SOURCE_DIR "/%s", name);
	kept = strdup(path);
	if (!kept)
		tool_die(TOOL_FAILED, "no memory for a path");
	return kept;
}
