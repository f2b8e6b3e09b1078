/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "tools/tool.h"

static const struct tool_command commands[] = {
	{ "run", "run scenarios: verdict, premises, timeline", tool_run },
	{ "show", "print the byte form of a scenario as text", tool_show },
	{ "encode", "turn a text into the byte form", tool_encode },
	{ "min", "make a failing scenario smaller", tool_min },
	{ "search", "look for findings over many schedules and generated scenarios", tool_search },
	{ "explain", "why a scenario fails: what must hold, who broke it, a chart", tool_explain },
	{ "compare", "run scenarios on all systems, side by side", tool_compare },
	{ "emit-c", "a failing scenario as a C test", tool_emit_c },
	{ "bisect", "the first revision at which a scenario fails", tool_bisect },
	{ "triage", "sort files by what they come to: new, or known", tool_triage },
	{ "list", "systems, invariants, promises, knobs, sites, operations", tool_list },
#if defined(SLUICE_BUGS)
	{ "bugs", "the planted bugs: list them, measure how soon each is found", tool_bugs },
#endif
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: sluice COMMAND [OPTION...] [FILE...]\n\n"
		"Breaks code that drains PCIe page requests behind a VT-d IOMMU, or shows that it "
		"could not.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fprintf(out,
		"\n`sluice COMMAND --help` says more, `sluice --version` which one this is. Exit "
		"codes: 0 all held,\n1 a finding, 2 bad usage or input, 3 the tool itself "
		"failed.\n");
}

void tool_error(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("sluice: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void tool_die(int code, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("sluice: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(code);
}

unsigned long long tool_number(const char *option, const char *text, unsigned long long low,
			       unsigned long long high)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') || value < low || value > high)
		tool_die(TOOL_USAGE, "--%s: expected a number from %llu to %llu, found `%s`",
			 option, low, high, text);
	return value;
}

const struct sut_image *tool_system(const char *name)
{
	const struct sut_image *system = run_system(name);
	char names[256] = "";

	if (system)
		return system;
	for (const struct sut_image *i = sut_images; i->ops; i++) {
		strncat(names, " ", sizeof(names) - strlen(names) - 1);
		strncat(names, i->ops->name, sizeof(names) - strlen(names) - 1);
	}
	tool_die(TOOL_USAGE, "--system: expected one of%s, found `%s`", names, name);
}

int tool_dispatch(const char *prefix, const struct tool_command *table, size_t count,
		  void (*tell)(FILE *out), int argc, char **argv)
{
	if (argc < 2) {
		tell(stderr);
		return TOOL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		tell(stdout);
		return TOOL_HELD;
	}
	for (size_t i = 0; i < count; i++) {
		char name[32];

		if (strcmp(argv[1], table[i].name))
			continue;
		snprintf(name, sizeof(name), "%s %s", prefix, table[i].name);
		argv[1] = name;
		return table[i].run(argc - 1, argv + 1);
	}
	tool_error("expected a command, found `%s`", argv[1]);
	tell(stderr);
	return TOOL_USAGE;
}

/* MSan does not see what the JSON library writes: then its memory must be zeroed. */
static void *zeroed(size_t size)
{
	return calloc(1, size);
}

int tool_one_path(const char **path, int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	case ARGP_KEY_ARG:
		if (*path)
			argp_usage(state);
		*path = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void tool_print_json(cJSON *object)
{
	char *text = cJSON_PrintUnformatted(object);

	if (!text)
		tool_die(TOOL_FAILED, "no memory for a report");
	puts(text);
	cJSON_free(text);
	cJSON_Delete(object);
}

static int version(void)
{
	printf("sluice " SLUICE_VERSION ", build `%s`\n", run_build());
	return TOOL_HELD;
}

int main(int argc, char **argv)
{
	int code;

	cJSON_InitHooks(&(cJSON_Hooks){ .malloc_fn = zeroed, .free_fn = free });
	argp_err_exit_status = TOOL_USAGE;
	if (argc == 2 && !strcmp(argv[1], "--version"))
		code = version();
	else
		code = tool_dispatch("sluice", commands, ARRAY_SIZE(commands), usage, argc, argv);
	if (fflush(stdout) || ferror(stdout))
		tool_die(TOOL_FAILED, "cannot write to standard output: %s", strerror(errno));
	return code;
}
