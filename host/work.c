/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work queues: one pool of workers serves all queues, oldest item first.
 *
 * What is pending is kept here, by address, so an item that is freed while pending is touched no
 * sooner than its function is due, and ASan sees that. As in kernel/workqueue.c an item is no longer
 * pending when its function starts, so it can be queued again from there on, but never runs twice at
 * the same time; and the function may free it.
 */

#include "host/primitives.h"
#include "host/sanitizer.h"

#define QUEUES_MAX 32
#define PENDING_MAX 512
#define WORKERS_MAX 4

struct host_workqueue {
	const char *name;
	u32 number; /* in events, from 1 */
	u32 max_active, active;
	u32 last_seq;
	bool dead;
};

struct pending {
	struct host_work *work;
	struct host_workqueue *wq;
	u32 seq;   /* order in its queue */
	u32 alloc; /* serial of the allocation that holds it, 0 if none */
};

static struct host_workqueue queues[QUEUES_MAX];
static unsigned queue_count;
static struct pending pending[PENDING_MAX]; /* in the order of queueing */
static unsigned pending_count;
static struct pending running[WORKERS_MAX]; /* .work is NULL: idle */
static unsigned worker_count;
static const char worker_names[WORKERS_MAX][ENGINE_NAME_MAX] = { "worker0", "worker1", "worker2",
								 "worker3" };

void host_work_init(struct host_work *work, host_work_fn fn)
{
	host_touch(work, sizeof(*work));
	*work = (struct host_work){ .fn = fn };
	host_wrote(work, sizeof(*work));
}

/* --- Workers ----------------------------------------------------------------------------------------- */

static bool is_running(const struct host_work *work)
{
	for (unsigned i = 0; i < worker_count; i++)
		if (running[i].work == work)
			return true;
	return false;
}

/* Index of the item to start next, -1 if none can start. */
static int next_item(void)
{
	for (unsigned i = 0; i < pending_count; i++) {
		const struct pending *p = &pending[i];

		if (p->wq->active < p->wq->max_active && !is_running(p->work))
			return (int)i;
	}
	return -1;
}

static void remove_pending(unsigned at)
{
	pending_count--;
	for (unsigned i = at; i < pending_count; i++)
		pending[i] = pending[i + 1];
}

static void run_item(struct pending *mine, unsigned at)
{
	struct host_workqueue *wq = pending[at].wq;
	struct host_work *work = pending[at].work;
	host_work_fn fn;
	unsigned depth;

	*mine = pending[at];
	remove_pending(at);
	wq->active++;
	host_point(HOST_SITE_WORKER);
	host_touch(work, sizeof(*work));
	fn = work->fn;
	work->seq = 0;
	host_hold(wq, wq->name, 0, HELD_QUEUE);
	host_event(EV_WORK_START, wq->number, mine->alloc, 0, 0);
	host_acquired(work);
	host_msan_forget_call();
	depth = engine_step_out();
	fn(work);
	engine_step_in(depth);
	/* From here on @work may be gone. */
	host_check_exit(HOST_SITE_WORKER);
	host_unhold(wq);
	host_event(EV_WORK_DONE, wq->number, mine->alloc, 0, 0);
	host_released(wq);
	mine->work = NULL;
	wq->active--;
	engine_wake(wq, ~0u);
}

static void worker_main(void *arg)
{
	struct pending *mine = arg;

	while (!engine_dismissed()) {
		int at = next_item();

		if (at >= 0)
			run_item(mine, (unsigned)at);
		else
			engine_block(HOST_SITE_WORKER, &pending, "work", ENGINE_NO_DEADLINE, true);
	}
}

void host_work_reset(unsigned workers)
{
	queue_count = pending_count = 0;
	worker_count = workers < 1 ? 1 : workers < WORKERS_MAX ? workers : WORKERS_MAX;
	for (unsigned i = 0; i < worker_count; i++) {
		int id = engine_spawn(worker_names[i], worker_main, &running[i], ENGINE_DAEMON);

		running[i].work = NULL;
		if (id >= 0)
			engine_park((unsigned)id, &pending, "work");
	}
}

