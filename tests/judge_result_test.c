/* SPDX-License-Identifier: GPL-2.0-only */

/* ERRNO and ENTRY: each reason that excuses an error, and that nothing else does. */

#include <asm-generic/errno.h>

#include "tests/judge_stream.h"

#define NO_DEVICE 0xff

static void refused(unsigned op, unsigned dev, u32 pasid, unsigned space, int err)
{
	begin(op, dev, pasid, space);
	end(op, dev, pasid, -err);
}

static void unit_op(unsigned op, unsigned unit, int result)
{
	ev(EV_OP_BEGIN, op, NO_DEVICE | unit << 8, MODEL_NO_PASID, ST_NO_SPACE);
	ev(EV_OP_END, op, NO_DEVICE | unit << 8, MODEL_NO_PASID, (u64)(s64)result);
}

/* Of each operation, in a state in which it has to succeed. */
static void without_reason(void **state)
{
	static const struct {
		u8 op, space;
		u32 pasid;
		const char *text;
	} cases[] = {
		{ JOP_BIND, 1, 3, "bind d0 p3 fails: -16, and nothing is in its way" },
		{ JOP_UNBIND, ST_NO_SPACE, 1,
		  "unbind d0 p1 fails: -16, and nothing is in its way" },
		{ JOP_DRAIN, ST_NO_SPACE, 1, "drain d0 p1 fails: -16, and nothing is in its way" },
		{ JOP_RID, 0, MODEL_NO_PASID, "rid d0 fails: -16, and nothing is in its way" },
		{ JOP_DISABLE, ST_NO_SPACE, MODEL_NO_PASID,
		  "disable d0 fails: -16, and nothing is in its way" },
		{ JOP_DETACH, ST_NO_SPACE, MODEL_NO_PASID,
		  "detach d0 fails: -16, and nothing is in its way" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		st_reset();
		refused(cases[i].op, 0, cases[i].pasid, cases[i].space, EBUSY);
		expect_finding("ERRNO");
		assert_string_equal(first_detail(), cases[i].text);
		st_reset();
		begin(cases[i].op, 0, cases[i].pasid, cases[i].space);
		end(cases[i].op, 0, cases[i].pasid, 0);
		expect_clean();
	}
	st_reset();
	unit_op(JOP_FINISH, 1, -EBUSY);
	expect_finding("ERRNO");
	st_reset();
	unit_op(JOP_START, 1, -ENODEV);
	expect_finding("ERRNO");
	st_reset();
	refused(JOP_ATTACH, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	expect_finding("ERRNO");
	st_reset(); /* page requests are off, and nothing keeps them so */
	begin(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE);
	end(JOP_DISABLE, 0, MODEL_NO_PASID, 0);
	refused(JOP_ENABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	expect_finding("ERRNO");
}

static void the_life_is_a_reason(void **state)
{
	st_reset(); /* it is there already; and not any more, once it has ended */
	refused(JOP_BIND, 0, 1, 0, EBUSY);
	expect_clean();
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	refused(JOP_UNBIND, 0, 1, ST_NO_SPACE, EINVAL);
	refused(JOP_DRAIN, 0, 1, ST_NO_SPACE, EINVAL);
	expect_clean();
	refused(JOP_BIND, 0, 1, 0, EBUSY);
	expect_finding("ERRNO");

	st_reset(); /* its space is gone; a life outlives that */
	ev(EV_SPACE_RELEASE, 0, 0, 0, 0);
	refused(JOP_BIND, 0, 3, 0, ESRCH);
	refused(JOP_RID, 0, MODEL_NO_PASID, 0, ESRCH);
	expect_clean();
	refused(JOP_UNBIND, 0, 1, ST_NO_SPACE, ESRCH);
	expect_finding("ERRNO");
}

/* Systems that have one space behind each number may say so, by this error and no other. */
static void the_number_is_elsewhere(void **state)
{
	st_reset();
	refused(JOP_BIND, 0, 2, 0, EBUSY); /* d1 has p2, in space 1 */
	expect_clean();
	refused(JOP_BIND, 0, 2, 0, ENOSPC);
	expect_finding("ERRNO");
	st_reset();
	refused(JOP_BIND, 0, 2, 1, EBUSY); /* the same space */
	expect_finding("ERRNO");
	st_reset(); /* it is being given away */
	begin(JOP_BIND, 1, 3, 1);
	st.task = ST_APP1;
	refused(JOP_BIND, 0, 3, 0, EBUSY);
	expect_clean();
}

static void the_device_is_a_reason(void **state)
{
	st_reset(); /* page requests are off: nothing can be bound, but what is can be unbound */
	begin(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE);
	end(JOP_DISABLE, 0, MODEL_NO_PASID, 0);
	refused(JOP_BIND, 0, 3, 0, EINVAL);
	expect_clean();
	refused(JOP_UNBIND, 0, 1, ST_NO_SPACE, EINVAL);
	expect_finding("ERRNO");

	st_reset(); /* and on again */
	begin(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE);
	end(JOP_DISABLE, 0, MODEL_NO_PASID, 0);
	begin(JOP_ENABLE, 0, MODEL_NO_PASID, ST_NO_SPACE);
	end(JOP_ENABLE, 0, MODEL_NO_PASID, 0);
	refused(JOP_BIND, 0, 3, 0, EINVAL);
	expect_finding("ERRNO");

	st_reset(); /* not while requests are on their way, or somebody is at them */
	ask(0, 1, 1, REQ_READ | REQ_LAST);
	refused(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	expect_clean();
	st_reset();
	irq_start(0);
	refused(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	irq_done(0);
	expect_clean();
	st_reset(); /* a drain is there to wait for them */
	ask(0, 1, 1, REQ_READ | REQ_LAST);
	refused(JOP_UNBIND, 0, 1, ST_NO_SPACE, EBUSY);
	expect_finding("ERRNO");

	st_reset(); /* the unit can't drain */
	st.config.no_drain = 1;
	judge_reset(&st.config);
	refused(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EOPNOTSUPP);
	expect_clean();
	refused(JOP_DISABLE, 2, MODEL_NO_PASID, ST_NO_SPACE, EOPNOTSUPP);
	expect_finding("ERRNO");
}

/*
 * Another device's silence excuses nobody whom it costs an attempt in the queue, but it does who has
 * waited in vain for the event thread, which stands behind that device.
 */
static void a_lost_patience_is_a_reason(void **state)
{
	for (int waited = 0; waited < 2; waited++) {
		st_reset();
		ev(EV_HOSTILE, 1, HOSTILE_INV_LATE, 0, 0);
		begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
		if (waited)
			ev(EV_WAIT_TIMEOUT, HOST_SITE_WAIT_EVENT, 0, 0, 0);
		end(JOP_UNBIND, 0, 1, -ETIMEDOUT);
		assert_int_equal(found(INV_ERRNO), !waited);
	}
	st_reset(); /* that of the operation before is forgotten, and without a late device it is none */
	begin(JOP_DRAIN, 0, 1, ST_NO_SPACE);
	ev(EV_WAIT_TIMEOUT, HOST_SITE_WAIT_EVENT, 0, 0, 0);
	end(JOP_DRAIN, 0, 1, -ETIMEDOUT);
	assert_true(found(INV_ERRNO));
}

/* What failed for a reason leaves one to those that come after it. */
static void a_failure_is_a_reason(void **state)
{
	st_reset();
	ask(0, 1, 1, REQ_READ | REQ_LAST);
	refused(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	batch(0);
	refused(JOP_ENABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	refused(JOP_UNBIND, 0, 1, ST_NO_SPACE, EINVAL);
	expect_clean();
	refused(JOP_UNBIND, 1, 1, ST_NO_SPACE, EINVAL); /* of the same device, that is */
	expect_finding("ERRNO");

	st_reset(); /* until it is detached */
	ask(0, 1, 1, REQ_READ | REQ_LAST);
	refused(JOP_DISABLE, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	begin(JOP_DETACH, 0, MODEL_NO_PASID, ST_NO_SPACE);
	end(JOP_DETACH, 0, MODEL_NO_PASID, 0);
	refused(JOP_ATTACH, 0, MODEL_NO_PASID, ST_NO_SPACE, EBUSY);
	expect_finding("ERRNO");

	st_reset_with(false, false); /* no unit, no device */
	refused(JOP_ATTACH, 0, MODEL_NO_PASID, ST_NO_SPACE, ENODEV);
	expect_clean();
	ev(EV_ALLOC_FAIL, 64, 0, 0, 0);
	unit_op(JOP_START, 0, -ENOMEM);
	expect_excused("ERRNO");
}

/* Two tasks at the same life, device or unit: one of them may come too late. */
static void another_task_is_a_reason(void **state)
{
	static const struct {
		u8 op, dev, space;
		u32 pasid;
		bool excuses; /* an unbind of d0 p1 that runs at the same time */
	} cases[] = {
		{ JOP_UNBIND, 0, ST_NO_SPACE, 1, true },
		{ JOP_DRAIN, 0, ST_NO_SPACE, 1, true },
		{ JOP_BIND, 0, 0, 3, true }, /* of its space: where the system picks the numbers */
		{ JOP_BIND, 0, 1, 3, false },
		{ JOP_DRAIN, 1, ST_NO_SPACE, 1, false },
		{ JOP_RID, 0, 1, MODEL_NO_PASID, false },
		{ JOP_DISABLE, 0, ST_NO_SPACE, MODEL_NO_PASID, true },
		{ JOP_DISABLE, 1, ST_NO_SPACE, MODEL_NO_PASID, false },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned first = 0; first < 2; first++) { /* who is refused */
			st_reset();
			begin(JOP_UNBIND, 0, 1, ST_NO_SPACE);
			st.task = ST_APP1;
			begin(cases[i].op, cases[i].dev, cases[i].pasid, cases[i].space);
			end(cases[i].op, cases[i].dev, cases[i].pasid, first ? 0 : -EINVAL);
			st.task = ST_APP;
			end(JOP_UNBIND, 0, 1, first ? -EINVAL : 0);
			if (cases[i].excuses)
				expect_clean();
			else
				expect_finding("ERRNO");
		}
	}
	st_reset(); /* one after the other */
	stop(1, 2, STOP_ANSWERED);
	unbind(1, 2);
	refused(JOP_BIND, 1, 2, 1, EBUSY);
	expect_finding("ERRNO");
}

static void premises(void **state)
{
	static const struct {
		unsigned kind;
		u64 a, b, c, d;
		bool excuses; /* a refused unbind of d0 */
	} cases[] = {
		{ EV_ALLOC_FAIL, 64, 0, 0, 0, true },
		{ EV_QI_ERROR, 0, QI_IQE, 0, 1, true },
		{ EV_QI_ERROR, 0, QI_IQE, 0, 0, false }, /* the system's own */
		{ EV_MSI, 0, 1, 0, 0, true },
		{ EV_BLOCK, HOST_SITE_SPACE_FAULT, 1, 0, 0, true },
		{ EV_GONE, 0, 0, 0, 0, true },
		{ EV_GONE, 1, 0, 0, 0, false },
		{ EV_HOSTILE, 0, HOSTILE_INV_NEVER, 0, 0, true },
		{ EV_HOSTILE, 1, HOSTILE_INV_NEVER, 0, 0, false }, /* another device's silence */
		{ EV_HOSTILE, 0, HOSTILE_CREDIT, 0, 0, false },
		{ EV_HOSTILE, 0, HOSTILE_OPEN_GROUP, 0, 0, false },
		{ EV_DEV_RESET, 0, 0, 0, 0, false },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		st_reset();
		ev(cases[i].kind, cases[i].a, cases[i].b, cases[i].c, cases[i].d);
		refused(JOP_UNBIND, 0, 1, ST_NO_SPACE, ETIMEDOUT);
		assert_int_equal(found(INV_ERRNO), !cases[i].excuses);
	}
	st_reset_with(false, true); /* time may pass though something could move */
	refused(JOP_RID, 0, MODEL_NO_PASID, 0, ETIMEDOUT);
	expect_excused("ERRNO");
	st_reset_with(true, false);
	refused(JOP_RID, 0, MODEL_NO_PASID, 0, ETIMEDOUT);
	expect_excused("ERRNO");
	st_reset(); /* a silence is no reason for an operation of the unit */
	ev(EV_HOSTILE, 0, HOSTILE_INV_LATE, 0, 0);
	unit_op(JOP_FINISH, 0, -ETIMEDOUT);
	expect_finding("ERRNO");
}

static void entry(void **state)
{
	st_reset();
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	ev(EV_TEARDOWN, 0, 1, 0, 0);
	ev(EV_ENTRY, 0, 1, 0, ST_NO_SPACE);
	expect_finding("ENTRY");
	assert_string_equal(first_detail(),
			    "d0 pasid 1: the entry is still present after teardown");
	st_reset();
	bind(0, 3, 1);
	ev(EV_ENTRY, 0, 3, ST_NO_SPACE, 1);
	expect_finding("ENTRY");
	assert_string_equal(first_detail(), "d0 pasid 3: the entry is not present after bind");
	st_reset();
	rid(0, 1);
	ev(EV_ENTRY, 0, MODEL_NO_PASID, 0, 1);
	expect_finding("ENTRY");
	assert_string_equal(first_detail(), "d0: the entry has other page tables than those of "
					    "space 1 after bind");

	st_reset(); /* two at the same domain, one of which failed */
	begin(JOP_RID, 0, MODEL_NO_PASID, 1);
	st.task = ST_APP1;
	refused(JOP_RID, 0, MODEL_NO_PASID, ST_NO_SPACE, ETIMEDOUT);
	st.task = ST_APP;
	end(JOP_RID, 0, MODEL_NO_PASID, 0);
	ev(EV_ENTRY, 0, MODEL_NO_PASID, ST_NO_SPACE, 1);
	expect_clean();
	st_reset(); /* a detach that failed half way */
	ev(EV_GONE, 0, 0, 0, 0);
	refused(JOP_DETACH, 0, MODEL_NO_PASID, ST_NO_SPACE, ETIMEDOUT);
	bind(0, 3, 1);
	ev(EV_ENTRY, 0, 3, ST_NO_SPACE, 1);
	expect_excused("ERRNO");
	st_reset(); /* the audit of the caches goes on behind it */
	stop(0, 1, STOP_ANSWERED);
	unbind(0, 1);
	ev(EV_TEARDOWN, 0, 1, 0, 0);
	ev(EV_ENTRY, 0, 1, 0, ST_NO_SPACE);
	ev(EV_STALE, CACHE_PASID, 0, 1, 0);
	assert_true(found(INV_STALE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_reason),
		cmocka_unit_test(the_life_is_a_reason),
		cmocka_unit_test(the_number_is_elsewhere),
		cmocka_unit_test(the_device_is_a_reason),
		cmocka_unit_test(a_lost_patience_is_a_reason),
		cmocka_unit_test(a_failure_is_a_reason),
		cmocka_unit_test(another_task_is_a_reason),
		cmocka_unit_test(premises),
		cmocka_unit_test(entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
