/* SPDX-License-Identifier: GPL-2.0-only */

/* The last run in words and in JSON. The theory is in report.h. */

#include <inttypes.h>
#include <string.h>

#include "host/engine.h"
#include "run/report.h"

#define REPORT_PREMISES_MAX 4096

/* --- For people ------------------------------------------------------------------------------- */

size_t report_verdict(const struct run_result *r, char *buf, size_t size)
{
	const char *word = run_verdict_word(r);
	const char *rest = r->verdict == RUN_FINDING ? r->finding->detail : r->reason;

	if (r->verdict == RUN_CLEAN && rest[0])
		return (size_t)snprintf(buf, size, "%s (%s)", word, rest);
	return (size_t)snprintf(buf, size, "%s%s%s", word, rest[0] ? " " : "", rest);
}

void report_print_finding(FILE *out, const struct judge_finding *f)
{
	fprintf(out, "%s %s (step %u)\n", invariant_table[f->id].id, f->detail, f->step);
}

void report_print_indented(FILE *out, const char *text)
{
	while (*text) {
		size_t size = strcspn(text, "\n");

		fprintf(out, "  %.*s\n", (int)size, text);
		text += size + (text[size] == '\n');
	}
}

/* Was anything run that has premises and findings? */
static bool report_has_run(const struct run_result *r)
{
	return r->kept || r->broken || r->finding;
}

void report_print(FILE *out, const struct sut *system, const struct run_result *r)
{
	const struct judge_finding *findings, *excused;
	char line[JUDGE_DETAIL_MAX + 512], premises[REPORT_PREMISES_MAX], title[128];
	unsigned found, forgiven;

	report_verdict(r, line, sizeof(line));
	fprintf(out, "%s: %s\n", run_system_title(system, title, sizeof(title)), line);
	if (!report_has_run(r))
		return;
	findings = judge_findings(&found);
	excused = judge_excused(&forgiven);
	if (found || forgiven) {
		judge_print_premises(premises, sizeof(premises));
		report_print_indented(out, premises);
	}
	for (unsigned i = r->verdict == RUN_FINDING ? 1 : 0; i < found; i++) {
		fputs("  also: ", out);
		report_print_finding(out, &findings[i]);
	}
	for (unsigned i = 0; i < forgiven; i++) {
		fputs("  excused: ", out);
		report_print_finding(out, &excused[i]);
	}
}

/* --- For tools -------------------------------------------------------------------------------- */

void report_write_json_string(FILE *out, const char *text)
{
	putc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c == '\n')
			fputs("\\n", out);
		else if (*c < 0x20 || *c >= 0x7f)
			fprintf(out, "\\u%04x", *c);
		else
			putc(*c, out);
	}
	putc('"', out);
}

static void report_json_finding(FILE *out, const struct judge_finding *f)
{
	fprintf(out, "{\"id\":\"%s\",\"detail\":", invariant_table[f->id].id);
	report_write_json_string(out, f->detail);
	fprintf(out, ",\"step\":%u,\"event\":%u", f->step, f->event);
	if (f->dev != 0xff)
		fprintf(out, ",\"device\":%u", f->dev);
	if (f->req)
		fprintf(out, ",\"request\":%u", f->req);
	putc('}', out);
}

static void report_json_findings(FILE *out, const char *key, const struct judge_finding *f,
				 unsigned count)
{
	fprintf(out, ",\"%s\":[", key);
	for (unsigned i = 0; i < count; i++) {
		if (i)
			putc(',', out);
		report_json_finding(out, &f[i]);
	}
	putc(']', out);
}

static void report_json_promises(FILE *out, const char *key, u32 mask)
{
	bool first = true;

	fprintf(out, ",\"%s\":[", key);
	for (unsigned i = 0; i < PROMISE_COUNT; i++) {
		if (!(mask >> i & 1))
			continue;
		fprintf(out, "%s\"%s\"", first ? "" : ",", promise_table[i].word);
		first = false;
	}
	putc(']', out);
}

static void report_json_assumptions(FILE *out, const struct sut *system)
{
	const char *comma = "";
	u32 mask = run_assumptions();

	fputs(",\"assumptions\":[", out);
	for (unsigned i = 0; system->assumptions && system->assumptions[i].word; i++) {
		if (!(mask >> i & 1))
			continue;
		fprintf(out, "%s{\"word\":", comma);
		report_write_json_string(out, system->assumptions[i].word);
		fputs(",\"text\":", out);
		report_write_json_string(out, system->assumptions[i].text);
		putc('}', out);
		comma = ",";
	}
	putc(']', out);
}

