# SPDX-License-Identifier: GPL-2.0-only
"""The report as one HTML page that needs nothing else: no script, no font, no file beside it."""

import html
import itertools
import os

import plot
import summary
import tables
from summary import percent, seconds

CSS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.css")
STATE_CLASS = {summary.NEVER: "bad", summary.UNREACHED: "bad", summary.UNEXPECTED: "warn",
               summary.MISSED: "warn", summary.FOUND: "good"}
STATE_TEXT = {
    summary.NEVER: "no search and no baseline detects it",
    summary.UNREACHED: "a search never ran the planted line",
    summary.UNEXPECTED: "seen by an invariant that its patch does not name",
    summary.MISSED: "a search detects it with no seed",
    summary.FOUND: "each search detects it with some seed",
}
KIND_TEXT = {summary.SEARCH: "Searches",
             summary.BASELINE: "Baselines: what is left without a part of the harness",
             summary.REPLAY: "Replays of what was found before"}

BARS = "Bars, of all trials: pale were reached, middling triggered, dark detected."


def esc(text):
    return html.escape(str(text))


def number(text):
    return f'<td class="n">{esc(text)}</td>'


def heads(names, left=1):
    cells = [f'<th scope="col"{"" if i < left else " class=n"}>{esc(name)}</th>'
             for i, name in enumerate(names)]
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def scroll(name, body):
    """A table that is scrolled within itself, by keys as well."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{esc(name)}">{body}</div>'


def anchor(variant):
    return "bug-" + "".join(c if c.isalnum() else "-" for c in variant)


def link(bug):
    return f'<a class="id" href="#{anchor(bug["variant"])}">{esc(bug["variant"])}</a>'


# --- what matters most ---

def never(report):
    bugs = [bug for bug in report["bugs"] if bug["state"] == summary.NEVER]
    if not bugs:
        return '<p class="call good">Every bug is detected by some method.</p>'
    items = []
    for bug in bugs:
        items.append(f'<li>{link(bug)} {esc(bug["slug"])}: expected {esc(bug["expect"])}; '
                     f'{tables.how_far(bug)}</li>')
    word = "One bug is" if len(bugs) == 1 else f"{len(bugs)} bugs are"
    return f'<div class="call"><strong>{word} never found</strong><ul>{"".join(items)}</ul></div>'


def goals(report):
    name = ", ".join(report["default"])
    if not report["goals"]:
        return f"<p>The default setting ({esc(name)}) was not run: there are no goals to hold it to.</p>"
    marks = {True: ("good", "met"), False: ("bad", "short"), None: ("warn", "open")}
    rows = []
    for goal in report["goals"]:
        look, word = marks[goal["met"]]
        rows.append(f'<tr><td><span class="state {look}">{word}</span></td><th scope="row">'
                    f'{esc(goal["goal"])}</th><td>{esc(goal["found"])}</td></tr>')
    return ('<table class="goals"><caption>Goals, for the default setting of scripts/fuzz '
            f'({esc(name)})</caption>{heads(("", "goal", "found"), 3)}'
            f'<tbody>{"".join(rows)}</tbody></table>')


# --- methods ---

def figures(rows):
    legend = "".join(f"<li>{plot.swatch(i)}{esc(row['method'])}</li>" for i, row in enumerate(rows))
    out = ['<figure class="wide">', plot.overview(rows, "all", 960, 420), "</figure>",
           '<figure class="narrow">', plot.overview(rows, "all-narrow", 380, 320), "</figure>",
           f'<ul class="legend">{legend}</ul>', '<div class="small">']
    for index, row in enumerate(rows):
        out.append(f"<figure>{plot.single(rows, index, f'one-{index}')}<figcaption><strong>"
                   f"{esc(row['method'])}</strong>: median {seconds(row['median'], row['followed'])}, "
                   f"{percent(row['share_detected'])} in the end</figcaption></figure>")
    return "".join(out) + "</div>"


def track(row):
    """Reached, triggered, detected as bars one in the other; the numbers stand beside it."""
    ends = [row["detected"]]
    for stage in ("triggered", "reached"):
        ends.append(max(ends[-1], row[stage]))
    bars = ""
    for look, inner, outer in zip(("b3", "b2", "b1"), ends, [*ends[1:], row["trials"]]):
        width = 100 * inner / outer if outer else 0
        bars = f'<span class="{look}" style="width:{width:.0f}%">{bars}</span>'
    return f'<span class="track" aria-hidden="true">{bars}</span>'


METHOD_HEAD = ("method", "bugs found", "reached", "triggered", "detected", "as expected", "median",
               "95 %", "in 1 s", "in 10 s", "in 60 s", "rate", "bugs")


def method_row(row):
    out = [f'<tr><th scope="row">{esc(row["method"])}{track(row)}</th>',
           number(f"{row['bugs_detected']}/{row['bugs']}")]
    out += [number(percent(row[stage] / row["trials"])) for stage in summary.STAGES]
    out += [number(percent(row["share_expected"])), number(seconds(row["median"], row["followed"])),
            number(tables.span(row["median_low"], row["median_high"], row["followed"]))]
    for key in ("1", "10", "60"):
        within = row["within"][key]
        out.append(number(percent(within["share"]) if within else "-"))
    value, span = tables.rate(row)
    out.append(f'<td class="n">{value}<br><span class="soft">{span}</span></td>')
    other = row.get("against_default")
    if other:
        names = "; ".join(f"{word}: {', '.join(other[key])}" for key, word in
                          (("only_default", "not found"), ("only_here", "found alone")) if other[key])
        title = f' title="{esc(names)}"' if names else ""
        lost, gained = len(other["only_default"]), len(other["only_here"])
        out.append(f'<td class="n"{title}>-{lost} +{gained}</td>')
    else:
        out.append("<td></td>")
    return "".join(out) + "</tr>"


def methods(report):
    rows = list(report["methods"])
    if len(set(report["default"]) & {row["method"] for row in rows}) > 1:
        rows.insert(0, report["best_of_default"])
    bodies = []
    for kind, text in KIND_TEXT.items():
        body = "".join(method_row(row) for row in rows if row["kind"] == kind)
        if body:
            bodies.append(f'<tbody><tr><th scope="rowgroup" colspan="{len(METHOD_HEAD)}" class="kind">'
                          f'{esc(text)}</th></tr>{body}</tbody>')
    return scroll("Methods", f'<table class="methods">{heads(METHOD_HEAD)}{"".join(bodies)}</table>')


# --- bugs ---

def shade(cell):
    if not cell["detected"]:
        return "bad" if cell["reached"] == 0 and cell["triggered"] == 0 else "warn"
    if cell["median"] is None:
        return ""
    return "fast" if cell["median"] <= 1 else "slow" if cell["median"] <= 10 else ""


def matrix(report):
    names = [row["method"] for row in report["methods"]]
    body = []
    for state, bugs in itertools.groupby(report["bugs"], key=lambda bug: bug["state"]):
        bugs = list(bugs)
        body.append(f'<tr><th scope="rowgroup" colspan="{len(names) + 1}" class="kind">'
                    f'<span class="state {STATE_CLASS[state]}">{state}: {len(bugs)}</span> '
                    f'{STATE_TEXT[state]}</th></tr>')
        for bug in bugs:
            cells = {cell["method"]: cell for cell in bug["cells"]}
            row = [f'<td class="{shade(cells[name])}">{esc(tables.cell_text(cells[name]))}</td>'
                   if name in cells else "<td></td>" for name in names]
            body.append(f'<tr><th scope="row">{link(bug)} <span class="slug">{esc(bug["slug"])}</span>'
                        f'</th>{"".join(row)}</tr>')
    return scroll("Bugs by method", f'<table class="matrix">{heads(("bug", *names))}'
                  f'<tbody>{"".join(body)}</tbody></table>')


def seen(cell):
    out = []
    for item in cell["seen"]:
        look = {"unexpected": "bad", "allowed": "warn"}.get(item["seen_by"])
        name = f"{esc(item['identity'])} {item['trials']}"
        out.append(f'<span class="state {look}">{name} {item["seen_by"]}</span>' if look else name)
    if cell["detected_untriggered"]:
        out.append(f'<span class="state warn">untriggered {cell["detected_untriggered"]}</span>')
    return " ".join(out) or "-"


DETAIL_HEAD = ("bug", "method", "seen by, trials", "reached, triggered, detected", "", "reached after",
               "triggered after", "detected after", "range", "its coverage")


def detail(bug):
    premises = f'<br>premises: {esc(bug["premises"])}' if bug["premises"] else ""
    name = (f'<th scope="rowgroup" rowspan="{len(bug["cells"])}">'
            f'<span class="id">{esc(bug["variant"])}</span><span class="slug">{esc(bug["slug"])}<br>'
            f'expect {esc(bug["expect"])}<br>twin {esc(bug["twin"])}{premises}</span>'
            f'<span class="state {STATE_CLASS[bug["state"]]}">{bug["state"]}</span></th>')
    rows = []
    for cell in bug["cells"]:
        counts = " / ".join(str(cell[stage]) for stage in summary.STAGES) + f" of {cell['trials']}"
        medians = [number(seconds(cell[key], cell["cap"]))
                   for key in ("median_reached", "median_triggered", "median")]
        rows.append(f'<tr>{name}<td class="id">{esc(cell["method"])}</td><td>{seen(cell)}</td>'
                    f'<td>{track(cell)}</td>' + number(counts) + "".join(medians)
                    + number(tables.span(cell["low"], cell["high"], cell["cap"]))
                    + number(f"{100 * cell['coverage']:.0f} %") + "</tr>")
        name = ""
    return f'<tbody id="{anchor(bug["variant"])}">{"".join(rows)}</tbody>'


def details(report):
    bodies = "".join(detail(bug) for bug in report["bugs"])
    return scroll("Bugs in detail", f'<table class="bugs">{heads(DETAIL_HEAD, 4)}{bodies}</table>')


# --- the page ---

def runs(report):
    totals = report["totals"]
    rows = [("bugs", totals["bugs"]), ("trials", totals["trials"]),
            ("seeds", ", ".join(map(str, totals["seeds"]))),
            ("caps", ", ".join(f"{cap:g} s" for cap in totals["caps"])),
            ("CPU time", tables.duration(totals["cpu_seconds"]))]
    if totals["superseded"]:
        rows.append(("run again", f"{totals['superseded']} trials; the last run counts"))
    for header in report["headers"]:
        rows.append((header["date"], f"build {header['build']}, {header['cpu']}"))
    if summary.mixed(report["headers"]):
        rows.append(("mind", "not of one build and CPU: times do not compare between them"))
    return "<dl>" + "".join(f"<dt>{esc(k)}</dt><dd>{esc(v)}</dd>" for k, v in rows) + "</dl>"


def page(report):
    totals = report["totals"]
    with open(CSS, encoding="utf-8") as file:
        css = file.read()
    notes = "".join(f"<p>{esc(text)}</p>" for text in
                    (tables.CELLS, BARS, tables.SHARES, tables.RANGES, tables.RATES))
    title = f"The zoo: {totals['detected']} of {totals['bugs']} bugs found"
    parts = [
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{css}</style>\n</head>\n<body>\n<main>",
        f"<h1>{title}</h1>", never(report), goals(report),
        "<h2>Time to detect</h2>",
        "<p>The share of trials that have not detected their bug after so many seconds of CPU, lower "
        "is better; each trial is one bug and one seed. Dotted: the goals' 1, 10 and 60 seconds.</p>",
        figures([row for row in report["methods"] if row["kind"] != summary.REPLAY]
                or report["methods"]),
        "<h2>Methods</h2>", methods(report),
        "<h2>Bugs</h2>", matrix(report),
        "<h2>Bugs in detail</h2>", details(report),
        "<h2>How to read it</h2>", notes,
        "<h2>The runs</h2>", runs(report),
        "</main>\n</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"
