/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be done where: sleeping, and the order of locks.
 *
 * The order check is lockdep's, with the waits that its cross-release feature covered: a completion
 * that is waited for under a lock which its completer needs, a flush under a lock which the work
 * takes. Edges are kept for a run, so a verdict is a function of that run alone. Nesting within one
 * class is not judged. Documentation/locking/lockdep-design.rst
 */

#include <stdio.h>
#include <string.h>

#include "host/primitives.h"

#define CLASSES_MAX 64
#define CACHE_SIZE 256 /* a power of two */

static struct {
	const char *name;
	u8 kind;
} classes[CLASSES_MAX];
static unsigned class_count;   /* classes are numbered from 1 */
static u64 edges[CLASSES_MAX]; /* [a] bit b: b was asked for with a held; index 0 is unused */

/* Text -> class, by address first: two addresses may hold one text, never the reverse. */
static struct {
	const char *name;
	u32 run;
	u8 kind, class;
} cache[CACHE_SIZE];
static u32 run_number;

static const char *const kind_names[] = {
	[CLASS_LOCK] = "lock",
	[CLASS_COMPLETION] = "completion",
	[CLASS_WAITQUEUE] = "waitqueue",
	[CLASS_WORKQUEUE] = "workqueue",
	[CLASS_IRQ] = "irq",
};

void host_context_reset(void)
{
	memset(edges, 0, (class_count + 1) * sizeof(edges[0]));
	class_count = 0;
	if (++run_number == 0) {
		memset(cache, 0, sizeof(cache));
		run_number = 1;
	}
}

static u8 find_class(enum host_class_kind kind, const char *name)
{
	for (unsigned i = 1; i <= class_count; i++)
		if (classes[i].kind == kind && !strcmp(classes[i].name, name))
			return (u8)i;
	if (class_count == CLASSES_MAX - 1) {
		engine_overflow("too many lock classes");
		return 0;
	}
	class_count++;
	classes[class_count].kind = kind;
	classes[class_count].name = name;
	return (u8)class_count;
}

const char *host_object_name(const char *name)
{
	const struct engine_task *self = engine_self();
	uintptr_t poison;

	memset(&poison, HOST_POISON, sizeof(poison));
	if (likely((uintptr_t)name != poison))
		return name;
	host_event(EV_FREED_USE, self ? self->site : HOST_SITE_START, 0, 0, 0);
	return "a freed object";
}

static u8 class_of(enum host_class_kind kind, const char *name)
{
	unsigned at;

	name = host_object_name(name);
	if (!name)
		name = "unnamed";
	at = (((uintptr_t)name >> 2) ^ kind) % CACHE_SIZE;
	if (cache[at].run == run_number && cache[at].name == name && cache[at].kind == kind)
		return cache[at].class;
	cache[at].name = name;
	cache[at].run = run_number;
	cache[at].kind = kind;
	cache[at].class = find_class(kind, name);
	return cache[at].class;
}

u64 host_class_number(enum host_class_kind kind, const char *name)
{
	return class_of(kind, name);
}

const char *host_class_name(u64 class, char *buf, size_t size)
{
	if (class && class <= class_count)
		snprintf(buf, size, "%s %s", kind_names[classes[class].kind], classes[class].name);
	else
		snprintf(buf, size, "-");
	return buf;
}

static u8 class_of_held(struct engine_held *held)
{
	static const u8 kinds[] = {
		[HELD_MUTEX] = CLASS_LOCK,
		[HELD_SPIN] = CLASS_LOCK,
		[HELD_QUEUE] = CLASS_WORKQUEUE,
		[HELD_IRQ] = CLASS_IRQ,
	};

	if (!held->class)
		held->class = class_of(kinds[held->kind], held->name);
	return held->class;
}

static bool is_lock(const struct engine_held *held)
{
	return held->kind == HELD_MUTEX || held->kind == HELD_SPIN;
}

/* --- Order --------------------------------------------------------------------------------------- */

