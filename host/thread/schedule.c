/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points, blocking, polling, the end of a run; the threads that tasks and hardware run on.
 *
 * Everything but the point of a marked access is under the house lock. That point is in the middle of
 * the code under test, so it takes no lock, and leaves the books to the task's next visit: a task that
 * enters the house may have written to whatever others poll for, unless it polls itself.
 */

#include <string.h>

#include "host/engine/wait.h"
#include "host/primitives.h"
#include "host/sanitizer.h"
#include "host/thread/engine_state.h"

#define LIVELOCK_TIMES                                                                             \
	8 /* limits.fair_steps that one task may use up: none is in a fair order here */
#define TIRED_NAP_US 50
#define CLOCK_ONE_IN 64 /* points at which time that passes at will does so */
#define HARDWARE_NOISE 63
#define HARDWARE_STEP_ONE_IN 4  /* points at which the task that comes by steps it */
#define HARDWARE_LOOKS 64       /* marked accesses from one chance for it to the next */
#define HARDWARE_CALL_ONE_IN 16 /* times that its thread is called of those that it could move */

struct engine host_engine;
__thread struct engine_thread engine_thread = { .who = ENGINE_NOBODY };

/* Between runs and their callers, TSan's view: nothing that either does can race with the other. */
static char run_begins, run_ends;

static struct noise hardware_noise;

/* --- In and out ---------------------------------------------------------------------------------- */

static bool hardware_can_move(const struct engine *e)
{
	return e->on && e->interrupt == ENGINE_GOES_ON && e->ready & ~TASKS_MASK;
}

/*
 * Its thread need not hear of it each time: whoever comes to a point may step it as well, and whoever
 * stops last does.
 */
static bool hardware_is_called(struct engine *e)
{
	return e->hw_asleep && hardware_can_move(e) &&
	       (e->hw_called || !noise_below(&hardware_noise, HARDWARE_CALL_ONE_IN));
}

static inline void show(struct engine *e)
{
	__atomic_store_n(&e->shown.running, e->running, __ATOMIC_RELAXED);
	__atomic_store_n(&e->shown.stops, e->interrupt != ENGINE_GOES_ON, __ATOMIC_RELAXED);
	__atomic_store_n(&e->shown.polls, e->polling != 0, __ATOMIC_RELAXED);
	__atomic_store_n(&e->shown.noisy, e->noisy, __ATOMIC_RELAXED);
}

void schedule_drop(struct engine *e)
{
	u64 wake = e->to_wake;
	bool hardware = hardware_is_called(e);
	bool driver = e->wake_driver;

	e->to_wake = 0;
	e->wake_driver = false;
	if (hardware) {
		e->hw_asleep = e->hw_called = false;
		e->hw_wakeups++;
	}
	if (driver)
		e->driver_wakeups++;
	show(e);
	house_unlock();
	for (; wake; wake &= wake - 1)
		house_wake(&engine_runner(e, (unsigned)__builtin_ctzll(wake))->wakeups);
	if (hardware)
		house_wake(&e->hw_wakeups);
	if (driver)
		house_wake(&e->driver_wakeups);
}

static inline void arrive(struct engine *e)
{
	struct runner *r = engine_thread.runner;

	if (!r)
		return;
	r->entered = true;
	if (!r->relook)
		engine_stir(e, r->task->bit);
}

void engine_enter(void)
{
	if (engine_thread.depth++)
		return;
	house_lock();
	arrive(&host_engine);
}

void engine_leave(void)
{
	if (!--engine_thread.depth)
		schedule_drop(&host_engine);
}

unsigned engine_step_out(void)
{
	unsigned depth = engine_thread.depth;

	engine_thread.depth = 0;
	if (depth)
		schedule_drop(&host_engine);
	return depth;
}

void engine_step_in(unsigned depth)
{
	if (!depth)
		return;
	house_lock();
	engine_thread.depth = depth;
	arrive(&host_engine);
}

void schedule_sleep(u32 *futex)
{
	unsigned depth = engine_thread.depth;
	u32 seen = *futex;

	engine_thread.depth = 0;
	schedule_drop(&host_engine);
	house_sleep(futex, seen);
	house_lock();
	engine_thread.depth = depth;
}

static void runner_sleep(struct runner *r)
{
	r->asleep = true;
	schedule_sleep(&r->wakeups);
	r->asleep = false;
}

static void nap(u32 what)
{
	unsigned depth = engine_step_out();

	noise_do(what);
	engine_step_in(depth);
}

