/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/attempt.h"

/*
 * `sluice bisect`: thin over `git bisect run`. All happens in a work tree of its own, so that the user's
 * checkout stays as it is.
 */

#define STEP_GOOD 0
#define STEP_BAD 1
#define STEP_SKIP 125 /* as git bisect run wants it */

static struct {
	const char *path, *good, *bad, *system, *identity, *tree, *linux_tree, *program, *build;
	unsigned runs;
} options;

static char room[] = "/tmp/sluice-bisect-XXXXXX";
static char work_tree[sizeof(room) + 8], step_path[sizeof(room) + 8], log_path[sizeof(room) + 8];

/*
 * One revision, in the work tree. What is no verdict is no news of the bug: the revision is passed over.
 */
static const char step[] =
	"if [ -n \"$BISECT_BUILD\" ]; then\n"
	"	sh -c \"$BISECT_BUILD\" >\"$BISECT_LOG\" 2>&1 </dev/null || {\n"
	"		echo \"does not build: $(tail -n 1 \"$BISECT_LOG\")\"\n"
	"		exit 125\n"
	"	}\n"
	"fi\n"
	"ask() {\n"
	"	said=$(eval \"$BISECT_PROGRAM\" run --json --system '\"$BISECT_SYSTEM\"' '\"$@\"' "
	"'\"$BISECT_FILE\"' 2>\"$BISECT_LOG\" </dev/null)\n"
	"	case $? in 0 | 1) ;; *) echo \"can't be run: $(tail -n 1 \"$BISECT_LOG\")\"; exit "
	"125 ;; esac\n"
	"	case $said in\n"
	"	*'\"verdict\":\"'\"$BISECT_ID\"'\"'* | *'\"verdict\":\"'\"$BISECT_ID\"':'* | "
	"*'\"finding\":{\"id\":\"'\"$BISECT_ID\"'\"'*)\n"
	"		echo \"$BISECT_ID\"; exit 1 ;;\n"
	"	*'\"verdict\":\"clean\"'*) echo clean; exit 0 ;;\n"
	"	esac\n"
	"	verdict=${said#*'\"verdict\":\"'}\n"
	"	verdict=${verdict%%'\"'*}\n"
	"}\n"
	"ask\n"
	"[ \"$BISECT_RUNS\" = 0 ] || ask --chooser mix --runs \"$BISECT_RUNS\"\n"
	"echo \"neither clean nor $BISECT_ID: $verdict\"\n"
	"exit 125\n";

