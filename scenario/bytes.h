/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_BYTES_H
#define SLUICE_SCENARIO_BYTES_H

/*
 * The byte form: what a fuzz engine mutates.
 *
 *	record* [END choice*]
 *
 * A record is a head byte with bit 7 set and seven bytes of payload with bit 7 clear, so that
 *records are found again behind a byte that was inserted, erased or flipped: a mutation spoils the
 *record it hits and no other. END is the byte 0xff; behind it stands one byte for each decision,
 *any value; run/chooser_bytes.c says what it means. Canonical bytes hold records of the full eight
 *bytes in the order below; the decoder takes them in any order, short (the rest is zero), long (the rest is dropped) or repeated (the
 *last wins, for settings), drops what stands before the first head, and gives its default to each
 * setting that has no record. No END means no choices.
 *
 * Head, less bit 7, modulo the number of kinds, is the kind. Payload bytes are b1..b7:
 *
 *	WORLD	b1 units - 1, b2 devices - 1, b3 spaces - 1, b4 tasks (0: none), b5 workers - 1,
 *		b6 flags: 1 clock=free, 2 alloc=fails, 4 rcu=eager, 8 access=on, 16 misuse=on
 *	UNIT	b1 unit, b2 log2 of the ring's slots, less 3
 *	KNOB	b1 unit, b2 knob, b3 value; only values other than the default
 *	DEVICE	b1 device, b2 unit, b3..b5 rid (2 + 7 + 7 bits), b6 b7 credits - 1 (4 + 7 bits) and,
 *		above them in b6, retries (2 bits) and ats=off (1 bit)
 *	others	an operation, code = kind - 4:
 *		b1 task (bits 0-2), device or unit (bits 3-6)
 *		b2 PASID (bits 0-2, 7: none), space or awaited task (bits 3-6, 15: none)
 *		b3 flags, or how; bind: bit 0 domain
 *		b4 b5 group (7 + 2 bits, low first); b5 bits 2-3: bits 14-15 of the page
 *		b6 b7 page, count - 1 or milliseconds (7 + 7 bits, high first)
 *		A register's value has its upper 9 bits in the group, the rest in the page.
 *	BITS	of the `descriptor` in the record before: b1 which half of the 256 bits of its
 *		masks, 0..7; b2..b6 that half (7 + 7 + 7 + 7 + 4 bits, low first). Halves without a
 *		record are zero. Behind anything else it is dropped.
 *
 * Every number is taken modulo what it may be: devices modulo the devices of the world, and so on.
 * What an operation does not use is zero. Three things are mended: a requester id that an earlier
 * device has moves on to the next free slot; an `await` that would close a circle of waits becomes a
 * `pause`, and so does a `descriptor` beyond SCENARIO_DESCRIPTORS_MAX. Records and choices together
 * fit in SCENARIO_BYTES_MAX; choices that have no room once the records are of full length are
 * dropped, as are zeroes at the end.
 *
 * Names, comments, anchors, promises, needs and expectations have no bytes: tasks come back as
 * app0.., spaces as A..D.
 */

#include "scenario/scenario.h"

#define BYTES_RECORD 8
#define BYTES_HEAD 0x80
#define BYTES_BITS 0xfe
#define BYTES_END 0xff

enum bytes_kind {
	BYTES_WORLD,
	BYTES_UNIT,
	BYTES_KNOB,
	BYTES_DEVICE,
	BYTES_OP,
	BYTES_KINDS = BYTES_OP + OP_COUNT
};
_Static_assert((BYTES_HEAD | (BYTES_KINDS - 1)) < BYTES_BITS, "kinds run into the marks");
_Static_assert((1 + SCENARIO_UNITS_MAX * (1 + SCENARIO_KNOBS_MAX) + SCENARIO_DEVICES_MAX +
		SCENARIO_OPS_MAX + 8 * SCENARIO_DESCRIPTORS_MAX) *
			       BYTES_RECORD <
		       SCENARIO_BYTES_MAX,
	       "records and one choice have room");

#endif
