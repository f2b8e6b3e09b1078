/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_SCENARIO_SCENARIO_H
#define SLUICE_SCENARIO_SCENARIO_H

/*
 * The language of inputs: a world, tasks with operations, and choices. Pure data.
 *
 * Two spellings of one thing. *Text* is for people and for all that is stored; its choices are
 * anchored at what the code did. *Bytes* are for the engines: fixed-size records, then one byte for
 * each real decision; any bytes decode (decoding is total), re-encoding what was decoded is a fixed
 * point, and bytes -> text -> bytes is exact. Positional choices in a text stand in a `choices`
 * line; anchored ones in `at` lines; a file has one kind or the other.
 *
 * Knobs, sites, systems and identities are words to this room: what they mean is settled by those
 * who use them. Only names and values of knobs are needed for the byte form: scenario_set_knobs().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SCENARIO_VERSION 1
#define SCENARIO_BYTES_MAX 4096
#define SCENARIO_TEXT_MAX (256 * 1024)
#define SCENARIO_UNITS_MAX 2
#define SCENARIO_DEVICES_MAX 4
#define SCENARIO_SPACES_MAX 4
#define SCENARIO_PASIDS_MAX 4 /* symbols p1..p4, index 0..3 */
#define SCENARIO_TASKS_MAX 6
#define SCENARIO_OPS_MAX 64
#define SCENARIO_DESCRIPTORS_MAX 32   /* `descriptor` operations */
#define SCENARIO_VALUE_MAX 0x1ffffffu /* of a register: 25 bits */
#define SCENARIO_ANCHORS_MAX 512
#define SCENARIO_EXPECTS_MAX 16
#define SCENARIO_PROMISES_MAX 16
#define SCENARIO_WORD_MAX 40 /* names, sites, identities */
#define SCENARIO_KNOBS_MAX 32
#define SCENARIO_COMMENT_MAX 2048
#define SCENARIO_CHOICE_HOLD 0xe0 /* positional choices from here on hold somebody back */
/* ... this one whoever would move by the fair order: options are counted modulo 2 to 6, mostly. */
#define SCENARIO_CHOICE_HOLD_RUNNING 0xf0
_Static_assert(SCENARIO_CHOICE_HOLD_RUNNING % 60 == 0, "option 0, of up to six");

/* Operations. X(enumerator, word, signature). The signature's letters, in order of the text:
 * D device, U unit, P pasid symbol, Q pasid symbol or `none`, S space, R space or `none`,
 * A `as` pasid, T task; then keys and flags, in any order:
 * g group=0..511, p page=0..0xffff (optional: default is the op's own number), a r/w/x/priv flags,
 * l last, f force, h stop kind, n count=1..255, m ms=0..60000, e error word, b PRS bits and clear,
 * i invalidation answer (late|never), d domain (a driver's domain), k beside a: the access may be
 * none, x masks (xor0=..xor3=), z what becomes of a queue (size=0..7|off|away). V, an argument, is
 * a register's value.
 */
#define SCENARIO_OPS(X)                                                                            \
	X(BIND, "bind", "DSAd")                                                                    \
	X(UNBIND, "unbind", "DP")                                                                  \
	X(REQUEST, "request", "DQgpalf")                                                           \
	X(STOP, "stop", "DQh")                                                                     \
	X(EXIT, "exit", "S")       /* the space's owner exits */                                   \
	X(RID, "rid", "DR")        /* domain of requests without PASID */                          \
	X(DISABLE, "disable", "D") /* page requests off */                                         \
	X(ENABLE, "enable", "D")                                                                   \
	X(ATTACH, "attach", "D") /* devices are attached at start; after a detach */               \
	X(DETACH, "detach", "D")                                                                   \
	X(FINISH, "finish", "U") /* the unit's queues down */                                      \
	X(START, "start", "U")   /* and up again */                                                \
	X(DRAIN, "drain", "DP")  /* a bare drain; the life goes on */                              \
	X(TRANSLATE, "translate", "DPpa")                                                          \
	X(ACCESS, "access", "DPpa")                                                                \
	X(MARKER, "marker", "DP")                                                                  \
	X(RESET, "reset", "D")                                                                     \
	X(GONE, "gone", "D")      /* surprise removal */                                           \
	X(HOLD, "hold", "Dni")    /* the next device-TLB invalidations */                          \
	X(INJECT, "inject", "Ue") /* a queue error at the next descriptor */                       \
	X(LOSE, "lose", "Un")     /* the next event interrupts */                                  \
	X(PRS, "prs", "Ub")       /* status bits left set by an earlier owner */                   \
	X(SLOW, "slow", "Sm")     /* faults in this space take this long */                        \
	X(HOLE, "hole", "Sp")     /* faults on this page fail */                                   \
	X(SETTLE, "settle", "DQ") /* wait until all requests are answered */                       \
	X(AWAIT, "await", "T")    /* wait until a task has ended */                                \
	X(PAUSE, "pause", "")                                                                      \
	X(DESCRIPTOR, "descriptor", "DQgpaklx") /* into the ring, from nobody */                   \
	X(HEAD, "head", "UV")                   /* registers written by somebody else */           \
	X(TAIL, "tail", "UV")                                                                      \
	X(QUEUE, "queue", "Uz")

