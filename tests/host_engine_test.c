/* SPDX-License-Identifier: GPL-2.0-only */
/* The engine by itself: decisions and their order, ends of a run, time, polling, replay. */

#include "tests/host_test.h"

static void letter_twice(void *arg)
{
	char c = *(const char *)arg;

	say(c);
	host_point(HOST_SITE_OP);
	say(c);
}

static void spawn_letters(unsigned n)
{
	static char names[] = "abcdefgh";
	char name[2] = "";

	for (unsigned i = 0; i < n; i++) {
		name[0] = names[i];
		spawn(name, letter_twice, &names[i]);
	}
}

static void test_fair_order_runs_each_task_to_its_end(void **state)
{
	begin();
	spawn_letters(3);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "aabbcc");
	assert_true(engine_is_fair());
}

static void test_options_start_behind_the_preferred_one(void **state)
{
	static const u8 options[] = { 1, 1, 2 };
	static struct script s;
	int first;

	begin();
	first = engine_find("rcu") + 1;
	spawn_letters(4);
	use_script(&s, options, sizeof(options));
	assert_int_equal(engine_run(), ENGINE_QUIET);
	/* Nobody has run: preferred is a, option 1 is b. In b: preferred b, 1 is c. In c: 2 is a. */
	assert_string_equal(word, "bcaabcdd");
	assert_int_equal(s.seen[0].current, ENGINE_NOBODY);
	assert_int_equal(s.seen[0].preferred, first);
	assert_false(s.seen[0].can_stay);
	assert_int_equal(s.seen[0].n, 4);
	assert_int_equal(s.seen[1].current, first + 1);
	assert_int_equal(s.seen[1].preferred, first + 1);
	assert_true(s.seen[1].can_stay);
	assert_int_equal(s.seen[1].site, HOST_SITE_OP);
	assert_int_equal(s.seen[1].nth, 1);
}

static void test_targets_and_options_are_inverse(void **state)
{
	for (unsigned preferred = 0; preferred < 64; preferred++) {
		struct decision d = {
			.preferred = (u8)preferred,
			.ready = 0x8421000180c00301ull | BIT_ULL(preferred),
		};

		d.n = (u8)__builtin_popcountll(d.ready);
		for (unsigned option = 0; option < d.n; option++) {
			u8 target = decision_target(&d, option);

			assert_true(d.ready >> target & 1);
			assert_int_equal(decision_option(&d, target), option);
			if (option > 1)
				assert_true(((target - preferred) & 63) >
					    ((decision_target(&d, option - 1) - preferred) & 63));
		}
		assert_int_equal(decision_option(&d, 1) == -1, preferred != 1);
	}
}

static void walk(void *arg)
{
	for (unsigned i = 0; i < 5; i++) {
		say(*(const char *)arg);
		host_point(HOST_SITE_OP);
	}
}

static void test_quantum_moves_the_turn_on(void **state)
{
	static const struct engine_limits limits = { .quantum = 2 };

	begin_with(&limits);
	spawn("a", walk, "a");
	spawn("b", walk, "b");
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "aabbaabbab");
}

/* --- Actors and time ----------------------------------------------------------------------------- */

static int actor_id;
static unsigned actor_steps_left;

static void step(void *arg)
{
	assert_null(engine_self());
	say('*');
	if (!--actor_steps_left)
		engine_actor_set((unsigned)actor_id, false);
}

static void test_actor_is_in_the_rotation(void **state)
{
	begin();
	actor_id = engine_actor("hw", step, NULL);
	actor_steps_left = 2;
	engine_actor_set((unsigned)actor_id, true);
	spawn_letters(2);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	/* a stays to its end, then the turn goes to b, then to the actor. */
	assert_string_equal(word, "aabb**");
	assert_int_equal(engine_find("hw"), actor_id);
	assert_string_equal(engine_name((unsigned)actor_id), "hw");
}

