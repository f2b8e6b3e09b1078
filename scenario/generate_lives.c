/* SPDX-License-Identifier: GPL-2.0-only */
/* The generator's tasks: lives that are bound, send groups, are stopped and unbound. */

#include "scenario/generate_internal.h"

#define LIVES_AT_ONCE 3
#define GROUP_PAGES_MAX 4
#define TASK_GROUPS 16 /* group indices of each task */
#define ROOM_AT_END 20 /* operations kept for the tasks that come last */

struct life {
	bool open;
	uint8_t device, pasid, space; /* pasid SCENARIO_NONE: the RID domain */
	uint8_t left;                 /* pages that the open group still lacks, the last included */
	uint8_t groups;               /* sent so far */
	uint16_t group;
};

struct script {
	struct generator *g;
	unsigned task, first; /* first: operations before it began */
	struct life life[LIVES_AT_ONCE];
};

static struct scenario_op *add(struct script *t, unsigned code, const struct life *life)
{
	struct scenario_op *op = generate_op(t->g, code, t->task);

	op->device = life->device;
	if (scenario_op_takes(code) & (TAKES('P') | TAKES('Q') | TAKES('A')))
		op->pasid = life->pasid;
	return op;
}

/* Operations that it takes to end all that is open. */
static unsigned debt(const struct script *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LIVES_AT_ONCE; i++)
		if (t->life[i].open)
			n += t->life[i].left + 3u;
	return n;
}

static bool has_room(const struct script *t, unsigned more)
{
	return t->g->s->ops + debt(t) + more + ROOM_AT_END <= SCENARIO_OPS_MAX;
}

static unsigned open_on_device(const struct script *t, unsigned device)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LIVES_AT_ONCE; i++)
		n += t->life[i].open && t->life[i].device == device;
	return n;
}

static bool is_open(const struct script *t, unsigned device, unsigned pasid)
{
	for (unsigned i = 0; i < LIVES_AT_ONCE; i++)
		if (t->life[i].open && t->life[i].device == device && t->life[i].pasid == pasid)
			return true;
	return false;
}

/* May this task bind the space, and does nobody take it away meanwhile? */
static bool may_use(const struct script *t, unsigned space)
{
	const struct generator *g = t->g;

	return !g->exited[space] &&
	       (g->space_owner[space] == GENERATE_ANYBODY || g->space_owner[space] == t->task);
}

static bool pick_space(struct script *t, uint8_t *space)
{
	struct generator *g = t->g;

	for (unsigned tries = 0; tries < 8; tries++) {
		unsigned i = generate_below(g, g->s->spaces);

		if (!may_use(t, i))
			continue;
		*space = (uint8_t)i;
		return true;
	}
	return false;
}

static void add_bind(struct script *t, const struct life *life)
{
	struct scenario_op *op = add(t, OP_BIND, life);

	op->space = life->space;
	op->flags = generate_bind_flags(t->g);
}

static void begin_life(struct script *t, struct life *life)
{
	if (life->pasid == SCENARIO_NONE)
		add(t, OP_RID, life)->space = life->space;
	else
		add_bind(t, life);
	life->open = true;
}

static bool open_rid(struct script *t, struct life *life)
{
	struct generator *g = t->g;

	life->pasid = SCENARIO_NONE;
	if (g->rid_owner[life->device] != t->task || is_open(t, life->device, SCENARIO_NONE))
		return false;
	add(t, OP_RID, life)->space = life->space;
	life->open = true;
	return true;
}

static bool open_life(struct script *t, struct life *life)
{
	struct generator *g = t->g;

	*life = (struct life){ 0 };
	if (!has_room(t, 4) || !pick_space(t, &life->space))
		return false;
	life->device = (uint8_t)generate_below(g, g->s->devices);
	if (generate_has(g, FEATURE_RID) && generate_one_in(g, 3))
		return open_rid(t, life);
	life->pasid = (uint8_t)generate_below(g, g->symbols);
	if (g->owner[life->device][life->pasid] != t->task || is_open(t, life->device, life->pasid))
		return false;
	add_bind(t, life);
	life->open = true;
	return true;
}

static bool group_in_use(const struct script *t, unsigned device, unsigned group)
{
	for (unsigned i = 0; i < LIVES_AT_ONCE; i++)
		if (t->life[i].open && t->life[i].left && t->life[i].device == device &&
		    t->life[i].group == group)
			return true;
	return false;
}

/*
 * Has its device no other life meanwhile? Then each group that is begun on few credits is ended: those
 * that it waits for come back by themselves.
 */
