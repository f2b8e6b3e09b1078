/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * What the drain core waits for, how long, and what it asks hardware to do first: hardware that takes its
 * time, an event thread that does not get on, errors of the queue that meet, descriptors as they lie in it.
 */

#include <errno.h>

#include "host/site.h"
#include "tests/core_contract.h"

#define GCMD 0x18
#define GSTS 0x1c
#define GSTS_RTPS BIT(30)
#define GCMD_SRTP BIT(30)
#define ECAP 0x10
#define ECAP_DIT BIT_ULL(41)
#define FSTS 0x34
#define PQT 0xc8
#define PRS 0xdc
#define IQT 0x88
#define NS_PER_MS 1000000

/* --- Global status ---------------------------------------------------------------------------- */

/* Hardware shows the status of before in so many reads after a command. */
#define READS_LATE 2u

static struct {
	u64 (*read)(unsigned unit, u32 offset, unsigned bytes);
	u64 status;
	unsigned reads;
} slow;

static u64 read_late(unsigned unit, u32 offset, unsigned bytes)
{
	if (offset != GSTS || !slow.reads)
		return slow.read(unit, offset, bytes);
	slow.reads--;
	return slow.status;
}

static void command(unsigned unit, u32 offset, u64 value)
{
	if (offset != GCMD)
		return;
	check("reads of GSTS left", slow.reads, 0);
	/* Of the one-shot command hardware clears the status first. */
	slow.status = slow.read(unit, GSTS, 4) & ~(u64)GSTS_RTPS;
	slow.reads = READS_LATE;
}

/* Each pause is one look for who polls. */
static unsigned take_turns(struct chooser *self, const struct decision *d, bool *exhausted)
{
	return d->kind == CHOOSE_TASK && d->site == HOST_SITE_PAUSE;
}

static struct chooser turns = { take_turns };

static int finish_slowly(unsigned unit)
{
	int err;

	if (done)
		return real->unit_finish(unit);
	slow.read = host_backend.mmio_read;
	slow.reads = 0;
	host_backend.mmio_read = read_late;
	watch_writes(command);
	err = real->unit_finish(unit);
	WANT(slow.reads, 0);
	return err;
}

static int enable_slowly(unsigned unit)
{
	int err = real->unit_enable(unit);

	/* In the setup nothing else would move. */
	done |= host_backend.mmio_read == read_late;
	WANT(slow.reads, 0);
	if (done)
		host_backend.mmio_read = slow.read;
	watch_writes(NULL);
	return err;
}

#define MANY(text) text text text

static void test_status(void **state)
{
	asked.unit_enable = enable_slowly;
	asked.unit_finish = finish_slowly;
	slow.reads = 0;
	/* The other task moves meanwhile, or nobody who polls would look again. */
	parse("sluice 1\nspace A\ntask a: finish u0; start u0\ntask b: " MANY(
		MANY(MANY("pause; "))) "pause\n");
	run_once(&turns);
}

/* --- The event thread ------------------------------------------------------------------------- */

static struct {
	unsigned late[2]; /* ms that it stands in its first run, and ahead of the next */
	unsigned runs;
	bool held;
	u64 (*read)(unsigned unit, u32 offset, unsigned bytes);
	int err; /* of the drain */
	u64 ms;  /* that the drain took */
} thread;

static void sleep_ms(unsigned ms)
{
	if (!ms)
		return;
	model_space_slow(1, ms);
	host_handle_mm_fault(model_space(1), 0x1000, HOST_FAULT_USER);
}

static void hold_thread(unsigned unit, u32 offset, u64 value)
{
	if (offset != PRS)
		return;
	thread.runs++;
	if (thread.runs > 1 || !thread.late[0])
		sleep_ms(thread.late[1]);
}

/* The first look at the tail takes long, and another request comes meanwhile. */
static u64 read_and_hold(unsigned unit, u32 offset, unsigned bytes)
{
	u64 value = thread.read(unit, offset, bytes);

	if (offset == PQT && thread.runs == 1 && thread.late[0] && !thread.held) {
		thread.held = true;
		model_request(0, 1, 2, 2, REQ_READ | REQ_LAST, false);
		sleep_ms(thread.late[0]);
	}
	return value;
}

static int bind_and_hold(struct host_pci_dev *dev, struct host_space *space, unsigned flags,
			 u32 *pasid)
{
	watch_writes(hold_thread);
	thread.read = host_backend.mmio_read;
	host_backend.mmio_read = read_and_hold;
	return real->bind(dev, space, flags, pasid);
}

