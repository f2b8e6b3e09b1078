/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * The endpoint's address translation cache, and what goes through it. A page in the cache is used
 * without asking the unit: that is why its invalidation matters. ATS requests are answered at once;
 * the schedule decides about page requests, not about them.
 */

#include "model/state.h"

enum access_result { ACCESS_REACHED, ACCESS_BLOCKED, ACCESS_NOT_MADE };

static bool atc_has(const struct model_device *d, u32 pasid, u64 page)
{
	for (u32 i = 0; i < d->atc_count; i++) {
		if (d->atc[i].pasid == pasid && d->atc[i].page == page)
			return true;
	}
	return false;
}

static void atc_fill(struct model_device *d, u32 pasid, u64 page)
{
	u32 at = d->atc_count;

	if (atc_has(d, pasid, page))
		return;
	if (at < ATC_MAX)
		d->atc_count++;
	else
		at = d->atc_evict++ % ATC_MAX;
	d->atc[at] = (struct atc_entry){ .pasid = pasid, .page = page };
	host_event(EV_CACHE_FILL, CACHE_ATC, d->id, pasid, page);
}

bool atc_translate(struct model_device *d, u32 pasid, u64 page, bool write)
{
	if (!walk_translate(device_unit(d), d, pasid, page, write, WALK_TRANSLATION))
		return false;
	atc_fill(d, pasid, page);
	return true;
}

void atc_invalidate(struct model_device *d, const struct down_item *item)
{
	u32 kept = 0;

	for (u32 i = 0; i < d->atc_count; i++) {
		const struct atc_entry *e = &d->atc[i];
		bool whose =
			item->all_pasids ? e->pasid != MODEL_NO_PASID : e->pasid == item->pasid;

		if (!whose || e->page >> item->shift != item->page >> item->shift)
			d->atc[kept++] = *e;
	}
	d->atc_count = kept;
}

static u32 wire_pasid(u32 pasid)
{
	return pasid == MODEL_NO_PASID ? pasid : pasid & PASID_MASK;
}

void model_translate(unsigned dev, u32 pasid, u64 page, bool write)
{
	struct model_device *d = &model.device[dev % MODEL_DEVICES_MAX];

	pasid = wire_pasid(pasid);
	if (d->pci.gone || !d->pci.ats_enabled || endpoint_stopped(d, pasid))
		return;
	atc_translate(d, pasid, WIRE_PAGE(0, page), write);
}

void model_access(unsigned dev, u32 pasid, u64 page, bool write)
{
	struct model_device *d = &model.device[dev % MODEL_DEVICES_MAX];
	enum access_result result;
	bool reached;

	pasid = wire_pasid(pasid);
	page = WIRE_PAGE(0, page);
	if (d->pci.gone || endpoint_stopped(d, pasid)) {
		result = ACCESS_NOT_MADE;
	} else {
		if (!d->pci.ats_enabled)
			reached = walk_translate(device_unit(d), d, pasid, page, write,
						 WALK_UNTRANSLATED);
		else
			reached = atc_has(d, pasid, page) || atc_translate(d, pasid, page, write);
		result = reached ? ACCESS_REACHED : ACCESS_BLOCKED;
	}
	host_event(EV_ACCESS, dev, pasid, page, write | result << 8);
}

void endpoint_ats(struct host_pci_dev *dev, bool on)
{
	struct model_device *d = container_of(dev, struct model_device, pci);

	if (!on)
		d->atc_count = 0;
	host_event(EV_ATS, d->id, on, 0, 0);
}