/* --- Livelock ------------------------------------------------------------------------------------- */

static u32 bound(const struct engine *e)
{
	return e->limits.fair_steps * LIVELOCK_TIMES;
}

/*
 * Points are counted, not seconds. Over the bound is one matter, and that all who can move have had
 * their share of points since the last progress the other: whom the machine keeps waiting can't be
 * blamed for it.
 */
static bool is_livelock(const struct engine *e, u32 moves)
{
	if (moves <= bound(e))
		return false;
	for (u64 rest = e->ready & TASKS_MASK; rest; rest &= rest - 1) {
		const struct runner *r = e->runner[__builtin_ctzll(rest)];
		u32 progress = __atomic_load_n(&r->progress, __ATOMIC_RELAXED);

		if (progress != e->progress ||
		    __atomic_load_n(&r->moves, __ATOMIC_RELAXED) < e->limits.fair_steps)
			return false;
	}
	return !(e->ready & ~TASKS_MASK) || e->hw_moves >= e->limits.fair_steps;
}

/* --- Hardware ------------------------------------------------------------------------------------- */

static void step_actor(struct engine *e, unsigned id)
{
	struct engine_actor *actor = &e->actor[id - ENGINE_ACTOR_BASE];
	struct engine_thread self = engine_thread;

	/* A deadline that was reached is good for one step. */
	if (actor->when <= e->now) {
		actor->when = ENGINE_NO_DEADLINE;
		if (!actor->can_move)
			e->ready &= ~BIT_ULL(id);
	}
	e->steps++;
	e->hw_moves++;
	engine_thread.runner = NULL;
	engine_thread.who = (u8)id;
	actor->step(actor->arg);
	engine_thread.runner = self.runner;
	engine_thread.who = self.who;
	engine_stir(e, 0);
}

static unsigned pick_actor(struct engine *e, unsigned last)
{
	u64 ready = e->ready & ~TASKS_MASK;
	u64 favourites = noise_favourites(); /* once: a task outside may change it */
	u64 behind = last < 63 ? ready & (~0ull << (last + 1)) : 0;

	if (!e->noisy)
		return (unsigned)__builtin_ctzll(behind ? behind : ready);
	if (ready & favourites)
		ready &= favourites;
	for (u32 skip = noise_below(&hardware_noise, (u32)__builtin_popcountll(ready)); skip;
	     skip--)
		ready &= ready - 1;
	return (unsigned)__builtin_ctzll(ready);
}

static void step_hardware(struct engine *e)
{
	static unsigned last;

	last = pick_actor(e, last);
	step_actor(e, last);
	if (e->hw_moves > bound(e) / 2)
		e->noisy = false;
	if (is_livelock(e, e->hw_moves))
		e->interrupt = ENGINE_LIVELOCK;
}

/* --- Who can move --------------------------------------------------------------------------------- */

static bool move_clock(struct engine *e)
{
	u8 who = engine_who();
	bool moved = engine_move_clock(e);

	engine_set_who(who);
	return moved;
}

static void finish(struct engine *e, int end)
{
	e->end = end;
	e->on = false;
	e->wake_driver = true;
}

/*
 * While no task can move, whoever stopped last does what hardware can do: to wake the hardware's thread for
 * it would be two switches for nothing.
 */
void schedule_settle(struct engine *e)
{
	if (!e->on)
		return;
	while (e->interrupt == ENGINE_GOES_ON) {
		if (e->ready & TASKS_MASK)
			return;
		if (e->ready)
			step_hardware(e);
		else if (!move_clock(e))
			finish(e, engine_verdict_at_rest(e));
		if (!e->on)
			return;
	}
	if (!e->running)
		finish(e, e->interrupt);
}

/* A runner that was left behind in a call has lost its task to another, and sleeps for ever. */
static bool can_run(const struct engine *e, const struct runner *r)
{
	return e->on && e->interrupt == ENGINE_GOES_ON && r->task->state == TASK_READY &&
	       e->runner[r->task->id] == r;
}

static void order_run(struct engine *e, struct runner *r)
{
	if (r->part == e->part)
		return;
	r->part = e->part;
	host_acquired(&run_begins);
}

/* Until the task can go on: it waits for something, or the run is over, or stopped. */
static void wait_turn(struct engine *e, struct runner *r)
{
	e->running &= ~r->task->bit;
	host_released(&run_ends);
	schedule_settle(e);
	/* Those who go on may be long in coming to a point. */
	e->hw_called = true;
	while (!r->dismissed && !can_run(e, r)) {
		runner_sleep(r);
		if (r->tell_stack)
			watch_take_stack(r);
	}
	if (r->dismissed)
		return;
	e->running |= r->task->bit;
	r->entered = true;
	order_run(e, r);
	if (r->adopted) {
		r->adopted = false;
		host_event(EV_TASK_START, 0, 0, 0, 0);
	}
}

