/* SPDX-License-Identifier: GPL-2.0-only */

/* The last run, for a finding's report. */

#include "host/engine.h"
#include "model/model.h"
#include "stress/engine.h"
#include "stress/stress.h"

#define TIMELINE_COLUMNS 160

static void describe_task(FILE *out, unsigned id, bool ended)
{
	const struct engine_task *task = engine_task(id);
	char text[512];

	if (!task || task->state == TASK_UNUSED || task->state == TASK_DONE)
		return;
	engine_describe_wait(id, text, sizeof(text));
	fprintf(out, "  %s\n", text);
	for (unsigned i = 0; i < task->held_count; i++)
		fprintf(out, "    holds %s\n", task->held[i].name);
	if (task->rcu_depth)
		fprintf(out, "    is in an RCU read section\n");
	if (ended)
		stress_engine_stack(out, id);
}

void describe_run(FILE *out, bool ended)
{
	char text[4096];

	fprintf(out, "\ntasks:\n");
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++)
		describe_task(out, id, ended);
	for (unsigned unit = 0; unit < MODEL_UNITS_MAX; unit++) {
		if (model_describe_unit(unit, text, sizeof(text)))
			fprintf(out, "\nu%u:\n%s", unit, text);
	}
	fprintf(out, "\ntimeline:\n");
	run_print_timeline(out, TIMELINE_COLUMNS, false, false);
}
