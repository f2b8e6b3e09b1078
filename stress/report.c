/* SPDX-License-Identifier: GPL-2.0-only */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/report.h"
#include "stress/engine.h"
#include "stress/stress.h"

static const struct {
	const char *name;
	unsigned part;
} quantiles[] = {
	{ "p50", 5000 }, { "p90", 9000 }, { "p99", 9900 }, { "p99.9", 9990 }, { "p99.99", 9999 },
};
#define QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

/* X(field of struct stress_counts) in the order of the reports */
#define COUNTS(X)                                                                                  \
	X(operations) X(lives) X(requests) X(responses) X(faults) X(drains) X(overflows) X(events)

static const char *const verdict_word[RUN_VERDICTS] = {
	[RUN_CLEAN] = "clean", [RUN_FINDING] = "finding", [RUN_NA] = "n/a",
	[RUN_DRIFT] = "drift", [RUN_REFUSED] = "refused", [RUN_OVERFLOW] = "overflow",
};

static const char *const replay_word[] = {
	[REPLAY_NONE] = "none",
	[REPLAY_ALIKE] = "alike",
	[REPLAY_EXACT] = "exact",
};

const char *report_time(u64 ns, char buf[32])
{
	if (ns < 1000)
		snprintf(buf, 32, "%u ns", (unsigned)ns);
	else if (ns < 1000000)
		snprintf(buf, 32, "%.3g us", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(buf, 32, "%.3g ms", (double)ns / 1e6);
	else
		snprintf(buf, 32, "%.3g s", (double)ns / 1e9);
	return buf;
}

static double rate(const struct stress_run *run, u64 count)
{
	return run->seconds > 0 ? (double)count / run->seconds : 0;
}

static const char *title(void)
{
	static char text[128];

	return run_system_title(run_system(options.system)->ops, text, sizeof(text));
}

/* --- For people --------------------------------------------------------------------------------- */

static void words_of_finding(FILE *out, const struct finding *f)
{
	fprintf(out, "\n%s%s\n  met %llu times, first after %.1f s in round %llu\n", f->line,
		strchr(f->identity, STATUS_DISPUTED[0]) ? " (with a disputed knob value)" : "",
		(unsigned long long)finding_met(f), f->at, (unsigned long long)f->round);
	report_print_indented(out, f->premises);
	if (f->behind)
		fprintf(out, "  other findings came ahead of it in that round, as in all where it "
			     "was met\n");
	fprintf(out, "  report: %s\n  round: %s\n", f->report, f->scenario);
	if (f->replay != REPLAY_NONE)
		fprintf(out, "  replay: scripts/sluice run %s\n  %s, by the fiber engine (%s)\n",
			f->replay_path,
			f->replay == REPLAY_EXACT ? "exact" : "exact, of the same at another place",
			f->how);
	else
		fprintf(out, "  no exact replay: %s\n", f->searched ? f->how : "not searched for");
}

static void words_of_counts(FILE *out, const struct stress_run *run)
{
	const struct stress_counts *c = &stress_shared->counts;
	char buf[32];

	fprintf(out,
		"%llu operations (%.0f/s), %llu lives (%.0f/s), %llu faults (%.0f/s), %llu drains "
		"(%.0f/s), %llu overflows\n",
		(unsigned long long)c->operations, rate(run, c->operations),
		(unsigned long long)c->lives, rate(run, c->lives), (unsigned long long)c->faults,
		rate(run, c->faults), (unsigned long long)c->drains, rate(run, c->drains),
		(unsigned long long)c->overflows);
	fprintf(out, "rounds:");
	for (unsigned i = 0; i < RUN_VERDICTS; i++) {
		if (c->verdict[i])
			fprintf(out, " %llu %s", (unsigned long long)c->verdict[i],
				verdict_word[i]);
	}
	fprintf(out, "\ndrains take: ");
	for (size_t i = 0; i < QUANTILES; i++)
		fprintf(out, "%s %s, ", quantiles[i].name,
			report_time(histogram_quantile(&stress_shared->drain, quantiles[i].part),
				    buf));
	fprintf(out, "at most %s\n", report_time(stress_shared->drain.max, buf));
}

void report_words(FILE *out, const struct stress_run *run)
{
	fprintf(out,
		"\n%s on %s, %s: %llu rounds from %llu on in %.1f s (%.1f s of CPU), seed "
		"%llu, "
		"noise %s, %u tasks, %u workers\n",
		options.program, title(), run_build(),
		(unsigned long long)stress_shared->counts.rounds, (unsigned long long)options.from,
		run->seconds, run->cpu, (unsigned long long)options.seed,
		stress_noise_word(options.noise), options.threads, run->workers);
	words_of_counts(out, run);
	if (run->silent)
		fprintf(out,
			"%u workers ended without a word of why, in the last round that they "
			"began\n",
			run->silent);
	if (run->interrupted)
		fprintf(out, "stopped by the user\n");
	if (finding_count)
		fprintf(out, "found: %u, in %s\n", finding_count, options.output);
	else
		fprintf(out, "found: nothing whose premises hold\n");
	for (unsigned i = 0; i < finding_count; i++)
		words_of_finding(out, &findings[i]);
	if (finding_dropped)
		fprintf(out, "\n%u more were not kept: there is room for %u identities\n",
			finding_dropped, STRESS_FINDINGS_MAX);
}

/* --- For programs ------------------------------------------------------------------------------- */

static void add_number(cJSON *object, const char *name, double value)
{
	cJSON_AddNumberToObject(object, name, value);
}

static void add_text(cJSON *object, const char *name, const char *value)
{
	if (value)
		cJSON_AddStringToObject(object, name, value);
	else
		cJSON_AddNullToObject(object, name);
}

static void json_of_finding(cJSON *array, const struct finding *f)
{
	cJSON *object = cJSON_CreateObject();

	add_text(object, "identity", f->identity);
	add_text(object, "line", f->line);
	add_text(object, "premises", f->premises);
	add_number(object, "round", (double)f->round);
	add_number(object, "seconds", f->at);
	add_number(object, "met", (double)finding_met(f));
	cJSON_AddBoolToObject(object, "died", f->died);
	cJSON_AddBoolToObject(object, "behind", f->behind);
	add_text(object, "report", f->report);
	add_text(object, "scenario", f->scenario);
	add_text(object, "replay", f->replay == REPLAY_NONE ? NULL : f->replay_path);
	add_text(object, "replay_is", replay_word[f->replay]);
	add_text(object, "search", f->searched ? f->how : NULL);
	cJSON_AddItemToArray(array, object);
}

static void json_of_latency(cJSON *object)
{
	const struct histogram *h = &stress_shared->drain;

	add_number(object, "count", (double)h->count);
	for (size_t i = 0; i < QUANTILES; i++)
		add_number(object, quantiles[i].name,
			   (double)histogram_quantile(h, quantiles[i].part));
	add_number(object, "max", (double)h->max);
}

static void json_of_counts(cJSON *object, const struct stress_run *run)
{
	const struct stress_counts *c = &stress_shared->counts;
	cJSON *verdicts, *rates;

	add_number(object, "rounds", (double)c->rounds);
	verdicts = cJSON_AddObjectToObject(object, "verdicts");
	for (unsigned i = 0; i < RUN_VERDICTS; i++)
		add_number(verdicts, verdict_word[i], (double)c->verdict[i]);
#define X(field) add_number(object, #field, (double)c->field);
	COUNTS(X)
#undef X
	rates = cJSON_AddObjectToObject(object, "per_second");
#define X(field) add_number(rates, #field, rate(run, c->field));
	COUNTS(X)
#undef X
}

static void json_of_run(cJSON *object, const struct stress_run *run)
{
	const struct sut *system = run_system(options.system)->ops;

	add_text(object, "program", options.program);
	add_text(object, "system", system->name);
	add_text(object, "version", system->version);
	add_text(object, "build", run_build());
	add_text(object, "noise", stress_noise_word(options.noise));
	add_number(object, "seed", (double)options.seed);
	add_number(object, "from", (double)options.from);
	add_number(object, "threads", options.threads);
	add_number(object, "seconds", run->seconds);
	add_number(object, "cpu_seconds", run->cpu);
	add_number(object, "workers", run->workers);
	add_number(object, "silent", run->silent);
	cJSON_AddBoolToObject(object, "interrupted", run->interrupted);
	add_text(object, "failure", run->failure);
}

void report_json(FILE *out, const struct stress_run *run)
{
	cJSON *object = cJSON_CreateObject(), *part;
	char *text;

	json_of_run(object, run);
	json_of_counts(object, run);
	json_of_latency(cJSON_AddObjectToObject(object, "drain_ns"));
	part = cJSON_AddObjectToObject(object, "resident_kib");
	add_number(part, "first", (double)run->resident_first);
	add_number(part, "last", (double)run->resident_last);
	add_number(object, "findings_dropped", finding_dropped);
	part = cJSON_AddArrayToObject(object, "findings");
	for (unsigned i = 0; i < finding_count; i++)
		json_of_finding(part, &findings[i]);
	text = cJSON_PrintUnformatted(object);
	if (!text)
		stress_die(3, "no memory for the report");
	fprintf(out, "%s\n", text);
	free(text);
	cJSON_Delete(object);
}
