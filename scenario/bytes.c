/* SPDX-License-Identifier: GPL-2.0-only */
/* Scenario to bytes and back: see bytes.h for the layout. */

#include <string.h>

#include "scenario/bytes.h"
#include "scenario/internal.h"

#define NONE_PASID 7
#define NONE_SPACE 15

static void decode_world(struct scenario *s, const uint8_t *b)
{
	s->units = (uint8_t)(1 + b[1] % SCENARIO_UNITS_MAX);
	s->devices = (uint8_t)(1 + b[2] % SCENARIO_DEVICES_MAX);
	s->spaces = (uint8_t)(1 + b[3] % SCENARIO_SPACES_MAX);
	/* 0 is the empty world's; any other byte gives tasks, or half the mutations would end all.
	 */
	s->tasks = b[4] ? (uint8_t)(1 + (b[4] - 1) % SCENARIO_TASKS_MAX) : 0;
	s->world.workers = (uint8_t)(1 + b[5] % 4);
	s->world.clock_free = b[6] & 1;
	s->world.alloc_fails = b[6] & 2;
	s->world.rcu_eager = b[6] & 4;
	s->world.access = b[6] & 8;
	s->world.misuse = b[6] & 16;
}

static void decode_knob(struct scenario *s, const uint8_t *b)
{
	unsigned knob, values;

	if (!scenario_knob_count)
		return;
	knob = b[2] % scenario_knob_count;
	values = scenario_knob_values(knob);
	if (values)
		s->unit[b[1] % SCENARIO_UNITS_MAX].knob[knob] = (uint8_t)(b[3] % values);
}

/* The unit is taken modulo the units later, when they are known. */
static void decode_device(struct scenario *s, const uint8_t *b)
{
	struct scenario_device *d = &s->device[b[1] % SCENARIO_DEVICES_MAX];

	d->unit = b[2];
	d->rid = (uint16_t)((b[3] & 3) << 14 | b[4] << 7 | b[5]);
	d->credits = (uint16_t)(1 + ((b[6] & 15) << 7 | b[7]));
	d->retries = b[6] >> 4 & 3;
	d->no_ats = b[6] >> 6 & 1;
}

static uint8_t modulo_or_none(unsigned raw, unsigned none, unsigned count, bool may_be_none)
{
	if (may_be_none && raw == none)
		return SCENARIO_NONE;
	return (uint8_t)(raw % count);
}

/* @s: counts are settled. */
static void decode_op(const struct scenario *s, struct scenario_op *op, const uint8_t *b)
{
	unsigned code = (b[0] & 0x7f) % BYTES_KINDS - BYTES_OP;
	uint64_t takes = scenario_op_takes(code);
	unsigned page = (b[5] >> 2 & 3) << 14 | b[6] << 7 | b[7];

	op->code = (uint8_t)code;
	op->task = (uint8_t)((b[1] & 7) % s->tasks);
	if (takes & (TAKES('D') | TAKES('U')))
		op->device = (uint8_t)((b[1] >> 3) % (takes & TAKES('D') ? s->devices : s->units));
	if (takes & (TAKES('P') | TAKES('Q') | TAKES('A')))
		op->pasid = modulo_or_none(b[2] & 7, NONE_PASID, SCENARIO_PASIDS_MAX,
					   takes & TAKES('Q'));
	if (takes & (TAKES('S') | TAKES('R')))
		op->space = modulo_or_none(b[2] >> 3, NONE_SPACE, s->spaces, takes & TAKES('R'));
	if (takes & TAKES('T'))
		op->space = (uint8_t)((b[2] >> 3) % s->tasks);
	if (takes & TAKES('a')) {
		op->flags = b[3] & (OPF_READ | OPF_WRITE | OPF_EXEC | OPF_PRIV);
		if (!(op->flags & (OPF_READ | OPF_WRITE)) && !(takes & TAKES('k')))
			op->flags |= OPF_READ;
	}
	if (takes & TAKES('l'))
		op->flags |= b[3] & OPF_LAST;
	if (takes & TAKES('f'))
		op->flags |= b[3] & OPF_FORCE;
	if (takes & TAKES('i'))
		op->flags |= b[3] & OPF_NEVER;
	if (takes & TAKES('d') && b[3] & 1)
		op->flags |= OPF_DOMAIN;
	if (takes & TAKES('h'))
		op->how = b[3] % SCENARIO_STOP_COUNT;
	if (takes & TAKES('e'))
		op->how = b[3] % SCENARIO_ERROR_COUNT;
	if (takes & TAKES('b'))
		op->how = (uint8_t)(1 + (b[3] & 3) % 3) | (b[3] & SCENARIO_PRS_CLEAR);
	if (takes & TAKES('z'))
		op->how = b[3] % SCENARIO_QUEUE_COUNT;
	if (takes & TAKES('z') && op->how == SCENARIO_QUEUE_SIZE)
		op->page = page & 7;
	if (takes & (TAKES('g') | TAKES('V')))
		op->group = (uint16_t)((b[5] & 3) << 7 | b[4]);
	if (takes & (TAKES('p') | TAKES('V')))
		op->page = (uint16_t)page;
	if (takes & TAKES('n'))
		op->page = (uint16_t)(1 + page % UINT8_MAX);
	if (takes & TAKES('m'))
		op->page = (uint16_t)(page % 60001);
}

