/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_MODEL_STATE_H
#define SLUICE_MODEL_STATE_H

/*
 * The state of all hardware in the run; private to model/.
 *
 * Everything is static. A reset clears the counters and the small state at the head of each struct;
 * what lies behind `big` is only read below a counter, so it is never cleared.
 *
 * Requests live in one ledger. A request moves through queues of ledger numbers: held (in the
 * device), up (the link), received, walked and accepted (the unit). After each change of a queue
 * the actor behind it is told whether it can move: *_update().
 */

#include "host/engine.h"
#include "model/model.h"
#include "model/registers.h"

#define WIRE_PAGE(req, page) (1ull << 34 | (u64)(req) << 16 | ((page)&0xffff))
#define PAGE_KEY(wire) ((u16)(wire))

#define FIFO_SIZE 1024u
#define UP_COMPLETIONS_MAX 512u /* then dN.down waits, so that requests always find room */
#define DOWN_SIZE 512u
#define DOWN_QI_MAX 128u /* then uN.inval waits; automatic responses always find room */
#define FLIGHT_MAX 16u
#define PASID_CACHE_MAX 32u
#define IOTLB_MAX 64u
#define ATC_MAX 64u
#define PASID_STATES_MAX 64u
#define GROUPS_MAX MODEL_REQUESTS_MAX
#define LATE_MAX 8u
#define DAMAGED_MAX 64u
#define MARKER_RESERVE 16u /* ledger numbers kept for stop markers */
#define NO_DEV 0xff
#define UP_COMPLETION 0x8000u /* an item of the up link that is a completion, not a request */

struct fifo {
	u32 head, tail;
	u16 item[FIFO_SIZE];
};

static inline u32 fifo_count(const struct fifo *f)
{
	return f->tail - f->head;
}

static inline u16 fifo_first(const struct fifo *f)
{
	return f->item[f->head % FIFO_SIZE];
}

static inline u16 fifo_pop(struct fifo *f)
{
	return f->item[f->head++ % FIFO_SIZE];
}

static inline void fifo_push(struct fifo *f, u16 item)
{
	f->item[f->tail++ % FIFO_SIZE] = item;
}

enum request_stage {
	STAGE_NONE,
	STAGE_HELD,
	STAGE_LINK,
	STAGE_RECEIVED,
	STAGE_WALKED,
	STAGE_ACCEPTED,
	STAGE_DELIVERED,
	STAGE_ENDED, /* rejected or withdrawn */
};

struct model_req {
	u8 dev, stage, flags, tries;
	u16 group, did;
	u32 pasid; /* MODEL_NO_PASID if none */
	u64 page;  /* on the wire */
	u32 seq;   /* order of receipt at the unit */
	u32 group_uid;
	u32 ring_pos; /* delivered as the n-th of its ring */
	u32 ring_epoch;
	u16 slot;
	bool stale_entry; /* allowed by an entry that has been invalidated since (K8) */
};

/* A descriptor of the invalidation queue between fetch and completion, in queue order. */
struct flight {
	u64 qw[2];
	u8 type;
	bool started, arrived;
	u16 index;
	u32 tag;         /* of a device-TLB invalidation */
	u32 arrival_seq; /* requests received when its completion came */
	u32 pd_seq;      /* wait: requests up to here are pushed by PD (K26 devtlb) */
	u32 walked_seq;  /* PASID cache: requests that must have left the pipe (K8 closed) */
	u64 deadline;
};

struct pasid_cache_entry {
	u8 dev, pgtt;
	u16 did;
	u32 pasid;
	u64 tables;
};

struct iotlb_entry {
	u8 dev, pgtt;
	u16 did;
	u32 pasid;
	u64 page, tables;
};

struct message {
	u32 ctl, data, addr, uaddr;
};

struct model_unit {
	/* registers */
	u32 gsts, fsts, ics, prs;
	u64 rtaddr, root, iqh, iqt, iqa, iqer, pqh, pqt, pqa, frcd, frcdh;
	struct message fe, ie, pe;

	/* ring: accepted requests take slots ahead of the tail that software sees */
	u32 accept_tail; /* byte offset behind the last accepted */
	u32 ring_pos;    /* delivered so far in this ring */
	u32 ring_epoch;
	u32 received_seq;
	bool halted; /* K16 */
	u32 lose_msi;

	u8 inject; /* enum qi_error, 0 none */
	bool fetch_stopped;
	u32 flights, next_tag, tag_floor, pd_seq;

