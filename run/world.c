/* SPDX-License-Identifier: GPL-2.0-only */

/* From a scenario to the rooms below. The theory is in world.h. */

#include <stdio.h>

#include "host/engine.h"
#include "judge/judge.h"
#include "model/model.h"
#include "run/run.h"
#include "run/world.h"

/*
 * Points that may pass after the last choice other than 0, and after the start of each part, before
 * the run counts as a livelock. Of 400,000 hostile runs of core and 200,000 of each kernel as many are
 * clean with 2,500 as with 8,000; with 2,000 one of core is not. Some 60 requests with four workers that
 * poll in turn take as many by themselves, so for each operation there are some.
 */
#define WORLD_FAIR_STEPS 3000
#define WORLD_FAIR_STEPS_OF_OP 96
#define WORLD_QUANTUM 256
/* Loads and stores for each other point, more or less: bounds in points are so many times larger. */
#define WORLD_ACCESSES 16
#define WORLD_ASSUMPTIONS_MAX 32

void world_init(void)
{
	run_init_knobs();
	engine_set_reg_names(model_reg_names);
}

/* --- The judge's view ------------------------------------------------------------------------- */

static const struct scenario *world_scenario;
static const struct sut *world_system;
static u32 world_assumptions;
static u64 world_request_pages[MODEL_REQUESTS_MAX + 1]; /* by ledger number */

static void world_event(const struct event *e)
{
	if (e->kind == EV_ASSUME && e->a < WORLD_ASSUMPTIONS_MAX)
		world_assumptions |= BIT(e->a);
	if (e->kind == EV_REQ_ISSUED && e->a <= MODEL_REQUESTS_MAX)
		world_request_pages[e->a] = e->d;
	judge_event(e);
}

static int world_request_place(u32 req)
{
	return model_request_place(req);
}

static u64 world_request_page(u32 req)
{
	return req <= MODEL_REQUESTS_MAX ? world_request_pages[req] : 0;
}

/* A knob's value in unit @u of the running scenario; NULL for the default. */
static const struct knob_value *world_knob(unsigned u, unsigned k)
{
	unsigned v = world_scenario->unit[u].knob[k];

	return v < KNOB_VALUES_MAX ? &knob_table[k].values[v] : NULL;
}

static bool world_has_class(unsigned class)
{
	for (unsigned u = 0; u < world_scenario->units; u++) {
		for (unsigned k = 0; k < KNOB_COUNT; k++) {
			const struct knob_value *value = world_knob(u, k);

			if (value && value->name && value->class == class)
				return true;
		}
	}
	return false;
}

/* Those that made a difference: a knob in force that nothing depended on says nothing. */
static size_t world_disputed(char *buf, size_t size)
{
	u32 mattered[SCENARIO_UNITS_MAX] = { 0 };
	const struct event *e;
	u32 count, dropped;
	size_t n = 0;

	if (size)
		buf[0] = '\0';
	e = engine_events(&count, &dropped);
	for (u32 i = 0; i < count; i++)
		if (e[i].kind == EV_KNOB && e[i].a < SCENARIO_UNITS_MAX && e[i].b < KNOB_COUNT)
			mattered[e[i].a] |= 1u << e[i].b;
	for (unsigned k = 0; k < KNOB_COUNT; k++) {
		for (unsigned u = 0; u < world_scenario->units; u++) {
			const struct knob_value *value = world_knob(u, k);

			if (!(mattered[u] >> k & 1) || !value || !value->name ||
			    value->class == KNOB_CONFORMANT)
				continue;
			n += (size_t)snprintf(n < size ? buf + n : NULL, n < size ? size - n : 0,
					      "%su%u %s=%s (%s: %s)", n ? "; " : "", u,
					      knob_table[k].name, value->name,
					      value->class == KNOB_DISPUTED ? "disputed" : "broken",
					      value->note ? value->note : "");
		}
	}
	return n;
}

static const char *world_assumption(unsigned index, const char **text)
{
	const struct sut_assumption *a = world_system->assumptions;

	for (unsigned i = 0; a && a->word; i++, a++) {
		if (i != index)
			continue;
		*text = a->text;
		return a->word;
	}
	return NULL;
}

