/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_MODEL_MODEL_H
#define SLUICE_MODEL_MODEL_H

/*
 * The hardware on the other side of the registers: remapping units, the link, endpoints with ATS
 * and PRI, and address spaces as page tables.
 *
 * A page request is dispatched (left the endpoint), received (at the unit's ingress), walked (the
 * tables allow it), accepted (its descriptor's write is issued), delivered (visible, and the tail
 * behind it). Each arrow is a step of an actor, so a schedule can hold a request at any stage:
 * `dN.up` carries requests and invalidation completions to the unit in posted order, `uN.walk`,
 * `uN.accept` and `uN.deliver` move requests through it, `uN.inval` executes the invalidation queue,
 * `uN.event` delivers MSIs, `dN.down` carries responses and device-TLB invalidations to the endpoint
 * in order.
 *
 * VT-d specification Rev 5.10, chapters 6.5.2 (queue), 7.4-7.11 (page requests), 11.4 (registers).
 * Left out: legacy mode, interrupt remapping, nested translation, second level; caches of the
 * context table.
 */

#include "host/host.h"
#include "model/event.h"
#include "model/knob.h"

#define MODEL_UNITS_MAX 2
#define MODEL_DEVICES_MAX 4
#define MODEL_SPACES_MAX 4
#define MODEL_REQUESTS_MAX 256

struct model_unit_config {
	u8 ring_order; /* log2 of slots; 3..11. Hardware has 7 and more */
	u8 knob[KNOB_COUNT];
};

struct model_device_config {
	u8 unit;
	u16 rid;
	u16 credits;     /* capacity: requests it can have outstanding */
	u8 retries;      /* how often it asks again when Success left the page absent */
	bool no_ats;     /* has no PASID, ATS and PRI capabilities */
	bool holds_open; /* hostile: ignores its own limits (credits, group reuse, stop) */
};

struct model_config {
	u8 units, devices, spaces;
	struct model_unit_config unit[MODEL_UNITS_MAX];
	struct model_device_config device[MODEL_DEVICES_MAX];
};

/*
 * Starts a run; call after engine_reset(), since it makes the actors. Fills host_backend. Allocates
 * nothing: all state is static and reset.
 */
void model_reset(const struct model_config *config);

/* Names of registers by index for engine_set_reg_names(). */
extern const char *const model_reg_names[32];

struct host_pci_dev *model_pci_dev(unsigned dev);
struct host_space *model_space(unsigned space); /* users = 1 after reset */

/* --- Endpoint operations, called by driver tasks; none sleeps --------------------------------- */

/*
 * Issues a page request. Held back inside the device while it has no credit, or while the group
 * index still waits for a response; `force` sends it all the same (and emits HOSTILE). @pasid:
 * number on the wire or MODEL_NO_PASID. A request for a stopped PASID is dropped in the device
 * unless forced. Gives the ledger number, 0 if it was dropped.
 */
u32 model_request(unsigned dev, u32 pasid, u16 group, u64 page, unsigned flags, bool force);
/*
 * The device ends its use of a PASID. Held requests are withdrawn. ANSWERED: call again until
 * model_outstanding() is 0, then the stop is over (model_stop_done). MARKER sends the marker behind
 * all requests. RESET forgets all tracking of the whole function and restores credits.
 */
void model_stop_begin(unsigned dev, u32 pasid, enum stop_kind how);
/* Emits EV_STOP. The task waits for model_outstanding() == 0 before, if @how is ANSWERED. */
void model_stop_end(unsigned dev, u32 pasid, enum stop_kind how);
/*
 * Requests of (dev, pasid) sent, in groups whose last page is sent too, and not yet answered.
 * Waiters block on model_outstanding_object().
 */
unsigned model_outstanding(unsigned dev, u32 pasid);
const void *model_outstanding_object(unsigned dev);
void model_resume(unsigned dev, u32 pasid); /* a new life: the PASID may be used again */
void model_translate(unsigned dev, u32 pasid, u64 page, bool write); /* ATS: fills the ATC */
void model_access(unsigned dev, u32 pasid, u64 page, bool write);    /* DMA through the ATC */
void model_send_marker(unsigned dev, u32 pasid); /* hostile when requests follow */
void model_device_reset(unsigned dev);
void model_device_gone(unsigned dev); /* surprise removal */
/* The next @count device-TLB invalidations are answered late (after the time-out), or never. */
void model_hold_invalidations(unsigned dev, unsigned count, bool never);
/* Injects an error at the next descriptor executed: enum qi_error. */
void model_inject_qi_error(unsigned unit, enum qi_error error);
/* The next @count MSIs of the unit are lost. */
void model_lose_msi(unsigned unit, unsigned count);
/* The ring has @count more requests already in PRO state, as left behind: sets PPR/PRO by force. */
void model_set_prs(unsigned unit, u32 bits);
/*
 * A descriptor that no device has sent goes into the ring, as hardware would put it there: behind
 * all accepted requests, ahead of the tail's move and the event, and lost while PRO is set or the
 * ring is full. Nobody is answered for one that is lost.
 */
void model_forge(unsigned unit, const u64 qw[4]);
/* What hardware would write for such a request; its page has no request's number. */
void model_descriptor(unsigned dev, u32 pasid, u16 group, u64 page, unsigned flags, u64 qw[4]);
/* Somebody else writes the registers of the ring: any value. */
void model_write_head(unsigned unit, u64 value);
void model_write_tail(unsigned unit, u64 value);
void model_clear_prs(unsigned unit, u32 bits);
void model_resize_queue(unsigned unit, unsigned size); /* PQA.PQS; the base stays */
void model_move_queue(unsigned unit, bool away);       /* to where there is no memory; else off */
/* Handling of a fault in @space takes @ms of virtual time, or fails for the page range given. */
void model_space_slow(unsigned space, u32 ms);
void model_space_hole(unsigned space, u64 page); /* faults on this page fail with -EFAULT */
bool model_space_present(unsigned space, u64 page);

/* --- What run/ asks when an operation returns ------------------------------------------------- */

/* Emits EV_STALE for each cached entry of (dev, pasid) in PASID cache, IOTLB and a present ATC. */
void model_audit_life(unsigned dev, u32 pasid);
/*
 * Emits EV_ENTRY unless the tables in memory give (dev, pasid) the page tables of @space, or no entry
 * that is present for MODEL_NO_SPACE. A unit that does not translate has no tables to be held to.
 */
#define MODEL_NO_SPACE 0xffu
#define MODEL_OTHER_SPACE 0xfeu /* found: page tables of none */
void model_audit_entry(unsigned dev, u32 pasid, unsigned space);
/* Emits the REST_* events for every unit and device. */
void model_audit_rest(void);

/* Where a request is now. */
enum request_place {
	PLACE_NONE, /* rejected, or consumed from the ring (head is past it) */
	PLACE_HELD, /* not yet sent */
	PLACE_LINK,
	PLACE_UNIT, /* received, walked or accepted */
	PLACE_RING, /* delivered, between head and tail */
};
enum request_place model_request_place(u32 req);

/*
 * The unit's registers and the descriptors between head and tail, in lines, for reports; returns the
 * length, as snprintf() does, and 0 for a unit that the run has not.
 */
size_t model_describe_unit(unsigned unit, char *buf, size_t size);

#endif