/* Runs @argv in the work tree (@inside) or here. Its exit code; the process ends if there is none. */
static int spawn(bool inside, const char *const *argv)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		tool_die(TOOL_FAILED, "cannot start a process: %s", strerror(errno));
	if (!pid) {
		if (inside && chdir(work_tree))
			_exit(TOOL_FAILED);
		execvp(argv[0], (char **)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			tool_die(TOOL_FAILED, "lost a child: %s", strerror(errno));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : TOOL_FAILED;
}

/* SPAWN(inside, "git", "bisect", ...) */
#define SPAWN(inside, ...) spawn(inside, (const char *const[]){ __VA_ARGS__, NULL })

static void clean_up(void)
{
	SPAWN(false, "git", "-C", options.tree, "worktree", "remove", "--force", work_tree);
	SPAWN(false, "rm", "-rf", room);
}

static int judge_revision(const char *revision)
{
	int code;

	if (SPAWN(true, "git", "checkout", "--quiet", "--detach", revision))
		return STEP_SKIP;
	printf("%s: ", revision);
	code = SPAWN(true, "sh", step_path);
	return code;
}

/* Does the file tell one end from the other? 0, or an exit code. */
static int judge_ends(void)
{
	int code = judge_revision(options.bad);

	if (code == STEP_GOOD) {
		tool_error("%s: %s does not fail at %s", options.path, options.system, options.bad);
		return TOOL_FINDING;
	}
	if (code != STEP_BAD) {
		tool_error("%s: no verdict at %s", options.path, options.bad);
		return TOOL_USAGE;
	}
	code = judge_revision(options.good);
	if (code == STEP_BAD) {
		tool_error("%s: %s fails at %s, too", options.path, options.system, options.good);
		return TOOL_FINDING;
	}
	if (code != STEP_GOOD) {
		tool_error("%s: no verdict at %s", options.path, options.good);
		return TOOL_USAGE;
	}
	return 0;
}

static void set(const char *name, const char *value)
{
	if (setenv(name, value, 1))
		tool_die(TOOL_FAILED, "no memory for the environment");
}

static int bisect(void)
{
	int code;

	if (!mkdtemp(room))
		tool_die(TOOL_FAILED, "%s: %s", room, strerror(errno));
	snprintf(work_tree, sizeof(work_tree), "%s/tree", room);
	snprintf(step_path, sizeof(step_path), "%s/step", room);
	snprintf(log_path, sizeof(log_path), "%s/log", room);
	set("BISECT_LOG", log_path);
	code = output_write(step_path, step, strlen(step));
	if (code)
		return code;
	if (SPAWN(false, "git", "-C", options.tree, "worktree", "add", "--quiet", "--detach",
		  work_tree, options.bad)) {
		SPAWN(false, "rm", "-rf", room);
		tool_error("%s: can't check out `%s`", options.tree, options.bad);
		return TOOL_USAGE;
	}
	if (SPAWN(true, "git", "rev-list", "--quiet", "--max-count=1", options.good, "--")) {
		tool_error("--good: expected a revision, found `%s`", options.good);
		code = TOOL_USAGE;
	} else {
		code = judge_ends();
	}
	if (!code) {
		code = SPAWN(true, "git", "bisect", "start", options.bad, options.good);
		code = code ? code : SPAWN(true, "git", "bisect", "run", "sh", step_path);
		/* 2: it is one of some that were skipped, and git has named them. */
		code = code && code != 2 ? TOOL_FAILED : TOOL_HELD;
	}
	clean_up();
	return code;
}

static const char *absolute(const char *path)
{
	char *full = realpath(path, NULL);

	if (!full)
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(errno));
	return full;
}

/* What is looked for, and on whom, as far as the file says it. 0, or an exit code. */
static int choose(void)
{
	static struct attempt t;
	int code = attempt_read(&t, options.path, INPUT_TEXT);

	for (unsigned i = 0; !code && i < t.scenario.expects; i++) {
		const struct scenario_expect *e = &t.scenario.expect[i];
		bool fails = strcmp(e->result, "clean") && strcmp(e->result, "n/a");

		if (!fails ||
		    (options.system && !options.linux_tree && strcmp(options.system, e->system)))
			continue;
		options.system = options.system ? options.system : e->system;
		options.identity = options.identity ? options.identity : e->result;
	}
	if (code)
		return code;
	options.system = options.system ? options.system : "core";
	if (options.identity)
		return 0;
	tool_error("%s: expected a finding of %s to look for, found none (--identity names one)",
		   options.path, options.system);
	return TOOL_USAGE;
}

static void set_up(void)
{
	static char text[PATH_MAX * 2];
	char runs[24];

	options.path = absolute(options.path);
	if (options.linux_tree) {
		if (!options.program && access(SLUICE_SOURCE_DIR "/scripts/sluice", X_OK))
			tool_die(TOOL_USAGE,
				 "--program: expected Sluice's scripts/sluice, since the "
				 "source of this one is not there");
		options.tree = absolute(options.linux_tree);
		snprintf(text, sizeof(text), "'%s/scripts/sluice' --linux-tree .",
			 SLUICE_SOURCE_DIR);
		options.program = options.program ? options.program : text;
	} else {
		if (!options.tree && access(SLUICE_SOURCE_DIR "/CMakeLists.txt", F_OK))
			tool_die(TOOL_USAGE,
				 "--tree: expected Sluice's repository, since the source "
				 "of this one is not there");
		options.tree = absolute(options.tree ? options.tree : SLUICE_SOURCE_DIR);
		if (!options.build && !options.program)
			options.build = "cmake --preset release && ninja -C build/release sluice";
		options.program = options.program ? options.program : "build/release/sluice";
	}
	set("BISECT_PROGRAM", options.program);
	set("BISECT_BUILD", options.build ? options.build : "");
	set("BISECT_FILE", options.path);
	set("BISECT_SYSTEM", options.system);
	set("BISECT_ID", options.identity);
	snprintf(runs, sizeof(runs), "%u", options.runs);
	set("BISECT_RUNS", runs);
}