static void report_json_judged(FILE *out, const struct sut *system, const struct run_result *r)
{
	const struct judge_stats *stats = judge_stats();
	const struct judge_finding *list;
	char premises[REPORT_PREMISES_MAX];
	unsigned count;

	list = judge_findings(&count);
	report_json_findings(out, "findings", list, count);
	list = judge_excused(&count);
	report_json_findings(out, "excused", list, count);
	report_json_promises(out, "kept", r->kept);
	report_json_promises(out, "broken", r->broken);
	judge_print_premises(premises, sizeof(premises));
	fputs(",\"premises\":", out);
	report_write_json_string(out, premises);
	report_json_assumptions(out, system);
	fprintf(out,
		",\"stats\":{\"lives\":%u,\"requests\":%u,\"responses\":%u,\"autos\":%u,"
		"\"unmatched\":%u,\"drains\":%u,\"overflows\":%u}",
		stats->lives, stats->requests, stats->responses, stats->autos, stats->unmatched,
		stats->drains, stats->overflows);
}

void report_write_json(FILE *out, const struct sut *system, const struct run_result *r)
{
	fputs("{\"system\":", out);
	report_write_json_string(out, system->name);
	fputs(",\"version\":", out);
	if (system->version)
		report_write_json_string(out, system->version);
	else
		fputs("null", out);
	fputs(",\"verdict\":", out);
	report_write_json_string(out, run_verdict_word(r));
	fputs(",\"reason\":", out);
	report_write_json_string(out, r->reason);
	fputs(",\"finding\":", out);
	if (r->finding)
		report_json_finding(out, r->finding);
	else
		fputs("null", out);
	fprintf(out, ",\"hash\":\"%016" PRIx64 "\",\"steps\":%u,\"decisions\":%u,\"events\":%u",
		r->trace_hash, r->steps, r->decisions, r->events);
	if (report_has_run(r))
		report_json_judged(out, system, r);
	fputs("}\n", out);
}

/* --- Trace Event format ----------------------------------------------------------------------- */

static void report_trace_head(FILE *out, const struct event *e, const char *phase, const char *name)
{
	fprintf(out, ",\n{\"ph\":\"%s\",\"pid\":1,\"tid\":%u,\"ts\":%u,\"name\":", phase, e->task,
		e->step);
	report_write_json_string(out, name);
}

static void report_trace_event(FILE *out, const struct event *e)
{
	char text[320];

	if (!judge_describe_event(e, text, sizeof(text)))
		return;
	/* An operation is a slice from its begin to its end in the same task. */
	if (e->kind == EV_OP_BEGIN || e->kind == EV_OP_END) {
		report_trace_head(out, e, e->kind == EV_OP_BEGIN ? "B" : "E", text);
		fputs("}", out);
		return;
	}
	report_trace_head(out, e, "i", text);
	fprintf(out, ",\"s\":\"t\",\"args\":{\"virtual ns\":%" PRIu64 "}}", e->time);
}

static void report_trace_names(FILE *out, const struct event *events, u32 count)
{
	u64 seen = 0;

	for (u32 i = 0; i < count; i++) {
		if (events[i].task < ENGINE_IDS_MAX)
			seen |= BIT_ULL(events[i].task);
	}
	for (unsigned id = 0; id < ENGINE_IDS_MAX; id++) {
		if (!(seen >> id & 1))
			continue;
		fprintf(out,
			",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_name\","
			"\"args\":{\"name\":\"%s\"}}",
			id, engine_name(id));
	}
}

void report_write_trace(FILE *out)
{
	const struct judge_finding *findings;
	const struct event *events;
	unsigned found;
	u32 count;

	events = engine_events(&count, NULL);
	findings = judge_findings(&found);
	fputs("{\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\","
	      "\"args\":{\"name\":\"sluice\"}}",
	      out);
	report_trace_names(out, events, count);
	for (u32 i = 0; i < count; i++)
		report_trace_event(out, &events[i]);
	for (unsigned i = 0; i < found; i++) {
		fprintf(out, ",\n{\"ph\":\"i\",\"s\":\"g\",\"pid\":1,\"tid\":0,\"ts\":%u,\"name\":",
			findings[i].step);
		report_write_json_string(out, invariant_table[findings[i].id].id);
		fputs(",\"args\":{\"detail\":", out);
		report_write_json_string(out, findings[i].detail);
		fputs("}}", out);
	}
	fputs("\n]}\n", out);
}
