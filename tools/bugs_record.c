/* SPDX-License-Identifier: GPL-2.0-only */

/* DIR/trials.jsonl: written line by line, read again to go on. bugs/report/trials.py tells its format. */

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/report.h"
#include "tools/bugs.h"
#include "tools/tool.h"

#define RECORD_FORMAT 1
#define RECORD_LINE_MAX 65536

struct record *records;
unsigned record_count;
static FILE *record_file;
static const char *record_folder;

static struct record *record_new(void)
{
	if (!(record_count & (record_count - 1))) {
		size_t room = record_count ? 2 * (size_t)record_count : 1;

		records = reallocarray(records, room, sizeof(*records));
		if (!records)
			tool_die(TOOL_FAILED, "no memory");
	}
	memset(&records[record_count], 0, sizeof(*records));
	return &records[record_count++];
}

/* A later one replaces it: the one before had a smaller cap. */
static struct record *record_slot(const struct bug *bug, enum method method, u64 seed)
{
	for (unsigned i = 0; i < record_count; i++) {
		struct record *r = &records[i];

		if (r->bug == bug && r->method == method && r->seed == seed)
			return r;
	}
	return record_new();
}

const struct record *record_find(const struct trial *trial)
{
	for (unsigned i = 0; i < record_count; i++) {
		const struct record *r = &records[i];

		if (r->bug == trial->bug && r->method == trial->method && r->seed == trial->seed)
			return r->detected || r->cap >= trial->cap ? r : NULL;
	}
	return NULL;
}

/* @line's trial; one of a bug or a method that is no more is left alone. */
static void take_line(const char *path, unsigned number, const char *line)
{
	cJSON *item = cJSON_Parse(line);
	const char *method = cJSON_GetStringValue(cJSON_GetObjectItem(item, "method"));
	const char *variant = cJSON_GetStringValue(cJSON_GetObjectItem(item, "variant"));
	const cJSON *detected = cJSON_GetObjectItem(item, "detected");
	const char *keys[] = { "seed", "cap", "cpu_seconds", "runs" };
	double value[ARRAY_SIZE(keys)];
	const struct bug *bug = variant ? bug_find(variant) : NULL;
	enum method m = method ? method_find(method, strlen(method)) : METHOD_COUNT;

	if (!cJSON_IsObject(item))
		tool_die(TOOL_USAGE, "%s:%u: expected a JSON object, found `%.40s`", path, number,
			 line);
	for (unsigned i = 0; i < ARRAY_SIZE(keys) && bug; i++) {
		value[i] = cJSON_GetNumberValue(cJSON_GetObjectItem(item, keys[i]));
		if (isnan(value[i]) || !method || !cJSON_IsBool(detected))
			tool_die(TOOL_USAGE, "%s:%u: expected a trial, found `%.40s`", path, number,
				 line);
	}
	if (bug && m != METHOD_COUNT)
		*record_slot(bug, m, (u64)value[0]) = (struct record){
			.bug = bug,
			.method = m,
			.seed = (u64)value[0],
			.cap = value[1],
			.cpu = value[2],
			.runs = (u64)value[3],
			.detected = cJSON_IsTrue(detected),
		};
	cJSON_Delete(item);
}

/* Where its last whole line ends: a run that was killed may have left a part of one behind it. */
static off_t read_lines(const char *path, FILE *in)
{
	static char line[RECORD_LINE_MAX];
	unsigned number = 0;
	off_t end = 0;

	while (fgets(line, sizeof(line), in)) {
		size_t size = strlen(line);

		if (!size || line[size - 1] != '\n') {
			if (size == sizeof(line) - 1)
				tool_die(TOOL_USAGE, "%s:%u: expected a trial, found a longer line",
					 path, number + 1);
			break;
		}
		end += (off_t)size;
		if (size > 1)
			take_line(path, ++number, line);
	}
	return end;
}

void records_read(const char *path)
{
	FILE *in = fopen(path, "r");

	if (!in)
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(errno));
	read_lines(path, in);
	fclose(in);
}

/* --- Writing --- */

static void write_key(FILE *out, const char *key, const char *text)
{
	fprintf(out, ", \"%s\": ", key);
	if (text)
		report_write_json_string(out, text);
	else
		fputs("null", out);
}

/* Identifies this program by what is in it: FNV-1a over words, for it is large. */
static u64 program_hash(void)
{
	static u64 words[1 << 14];
	u64 hash = 0xcbf29ce484222325ull;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	while (fd >= 0 && (got = read(fd, words, sizeof(words))) > 0) {
		memset((char *)words + got, 0, sizeof(words) - (size_t)got);
		for (size_t i = 0; i < ((size_t)got + 7) / 8; i++)
			hash = (hash ^ words[i]) * 0x100000001b3ull;
	}
	if (got < 0)
		tool_die(TOOL_FAILED, "/proc/self/exe: %s", strerror(errno));
	close(fd);
	return hash;
}

static void cpu_name(char *name, size_t size)
{
	FILE *in = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(name, size, "unknown");
	while (in && fgets(line, sizeof(line), in)) {
		char *value = strchr(line, ':');

		if (!value || strncmp(line, "model name", 10))
			continue;
		value[strcspn(value, "\n")] = '\0';
		snprintf(name, size, "%s", value + 2);
		break;
	}
	if (in)
		fclose(in);
}

