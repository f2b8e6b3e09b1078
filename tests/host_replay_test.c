/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run is a function of its choices: recorded and replayed, in any order, between runs that hang and
 * are abandoned in the middle of a call. And the abandoned ones leave nothing behind.
 */

#include <stdio.h>
#include <unistd.h>

#include "tests/host_test.h"

/* --- A small world that uses every primitive ------------------------------------------------- */

static struct host_mutex lock;
static struct host_completion done;
static struct host_workqueue *wq;
static u32 shared;
static bool lose; /* the handler forgets to complete: some runs hang */

struct item {
	struct host_work work;
	struct host_rcu_head rcu;
	u32 value;
};

static void item_fn(struct host_work *work)
{
	struct item *item = container_of(work, struct item, work);

	host_mutex_lock(&lock);
	shared += item->value;
	host_mutex_unlock(&lock);
	host_kfree_rcu(item, &item->rcu);
}

static bool on_irq(unsigned irq, void *data)
{
	if (!lose || shared < 3)
		host_complete(&done);
	return true;
}

static void hw_step(void *arg)
{
	int *id = arg;

	if (engine_choose(CHOOSE_MODEL, 3) != 2)
		host_irq_raise(0);
	engine_actor_set((unsigned)*id, false);
	engine_actor_at((unsigned)*id, engine_now() + 1000000);
	if (host_time_ns() > 4000000)
		engine_actor_at((unsigned)*id, ENGINE_NO_DEADLINE);
}

static void driver(void *arg)
{
	for (u32 i = 0; i < 3; i++) {
		struct item *item = host_kzalloc(sizeof(*item), HOST_GFP_KERNEL);
		u64 bus;
		void *table = host_dma_alloc(64, HOST_GFP_KERNEL, &bus);

		host_rcu_read_lock();
		host_WRITE_ONCE(shared, host_READ_ONCE(shared) + 1);
		host_rcu_read_unlock();
		if (item) {
			host_work_init(&item->work, item_fn);
			item->value = i;
			host_queue_work(wq, &item->work);
		}
		if (arg)
			host_wait_for_completion_timeout(&done, 5);
		else if (lose)
			host_wait_for_completion(&done);
		host_flush_workqueue(wq);
		host_dma_free(table);
	}
}

static const struct engine_limits world_limits = {
	.irqs = 1,
	.workers = 2,
	.record = true,
	.fail_alloc = true,
	.clock_choice = true,
};

static int hw;

static enum engine_end run_world(struct chooser *chooser, bool may_hang)
{
	begin_with(&world_limits);
	lose = may_hang;
	shared = 0;
	host_mutex_init(&lock, "lock");
	host_init_completion(&done, "done");
	wq = host_alloc_workqueue("wq", 2);
	host_request_threaded_irq(0, on_irq, "irq", NULL);
	hw = engine_actor("hw", hw_step, &hw);
	engine_actor_set((unsigned)hw, true);
	spawn("app0", driver, NULL);
	spawn("app1", driver, "timeout");
	engine_set_chooser(chooser);
	return engine_run();
}

struct random {
	struct chooser base;
	u64 state;
	u32 left;
};

static unsigned random_choose(struct chooser *self, const struct decision *d, bool *exhausted)
{
	struct random *r = (struct random *)self;

	if (!r->left--) {
		*exhausted = true;
		return 0;
	}
	r->state = r->state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(r->state >> 33) % d->n;
}

static struct random random_from(u64 seed)
{
	return (struct random){
		.base.choose = random_choose,
		.state = seed * 0x9e3779b97f4a7c15ull,
		.left = 150,
	};
}

/* --- Replay ------------------------------------------------------------------------------------ */

struct bytes {
	struct chooser base;
	u8 bytes[4096];
	u32 size, at;
};

static unsigned bytes_choose(struct chooser *self, const struct decision *d, bool *exhausted)
{
	struct bytes *b = (struct bytes *)self;

	if (b->at == b->size) {
		*exhausted = true;
		return 0;
	}
	return b->bytes[b->at++] % d->n;
}

