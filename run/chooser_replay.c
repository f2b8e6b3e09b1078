/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The anchors of a scenario, option 0 between them. (task, site, nth, skip) names one decision of a
 * run, so the order of the lines does not matter; they are found by a small hash table.
 *
 * An anchor that can't be taken is noted and passed over: the run goes on, so that a minimiser can
 * see whether the finding is still there, but its verdict is `drift`.
 */

#include <stdio.h>
#include <string.h>

#include "host/engine.h"
#include "run/chooser.h"

enum { ANCHOR_OPEN, ANCHOR_TAKEN, ANCHOR_FAILED };

#define ANCHOR_START_TASK "start"
#define WHO_MAX 80 /* characters of a list of those who could move */

static u64 chooser_replay_key(unsigned task, unsigned site, unsigned nth, unsigned skip)
{
	return (u64)task << 48 | (u64)site << 32 | (u64)nth << 16 | skip;
}

static u32 chooser_replay_hash(u64 key)
{
	return (u32)((key * 0x9e3779b97f4a7c15ull) >> 54); /* 10 bits: CHOOSER_REPLAY_SLOTS */
}

/*
 * Names to ids. Tasks and actors exist only once the run has begun, so this waits for the first
 * decision.
 */
static void chooser_replay_resolve(struct chooser_replay *c)
{
	for (u32 i = 0; i < c->scenario->anchors; i++) {
		const struct scenario_anchor *a = &c->scenario->anchor[i];
		int task =
			strcmp(a->task, ANCHOR_START_TASK) ? engine_find(a->task) : ENGINE_NOBODY;
		int site = engine_site_find(a->site);
		int target = a->is_value ? a->value : engine_find(a->target);
		u32 slot;

		if (task < 0 || site < 0 || target < 0)
			continue; /* stays open, and chooser_replay_explain() says why */
		c->key[i] = chooser_replay_key(task, site, a->nth, a->skip);
		c->target[i] = (u8)target;
		slot = chooser_replay_hash(c->key[i]);
		while (c->slot[slot])
			slot = (slot + 1) % CHOOSER_REPLAY_SLOTS;
		c->slot[slot] = (u16)(i + 1);
	}
	c->resolved = true;
}

static int chooser_replay_lookup(const struct chooser_replay *c, u64 key)
{
	for (u32 s = chooser_replay_hash(key); c->slot[s]; s = (s + 1) % CHOOSER_REPLAY_SLOTS) {
		u32 i = c->slot[s] - 1u;

		if (c->key[i] == key && c->state[i] == ANCHOR_OPEN)
			return (int)i;
	}
	return -1;
}

static void chooser_replay_fail(struct chooser_replay *c, u32 i, const struct decision *d)
{
	c->state[i] = ANCHOR_FAILED;
	if (c->drifted && c->drift < i)
		return;
	c->drifted = true;
	c->drift = i;
	c->drift_kind = d->kind;
	c->drift_ready = d->ready;
	c->drift_options = d->n;
}

static unsigned chooser_replay_choose(struct chooser *base, const struct decision *d,
				      bool *exhausted)
{
	struct chooser_replay *c = (struct chooser_replay *)base;
	int option, i;

	if (c->met == c->scenario->anchors) {
		*exhausted = true;
		return 0;
	}
	if (!c->resolved)
		chooser_replay_resolve(c);
	i = chooser_replay_lookup(c, chooser_replay_key(d->current, d->site, d->nth, d->skip));
	if (i < 0)
		return 0;
	c->met++;
	if (c->scenario->anchor[i].is_value != (d->kind != CHOOSE_TASK))
		option = -1;
	else if (d->kind == CHOOSE_TASK)
		option = decision_option(d, c->target[i]);
	else
		option = c->target[i] < d->n ? c->target[i] : -1;
	if (option < 0) {
		chooser_replay_fail(c, i, d);
		return 0;
	}
	c->state[i] = ANCHOR_TAKEN;
	return (unsigned)option;
}

void chooser_replay_init(struct chooser_replay *c, const struct scenario *s)
{
	/* Not the whole struct: keys and targets are read only where slots point. */
	c->base.choose = chooser_replay_choose;
	c->scenario = s;
	c->met = 0;
	c->resolved = false;
	c->drifted = false;
	c->drift = 0;
	c->drift_ready = 0;
	memset(c->state, ANCHOR_OPEN, s->anchors);
	memset(c->slot, 0, sizeof(c->slot));
}

bool chooser_replay_finish(struct chooser_replay *c)
{
	for (u32 i = 0; i < c->scenario->anchors; i++) {
		if (c->state[i] == ANCHOR_TAKEN)
			continue;
		c->drifted = true;
		c->drift = i;
		return false;
	}
	return true;
}

/* Why the anchor was never met: the part after "at app0 kmalloc#2 (line 12): ". */
static void chooser_replay_explain_open(const struct scenario_anchor *a, char *buf, size_t size)
{
	int id = engine_find(a->task), site = engine_site_find(a->site);
	const struct engine_task *task = id < 0 ? NULL : engine_task(id);

	if (site < 0)
		snprintf(buf, size, "there is no site `%s`", a->site);
	else if (strcmp(a->task, ANCHOR_START_TASK) && !task)
		snprintf(buf, size, "there is no task `%s`", a->task);
	else if (!a->is_value && engine_find(a->target) < 0)
		snprintf(buf, size, "there is no task or actor `%s`", a->target);
	else if (task && task->nth[site] < a->nth)
		snprintf(buf, size, "%s came there %u times", a->task, (unsigned)task->nth[site]);
	else
		snprintf(buf, size, "no decision was open there");
}

size_t chooser_replay_explain(const struct chooser_replay *c, char *buf, size_t size)
{
	const struct scenario_anchor *a = &c->scenario->anchor[c->drift];
	char skip[16] = "", line[24] = "", who[WHO_MAX + 1] = "", why[SCENARIO_WORD_MAX + 128];
	size_t used = 0;

	if (a->skip)
		snprintf(skip, sizeof(skip), "+%u", (unsigned)a->skip);
	if (a->line)
		snprintf(line, sizeof(line), " (line %u)", (unsigned)a->line);
	for (unsigned id = 0; id < ENGINE_IDS_MAX && used + ENGINE_NAME_MAX < WHO_MAX; id++) {
		if (c->drift_ready >> id & 1)
			used += (size_t)snprintf(who + used, sizeof(who) - used, " %s",
						 engine_name(id));
	}
	if (c->state[c->drift] == ANCHOR_OPEN)
		chooser_replay_explain_open(a, why, sizeof(why));
	else if (a->is_value != (c->drift_kind != CHOOSE_TASK))
		snprintf(why, sizeof(why), "the decision there is %s",
			 a->is_value ? "who moves next" : "for a value");
	else if (a->is_value)
		snprintf(why, sizeof(why), "values there are below %u", c->drift_options);
	else
		snprintf(why, sizeof(why), "%.*s could not move; could:%.*s", SCENARIO_WORD_MAX,
			 a->target, WHO_MAX, who);
	return (size_t)snprintf(buf, size, "schedule drifted at %s %s#%u%s%s: %s", a->task, a->site,
				(unsigned)a->nth, skip, line, why);
}
