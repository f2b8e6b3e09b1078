/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * Lives: one for each attach of (device, PASID), and one for each domain of requests without PASID.
 * They begin when bind returns and end when their drain returns success.
 */

#include "judge/ledger.h"

#define P(name) (1u << PROMISE_##name)

static u16 *life_cell(u64 dev, u32 pasid)
{
	if (!ledger_has_device(dev))
		return NULL;
	if (pasid == MODEL_NO_PASID)
		return &ledger.current[dev][LEDGER_PASIDS];
	return pasid < LEDGER_PASIDS ? &ledger.current[dev][pasid] : NULL;
}

u16 ledger_current(u64 dev, u32 pasid)
{
	const u16 *cell = life_cell(dev, pasid);

	if (cell)
		return *cell;
	for (u16 n = ledger.lives; n; n--)
		if (ledger.life[n].dev == dev && ledger.life[n].pasid == pasid)
			return n;
	return 0;
}

u16 ledger_begin_life(unsigned dev, u32 pasid, u8 space)
{
	struct ledger_life *before = ledger_life(ledger_current(dev, pasid));
	u16 *cell = life_cell(dev, pasid);
	u32 broken = 0;

	if (ledger.lives == LEDGER_LIVES_MAX) {
		ledger.full = true;
		return 0;
	}
	/* The number was given out while its last life still drained: both are in the other's way.
	 */
	if (before && before->open && pasid != MODEL_NO_PASID) {
		broken = P(NO_EARLY_BIND);
		before->broken |= broken;
	}
	ledger.life[++ledger.lives] = (struct ledger_life){
		.dev = dev,
		.pasid = pasid,
		.space = space,
		.open = true,
		.number = ledger.lives,
		/* To the system it began earlier: a stray request may have been answered in it by now. */
		.answered_at = ledger.events,
		.broken = broken,
	};
	if (cell)
		*cell = ledger.lives;
	ledger.stats.lives++;
	return ledger.lives;
}

void ledger_end_life(struct ledger_life *life)
{
	life->open = false;
}

/* @strays: only those outside of any life. */
static void life_forget_requests(unsigned dev, bool strays)
{
	for (unsigned n = 1; n <= ledger.requests; n++) {
		struct ledger_request *r = &ledger.request[n];

		if (r->dev != dev || r->state == REQUEST_ISSUED || (strays && r->life) ||
		    ((r->answered || r->autos) && !r->flying))
			continue;
		r->forgotten = true;
		ledger.dev[dev].forgot = true;
	}
}

/*
 * Reset is of the whole function: to the other lives of the device it comes unasked. At the orderly
 * end all are to be ended anyway.
 */
static void life_reset_others(unsigned dev, const struct ledger_life *but)
{
	if (ledger.orderly)
		return;
	for (unsigned n = 1; n <= ledger.lives; n++) {
		struct ledger_life *life = &ledger.life[n];

		if (life != but && life->dev == dev && life->open && life->stop == STOP_NOT)
			life->broken |= P(PRI_ON);
	}
}

void ledger_stop_life(unsigned dev, u32 pasid, unsigned how, u64 outstanding)
{
	struct ledger_life *life = ledger_life(ledger_current(dev, pasid));

	if (how == STOP_NOT || how > STOP_RESET)
		return;
	if (how == STOP_ANSWERED && outstanding)
		how = STOP_MARKER; /* it was told so, but has not waited */
	if (!ledger.orderly)
		ledger.seen_stop[how] = true; /* the scenario's, not the harness's own */
	if (how == STOP_RESET) {
		life_forget_requests(dev, false);
		life_reset_others(dev, life);
	}
	if (!life || !life->open)
		return;
	life->stop = how;
	life->stop_at = ledger.events;
	if (how == STOP_RESET)
		life->broken &= ~P(PRI_ON); /* the reset was this stop */
	if (ledger_open_group_of_life(life))
		life->broken |= P(GROUPS_ENDED);
}

void ledger_device_reset(unsigned dev)
{
	life_forget_requests(dev, false);
	life_reset_others(dev, NULL);
}

/* Under a life that breaks a promise (PRI_ON); what was asked outside of lives nobody can drain. */
void ledger_pri_reset(unsigned dev)
{
	life_forget_requests(dev, true);
}

void ledger_release_space(u64 space)
{
	if (space < 32)
		ledger.released |= 1u << space;
	for (unsigned n = 1; n <= ledger.lives; n++)
		if (ledger.life[n].space == space && ledger.life[n].open)
			ledger.life[n].released = true;
}

bool ledger_open_lives(unsigned dev, bool with_pasid_only)
{
	for (unsigned n = 1; n <= ledger.lives; n++) {
		const struct ledger_life *life = &ledger.life[n];

		if (life->dev == dev && life->open &&
		    !(with_pasid_only && life->pasid == MODEL_NO_PASID))
			return true;
	}
	return false;
}

void ledger_break_unit(unsigned unit, u32 promises)
{
	for (unsigned d = 0; d < ledger.config.devices; d++)
		if (ledger.config.dev_unit[d] == unit && ledger_open_lives(d, false))
			ledger.dev[d].broken |= promises;
}