enum { KEY_GOOD = 256, KEY_BAD, KEY_TREE, KEY_LINUX, KEY_IDENTITY, KEY_PROGRAM, KEY_RUNS };

/* What stands behind `--`, one command line for a shell. */
static char *join(char **word)
{
	size_t size = 1;
	char *text;

	for (char **w = word; *w; w++)
		size += strlen(*w) + 1;
	text = calloc(size, 1);
	if (!text)
		tool_die(TOOL_FAILED, "no memory for a command");
	for (char **w = word; *w; w++) {
		strcat(text, *w);
		strcat(text, w[1] ? " " : "");
	}
	return text;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case KEY_GOOD:
		options.good = arg;
		break;
	case KEY_BAD:
		options.bad = arg;
		break;
	case 's':
		options.system = arg;
		break;
	case KEY_TREE:
		options.tree = arg;
		break;
	case KEY_LINUX:
		options.linux_tree = arg;
		options.system = "linux-tree";
		break;
	case KEY_IDENTITY:
		options.identity = arg;
		break;
	case KEY_PROGRAM:
		options.program = arg;
		break;
	case KEY_RUNS:
		options.runs = (unsigned)tool_number("runs", arg, 1, 100000000);
		break;
	case ARGP_KEY_ARG:
		if (options.path) {
			options.build = join(state->argv + state->next - 1);
			state->next = state->argc;
		} else {
			options.path = arg;
		}
		break;
	case ARGP_KEY_END:
		if (!options.path || !options.good || !options.bad)
			argp_usage(state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_option argp_options[] = {
	{ "good", KEY_GOOD, "REV", 0, "A revision at which the scenario does not fail", 0 },
	{ "bad", KEY_BAD, "REV", 0, "One at which it does", 0 },
	{ "system", 's', "NAME", 0, "The system (the first that the file expects a finding of)",
	  0 },
	{ "identity", KEY_IDENTITY, "ID", 0, "What to look for (what the file expects of it)", 0 },
	{ "linux-tree", KEY_LINUX, "DIR", 0,
	  "Bisect this kernel tree: each revision is the system linux-tree", 0 },
	{ "tree", KEY_TREE, "DIR", 0, "Bisect this repository (Sluice's own)", 0 },
	{ "program", KEY_PROGRAM, "PATH", 0,
	  "The `sluice` that BUILD makes, from the top of the tree (build/release/sluice)", 0 },
	{ "runs", KEY_RUNS, "N", 0,
	  "Where the file's schedule does not fit a revision, look over N others, random and PCT",
	  0 },
	{ 0 }
};

static const char doc[] =
	"Finds the first revision at which a scenario fails: `git bisect run`, in a work tree of "
	"its own "
	"below /tmp, with your checkout left alone. BUILD is a command for a shell at the top of "
	"each "
	"revision; it makes the `sluice` that is asked. A revision that does not build, can't be "
	"run, or "
	"gives another verdict is skipped.\v"
	"  sluice bisect --good v1 --bad HEAD lost.sluice -- 'cmake --preset dev && ninja -C "
	"build/dev'\n"
	"  sluice bisect --linux-tree ~/linux --good v6.11 --bad v6.12 lost.sluice\n\n"
	"An old schedule need not fit old code: then a revision is neither good nor bad, unless "
	"--runs lets "
	"others speak; take enough of them.\n\n"
	"Exit code 0: git named the revision, or those of which it is one, where some were "
	"skipped; 1: the file does not fail at --bad, or fails at --good; "
	"2: bad usage or input; 3: the tool itself, or git, failed.";

int tool_bisect(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse, "FILE [-- BUILD...]", doc, NULL,
					  NULL,         NULL };
	int code;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	run_init_knobs();
	code = choose();
	if (code)
		return code;
	set_up();
	return bisect();
}
