/* SPDX-License-Identifier: GPL-2.0-only */
/* Seeded yields, naps and favours. Calls of the kernel are made past libc, of which TSan has its own. */

#define _GNU_SOURCE
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host/thread/noise.h"

#define YIELD 1u
#define NAP_US_MAX 100u
#define FAVOUR_DRAWS                                                                               \
	256u /* draws of any one thread, about, from one choice of favourites to the next */
#define VALUE_ONE_IN 12u /* decisions about values that are not 0 */

/* Out of 256 points. */
struct profile {
	const char *word;
	u8 yields, naps;
	bool favours;
};

static const struct profile profiles[NOISE_PROFILES] = {
	[NOISE_NONE] = { "none", 0, 0, false },   [NOISE_YIELDS] = { "yields", 52, 0, false },
	[NOISE_NAPS] = { "naps", 0, 13, false },  [NOISE_FAVOURS] = { "favours", 4, 0, true },
	[NOISE_MIXED] = { "mixed", 24, 3, true },
};

static u64 seed, stream;
static enum noise_profile asked;
static const struct profile *profile = &profiles[NOISE_NONE];
static struct noise values;
static u64 favourites = ~0ull; /* by id; who reads it late loses nothing */

/* splitmix64 */
static u64 next(struct noise *n)
{
	u64 z = n->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

u32 noise_below(struct noise *n, u32 below)
{
	return (u32)((next(n) >> 32) * below >> 32);
}

void noise_set(u64 new_seed, enum noise_profile new_profile)
{
	seed = new_seed;
	stream = 0;
	asked = new_profile < NOISE_PROFILES ? new_profile : NOISE_NONE;
}

int noise_find(const char *word)
{
	for (int i = 0; i < NOISE_PROFILES; i++)
		if (!strcmp(profiles[i].word, word))
			return i;
	return -1;
}

const char *noise_word(enum noise_profile which)
{
	return which < NOISE_PROFILES ? profiles[which].word : "none";
}

void noise_start(struct noise *n, unsigned id)
{
	n->state = (seed ^ (stream + 1) * 0xd6e8feb86659fd93ull) + (id + 1) * 0xff51afd7ed558ccdull;
}

void noise_begin(void)
{
	enum noise_profile now = asked;

	stream++;
	noise_start(&values, 64);
	if (now == NOISE_MIXED)
		now = NOISE_YIELDS + noise_below(&values, NOISE_PROFILES - NOISE_YIELDS);
	profile = &profiles[now];
	favourites = ~0ull;
}

u64 noise_favourites(void)
{
	return __atomic_load_n(&favourites, __ATOMIC_RELAXED);
}

u32 noise_draw(struct noise *n, unsigned id)
{
	u64 drawn = next(n);
	u32 yields = profile->yields;

	if (profile->favours) {
		if (!(drawn >> 32 & (FAVOUR_DRAWS - 1)))
			__atomic_store_n(&favourites, next(n), __ATOMIC_RELAXED);
		if (!(noise_favourites() >> (id & 63) & 1))
			yields = 256;
	}
	if ((drawn & 255) < profile->naps)
		return YIELD + 1 + noise_below(n, NAP_US_MAX);
	return (drawn >> 8 & 255) < yields ? YIELD : 0;
}

void noise_do(u32 what)
{
	const struct timespec nap = { .tv_nsec = what * 1000l };

	if (what > YIELD)
		syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &nap, NULL);
	else if (what)
		syscall(SYS_sched_yield);
}

/* --- As a chooser ----------------------------------------------------------------------------------- */

/* Asked for values only. Under the house lock. */
static unsigned choose(struct chooser *self, const struct decision *d, bool *exhausted)
{
	if (d->kind == CHOOSE_TASK || noise_below(&values, VALUE_ONE_IN))
		return 0;
	return 1 + noise_below(&values, d->n - 1u);
}

struct chooser *noise_chooser(void)
{
	static struct chooser chooser = { .choose = choose };

	return &chooser;
}
