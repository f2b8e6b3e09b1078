/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * From a requester to page tables: root, context, PASID directory, PASID table, all read in memory
 * (VT-d 3.4, 9). Of these only the PASID-table entry is cached; context entries are read each time,
 * so context-cache invalidations have no content here. A cached entry is used until it is
 * invalidated: that is what makes a teardown without invalidation visible.
 */

#include "model/state.h"

static const u64 *read_table(struct model_unit *u, u64 bus, size_t bytes)
{
	return host_dma_access(u->id, bus, bytes, false);
}

static bool deny(struct walk *w, enum fault_reason reason)
{
	w->reason = reason;
	return false;
}

static struct pasid_cache_entry *cache_find(struct model_unit *u, unsigned dev, u32 pasid)
{
	for (u32 i = 0; i < u->pasid_cached; i++) {
		if (u->pasid_cache[i].dev == dev && u->pasid_cache[i].pasid == pasid)
			return &u->pasid_cache[i];
	}
	return NULL;
}

static void cache_fill(struct model_unit *u, unsigned dev, const struct walk *w)
{
	u32 at = u->pasid_cached;

	if (at < PASID_CACHE_MAX)
		u->pasid_cached++;
	else
		at = u->pasid_evict++ % PASID_CACHE_MAX;
	u->pasid_cache[at] = (struct pasid_cache_entry){
		.dev = dev,
		.pgtt = w->pgtt,
		.did = w->did,
		.pasid = w->pasid,
		.tables = w->tables,
	};
	host_event(EV_CACHE_FILL, CACHE_PASID, dev, w->pasid, 0);
}

/* Root and context entry; a copy of the latter in @context. */
static bool walk_context(struct model_unit *u, u16 rid, struct walk *w, u64 context[2])
{
	unsigned devfn = rid & 0xff;
	const u64 *entry;
	u64 table;

	if (!(u->gsts & GCMD_SRTP) || RTADDR_TTM(u->root) != RTADDR_TTM_SCALABLE)
		return deny(w, FAULT_RTADDR);
	/* 16 bytes for each bus: the lower half serves functions below 128, the upper the rest. */
	entry = read_table(u, (u->root & ADDRESS_MASK) + (rid >> 8) * 16ull, 16);
	if (!entry)
		return deny(w, FAULT_ROOT_ACCESS);
	table = entry[devfn >> 7];
	if (!(table & 1))
		return deny(w, FAULT_ROOT_PRESENT);
	entry = read_table(u, (table & ADDRESS_MASK) + (devfn & 0x7f) * 32ull, 32);
	if (!entry)
		return deny(w, FAULT_CONTEXT_ACCESS);
	context[0] = entry[0];
	context[1] = entry[1];
	if (context[0] & CONTEXT_FPD)
		w->fpd = true;
	if (!(context[0] & CONTEXT_P))
		return deny(w, FAULT_CONTEXT_PRESENT);
	return true;
}

/* What the context entry allows; sets w->pasid to the number that the PASID table is asked for. */
static bool check_context(struct model_device *d, const u64 context[2], u32 pasid,
			  enum walk_kind kind, struct walk *w)
{
	u32 rid_pasid = CONTEXT_RID_PASID(context[1]);

	d->rid_pasid = rid_pasid;
	w->pasid = pasid == MODEL_NO_PASID ? rid_pasid : pasid;
	if (kind == WALK_TRANSLATION && !(context[0] & CONTEXT_DTE))
		return deny(w, FAULT_DTE);
	if (pasid != MODEL_NO_PASID && !(context[0] & CONTEXT_PASIDE))
		return deny(w, FAULT_PASIDE);
	if (w->pasid >> (CONTEXT_PDTS(context[0]) + 7) >> 6)
		return deny(w, FAULT_PASID_SIZE);
	if (kind == WALK_PAGE_REQUEST && !(context[0] & CONTEXT_PRE))
		return deny(w, FAULT_PRE);
	if (pasid == rid_pasid)
		return deny(w, FAULT_RID_PASID);
	return true;
}

