/* SPDX-License-Identifier: GPL-2.0-only */
/* The primitives' part of a reset. The order of spawning gives the daemons their ids. */

#include "host/primitives.h"

void host_primitives_reset(const struct engine_limits *limits)
{
	host_warn_reset();
	host_alloc_reset(limits->fail_alloc);
	host_context_reset();
	host_irq_reset(limits->irqs);
	host_work_reset(limits->workers);
	host_rcu_reset(limits->rcu_eager);
}