static int drain_in_time(struct host_pci_dev *dev, u32 pasid)
{
	u64 begin = engine_now();

	engine_progress();
	thread.err = real->drain(dev, pasid);
	thread.ms = (engine_now() - begin) / NS_PER_MS;
	watch_writes(NULL);
	return thread.err;
}

static void want_drain(unsigned first, unsigned next, int err, u64 ms)
{
	struct run_result result;

	thread.late[0] = first;
	thread.late[1] = next;
	thread.runs = 0;
	thread.held = false;
	run_scenario(&scenario, &image, NULL, &result);
	assert_int_equal(thread.err, err);
	assert_int_equal(thread.ms, ms);
}

/* A drain gives up when the thread has not moved for 50 times 100 ms, and begins anew when it has. */
static void test_thread(void **state)
{
	asked.bind = bind_and_hold;
	asked.drain = drain_in_time;
	parse("sluice 1\nspace A B\ntask a: bind d0 A as p1; request d0 p1 group=1 last; drain d0 "
	      "p1;"
	      " settle d0 p1; stop d0 p1; unbind d0 p1\n");
	want_drain(0, 4950, 0, 4950);
	want_drain(0, 5050, -ETIMEDOUT, 5000);
	want_drain(0, 9000, -ETIMEDOUT, 5000);
	want_drain(1050, 4850, 0, 5900);
	want_drain(1050, 5050, -ETIMEDOUT, 6000);
}

/* --- Groups ----------------------------------------------------------------------------------- */

static int drain_only_old(struct host_pci_dev *dev, u32 pasid)
{
	int err = real->drain(dev, pasid);

	done = true;
	WANT(model_outstanding(dev->id, pasid), 1);
	return err;
}

/* Groups that come later are not waited for: the first takes 1 s, the next begins half a second later. */
static void test_later_groups(void **state)
{
	asked.drain = drain_only_old;
	parse("sluice 1\nworld workers=2\nunit u0 event=every-request\n"
	      "device d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A B\n"
	      "task a: slow A ms=1000; bind d0 A as p1; request d0 p1 group=1 last; drain d0 p1;"
	      " settle d0 p1; stop d0 p1; unbind d0 p1\n"
	      "task b: slow B ms=500; bind d1 B as p2; request d1 p2 last; settle d1 p2;"
	      " request d0 p1 group=2 last; stop d1 p2; unbind d1 p2\n");
	run_once(NULL);
}

/* --- A full queue ----------------------------------------------------------------------------- */

/* Fair, but task a gets no turn while anyone else can move, from its first submission on. */
static bool starving;

static unsigned starve(struct chooser *self, const struct decision *d, bool *exhausted)
{
	return starving && d->kind == CHOOSE_TASK && !strcmp(engine_name(d->preferred), "a");
}

static struct chooser famine = { starve };

static void begin_famine(unsigned unit, u32 offset, u64 value)
{
	starving |= offset == IQT;
}

static int unbind_starved(struct host_pci_dev *dev, u32 pasid)
{
	int err;

	if (dev->id)
		return real->unbind(dev, pasid);
	watch_writes(begin_famine);
	err = real->unbind(dev, pasid);
	/* The other one has filled the queue behind it, and could go no further. */
	done = true;
	starving = false;
	return err;
}

/*
 * What a has submitted keeps its slots until it comes by; so others fill the queue, and wait. Each turn
 * they meet the end with another number of slots that are left.
 */
static void test_full(void **state)
{
	char ahead[256] = "";

	asked.unbind = unbind_starved;
	for (unsigned turn = 0; turn < 4; turn++) {
		char text[2048];

		snprintf(text, sizeof(text),
			 "sluice 1\ndevice d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A\n"
			 "task a: bind d0 A as p1; unbind d0 p1\ntask b: %s%spause\n",
			 ahead,
			 MANY(MANY("bind d1 A as p2; unbind d1 p2; bind d1 A as p2;"
				   " unbind d1 p2; bind d1 A as p2; unbind d1 p2; ")));
		parse(text);
		starving = false;
		run_once(&famine);
		strcat(ahead, "rid d1 A; rid d1 none; ");
	}
}

/* --- Errors that meet ------------------------------------------------------------------------- */