static void decode_bits(struct scenario_op *op, const uint8_t *b)
{
	const unsigned shift = b[1] & 1 ? 32 : 0;
	const uint32_t bits = b[2] | (uint32_t)b[3] << 7 | (uint32_t)b[4] << 14 |
			      (uint32_t)b[5] << 21 | (uint32_t)b[6] << 28;
	uint64_t *mask = &op->mask[b[1] >> 1 & 3];

	*mask = (*mask & ~(0xffffffffull << shift)) | (uint64_t)bits << shift;
}

static void mend_devices(struct scenario *s)
{
	for (unsigned i = 0; i < SCENARIO_DEVICES_MAX; i++) {
		struct scenario_device *d = &s->device[i];
		unsigned j = 0;

		d->unit %= s->units;
		while (j < i) {
			if (s->device[j++].rid != d->rid)
				continue;
			d->rid = (uint16_t)(d->rid + 8);
			j = 0;
		}
	}
	/* Those beyond the count have no record, so they keep nothing. */
	for (unsigned i = s->devices; i < SCENARIO_DEVICES_MAX; i++)
		scenario_default_device(&s->device[i], i);
	for (unsigned i = s->units; i < SCENARIO_UNITS_MAX; i++)
		scenario_default_unit(&s->unit[i]);
}

static void mend_awaits(struct scenario *s)
{
	for (unsigned i = 0; i < s->ops; i++) {
		struct scenario_op *op = &s->op[i];

		if (op->code == OP_AWAIT && scenario_await_circle(s, i, op->task, op->space)) {
			op->code = OP_PAUSE;
			op->space = 0;
		}
	}
}

static void mend_descriptors(struct scenario *s)
{
	unsigned descriptors = 0;

	for (unsigned i = 0; i < s->ops; i++)
		if (s->op[i].code == OP_DESCRIPTOR && ++descriptors > SCENARIO_DESCRIPTORS_MAX)
			s->op[i] = (struct scenario_op){ .code = OP_PAUSE, .task = s->op[i].task };
}

/* Copies the record at @at into @raw, zero-filled; gives where the next one begins. */
static size_t take_record(const uint8_t *bytes, size_t size, size_t at, uint8_t raw[BYTES_RECORD])
{
	unsigned n = 0;

	memset(raw, 0, BYTES_RECORD);
	do {
		if (n < BYTES_RECORD)
			raw[n++] = bytes[at];
		at++;
	} while (at < size && bytes[at] < BYTES_HEAD);
	return at;
}

