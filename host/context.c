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
#define KINDS 6
#define TEXTS_MAX 256
#define RECENT_MAX 256     /* a power of two */
#define ADDRESSES_MAX 1024 /* a power of two; at most half full */

static struct {
	const char *name;
	u8 kind;
} classes[CLASSES_MAX];
static unsigned class_count;   /* classes are numbered from 1 */
static u64 edges[CLASSES_MAX]; /* [a] bit b: b was asked for with a held; index 0 is unused */

/*
 * Names are static text, so what text an address holds is found once for the whole process, and its
 * class of this run without another look at it. Two addresses may hold one text, never the reverse.
 */
static struct {
	const char *name;
	u16 text;
} addresses[ADDRESSES_MAX]; /* open addressing */
static const char *texts[TEXTS_MAX];
static unsigned text_count;
static struct {
	u32 run;
	u8 class;
} text_class[KINDS][TEXTS_MAX];
/* Of the names asked for last, by address: most of them are the same few. */
static struct {
	const char *name;
	u32 run;
	u8 kind, class;
} recent[RECENT_MAX];
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
		memset(text_class, 0, sizeof(text_class));
		memset(recent, 0, sizeof(recent));
		run_number = 1;
	}
}

/* @known: @name is the one address by which its text goes, as is that of every class. */
static u8 find_class(enum host_class_kind kind, const char *name, bool known)
{
	for (unsigned i = 1; i <= class_count; i++)
		if (classes[i].kind == kind &&
		    (classes[i].name == name || (!known && !strcmp(classes[i].name, name))))
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

static int add_text(unsigned at, const char *name)
{
	static unsigned address_count;
	unsigned text = 0;

	while (text < text_count && strcmp(texts[text], name))
		text++;
	if (text == TEXTS_MAX || address_count == ADDRESSES_MAX / 2)
		return -1;
	if (text == text_count)
		texts[text_count++] = name;
	address_count++;
	addresses[at].name = name;
	addresses[at].text = (u16)text;
	return (int)text;
}

/* The number of the text at @name; -1: there are too many. */
static int find_text(const char *name)
{
	unsigned at = (unsigned)((u64)(uintptr_t)name * 0x9e3779b97f4a7c15ull >> 40);

	for (;; at++) {
		at %= ADDRESSES_MAX;
		if (addresses[at].name == name)
			return addresses[at].text;
		if (!addresses[at].name)
			return add_text(at, name);
	}
}

static u8 class_of_text(enum host_class_kind kind, const char *name)
{
	int text = find_text(name);

	if (unlikely(text < 0))
		return find_class(kind, name, false);
	if (text_class[kind][text].run != run_number) {
		text_class[kind][text].run = run_number;
		text_class[kind][text].class = find_class(kind, texts[text], true);
	}
	return text_class[kind][text].class;
}

static u8 class_of(enum host_class_kind kind, const char *name)
{
	unsigned at;

	name = host_object_name(name);
	if (!name)
		name = "unnamed";
	at = (((uintptr_t)name >> 2) ^ kind) % RECENT_MAX;
	if (likely(recent[at].name == name && recent[at].run == run_number &&
		   recent[at].kind == kind))
		return recent[at].class;
	recent[at].name = name;
	recent[at].run = run_number;
	recent[at].kind = kind;
	recent[at].class = class_of_text(kind, name);
	return recent[at].class;
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

static u8 class_of_lock(const char *name, u32 *cached)
{
	u32 run = run_number << 8;

	if (unlikely((*cached & ~0xffu) != run || !(*cached & 0xff)))
		*cached = run | class_of(CLASS_LOCK, name);
	return (u8)*cached;
}

u8 host_order_lock(unsigned site, const void *lock, const char *name, u32 *cached)
{
	struct engine_task *self = engine_self();
	u8 class;

	if (!self)
		return 0;
	class = class_of_lock(name, cached);
	for (unsigned i = 0; i < self->held_count; i++) {
		if (self->held[i].lock == lock) {
			engine_context(CONTEXT_RECURSION, site, class, 0);
			return class;
		}
	}
	for (unsigned i = 0; i < self->held_count; i++)
		add_edge(site, class_of_held(&self->held[i]), class);
	return class;
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

void host_hold(const void *lock, const char *name, u8 class, enum engine_held_kind kind)
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
		.class = class,
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
	engine_guard();
	struct engine_task *self = engine_self();

	if (self)
		host_might_sleep_at(self->site);
}