/* PASID directory and table, in memory. */
static bool read_pasid(struct model_unit *u, u64 context, struct walk *w)
{
	const u64 *entry = read_table(u, (context & ADDRESS_MASK) + (w->pasid >> 6) * 8ull, 8);
	u64 directory;

	if (!entry)
		return deny(w, FAULT_DIR_ACCESS);
	directory = *entry;
	if (directory & PASID_FPD)
		w->fpd = true;
	if (!(directory & PASID_P))
		return deny(w, FAULT_DIR_PRESENT);
	entry = read_table(u, (directory & ADDRESS_MASK) + (w->pasid & 63) * PASID_TABLE_SLOT,
			   PASID_TABLE_SLOT);
	if (!entry)
		return deny(w, FAULT_PASID_ACCESS);
	if (entry[0] & PASID_FPD)
		w->fpd = true;
	if (!(entry[0] & PASID_P))
		return deny(w, FAULT_PASID_PRESENT);
	w->pgtt = PASID_PGTT(entry[0]);
	w->did = (u16)entry[1];
	w->tables = (w->pgtt == PGTT_SECOND ? entry[0] : entry[2]) & ADDRESS_MASK;
	return true;
}

static bool walk_pasid(struct model_unit *u, struct model_device *d, u64 context, struct walk *w)
{
	if (!read_pasid(u, context, w))
		return false;
	cache_fill(u, d->id, w);
	return true;
}

bool walk_tables(struct model_unit *u, struct model_device *d, u32 pasid, enum walk_kind kind,
		 struct walk *w)
{
	const struct pasid_cache_entry *cached;
	u64 context[2];

	*w = (struct walk){ .pasid = pasid };
	/* Nothing is translated: what passes by itself then is no page of a space, and logs nothing. */
	if (!(u->gsts & GCMD_TE)) {
		w->fpd = true;
		return deny(w, FAULT_RTADDR);
	}
	if (!walk_context(u, d->config->rid, w, context) ||
	    !check_context(d, context, pasid, kind, w))
		return false;
	cached = cache_find(u, d->id, w->pasid);
	if (!cached)
		return walk_pasid(u, d, context[0], w);
	w->pgtt = cached->pgtt;
	w->did = cached->did;
	w->tables = cached->tables;
	return true;
}

void walk_log_fault(struct model_unit *u, struct model_device *d, u32 pasid, const struct walk *w,
		    u32 req, u64 page, bool write)
{
	bool with_pasid = pasid != MODEL_NO_PASID;

	/* "Qualified" faults are not recorded where FPD is set on the way (VT-d 7.1.3). */
	if (w->fpd)
		return;
	host_event(EV_FAULT, u->id, event_dev_pasid(d->id, pasid), w->reason, req);
	if (u->frcdh & FRCDH_F) {
		message_fault_status(u, FSTS_PFO);
		return;
	}
	u->frcd = page << 12;
	u->frcdh = FRCDH_F | (u64)!write << 62 |
		   (with_pasid ? (u64)(pasid & PASID_MASK) << 40 : 0) | (u64)w->reason << 32 |
		   (u64)with_pasid << 31 | d->config->rid;
	message_fault_status(u, FSTS_PPF);
}

/*
 * The IOTLB is asked by source and PASID, paging-structure caches by domain id and PASID (VT-d 6.2.1):
 * an entry here stands for both. The tags say nothing of the tables it was made from, so one that was
 * left behind is used for whoever comes to have them.
 */
static bool iotlb_has(const struct model_unit *u, unsigned dev, const struct walk *w, u64 page)
{
	bool found = false;

	for (u32 i = 0; i < u->iotlb_count; i++) {
		const struct iotlb_entry *e = &u->iotlb[i];

		if ((e->did != w->did && e->dev != dev) || e->pasid != w->pasid || e->page != page)
			continue;
		found = true;
		if (e->tables == w->tables)
			continue;
		host_event(EV_FOREIGN_HIT, dev, w->pasid, page, 0);
		break;
	}
	return found;
}

static void iotlb_fill(struct model_unit *u, unsigned dev, const struct walk *w, u64 page)
{
	u32 at = u->iotlb_count;

	if (at < IOTLB_MAX)
		u->iotlb_count++;
	else
		at = u->iotlb_evict++ % IOTLB_MAX;
	u->iotlb[at] = (struct iotlb_entry){
		.dev = dev,
		.pgtt = w->pgtt,
		.did = w->did,
		.pasid = w->pasid,
		.page = page,
		.tables = w->tables,
	};
	host_event(EV_CACHE_FILL, CACHE_IOTLB, dev, w->pasid, page);
}

bool walk_translate(struct model_unit *u, struct model_device *d, u32 pasid, u64 page, bool write,
		    enum walk_kind kind)
{
	struct walk w;

	if (!walk_tables(u, d, pasid, kind, &w)) {
		walk_log_fault(u, d, pasid, &w, 0, page, write);
		return false;
	}
	if (w.pgtt == PGTT_PASSTHROUGH || iotlb_has(u, d->id, &w, page))
		return true;
	if (space_walk(u, w.tables, page)) {
		iotlb_fill(u, d->id, &w, page);
		return true;
	}
	/* An absent page is a plain answer to a translation request, a fault to other accesses. */
	if (kind == WALK_UNTRANSLATED) {
		w.reason = FAULT_PAGE;
		walk_log_fault(u, d, pasid, &w, 0, page, write);
	}
	return false;
}