void scenario_decode(struct scenario *s, const uint8_t *bytes, size_t size)
{
	uint8_t raw[BYTES_RECORD], world[BYTES_RECORD] = { 0 }, op[SCENARIO_OPS_MAX][BYTES_RECORD];
	unsigned ops = 0;
	size_t at = 0, room;
	bool masked = false; /* the record before is a descriptor, or of its bits */

	if (size > SCENARIO_BYTES_MAX)
		size = SCENARIO_BYTES_MAX;
	scenario_init(s);
	while (at < size && bytes[at] < BYTES_HEAD)
		at++;
	while (at < size && bytes[at] != BYTES_END) {
		unsigned kind = (bytes[at] & 0x7f) % BYTES_KINDS;
		bool bits = bytes[at] == BYTES_BITS;

		at = take_record(bytes, size, at, raw);
		if (bits && masked)
			decode_bits(&s->op[ops - 1], raw);
		if (bits)
			continue;
		masked = false;
		if (kind == BYTES_WORLD)
			memcpy(world, raw, sizeof(world));
		else if (kind == BYTES_UNIT)
			s->unit[raw[1] % SCENARIO_UNITS_MAX].ring_order = (uint8_t)(3 + raw[2] % 9);
		else if (kind == BYTES_KNOB)
			decode_knob(s, raw);
		else if (kind == BYTES_DEVICE)
			decode_device(s, raw);
		else if (ops < SCENARIO_OPS_MAX) {
			masked = kind == BYTES_OP + OP_DESCRIPTOR;
			s->op[ops] = (struct scenario_op){ 0 };
			memcpy(op[ops++], raw, sizeof(raw));
		}
	}
	decode_world(s, world);
	if (ops && !s->tasks)
		s->tasks = 1;
	for (unsigned i = 0; i < ops; i++)
		decode_op(s, &s->op[i], op[i]);
	s->ops = (uint16_t)ops;
	mend_devices(s);
	scenario_sort_ops(s);
	mend_descriptors(s);
	mend_awaits(s);
	if (at == size)
		return;
	at++;
	room = scenario_choice_room(s);
	s->choice_count = (uint16_t)(size - at < room ? size - at : room);
	memcpy(s->choice, bytes + at, s->choice_count);
	scenario_strip_choices(s);
}

/* Records are written whole or not at all. */
struct sink {
	uint8_t *bytes;
	size_t size, max;
};

static void put_record(struct sink *sink, const uint8_t raw[BYTES_RECORD])
{
	if (sink->size + BYTES_RECORD <= sink->max && sink->bytes)
		memcpy(sink->bytes + sink->size, raw, BYTES_RECORD);
	if (sink->size + BYTES_RECORD <= sink->max)
		sink->size += BYTES_RECORD;
}

static void encode_machine(struct sink *sink, const struct scenario *s)
{
	const uint8_t flags =
		(uint8_t)(s->world.clock_free | s->world.alloc_fails << 1 |
			  s->world.rcu_eager << 2 | s->world.access << 3 | s->world.misuse << 4);
	const uint8_t world[BYTES_RECORD] = {
		BYTES_HEAD | BYTES_WORLD,
		(uint8_t)(s->units - 1),
		(uint8_t)(s->devices - 1),
		(uint8_t)(s->spaces - 1),
		s->tasks,
		(uint8_t)(s->world.workers - 1),
		flags,
	};

	put_record(sink, world);
	for (unsigned u = 0; u < s->units; u++) {
		const uint8_t unit[BYTES_RECORD] = { BYTES_HEAD | BYTES_UNIT, (uint8_t)u,
						     (uint8_t)(s->unit[u].ring_order - 3) };

		put_record(sink, unit);
		for (unsigned k = 0; k < scenario_knob_count; k++) {
			const uint8_t value = s->unit[u].knob[k];
			const uint8_t knob[BYTES_RECORD] = { BYTES_HEAD | BYTES_KNOB, (uint8_t)u,
							     (uint8_t)k, value };

			if (value && value < scenario_knob_values(k))
				put_record(sink, knob);
		}
	}
	for (unsigned d = 0; d < s->devices; d++) {
		const struct scenario_device *dev = &s->device[d];
		const unsigned credits = dev->credits - 1u;
		const uint8_t device[BYTES_RECORD] = {
			BYTES_HEAD | BYTES_DEVICE,
			(uint8_t)d,
			dev->unit,
			(uint8_t)(dev->rid >> 14),
			dev->rid >> 7 & 0x7f,
			dev->rid & 0x7f,
			(uint8_t)(dev->no_ats << 6 | dev->retries << 4 | credits >> 7),
			credits & 0x7f,
		};

		put_record(sink, device);
	}
}

