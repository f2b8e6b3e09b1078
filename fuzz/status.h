/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_FUZZ_STATUS_H
#define SLUICE_FUZZ_STATUS_H

/*
 * What a fuzz target tells the campaign while it runs: libFuzzer's log speaks only when there is
 * something new. The campaign passes the descriptor of a page of memory in SLUICE_STATUS_FD;
 * without it the target counts for itself.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define STATUS_KNOWN_MAX 257
#define STATUS_KNOWN_SIZE 32768  /* of the list, with room for so many tokens */
#define STATUS_COUNTERS_MAX 8192 /* bytes of all tables of extra counters */
#define STATUS_MAP_MAX 65536
#define STATUS_FD "SLUICE_STATUS_FD"
/*
 * Identities to count and pass over, with commas between: "HANG=0,UAF=2". The number is that of the
 * promises broken in the case that is kept; one with fewer says more, and is told again. See
 * STATUS_DISPUTED for what may stand behind an identity. Of sanitizers' tokens only a race's can be
 * passed over ("RACE:f:g=0"); STATUS_RACES stands for all of them.
 */
#define STATUS_KNOWN "SLUICE_KNOWN"
#define STATUS_RACES "RACE:"
#define STATUS_SYSTEM "SLUICE_SYSTEM"
/* A system that some runs are held against: what their endpoints see must agree (run/compare.h). */
#define STATUS_AGAINST "SLUICE_AGAINST"
/* A system whose findings are not looked for: what it gives as well is passed over (fuzz/twin.h). */
#define STATUS_TWIN "SLUICE_TWIN"
/*
 * For comparison: `none` drops the schedule of every input, and a random walk takes its place, that
 * is a function of the rest.
 */
#define STATUS_SCHEDULE "SLUICE_SCHEDULE"
/* For comparison: `engine` leaves out our mutator and generator, in fuzz/mutate.c. */
#define STATUS_MUTATOR "SLUICE_MUTATOR"

/* For comparison: `none` leaves the extra counters empty, so that edges alone guide the engine. */
#define STATUS_FEEDBACK "SLUICE_FEEDBACK"
/*
 * For tests: the target prints a line for each input, "digest: <verdict> <hash of the trace> <hash of the
 * coverage>", in place of dying of what the judge finds. The language has neither: "text", "bytes" or "refused",
 * and a hash of what it made of the input.
 */
#define STATUS_DIGEST "SLUICE_DIGEST"
/* For scripts/corpus: the target writes each input, on its ground and in canonical form, into this folder. */
#define STATUS_CANONICAL "SLUICE_CANONICAL"
/* Under AFL++ (fuzz/afl.c): where last words go, and what the files of inputs that end a process begin with. */
#define STATUS_LOG_FD "SLUICE_LOG_FD"
#define STATUS_ARTIFACTS "SLUICE_ARTIFACTS"

struct fuzz_status {
	uint64_t executions;
	uint64_t mutations; /* of the target's own, not the engine's */
	double twin_cpu;    /* seconds that went into looking at the twin */
	/* Of each identity that is known, in the list's order. */
	uint64_t repeats[STATUS_KNOWN_MAX];
	/*
	 * What is known, as in SLUICE_KNOWN, which it takes the place of as soon as @known_turn is not 0: a
	 * worker need not be started again. An entry without a name is nobody's. The list of this turn, and
	 * that of the last one or the next.
	 */
	_Atomic unsigned known_turn;
	char known[2][STATUS_KNOWN_SIZE];
	/*
	 * Under AFL++: CPU seconds of the processes that ran inputs, and the processes that forked them (the
	 * second with CMPLOG only); is a run on, and how many ended in one without a word; what of its map has
	 * been met (not 0), or of the start of a larger one, and where in it the extra counters begin.
	 */
	double cpu;
	int server[2];
	bool running;
	uint64_t silent;
	uint32_t counters;
	uint8_t met[STATUS_MAP_MAX];
};

static inline const char *status_known(const struct fuzz_status *status, const char *before)
{
	unsigned turn = status->known_turn;

	return turn ? status->known[turn % 2] : before;
}

/* This process's own, or the campaign's page. */
extern struct fuzz_status *fuzz_status;
/* Takes the campaign's page, if there is one. @target: who says so if that fails, with exit code 2. */
void status_map(const char *target);

static inline bool status_is_race(const char *identity)
{
	return !strncmp(identity, STATUS_RACES, strlen(STATUS_RACES));
}

/* How many promises judge_print_premises() calls broken. */
static inline unsigned status_broken(const char *premises)
{
	const char *at = strstr(premises, "broken: ");
	unsigned broken = 1;

	if (!at || !strncmp(at + 8, "none", 4))
		return 0;
	for (at += 8; *at && *at != '\n'; at++)
		broken += *at == ',';
	return broken;
}

/*
 * Whether hardware may do what a finding needs is a question of its own where the specification is
 * disputed. So a case in which a disputed knob value made a difference is filed beside one that needs
 * none, under the identity with this behind it.
 */
#define STATUS_DISPUTED "~disputed"

/* For the judge's identities: the sanitizers', which have a colon, know no knobs. */
static inline const char *status_suffix(const char *identity, const char *premises)
{
	return !strchr(identity, ':') && strstr(premises, "(disputed") ? STATUS_DISPUTED : "";
}

/* A finding's text on stderr stands between these lines. */
#define STATUS_TEXT_BEGIN "----- scenario -----"
#define STATUS_TEXT_END "----- end of scenario -----"

#endif