enum scenario_op_code {
#define X(id, word, signature) OP_##id,
	SCENARIO_OPS(X) OP_COUNT
};
#undef X

enum { SCENARIO_STOP_ANSWERED, SCENARIO_STOP_MARKER, SCENARIO_STOP_RESET, SCENARIO_STOP_COUNT };
enum { SCENARIO_ERROR_IQE, SCENARIO_ERROR_ICE, SCENARIO_ERROR_ITE, SCENARIO_ERROR_COUNT };
enum { SCENARIO_QUEUE_SIZE, SCENARIO_QUEUE_OFF, SCENARIO_QUEUE_AWAY, SCENARIO_QUEUE_COUNT };
enum { SCENARIO_PRS_PPR = 1, SCENARIO_PRS_PRO = 2, SCENARIO_PRS_CLEAR = 4 };

/* flags of an operation */
enum {
	OPF_READ = 1,
	OPF_WRITE = 2,
	OPF_LAST = 4,
	OPF_EXEC = 8,
	OPF_PRIV = 16,
	OPF_FORCE = 32,
	OPF_NEVER = 64,   /* hold: never instead of late */
	OPF_DOMAIN = 128, /* bind: a domain of the driver's instead of the owner's space */
};

#define SCENARIO_NONE 0xff /* pasid `none`, space `none` */

struct scenario_op {
	uint8_t code;   /* enum scenario_op_code */
	uint8_t task;   /* index of the task whose script it belongs to */
	uint8_t device; /* or unit */
	uint8_t pasid;  /* symbol, or SCENARIO_NONE */
	uint8_t space;  /* or SCENARIO_NONE; AWAIT: task */
	uint8_t flags;
	uint8_t how; /* STOP, INJECT, QUEUE: which; PRS: bits */
	uint16_t group;
	uint16_t page;    /* or count, milliseconds, size; HEAD, TAIL: see scenario_op_value() */
	uint16_t line;    /* of the text it came from, 0 if none; not part of the byte form */
	uint64_t mask[4]; /* DESCRIPTOR: bits that are not those of such a request, by quadword */
};

/* HEAD, TAIL: the value, of which @group has bits 24:16 and @page the rest. */
static inline uint32_t scenario_op_value(const struct scenario_op *op)
{
	return (uint32_t)op->group << 16 | op->page;
}

struct scenario_unit {
	uint8_t ring_order;               /* 3..11: ring=8..2048 */
	uint8_t knob[SCENARIO_KNOBS_MAX]; /* index of the value */
};

struct scenario_device {
	uint8_t unit;
	uint16_t rid;
	uint16_t credits; /* 1..2048 */
	uint8_t retries;  /* 0..3 */
	bool no_ats;      /* ats=off: a function without PASID, ATS and PRI capabilities */
};

struct scenario_world {
	uint8_t workers;  /* 1..4 */
	bool clock_free;  /* clock=free: time may pass while tasks can run */
	bool alloc_fails; /* alloc=fails: allocations ask the chooser */
	bool rcu_eager;   /* rcu=eager */
	bool access;      /* access=on: points at loads and stores of the code under test */
	bool misuse;      /* misuse=on: the end calls what the state forbids (run/play.h) */
};

