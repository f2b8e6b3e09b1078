/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points, decisions, blocking, time.
 *
 * There is no scheduler stack: the task that arrives at a point decides who is next, steps the
 * actors that are chosen on its own stack, and switches to the next task itself.
 */

#include "host/engine/wait.h"
#include "host/fiber/engine_state.h"
#include "host/primitives.h"
#include "host/sanitizer.h"

struct engine host_engine;

#define HASH_MULTIPLIER 0x9e3779b97f4a7c15ull
#define PLACE_ENDED (HOST_SITE_MAX + 1) /* a site for the hash of places only */

#if defined(__x86_64__)
#define USES_POPCNT __attribute__((target("popcnt")))
#else
#define USES_POPCNT
#endif

static inline void stand_at(struct engine *e, struct engine_task *t, unsigned site)
{
	e->place += ((u64)site - t->site) * t->weight;
	t->site = site;
}

/* --- Decisions ------------------------------------------------------------------------------ */

/* Asks the chooser; @d is filled but for what the current task says. */
static unsigned ask(struct engine *e, struct decision *d, u32 index)
{
	struct engine_task *cur = e->current;
	bool exhausted = false;
	unsigned option;

	d->current = cur->id;
	d->site = cur->site;
	d->nth = cur->nth[cur->site];
	d->skip = cur->skip;
	option = e->chooser->choose(e->chooser, d, &exhausted);
	if (exhausted)
		e->chooser = NULL;
	if (unlikely(option >= d->n))
		option %= d->n;
	if (option) {
		record_choice(d, d->kind == CHOOSE_TASK ? decision_target(d, option) : option,
			      option, index);
		engine_restart_fair_count(e);
	}
	return option;
}

static USES_POPCNT unsigned choose_task(struct engine *e, u64 ready, unsigned preferred,
					bool can_stay)
{
	u32 index = e->decisions++;
	unsigned option = 0;
	unsigned target = preferred;

	if (e->feedback)
		e->feedback[(e->place * HASH_MULTIPLIER) >> e->feedback_shift] = 1;
	if (likely(e->chooser)) {
		struct decision d = {
			.kind = CHOOSE_TASK,
			.n = __builtin_popcountll(ready),
			.preferred = preferred,
			.can_stay = can_stay,
			.ready = ready,
		};

		option = ask(e, &d, index);
		if (option)
			target = decision_target(&d, option);
	}
	e->current->skip++;
	e->decision_hash = (e->decision_hash ^ ready ^ (u64)option << 56) * HASH_MULTIPLIER;
	return target;
}

unsigned engine_choose(enum choice_kind kind, unsigned n)
{
	struct engine *e = &host_engine;
	struct decision d = { .kind = kind, .n = n < 255 ? n : 255 };
	unsigned option = 0;
	u32 index;

	if (n < 2)
		return 0;
	index = e->decisions++;
	if (e->chooser)
		option = ask(e, &d, index);
	e->current->skip++;
	e->decision_hash =
		(e->decision_hash ^ kind ^ (u64)n << 8 ^ (u64)option << 56) * HASH_MULTIPLIER;
	return option;
}

/* --- Who is next ------------------------------------------------------------------------------ */

/* The next id behind @id, wrapping round. @mask is not empty. */
static unsigned next_in_turn(u64 mask, unsigned id)
{
	u64 behind = id < 63 ? mask & (~0ull << (id + 1)) : 0;

	return (unsigned)__builtin_ctzll(behind ? behind : mask);
}

static void step_actor(struct engine *e, unsigned id)
{
	struct engine_actor *actor = &e->actor[id - ENGINE_ACTOR_BASE];

	/* A deadline that was reached is good for one step. */
	if (actor->when <= e->now) {
		actor->when = ENGINE_NO_DEADLINE;
		if (!actor->can_move)
			e->ready &= ~BIT_ULL(id);
	}
	e->steps++;
	e->who = id;
	e->running = NULL;
	actor->step(actor->arg);
	engine_stir(e, 0);
}

USES_POPCNT int schedule_pick(struct engine_task *cur, bool can_stay)
{
	struct engine *e = &host_engine;
	/* A quantum that is used up moves the turn on, but the task itself is in the rotation. */
	bool stays = can_stay && e->steps < e->quantum_end;
	unsigned last = cur->id & 63;

	for (;;) {
		u64 movers = e->ready & ~ENGINE_CLOCK_BIT;
		unsigned target;

		if (unlikely(e->interrupt != ENGINE_GOES_ON)) {
			e->end = e->interrupt;
			return -1;
		}
		if (unlikely(e->steps >= e->fair_end)) {
			e->end = ENGINE_LIVELOCK;
			return -1;
		}
		if (unlikely(!movers)) {
			if (engine_move_clock(e))
				continue;
			e->end = engine_verdict_at_rest(e);
			return -1;
		}

		if (movers & e->urgent) {
			target = (unsigned)__builtin_ctzll(movers & e->urgent);
		} else {
			target = stays ? cur->id : next_in_turn(movers, last);
			if (e->ready & (e->ready - 1))
				target = choose_task(e, e->ready, target, can_stay);
		}
		if (likely(target < ENGINE_ACTOR_BASE))
			return (int)target;
		if (target == ENGINE_CLOCK) {
			e->steps++;
			engine_move_clock(e);
			continue;
		}
		step_actor(e, target);
		last = target;
	}
}