u32 world_assumed(void)
{
	return world_assumptions;
}

/* Everybody who waits for something other than work. */
static size_t world_describe_stuck(char *buf, size_t size)
{
	size_t n = 0;

	if (size)
		buf[0] = '\0';
	for (unsigned id = 0; id < ENGINE_TASKS_MAX; id++) {
		const struct engine_task *task = engine_task(id);

		if (!task || task->state == TASK_UNUSED || task->state == TASK_DONE)
			continue;
		if (task->state == TASK_BLOCKED && task->wait.idle)
			continue;
		if (n)
			n += (size_t)snprintf(n < size ? buf + n : NULL, n < size ? size - n : 0,
					      "; ");
		n += engine_describe_wait(id, n < size ? buf + n : NULL, n < size ? size - n : 0);
	}
	return n;
}

static const char *world_site_name(unsigned site, char *buf)
{
	return engine_site_name(site, buf);
}

static void world_reset_judge(const struct scenario *s)
{
	struct judge_config config = {
		.probe =
			{
				.request_place = world_request_place,
				.each_alloc = host_each_alloc,
				.alloc_has_work = host_alloc_has_work,
				.request_page = world_request_page,
				.disputed = world_disputed,
				.assumed = world_assumed,
				.assumption = world_assumption,
				.describe_stuck = world_describe_stuck,
				.task_name = engine_name,
				.site_name = world_site_name,
				.class_name = host_class_name,
				.warning = host_warn_text,
			},
		.units = s->units,
		.devices = s->devices,
		.broken_knob = world_has_class(KNOB_BROKEN),
		.alloc_fails = s->world.alloc_fails,
		.clock_free = s->world.clock_free,
	};

	for (unsigned u = 0; u < s->units; u++)
		config.no_drain |= (s->unit[u].knob[KNOB_PDS] != 0) << u;
	for (unsigned dev = 0; dev < s->devices; dev++) {
		config.dev_unit[dev] = s->device[dev].unit;
		config.dev_rid[dev] = s->device[dev].rid;
	}
	judge_reset(&config);
}

/* --- The machine ------------------------------------------------------------------------------ */

static void world_reset_model(const struct scenario *s)
{
	struct model_config config = {
		.units = s->units,
		.devices = s->devices,
		.spaces = s->spaces,
	};

	for (unsigned u = 0; u < s->units; u++) {
		config.unit[u].ring_order = s->unit[u].ring_order;
		for (unsigned k = 0; k < KNOB_COUNT; k++)
			config.unit[u].knob[k] = s->unit[u].knob[k];
	}
	for (unsigned dev = 0; dev < s->devices; dev++) {
		config.device[dev] = (struct model_device_config){
			.unit = s->device[dev].unit,
			.rid = s->device[dev].rid,
			.credits = s->device[dev].credits,
			.retries = s->device[dev].retries,
			.no_ats = s->device[dev].no_ats,
		};
	}
	model_reset(&config);
}

static u32 world_fair_steps(const struct scenario *s)
{
	u32 steps = WORLD_FAIR_STEPS_OF_OP * s->ops;

	if (steps < WORLD_FAIR_STEPS)
		steps = WORLD_FAIR_STEPS;
	return s->world.access ? steps * WORLD_ACCESSES : steps;
}

void world_reset(const struct scenario *s, const struct sut *system)
{
	const struct engine_limits limits = {
		.quantum = s->world.access ? WORLD_QUANTUM * WORLD_ACCESSES : WORLD_QUANTUM,
		.fair_steps = world_fair_steps(s),
		.access = s->world.access,
		.clock_choice = s->world.clock_free,
		.rcu_eager = s->world.rcu_eager,
		.fail_alloc = s->world.alloc_fails,
		.workers = s->world.workers,
		.irqs = s->units,
		.record = true,
	};

	world_scenario = s;
	world_system = system;
	world_assumptions = 0;
	world_reset_judge(s);
	engine_reset(&limits, world_event);
	world_reset_model(s);
}
