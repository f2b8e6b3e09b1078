/* SPDX-License-Identifier: GPL-2.0-only */

/* One run, from reset to verdict. The theory is in run.h; the parts of a run are in play.h. */

#include <stdio.h>
#include <string.h>

#include "model/model.h"
#include "run/chooser.h"
#include "run/compare.h"
#include "run/play.h"
#include "run/run.h"
#include "run/system.h"
#include "run/world.h"

#define RUN_START "start"

/*
 * Stands between the engine and the run's chooser. It gives the first moment a name of its own, for
 * there the current task is `setup`, or whoever of the machine ran last behind it, at a place that
 * no reader of a scenario can know: `at start start#1 -> app1`.
 */
static struct run_shell {
	struct chooser base;
	struct chooser *inner;
	bool started;          /* .start is filled */
	struct decision start; /* what the engine called it */
	u32 first,
		start_end; /* numbers of the first decisions of the scripts, and behind the start */
} run_shell;

static const char *const run_words[RUN_VERDICTS] = {
	[RUN_CLEAN] = "clean",       [RUN_NA] = "n/a",
	[RUN_DRIFT] = "drift",       [RUN_REFUSED] = "refused",
	[RUN_OVERFLOW] = "overflow",
};

static struct chooser_replay run_replay;
static struct chooser_bytes run_bytes;

/* --- The chooser's shell ---------------------------------------------------------------------- */

/* False: the first moment is over. */
static bool run_rename_start(struct run_shell *shell, struct decision *d)
{
	if (!shell->started) {
		shell->started = true;
		shell->start = *d;
	}
	if (d->current != shell->start.current || d->site != shell->start.site ||
	    d->nth != shell->start.nth) {
		shell->start_end = engine_decisions() - 1;
		return false;
	}
	d->current = ENGINE_NOBODY;
	d->site = HOST_SITE_START;
	d->nth = 1;
	d->skip -= shell->start.skip;
	return true;
}

static unsigned run_shell_choose(struct chooser *base, const struct decision *decision,
				 bool *exhausted)
{
	struct run_shell *shell = (struct run_shell *)base;
	struct decision d = *decision;

	if (!run_rename_start(shell, &d))
		engine_hand_over(shell->inner);
	return shell->inner->choose(shell->inner, &d, exhausted);
}

static void run_shell_begin(struct chooser *inner)
{
	run_shell.base.choose = run_shell_choose;
	run_shell.inner = inner;
	run_shell.start_end = ~0u;
	run_shell.first = engine_decisions();
	engine_set_chooser(inner ? &run_shell.base : NULL);
}

void run_choice_place(u32 number, struct run_place *place)
{
	const struct engine_choice *choice;
	u32 count;

	choice = &engine_choices(&count)[number];
	place->position = choice->index - run_shell.first;
	place->event = choice->event;
	if (choice->index < run_shell.start_end) {
		place->task = RUN_START;
		place->site = HOST_SITE_START;
		place->nth = 1;
		place->skip = choice->skip - run_shell.start.skip;
		return;
	}
	place->task = engine_name(choice->task);
	place->site = choice->site;
	place->nth = choice->nth;
	place->skip = choice->skip;
}

/* --- Before the run --------------------------------------------------------------------------- */

void run_init(void)
{
	static bool done;

	if (done)
		return;
	world_init();
	done = true;
}

/*
 * Stacks are made by the first run, not by run_init(): tools fork the process that judges, and a
 * process that had fibers when it was forked is one that TSan gives up on.
 */
static void run_init_engine(void)
{
	static bool done;

	if (done)
		return;
	if (engine_init())
		engine_die("no memory for the stacks of tasks");
	done = true;
}

u32 run_assumptions(void)
{
	return world_assumed();
}

void run_set_feedback(u8 *table, u32 size)
{
	engine_set_feedback(table, size);
}

__attribute__((format(printf, 3, 4))) static void
run_say(struct run_result *result, enum run_verdict verdict, const char *format, ...)
{
	va_list args;

	result->verdict = verdict;
	va_start(args, format);
	vsnprintf(result->reason, sizeof(result->reason), format, args);
	va_end(args);
}

/* Can this scenario be run with this system by this program? */
static bool run_admit(const struct scenario *s, const struct sut_image *system,
		      struct run_result *result)
{
	const char *missing = play_missing(s, system->ops);

	if (!run_build_serves(s)) {
		run_say(result, RUN_REFUSED, "needs a build with `%s`, this is `%s`",
			s->needs[0] ? s->needs : "access", run_build());
		return false;
	}
	for (unsigned i = 0; i < s->promises; i++) {
		if (promise_find(s->promise[i]) < 0) {
			run_say(result, RUN_REFUSED, "there is no promise `%s`", s->promise[i]);
			return false;
		}
	}
	if (missing) {
		run_say(result, RUN_NA, "%s has no `%s`", system->ops->name, missing);
		return false;
	}
	return true;
}

/* --- The run ---------------------------------------------------------------------------------- */

static struct chooser *run_schedule_of(const struct scenario *s)
{
	if (s->positional) {
		chooser_bytes_init(&run_bytes, s->choice, s->choice_count);
		return &run_bytes.base;
	}
	if (!s->anchors)
		return NULL;
	chooser_replay_init(&run_replay, s);
	return &run_replay.base;
}

static u32 run_last_choice(void)
{
	const struct engine_choice *choices;
	u32 count;

	choices = engine_choices(&count);
	return count ? choices[count - 1].index + 1 - run_shell.first : 0;
}

