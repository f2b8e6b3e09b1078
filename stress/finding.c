/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "stress/engine.h"
#include "stress/stress.h"

struct finding findings[STRESS_FINDINGS_MAX];
unsigned finding_count, finding_dropped;

void finding_path(const char *identity, const char *suffix, char path[STRESS_PATH])
{
	char name[DEATH_TOKEN_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)sizeof(name) - 1, identity);
	for (char *c = name; *c; c++) {
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.",
			    *c))
			*c = '-';
	}
	snprintf(path, STRESS_PATH, "%.800s/%s%s", options.output, name, suffix);
}

u64 finding_met(const struct finding *f)
{
	return 1 + stress_shared->identity[f - findings].met;
}

/* The round as a text that stands by itself, without a schedule: real threads have none to tell. */
static void write_scenario(const struct finding *f, struct scenario *s)
{
	const struct sut *system = run_system(options.system)->ops;
	char title[128];
	FILE *out;

	snprintf(s->comment, sizeof(s->comment),
		 "%.500s\nFound by %s on %s: seed %llu, round %llu, noise %s, %u tasks. On real "
		 "threads: this\ntext is what was played, and has no schedule.\n%.1000s",
		 f->line, options.program, run_system_title(system, title, sizeof(title)),
		 (unsigned long long)options.seed, (unsigned long long)f->round,
		 stress_noise_word(options.noise), options.threads, f->premises);
	s->expects = 1;
	run_expect(&s->expect[0], system, f->identity);
	s->expect[0].result[strcspn(s->expect[0].result, ":~")] = '\0';
	s->needs[0] = '\0';
	if (f->died)
		run_set_needs(s, true);
	out = fopen(f->scenario, "w");
	if (!out)
		stress_die(3, "%s: %s", f->scenario, strerror(errno));
	scenario_write(s, out);
	if (fclose(out))
		stress_die(3, "%s: %s", f->scenario, strerror(errno));
}

/* What the worker wrote, and behind it what the sanitizer did. */
static void write_report(const struct finding *f)
{
	static const char *const from[] = { "report", "worker.log" };
	char path[STRESS_PATH], buf[4096];
	FILE *out = fopen(f->report, "w");
	size_t size;

	if (!out)
		stress_die(3, "%s: %s", f->report, strerror(errno));
	for (unsigned i = 0; i < 2; i++) {
		FILE *in = fopen(worker_file(from[i], path), "r");

		while (in && (size = fread(buf, 1, sizeof(buf), in)))
			fwrite(buf, 1, size, out);
		if (in)
			fclose(in);
	}
	if (fclose(out))
		stress_die(3, "%s: %s", f->report, strerror(errno));
}

/* Its place among the findings; a new one if it is not known. NULL: there is no more room. */
static struct finding *find_place(const char *key)
{
	struct finding *f = findings;

	while (f < findings + finding_count && strcmp(f->identity, key))
		f++;
	if (f == findings + STRESS_FINDINGS_MAX)
		return NULL;
	return f;
}

const struct finding *finding_add(double at)
{
	struct stress_found *found = &stress_shared->what;
	char key[sizeof(findings[0].identity)];
	struct stress_known *known;
	struct finding *f;
	bool is_new;

	snprintf(key, sizeof(key), "%s%s", found->identity,
		 status_suffix(found->identity, found->premises));
	f = find_place(key);
	if (!f) {
		finding_dropped++;
		return NULL;
	}
	is_new = f == findings + finding_count;
	known = &stress_shared->identity[f - findings];
	if (is_new)
		f->at = at;
	else
		known->met++;
	f->round = found->round;
	f->died = found->died;
	f->behind = found->behind;
	f->broken = status_broken(found->premises);
	snprintf(f->identity, sizeof(f->identity), "%s", key);
	snprintf(f->line, sizeof(f->line), "%s", found->line);
	snprintf(f->premises, sizeof(f->premises), "%s", found->premises);
	finding_path(f->identity, ".txt", f->report);
	finding_path(f->identity, ".round.sluice", f->scenario);
	finding_path(f->identity, ".sluice", f->replay_path);
	write_scenario(f, &found->scenario);
	write_report(f);
	snprintf(known->identity, sizeof(known->identity), "%s", key);
	known->broken = f->broken;
	known->behind = f->behind;
	if (is_new)
		stress_shared->known = ++finding_count;
	return is_new ? f : NULL;
}
