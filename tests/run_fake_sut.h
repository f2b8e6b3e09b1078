/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TESTS_RUN_FAKE_SUT_H
#define SLUICE_TESTS_RUN_FAKE_SUT_H

/*
 * Small systems under test over host calls only, so that the tests of run/ depend on no real one.
 * They keep lives and an engine of work, and never touch a register.
 *
 *  fake        its unbind drains by one completion for all, as the kernel's drain does: two drains
 *              at once can lose each other's wake-up, and hang
 *  fake-own    each drain has a completion of its own: clean
 *  fake-picks  as fake-own, but picks its own PASID numbers, from 40 on
 *  fake-same   as fake-picks, but gives each bind the same number
 *  fake-leak   as fake-own, and never frees a life
 *  fake-spin   its unbind polls for what never comes, looking at memory that is written meanwhile
 *  fake-stands as fake, has a version, and stands on two assumptions: one in each bind, the other in
 *              each bind of a domain
 *  fake-bare   has nothing but what setup needs, bind and unbind
 */

#include <asm-generic/errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/kernel.h"
#include "run/run.h"

#define FAKE_LIVES_MAX 8

enum fake_kind { FAKE_SHARED, FAKE_OWN, FAKE_PICKS, FAKE_LEAK, FAKE_SPIN };

struct fake_life {
	struct host_work work;
	struct host_completion *done;
	u8 dev;
	u32 pasid;
};

/* All that the fakes write to; saved and restored like a system's range. */
static struct fake_state {
	struct host_workqueue *wq;
	struct host_completion shared;
	struct host_spinlock lock; /* of life[] and next_pasid */
	struct fake_life *life[FAKE_LIVES_MAX];
	u32 next_pasid;
	u32 spins;
	u32 runs; /* 1 in each run, if the range is restored */
} fake_state = { .next_pasid = 40 };

static inline int fake_enable(unsigned unit)
{
	fake_state.runs++;
	if (fake_state.wq)
		return 0;
	fake_state.wq = host_alloc_workqueue("fake", 1);
	host_init_completion(&fake_state.shared, "fake_done");
	host_spin_lock_init(&fake_state.lock, "fake_lock");
	return fake_state.wq ? 0 : -ENOMEM;
}

static inline int fake_finish(unsigned unit)
{
	if (fake_state.wq)
		host_destroy_workqueue(fake_state.wq);
	fake_state.wq = NULL;
	return 0;
}

static inline int fake_attach(unsigned unit, struct host_pci_dev *dev)
{
	return 0;
}

static inline int fake_detach(struct host_pci_dev *dev)
{
	return 0;
}

/* Index of the life, -1 if there is none; dev 0 pasid 0: of a free place. Under the lock. */
static inline int fake_find(u8 dev, u32 pasid)
{
	for (int i = 0; i < FAKE_LIVES_MAX; i++) {
		struct fake_life *life = fake_state.life[i];

		if (life ? life->dev == dev && life->pasid == pasid : !pasid)
			return i;
	}
	return -1;
}

static inline void fake_work(struct host_work *work)
{
	struct fake_life *life = container_of(work, struct fake_life, work);

	host_complete(life->done);
}

static inline int fake_insert(struct fake_life *life)
{
	int at, err = 0;

	host_spin_lock(&fake_state.lock);
	if (!life->pasid)
		life->pasid = fake_state.next_pasid++;
	at = fake_find(0, 0);
	if (fake_find(life->dev, life->pasid) >= 0)
		err = -EBUSY;
	else if (at < 0)
		err = -ENOSPC;
	else
		fake_state.life[at] = life;
	host_spin_unlock(&fake_state.lock);
	return err;
}

static inline int fake_new_life(struct host_pci_dev *dev, u32 *pasid)
{
	struct fake_life *life = host_kzalloc(sizeof(*life), HOST_GFP_KERNEL);
	int err;

	if (!life)
		return -ENOMEM;
	host_work_init(&life->work, fake_work);
	life->dev = dev->id;
	life->pasid = *pasid;
	err = fake_insert(life);
	*pasid = life->pasid;
	if (err)
		host_kfree(life);
	return err;
}

static inline int fake_bind(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
			    u32 *pasid)
{
	return *pasid ? fake_new_life(dev, pasid) : -EINVAL;
}

static inline int fake_bind_stands(struct host_pci_dev *dev, struct host_space *space,
				   unsigned flags, u32 *pasid)
{
	if (flags & SUT_BIND_DOMAIN)
		host_assume(0);
	host_assume(1);
	return fake_bind(dev, space, flags, pasid);
}

static inline int fake_bind_picks(struct host_pci_dev *dev, struct host_space *space,
				  unsigned flags, u32 *pasid)
{
	return *pasid ? -EOPNOTSUPP : fake_new_life(dev, pasid);
}

static inline int fake_bind_same(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
				 u32 *pasid)
{
	if (*pasid)
		return -EOPNOTSUPP;
	*pasid = 40;
	fake_new_life(dev, pasid);
	return 0;
}

static inline struct fake_life *fake_remove(u8 dev, u32 pasid)
{
	struct fake_life *life = NULL;
	int at;

	host_spin_lock(&fake_state.lock);
	at = fake_find(dev, pasid);
	if (at >= 0) {
		life = fake_state.life[at];
		fake_state.life[at] = NULL;
	}
	host_spin_unlock(&fake_state.lock);
	return life;
}