static bool alone(const struct generator *g, const struct life *life)
{
	return !g->shared[life->device] && !generate_has(g, FEATURE_SIDE_BY_SIDE);
}

/*
 * Each task has indices of its own, or half a group of one task would hold back another's. Many are
 * in use at once only if they differ: a device waits for the answer before it uses one again.
 */
static void open_group(struct script *t, struct life *life)
{
	struct generator *g = t->g;
	unsigned first = g->group_base + t->task * TASK_GROUPS;
	unsigned pick = generate_below(g, generate_has(g, FEATURE_GROUP_REUSE) ? 2 : 5);

	if (generate_has(g, FEATURE_BURST) || t->task == g->stream_task)
		pick = g->next_group++ % TASK_GROUPS;
	while (group_in_use(t, life->device, first + pick))
		pick = (pick + 1) % TASK_GROUPS;
	life->group = (uint16_t)(first + pick);
	life->left = 1;
	if (!generate_has(g, FEATURE_GROUPS) || (g->tight[life->device] && !alone(g, life)))
		return;
	life->left = (uint8_t)(1 + generate_below(g, GROUP_PAGES_MAX));
	if (life->left > g->group_pages[life->device])
		g->group_pages[life->device] = life->left;
}

static uint8_t pick_access(struct generator *g)
{
	static const uint8_t access[] = {
		OPF_READ,
		OPF_WRITE,
		OPF_READ | OPF_WRITE,
		OPF_READ | OPF_EXEC,
		OPF_READ | OPF_WRITE | OPF_EXEC,
		OPF_READ | OPF_PRIV,
	};

	if (!generate_has(g, FEATURE_FLAGS))
		return OPF_READ;
	return access[generate_below(g, sizeof(access))];
}

/* Pages of a small pool are met again by accesses; others are faulted on once. */
static uint16_t pick_page(struct generator *g)
{
	if (generate_one_in(g, 3))
		return (uint16_t)(0x10 + generate_below(g, 4));
	return (uint16_t)(0x100 + g->next_page++);
}

static void send_request(struct script *t, struct life *life)
{
	struct scenario_op *op;

	if (!life->left) {
		if (!has_room(t, GROUP_PAGES_MAX))
			return;
		open_group(t, life);
	}
	op = add(t, OP_REQUEST, life);
	op->group = life->group;
	op->page = pick_page(t->g);
	op->flags = pick_access(t->g);
	if (--life->left)
		return;
	op->flags |= OPF_LAST;
	life->groups++;
}

/* As many as it takes to overflow the smallest ring, and some more. */
static void send_burst(struct script *t, struct life *life)
{
	unsigned n = 6 + generate_below(t->g, 8);

	while (n-- && has_room(t, GROUP_PAGES_MAX))
		send_request(t, life);
}

static void use_translation(struct script *t, struct life *life)
{
	struct scenario_op *op = add(t, generate_one_in(t->g, 2) ? OP_TRANSLATE : OP_ACCESS, life);

	op->page = (uint16_t)(0x10 + generate_below(t->g, 4));
	op->flags = generate_one_in(t->g, 2) ? OPF_READ : OPF_READ | OPF_WRITE;
}

static void exit_space(struct script *t, const struct life *life)
{
	struct generator *g = t->g;

	if (g->space_owner[life->space] != t->task || g->exited[life->space])
		return;
	g->exited[life->space] = true;
	generate_op(g, OP_EXIT, t->task)->space = life->space;
}

static void end_groups(struct script *t, struct life *life)
{
	while (life->left)
		send_request(t, life);
}

static uint8_t pick_stop(struct script *t, const struct life *life)
{
	struct generator *g = t->g;
	uint8_t kinds[3] = { SCENARIO_STOP_ANSWERED };
	unsigned n = 1;

	if (generate_has(g, FEATURE_MARKER))
		kinds[n++] = SCENARIO_STOP_MARKER;
	/* A reset forgets every PASID of the function, so it must be the only one. */
	if (generate_has(g, FEATURE_RESET) && !g->shared[life->device] &&
	    open_on_device(t, life->device) == 1)
		kinds[n++] = SCENARIO_STOP_RESET;
	return kinds[generate_below(g, n)];
}

/*
 * A stop withdraws what waits for credits. That may be all there is of a life or a stream, and may not
 * be the rest of a group.
 */
static void stop_life(struct script *t, struct life *life, uint8_t how)
{
	struct generator *g = t->g;

	end_groups(t, life);
	if (g->tight[life->device] && (g->group_pages[life->device] > 1 ||
				       t->task == g->stream_task || generate_one_in(g, 2)))
		add(t, OP_SETTLE, life);
	add(t, OP_STOP, life)->how = how;
}

