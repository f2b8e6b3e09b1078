/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/status.h"
#include "run/run.h"
#include "tools/campaign.h"

struct finding findings[FINDINGS_MAX];
unsigned finding_count;

static struct finding *finding_find(const char *identity)
{
	for (unsigned i = 0; i < finding_count; i++) {
		if (!strcmp(findings[i].identity, identity))
			return &findings[i];
	}
	return NULL;
}

/* OUTPUT/<identity><suffix>, with nothing in the name that a shell or a file system minds. */
static void finding_path(const char *identity, const char *suffix, char *path, size_t size)
{
	char name[DEATH_TOKEN_MAX];

	snprintf(name, sizeof(name), "%s", identity);
	for (char *c = name; *c; c++) {
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.",
			    *c))
			*c = '-';
	}
	snprintf(path, size, "%s/%s%s", options.output, name, suffix);
}

bool campaign_copy(const char *from, const char *to)
{
	char buf[SCENARIO_BYTES_MAX * 2];
	FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
	size_t size = in ? fread(buf, 1, sizeof(buf), in) : 0;
	bool ok = out && fwrite(buf, 1, size, out) == size;

	if (in)
		fclose(in);
	if (out)
		ok &= !fclose(out);
	return ok;
}

#define RACE_TRIES 16

static bool is_difference(const struct finding *f)
{
	const char *id = invariant_table[INV_DIFF].id;

	return options.against && !strncmp(f->identity, id, strlen(id));
}

/*
 * The text as the dying worker wrote it, with what makes it a file that stands by itself. @twin: it
 * expects the same of the twin.
 */
static bool write_text(const struct finding *f, const struct last_words *words, const char *path,
		       bool twin)
{
	static struct scenario s;
	struct scenario_error error;
	char base[SCENARIO_WORD_MAX], title[128];
	const struct sut *system;
	FILE *out;

	if (scenario_parse(&s, words->text, words->text_size, &error)) {
		fprintf(stderr, "campaign: the text of %s is broken: %u:%u: %s\n", f->identity,
			error.line, error.column, error.text);
		return false;
	}
	system = run_system(options.system)->ops;
	snprintf(s.comment, sizeof(s.comment), "%.500s\nFound by fuzzing %s.\nPremises: %.1200s",
		 f->line, run_system_title(system, title, sizeof(title)), words->premises);
	s.expects = 1;
	snprintf(base, sizeof(base), "%.*s", (int)strcspn(f->identity, ":~"), f->identity);
	run_expect(&s.expect[0], system, base);
	if (twin)
		run_expect(&s.expect[s.expects++], run_system(options.twin)->ops, base);
	/* What a difference is from is in its file. */
	if (is_difference(f))
		run_expect(&s.expect[s.expects++], run_system(options.against)->ops, "clean");
	out = fopen(path, "w");
	if (!out) {
		fprintf(stderr, "campaign: %s: %s\n", path, strerror(errno));
		return false;
	}
	scenario_write(&s, out);
	return !fclose(out);
}

/*
 * Does `sluice run` in a fresh process say of the file what the file says? @race: the one that counts, as
 * its --race; NULL: all.
 */