/* What an operation does not use may hold anything; it is written as zero. */
static unsigned used(uint64_t takes, uint64_t letters, unsigned value)
{
	return takes & letters ? value : 0;
}

static void encode_bits(struct sink *sink, const struct scenario_op *op)
{
	for (unsigned half = 0; half < 8; half++) {
		const uint32_t bits = (uint32_t)(op->mask[half / 2] >> (half & 1 ? 32 : 0));
		const uint8_t raw[BYTES_RECORD] = {
			BYTES_BITS,
			(uint8_t)half,
			bits & 0x7f,
			bits >> 7 & 0x7f,
			bits >> 14 & 0x7f,
			bits >> 21 & 0x7f,
			(uint8_t)(bits >> 28),
		};

		if (bits)
			put_record(sink, raw);
	}
}

static void encode_op(struct sink *sink, const struct scenario_op *op)
{
	const uint64_t takes = scenario_op_takes(op->code);
	const unsigned device = used(takes, TAKES('D') | TAKES('U'), op->device);
	const unsigned pasid = used(takes, TAKES('P') | TAKES('Q') | TAKES('A'),
				    op->pasid == SCENARIO_NONE ? NONE_PASID : op->pasid);
	const unsigned space = used(takes, TAKES('S') | TAKES('R') | TAKES('T'),
				    op->space == SCENARIO_NONE ? NONE_SPACE : op->space);
	const unsigned how =
		used(takes, TAKES('a') | TAKES('i'), op->flags) |
		used(takes, TAKES('d'), op->flags & OPF_DOMAIN ? 1 : 0) |
		used(takes, TAKES('h') | TAKES('e') | TAKES('z'), op->how) |
		used(takes, TAKES('b'), ((op->how & 3) - 1u) | (op->how & SCENARIO_PRS_CLEAR));
	const unsigned group = used(takes, TAKES('g') | TAKES('V'), op->group);
	const unsigned page =
		used(takes, TAKES('p') | TAKES('m') | TAKES('z') | TAKES('V'), op->page) |
		used(takes, TAKES('n'), op->page - 1u);
	const uint8_t raw[BYTES_RECORD] = {
		(uint8_t)(BYTES_HEAD | (BYTES_OP + op->code)),
		(uint8_t)(op->task | device << 3),
		(uint8_t)(pasid | space << 3),
		(uint8_t)how,
		group & 0x7f,
		(uint8_t)(group >> 7 | (page >> 14) << 2),
		page >> 7 & 0x7f,
		page & 0x7f,
	};

	put_record(sink, raw);
	if (takes & TAKES('x'))
		encode_bits(sink, op);
}

static void encode_records(struct sink *sink, const struct scenario *s)
{
	encode_machine(sink, s);
	for (unsigned t = 0; t < s->tasks; t++)
		for (unsigned i = 0; i < s->ops; i++)
			if (s->op[i].task == t)
				encode_op(sink, &s->op[i]);
}

size_t scenario_choice_room(const struct scenario *s)
{
	struct sink sink = { .max = SCENARIO_BYTES_MAX };

	encode_records(&sink, s);
	return SCENARIO_BYTES_MAX - sink.size - 1;
}

size_t scenario_encode(const struct scenario *s, uint8_t *bytes, size_t max)
{
	struct sink sink = { .bytes = bytes,
			     .max = max < SCENARIO_BYTES_MAX ? max : SCENARIO_BYTES_MAX };
	size_t count = s->positional ? s->choice_count : 0;

	encode_records(&sink, s);
	if (sink.size >= sink.max)
		return sink.size;
	if (count > sink.max - sink.size - 1)
		count = sink.max - sink.size - 1;
	while (count && !s->choice[count - 1])
		count--;
	if (!count)
		return sink.size;
	bytes[sink.size++] = BYTES_END;
	memcpy(bytes + sink.size, s->choice, count);
	return sink.size + count;
}