static void close_life(struct script *t, struct life *life)
{
	if (life->pasid == SCENARIO_NONE) {
		stop_life(t, life, SCENARIO_STOP_ANSWERED);
		add(t, OP_RID, life)->space = SCENARIO_NONE;
	} else {
		stop_life(t, life, pick_stop(t, life));
		add(t, OP_UNBIND, life);
	}
	life->open = false;
}

/* What may be done with a device that has no life. */
static void between_lives(struct script *t, const struct life *last)
{
	struct generator *g = t->g;

	if (g->shared[last->device] || open_on_device(t, last->device) || !has_room(t, 2))
		return;
	if (generate_has(g, FEATURE_SWITCH) && generate_one_in(g, 2)) {
		add(t, OP_DISABLE, last);
		add(t, OP_ENABLE, last);
	} else if (generate_has(g, FEATURE_REATTACH) && generate_one_in(g, 2)) {
		add(t, OP_DETACH, last);
		add(t, OP_ATTACH, last);
	}
}

/* The same PASID at once: whoever is not through with the last life meets the next one. */
static void bind_again(struct script *t, struct life *life)
{
	const struct life last = *life;

	if (!has_room(t, 4))
		return;
	*life = (struct life){ .device = last.device, .pasid = last.pasid, .space = last.space };
	if (!may_use(t, life->space) && !pick_space(t, &life->space))
		return;
	begin_life(t, life);
	if (generate_has(t->g, FEATURE_EXIT) && generate_one_in(t->g, 2))
		exit_space(t, life);
}

/* The RID domain is exchanged for another while its requests are under way. */
static void exchange_rid(struct script *t, struct life *life)
{
	end_groups(t, life);
	if (!has_room(t, 3) || !pick_space(t, &life->space))
		return;
	stop_life(t, life, SCENARIO_STOP_ANSWERED);
	add(t, OP_RID, life)->space = life->space;
}

static void step_life(struct script *t, struct life *life)
{
	struct generator *g = t->g;
	bool pasid = life->pasid != SCENARIO_NONE;
	unsigned dice = generate_below(g, 16);

	if (life->groups && dice < 3) {
		close_life(t, life);
		if (generate_has(g, FEATURE_REBIND) && generate_one_in(g, 2))
			bind_again(t, life);
		else
			between_lives(t, life);
		return;
	}
	if (!has_room(t, 1))
		return;
	if (dice == 3 && generate_has(g, FEATURE_EXIT))
		exit_space(t, life);
	else if (dice == 4 && generate_has(g, FEATURE_PAUSE))
		generate_op(g, OP_PAUSE, t->task);
	else if (dice == 5 && generate_has(g, FEATURE_DRAIN) && pasid)
		add(t, OP_DRAIN, life);
	else if (dice == 6 && generate_has(g, FEATURE_SETTLE) && pasid && !life->left)
		add(t, OP_SETTLE, life);
	else if (dice < 9 && generate_has(g, FEATURE_TRANSLATE) && pasid)
		use_translation(t, life);
	else if (dice == 9 && !pasid)
		exchange_rid(t, life);
	else if (dice >= 13 && generate_has(g, FEATURE_BURST))
		send_burst(t, life);
	else
		send_request(t, life);
}

/* Plays lives until the task has had its share, then leaves them as they are. */
static void play_task(struct script *t, unsigned share)
{
	struct generator *g = t->g;
	unsigned slots = generate_has(g, FEATURE_SIDE_BY_SIDE) ? LIVES_AT_ONCE : 1;

	t->first = g->s->ops;
	for (unsigned turns = 0; turns < 128; turns++) {
		struct life *life = &t->life[generate_below(g, slots)];

		if (g->s->ops - t->first + debt(t) >= share || !has_room(t, 1))
			break;
		if (life->open)
			step_life(t, life);
		else
			open_life(t, life);
	}
}

/*
 * One life, and all its requests at once: the device holds them back and has the next one on the way
 * as soon as one is answered.
 */
static void play_stream(struct script *t)
{
	struct generator *g = t->g;
	struct life *life = &t->life[0];
	unsigned n = 8 + generate_below(g, 24);

	for (unsigned d = 0; d < g->s->devices; d++)
		if (g->streams[d])
			life->device = (uint8_t)d;
	life->pasid = SCENARIO_NONE;
	for (unsigned p = 0; p < g->symbols; p++)
		if (g->owner[life->device][p] == t->task)
			life->pasid = (uint8_t)p;
	if (!pick_space(t, &life->space))
		return;
	begin_life(t, life);
	while (n-- && has_room(t, GROUP_PAGES_MAX))
		send_request(t, life);
}

