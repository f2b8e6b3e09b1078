/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "tools/attempt.h"

/* `sluice emit-c`: a scenario as a C test that stands by itself. */

static struct {
	const char *path, *system, *output;
	bool bytes;
} options;

/* All of the program but the scenario, and who fails how. */
static const char head[] = "#include <stdio.h>\n"
			   "#include <string.h>\n"
			   "#include <sys/wait.h>\n"
			   "#include <unistd.h>\n"
			   "\n"
			   "#include \"run/run.h\"\n"
			   "\n";

static const char tail[] =
	"\n"
	"/* 0: every invariant held; 1: one did not; 2: it can't be run here. */\n"
	"static int judge(const char *name)\n"
	"{\n"
	"\tconst struct sut_image *system = run_system(name);\n"
	"\tstatic struct scenario s;\n"
	"\tstruct scenario_error error;\n"
	"\tstruct run_result result;\n"
	"\n"
	"\tif (!system) {\n"
	"\t\tprintf(\"%s: there is no such system in this build\\n\", name);\n"
	"\t\treturn 2;\n"
	"\t}\n"
	"\tif (scenario_parse(&s, scenario, strlen(scenario), &error)) {\n"
	"\t\tprintf(\"scenario:%u:%u: %s\\n\", error.line, error.column, error.text);\n"
	"\t\treturn 2;\n"
	"\t}\n"
	"\tif (!run_build_serves(&s)) {\n"
	"\t\tprintf(\"needs the build `%s`, this is `%s`\\n\", s.needs, run_build());\n"
	"\t\treturn 2;\n"
	"\t}\n"
	"\trun_scenario(&s, system, NULL, &result);\n"
	"\tprintf(\"%s: %s%s%s\\n\", name, run_verdict_word(&result),\n"
	"\t       result.finding ? \" \" : \"\", result.finding ? result.finding->detail : \"\");\n"
	"\tif (result.verdict == RUN_CLEAN || result.verdict == RUN_FINDING)\n"
	"\t\treturn result.verdict == RUN_FINDING;\n"
	"\t/* A schedule that no longer fits is of code that has changed: it counts if it finds. "
	"*/\n"
	"\tif (result.verdict == RUN_DRIFT)\n"
	"\t\treturn result.finding && result.finding->premises_hold;\n"
	"\tprintf(\"%s\\n\", result.reason);\n"
	"\treturn 2;\n"
	"}\n"
	"\n"
	"int main(int argc, char **argv)\n"
	"{\n"
	"\tconst char *name = argc > 1 ? argv[1] : SYSTEM;\n"
	"\tint status, code;\n"
	"\tpid_t pid;\n"
	"\n"
	"\trun_init();\n"
	"\t/* A sanitizer, or a signal, may end the run: that is a failure like others. */\n"
	"\tpid = fork();\n"
	"\tif (pid < 0)\n"
	"\t\treturn 3;\n"
	"\tif (!pid) {\n"
	"\t\tcode = judge(name);\n"
	"\t\tfflush(stdout);\n"
	"\t\t_exit(code);\n"
	"\t}\n"
	"\tif (waitpid(pid, &status, 0) != pid)\n"
	"\t\treturn 3;\n"
	"\tif (WIFEXITED(status) && WEXITSTATUS(status) <= 2)\n"
	"\t\treturn WEXITSTATUS(status);\n"
	"\tprintf(\"%s: the run died\\n\", name);\n"
	"\treturn 1;\n"
	"}\n";

/* In a comment, a line at a time; what would end one, or begin one, or a trigraph, is cut in two. */
static void put_comment(FILE *out, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, "\n");

		fputs(size ? " * " : " *", out);
		for (size_t i = 0; i < size; i++) {
			putc(text[i], out);
			if (i + 1 < size &&
			    (!memcmp(text + i, "*/", 2) || !memcmp(text + i, "/*", 2) ||
			     !memcmp(text + i, "??", 2)))
				putc(' ', out);
		}
		putc('\n', out);
		text += size + (text[size] == '\n');
	}
}

static void put_string(FILE *out, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, "\n");

		fputs("\t\"", out);
		for (size_t i = 0; i < size; i++) {
			if (text[i] == '"' || text[i] == '\\')
				putc('\\', out);
			/* No trigraphs. */
			if (text[i] == '?')
				putc('\\', out);
			putc(text[i], out);
		}
		text += size + (text[size] == '\n');
		fputs(*text ? "\\n\"\n" : "\\n\";\n", out);
	}
}

