/* SPDX-License-Identifier: GPL-2.0-only */
/* Four loops around the engine; see bench/engine_bench.h. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/engine_bench.h"
#include "host/engine.h"
#include "host/fiber/fiber.h"

#define LOOPS 50000u
#define ROUNDS_MAX 64u
#define BYTES 4096u

static struct fiber here, there;
static bool is_mapped;
static u32 loops;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "engine_bench: %s\n", what);
	exit(3);
}

/* --- The bare switch ------------------------------------------------------------------------- */

static void answer(void *arg)
{
	for (;;)
		fiber_switch(&there, &here, false);
}

static double measure_bare(void)
{
	double start = now_ns();

	for (u32 i = 0; i < LOOPS / 2; i++)
		fiber_switch(&here, &there, false);
	return (now_ns() - start) / LOOPS;
}

/* --- Points ------------------------------------------------------------------------------------ */

/* As run/chooser_bytes.c, on a string that is read in a circle. */
struct byte_chooser {
	struct chooser base;
	u8 bytes[BYTES];
	u32 size, at;
};

static unsigned choose_byte(struct chooser *self, const struct decision *d, bool *exhausted)
{
	struct byte_chooser *c = (struct byte_chooser *)self;

	if (c->at >= c->size) {
		*exhausted = true;
		return 0;
	}
	return c->bytes[c->at++ % BYTES] % d->n;
}

static struct byte_chooser chooser = { .base.choose = choose_byte };

static void visit(void *arg)
{
	double *ns = arg;
	double start = now_ns();

	for (u32 i = 0; i < loops; i++)
		host_point(HOST_SITE_OP);
	if (ns)
		*ns = (now_ns() - start) / loops;
}

/* Tasks that each visit @loops points; the first one keeps the time. @byte: every choice. */
static double measure_points(unsigned tasks, u8 byte)
{
	static const struct engine_limits limits = { .quantum = ~0u >> 1, .fair_steps = ~0u >> 1 };
	double ns = 0;

	engine_reset(&limits, NULL);
	for (u32 i = 0; i < BYTES; i++)
		chooser.bytes[i] = byte;
	chooser.at = 0;
	chooser.size = ~0u;
	loops = LOOPS;
	for (unsigned i = 0; i < tasks; i++)
		if (engine_spawn("task", visit, i ? NULL : &ns, 0) < 0)
			die("no task can be made");
	engine_set_chooser(&chooser.base);
	if (engine_run() != ENGINE_QUIET)
		die("the engine did not come to rest");
	/* Both tasks go on in turn while the first one keeps the time: two points for each loop. */
	return byte ? ns / 2 : ns;
}

/* --- Medians ----------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void engine_bench_run(struct engine_bench *out, unsigned rounds)
{
	double bare[ROUNDS_MAX], single[ROUNDS_MAX], stay[ROUNDS_MAX], switching[ROUNDS_MAX];

	if (!rounds)
		rounds = 1;
	if (rounds > ROUNDS_MAX)
		rounds = ROUNDS_MAX;
	if (engine_init() || (!is_mapped && fiber_create(&there, answer, NULL)))
		die("no memory for stacks");
	is_mapped = true;
	fiber_adopt(&here);
	for (unsigned i = 0; i < rounds; i++) {
		bare[i] = measure_bare();
		single[i] = measure_points(1, 0);
		stay[i] = measure_points(2, 0);
		switching[i] = measure_points(2, 1);
	}
	out->bare = median(bare, rounds);
	out->single = median(single, rounds);
	out->stay = median(stay, rounds);
	out->switching = median(switching, rounds);
}