	u32 damaged_count; /* groups that lost a member (K11) */
	u32 pasid_cached, pasid_evict, iotlb_count, iotlb_evict;

	u8 id;
	u8 walk_actor, accept_actor, deliver_actor, inval_actor, event_actor;
	const struct model_unit_config *config;
	u64 deadline_set;

	char big[1];
	struct fifo received, walked, accepted;
	struct flight flight[FLIGHT_MAX];
	struct pasid_cache_entry pasid_cache[PASID_CACHE_MAX];
	struct iotlb_entry iotlb[IOTLB_MAX];
	struct {
		u8 dev;
		u16 group;
		u32 pasid;
	} damaged[DAMAGED_MAX];
};

enum down_kind { DOWN_RESPONSE, DOWN_INVALIDATION };

struct down_item {
	u8 kind, rc;
	bool automatic, all_pasids;
	u16 group;
	u32 pasid; /* MODEL_NO_PASID if none */
	u32 tag;
	u8 shift; /* pages: those equal above this bit */
	u64 page;
};

struct group {
	u32 pasid, uid;
	u16 index, count;
	u16 last; /* ledger number of the last-page request, 0 before it is sent */
};

struct atc_entry {
	u32 pasid;
	u64 page;
};

struct pasid_state {
	u32 pasid;
	bool stopped, marked;
};

struct late {
	u32 tag;
	u64 when;
};

struct model_device {
	struct host_pci_dev pci;
	u16 capacity, allocated;
	u32 in_use;         /* credits */
	bool uprgi, failed; /* PRI status; failed: Response Failure came, no more requests */
	u32 held_count, groups, atc_count, atc_evict, pasid_states, lates;
	u32 hold_count;
	bool hold_never;
	u32 down_head, down_tail, down_qi;
	u32 rid_pasid; /* as the last walk saw it */
	u64 late_set;

	u8 id, up_actor, down_actor;
	const struct model_device_config *config;

	char big[1];
	struct fifo up; /* requests, and completions as indices into tags[] */
	u32 tag[FIFO_SIZE];
	u16 held[MODEL_REQUESTS_MAX + 1];
	struct down_item down[DOWN_SIZE];
	struct group group[GROUPS_MAX];
	struct atc_entry atc[ATC_MAX];
	struct pasid_state pasid_state[PASID_STATES_MAX];
	struct late late[LATE_MAX];
};

struct model_state {
	struct model_config config;
	struct model_unit unit[MODEL_UNITS_MAX];
	struct model_device device[MODEL_DEVICES_MAX];
	u32 requests, next_group_uid;
	struct model_req req[MODEL_REQUESTS_MAX + 1]; /* from 1 */
};

extern struct model_state model;

static inline unsigned unit_knob(const struct model_unit *u, enum knob knob)
{
	return u->config->knob[knob];
}

static inline struct model_unit *device_unit(const struct model_device *d)
{
	return &model.unit[d->config->unit];
}

/* A disputed or broken value mattered just now. */
static inline void knob_mattered(const struct model_unit *u, enum knob knob)
{
	host_event(EV_KNOB, u->id, knob, u->config->knob[knob], 0);
}

static inline u64 event_dev_pasid(unsigned dev, u32 pasid)
{
	return dev | (u64)pasid << 8;
}

struct model_device *device_by_rid(const struct model_unit *u, u16 rid); /* NULL if none */

/* --- space.c ---------------------------------------------------------------------------------- */

void space_reset(void);
/*
 * Hardware walks the tables at @tables of @page: true if it is present. Reads memory (and so may
 * fault) if @tables belong to no address space.
 */
bool space_walk(struct model_unit *u, u64 tables, u64 page);
/* Whose page tables these are; MODEL_OTHER_SPACE: nobody's. */
unsigned space_of_tables(u64 tables);
int space_fault(struct host_space *space, u64 addr, unsigned flags);
u32 space_fault_delay_ms(struct host_space *space, u64 addr);
void space_release(struct host_space *space);

/* --- walk.c ----------------------------------------------------------------------------------- */

struct walk {
	u8 reason; /* enum fault_reason, 0: allowed */
	bool fpd;  /* the fault is not recorded */
	u8 pgtt;
	u16 did;
	u32 pasid; /* as the tables see it: RID_PASID for a request without */
	u64 tables;
};

enum walk_kind { WALK_UNTRANSLATED, WALK_TRANSLATION, WALK_PAGE_REQUEST };