static inline void count_move(struct engine *e, struct runner *r)
{
	u32 progress = __atomic_load_n(&e->progress, __ATOMIC_RELAXED);

	__atomic_store_n(&r->points, r->points + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&r->moves, r->progress == progress ? r->moves + 1 : 1, __ATOMIC_RELAXED);
	__atomic_store_n(&r->progress, progress, __ATOMIC_RELAXED);
}

/* Half way to the bound the noise falls silent; beyond it, others get the CPU. */
static void tire(struct engine *e, struct runner *r)
{
	e->noisy = false;
	if (is_livelock(e, r->moves))
		e->interrupt = ENGINE_LIVELOCK;
	else if (r->moves > bound(e))
		nap(TIRED_NAP_US);
}

static void attend(struct engine *e, struct runner *r)
{
	if (unlikely(r->moves > bound(e) / 2))
		tire(e, r);
	while (unlikely(e->interrupt != ENGINE_GOES_ON))
		wait_turn(e, r);
}

/* --- Points ---------------------------------------------------------------------------------------- */

static u32 draw(struct engine *e, struct runner *r)
{
	return e->noisy ? noise_draw(&r->noise, r->task->id) : 0;
}

static void point_inside(struct engine *e, struct runner *r, bool look)
{
	u32 what = draw(e, r);

	e->steps++;
	/* Whoever has just come in has let others in before, and will soon be out again. */
	if (what || (!r->entered && (house_is_wanted() || e->to_wake)))
		nap(what);
	r->entered = false;
	if (e->limits.clock_choice && e->noisy && e->timed | e->actor_timed &&
	    !noise_below(&r->noise, CLOCK_ONE_IN))
		move_clock(e);
	if (hardware_can_move(e) && !noise_below(&hardware_noise, HARDWARE_STEP_ONE_IN))
		step_hardware(e);
	attend(e, r);
	if (!look)
		engine_stir(e, r->task->bit);
}

/* Of a marked access. */
static void point_outside(struct engine *e, struct runner *r)
{
	bool stops = __atomic_load_n(&e->shown.stops, __ATOMIC_RELAXED);
	bool polls = __atomic_load_n(&e->shown.polls, __ATOMIC_RELAXED);

	r->outside++;
	if (__atomic_load_n(&e->shown.noisy, __ATOMIC_RELAXED))
		noise_do(noise_draw(&r->noise, r->task->id));
	if (likely(!stops && !(polls && !r->relook) && r->moves <= bound(e) / 2 &&
		   r->outside % HARDWARE_LOOKS))
		return;
	engine_enter();
	attend(e, r);
	engine_leave();
}

void host_pass(unsigned site)
{
	if (engine_thread.runner)
		engine_thread.runner->task->nth[site]++;
}

void host_point(unsigned site)
{
	struct engine *e = &host_engine;
	struct runner *r = engine_thread.runner;
	struct engine_task *self;
	bool again, look = engine_site_is_look(site);

	if (!r)
		return;
	self = r->task;
	/* A lock dropped to wait for what it guards, and taken to look again. */
	again = site == HOST_SITE_SPIN_LOCK && self->site == HOST_SITE_CPU_RELAX;
	self->site = site;
	self->nth[site]++;
	if (again)
		return;
	count_move(e, r);
	if (!look)
		r->relook = false;
	if (engine_thread.depth)
		point_inside(e, r, look);
	else
		point_outside(e, r);
}

void host_cpu_relax(const char *what)
{
	struct engine *e = &host_engine;
	struct runner *r = engine_thread.runner;
	struct engine_task *self;

	if (!r)
		return;
	engine_guard();
	self = r->task;
	e->steps++;
	self->site = HOST_SITE_CPU_RELAX;
	self->nth[HOST_SITE_CPU_RELAX]++;
	count_move(e, r);
	if (!r->relook)
		engine_stir(e, self->bit);
	r->relook = true;
	attend(e, r);
	/* What changed since it began to look may have changed behind its look: then it looks again. */
	if (e->stirred & self->bit) {
		nap(draw(e, r));
	} else {
		engine_set_polling(e, self, what);
		wait_turn(e, r);
	}
	e->stirred &= ~self->bit;
	self->state = TASK_READY;
}