static int drain_answered(struct host_pci_dev *dev, u32 pasid)
{
	int err = real->drain(dev, pasid);

	done = true;
	WANT(events(EV_QI_ERROR), 2);
	WANT(model_outstanding(dev->id, pasid), 0);
	return err;
}

/*
 * d0's response is refused (IQE) at 5 ms, and mended. It has not reported yet, behind d1 that does not
 * answer, when that one's time-out (ITE) aborts its wait at 10 ms. It is sent again all the same. The judge
 * can't ask for it: after an IQE a response may have been given up.
 */
static void test_refused_and_aborted(void **state)
{
	asked.drain = drain_answered;
	parse("sluice 1\nworld workers=2\nunit u0 qi-window=four\n"
	      "device d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A B\n"
	      "task a: bind d1 A as p2; bind d0 A as p1; slow A ms=5; request d0 p1 last;"
	      " hold d1 count=1 never; unbind d1 p2; drain d0 p1; stop d0 p1; unbind d0 p1\n"
	      "task b: bind d0 B as p3; slow B ms=2; request d0 p3 group=1 last; settle d0 p3;"
	      " inject u0 iqe\n");
	run_once(NULL);
}

#define ATTEMPTS 4u /* how often a device is asked that does not answer */

static struct {
	unsigned submissions;
	bool left;
	u64 (*read)(unsigned unit, u32 offset, unsigned bytes);
} asker;

static void count_submission(unsigned unit, u32 offset, u64 value)
{
	asker.submissions += offset == IQT;
}

/* Who has asked for the last time is held up ahead of its first look. */
static u64 read_and_leave(unsigned unit, u32 offset, unsigned bytes)
{
	if (offset == FSTS && asker.submissions == ATTEMPTS && !asker.left) {
		asker.left = true;
		sleep_ms(20);
	}
	return asker.read(unit, offset, bytes);
}

static int unbind_answered_at_last(struct host_pci_dev *dev, u32 pasid)
{
	if (pasid != 1)
		return real->unbind(dev, pasid);
	done = true;
	asker.submissions = 0;
	asker.left = false;
	asker.read = host_backend.mmio_read;
	host_backend.mmio_read = read_and_leave;
	watch_writes(count_submission);
	WANT(real->unbind(dev, pasid), 0);
	WANT(events(EV_QI_ERROR), ATTEMPTS);
	watch_writes(NULL);
	host_backend.mmio_read = asker.read;
	return 0;
}

static int silence_again(struct host_pci_dev *dev, u32 pasid)
{
	sleep_ms(35);
	model_hold_invalidations(0, 1, true);
	return 0;
}

/*
 * d0 answers the unbind's last attempt, at 30 ms. Before the unbind looks the same device leaves an
 * exit's invalidation, of 35 ms, unanswered: one time-out more than it has patience for, which spoils
 * nothing of its own.
 */
static void test_answered_and_timed_out(void **state)
{
	asked.unbind = unbind_answered_at_last;
	asked.drain = silence_again;
	parse("sluice 1\ndevice d0 rid=00:02.0\ndevice d1 rid=00:03.0\nspace A B C\n"
	      "task a: bind d0 A as p1; bind d0 C as p2; hold d0 count=3 never; unbind d0 p1;"
	      " await b; unbind d0 p2\n"
	      "task b: bind d1 A as p3; drain d1 p3; exit C; unbind d1 p3\n");
	run_once(NULL);
}

/* --- Descriptors (6.5.2) ---------------------------------------------------------------------- */

#define DEV_IOTLB 3u
#define WAIT 5u
#define DEV_EIOTLB 8u
#define WAIT_FENCE BIT_ULL(6)
#define RANGE 0x7ffffffffffff000ull

static u64 pfsid(const struct host_pci_dev *dev)
{
	u64 ecap = host_readq(host_unit_regs(dev->unit) + ECAP);

	return ecap & ECAP_DIT ? (dev->rid & 0xfull) << 12 | (u64)(dev->rid >> 4) << 52 : 0;
}

/* The first invalidation of this type is @qw0 and @qw1, and @fence says if there is a fence just ahead. */
static void want_invalidation(unsigned type, u64 qw0, u64 qw1)
{
	u64 *queue = table_at(host_readq(host_unit_regs(0) + DMAR_IQA));
	unsigned slot = 0;

	while (slot < 64 && (queue[4 * slot] & 0xf) != type)
		slot++;
	WANT(slot < 64, true);
	WANT(queue[4 * slot], (long)qw0);
	WANT(queue[4 * slot + 1], (long)qw1);
	/* One without PASID must not pass what is ahead of it (6.5.2.12). */
	if (type == DEV_IOTLB)
		WANT(queue[4 * slot - 4], WAIT | WAIT_FENCE);
	/* That of the drain has one two slots ahead, for the responses before it (7.10 a). */
	for (slot++; slot < 64 && (queue[4 * slot] & 0xf) != type; slot++)
		;
	WANT(slot < 64, true);
	WANT(queue[4 * slot - 8], WAIT | WAIT_FENCE);
}