static void write_header(FILE *out)
{
	char cpu[200], build[64], date[32];
	time_t now = time(NULL);
	struct tm utc;

	cpu_name(cpu, sizeof(cpu));
	snprintf(build, sizeof(build), "%s %016llx", run_build(),
		 (unsigned long long)program_hash());
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	fprintf(out, "{\"format\": %d", RECORD_FORMAT);
	write_key(out, "build", build);
	write_key(out, "cpu", cpu);
	write_key(out, "date", date);
	fputs("}\n", out);
}

void records_open(const char *folder)
{
	char path[BUGS_PATH];
	off_t end;

	record_folder = folder;
	snprintf(path, sizeof(path), "%s/trials.jsonl", folder);
	record_file = fopen(path, "a+e");
	if (!record_file)
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(errno));
	rewind(record_file);
	end = read_lines(path, record_file);
	if (ftruncate(fileno(record_file), end))
		tool_die(TOOL_USAGE, "%s: %s", path, strerror(errno));
	fseeko(record_file, 0, SEEK_END);
	write_header(record_file);
	if (fflush(record_file))
		tool_die(TOOL_FAILED, "%s: %s", path, strerror(errno));
}

const char *record_seen_by(const struct bug *bug, const char *identity)
{
	const char *at = bug->expect;
	char word[DEATH_TOKEN_MAX];

	for (unsigned i = 0; identity && *at; i++) {
		int size = (int)strcspn(at, " ");

		snprintf(word, sizeof(word), "%.*s", size, at);
		if (judged_matches(identity, word))
			return i ? "allowed" : "expected";
		at += size + (at[size] == ' ');
	}
	return identity ? "unexpected" : "none";
}

/* The text of what was found, ready to be run: what it is, and what is expected of whom. */
static bool keep(const struct trial *trial, const struct trial_result *result, const char *path)
{
	static struct scenario s;
	const struct judged *j = &result->judged;
	const struct bug *bug = trial->bug;
	char base[DEATH_TOKEN_MAX];

	s = j->recorded;
	judged_base(trial_identity(j), base);
	snprintf(s.comment, sizeof(s.comment), "%.400s\n%s: %s. Found by %s, seed %llu.%s\n%.1200s",
		 j->line, bug->variant, bug->slug, methods[trial->method].word,
		 (unsigned long long)trial->seed,
		 trial->method == METHOD_STRESS
			 ? " On real threads: this is what was played, and has no schedule."
			 : "",
		 j->premises);
	s.expects = 1;
	run_expect(&s.expect[0], run_system(bug->variant)->ops, base);
	if (!strcmp(result->twin, "clean") || !strcmp(result->twin, "drift")) {
		s.expects = 2;
		run_expect(&s.expect[1], run_system(bug->twin)->ops, "clean");
	}
	run_set_needs(&s, j->died && !j->before[0]);
	return !output_write_text(path, &s);
}

static void write_moment(FILE *out, const char *key, u64 ns, u64 begin_ns)
{
	if (ns)
		fprintf(out, ", \"%s\": %.6f", key,
			ns > begin_ns ? 1e-9 * (double)(ns - begin_ns) : 0.0);
	else
		fprintf(out, ", \"%s\": null", key);
}

static void write_trial(FILE *out, const struct trial *trial, const struct trial_result *result,
			const char *scenario)
{
	const struct bug *bug = trial->bug;
	const char *identity = result->detected ? trial_identity(&result->judged) : NULL;

	fputs("{\"bug\": ", out);
	report_write_json_string(out, bug->id);
	write_key(out, "slug", bug->slug);
	write_key(out, "variant", bug->variant);
	write_key(out, "twin", bug->twin);
	write_key(out, "method", methods[trial->method].word);
	fprintf(out, ", \"seed\": %llu, \"cap\": %g, \"detected\": %s",
		(unsigned long long)trial->seed, trial->cap, result->detected ? "true" : "false");
	fprintf(out, ", \"cpu_seconds\": %.6f, \"wall_seconds\": %.6f, \"runs\": %llu", result->cpu,
		result->wall, (unsigned long long)result->runs);
	write_key(out, "identity", identity);
	write_key(out, "expect", bug->expect);
	write_key(out, "seen_by", record_seen_by(bug, identity));
	write_key(out, "premises", identity ? result->judged.premises : NULL);
	fprintf(out, ", \"reached\": %llu, \"triggered\": %llu",
		(unsigned long long)result->canary.reached,
		(unsigned long long)result->canary.triggered);
	write_moment(out, "reached_seconds", result->canary.reached_ns, result->begin_ns);
	write_moment(out, "triggered_seconds", result->canary.triggered_ns, result->begin_ns);
	write_key(out, "scenario", scenario);
	fputs("}\n", out);
}

void record_add(const struct trial *trial, const struct trial_result *result)
{
	char name[160], path[BUGS_PATH + 160];
	bool kept;

	*record_slot(trial->bug, trial->method, trial->seed) = (struct record){
		.bug = trial->bug,
		.method = trial->method,
		.seed = trial->seed,
		.runs = result->runs,
		.cap = trial->cap,
		.cpu = result->cpu,
		.detected = result->detected,
	};
	snprintf(name, sizeof(name), "%s-%s-%llu.sluice", trial->bug->variant,
		 methods[trial->method].word, (unsigned long long)trial->seed);
	snprintf(path, sizeof(path), "%s/%s", record_folder, name);
	kept = result->detected && !result->by_test;
	if (kept && !keep(trial, result, path))
		exit(TOOL_FAILED);
	write_trial(record_file, trial, result, kept ? name : NULL);
	if (fflush(record_file))
		tool_die(TOOL_FAILED, "trials.jsonl: %s", strerror(errno));
}
