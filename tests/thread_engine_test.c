/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread engine by itself: what is whole and what is parallel, ends of a run, polling, time while the
 * process is stopped, threads that are taken over, left behind, or watched, noise.
 */

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/thread/noise.h"
#include "host/thread/thread.h"
#include "tests/host_test.h"

static struct host_completion done;
static u32 flag, flags[2];

static void begin_run(void)
{
	begin();
	host_init_completion(&done, "done");
	flag = flags[0] = flags[1] = 0;
}

static bool is_set(u32 *at)
{
	return __atomic_load_n(at, __ATOMIC_ACQUIRE) != 0;
}

static void set(u32 *at)
{
	__atomic_store_n(at, 1, __ATOMIC_RELEASE);
}

/* --- A stopped process: first, since it forks, and no threads are there to be lost ----------------- */

#define STOP_SECONDS 2

static int told[2], heard[2];
static u32 left;

static void wait_ten(void *arg)
{
	left = host_wait_for_completion_timeout(&done, 10);
}

/* In the code under test, for as long as it likes to. */
static void tell_and_hear(void *arg)
{
	unsigned depth = engine_step_out();
	char c = 0;

	if (write(told[1], &c, 1) != 1 || read(heard[0], &c, 1) != 1)
		_exit(4);
	host_complete(&done);
	engine_step_in(depth);
}

static void play_stopped_child(void)
{
	begin_run();
	spawn("waiter", wait_ten, NULL);
	spawn("teller", tell_and_hear, NULL);
	if (engine_run() != ENGINE_QUIET)
		_exit(1);
	_exit(left == 10 && !engine_now() ? 0 : 2);
}

