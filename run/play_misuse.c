/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The calls of `world misuse=on`: what a driver may not do, in the order in which things go down at the
 * end of a run. A system that promises to refuse them has no state for them to spoil, so the judge
 * hears only of those that are not refused. One call is in order: a bind that leaves the number to the
 * system, and its unbind.
 */

#include "run/play_state.h"

/* Numbers that no symbol has: beyond any table, and within. */
#define MISUSE_BEYOND (1u << 19)
#define MISUSE_UNBOUND 60u

static void refused(int err)
{
	if (!err)
		host_warn(__FILE__, "a call that the state forbids succeeds");
}

/* One with a user left, or NULL. */
static struct host_space *space_in_use(void)
{
	for (unsigned i = 0; i < play.scenario->spaces; i++)
		if (!play.exited[i])
			return model_space(i);
	return NULL;
}

static void misuse_numbers(struct host_pci_dev *pci, struct host_space *space)
{
	u32 number = MISUSE_BEYOND;

	refused(play_call(unbind, pci, 0));
	refused(play_call(unbind, pci, MISUSE_BEYOND));
	refused(play_call(unbind, pci, MISUSE_UNBOUND));
	refused(play_call(drain, pci, MISUSE_BEYOND));
	refused(play_call(drain, pci, MISUSE_UNBOUND));
	if (!space)
		return;
	refused(play_call(bind, pci, space, 0, &number));
	number = 0;
	if (!play_call(bind, pci, space, 0, &number) && play_call(unbind, pci, number))
		host_warn(__FILE__, "what the system picked can't be unbound");
}

void play_misuse_attached(void)
{
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		struct host_pci_dev *pci = model_pci_dev(dev);
		unsigned unit = play.scenario->device[dev].unit;

		if (!play.device[dev].attached)
			continue;
		refused(play_call(device_attach, unit, pci));
		refused(play_call(unit_enable, unit));
		refused(play_call(unit_finish, unit));
		/* On already, or nothing that could be. */
		if (pci->pri_enabled || pci->no_ats || play.scenario->unit[unit].knob[KNOB_PDS])
			refused(play_call(prq_enable, pci));
		misuse_numbers(pci, space_in_use());
	}
}

void play_misuse_detached(void)
{
	struct host_space *space = space_in_use();

	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		struct host_pci_dev *pci = model_pci_dev(dev);
		u32 number = 1;

		if (play.device[dev].attached)
			continue;
		refused(play_call(unbind, pci, 1));
		refused(play_call(drain, pci, 1));
		refused(play_call(rid_attach, pci, space));
		refused(play_call(prq_disable, pci));
		refused(play_call(prq_enable, pci));
		refused(play_call(device_detach, pci));
		if (space)
			refused(play_call(bind, pci, space, 0, &number));
	}
}

/* The last users of the spaces are gone too. */
void play_misuse_down(void)
{
	for (unsigned dev = 0; dev < play.scenario->devices; dev++) {
		struct host_pci_dev *pci = model_pci_dev(dev);
		unsigned unit = play.scenario->device[dev].unit;
		u32 number = 1;

		refused(play_call(bind, pci, model_space(0), 0, &number));
		refused(play_call(rid_attach, pci, model_space(0)));
		if (play.unit[unit].up)
			continue;
		refused(play_call(unit_finish, unit));
		refused(play_call(device_attach, unit, pci));
	}
}
