/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Address spaces, as page tables. A page is present or absent; a fault makes it present with all
 * rights. Pages are told apart by the low 16 bits of their number, since the bits above carry the
 * request's number (model/state.h).
 */

#include <asm-generic/errno.h>
#include <string.h>

#include "model/state.h"

#define TABLES_BASE 0x7000000000ull
#define TABLES_STEP 0x1000u
#define TOUCHED_MAX 256u
#define HOLES_MAX 16u

struct space {
	struct host_space host;
	bool released, touched_overflow;
	u32 delay_ms, touched, holes;
	u16 hole[HOLES_MAX];
	u16 touched_word[TOUCHED_MAX];
	u64 present[65536 / 64];
};

static struct space spaces[MODEL_SPACES_MAX];

static void present_clear(struct space *s)
{
	if (s->touched_overflow)
		memset(s->present, 0, sizeof(s->present));
	for (unsigned i = 0; i < s->touched; i++)
		s->present[s->touched_word[i]] = 0;
	s->touched = 0;
	s->touched_overflow = false;
}

static void present_set(struct space *s, u16 key)
{
	u64 *word = &s->present[key / 64];

	if (!*word) {
		if (s->touched < TOUCHED_MAX)
			s->touched_word[s->touched++] = key / 64;
		else
			s->touched_overflow = true;
	}
	*word |= BIT_ULL(key % 64);
}

void space_reset(void)
{
	for (unsigned i = 0; i < MODEL_SPACES_MAX; i++) {
		struct space *s = &spaces[i];

		present_clear(s);
		s->released = false;
		s->delay_ms = 0;
		s->holes = 0;
		memset(&s->host, 0, sizeof(s->host));
		s->host.id = i;
		s->host.users = 1;
		s->host.pgd = TABLES_BASE + i * TABLES_STEP;
	}
}

struct host_space *model_space(unsigned space)
{
	return &spaces[space % MODEL_SPACES_MAX].host;
}

static bool is_hole(const struct space *s, u16 key)
{
	for (unsigned i = 0; i < s->holes; i++) {
		if (s->hole[i] == key)
			return true;
	}
	return false;
}

int space_fault(struct host_space *space, u64 addr, unsigned flags)
{
	struct space *s = container_of(space, struct space, host);
	u16 key = PAGE_KEY(addr >> 12);

	if (s->released || is_hole(s, key))
		return -EFAULT;
	present_set(s, key);
	return 0;
}

u32 space_fault_delay_ms(struct host_space *space, u64 addr)
{
	return container_of(space, struct space, host)->delay_ms;
}

void space_release(struct host_space *space)
{
	struct space *s = container_of(space, struct space, host);

	s->released = true;
	present_clear(s);
}

void model_space_slow(unsigned space, u32 ms)
{
	spaces[space % MODEL_SPACES_MAX].delay_ms = ms;
}

void model_space_hole(unsigned space, u64 page)
{
	struct space *s = &spaces[space % MODEL_SPACES_MAX];
	u16 key = PAGE_KEY(page);

	if (is_hole(s, key))
		return;
	if (s->holes == HOLES_MAX) {
		engine_overflow("holes of an address space");
		return;
	}
	s->hole[s->holes++] = key;
	s->present[key / 64] &= ~BIT_ULL(key % 64);
}

bool model_space_present(unsigned space, u64 page)
{
	u16 key = PAGE_KEY(page);

	return spaces[space % MODEL_SPACES_MAX].present[key / 64] >> (key % 64) & 1;
}

unsigned space_of_tables(u64 tables)
{
	u64 space = (tables - TABLES_BASE) / TABLES_STEP;

	return tables < TABLES_BASE || space >= MODEL_SPACES_MAX ? MODEL_OTHER_SPACE
								 : (unsigned)space;
}

bool space_walk(struct model_unit *u, u64 tables, u64 page)
{
	unsigned space = space_of_tables(tables);

	if (space == MODEL_OTHER_SPACE) {
		/* Not one of ours: what hardware reads decides nothing, but must be mapped. */
		host_dma_access(u->id, tables & ADDRESS_MASK, 8, false);
		return false;
	}
	if (spaces[space].released) {
		host_event(EV_DEAD_WALK, u->id, space, 0, 0);
		return false;
	}
	return model_space_present(space, page);
}