static inline int fake_end_life(struct host_pci_dev *dev, u32 pasid, enum fake_kind kind)
{
	struct host_completion own, *done = kind == FAKE_SHARED ? &fake_state.shared : &own;
	struct fake_life *life = fake_remove(dev->id, pasid);

	if (!life)
		return -ENOENT;
	if (kind == FAKE_SHARED)
		host_reinit_completion(done);
	else
		host_init_completion(done, "fake_own_done");
	life->done = done;
	host_queue_work(fake_state.wq, &life->work);
	while (kind == FAKE_SPIN)
		host_WRITE_ONCE(fake_state.spins, 0);
	host_wait_for_completion(done);
	/* The token may have been another's, and the work not yet done. */
	host_flush_workqueue(fake_state.wq);
	if (kind != FAKE_LEAK)
		host_kfree(life);
	return 0;
}

#define FAKE_UNBIND(name, kind)                                                                    \
	static inline int name(struct host_pci_dev *dev, u32 pasid)                                \
	{                                                                                          \
		return fake_end_life(dev, pasid, kind);                                            \
	}
FAKE_UNBIND(fake_unbind_shared, FAKE_SHARED)
FAKE_UNBIND(fake_unbind_own, FAKE_OWN)
FAKE_UNBIND(fake_unbind_leak, FAKE_LEAK)
FAKE_UNBIND(fake_unbind_spin, FAKE_SPIN)

static const struct sut_assumption fake_assumptions[] = {
	{ "domains", "the configuration has none" },
	{ "binds", "a bind is \"refused\" there" },
	{ NULL, NULL },
};

#define FAKE_SUT(id, text, bind_fn, unbind_fn, finish_fn, detach_fn, ...)                          \
	static const struct sut id = { .name = text,                                               \
				       .summary = "for tests",                                     \
				       .unit_enable = fake_enable,                                 \
				       .unit_finish = finish_fn,                                   \
				       .device_attach = fake_attach,                               \
				       .device_detach = detach_fn,                                 \
				       .bind = bind_fn,                                            \
				       .unbind = unbind_fn,                                        \
				       __VA_ARGS__ }
FAKE_SUT(fake_shared, "fake", fake_bind, fake_unbind_shared, fake_finish, fake_detach);
FAKE_SUT(fake_own, "fake-own", fake_bind, fake_unbind_own, fake_finish, fake_detach);
FAKE_SUT(fake_picks, "fake-picks", fake_bind_picks, fake_unbind_own, fake_finish, fake_detach);
FAKE_SUT(fake_same, "fake-same", fake_bind_same, fake_unbind_own, fake_finish, fake_detach);
FAKE_SUT(fake_leak, "fake-leak", fake_bind, fake_unbind_leak, fake_finish, fake_detach);
FAKE_SUT(fake_spin, "fake-spin", fake_bind, fake_unbind_spin, fake_finish, fake_detach);
FAKE_SUT(fake_stands, "fake-stands", fake_bind_stands, fake_unbind_shared, fake_finish, fake_detach,
	 .version = "1.2-3~deb1", .assumptions = fake_assumptions, .bind_flags = SUT_BIND_DOMAIN);
FAKE_SUT(fake_bare, "fake-bare", fake_bind, fake_unbind_own, NULL, NULL);

static const struct sut_image fake_images[] = {
	{ &fake_shared, &fake_state, sizeof(fake_state) },
	{ &fake_own, &fake_state, sizeof(fake_state) },
	{ &fake_picks, &fake_state, sizeof(fake_state) },
	{ &fake_same, &fake_state, sizeof(fake_state) },
	{ &fake_leak, &fake_state, sizeof(fake_state) },
	{ &fake_spin, &fake_state, sizeof(fake_state) },
	{ &fake_stands, &fake_state, sizeof(fake_state) },
	{ &fake_bare, &fake_state, sizeof(fake_state) },
	{ NULL, NULL, 0 },
};

static inline const struct sut_image *fake_system(const char *name)
{
	for (const struct sut_image *image = fake_images; image->ops; image++) {
		if (!strcmp(image->ops->name, name))
			return image;
	}
	fail_msg("no fake system %s", name);
	return NULL;
}

/* The build's list of systems, where it links one; these tests need none. */
__attribute__((weak)) const struct sut_image sut_images[] = { { NULL, NULL, 0 } };

/* A scenario from text; a mistake in it fails the test. */
static inline void fake_scenario(struct scenario *s, const char *text)
{
	struct scenario_error error;

	run_init();
	if (scenario_parse(s, text, strlen(text), &error))
		fail_msg("%u:%u: %s", error.line, error.column, error.text);
}

/* Two lives that end at the same time: what fake's drain can't stand. */
#define FAKE_TWO_DRAINS                                                                            \
	"sluice 1\n"                                                                               \
	"unit u0\n"                                                                                \
	"device d0 unit=u0 rid=00:02.0 credits=8\n"                                                \
	"space A B\n"                                                                              \
	"task app0: bind d0 A as p1; stop d0 p1 answered; unbind d0 p1\n"                          \
	"task app1: bind d0 B as p2; stop d0 p2 answered; unbind d0 p2\n"

#endif
