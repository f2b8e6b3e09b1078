/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <stdio.h>

#include "tools/child.h"
#include "tools/tool.h"

/* `sluice show` and `sluice encode`: one format, two spellings. */

static struct {
	const char *system, *output, *path;
} options;

static const struct sut_image *system_image;

static void anchor_body(void *ctx, struct judged *j)
{
	const struct scenario *s = ctx;
	struct run_result result;

	child_judge(s, system_image, NULL, j, &result);
	if (s->positional)
		run_record(s, &j->recorded);
	else
		run_record_positional(s, &j->recorded);
}

/* Runs @s to exchange one kind of schedule for the other. 0, or an exit code. */
static int run_for_schedule(const char *path, struct scenario *s)
{
	struct judged *j = child_memory(sizeof(*j));
	struct child child;

	child_start(&child, j, CHILD_SILENT, anchor_body, s);
	child_wait(&child, 0);
	if (j->verdict == RUN_NA || j->verdict == RUN_REFUSED || j->verdict == RUN_OVERFLOW ||
	    j->verdict == RUN_DRIFT) {
		tool_error("%s: can't take the schedule of a run on %s: %s", path, options.system,
			   j->identity);
		return TOOL_USAGE;
	}
	*s = j->recorded;
	return 0;
}

static int put_text(const struct scenario *s)
{
	if (options.output)
		return output_write_text(options.output, s);
	scenario_write(s, stdout);
	return TOOL_HELD;
}

static int show_file(const char *path)
{
	static struct scenario s;
	int code = input_read(path, INPUT_BYTES, &s);

	if (code)
		return code;
	if (options.system) {
		s.positional = true;
		code = run_for_schedule(path, &s);
	}
	/* Choices at accesses are this build's, if it has such. */
	if (s.world.access && run_build_serves(&s))
		run_set_needs(&s, false);
	return code ? code : put_text(&s);
}

static int encode_file(const char *path)
{
	static struct scenario s, back;
	uint8_t bytes[SCENARIO_BYTES_MAX];
	size_t size;
	int code = input_read(path, INPUT_TEXT, &s);

	if (code)
		return code;
	if (options.system) {
		const struct sut_image *system = tool_system(options.system);

		if (!system)
			return TOOL_USAGE;
		/* As a fuzz target for that system would take it. */
		run_fit(&s, system);
		/* The schedule of the whole run is asked for. */
		child_count_race("none");
		if (s.anchors)
			code = run_for_schedule(path, &s);
		if (code)
			return code;
	}
	size = scenario_encode(&s, bytes, sizeof(bytes));
	scenario_decode(&back, bytes, size);
	if (!scenario_equal(&s, &back)) {
		tool_error("%s: the scenario does not fit in %d bytes", path, SCENARIO_BYTES_MAX);
		return TOOL_USAGE;
	}
	if (s.anchors)
		tool_error("%s: note: the byte form has no anchors: %u `at` lines are left out "
			   "(--system runs it, and takes the choices made)",
			   path, s.anchors);
	if (options.output)
		return output_write(options.output, bytes, size);
	if (fwrite(bytes, 1, size, stdout) != size)
		return TOOL_FAILED;
	return TOOL_HELD;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 'o':
		options.output = arg;
		break;
	default:
		return tool_one_path(&options.path, key, arg, state);
	}
	return 0;
}

#define OUTPUT_OPTION                                                                              \
	{                                                                                          \
		"output", 'o', "OUT", 0, "Write here (standard output)", 0                         \
	}

int tool_show(int argc, char **argv)
{
	static const struct argp_option show_options[] = {
		{ "system", 's', "NAME", 0,
		  "Run it on this system, and anchor the schedule at what "
		  "the code did; else it stands in a `choices` line",
		  0 },
		OUTPUT_OPTION,
		{ 0 }
	};
	static const struct argp argp = {
		show_options,
		parse,
		"FILE",
		"Prints the byte form of a scenario as text. Exact: encoding the text gives the "
		"same bytes, as long as the schedule is not anchored.",
		NULL,
		NULL,
		NULL
	};

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.system)
		system_image = tool_system(options.system);
	run_init();
	return show_file(options.path);
}

int tool_encode(int argc, char **argv)
{
	static const struct argp_option encode_options[] = {
		{ "system", 's', "NAME", 0,
		  "Run it on this system, to put the choices made in the "
		  "place of anchors, which the byte form has not",
		  0 },
		OUTPUT_OPTION,
		{ 0 }
	};
	static const struct argp argp = {
		encode_options,
		parse,
		"FILE",
		"Turns a text into the byte form, as fuzz engines take it.",
		NULL,
		NULL,
		NULL
	};

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (options.system)
		system_image = tool_system(options.system);
	run_init();
	return encode_file(options.path);
}
