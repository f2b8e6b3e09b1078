/* SPDX-License-Identifier: GPL-2.0-only */
/* Address spaces: references, release notifiers, page faults. mm/mmu_notifier.c, kernel/fork.c */

#include <asm-generic/errno.h>

#include "host/backend.h"
#include "host/primitives.h"
#include "host/sanitizer.h"

#define NS_PER_MS 1000000ull

bool host_mmget_not_zero(struct host_space *space)
{
	engine_guard();
	host_point(HOST_SITE_SPACE_GET);
	host_touch(space, sizeof(*space));
	if (!space->users)
		return false;
	space->users++;
	return true;
}

/* exit_mmap(): notifiers first, then the page tables go. */
static void release_space(struct host_space *space)
{
	while (space->notifiers) {
		struct host_space_notifier *n = space->notifiers;
		unsigned depth;

		host_touch(n, sizeof(*n));
		space->notifiers = n->next;
		n->next = NULL;
		space->notifiers_running++;
		host_msan_forget_call();
		depth = engine_step_out();
		n->release(n, space);
		engine_step_in(depth);
		space->notifiers_running--;
		host_released(&space->notifiers);
		engine_wake(&space->notifiers, ~0u);
	}
	space->released = true;
	host_event(EV_SPACE_RELEASE, space->id, 0, 0, 0);
	if (host_backend.space_release)
		host_backend.space_release(space);
}

void host_mmput(struct host_space *space)
{
	engine_guard();
	host_point(HOST_SITE_SPACE_PUT);
	host_touch(space, sizeof(*space));
	if (!space->users) {
		host_warn(__FILE__, "mmput of a space that has no users");
		return;
	}
	/* A reference that is put orders what its holder did before the release. */
	host_released(&space->users);
	if (--space->users)
		return;
	host_might_sleep_at(HOST_SITE_SPACE_PUT);
	host_acquired(&space->users);
	release_space(space);
}

void host_space_register(struct host_space *space, struct host_space_notifier *n)
{
	engine_guard();
	host_point(HOST_SITE_SPACE_GET);
	host_might_sleep_at(HOST_SITE_SPACE_GET);
	host_touch(n, sizeof(*n));
	host_released(&space->users);
	n->next = space->notifiers;
	space->notifiers = n;
	host_wrote(n, sizeof(*n));
}

void host_space_wait_release(struct host_space *space)
{
	engine_guard();
	host_might_sleep_at(HOST_SITE_SPACE_PUT);
	while (space->notifiers_running)
		engine_block(HOST_SITE_SPACE_PUT, &space->notifiers, "a release notifier",
			     ENGINE_NO_DEADLINE, false);
	host_acquired(&space->notifiers);
}

void host_space_unregister(struct host_space *space, struct host_space_notifier *n)
{
	engine_guard();
	host_point(HOST_SITE_SPACE_PUT);
	host_might_sleep_at(HOST_SITE_SPACE_PUT);
	host_touch(n, sizeof(*n));
	for (struct host_space_notifier **at = &space->notifiers; *at; at = &(*at)->next) {
		if (*at != n)
			continue;
		*at = n->next;
		n->next = NULL;
		break;
	}
	host_space_wait_release(space);
}

int host_handle_mm_fault(struct host_space *space, u64 addr, unsigned flags)
{
	engine_guard();
	u32 delay;
	int result = -EFAULT;

	host_point(HOST_SITE_SPACE_FAULT);
	host_might_sleep_at(HOST_SITE_SPACE_FAULT);
	host_touch(space, sizeof(*space));
	delay = host_backend.space_fault_delay_ms ? host_backend.space_fault_delay_ms(space, addr)
						  : 0;
	if (delay && engine_self())
		engine_block(HOST_SITE_SPACE_FAULT, NULL, "a page to come in",
			     engine_now() + delay * NS_PER_MS, false);
	if (!space->users)
		host_warn(__FILE__, "a fault in a space that has no users");
	else if (host_backend.space_fault)
		result = host_backend.space_fault(space, addr, flags);
	host_event(EV_SPACE_FAULT, space->id, addr >> 12, flags, (u64)(s64)result);
	return result;
}
