/* SPDX-License-Identifier: GPL-2.0-only */
/* Spin locks and mutexes. */

#include "host/primitives.h"
#include "host/sanitizer.h"

#define OWNER_OUTSIDE 256u /* taken outside of tasks */

static u32 owner_mark(void)
{
	struct engine_task *self = engine_self();

	return self ? self->id + 1u : OWNER_OUTSIDE;
}

/*
 * Both kinds: a waiter that is woken competes again, so a newcomer may take the lock first, as with
 * the kernel's optimistic spinners.
 */
static void acquire(u32 *owner, const void *lock, const char *name, u32 *cached, unsigned site,
		    enum engine_held_kind kind)
{
	u8 class = host_order_lock(site, lock, name, cached);

	while (*owner) {
		engine_block(site, lock, name, ENGINE_NO_DEADLINE, false);
		host_touch(lock, sizeof(u32));
	}
	*owner = owner_mark();
	host_hold(lock, name, class, kind);
	host_acquired(lock);
}

static void release(u32 *owner, const void *lock, const char *name, unsigned site)
{
	bool mine = host_unhold(lock);

	/* After the report the release goes on, as in the kernel. */
	if (!mine && engine_self())
		engine_context(CONTEXT_UNLOCK, site, host_class_number(CLASS_LOCK, name), 0);
	host_released(lock);
	*owner = 0;
	engine_wake(lock, 1);
}

void host_spin_lock_init(struct host_spinlock *lock, const char *name)
{
	engine_guard();
	host_touch(lock, sizeof(*lock));
	*lock = (struct host_spinlock){ .name = name };
	engine_object_init(lock);
}

void host_spin_lock(struct host_spinlock *lock)
{
	engine_guard();
	host_point(HOST_SITE_SPIN_LOCK);
	host_touch(lock, sizeof(*lock));
	acquire(&lock->owner, lock, host_object_name(lock->name), &lock->class, HOST_SITE_SPIN_LOCK,
		HELD_SPIN);
}

void host_spin_unlock(struct host_spinlock *lock)
{
	engine_guard();
	host_touch(lock, sizeof(*lock));
	release(&lock->owner, lock, lock->name, HOST_SITE_SPIN_LOCK);
}

void host_mutex_init(struct host_mutex *lock, const char *name)
{
	engine_guard();
	host_touch(lock, sizeof(*lock));
	*lock = (struct host_mutex){ .name = name };
	engine_object_init(lock);
}

void host_mutex_lock(struct host_mutex *lock)
{
	engine_guard();
	host_point(HOST_SITE_MUTEX_LOCK);
	host_might_sleep_at(HOST_SITE_MUTEX_LOCK);
	host_touch(lock, sizeof(*lock));
	acquire(&lock->owner, lock, host_object_name(lock->name), &lock->class,
		HOST_SITE_MUTEX_LOCK, HELD_MUTEX);
}

void host_mutex_unlock(struct host_mutex *lock)
{
	engine_guard();
	host_touch(lock, sizeof(*lock));
	release(&lock->owner, lock, lock->name, HOST_SITE_MUTEX_LOCK);
}

bool host_mutex_is_locked(const struct host_mutex *lock)
{
	engine_guard();
	host_touch(lock, sizeof(*lock));
	return lock->owner != 0;
}