/* VT-d 6.5.2.2: domain-selective, PASID-selective within a domain, global. */
void walk_invalidate_pasid(struct model_unit *u, unsigned g, u16 did, u32 pasid)
{
	u32 kept = 0;

	for (u32 i = 0; i < u->pasid_cached; i++) {
		const struct pasid_cache_entry *e = &u->pasid_cache[i];
		bool hit = g == 3 || (e->did == did && (g == 0 || e->pasid == pasid));

		if (!hit)
			u->pasid_cache[kept++] = *e;
	}
	u->pasid_cached = kept;
	/* Requests that such an entry has let in are still on their way to the ring (K8). */
	for (u32 i = u->walked.head; i != u->walked.tail; i++) {
		struct model_req *r = &model.req[u->walked.item[i % FIFO_SIZE]];
		u32 seen = r->pasid == MODEL_NO_PASID ? model.device[r->dev].rid_pasid : r->pasid;

		if (g == 3 || (r->did == did && (g == 0 || seen == pasid)))
			r->stale_entry = true;
	}
}

/* VT-d tables 23 and 24: a range means those of its own stage; without one both kinds take all. */
static bool in_range(const struct iotlb_entry *e, bool first, unsigned shift, u64 page)
{
	if (shift >= 64)
		return true;
	return (e->pgtt == PGTT_FIRST) == first && e->page >> shift == page >> shift;
}

/* ... but of first-stage entries all go, also where a range of the second stage is given. */
void walk_invalidate_iotlb(struct model_unit *u, bool any_did, u16 did, unsigned shift, u64 page)
{
	u32 kept = 0;

	for (u32 i = 0; i < u->iotlb_count; i++) {
		const struct iotlb_entry *e = &u->iotlb[i];
		bool hit = e->pgtt == PGTT_FIRST || in_range(e, false, shift, page);

		if (!any_did && (e->did != did || !hit))
			u->iotlb[kept++] = *e;
	}
	u->iotlb_count = kept;
}

void walk_invalidate_piotlb(struct model_unit *u, u16 did, u32 pasid, unsigned shift, u64 page)
{
	u32 kept = 0;

	for (u32 i = 0; i < u->iotlb_count; i++) {
		const struct iotlb_entry *e = &u->iotlb[i];

		if (e->did != did || e->pasid != pasid || !in_range(e, true, shift, page))
			u->iotlb[kept++] = *e;
	}
	u->iotlb_count = kept;
}

/* --- Audit ------------------------------------------------------------------------------------ */

void model_audit_life(unsigned dev, u32 pasid)
{
	struct model_device *d = &model.device[dev % MODEL_DEVICES_MAX];
	struct model_unit *u = device_unit(d);
	u32 seen = pasid == MODEL_NO_PASID ? d->rid_pasid : pasid;

	for (u32 i = 0; i < u->pasid_cached; i++) {
		if (u->pasid_cache[i].dev == d->id && u->pasid_cache[i].pasid == seen)
			host_event(EV_STALE, CACHE_PASID, dev, pasid, 0);
	}
	for (u32 i = 0; i < u->iotlb_count; i++) {
		if (u->iotlb[i].dev == d->id && u->iotlb[i].pasid == seen)
			host_event(EV_STALE, CACHE_IOTLB, dev, pasid, u->iotlb[i].page);
	}
	if (d->pci.gone || !d->pci.ats_enabled)
		return;
	for (u32 i = 0; i < d->atc_count; i++) {
		if (d->atc[i].pasid == pasid)
			host_event(EV_STALE, CACHE_ATC, dev, pasid, d->atc[i].page);
	}
}

void model_audit_entry(unsigned dev, u32 pasid, unsigned space)
{
	struct model_device *d = &model.device[dev % MODEL_DEVICES_MAX];
	struct model_unit *u = device_unit(d);
	unsigned found = MODEL_NO_SPACE;
	struct walk w = { 0 };
	u64 context[2];

	if (!(u->gsts & GCMD_TE))
		return;
	if (walk_context(u, d->config->rid, &w, context)) {
		w.pasid = pasid == MODEL_NO_PASID ? CONTEXT_RID_PASID(context[1]) : pasid;
		if (read_pasid(u, context[0], &w))
			found = space_of_tables(w.tables);
	}
	if (found != space)
		host_event(EV_ENTRY, dev, pasid, found, space);
}
