/* SPDX-License-Identifier: GPL-2.0-only */

/* The systems of this program, and the copies of their data. The theory is in system.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine.h"
#include "run/run.h"
#include "run/system.h"

#define SYSTEMS_MAX 256 /* that one process uses */

struct system_copy {
	const void *data;
	u64 *words;
};

static struct system_copy system_copies[SYSTEMS_MAX];

#if defined(SLUICE_MSAN)
void __msan_unpoison(const volatile void *address, size_t size);
#endif

/*
 * Copies @size bytes without a call. The range holds ASan's red zones, and ASan intercepts memcpy()
 * even when an uninstrumented file calls it; the barrier keeps compilers from making one out of the
 * loop.
 */
__attribute__((no_sanitize("address"))) static void system_copy(void *to, const void *from,
								size_t size)
{
	typedef u64 __attribute__((may_alias, aligned(1))) word;
	word *t = to;
	const word *f = from;
	u8 *tail;
	const u8 *source;

	for (; size >= 4 * sizeof(word); size -= 4 * sizeof(word), t += 4, f += 4) {
		u64 a = f[0], b = f[1], c = f[2], d = f[3];

		t[0] = a;
		t[1] = b;
		t[2] = c;
		t[3] = d;
		__asm__ volatile("" : : : "memory");
	}
	for (tail = (u8 *)t, source = (const u8 *)f; size; size--) {
		*tail++ = *source++;
		__asm__ volatile("" : : : "memory");
	}
}

static struct system_copy *system_find_copy(const struct sut_image *image)
{
	for (size_t i = 0; i < SYSTEMS_MAX; i++) {
		if (system_copies[i].data == image->data || !system_copies[i].data)
			return &system_copies[i];
	}
	engine_die("more than %u systems in one process", SYSTEMS_MAX);
}

void system_restore(const struct sut_image *image)
{
	struct system_copy *copy;

	if (!image->data || !image->size)
		return;
	copy = system_find_copy(image);
	if (!copy->data) {
		copy->words = malloc(image->size);
		if (!copy->words)
			engine_die("no memory for a copy of %s", image->ops->name);
		copy->data = image->data;
		system_copy(copy->words, image->data, image->size);
		return;
	}
	system_copy(image->data, copy->words, image->size);
#if defined(SLUICE_MSAN)
	/* A global is initialised; what the last run left in its shadow is not. */
	__msan_unpoison(image->data, image->size);
#endif
}

const char *run_system_title(const struct sut *system, char *buf, size_t size)
{
	if (system->version)
		snprintf(buf, size, "%s (%s)", system->name, system->version);
	else
		snprintf(buf, size, "%s", system->name);
	return buf;
}

void run_expect(struct scenario_expect *e, const struct sut *system, const char *result)
{
	memset(e, 0, sizeof(*e));
	snprintf(e->system, sizeof(e->system), "%s", system->name);
	snprintf(e->result, sizeof(e->result), "%.*s", SCENARIO_WORD_MAX - 1, result);
	snprintf(e->version, sizeof(e->version), "%.*s", SCENARIO_WORD_MAX - 1,
		 system->version ? system->version : "");
}

const struct sut_image *run_system(const char *name)
{
	for (const struct sut_image *image = sut_images; image->ops; image++) {
		if (!strcmp(image->ops->name, name))
			return image;
	}
	return NULL;
}