static void test_actor_may_be_chosen_again_and_again(void **state)
{
	static const u8 options[] = { 0, 2, 2, 1 };
	static struct script s;
	const struct engine_choice *choices;
	u32 count;

	begin();
	actor_id = engine_actor("hw", step, NULL);
	actor_steps_left = 3;
	engine_actor_set((unsigned)actor_id, true);
	spawn_letters(2);
	use_script(&s, options, sizeof(options));
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "a**bb*a");
	/* The three decisions at a's point are told apart by skip. */
	choices = engine_choices(&count);
	assert_int_equal(count, 3);
	for (u32 i = 0; i < count; i++) {
		assert_int_equal(choices[i].site, HOST_SITE_OP);
		assert_int_equal(choices[i].nth, 1);
		assert_int_equal(choices[i].skip, i);
		assert_int_equal(choices[i].index, i + 1);
	}
}

static void step_at(void *arg)
{
	say('0' + (char)(engine_now() / 1000000));
}

static void sleep_and_say(void *arg)
{
	host_msleep(5);
	say('5');
}

static void test_time_moves_when_nothing_else_can(void **state)
{
	struct event e;

	begin();
	actor_id = engine_actor("hw", step_at, NULL);
	engine_actor_at((unsigned)actor_id, 3000000);
	spawn("sleeper", sleep_and_say, NULL);
	spawn_letters(1);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "aa35");
	assert_int_equal(engine_now(), 5000000);
	assert_int_equal(count_events(EV_TIME_SKIP, &e), 2);
	assert_int_equal(e.a, 2);
}

static void test_clock_is_an_option_where_the_scenario_says_so(void **state)
{
	static const struct engine_limits limits = { .clock_choice = true, .record = true };
	static const u8 options[] = { 0, 0, 1, 1 };
	static struct script s;
	const struct engine_choice *choices;
	u32 count;

	begin_with(&limits);
	spawn("sleeper", sleep_and_say, NULL);
	spawn_letters(1);
	use_script(&s, options, sizeof(options));
	assert_int_equal(engine_run(), ENGINE_QUIET);
	/* Who starts; at the sleeper's point; when it sleeps: `a` or the clock; then, who is next. */
	assert_int_equal(s.seen[2].ready >> engine_find("clock") & 1, 1);
	assert_string_equal(word, "5aa");
	choices = engine_choices(&count);
	assert_int_equal(count, 2);
	assert_string_equal(engine_name(choices[0].target), "clock");
	assert_int_equal(choices[1].skip, 2);
}

/* --- Ends ------------------------------------------------------------------------------------------- */

static struct host_completion never;

static void wait_for_ever(void *arg)
{
	host_wait_for_completion(&never);
	say('!');
}

static void test_hang_is_exact_and_described(void **state)
{
	char text[128];
	int id;

	begin();
	host_init_completion(&never, "prq_complete");
	id = spawn("app0", wait_for_ever, NULL);
	assert_int_equal(engine_run(), ENGINE_HANG);
	assert_string_equal(word, "");
	assert_int_equal(engine_task((unsigned)id)->state, TASK_BLOCKED);
	engine_describe_wait((unsigned)id, text, sizeof(text));
	assert_string_equal(text, "app0 waits for prq_complete at wait_for_completion#1");
}

static volatile u32 flag;

static void poll_flag(void *arg)
{
	while (!host_READ_ONCE(flag))
		host_cpu_relax("the flag");
	say('p');
}

static void set_flag(void *arg)
{
	host_WRITE_ONCE(flag, 1);
	say('w');
}

static void look_at_flag(void *arg)
{
	for (unsigned i = 0; i < 3; i++)
		if (host_READ_ONCE(flag))
			say('?');
	say('l');
}

static void test_polling_for_nothing_is_a_hang(void **state)
{
	char text[128];
	int id;

	begin();
	flag = 0;
	id = spawn("app0", poll_flag, NULL);
	spawn("app1", poll_flag, NULL);
	spawn("looker", look_at_flag, NULL);
	assert_int_equal(engine_run(), ENGINE_HANG);
	assert_string_equal(word, "l");
	assert_int_equal(engine_task((unsigned)id)->state, TASK_POLLING);
	engine_describe_wait((unsigned)id, text, sizeof(text));
	assert_memory_equal(text, "app0 polls for the flag", 23);
}