static bool reaches(unsigned from, unsigned to)
{
	u64 seen = BIT_ULL(from);
	u64 todo = seen;

	while (todo) {
		unsigned at = (unsigned)__builtin_ctzll(todo);

		todo &= todo - 1;
		if (at == to)
			return true;
		todo |= edges[at] & ~seen;
		seen |= edges[at];
	}
	return false;
}

static void add_edge(unsigned site, unsigned held, unsigned wanted)
{
	if (held == wanted || !held || !wanted || (edges[held] & BIT_ULL(wanted)))
		return;
	if (reaches(wanted, held))
		engine_context(CONTEXT_LOCK_ORDER, site, wanted, held);
	edges[held] |= BIT_ULL(wanted);
}

void host_order_wait(unsigned site, enum host_class_kind kind, const char *name)
{
	struct engine_task *self = engine_self();
	u8 wanted;

	if (!self || !self->held_count)
		return;
	wanted = class_of(kind, name);
	for (unsigned i = 0; i < self->held_count; i++)
		add_edge(site, class_of_held(&self->held[i]), wanted);
}

void host_order_wake(unsigned site, enum host_class_kind kind, const char *name)
{
	struct engine_task *self = engine_self();

	if (!self)
		return;
	for (unsigned i = 0; i < self->held_count; i++)
		if (is_lock(&self->held[i]))
			add_edge(site, class_of(kind, name), class_of_held(&self->held[i]));
}

/* --- What a task holds ------------------------------------------------------------------------------ */

void host_hold(const void *lock, const char *name, enum engine_held_kind kind)
{
	struct engine_task *self = engine_self();

	if (!self)
		return;
	if (self->held_count == ENGINE_LOCKS_HELD_MAX) {
		engine_overflow("a task holds too many locks");
		return;
	}
	self->held[self->held_count++] = (struct engine_held){
		.lock = lock,
		.name = name,
		.kind = kind,
	};
	if (kind == HELD_SPIN)
		self->atomic_depth++;
}

bool host_unhold(const void *lock)
{
	struct engine_task *self = engine_self();

	for (unsigned i = self ? self->held_count : 0; i--;) {
		if (self->held[i].lock != lock)
			continue;
		if (self->held[i].kind == HELD_SPIN)
			self->atomic_depth--;
		self->held_count--;
		for (; i < self->held_count; i++)
			self->held[i] = self->held[i + 1];
		return true;
	}
	return false;
}

bool host_holds(const void *lock)
{
	struct engine_task *self = engine_self();

	for (unsigned i = 0; self && i < self->held_count; i++)
		if (self->held[i].lock == lock)
			return true;
	return false;
}

void host_check_exit(unsigned site)
{
	struct engine_task *self = engine_self();
	unsigned kept = 0;

	if (!self)
		return;
	for (unsigned i = 0; i < self->held_count; i++) {
		if (!is_lock(&self->held[i])) {
			self->held[kept++] = self->held[i];
			continue;
		}
		engine_context(CONTEXT_EXIT_HELD, site, class_of_held(&self->held[i]), 0);
		if (self->held[i].kind == HELD_SPIN)
			self->atomic_depth--;
	}
	self->held_count = kept;
	if (self->rcu_depth)
		engine_context(CONTEXT_EXIT_HELD, HOST_SITE_RCU_READ_LOCK, 0, 0);
}

/* --- Sleeping ---------------------------------------------------------------------------------------- */

void host_might_sleep_at(unsigned site)
{
	struct engine_task *self = engine_self();
	u64 class = 0;

	if (!self || likely(!(self->atomic_depth | self->rcu_depth)))
		return;
	if (!self->atomic_depth) {
		engine_context(CONTEXT_SLEEP_RCU, site, 0, 0);
		return;
	}
	for (unsigned i = 0; i < self->held_count; i++)
		if (self->held[i].kind == HELD_SPIN)
			class = class_of_held(&self->held[i]);
	engine_context(CONTEXT_SLEEP_ATOMIC, site, class, 0);
}

void host_might_sleep(void)
{
	struct engine_task *self = engine_self();

	if (self)
		host_might_sleep_at(self->site);
}