/* --- Queues -------------------------------------------------------------------------------------------- */

struct host_workqueue *host_alloc_workqueue(const char *name, unsigned max_active)
{
	engine_guard();
	struct host_workqueue *wq;

	host_point(HOST_SITE_KMALLOC);
	host_might_sleep_at(HOST_SITE_KMALLOC);
	if (host_alloc_fails(sizeof(*wq)))
		return NULL;
	if (queue_count == QUEUES_MAX) {
		engine_overflow("too many work queues");
		return NULL;
	}
	wq = &queues[queue_count++];
	*wq = (struct host_workqueue){
		.name = name,
		.number = queue_count,
		.max_active = max_active ? max_active : ~0u,
	};
	return wq;
}

bool host_queue_work(struct host_workqueue *wq, struct host_work *work)
{
	engine_guard();
	u32 alloc;

	host_point(HOST_SITE_QUEUE_WORK);
	host_touch(work, sizeof(*work));
	if (work->seq)
		return false;
	if (wq->dead) {
		host_warn(__FILE__, "work is queued on a work queue that was destroyed");
		return false;
	}
	if (pending_count == PENDING_MAX) {
		engine_overflow("too much work is pending");
		return false;
	}
	alloc = host_alloc_serial(work);
	work->seq = ++wq->last_seq;
	host_released(work);
	pending[pending_count++] = (struct pending){
		.work = work,
		.wq = wq,
		.seq = work->seq,
		.alloc = alloc,
	};
	host_event(EV_WORK_QUEUED, wq->number, alloc, 0, 0);
	if (next_item() >= 0)
		engine_wake(&pending, 1);
	return true;
}

/* Anything of @wq up to @seq, pending or running? */
static bool is_unfinished(const struct host_workqueue *wq, u32 seq)
{
	for (unsigned i = 0; i < pending_count; i++)
		if (pending[i].wq == wq && pending[i].seq <= seq)
			return true;
	for (unsigned i = 0; i < worker_count; i++)
		if (running[i].work && running[i].wq == wq && running[i].seq <= seq)
			return true;
	return false;
}

static void flush(struct host_workqueue *wq)
{
	u32 seq = wq->last_seq;

	host_might_sleep_at(HOST_SITE_FLUSH_WORKQUEUE);
	host_order_wait(HOST_SITE_FLUSH_WORKQUEUE, CLASS_WORKQUEUE, wq->name);
	while (is_unfinished(wq, seq))
		engine_block(HOST_SITE_FLUSH_WORKQUEUE, wq, wq->name, ENGINE_NO_DEADLINE, false);
	host_acquired(wq);
}

void host_flush_workqueue(struct host_workqueue *wq)
{
	engine_guard();
	host_point(HOST_SITE_FLUSH_WORKQUEUE);
	flush(wq);
}

void host_destroy_workqueue(struct host_workqueue *wq)
{
	engine_guard();
	host_point(HOST_SITE_FLUSH_WORKQUEUE);
	/* Work may queue work: the kernel drains until nothing is left. */
	do {
		flush(wq);
	} while (is_unfinished(wq, ~0u));
	wq->dead = true;
}

unsigned host_work_audit(void)
{
	unsigned left = 0;

	for (unsigned i = 0; i < queue_count; i++) {
		if (queues[i].dead)
			continue;
		host_event(EV_LEAK, 0, 0, queues[i].number, 0);
		left++;
	}
	return left;
}

bool host_alloc_has_work(u32 serial)
{
	if (!serial)
		return false;
	for (unsigned i = 0; i < pending_count; i++)
		if (pending[i].alloc == serial)
			return true;
	for (unsigned i = 0; i < worker_count; i++)
		if (running[i].work && running[i].alloc == serial)
			return true;
	return false;
}
