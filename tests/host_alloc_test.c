/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory: serials, bus addresses, failures, and what goes wrong with it. */

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host_test.h"

#define BUS 0x100000000ull

static unsigned visits, dma_visits;
static u64 words_seen;

static void visit(void *ctx, u32 serial, const u64 *words, size_t count, bool dma)
{
	assert_ptr_equal(ctx, &visits);
	visits++;
	dma_visits += dma;
	words_seen += count;
	for (size_t i = 0; i < count; i++)
		assert_int_equal(words[i], serial == 2 ? 7 : 0);
}

static void test_live_allocations_are_visited_in_order(void **state)
{
	u64 *two, bus;
	void *one;

	begin();
	one = host_kzalloc(24, HOST_GFP_KERNEL);
	two = host_kzalloc(16, HOST_GFP_KERNEL);
	two[0] = two[1] = 7;
	host_dma_alloc(64, HOST_GFP_KERNEL, &bus);
	visits = dma_visits = 0;
	words_seen = 0;
	host_each_alloc(visit, &visits);
	assert_int_equal(visits, 3);
	assert_int_equal(dma_visits, 1);
	assert_int_equal(words_seen, 3 + 2 + 8);
	host_kfree(one);
	visits = 0;
	host_each_alloc(visit, &visits);
	assert_int_equal(visits, 2);
	assert_int_equal(host_audit_leaks(), 2);
	assert_int_equal(count_events(EV_LEAK, NULL), 2);
	begin();
	assert_int_equal(host_audit_leaks(), 0);
}

static void use_queues(void *arg)
{
	struct host_workqueue **left = arg;
	struct host_workqueue *gone = host_alloc_workqueue("gone", 1);

	*left = host_alloc_workqueue("left", 1);
	host_destroy_workqueue(gone);
}

static void test_audit_names_queues_that_were_not_destroyed(void **state)
{
	struct host_workqueue *left;
	struct event e;

	begin();
	spawn("test", use_queues, &left);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_int_equal(host_audit_leaks(), 1);
	assert_int_equal(count_events(EV_LEAK, &e), 1);
	assert_int_equal(e.a, 0);
	assert_int_equal(e.c, 2);
}

static void test_bad_frees_are_told_and_not_done(void **state)
{
	struct event e;
	u64 bus;
	int local;
	void *p, *d;

	begin();
	p = host_kzalloc(24, HOST_GFP_KERNEL);
	d = host_dma_alloc(24, HOST_GFP_KERNEL, &bus);
	host_kfree(NULL);
	host_kfree(p);
	assert_int_equal(count_events(EV_BAD_FREE, NULL), 0);
	host_kfree(p);
	assert_int_equal(count_events(EV_BAD_FREE, &e), 1);
	assert_int_equal(e.a, 1);
	host_kfree(&local);
	assert_int_equal(count_events(EV_BAD_FREE, &e), 2);
	assert_int_equal(e.a, 0);
	host_kfree(d);
	host_kfree((char *)d + 8);
	assert_int_equal(count_events(EV_BAD_FREE, NULL), 4);
	host_dma_free(d);
	assert_int_equal(count_events(EV_BAD_FREE, NULL), 4);
}