/* --- Blocking -------------------------------------------------------------------------------------- */

bool engine_block(unsigned site, const void *object, const char *what, u64 deadline, bool idle)
{
	struct engine *e = &host_engine;
	struct runner *r = engine_thread.runner;
	const struct engine_wait wait = {
		.site = site,
		.idle = idle,
		.object = object,
		.what = what,
		.deadline = deadline,
	};
	struct engine_task *self;

	if (!r)
		engine_die("%s is waited for outside of a task", what);
	self = r->task;
	/* Whoever spins for a spin lock is atomic already. */
	if (!idle && site != HOST_SITE_SPIN_LOCK)
		host_might_sleep_at(site);
	if (self->site != site) {
		self->site = site;
		self->nth[site]++;
	}
	engine_set_wait(e, self, &wait);
	if (!idle)
		host_event(EV_BLOCK, site, engine_object_number(object), 0, 0);
	if (!r->relook)
		engine_stir(e, self->bit);
	r->place = idle ? RUNNER_IDLE : RUNNER_CALL;
	wait_turn(e, r);
	r->place = RUNNER_CALL;
	if (site != HOST_SITE_SPIN_LOCK)
		r->relook = false;
	return !self->wait.timed_out;
}

/* --- Threads ---------------------------------------------------------------------------------------- */

bool engine_dismissed(void)
{
	return engine_thread.runner && engine_thread.runner->dismissed;
}

static void run_job(struct engine *e, struct runner *r)
{
	struct engine_task *self = r->task;

	r->job = e->job[self->id];
	r->place = RUNNER_CALL;
	r->dismissed = r->adopted = r->relook = false;
	r->entered = true;
	e->running |= self->bit;
	order_run(e, r);
	host_event(EV_TASK_START, 0, 0, 0, 0);
	r->job.fn(r->job.arg);
	r->place = RUNNER_HOME;
	if (r->dismissed)
		return;
	host_check_exit(HOST_SITE_START);
	host_event(EV_TASK_END, 0, 0, 0, 0);
	self->state = TASK_DONE;
	e->ready &= ~self->bit;
	e->running &= ~self->bit;
	e->urgent &= ~self->bit;
	engine_stir(e, self->bit);
	host_released(&run_ends);
	schedule_settle(e);
}

void *schedule_runner_main(void *arg)
{
	struct engine *e = &host_engine;
	struct runner *r = arg;

	engine_enter();
	engine_thread.runner = r;
	engine_thread.who = r->task->id;
	for (;;) {
		if (can_run(e, r))
			run_job(e, r);
		else
			runner_sleep(r);
	}
	return NULL;
}

void *schedule_hardware_main(void *unused)
{
	struct engine *e = &host_engine;
	u32 what;

	engine_enter();
	for (;;) {
		if (!hardware_can_move(e)) {
			e->hw_asleep = true;
			schedule_sleep(&e->hw_wakeups);
			e->hw_asleep = false;
			continue;
		}
		what = e->noisy ? noise_draw(&hardware_noise, HARDWARE_NOISE) : 0;
		if (what || house_is_wanted())
			nap(what);
		if (!hardware_can_move(e))
			continue;
		step_hardware(e);
		schedule_settle(e);
	}
	return NULL;
}

/* --- The caller's side ------------------------------------------------------------------------------ */

void engine_progress(void)
{
	struct engine *e = &host_engine;

	engine_guard();
	__atomic_store_n(&e->progress, e->progress + 1, __ATOMIC_RELAXED);
	e->hw_moves = 0;
	e->noisy = e->chooser != NULL;
}

enum engine_end engine_run(void)
{
	struct engine *e = &host_engine;

	engine_guard();
	if (e->interrupt == ENGINE_OVERFLOW)
		return ENGINE_OVERFLOW;
	e->interrupt = e->end = ENGINE_GOES_ON;
	e->on = true;
	e->part++;
	engine_progress();
	host_released(&run_begins);
	for (u64 rest = e->ready & TASKS_MASK; rest; rest &= rest - 1) {
		unsigned id = (unsigned)__builtin_ctzll(rest);

		noise_start(&e->runner[id]->noise, id);
		engine_made_ready(e, id);
	}
	noise_start(&hardware_noise, HARDWARE_NOISE);
	schedule_settle(e);
	while (e->on)
		schedule_sleep(&e->driver_wakeups);
	host_acquired(&run_ends);
	return (enum engine_end)e->end;
}
