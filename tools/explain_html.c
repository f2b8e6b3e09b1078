/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "run/report.h"
#include "tools/explain.h"

/*
 * A story as a page: one file without scripts, for wide and narrow screens, light and dark ones, and paper.
 * The chart is SVG in it; a table below has the same lines for whoever does not see it, or wants to copy.
 */

/* The chart, in its own units; letters of a fixed width. */
#define CHART_LANE 250
#define CHART_SIDE 60 /* left of the lanes: step numbers */
#define CHART_BOOKS 260
#define CHART_HEAD 28
#define CHART_ROW 13 /* height of a line of text */
#define CHART_PAD 5
#define CHART_GAP 7
#define CHART_LETTER 6.02 /* at 10 units */
#define CHART_INSET 12    /* of a box in its lane */
#define CHART_LETTERS ((unsigned)((CHART_LANE - 2 * CHART_INSET - 2 * CHART_PAD) / CHART_LETTER))
#define CHART_BOOK_LETTERS ((unsigned)((CHART_BOOKS - 10) / CHART_LETTER))

static const char style[] =
	":root{--ink:#1b1f24;--paper:#fff;--soft:#5c6670;--line:#c9d0d6;--box:#f3f5f7;--chosen:#"
	"0b6fa4;"
	"--bad:#b3191e;--badbox:#fdecec;--wake:#1a7f37;--work:#6f42c1}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#14171a;--soft:#9aa5b0;"
	"--line:#3a424a;--box:#20262c;--chosen:#58b4e6;--bad:#ff7b72;--badbox:#3b1d1f;--wake:#"
	"56d364;"
	"--work:#b392f0}}\n"
	"@media "
	"print{:root{--ink:#000;--paper:#fff;--soft:#444;--line:#999;--box:#fff;--chosen:#000;"
	"--bad:#000;--badbox:#eee;--wake:#000;--work:#000}.chart{overflow:visible}"
	".chart svg{min-width:0!important;max-width:100%;height:auto}}\n"
	"body{margin:0 auto;max-width:90rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;"
	"color:var(--ink);background:var(--paper)}\n"
	"h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.4rem 0 .4rem}\n"
	"p,ul{max-width:46rem;margin:.3rem 0}code,pre,td,svg{font-family:ui-monospace,monospace}\n"
	".soft{color:var(--soft)}.bad{color:var(--bad);font-weight:600}\n"
	".chart,.steps,pre{overflow-x:auto}pre{background:var(--box);padding:.6rem;font-size:13px}"
	"\n"
	"table{border-collapse:collapse;font-size:13px}td,th{text-align:left;vertical-align:top;"
	"padding:.1rem .7rem .1rem 0;border-top:1px solid var(--line)}tr{break-inside:avoid}\n"
	"tr.chosen td:first-child{color:var(--chosen)}tr.breaks "
	"td{color:var(--bad);font-weight:600}\n"
	"svg text{font-size:10px;fill:var(--ink)}svg .head{font-weight:700}svg "
	".soft{fill:var(--soft)}\n"
	"svg .lane{stroke:var(--line)}svg rect{fill:var(--box);stroke:var(--line)}\n"
	"svg .chosen{stroke:var(--chosen);stroke-width:2}svg .breaks{fill:var(--badbox);"
	"stroke:var(--bad);stroke-width:2}\n"
	"svg path{fill:none;stroke:var(--soft)}svg .wake{stroke:var(--wake);stroke-width:1.5}"
	"svg .work{stroke:var(--work)}svg .free,svg .missing{stroke:var(--bad);stroke-width:1.5}"
	"svg .missing{stroke-dasharray:5 4}svg "
	".tip{fill:var(--soft);fill:context-stroke;stroke:none}"
	"svg .label{fill:var(--bad)}\n";

static const char *const arrow_class[] = { "wake", "work", "request", "free", "missing" };

static void escape(FILE *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size && text[i]; i++) {
		switch (text[i]) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			putc(text[i], out);
		}
	}
}

static void put(FILE *out, const char *before, const char *text, const char *behind)
{
	fputs(before, out);
	escape(out, text, strlen(text));
	fputs(behind, out);
}

/* --- The chart --- */

static unsigned rows_of(const char *text, unsigned letters)
{
	unsigned rows = 0;

	while (*text) {
		text += story_fit(text, letters);
		text += strspn(text, " ");
		rows++;
	}
	return rows;
}

static void put_rows(FILE *out, const char *text, unsigned letters, double x, double y,
		     const char *class)
{
	while (*text) {
		size_t part = story_fit(text, letters);

		fprintf(out, "<text x=\"%.0f\" y=\"%.0f\"%s>", x, y, class);
		escape(out, text, part);
		fputs("</text>", out);
		text += part;
		text += strspn(text, " ");
		y += CHART_ROW;
	}
}