static bool run_file(const struct campaign_build *build, const char *path, const char *race)
{
	const char *args[] = { build->sluice,          "run", "--quiet", path,
			       race ? "--race" : NULL, race,  NULL };
	int status, null;
	pid_t pid = fork();

	if (pid < 0)
		campaign_die("cannot start a process: %s", strerror(errno));
	if (!pid) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execv(build->sluice, (char **)args);
		_exit(3);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Does the fuzz target die of the input at @path in a fresh process, and say @token? */
static bool input_dies(const struct campaign_build *build, const char *path, const char *token)
{
	char log[CAMPAIGN_PATH + 64], line[512], wanted[DEATH_TOKEN_MAX + 16];
	bool said = false;
	int status;
	pid_t pid;
	FILE *in;

	snprintf(log, sizeof(log), "%s/state/replay.log", options.output);
	snprintf(wanted, sizeof(wanted), "DEDUP_TOKEN: %s\n", token);
	pid = fork();
	if (pid < 0)
		campaign_die("cannot start a process: %s", strerror(errno));
	if (!pid) {
		int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execl(build->fuzzer, build->fuzzer, path, (char *)NULL);
		_exit(3);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	in = fopen(log, "r");
	while (in && fgets(line, sizeof(line), in))
		said |= !strcmp(line, wanted);
	if (in)
		fclose(in);
	return said && status;
}

/*
 * The worker has passed over races, and so must this. Of many accesses to one place TSan remembers the
 * last few, and which depends on what the process did before: another pair may stand for the same race.
 */
static enum replay replay(const struct finding *f, const struct campaign_build *build,
			  const char *path)
{
	if (run_file(build, path, f->race ? f->identity : "none"))
		return REPLAYS;
	return f->race && run_file(build, path, NULL) ? REPLAYS_ALIKE : REPLAYS_NOT;
}

/* Does the twin give the same, in a fresh process? */
static bool twin_shares(const struct finding *f, const struct last_words *words,
			const struct campaign_build *build)
{
	char path[CAMPAIGN_PATH + 16];
	bool shares;

	if (!options.twin || (is_difference(f) && !strcmp(options.twin, options.against)))
		return false;
	snprintf(path, sizeof(path), "%s.twin", f->path);
	shares = write_text(f, words, path, true) && replay(f, build, path);
	unlink(path);
	return shares;
}

unsigned finding_own(void)
{
	unsigned own = 0;

	for (unsigned i = 0; i < finding_count; i++)
		own += !findings[i].shared;
	return own;
}

/* What it is filed under. */
static void finding_key(const struct last_words *words, char *key, size_t size)
{
	snprintf(key, size, "%.*s%s", (int)(size - sizeof(STATUS_DISPUTED)), words->identity,
		 status_suffix(words->identity, words->premises));
}

/*
 * A race that its text does not give in a fresh process is not believed, and another input asked for: what
 * TSan remembers of a place depends on what the process did before. Not for ever: it ends a worker.
 */
static bool finding_is_sought(const struct finding *f)
{
	return f->race && f->replays == REPLAYS_NOT && f->deaths < RACE_TRIES;
}

void finding_add(const struct last_words *words, const struct campaign_build *build, double at)
{
	char bytes[CAMPAIGN_PATH], key[DEATH_TOKEN_MAX];
	struct finding *f;

	finding_key(words, key, sizeof(key));
	f = finding_find(key);
	if (f && !f->shared && !finding_is_sought(f) &&
	    status_broken(words->premises) >= f->broken) {
		f->deaths++;
		return;
	}
	if (!f && finding_count == FINDINGS_MAX)
		return;
	/* A case that needs fewer broken promises takes the place of the one that was kept. */
	if (!f) {
		f = &findings[finding_count++];
		f->at = at;
	}
	f->deaths++;
	f->broken = status_broken(words->premises);
	snprintf(f->identity, sizeof(f->identity), "%s", key);
	snprintf(f->line, sizeof(f->line), "%s", words->line);
	snprintf(f->premises, sizeof(f->premises), "%.*s", (int)sizeof(f->premises) - 1,
		 words->premises);
	/* A token has more than one part; the judge's identities have one. */
	f->race = status_is_race(f->identity);
	f->passed = f->race || !strchr(f->identity, ':');
	f->is_text = words->text_size;
	f->build = build;
	finding_path(f->identity, f->is_text ? ".sluice" : ".bytes", f->path, sizeof(f->path));
	finding_path(f->identity, ".bytes", bytes, sizeof(bytes));
	if (words->artifact[0] && !campaign_copy(words->artifact, bytes))
		fprintf(stderr, "campaign: %s: %s\n", bytes, strerror(errno));
	f->replays = REPLAYS_NOT;
	if (!f->is_text)
		f->replays = input_dies(build, bytes, f->identity) ? REPLAYS : REPLAYS_NOT;
	else if (write_text(f, words, f->path, false))
		f->replays = replay(f, build, f->path);
	f->shared = f->is_text && twin_shares(f, words, build);
}

const char *finding_mark(const struct finding *f)
{
	return strchr(f->identity, STATUS_DISPUTED[0]) ? " (with a disputed knob value)" : "";
}

/*
 * What a twin shares of the judge's is looked for further: another case may be the system's own. A race
 * says which two functions it is between, and is the same one.
 */
static bool finding_is_passed(const struct finding *f)
{
	return f->passed && (f->race || !f->shared) && !finding_is_sought(f);
}

void finding_known(char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "%s,", options.no_races ? STATUS_RACES "=0" : "");

	for (unsigned i = 0; i < finding_count; i++) {
		const struct finding *f = &findings[i];

		if (finding_is_passed(f))
			used += (size_t)snprintf(buf + used, size - used, "%s=%u,", f->identity,
						 f->broken);
		else
			used += (size_t)snprintf(buf + used, size - used, ",");
	}
}

uint64_t finding_met(const struct finding *f, const struct worker *workers, unsigned count)
{
	uint64_t met = f->deaths;

	for (unsigned i = 0; i < count; i++)
		met += workers[i].status->repeats[1 + (f - findings)];
	return met;
}

static size_t load(const char *path, char *buf, size_t max)
{
	FILE *in = fopen(path, "rb");
	size_t size = in ? fread(buf, 1, max, in) : 0;

	if (in)
		fclose(in);
	return size;
}

unsigned finding_leave_corpus(const char *artifact)
{
	char input[SCENARIO_BYTES_MAX + 1], other[SCENARIO_BYTES_MAX + 1];
	char folder[CAMPAIGN_PATH + 64], path[CAMPAIGN_PATH + 512];
	size_t size = load(artifact, input, sizeof(input));
	struct dirent *entry;
	unsigned gone = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/state/corpus", options.output);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.' && load(path, other, sizeof(other)) == size &&
		    !memcmp(input, other, size))
			gone += !unlink(path);
	}
	if (dir)
		closedir(dir);
	return gone;
}