/*
 * The scripts under the chooser. EV_FAIR follows them, with the number of decisions up to the last
 * choice: when a chooser says that it has run dry depends on how many zeros it held in store, and a
 * replay holds none, so an event at that moment would tell the two apart.
 */
static enum engine_end run_scripts(const struct scenario *s, struct chooser *chooser,
				   struct run_result *result)
{
	struct chooser *used = chooser ? chooser : run_schedule_of(s);
	const char *refused = play_spawn_scripts();
	enum engine_end end;

	if (refused) {
		run_say(result, RUN_REFUSED, "%s", refused);
		return ENGINE_STOPPED;
	}
	run_shell_begin(used);
	end = play_scripts();
	engine_set_chooser(NULL);
	result->decisions = engine_decisions() - run_shell.first;
	host_event(EV_FAIR, run_last_choice(), 0, 0, 0);
	if (used == &run_replay.base && !chooser_replay_finish(&run_replay)) {
		result->verdict = RUN_DRIFT;
		chooser_replay_explain(&run_replay, result->reason, sizeof(result->reason));
	}
	return end;
}

/* --- The reference ----------------------------------------------------------------------------- */

static const struct sut_image *run_reference;

void run_set_reference(const struct sut_image *reference)
{
	run_reference = reference;
}

/* What @system is held against; NULL: nothing. */
static const struct sut_image *run_reference_of(const struct scenario *s,
						const struct sut_image *system)
{
	const struct sut_image *first = NULL;
	bool differs = false;

	if (run_reference)
		return run_reference == system ? NULL : run_reference;
	for (unsigned i = 0; i < s->expects; i++) {
		const struct scenario_expect *e = &s->expect[i];

		differs |= !strcmp(e->system, system->ops->name) &&
			   !strcmp(e->result, invariant_table[INV_DIFF].id);
		if (!first && !strcmp(e->result, run_words[RUN_CLEAN]))
			first = run_system(e->system);
	}
	return differs ? first : NULL;
}

/* --- The run ----------------------------------------------------------------------------------- */

static enum engine_end run_parts(const struct scenario *s, struct chooser *chooser,
				 struct run_result *result)
{
	enum engine_end end = play_setup();

	if (end == ENGINE_QUIET)
		end = run_scripts(s, chooser, result);
	if (end != ENGINE_QUIET || play_not_applicable())
		return end;
	host_event(EV_ORDERLY, 0, 0, 0, 0);
	end = play_orderly();
	if (end == ENGINE_QUIET)
		host_audit_leaks();
	return end;
}

static void run_judge(const struct scenario *s, const struct sut_image *system, enum engine_end end,
		      struct run_result *result)
{
	unsigned findings;

	result->finding = judge_findings(&findings);
	if (!findings)
		result->finding = NULL;
	result->kept = judge_promises_kept();
	result->broken = judge_promises_broken();
	if (end == ENGINE_OVERFLOW) {
		run_say(result, RUN_OVERFLOW, "%s",
			engine_overflow_reason() ? engine_overflow_reason() : "too many tasks");
		return;
	}
	if (play_not_applicable()) {
		run_say(result, RUN_NA, "%s %s", system->ops->name, play_not_applicable());
		return;
	}
	if (result->verdict != RUN_CLEAN)
		return;
	for (unsigned i = 0; i < s->promises; i++) {
		int promise = promise_find(s->promise[i]);

		if (result->broken >> promise & 1) {
			run_say(result, RUN_REFUSED, "promises `%s` (%s), and breaks it",
				s->promise[i], promise_table[promise].meaning);
			return;
		}
	}
	if (result->finding)
		result->verdict = RUN_FINDING;
	else if (play_gave_up())
		run_say(result, RUN_CLEAN, "%s", play_gave_up());
}

static void run_alone(const struct scenario *s, const struct sut_image *system,
		      struct chooser *chooser, struct run_result *result)
{
	enum engine_end end;
	bool admitted;

	run_init_engine();
	memset(result, 0, offsetof(struct run_result, reason) + 1);
	result->steps = result->events = result->decisions = 0;
	run_shell.started = false;
	run_shell.first = 0;
	admitted = run_admit(s, system, result);
	system_restore(system);
	world_reset(s, system->ops);
	play_reset(s, system->ops);
	if (admitted) {
		end = run_parts(s, chooser, result);
		judge_end(end);
		run_judge(s, system, end, result);
	} else {
		result->kept = result->broken = 0;
	}
	engine_events(&result->events, NULL);
	result->steps = engine_steps();
	result->trace_hash = engine_trace_hash();
}

void run_scenario(const struct scenario *s, const struct sut_image *system, struct chooser *chooser,
		  struct run_result *result)
{
	const struct sut_image *reference = run_reference_of(s, system);
	static struct endpoint_view here, there;
	static struct chooser_bytes fair;
	unsigned findings;

	if (reference) {
		chooser_bytes_init(&fair, NULL, 0);
		run_alone(s, reference, &fair.base, result);
		compare_view(s, result, &there);
	}
	run_alone(s, system, chooser, result);
	if (!reference)
		return;
	compare_view(s, result, &here);
	compare_views(s, &here, &there, reference->ops->name);
	result->finding = judge_findings(&findings);
	if (!findings)
		result->finding = NULL;
	else if (result->verdict == RUN_CLEAN)
		result->verdict = RUN_FINDING;
}

const char *run_verdict_word(const struct run_result *result)
{
	if (result->verdict == RUN_FINDING)
		return invariant_table[result->finding->id].id;
	return run_words[result->verdict];
}
