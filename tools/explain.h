/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_TOOLS_EXPLAIN_H
#define SLUICE_TOOLS_EXPLAIN_H

/*
 * `sluice explain`: the last run as a story: lanes of tasks, lines in order of time, arrows from cause
 * to effect, and sentences.
 *
 * A timeline (run/run.h) has every event; a story has those that the finding is about, of which
 * several may make one line: the steps of one request through the hardware, unless the finding is
 * about that request. All hardware is one lane, the last.
 */

#include "run/run.h"

#define STORY_LINES_MAX 1024
#define STORY_ARROWS_MAX 512
#define STORY_WORDS_MAX 12
#define STORY_LANES_MAX 33
#define STORY_ACROSS -1

struct story_line {
	u32 event, step;
	int lane; /* or STORY_ACROSS: an heading of a part of the run */
	char text[320];
	char ledger[96]; /* what changed in the judge's books: "life p1 of d0 begins" */
	char ring[96]; /* the queue behind this line, if it is not as it was: "H0 T2 [r1 r2] PPR" */
	bool chosen;   /* the schedule departed from the fair order to get here */
	bool breaks;   /* here the invariant was broken */
};

enum story_arrow_kind { ARROW_WAKE, ARROW_WORK, ARROW_REQUEST, ARROW_FREE, ARROW_MISSING };

struct story_arrow {
	u16 from, to; /* lines */
	u8 kind;
	char text[64];
};

struct story {
	const struct scenario *scenario;
	const struct sut *system;
	const char *verdict; /* in one line */
	const char *premises;
	enum invariant id; /* INV_NONE: clean */
	u32 event;         /* at which it was seen */
	unsigned task;     /* whose step it was */
	u32 request;       /* that it is about, or 0 */
	u32 begin, end;    /* events of the story */
	u32 freed;         /* event that freed what was used then, or none's index */
	bool queue;        /* what the invalidation queue does is told */
	bool broke;        /* a line is marked so */
	unsigned lanes;
	const char *lane_name[STORY_LANES_MAX];
	int lane_of[ENGINE_IDS_MAX];
	unsigned lines, arrows, words;
	struct story_line line[STORY_LINES_MAX];
	struct story_arrow arrow[STORY_ARROWS_MAX];
	char word[STORY_WORDS_MAX][400]; /* why, sentence by sentence */
	u32 left_out;                    /* lines that had no room */
};

/* Where the memory is that a sanitizer's report is about: size of the object; 0: nowhere, or none. */
struct story_death {
	bool died;
	size_t object_size;
};

/* --- tools/explain_story.c: of the run that is over, or is dying --- */
void story_tell(struct story *st, const struct story_death *death);
/* The line that tells of event @event, or the last before it. -1: none. */
int story_line_of(const struct story *st, u32 event);

/* Whose line it is, if a reader can't see that from its text; or "". */
const char *story_lane(const struct story *st, unsigned line);

/* How much of @text fits into @width letters: up to a blank if there is one. */
size_t story_fit(const char *text, size_t width);

/* --- tools/explain_cause.c: arrows and sentences --- */
void story_explain(struct story *st, const struct story_death *death);

/* --- tools/explain_text.c, tools/explain_html.c --- */
void story_print(const struct story *st, FILE *out, unsigned columns, bool colour);
void story_write_html(const struct story *st, FILE *out);

#endif
