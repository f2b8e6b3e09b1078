/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The context switch of a processor, without a test library, so that it can be cross-built and run
 * under an emulator: callee-saved registers and floating-point state survive switches, stacks are
 * aligned, tasks take turns, and a hung run is abandoned and the stacks used again.
 */

#include <stdio.h>
#include <stdlib.h>

#include "host/engine.h"

static unsigned long checks;

static void check(bool holds, const char *what)
{
	checks++;
	if (holds)
		return;
	fprintf(stderr, "host_switch_smoke: %s\n", what);
	exit(1);
}

/* More live values than there are scratch registers, so that callee-saved ones are in use. */
static void mix(void *arg)
{
	u64 seed = (u64)(uintptr_t)arg;
	u64 a = seed, b = seed * 3, c = seed * 5, d = seed * 7, e = seed * 11, f = seed * 13;
	double p = (double)seed, q = p * 2, r = p * 3, s = p * 4, t = p * 5, u = p * 6, v = p * 7;
	_Alignas(16) volatile char aligned[16];

	check((uintptr_t)aligned % 16 == 0, "the stack is not aligned");
	for (unsigned i = 0; i < 1000; i++) {
		host_point(HOST_SITE_OP);
		a++, b += 2, c += 3, d += 4, e += 5, f += 6;
		p += 1, q += 2, r += 3, s += 4, t += 5, u += 6, v += 7;
	}
	check(a == seed + 1000 && b == seed * 3 + 2000 && c == seed * 5 + 3000, "integers differ");
	check(d == seed * 7 + 4000 && e == seed * 11 + 5000 && f == seed * 13 + 6000,
	      "integers differ");
	check(p == (double)seed + 1000 && q == (double)seed * 2 + 2000 &&
		      r == (double)seed * 3 + 3000 && s == (double)seed * 4 + 4000,
	      "doubles differ");
	check(t == (double)seed * 5 + 5000 && u == (double)seed * 6 + 6000 &&
		      v == (double)seed * 7 + 7000,
	      "doubles differ");
}

static volatile bool hopeless = true;

static void deep(unsigned n)
{
	volatile char room[512];

	room[0] = (char)n;
	if (n)
		deep(n - 1);
	while (!n && hopeless)
		host_cpu_relax("nothing");
	room[1] = room[0];
}

static void get_stuck(void *arg)
{
	deep(50);
}

static unsigned next_option(struct chooser *self, const struct decision *d, bool *exhausted)
{
	static unsigned turn;

	return turn++ % d->n;
}

int main(void)
{
	static const struct engine_limits limits = { .workers = 2, .irqs = 1 };
	struct chooser chooser = { .choose = next_option };

	check(engine_init() == 0, "no memory for stacks");
	for (unsigned run = 0; run < 200; run++) {
		engine_reset(&limits, NULL);
		for (unsigned i = 1; i <= 4; i++)
			check(engine_spawn("task", mix, (void *)(uintptr_t)(run * 10 + i), 0) > 0,
			      "no task");
		if (run % 2)
			engine_spawn("stuck", get_stuck, NULL, 0);
		engine_set_chooser(&chooser);
		check(engine_run() == (run % 2 ? ENGINE_HANG : ENGINE_QUIET),
		      "the run did not end as it should");
	}
	printf("host_switch_smoke: %lu checks hold\n", checks);
	return 0;
}
