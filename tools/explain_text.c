/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "run/report.h"
#include "tools/explain.h"

/* A story on a terminal: a column for each lane, arrows as numbers at both of their ends. */

#define TEXT_GUTTER 8 /* mark, step, blanks */
#define TEXT_CELL_MIN 20

static const char *colour_of(const struct story_line *l)
{
	return l->breaks ? "\033[1;31m" : l->chosen ? "\033[36m" : "";
}

/* What stands in the cell: the text, arrows that begin or end here, the books, the queue. */
static void cell_text(const struct story *st, unsigned line, char *buf, size_t size)
{
	const struct story_line *l = &st->line[line];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < st->arrows && used < size; i++) {
		if (st->arrow[i].to == line)
			used += (size_t)snprintf(buf + used, size - used, "%s%u> ",
						 st->arrow[i].kind == ARROW_MISSING ? "x" : "",
						 i + 1);
	}
	if (used < size)
		used += (size_t)snprintf(buf + used, size - used, "%s", l->text);
	for (unsigned i = 0; i < st->arrows && used < size; i++) {
		if (st->arrow[i].from == line)
			used += (size_t)snprintf(buf + used, size - used, " >%u", i + 1);
	}
	if (l->ledger[0] && used < size)
		used += (size_t)snprintf(buf + used, size - used, " {%s}", l->ledger);
	if (l->ring[0] && used < size)
		snprintf(buf + used, size - used, " <%s>", l->ring);
}

static void print_cell(const struct story *st, FILE *out, unsigned line, unsigned indent,
		       unsigned width, bool colour)
{
	const struct story_line *l = &st->line[line];
	char text[1024], *at = text;
	bool first = true;

	cell_text(st, line, text, sizeof(text));
	while (*at || first) {
		size_t part = story_fit(at, first ? width : width - 2);

		if (first)
			fprintf(out, "%s%c%5u  %*s", colour ? colour_of(l) : "",
				l->breaks   ? '!'
				: l->chosen ? '*'
					    : ' ',
				l->step, (int)indent, "");
		else
			fprintf(out, "%*s", (int)(TEXT_GUTTER + indent + 2), "");
		fprintf(out, "%.*s\n", (int)part, at);
		first = false;
		at += part;
		while (*at == ' ')
			at++;
	}
	if (colour)
		fputs("\033[0m", out);
}

static void print_lines(const struct story *st, FILE *out, unsigned columns, bool colour)
{
	unsigned lanes = st->lanes ? st->lanes : 1;
	unsigned cell = (columns - TEXT_GUTTER) / lanes;
	bool list = cell < TEXT_CELL_MIN;

	fprintf(out, "%s  step  ", colour ? "\033[1m" : "");
	for (unsigned i = 0; i < st->lanes && !list; i++)
		fprintf(out, "%-*s", i + 1 < st->lanes ? (int)cell : 0, st->lane_name[i]);
	fprintf(out, "%s\n", colour ? "\033[0m" : "");
	for (unsigned i = 0; i < st->lines; i++) {
		int lane = st->line[i].lane;

		if (!list) {
			print_cell(st, out, i, lane < 0 ? 0 : (unsigned)lane * cell,
				   lane < 0 ? columns - TEXT_GUTTER : cell - 1, colour);
			continue;
		}
		fprintf(out, "        -- %s\n", story_lane(st, i));
		print_cell(st, out, i, 0, columns - TEXT_GUTTER, colour);
	}
	if (st->left_out)
		fprintf(out, "        %u more lines are left out\n", st->left_out);
}

void story_print(const struct story *st, FILE *out, unsigned columns, bool colour)
{
	const struct invariant_info *info = &invariant_table[st->id];
	char title[128];

	fprintf(out, "%s: %s\n", run_system_title(st->system, title, sizeof(title)), st->verdict);
	if (st->id != INV_NONE) {
		fprintf(out, "\nWhat must hold: %s", info->holds);
		fprintf(out, "%s%s%s\n", info->source ? " (" : "", info->source ? info->source : "",
			info->source ? ")" : "");
		for (unsigned i = 0; i < st->lines; i++) {
			if (st->line[i].breaks)
				fprintf(out, "It broke at step %u: %s%s%s\n", st->line[i].step,
					story_lane(st, i), story_lane(st, i)[0] ? ": " : "",
					st->line[i].text);
		}
	}
	for (unsigned i = 0; i < st->words; i++)
		fprintf(out, "%s%s\n", i ? "" : "\n", st->word[i]);
	putc('\n', out);
	print_lines(st, out, columns, colour);
	fprintf(out,
		"\n* the schedule went here instead of the fair way; ! here it broke; >1 an arrow "
		"begins, 1> it ends;\nx1> what failed to come, or came last; { } the books; < > "
		"the "
		"queue where it is new, rN being request N\n\n");
	report_print_indented(out, st->premises);
}