static void emit(FILE *out, const struct attempt *t, const struct sut_image *system,
		 const struct judged *j)
{
	static char text[SCENARIO_TEXT_MAX];
	char title[128], broken[512];

	attempt_broken(j->premises, broken, sizeof(broken));
	fputs("/*\n", out);
	put_comment(out, j->line);
	fprintf(out, " * Seen on %s, build `%s`; broken promises: %s.\n *\n",
		run_system_title(system->ops, title, sizeof(title)), run_build(), broken);
	if (t->scenario.comment[0]) {
		put_comment(out, t->scenario.comment);
		fputs(" *\n", out);
	}
	fputs(" * Compile it with the compiler of a build of Sluice, and what it links:\n"
	      " *\n"
	      " *	cc THIS.c @BUILD/house.rsp -o test && ./test [SYSTEM]\n"
	      " *	cc THIS.c $(pkg-config --cflags --libs sluice) -o test   (installed)\n"
	      " *\n"
	      " * Exit code 0: every invariant held; 1: one did not; 2: it can't be run here.\n"
	      " */\n",
	      out);
	fputs(head, out);
	fprintf(out, "#define SYSTEM \"%s\"\n\nstatic const char scenario[] =\n",
		system->ops->name);
	scenario_print(&t->scenario, text, sizeof(text));
	put_string(out, text);
	fputs(tail, out);
}

static int emit_file(void)
{
	static struct attempt t;
	struct judged *j = child_memory(sizeof(*j));
	const struct sut_image *system;
	char *text = NULL;
	size_t size;
	FILE *out;
	int code = attempt_read(&t, options.path, options.bytes ? INPUT_BYTES : INPUT_TEXT);

	code = code ? code : tool_needs(options.path, &t.scenario);
	if (code)
		return code;
	system = options.system ? tool_system(options.system)
				: run_system(input_subject(&t.scenario));
	if (!system) {
		tool_error("%s: expects a finding of a system that is not in this build; see "
			   "`sluice list systems`",
			   options.path);
		return TOOL_USAGE;
	}
	if (options.bytes)
		run_fit(&t.scenario, system);
	t.form = INPUT_TEXT;
	attempt_run(&t, system, j);
	if (!attempt_is_finding(j) || j->verdict != RUN_FINDING) {
		tool_error("%s: nothing to test: %s is %s", options.path, system->ops->name,
			   j->line[0] ? j->line : j->identity);
		return TOOL_FINDING;
	}
	for (unsigned i = 0; i < t.scenario.expects; i++) {
		const struct scenario_expect *e = &t.scenario.expect[i];

		if (!strcmp(e->system, system->ops->name) &&
		    !judged_matches(j->identity, e->result) && strcmp(j->before, e->result))
			fprintf(stderr, "%s:%u: expected %s %s, found %s\n", options.path, e->line,
				e->system, e->result, j->line);
	}
	/* What was recorded is exact, on any build that has the code. */
	if (options.bytes)
		t.scenario = j->recorded;
	if (options.bytes)
		run_set_needs(&t.scenario, j->died);
	out = open_memstream(&text, &size);
	if (!out)
		tool_die(TOOL_FAILED, "no memory for a test");
	emit(out, &t, system, j);
	fclose(out);
	if (options.output)
		code = output_write(options.output, text, size);
	else
		fwrite(text, 1, size, stdout);
	free(text);
	return code;
}

enum { KEY_BYTES = 256 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 's':
		options.system = arg;
		break;
	case 'o':
		options.output = arg;
		break;
	case KEY_BYTES:
		options.bytes = true;
		break;
	default:
		return tool_one_path(&options.path, key, arg, state);
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0,
	  "The system that fails (the first that the file expects a finding of, or core)", 0 },
	{ "output", 'o', "OUT", 0, "Write here (standard output)", 0 },
	{ "bytes", KEY_BYTES, NULL, 0, "The file is in the byte form", 0 },
	{ 0 }
};

static const char doc[] = "Writes a failing scenario as a C program that stands by itself: it "
			  "calls run/run.h, exits with 1 "
			  "where an invariant breaks and with 0 where all hold, so it serves as a "
			  "test of a fix, and as a "
			  "start for one's own experiments.\v"
			  "A build's house.rsp has all that it is compiled and linked with:\n\n"
			  "  sluice emit-c --output lost.c lost-wakeup.sluice\n"
			  "  clang-19 lost.c @build/release/house.rsp -o lost && ./lost\n\n"
			  "An installed one is found by pkg-config, for any compiler:\n\n"
			  "  cc lost.c $(pkg-config --cflags --libs sluice) -o lost\n\n"
			  "Exit code 0: written; 1: the scenario does not fail; 2: bad usage or "
			  "input; 3: the tool itself "
			  "failed.";

int tool_emit_c(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse, "FILE", doc, NULL, NULL, NULL };

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	run_init();
	return emit_file();
}