static double lane_left(int lane)
{
	return CHART_SIDE + (double)lane * CHART_LANE;
}

static unsigned line_rows(const struct story_line *l, unsigned lanes)
{
	unsigned letters =
		l->lane < 0 ? (unsigned)(lanes * CHART_LANE / CHART_LETTER) : CHART_LETTERS;
	unsigned rows = rows_of(l->text, letters);
	unsigned books =
		rows_of(l->ledger, CHART_BOOK_LETTERS) + rows_of(l->ring, CHART_BOOK_LETTERS);

	return rows > books ? rows : books;
}

static void put_line(const struct story *st, FILE *out, const struct story_line *l, double y,
		     double height)
{
	double x = lane_left(l->lane) + CHART_INSET, base = y + CHART_PAD + 9;
	double books = lane_left((int)st->lanes) + 8;
	const char *class = l->breaks ? " class=\"breaks\"" : l->chosen ? " class=\"chosen\"" : "";

	fprintf(out, "<text x=\"%d\" y=\"%.0f\" class=\"soft\" text-anchor=\"end\">%u</text>",
		CHART_SIDE - 10, base, l->step);
	if (l->lane < 0) {
		put_rows(out, l->text, (unsigned)(st->lanes * CHART_LANE / CHART_LETTER),
			 CHART_SIDE, base, " class=\"soft\"");
	} else {
		fprintf(out,
			"<rect x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%.0f\" rx=\"3\"%s/>", x,
			y, CHART_LANE - 2 * CHART_INSET, height, class);
		put_rows(out, l->text, CHART_LETTERS, x + CHART_PAD, base, "");
	}
	put_rows(out, l->ledger, CHART_BOOK_LETTERS, books, base, " class=\"soft\"");
	put_rows(out, l->ring, CHART_BOOK_LETTERS, books,
		 base + CHART_ROW * rows_of(l->ledger, CHART_BOOK_LETTERS), "");
	putc('\n', out);
}

/* From the side of one box to the side of the other, or around on the left where they are in one lane. */
static void put_arrow(const struct story *st, FILE *out, const struct story_arrow *a,
		      const double *top, const double *height)
{
	int from = st->line[a->from].lane, to = st->line[a->to].lane;
	double y1 = top[a->from] + height[a->from] / 2, y2 = top[a->to] + height[a->to] / 2;
	double x1, x2, bend;

	if (from < 0 || to < 0)
		return;
	x1 = lane_left(from) + (to > from ? CHART_LANE - CHART_INSET : CHART_INSET);
	x2 = lane_left(to) + (to < from ? CHART_LANE - CHART_INSET : CHART_INSET);
	bend = (x2 - x1) / 2;
	if (from == to)
		fprintf(out, "<path class=\"%s\" d=\"M%.0f %.0fH%.0fV%.0fH%.0f\"",
			arrow_class[a->kind], x1, y1, x1 - CHART_INSET + 3, y2, x2);
	else
		fprintf(out, "<path class=\"%s\" d=\"M%.0f %.0fC%.0f %.0f %.0f %.0f %.0f %.0f\"",
			arrow_class[a->kind], x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2);
	fputs(" marker-end=\"url(#tip)\"/>", out);
	putc('\n', out);
}

static void put_label(const struct story *st, FILE *out, const struct story_arrow *a,
		      const double *top, const double *height)
{
	int from = st->line[a->from].lane, to = st->line[a->to].lane;
	bool right = to > from;

	if (from < 0 || to < 0 || !a->text[0])
		return;
	fprintf(out, "<text class=\"label\" text-anchor=\"%s\" x=\"%.0f\" y=\"%.0f\">",
		right ? "start" : "end",
		lane_left(from) + (right ? CHART_LANE - CHART_INSET + 4 : CHART_INSET - 4),
		top[a->from] + height[a->from] / 2 - 4);
	put(out, "", a->text, "</text>\n");
}