static void test_no_time_passes_while_the_process_is_stopped(void **state)
{
	const struct timespec pause = { .tv_sec = STOP_SECONDS };
	int status;
	pid_t child;
	char c = 0;

	assert_int_equal(pipe(told) | pipe(heard), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		play_stopped_child();
	assert_int_equal(read(told[0], &c, 1), 1);
	kill(child, SIGSTOP);
	nanosleep(&pause, NULL);
	kill(child, SIGCONT);
	assert_int_equal(write(heard[1], &c, 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* --- The watch ---------------------------------------------------------------------------------------- */

static void loop_without_a_point(void *arg)
{
	host_point(HOST_SITE_OP);
	engine_step_out();
	while (!is_set(&flag))
		;
}

static void play_looping_child(int out)
{
	dup2(out, STDERR_FILENO);
	thread_watch(200, NULL);
	begin_run();
	spawn("app0", loop_without_a_point, NULL);
	spawn("waiter", wait_ten, NULL);
	engine_run();
	_exit(0);
}

static void test_loop_without_a_point_ends_the_process(void **state)
{
	char text[4096];
	size_t n = 0;
	ssize_t got;
	int out[2], status;
	pid_t child;

	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		play_looping_child(out[1]);
	close(out[1]);
	while (n < sizeof(text) - 1 && (got = read(out[0], text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	if (!strstr(text, "DEDUP_TOKEN: LIVELOCK:op\n"))
		fail_msg("no token in: %s", text);
	assert_non_null(strstr(text, "app0 comes to no scheduling point after op#1"));
}

/* --- Whole and parallel -------------------------------------------------------------------------------- */

static void meet(void *arg)
{
	u32 *mine = arg, *other = mine == &flags[0] ? &flags[1] : &flags[0];
	unsigned depth = engine_step_out();

	set(mine);
	while (!is_set(other))
		;
	engine_step_in(depth);
}

/* Neither comes back until the other is in the code under test, too. */
static void test_code_under_test_is_parallel(void **state)
{
	for (unsigned i = 0; i < 50; i++) {
		begin_run();
		spawn("a", meet, &flags[0]);
		spawn("b", meet, &flags[1]);
		assert_int_equal(engine_run(), ENGINE_QUIET);
	}
}

#define COUNTS 5000u

static u32 counter;

static void count_with_points(void *arg)
{
	for (unsigned i = 0; i < COUNTS; i++) {
		counter++;
		host_point(HOST_SITE_OP);
	}
}

static void count_from_outside(void *arg)
{
	unsigned depth = engine_step_out();

	for (unsigned i = 0; i < COUNTS; i++) {
		engine_guard();
		counter++;
	}
	engine_step_in(depth);
}

static void test_house_is_whole_between_points(void **state)
{
	static const enum noise_profile profiles[] = { NOISE_NONE, NOISE_YIELDS, NOISE_FAVOURS };

	for (unsigned i = 0; i < ARRAY_SIZE(profiles); i++) {
		begin_run();
		noise_set(i, profiles[i]);
		engine_set_chooser(noise_chooser());
		counter = 0;
		spawn("a", count_with_points, NULL);
		spawn("b", count_with_points, NULL);
		spawn("c", count_from_outside, NULL);
		spawn("d", count_from_outside, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_int_equal(counter, 4 * COUNTS);
	}
}

/* --- Ends ------------------------------------------------------------------------------------------------ */

static void wait_for_ever(void *arg)
{
	unsigned depth = engine_step_out();

	host_wait_for_completion(&done);
	engine_step_in(depth);
}

static void complete_done(void *arg)
{
	host_complete(&done);
}

static void test_hang_has_words_and_a_stack_and_is_left_behind(void **state)
{
	void *frame[THREAD_FRAMES_MAX];
	char text[128];
	int waiter, other;

	for (unsigned i = 0; i < 20; i++) {
		begin_run();
		waiter = spawn("app0", wait_for_ever, NULL);
		other = spawn("app1", complete_done, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_false(engine_left_tasks());
		assert_int_equal(thread_stack((unsigned)other, frame), 0);

		begin_run();
		waiter = spawn("app0", wait_for_ever, NULL);
		assert_int_equal(engine_run(), ENGINE_HANG);
		assert_true(engine_left_tasks());
		engine_describe_wait((unsigned)waiter, text, sizeof(text));
		assert_string_equal(text, "app0 waits for done at wait_for_completion#1");
		assert_in_range(thread_stack((unsigned)waiter, frame), 4, THREAD_FRAMES_MAX);
		/* It can be asked for once more, and go on after all. */
		assert_in_range(thread_stack((unsigned)waiter, frame), 4, THREAD_FRAMES_MAX);
		if (i % 2)
			continue;
		spawn("app1", complete_done, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_false(engine_left_tasks());
	}
}

static void look_for_ever(void *arg)
{
	engine_step_out();
	while (!host_READ_ONCE(flag))
		;
}

static void point_for_ever(void *arg)
{
	for (;;)
		host_point(HOST_SITE_OP);
}

static void sleep_and_progress(void *arg)
{
	for (unsigned i = 0; i < 40; i++) {
		for (unsigned j = 0; j < 1000; j++)
			host_point(HOST_SITE_OP);
		engine_progress();
	}
	say('p');
}

static void test_livelock_is_counted_in_points(void **state)
{
	static const struct engine_limits limits = { .fair_steps = 1000 };

	for (unsigned i = 0; i < 6; i++) {
		begin_with(&limits);
		host_init_completion(&done, "done");
		flag = 0;
		noise_set(i, i % 3);
		if (i >= 3)
			engine_set_chooser(noise_chooser());
		spawn("a", i % 2 ? look_for_ever : point_for_ever, NULL);
		spawn("b", point_for_ever, NULL);
		spawn("waiter", wait_for_ever, NULL);
		assert_int_equal(engine_run(), ENGINE_LIVELOCK);
	}
	begin_with(&limits);
	spawn("a", sleep_and_progress, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "p");
}

/* --- Polling and time -------------------------------------------------------------------------------------- */

static void poll_flag(void *arg)
{
	unsigned depth = engine_step_out();

	while (!is_set(&flag))
		host_cpu_relax("the flag");
	engine_step_in(depth);
}

/* A store that comes with no point is seen all the same, before it would be a hang. */
static void set_flag_silently(void *arg)
{
	unsigned depth = engine_step_out();

	for (volatile unsigned i = 0; i < *(unsigned *)arg; i++)
		;
	set(&flag);
	engine_step_in(depth);
}

static void test_poller_sees_a_store_without_a_point(void **state)
{
	for (unsigned i = 0; i < 400; i++) {
		unsigned turns = i * 50;

		begin_run();
		spawn("poller", poll_flag, NULL);
		spawn("other", poll_flag, NULL);
		spawn("setter", set_flag_silently, &turns);
		assert_int_equal(engine_run(), ENGINE_QUIET);
	}
}

static void sleep_five(void *arg)
{
	host_msleep(5);
	set(&flag);
}

static void point_until_flag(void *arg)
{
	while (!is_set(&flag)) {
		host_point(HOST_SITE_OP);
		engine_progress();
	}
}

static void test_free_clock_moves_beside_others(void **state)
{
	static const struct engine_limits limits = { .clock_choice = true };

	begin_with(&limits);
	flag = 0;
	noise_set(1, NOISE_NONE);
	engine_set_chooser(noise_chooser());
	spawn("sleeper", sleep_five, NULL);
	spawn("other", point_until_flag, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_int_equal(engine_now(), 5000000);
}

static void test_events_have_real_time(void **state)
{
	const u64 *ns;
	u32 count;

	begin_run();
	spawn("waiter", wait_ten, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	ns = thread_event_ns(&count);
	assert_in_range(count, 4, 100);
	for (u32 i = 1; i < count; i++)
		assert_true(ns[i] >= ns[i - 1]);
	assert_true(ns[count - 1] > 0);
}

/* --- Daemons ------------------------------------------------------------------------------------------------ */

static struct host_work works[4];

static void work_counts(struct host_work *work)
{
	__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
}

static bool irq_counts(unsigned irq, void *data)
{
	__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
	return true;
}

static void use_daemons(void *arg)
{
	struct host_workqueue *wq = host_alloc_workqueue("wq", 4);
	unsigned depth = engine_step_out();

	host_request_threaded_irq(0, irq_counts, "dmar0", NULL);
	host_irq_wake_thread(0);
	for (unsigned i = 0; i < 4; i++) {
		host_work_init(&works[i], work_counts);
		host_queue_work(wq, &works[i]);
	}
	host_flush_workqueue(wq);
	host_synchronize_rcu();
	host_free_irq(0);
	engine_step_in(depth);
}

/* Runs with as many daemons as the last, with more and with fewer. */
static void test_daemons_go_from_run_to_run(void **state)
{
	for (unsigned i = 0; i < 400; i++) {
		const struct engine_limits limits = { .irqs = 1 + i / 3 % 2, .workers = 1 + i % 4 };

		begin_with(&limits);
		counter = 0;
		spawn("app0", use_daemons, NULL);
		assert_int_equal(engine_run(), ENGINE_QUIET);
		assert_int_equal(counter, 5);
		assert_false(engine_left_tasks());
		assert_int_equal(count_events(EV_CONTEXT, NULL), 0);
	}
}

/* --- Noise ------------------------------------------------------------------------------------------------------ */

static void test_noise_is_a_function_of_seed_and_profile(void **state)
{
	u32 drawn[2][256], busy[NOISE_PROFILES] = { 0 };

	for (int profile = 0; profile < NOISE_PROFILES; profile++) {
		assert_int_equal(noise_find(noise_word(profile)), profile);
		for (unsigned again = 0; again < 2; again++) {
			struct noise n;

			noise_set(7, profile);
			noise_begin();
			noise_start(&n, 3);
			for (unsigned i = 0; i < 256; i++)
				drawn[again][i] = noise_draw(&n, 3);
		}
		assert_memory_equal(drawn[0], drawn[1], sizeof(drawn[0]));
		for (unsigned i = 0; i < 256; i++)
			busy[profile] += drawn[0][i] != 0;
	}
	assert_int_equal(noise_find("loud"), -1);
	assert_int_equal(busy[NOISE_NONE], 0);
	for (int profile = NOISE_YIELDS; profile < NOISE_PROFILES; profile++)
		assert_in_range(busy[profile], 1, 256);
}

static void test_noise_chooses_values(void **state)
{
	struct decision d = { .kind = CHOOSE_MODEL, .n = 5 };
	unsigned counts[5] = { 0 };
	bool exhausted = false;

	noise_set(1, NOISE_NONE);
	noise_begin();
	for (unsigned i = 0; i < 2000; i++)
		counts[noise_chooser()->choose(noise_chooser(), &d, &exhausted)]++;
	assert_false(exhausted);
	assert_in_range(counts[0], 1700, 1950);
	for (unsigned i = 1; i < 5; i++)
		assert_in_range(counts[i], 5, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_time_passes_while_the_process_is_stopped),
		cmocka_unit_test(test_loop_without_a_point_ends_the_process),
		cmocka_unit_test(test_code_under_test_is_parallel),
		cmocka_unit_test(test_house_is_whole_between_points),
		cmocka_unit_test(test_hang_has_words_and_a_stack_and_is_left_behind),
		cmocka_unit_test(test_livelock_is_counted_in_points),
		cmocka_unit_test(test_poller_sees_a_store_without_a_point),
		cmocka_unit_test(test_free_clock_moves_beside_others),
		cmocka_unit_test(test_events_have_real_time),
		cmocka_unit_test(test_daemons_go_from_run_to_run),
		cmocka_unit_test(test_noise_is_a_function_of_seed_and_profile),
		cmocka_unit_test(test_noise_chooses_values),
	};

	return cmocka_run_group_tests_name("thread_engine", tests, NULL, NULL);
}
