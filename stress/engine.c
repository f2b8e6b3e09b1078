/* SPDX-License-Identifier: GPL-2.0-only */
#include "stress/engine.h"

#include <string.h>

#include "fuzz/symbol.h"
#include "host/thread/noise.h"
#include "host/thread/thread.h"

#define LOOP_CPU_MS 10000 /* of the thread that loops */

int stress_noise_find(const char *word)
{
	return noise_find(word);
}

const char *stress_noise_word(unsigned profile)
{
	return profile < NOISE_PROFILES ? noise_word(profile) : NULL;
}

struct chooser *stress_engine_begin(u64 seed, unsigned profile)
{
	noise_set(seed, profile);
	return noise_chooser();
}

void stress_engine_watch(void (*died)(const char *token, const char *what))
{
	thread_watch(LOOP_CPU_MS, died);
}

void stress_engine_stack(FILE *out, unsigned id)
{
	void *frame[THREAD_FRAMES_MAX];
	unsigned count = thread_stack(id, frame), first = 0;

	/* The engine's own end of it says nothing. */
	for (unsigned i = 0; i < count; i++) {
		const char *name = symbol_name((uintptr_t)frame[i] - 1);

		if (name && !strcmp(name, "engine_block"))
			first = i + 1;
	}
	for (unsigned i = first; i < count; i++) {
		const char *name = symbol_name((uintptr_t)frame[i] - 1);

		if (name)
			fprintf(out, "    in %s\n", name);
	}
}