/* `at TASK SITE#NTH[+SKIP] -> TARGET` or `... = VALUE` */
struct scenario_anchor {
	char task[SCENARIO_WORD_MAX]; /* "start" before any task has run */
	char site[SCENARIO_WORD_MAX];
	uint16_t nth, skip;
	bool is_value;
	char target[SCENARIO_WORD_MAX];
	uint8_t value;
	uint16_t line;
};

struct scenario_expect {
	char system[SCENARIO_WORD_MAX];
	char result[SCENARIO_WORD_MAX];  /* an identity, `clean`, or `n/a` */
	char version[SCENARIO_WORD_MAX]; /* of the system that gave it; "": any gives it */
	uint16_t line;
};

struct scenario {
	char comment[SCENARIO_COMMENT_MAX]; /* the `#` lines at the head, unmarked: the purpose */
	struct scenario_world world;
	uint8_t units, devices, spaces, tasks;
	uint16_t ops;
	struct scenario_unit unit[SCENARIO_UNITS_MAX];           /* names u0, u1 */
	struct scenario_device device[SCENARIO_DEVICES_MAX];     /* d0.. */
	char space_name[SCENARIO_SPACES_MAX][SCENARIO_WORD_MAX]; /* A B C D in canonical form */
	char task_name[SCENARIO_TASKS_MAX][SCENARIO_WORD_MAX];   /* app0.. in canonical form */
	struct scenario_op op[SCENARIO_OPS_MAX]; /* of all tasks; each task's in its order */

	bool positional; /* choices[] is the schedule; else anchors */
	uint16_t choice_count;
	uint8_t choice[SCENARIO_BYTES_MAX];
	uint16_t anchors;
	struct scenario_anchor anchor[SCENARIO_ANCHORS_MAX];

	uint8_t expects, promises;
	struct scenario_expect expect[SCENARIO_EXPECTS_MAX];
	char promise[SCENARIO_PROMISES_MAX][SCENARIO_WORD_MAX];
	/* "", or the build it depends on, words with one blank between: asan, tsan, access. */
	char needs[SCENARIO_WORD_MAX];
};

/* Where a text went wrong; line and column count from 1. */
struct scenario_error {
	unsigned line, column;
	char text[512]; /* "expected a device, found `d9`" */
};

/* Knobs in the order of the table that owns them. Kept by pointer. */
struct scenario_knob {
	const char *name;
	const char *const *values; /* NULL-terminated; none: it may not be set */
};
void scenario_set_knobs(const struct scenario_knob *knobs, unsigned count);

/* The empty world: one unit, one device, one space, no task, all defaults. */
void scenario_init(struct scenario *s);
/* 0, or -1 with @error filled. @size bytes of text, not NUL-terminated. */
int scenario_parse(struct scenario *s, const char *text, size_t size, struct scenario_error *error);
/* Canonical text; parsing it gives an equal scenario. Returns the length it needs (as snprintf). */
size_t scenario_print(const struct scenario *s, char *buf, size_t size);
void scenario_write(const struct scenario *s, FILE *out);

/* Any bytes. What is out of range is taken modulo, what is missing is zero. Never fails. */
void scenario_decode(struct scenario *s, const uint8_t *bytes, size_t size);
/* Bytes of @s (anchors, expects and comments have none). Returns the size, at most @max. */
size_t scenario_encode(const struct scenario *s, uint8_t *bytes, size_t max);
/* Equal in all that the byte form carries. */
bool scenario_equal(const struct scenario *a, const struct scenario *b);
/* Does @size bytes look like a text ("sluice " and a digit)? */
bool scenario_is_text(const char *data, size_t size);

/* Is @word among those of s->needs? */
bool scenario_needs(const struct scenario *s, const char *word);

extern const char *const scenario_op_word[OP_COUNT];
extern const char *const scenario_op_signature[OP_COUNT];
/* One operation as text, without the task, into @buf. */
size_t scenario_print_op(const struct scenario *s, const struct scenario_op *op, char *buf,
			 size_t size);

#endif