/* The point of a write comes before the write: a poller that looks in between must look again. */
static void test_poller_sees_a_write_whose_point_it_interrupted(void **state)
{
	for (u8 first = 0; first < 3; first++) {
		for (u8 second = 0; second < 3; second++) {
			const u8 options[] = { first, second, first, second, first, second };
			static struct script s;

			begin();
			flag = 0;
			spawn("app0", poll_flag, NULL);
			spawn("app1", set_flag, NULL);
			use_script(&s, options, sizeof(options));
			assert_int_equal(engine_run(), ENGINE_QUIET);
			assert_int_equal(strlen(word), 2);
		}
	}
}

static volatile u32 flags[3];

static void poll_either(void *arg)
{
	/* The second look is a point behind the first one: the first flag may be set there. */
	while (!(host_READ_ONCE(flags[0]) | host_READ_ONCE(flags[1])))
		host_cpu_relax("either flag");
	host_WRITE_ONCE(flags[2], 1);
}

static void set_first_and_poll(void *arg)
{
	host_WRITE_ONCE(flags[0], 1);
	while (!host_READ_ONCE(flags[2]))
		host_cpu_relax("the answer");
}

static void test_change_behind_a_pollers_look_is_not_missed(void **state)
{
	for (unsigned bits = 0; bits < 4096; bits++) {
		static struct script s;
		u8 options[12];

		for (unsigned i = 0; i < 12; i++)
			options[i] = bits >> i & 1;
		begin();
		flags[0] = flags[1] = flags[2] = 0;
		spawn("app0", poll_either, NULL);
		spawn("app1", set_first_and_poll, NULL);
		use_script(&s, options, sizeof(options));
		assert_int_equal(engine_run(), ENGINE_QUIET);
	}
}

static void raise_flag_step(void *arg)
{
	flag = 1;
	engine_actor_set((unsigned)actor_id, false);
}

static void test_poller_sees_an_actors_step(void **state)
{
	begin();
	flag = 0;
	actor_id = engine_actor("hw", raise_flag_step, NULL);
	engine_actor_at((unsigned)actor_id, 1000);
	spawn("app0", poll_flag, NULL);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "p");
}

static void spin(void *arg)
{
	for (;;)
		host_point(HOST_SITE_OP);
}

static void test_livelock_is_counted_in_fair_steps(void **state)
{
	static const struct engine_limits limits = { .fair_steps = 1000 };

	begin_with(&limits);
	spawn("a", spin, NULL);
	spawn("b", spin, NULL);
	assert_int_equal(engine_run(), ENGINE_LIVELOCK);
	assert_true(engine_steps() >= 1000 && engine_steps() <= 1002);
}

static void step_for_ever(void *arg)
{
}

static void test_actors_alone_can_livelock(void **state)
{
	static const struct engine_limits limits = { .fair_steps = 1000 };

	begin_with(&limits);
	actor_id = engine_actor("hw", step_for_ever, NULL);
	engine_actor_set((unsigned)actor_id, true);
	assert_int_equal(engine_run(), ENGINE_LIVELOCK);
}

static void stop_and_go(void *arg)
{
	say('1');
	engine_stop();
	host_point(HOST_SITE_OP);
	say('2');
}

static void test_stopped_run_can_go_on(void **state)
{
	begin();
	spawn("a", stop_and_go, NULL);
	assert_int_equal(engine_run(), ENGINE_STOPPED);
	assert_string_equal(word, "1");
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "12");
	spawn_letters(1);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_string_equal(word, "12aa");
}

static void test_ids_run_out(void **state)
{
	begin();
	while (engine_spawn("t", step_for_ever, NULL, 0) >= 0)
		;
	assert_non_null(engine_task(ENGINE_TASKS_MAX - 1));
	assert_int_equal(engine_run(), ENGINE_QUIET);
	while (engine_actor("hw", step_for_ever, NULL) >= 0)
		;
	assert_int_equal(engine_find("clock"), 63);
}

/* --- Values, names, objects ----------------------------------------------------------------------------- */

static unsigned answers[3];