#if defined(SLUICE_ASAN)
/* Does @touch of a freed block end the process with a report? */
static bool dies(void (*touch)(void *object))
{
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		void *object;

		if (!freopen("/dev/null", "w", stderr))
			_exit(0);
		begin();
		object = host_kzalloc(64, HOST_GFP_KERNEL);
		host_kfree(object);
		touch(object);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

static void complete_it(void *object)
{
	host_complete(object);
}

static void unlock_it(void *object)
{
	host_mutex_unlock(object);
}

static void wake_it(void *object)
{
	host_wake_up(object);
}

static void leave_it(void *object)
{
}

/* The primitives are harness, but they touch what a kernel's would. */
static void test_asan_sees_primitives_on_freed_objects(void **state)
{
	assert_true(dies(complete_it));
	assert_true(dies(unlock_it));
	assert_true(dies(wake_it));
	assert_false(dies(leave_it));
}
#else
static void test_freed_memory_is_poisoned_and_kept(void **state)
{
	u8 *p, *q;

	begin();
	p = host_kzalloc(32, HOST_GFP_KERNEL);
	host_kfree(p);
	q = host_kzalloc(32, HOST_GFP_KERNEL);
	assert_ptr_not_equal(p, q);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(p[i], 0x6b);
}
#endif

static void test_bus_addresses_follow_a_fixed_rule(void **state)
{
	u64 a_bus, b_bus, c_bus;
	char *a, *b;

	begin();
	a = host_dma_alloc(100, HOST_GFP_KERNEL, &a_bus);
	b = host_dma_alloc(8192, HOST_GFP_KERNEL, &b_bus);
	assert_true(a_bus == BUS && b_bus == BUS + 0x2000);
	assert_int_equal((uintptr_t)a % 4096, 0);
	assert_true(host_virt_to_bus(b + 5000) == b_bus + 5000);
	assert_ptr_equal(host_bus_to_virt(b_bus + 5000), b + 5000);
	assert_null(host_bus_to_virt(a_bus + 100));
	assert_true(host_dma_is_one(b_bus, 8192) && host_dma_is_one(b_bus + 8191, 1));
	assert_false(host_dma_is_one(b_bus, 8193) || host_dma_is_one(a_bus, b_bus - a_bus + 1));
	assert_null(host_bus_to_virt(a_bus + 4096));
	host_dma_free(a);
	assert_null(host_bus_to_virt(a_bus));
	host_dma_alloc(8, HOST_GFP_KERNEL, &c_bus);
	assert_true(c_bus == BUS + 0x5000);
	assert_int_equal(count_events(EV_WARN, NULL), 0);
	assert_true(host_virt_to_bus(&a_bus) == ~0ull);
	assert_int_equal(count_events(EV_WARN, NULL), 1);
}

static void test_hardware_reaches_only_what_is_mapped(void **state)
{
	struct event e;
	u64 bus;
	char *p;

	begin();
	p = host_dma_alloc(128, HOST_GFP_KERNEL, &bus);
	assert_ptr_equal(host_dma_access(0, bus + 64, 64, true), p + 64);
	assert_int_equal(count_events(EV_DMA_FAULT, NULL), 0);
	assert_null(host_dma_access(1, bus + 65, 64, true));
	assert_null(host_dma_access(1, bus - 1, 1, false));
	assert_null(host_dma_access(1, bus, 129, false));
	assert_null(host_dma_access(1, 0, 1, false));
	assert_null(host_dma_access(1, ~0ull, 8, false));
	assert_int_equal(count_events(EV_DMA_FAULT, &e), 5);
	assert_int_equal(e.a, 1);
	assert_true(e.b == ~0ull);
	host_dma_free(p);
	assert_null(host_dma_access(1, bus, 1, false));
}

static void *got[3];

static void allocate_thrice(void *arg)
{
	u64 bus;

	got[0] = host_kzalloc(8, HOST_GFP_KERNEL);
	got[1] = host_dma_alloc(8, HOST_GFP_KERNEL, &bus);
	got[2] = host_alloc_workqueue("wq", 1);
}

static void test_allocations_fail_where_the_scenario_lets_them(void **state)
{
	static const struct engine_limits may_fail = { .fail_alloc = true };

	for (unsigned which = 0; which < 8; which++) {
		const u8 options[] = { which & 1, which >> 1 & 1, which >> 2 & 1 };
		static struct script s;

		for (unsigned allowed = 0; allowed < 2; allowed++) {
			if (allowed)
				begin_with(&may_fail);
			else
				begin();
			spawn("a", allocate_thrice, NULL);
			use_script(&s, options, sizeof(options));
			assert_int_equal(engine_run(), ENGINE_QUIET);
			for (unsigned i = 0; i < 3; i++)
				assert_int_equal(!got[i], allowed && options[i]);
			assert_int_equal(engine_decisions(), allowed ? 3 : 0);
			assert_int_equal(count_events(EV_ALLOC_FAIL, NULL),
					 allowed ? __builtin_popcount(which) : 0);
		}
	}
}

/* --- Work that lies in an allocation ---------------------------------------------------------- */

struct object {
	u64 other;
	struct host_work work;
};

static u32 serial_in_work;

static void free_self(struct host_work *work)
{
	struct object *object = container_of(work, struct object, work);

	assert_true(host_alloc_has_work(serial_in_work));
	host_kfree(object);
	assert_true(host_alloc_has_work(serial_in_work));
}

static void queue_object(void *arg)
{
	struct host_workqueue *wq = host_alloc_workqueue("wq", 1);
	struct object *object;

	host_kzalloc(8, HOST_GFP_KERNEL);
	object = host_kzalloc(sizeof(*object), HOST_GFP_KERNEL);
	serial_in_work = 2;
	host_work_init(&object->work, free_self);
	assert_false(host_alloc_has_work(2));
	host_queue_work(wq, &object->work);
	assert_true(host_alloc_has_work(2));
	assert_false(host_alloc_has_work(1));
	assert_false(host_alloc_has_work(0));
	host_flush_workqueue(wq);
	assert_false(host_alloc_has_work(2));
}

static void test_work_is_traced_to_its_allocation(void **state)
{
	struct event e;

	begin();
	spawn("a", queue_object, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_int_equal(count_events(EV_WORK_QUEUED, &e), 1);
	assert_int_equal(e.b, 2);
	assert_int_equal(count_events(EV_WORK_DONE, &e), 1);
	assert_int_equal(e.b, 2);
}

static void test_too_many_allocations_end_the_run(void **state)
{
	begin();
	while (host_kzalloc(8, HOST_GFP_KERNEL))
		;
	assert_int_equal(engine_run(), ENGINE_OVERFLOW);
	assert_string_equal(engine_overflow_reason(), "too many allocations");
	begin();
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_null(engine_overflow_reason());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_live_allocations_are_visited_in_order),
		cmocka_unit_test(test_audit_names_queues_that_were_not_destroyed),
		cmocka_unit_test(test_bad_frees_are_told_and_not_done),
#if defined(SLUICE_ASAN)
		cmocka_unit_test(test_asan_sees_primitives_on_freed_objects),
#else
		cmocka_unit_test(test_freed_memory_is_poisoned_and_kept),
#endif
		cmocka_unit_test(test_bus_addresses_follow_a_fixed_rule),
		cmocka_unit_test(test_hardware_reaches_only_what_is_mapped),
		cmocka_unit_test(test_allocations_fail_where_the_scenario_lets_them),
		cmocka_unit_test(test_work_is_traced_to_its_allocation),
		cmocka_unit_test(test_too_many_allocations_end_the_run),
	};

	return cmocka_run_group_tests_name("host_alloc", tests, NULL, NULL);
}