static int unbind_looked_at(struct host_pci_dev *dev, u32 pasid)
{
	int err;

	done = true;
	dev->ats_qdep = 5;
	err = real->unbind(dev, pasid);
	want_invalidation(DEV_EIOTLB,
			  DEV_EIOTLB | (u64)dev->rid << 16 | (u64)pasid << 32 |
				  (u64)dev->ats_qdep << 4 | pfsid(dev),
			  RANGE | BIT(11));
	return err;
}

static int rid_looked_at(struct host_pci_dev *dev, struct host_space *space)
{
	int err = real->rid_attach(dev, space);

	if (!space)
		want_invalidation(DEV_IOTLB,
				  DEV_IOTLB | (u64)dev->rid << 32 | (u64)dev->ats_qdep << 16 |
					  pfsid(dev),
				  RANGE | BIT(0));
	return err;
}

static void test_descriptors(void **state)
{
	asked.unbind = unbind_looked_at;
	asked.rid_attach = rid_looked_at;
	parse("sluice 1\ndevice d0 rid=5a:0d.6\nspace A\n"
	      "task a: bind d0 A as p1; unbind d0 p1; rid d0 A; rid d0 none\n");
	run_once(NULL);
}

/* --- Resources -------------------------------------------------------------------------------- */

/* What a former owner's requests were is forgotten before page requests go on. */
static unsigned resets;
static void (*real_reset)(struct host_pci_dev *dev);

static void reset_seen(struct host_pci_dev *dev)
{
	resets++;
	real_reset(dev);
}

static int attach_looked_at(unsigned unit, struct host_pci_dev *dev)
{
	int err;

	done = true;
	if (host_backend.pci_pri_reset != reset_seen)
		real_reset = host_backend.pci_pri_reset;
	host_backend.pci_pri_reset = reset_seen;
	resets = 0;
	err = real->device_attach(unit, dev);
	WANT(resets, 1);
	return err;
}

static void test_reset(void **state)
{
	asked.device_attach = attach_looked_at;
	parse("sluice 1\nspace A\ntask a: detach d0; attach d0\n");
	run_once(NULL);
}

/* --- Two at a time ---------------------------------------------------------------------------- */

/* Of two who take a unit down, and up, one does. */
static unsigned downs, ups;

static int down_and_up(struct host_pci_dev *dev, u32 pasid)
{
	int err = real->unit_finish(0);

	done = true;
	downs += !err;
	if (err && err != -ENODEV)
		WANT(err, 0);
	err = real->unit_enable(0);
	ups += !err;
	if (err && err != -EBUSY)
		WANT(err, 0);
	return real->drain(dev, pasid);
}

static void test_down_and_up(void **state)
{
	asked.drain = down_and_up;
	parse("sluice 1\nunit u0\nunit u1\ndevice d0 unit=u0 rid=00:02.0\ndevice d1 unit=u1 "
	      "rid=00:03.0\n"
	      "space A\ntask z: detach d0\n"
	      "task a: await z; bind d1 A as p1; drain d1 p1; unbind d1 p1\n"
	      "task b: await z; bind d1 A as p2; drain d1 p2; unbind d1 p2\n"
	      "task c: await a; await b; attach d0\n");
	downs = ups = 0;
	run_many();
	assert_int_equal(downs, ups);
	assert_in_range(downs, SCHEDULES, 2 * SCHEDULES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_status, set_up),
		cmocka_unit_test_setup(test_thread, set_up),
		cmocka_unit_test_setup(test_later_groups, set_up),
		cmocka_unit_test_setup(test_full, set_up),
		cmocka_unit_test_setup(test_refused_and_aborted, set_up),
		cmocka_unit_test_setup(test_answered_and_timed_out, set_up),
		cmocka_unit_test_setup(test_descriptors, set_up),
		cmocka_unit_test_setup(test_reset, set_up),
		cmocka_unit_test_setup(test_down_and_up, set_up),
	};

	run_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
