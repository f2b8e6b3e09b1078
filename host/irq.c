/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threaded interrupts on edge MSIs, one-shot: one pending bit, cleared before each run of the
 * handler (kernel/irq/manage.c, irq_wait_for_interrupt()). free_irq() lets what is pending run.
 */

#include <asm-generic/errno.h>

#include "host/primitives.h"
#include "host/sanitizer.h"

#define IRQS_MAX 4

static struct irq {
	host_irq_fn fn; /* NULL: not requested */
	void *data;
	const char *name;
	bool pending, running, ending;
} irqs[IRQS_MAX];
static unsigned irq_count;

static const char thread_names[IRQS_MAX][ENGINE_NAME_MAX] = { "irq", "irq1", "irq2", "irq3" };

static void run_handler(struct irq *irq)
{
	unsigned number = (unsigned)(irq - irqs), depth;
	bool handled;

	irq->running = true;
	host_point(HOST_SITE_IRQ_THREAD);
	irq->pending = false;
	host_hold(irq, irq->name, 0, HELD_IRQ);
	host_event(EV_IRQ_START, number, 0, 0, 0);
	host_acquired(irq);
	host_msan_forget_call();
	depth = engine_step_out();
	handled = irq->fn(number, irq->data);
	engine_step_in(depth);
	host_check_exit(HOST_SITE_IRQ_THREAD);
	host_unhold(irq);
	host_event(EV_IRQ_DONE, number, handled, 0, 0);
	host_released(&irq->running);
	irq->running = false;
	if (irq->ending)
		engine_wake(&irq->ending, ~0u);
}

static void thread_main(void *arg)
{
	struct irq *irq = arg;

	while (!engine_dismissed()) {
		if (irq->pending)
			run_handler(irq);
		else
			engine_block(HOST_SITE_IRQ_THREAD, irq, "an interrupt", ENGINE_NO_DEADLINE,
				     true);
	}
}

void host_irq_reset(unsigned count)
{
	irq_count = count < IRQS_MAX ? count : IRQS_MAX;
	for (unsigned i = 0; i < irq_count; i++) {
		int id = engine_spawn(thread_names[i], thread_main, &irqs[i], ENGINE_DAEMON);

		irqs[i] = (struct irq){ 0 };
		if (id >= 0)
			engine_park((unsigned)id, &irqs[i], "an interrupt");
	}
}

int host_request_threaded_irq(unsigned irq, host_irq_fn fn, const char *name, void *data)
{
	engine_guard();
	host_point(HOST_SITE_REQUEST_IRQ);
	host_might_sleep_at(HOST_SITE_REQUEST_IRQ);
	if (irq >= irq_count || !fn)
		return -EINVAL;
	if (irqs[irq].fn)
		return -EBUSY;
	irqs[irq] = (struct irq){ .fn = fn, .name = name, .data = data };
	host_released(&irqs[irq]);
	return 0;
}

void host_free_irq(unsigned irq)
{
	engine_guard();
	struct irq *i = &irqs[irq % IRQS_MAX];

	host_point(HOST_SITE_FREE_IRQ);
	host_might_sleep_at(HOST_SITE_FREE_IRQ);
	if (irq >= irq_count || !i->fn || i->ending) {
		host_warn(__FILE__, "free_irq of an interrupt that nobody requested");
		return;
	}
	host_order_wait(HOST_SITE_FREE_IRQ, CLASS_IRQ, i->name);
	i->ending = true;
	while (i->pending || i->running)
		engine_block(HOST_SITE_FREE_IRQ, &i->ending, i->name, ENGINE_NO_DEADLINE, false);
	i->fn = NULL;
	i->ending = false;
	host_acquired(&i->running);
}

/* @releases: a task of the code under test wakes the thread; hardware orders nothing. */
static void raise_irq(unsigned irq, bool releases)
{
	struct irq *i = &irqs[irq % IRQS_MAX];

	host_event(EV_IRQ_RAISE, irq, 0, 0, 0);
	if (irq >= irq_count || !i->fn || i->ending)
		return;
	if (releases)
		host_released(i);
	i->pending = true;
	engine_wake(i, 1);
}

void host_irq_wake_thread(unsigned irq)
{
	engine_guard();
	host_point(HOST_SITE_IRQ_WAKE_THREAD);
	raise_irq(irq, true);
}

void host_irq_raise(unsigned irq)
{
	engine_guard();
	raise_irq(irq, false);
}