static inline void run_task(struct engine *e, struct engine_task *t)
{
	e->running = t;
	e->current = t;
	e->who = t->id;
}

void schedule_leave(struct engine_task *cur, int next)
{
	struct engine *e = &host_engine;

	if (next < 0) {
		e->running = NULL;
		e->who = ENGINE_NOBODY;
		fiber_switch(&e->fiber[cur->id], &e->main, true);
		return;
	}
	run_task(e, &e->task[next]);
	engine_restart_quantum(e);
	if (next != cur->id)
		fiber_switch(&e->fiber[cur->id], &e->fiber[next], false);
}

/* --- Points ------------------------------------------------------------------------------------- */

static __attribute__((noinline)) void point_with_choice(struct engine *e, struct engine_task *self)
{
	int next = schedule_pick(self, true);

	if (next == self->id) {
		run_task(e, self);
		if (e->steps >= e->quantum_end)
			engine_restart_quantum(e);
	} else {
		schedule_leave(self, next);
	}
}

void host_pass(unsigned site)
{
	if (likely(host_engine.running))
		host_engine.running->nth[site]++;
}

void host_point(unsigned site)
{
	struct engine *e = &host_engine;
	struct engine_task *self = e->running;
	bool again; /* a lock dropped to wait for what it guards, and taken to look again */
	u32 step;

	if (unlikely(!self))
		return;
	again = site == HOST_SITE_SPIN_LOCK && self->site == HOST_SITE_CPU_RELAX;
	stand_at(e, self, site);
	self->nth[site]++;
	/* Others have just been let in, and nothing has been done since. */
	if (again)
		return;
	step = ++e->steps;
	self->skip = 0;
	if (unlikely(((e->ready ^ self->bit) | e->polling) || step >= e->attention))
		point_with_choice(e, self);
	/* The step itself comes now, behind whatever was chosen at the point. */
	if (!engine_site_is_look(site))
		engine_stir(e, self->bit);
}

void host_cpu_relax(const char *what)
{
	struct engine *e = &host_engine;
	struct engine_task *self = e->running;

	if (!self)
		return;
	e->steps++;
	stand_at(e, self, HOST_SITE_CPU_RELAX);
	self->nth[HOST_SITE_CPU_RELAX]++;
	self->skip = 0;
	/* What changed since it began to look may have changed behind its look: then it looks again. */
	if (!(e->stirred & self->bit))
		engine_set_polling(e, self, what);
	schedule_leave(self, schedule_pick(self, false));
	e->stirred &= ~self->bit;
	self->state = TASK_READY;
}

/* --- Blocking ------------------------------------------------------------------------------------ */

bool engine_block(unsigned site, const void *object, const char *what, u64 deadline, bool idle)
{
	struct engine *e = &host_engine;
	struct engine_task *self = e->running;
	const struct engine_wait wait = {
		.site = site,
		.idle = idle,
		.object = object,
		.what = what,
		.deadline = deadline,
	};

	if (!self)
		engine_die("%s is waited for outside of a task", what);
	/* Whoever spins for a spin lock is atomic already. */
	if (!idle && site != HOST_SITE_SPIN_LOCK)
		host_might_sleep_at(site);
	/* A wait elsewhere than at the last point is a visit too: anchors must stay unique. */
	if (self->site != site) {
		stand_at(e, self, site);
		self->nth[site]++;
		self->skip = 0;
	}
	engine_set_wait(e, self, &wait);
	if (!idle)
		host_event(EV_BLOCK, site, engine_object_number(object), 0, 0);
	engine_stir(e, self->bit);
	schedule_leave(self, schedule_pick(self, false));
	engine_stir(e, self->bit);
	return !self->wait.timed_out;
}

/* --- The life of a task -------------------------------------------------------------------------- */

static void end_task(struct engine *e, struct engine_task *self)
{
	host_check_exit(HOST_SITE_START);
	host_event(EV_TASK_END, 0, 0, 0, 0);
	self->state = TASK_DONE;
	e->place += ((u64)PLACE_ENDED - self->site) * self->weight;
	e->ready &= ~self->bit;
	e->urgent &= ~self->bit;
	engine_stir(e, self->bit);
	schedule_leave(self, schedule_pick(self, false));
}

void schedule_task_main(void *arg)
{
	struct engine_task *self = arg;
	struct engine *e = &host_engine;

	for (;;) {
		struct engine_job *job = &e->job[self->id];

		host_event(EV_TASK_START, 0, 0, 0, 0);
		host_msan_forget_call();
		job->fn(job->arg);
		end_task(e, self);
	}
}