static void ask_values(void *arg)
{
	answers[0] = engine_choose(CHOOSE_MODEL, 5);
	answers[1] = engine_choose(CHOOSE_MODEL, 1);
	answers[2] = engine_choose(CHOOSE_ALLOC, 2);
}

static void test_value_decisions(void **state)
{
	static const u8 options[] = { 3, 1 };
	static struct script s;

	begin();
	spawn("a", ask_values, NULL);
	use_script(&s, options, sizeof(options));
	assert_int_equal(engine_run(), ENGINE_QUIET);
	assert_int_equal(answers[0], 3);
	assert_int_equal(answers[1], 0);
	assert_int_equal(answers[2], 1);
	assert_int_equal(engine_decisions(), 2);
	assert_int_equal(s.seen[0].kind, CHOOSE_MODEL);
	assert_int_equal(s.seen[1].skip, 1);
}

static void test_names(void **state)
{
	static const char *const regs[32] = { [3] = "PQT" };
	char buf[ENGINE_NAME_MAX];

	engine_set_reg_names(regs);
	assert_string_equal(engine_site_name(HOST_SITE_READ + 3, buf), "read_PQT");
	assert_string_equal(engine_site_name(HOST_SITE_WRITE + 3, buf), "write_PQT");
	assert_int_equal(engine_site_find("write_PQT"), HOST_SITE_WRITE + 3);
	assert_int_equal(engine_site_find("wait_for_completion"), HOST_SITE_WAIT_FOR_COMPLETION);
	assert_int_equal(engine_site_find("no_such_site"), -1);
	assert_string_equal(engine_name(ENGINE_NOBODY), "nobody");
	assert_int_equal(engine_find("no such task"), -1);
}

static void test_objects_are_numbered_by_appearance(void **state)
{
	int a, b;

	begin();
	assert_int_equal(engine_object_number(&b), 1);
	assert_int_equal(engine_object_number(&a), 2);
	assert_int_equal(engine_object_number(&b), 1);
	engine_object_init(&b);
	assert_int_equal(engine_object_number(&b), 3);
	assert_int_equal(engine_object_number(NULL), 0);
	begin();
	assert_int_equal(engine_object_number(&a), 1);
}

static void test_feedback_marks_where_tasks_stand(void **state)
{
	static u8 table[4096];
	unsigned marks = 0;

	memset(table, 0, sizeof(table));
	engine_set_feedback(table, sizeof(table));
	begin();
	spawn_letters(3);
	assert_int_equal(engine_run(), ENGINE_QUIET);
	engine_set_feedback(NULL, 0);
	for (unsigned i = 0; i < sizeof(table); i++)
		marks += table[i];
	assert_in_range(marks, 2, engine_decisions());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fibers_only(test_fair_order_runs_each_task_to_its_end),
		fibers_only(test_options_start_behind_the_preferred_one),
		cmocka_unit_test(test_targets_and_options_are_inverse),
		fibers_only(test_quantum_moves_the_turn_on),
		fibers_only(test_actor_is_in_the_rotation),
		fibers_only(test_actor_may_be_chosen_again_and_again),
		cmocka_unit_test(test_time_moves_when_nothing_else_can),
		fibers_only(test_clock_is_an_option_where_the_scenario_says_so),
		cmocka_unit_test(test_hang_is_exact_and_described),
		cmocka_unit_test(test_polling_for_nothing_is_a_hang),
		cmocka_unit_test(test_poller_sees_a_write_whose_point_it_interrupted),
		cmocka_unit_test(test_change_behind_a_pollers_look_is_not_missed),
		cmocka_unit_test(test_poller_sees_an_actors_step),
		fibers_only(test_livelock_is_counted_in_fair_steps),
		cmocka_unit_test(test_actors_alone_can_livelock),
		cmocka_unit_test(test_stopped_run_can_go_on),
		cmocka_unit_test(test_ids_run_out),
		fibers_only(test_value_decisions),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_objects_are_numbered_by_appearance),
		fibers_only(test_feedback_marks_where_tasks_stand),
	};

	return cmocka_run_group_tests_name("host_engine", tests, NULL, NULL);
}