/*
 * The lives of the first task are ended by another one, while a third lets their space go: both
 * wait for the first, so that the bind is over and the race is between exit and unbind.
 */
static void race_with_exit(struct script *t)
{
	struct generator *g = t->g;
	struct scenario *s = g->s;
	uint8_t space = GENERATE_ANYBODY;
	struct script closer = { .g = g, .task = s->tasks };
	unsigned lives = 0;

	for (unsigned i = 0; i < LIVES_AT_ONCE; i++) {
		struct life *life = &t->life[i];

		if (!life->open)
			continue;
		end_groups(t, life);
		if (g->space_owner[life->space] == t->task && !g->exited[life->space])
			space = life->space;
		closer.life[lives++] = *life;
		life->open = false;
	}
	if (!lives)
		return;
	s->tasks++;
	generate_op(g, OP_AWAIT, closer.task)->space = (uint8_t)t->task;
	while (lives--)
		close_life(&closer, &closer.life[lives]);
	if (space == GENERATE_ANYBODY)
		return;
	s->tasks++;
	generate_op(g, OP_AWAIT, closer.task + 1)->space = (uint8_t)t->task;
	generate_op(g, OP_EXIT, closer.task + 1)->space = space;
	g->exited[space] = true;
}

/* When all is over: the queues down and up again, and a life behind that. */
static void restart_units(struct generator *g)
{
	struct scenario *s = g->s;
	struct script t = { .g = g, .task = s->tasks };
	struct life *life = &t.life[0];
	unsigned unit = generate_below(g, s->units);

	if (s->tasks == SCENARIO_TASKS_MAX || s->ops + s->tasks + 2u > SCENARIO_OPS_MAX)
		return;
	for (unsigned i = 0; i < s->tasks; i++)
		generate_op(g, OP_AWAIT, t.task)->space = (uint8_t)i;
	s->tasks++;
	generate_op(g, OP_FINISH, t.task)->device = (uint8_t)unit;
	generate_op(g, OP_START, t.task)->device = (uint8_t)unit;
	life->device = (uint8_t)generate_below(g, s->devices);
	if (s->ops + 4u > SCENARIO_OPS_MAX || !pick_space(&t, &life->space))
		return;
	add_bind(&t, life);
	life->open = true;
	life->left = 1;
	send_request(&t, life);
	close_life(&t, life);
}

/* A space that exits while it may be bound belongs to one task; the first is everybody's. */
static void choose_space_owners(struct generator *g)
{
	struct scenario *s = g->s;
	bool exits = generate_has(g, FEATURE_EXIT) || generate_has(g, FEATURE_EXIT_RACE);

	if (exits && s->spaces == 1 && s->tasks > 1)
		s->spaces = 2;
	for (unsigned i = 0; i < s->spaces; i++) {
		bool owned = exits && (i || s->tasks == 1);

		g->space_owner[i] = owned ? (uint8_t)generate_below(g, s->tasks) : GENERATE_ANYBODY;
	}
	if (generate_has(g, FEATURE_EXIT_RACE))
		g->space_owner[s->spaces - 1] = 0;
}

void generate_tasks(struct generator *g)
{
	struct scenario *s = g->s;
	unsigned tasks = s->tasks;
	unsigned players = tasks - (g->stream_task < tasks);
	struct script t[SCENARIO_TASKS_MAX] = { 0 };

	choose_space_owners(g);
	g->group_base =
		(uint16_t)(generate_one_in(g, 4) ? 512 - TASK_GROUPS * SCENARIO_TASKS_MAX : 0);
	for (unsigned i = 0; i < tasks; i++) {
		t[i].g = g;
		t[i].task = i;
		if (i == g->stream_task)
			play_stream(&t[i]);
		else
			play_task(&t[i], g->limit / players);
		if (i == 0 && generate_has(g, FEATURE_EXIT_RACE))
			continue;
		for (unsigned l = 0; l < LIVES_AT_ONCE; l++)
			if (t[i].life[l].open)
				close_life(&t[i], &t[i].life[l]);
		if (s->ops == t[i].first)
			generate_op(g, OP_PAUSE, i);
	}
	if (generate_has(g, FEATURE_EXIT_RACE))
		race_with_exit(&t[0]);
	if (generate_has(g, FEATURE_FINISH))
		restart_units(g);
}