/* True if the tables allow the request. Fills the PASID cache. */
bool walk_tables(struct model_unit *u, struct model_device *d, u32 pasid, enum walk_kind kind,
		 struct walk *w);
void walk_log_fault(struct model_unit *u, struct model_device *d, u32 pasid, const struct walk *w,
		    u32 req, u64 page, bool write);
/* A translation of @page for the device: true if present. Fills the IOTLB, logs faults. */
bool walk_translate(struct model_unit *u, struct model_device *d, u32 pasid, u64 page, bool write,
		    enum walk_kind kind);
/* Invalidations. @g: the descriptor's granularity. */
void walk_invalidate_pasid(struct model_unit *u, unsigned g, u16 did, u32 pasid);
void walk_invalidate_iotlb(struct model_unit *u, bool any_did, u16 did, unsigned shift, u64 page);
void walk_invalidate_piotlb(struct model_unit *u, u16 did, u32 pasid, unsigned shift, u64 page);

/* --- pipe.c ----------------------------------------------------------------------------------- */

void pipe_receive(struct model_unit *u, u32 req);
void pipe_walk_step(void *arg);
void pipe_accept_step(void *arg);
void pipe_deliver_step(void *arg);
void pipe_deliver_all(struct model_unit *u); /* what a read of PQT forces */
void pipe_update(struct model_unit *u);
/* All requests received up to @seq have left the stages before the ring (@deliver) or accept. */
bool pipe_passed(const struct model_unit *u, u32 seq, bool deliver);
u32 pipe_ring_bytes(const struct model_unit *u);
bool pipe_ring_full(const struct model_unit *u);
void pipe_encode(const struct model_req *r, u64 qw[4]); /* its descriptor */
void pipe_forge(struct model_unit *u, const u64 qw[4]); /* see model_forge() */

/* --- message.c: events that become interrupts ------------------------------------------------- */

void message_set_prs(struct model_unit *u, u32 bit);
void message_clear_prs(struct model_unit *u, u32 bits); /* software wrote ones */
void message_push(struct model_unit *u);                /* what a read of PRS, PQT, PECTL forces */
void message_update(struct model_unit *u);
void message_event_step(void *arg);
void message_fault_status(struct model_unit *u, u32 bits);
/* IP and delivery for the fault and the completion event. */
void message_raise(struct message *m);
void message_write_ctl(struct message *m, u32 value);

/* --- mmio.c ----------------------------------------------------------------------------------- */

unsigned mmio_reg_index(u32 offset);
u64 mmio_read(unsigned unit, u32 offset, unsigned bytes);
void mmio_write(unsigned unit, u32 offset, unsigned bytes, u64 value);

/* --- inval.c, descriptor.c -------------------------------------------------------------------- */

void inval_step(void *arg);
void inval_update(struct model_unit *u);
void inval_stop(struct model_unit *u); /* QIE went to 0 */
void inval_tail(struct model_unit *u, u64 value);
void inval_completion(struct model_unit *u, struct model_device *d, u32 tag);
void inval_error(struct model_unit *u, enum qi_error error, unsigned index, bool injected);
/* 0, or what is wrong with it. */
enum iq_error_code descriptor_check(const struct model_unit *u, const u64 qw[4]);
/* Carries out a descriptor that is neither a wait nor a PASID cache invalidation's second half. */
void descriptor_execute(struct model_unit *u, struct flight *f);
bool descriptor_is_devtlb(unsigned type);

/* --- link.c ----------------------------------------------------------------------------------- */

void link_up_request(struct model_device *d, u32 req);
void link_up_completion(struct model_device *d, u32 tag);
void link_up_step(void *arg);
void link_down(struct model_device *d, const struct down_item *item, bool from_queue);
bool link_down_room(const struct model_unit *u);
void link_down_step(void *arg);
void link_update(struct model_device *d);

/* --- endpoint.c, atc.c ------------------------------------------------------------------------ */

void endpoint_response(struct model_device *d, const struct down_item *item);
int endpoint_pri_enable(struct host_pci_dev *dev, u32 credits);
void endpoint_pri_disable(struct host_pci_dev *dev);
void endpoint_pri_reset(struct host_pci_dev *dev);
void endpoint_ats(struct host_pci_dev *dev, bool on);
bool endpoint_stopped(const struct model_device *d, u32 pasid);
void atc_invalidate(struct model_device *d, const struct down_item *item);
/* Asks the unit for a translation: true if the page is present, and then it is in the ATC. */
bool atc_translate(struct model_device *d, u32 pasid, u64 page, bool write);

#endif