static void test_both_records_replay_exactly(void **state)
{
	static struct replay anchored;
	static struct bytes positional = { .base.choose = bytes_choose };
	unsigned hangs = 0;

	for (u64 seed = 0; seed < 300; seed++) {
		struct random r = random_from(seed);
		enum engine_end end = run_world(&r.base, seed % 2);
		u64 hash = engine_trace_hash();
		u32 steps = engine_steps(), events, size;
		const u8 *schedule = engine_schedule(&size);

		assert_true(end == ENGINE_QUIET || end == ENGINE_HANG);
		hangs += end == ENGINE_HANG;
		assert_true(size <= sizeof(positional.bytes));
		assert_true(!size || schedule[size - 1]);
		memcpy(positional.bytes, schedule, size);
		positional.size = size;
		positional.at = 0;
		load_replay(&anchored);
		engine_events(&events, NULL);
		assert_true(events > 20);

		assert_int_equal(run_world(&anchored.base, seed % 2), end);
		assert_int_equal(anchored.next, anchored.count);
		assert_true(engine_trace_hash() == hash);
		assert_int_equal(engine_steps(), steps);
		assert_int_equal(run_world(&positional.base, seed % 2), end);
		assert_true(engine_trace_hash() == hash);
	}
	assert_in_range(hangs, 10, 290);
}

#define SEEDS 200

static void test_hashes_are_the_same_in_any_order(void **state)
{
	static u64 hash[SEEDS];
	unsigned equal = 0;

	for (unsigned i = 0; i < SEEDS; i++) {
		struct random r = random_from(i);

		run_world(&r.base, i % 3 == 0);
		hash[i] = engine_trace_hash();
		equal += i && hash[i] == hash[i - 1];
	}
	assert_int_equal(equal, 0);
	/* 77 is prime to 200: another order, each seed once. */
	for (unsigned n = 0; n < SEEDS; n++) {
		unsigned i = n * 77 % SEEDS;
		struct random r = random_from(i);

		run_world(&r.base, i % 3 == 0);
		assert_true(engine_trace_hash() == hash[i]);
	}
}

/* --- Abandoned runs -------------------------------------------------------------------------------- */

static struct host_completion never;

static __attribute__((noinline)) void sink_deep(unsigned depth)
{
	volatile char room[200];

	memset((char *)room, (int)depth, sizeof(room));
	if (depth)
		sink_deep(depth - 1);
	else
		host_wait_for_completion(&never);
	room[0] = 1;
}

static void stuck(void *arg)
{
	host_kzalloc(300, HOST_GFP_KERNEL);
	sink_deep(20);
}

static void stuck_work(struct host_work *work)
{
	sink_deep(10);
}

static struct host_work work;

static void queue_stuck(void *arg)
{
	host_work_init(&work, stuck_work);
	host_queue_work(wq, &work);
	host_flush_workqueue(wq);
}

static enum engine_end run_stuck(void)
{
	static const struct engine_limits limits = { .workers = 1 };

	begin_with(&limits);
	host_init_completion(&never, "never");
	wq = host_alloc_workqueue("wq", 1);
	spawn("app0", stuck, NULL);
	spawn("app1", queue_stuck, NULL);
	return engine_run();
}

static long resident_pages(void)
{
	long size = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
	fclose(f);
	return resident;
}

/*
 * Under TSan an abandoned stack's logical thread is made anew, which takes time, and memory that TSan
 * does not give back: there, those who run campaigns end the process after a hang.
 */
#if defined(SLUICE_TSAN)
#define ALTERNATIONS 100
#define GROWTH (1l << 30)
#else
#define ALTERNATIONS 50000
#define GROWTH (2l << 20)
#endif

static void test_hung_runs_leave_nothing_behind(void **state)
{
	struct random r = random_from(7);
	long before = 0, after;
	u64 hash, stuck_hash;

	assert_int_equal(run_stuck(), ENGINE_HANG);
	stuck_hash = engine_trace_hash();
	assert_int_equal(run_world(&r.base, false), ENGINE_QUIET);
	hash = engine_trace_hash();
	for (unsigned i = 0; i < ALTERNATIONS; i++) {
		if (i == ALTERNATIONS / 10)
			before = resident_pages();
		assert_int_equal(run_stuck(), ENGINE_HANG);
		assert_true(engine_trace_hash() == stuck_hash);
		r = random_from(7);
		assert_int_equal(run_world(&r.base, false), ENGINE_QUIET);
		assert_true(engine_trace_hash() == hash);
	}
	after = resident_pages();
	assert_true((after - before) * sysconf(_SC_PAGESIZE) < GROWTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_records_replay_exactly),
		cmocka_unit_test(test_hashes_are_the_same_in_any_order),
		cmocka_unit_test(test_hung_runs_leave_nothing_behind),
	};

	return cmocka_run_group_tests_name("host_replay", tests, NULL, NULL);
}