static void put_chart(const struct story *st, FILE *out)
{
	static double top[STORY_LINES_MAX], height[STORY_LINES_MAX];
	double y = CHART_HEAD + CHART_GAP;
	int width = CHART_SIDE + (int)st->lanes * CHART_LANE + CHART_BOOKS;

	for (unsigned i = 0; i < st->lines; i++) {
		top[i] = y;
		height[i] = line_rows(&st->line[i], st->lanes) * CHART_ROW + 2 * CHART_PAD - 2;
		y += height[i] + CHART_GAP;
	}
	fprintf(out,
		"<div class=\"chart\"><svg role=\"img\" aria-label=\"Sequence chart; the table "
		"below has the "
		"same lines\" viewBox=\"0 0 %d %.0f\" width=\"%d\" style=\"min-width:%dpx\" "
		"xmlns=\"http://www.w3.org/2000/svg\">\n<defs><marker id=\"tip\" viewBox=\"0 0 8 "
		"8\" "
		"refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
		"<path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
		width, y, width, width * 3 / 4);
	for (unsigned i = 0; i < st->lanes; i++) {
		double middle = lane_left((int)i) + CHART_LANE / 2.0;

		fprintf(out,
			"<path class=\"lane\" d=\"M%.0f %dV%.0f\"/><text class=\"head\" x=\"%.0f\" "
			"y=\"18\" text-anchor=\"middle\">",
			middle, CHART_HEAD, y, middle);
		put(out, "", st->lane_name[i], "</text>\n");
	}
	fprintf(out, "<text class=\"head\" x=\"%.0f\" y=\"18\">books and queue</text>\n",
		lane_left((int)st->lanes) + 8);
	/* Boxes over arrows: what is written stays readable. */
	for (unsigned i = 0; i < st->arrows; i++)
		put_arrow(st, out, &st->arrow[i], top, height);
	for (unsigned i = 0; i < st->lines; i++)
		put_line(st, out, &st->line[i], top[i], height[i]);
	for (unsigned i = 0; i < st->arrows; i++)
		put_label(st, out, &st->arrow[i], top, height);
	fputs("</svg></div>\n", out);
}

/* --- The words --- */

static void put_reasons(const struct story *st, FILE *out)
{
	const struct invariant_info *info = &invariant_table[st->id];

	if (st->id == INV_NONE)
		return;
	put(out, "<h2>What must hold</h2>\n<p>", info->holds, "");
	if (info->source)
		put(out, " <span class=\"soft\">", info->source, "</span>");
	fputs("</p>\n<h2>What broke it</h2>\n", out);
	for (unsigned i = 0; i < st->lines; i++) {
		if (!st->line[i].breaks)
			continue;
		fprintf(out, "<p class=\"bad\">Step %u: ", st->line[i].step);
		put(out, "", story_lane(st, i), story_lane(st, i)[0] ? ": " : "");
		put(out, "", st->line[i].text, "</p>\n");
	}
	if (st->words)
		fputs("<ul>\n", out);
	for (unsigned i = 0; i < st->words; i++)
		put(out, "<li>", st->word[i], "</li>\n");
	if (st->words)
		fputs("</ul>\n", out);
}

static void put_steps(const struct story *st, FILE *out)
{
	fputs("<h2>Steps</h2>\n<div "
	      "class=\"steps\"><table>\n<tr><th>step</th><th>who</th><th>what</th>"
	      "<th>books</th><th>queue</th></tr>\n",
	      out);
	for (unsigned i = 0; i < st->lines; i++) {
		const struct story_line *l = &st->line[i];

		fprintf(out, "<tr%s><td>%s%u</td>",
			l->breaks   ? " class=\"breaks\""
			: l->chosen ? " class=\"chosen\""
				    : "",
			l->breaks   ? "! "
			: l->chosen ? "* "
				    : "",
			l->step);
		put(out, "<td>", l->lane < 0 ? "" : st->lane_name[l->lane], "</td>");
		put(out, "<td>", l->text, "</td>");
		put(out, "<td>", l->ledger, "</td>");
		put(out, "<td>", l->ring, "</td></tr>\n");
	}
	fputs("</table></div>\n", out);
	if (st->left_out)
		fprintf(out, "<p class=\"soft\">%u more lines are left out.</p>\n", st->left_out);
}

void story_write_html(const struct story *st, FILE *out)
{
	static char text[SCENARIO_TEXT_MAX];
	char title[128];

	run_system_title(st->system, title, sizeof(title));
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n",
	      out);
	put(out, "<title>", title, ": ");
	put(out, "", st->id == INV_NONE ? "clean" : invariant_table[st->id].id, "</title>\n");
	fprintf(out, "<style>\n%s</style></head><body>\n", style);
	put(out, "<p class=\"soft\">", title, "</p>\n");
	put(out, "<h1>", st->verdict, "</h1>\n");
	put_reasons(st, out);
	fputs("<h2>Chart</h2>\n<p class=\"soft\">Time runs down. A thick frame: the schedule went "
	      "here "
	      "instead of the fair way, or here it broke. Dashed: what did not come, or came last. "
	      "rN is request N.</p>\n",
	      out);
	put_chart(st, out);
	put_steps(st, out);
	scenario_print(st->scenario, text, sizeof(text));
	put(out, "<h2>Scenario</h2>\n<pre>", text, "</pre>\n");
	put(out, "<h2>Premises</h2>\n<pre style=\"white-space:pre-wrap\">", st->premises,
	    "</pre>\n");
	fputs("</body></html>\n", out);
}
