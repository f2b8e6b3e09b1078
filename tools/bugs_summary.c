/* SPDX-License-Identifier: GPL-2.0-only */

/* The short table at the end of `sluice bugs run`; bugs/report/report.py has the long one. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bugs.h"
#include "tools/tool.h"

struct row {
	unsigned trials, detected;
	double median; /* infinite: less than half were detected */
};

/* Times of one method, in one piece of memory for all. */
static double *times;

static int by_value(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static struct row method_row(const struct trial *trial, unsigned count, enum method method)
{
	struct row row = { .median = INFINITY };

	for (unsigned i = 0; i < count; i++) {
		const struct record *r = trial[i].method == method ? record_find(&trial[i]) : NULL;

		if (!r)
			continue;
		row.trials++;
		if (r->detected)
			times[row.detected++] = r->cpu;
	}
	qsort(times, row.detected, sizeof(*times), by_value);
	if (row.trials && row.detected > (row.trials - 1) / 2)
		row.median = times[(row.trials - 1) / 2];
	return row;
}

/* No trial of the row has found the bug; @tried: there is one that could have. */
static bool missed(const struct trial *trial, unsigned count, const struct bug *bug, bool *tried)
{
	bool asked = false;

	*tried = false;

	for (unsigned i = 0; i < count; i++) {
		const struct record *r = trial[i].bug == bug ? record_find(&trial[i]) : NULL;

		if (r && r->detected)
			return false;
		*tried |= r != NULL;
		asked |= trial[i].bug == bug;
	}
	return asked;
}

/* Those that were tried; the sum counts the others, too. */
static unsigned print_missed(const struct trial *trial, unsigned count, bool json)
{
	unsigned sum = 0, untried = 0;
	bool tried;

	for (const struct bug *bug = bug_table; bug->id; bug++) {
		if (!missed(trial, count, bug, &tried))
			continue;
		if (!tried) {
			untried++;
			continue;
		}
		if (json)
			printf("%s\"%s\"", sum ? ", " : "", bug->variant);
		else
			printf("never found: %s (%s)\n", bug->variant, bug->slug);
		sum++;
	}
	return sum + untried;
}

static void print_row(const struct row *row, const char *word, bool json, bool first)
{
	char median[32];

	snprintf(median, sizeof(median), json ? "%.6f" : "%.3f s", row->median);
	if (isinf(row->median))
		snprintf(median, sizeof(median), json ? "null" : "-");
	if (json)
		printf("%s{\"method\": \"%s\", \"trials\": %u, \"detected\": %u, \"median\": %s}",
		       first ? "" : ", ", word, row->trials, row->detected, median);
	else
		printf("%-22s %6u %8u %6.1f %% %12s\n", word, row->trials, row->detected,
		       100.0 * row->detected / row->trials, median);
}

int bugs_summarise(const struct trial *trial, unsigned count, bool json)
{
	unsigned never;
	bool first = true;

	times = calloc(count + 1, sizeof(*times));
	if (!times)
		tool_die(TOOL_FAILED, "no memory");
	if (json)
		printf("{\"never_found\": [");
	never = print_missed(trial, count, json);
	if (json)
		printf("], \"methods\": [");
	else
		printf("%-22s %6s %8s %8s %12s\n", "method", "trials", "detected", "share",
		       "median (CPU)");
	for (enum method m = 0; m < METHOD_COUNT; m++) {
		struct row row = method_row(trial, count, m);

		if (!row.trials)
			continue;
		print_row(&row, methods[m].word, json, first);
		first = false;
	}
	if (json)
		printf("]}\n");
	free(times);
	return never ? TOOL_FINDING : TOOL_HELD;
}
