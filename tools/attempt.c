/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/attempt.h"

#include <ctype.h>
#include <string.h>

#include "fuzz/status.h"
#include "run/report.h"

int attempt_read(struct attempt *t, const char *path, enum input_form form)
{
	int code = input_read(path, form, &t->scenario);

	if (code)
		return code;
	t->path = path;
	t->form = form;
	if (form == INPUT_BYTES) {
		t->scenario.positional = true;
		run_trim(&t->scenario);
	}
	return 0;
}

struct attempt_one {
	const struct scenario *scenario;
	const struct sut_image *system;
};

static void body(void *ctx, struct judged *j)
{
	const struct attempt_one *one = ctx;
	struct run_result result;

	child_judge(one->scenario, one->system, NULL, j, &result);
	report_verdict(&result, j->line, sizeof(j->line));
	if (result.verdict == RUN_DRIFT && result.finding)
		j->premises_hold = result.finding->premises_hold;
	if (result.verdict != RUN_NA)
		judge_print_premises(j->premises, sizeof(j->premises));
	run_record(one->scenario, &j->recorded);
}

void attempt_run(const struct attempt *t, const struct sut_image *system, struct judged *j)
{
	static struct scenario fitted;
	struct attempt_one one = { .scenario = &fitted, .system = system };
	struct child child;

	fitted = t->scenario;
	if (t->form == INPUT_BYTES)
		run_fit(&fitted, system);
	memset(j, 0, offsetof(struct judged, recorded));
	child_start(&child, j, CHILD_SILENT, body, &one);
	child_wait(&child, 0);
}

const char *attempt_word(const struct judged *j)
{
	if (j->verdict != RUN_DRIFT)
		return j->identity;
	return j->finding[0] ? j->finding : "clean";
}

bool attempt_is_finding(const struct judged *j)
{
	return j->finding[0] && j->premises_hold &&
	       (j->verdict == RUN_FINDING || j->verdict == RUN_DRIFT);
}

void attempt_key(const struct judged *j, char key[DEATH_TOKEN_MAX])
{
	snprintf(key, DEATH_TOKEN_MAX, "%.*s%s", (int)(DEATH_TOKEN_MAX - sizeof(STATUS_DISPUTED)),
		 j->finding, status_suffix(j->finding, j->premises));
}

bool attempt_is_planted(const char *system)
{
	const char *dash = strrchr(system, '-');

	if (!dash || !dash[1])
		return false;
	return !strcmp(dash, "-fixed") ||
	       (strchr("MSZ", dash[1]) && isalnum((unsigned char)dash[2]));
}

unsigned attempt_choices(const struct scenario *s)
{
	return s->positional ? s->choice_count : s->anchors;
}

void attempt_broken(const char *premises, char *buf, size_t size)
{
	const char *at = strstr(premises, "broken: ");

	at = at ? at + strlen("broken: ") : "none";
	snprintf(buf, size, "%.*s", (int)strcspn(at, "\n"), at);
}
