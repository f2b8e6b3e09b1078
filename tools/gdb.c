/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/gdb.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/attempt.h"

/* Of the first run, which tells where the debugger has to stop. */
struct aim {
	struct judged judged;
	enum invariant id;
	u32 step;
};

struct job {
	const struct scenario *scenario;
	const struct sut_image *system;
};

static void body(void *ctx, struct judged *j)
{
	struct aim *aim = (struct aim *)j;
	const struct job *job = ctx;
	struct run_result result;

	child_judge(job->scenario, job->system, NULL, j, &result);
	if (result.verdict != RUN_FINDING)
		return;
	aim->id = result.finding->id;
	aim->step = result.finding->step;
}

static void set(const char *name, const char *value)
{
	if (setenv(name, value, 1))
		tool_die(TOOL_FAILED, "no memory for the environment");
}

static void set_number(const char *name, unsigned long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", value);
	set(name, text);
}

static int start(const char *path, const struct aim *aim, const char *system, bool bytes)
{
	char self[PATH_MAX];

	tool_self(self);
	set("SLUICE_GDB_ID", aim->judged.identity);
	set_number("SLUICE_GDB_NUMBER", aim->id);
	set_number("SLUICE_GDB_STEP", aim->step);
	if (aim->judged.died)
		set("SLUICE_GDB_DIES", "1");
	fflush(stdout);
	execlp("gdb", "gdb", "-q", "-x", tool_place("tools/sluice_gdb.py"), "--args", self, "run",
	       "--quiet", "--system", system, path, bytes ? "--bytes" : (char *)NULL, (char *)NULL);
	tool_die(TOOL_FAILED, "gdb: %s", strerror(errno));
}

int gdb_run(const char *path, const char *system, bool bytes)
{
	static struct attempt t;
	struct aim *aim = child_memory(sizeof(*aim));
	struct job job = { .scenario = &t.scenario };
	struct child child;
	int code = attempt_read(&t, path, bytes ? INPUT_BYTES : INPUT_TEXT);

	code = code ? code : tool_needs(path, &t.scenario);
	if (code)
		return code;
	job.system = system ? tool_system(system) : run_system(input_subject(&t.scenario));
	if (!job.system) {
		tool_error("%s: expects a finding of a system that is not in this build; see "
			   "`sluice list systems`",
			   path);
		return TOOL_USAGE;
	}
	if (bytes)
		run_fit(&t.scenario, job.system);
	child_start(&child, &aim->judged, CHILD_SILENT, body, &job);
	child_wait(&child, 0);
	if (aim->judged.verdict != RUN_FINDING) {
		tool_error("%s: nothing to stop at: %s is %s", path, job.system->ops->name,
			   aim->judged.identity);
		return TOOL_FINDING;
	}
	return start(path, aim, job.system->ops->name, bytes);
}
