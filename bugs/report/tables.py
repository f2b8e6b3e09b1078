# SPDX-License-Identifier: GPL-2.0-only
"""What report.py prints: the summary first, then one line for each bug."""

import itertools

import summary
from summary import percent, seconds

RANGES = """\
Times are seconds of CPU, ranges 95 %. Of a method: the Kaplan-Meier curve of all its trials, with
log-log Greenwood bands; a search that was given up counts as one that takes longer. Of a bug: its
seeds in order; where these are too few for 95 %, all of them (three seeds: 75 %)."""
SHARES = """\
Shares are of trials; expected: of what was detected, by the invariant that the patch names first."""
RATES = """\
Rate: how many times as often as the default setting a method detects, bug by bug (Peto's estimate
from the stratified log-rank test); below 1 it is slower. Bugs: what only the default finds, what it
does not."""
CELLS = """\
A time is the median over the seeds; 2/3: two of three seeds detect it. Else how far the best seed
came: triggered (the planted line ran where it makes a difference), reached (it ran), unreached."""

HEADINGS = {summary.SEARCH: "searches", summary.BASELINE: "baselines", summary.REPLAY: "replays"}


def table(rows, left=(0,)):
    """@rows as lines with columns; those of @left are set to the left.

    The first row may have cells of several lines.
    """
    heads = [cell.split("\n") for cell in rows[0]]
    height = max(map(len, heads))
    heads = [[""] * (height - len(cell)) + cell for cell in heads]
    rows = [tuple(cell[line] for cell in heads) for line in range(height)] + list(rows[1:])
    widths = [max(map(len, column)) for column in zip(*rows)]
    out = []
    for row in rows:
        cells = [text.ljust(width) if i in left else text.rjust(width)
                 for i, (text, width) in enumerate(zip(row, widths))]
        out.append("  ".join(cells).rstrip())
    return out


def sections(head, groups, left=(0,)):
    """One table whose rows stand under headings: @groups are (heading, rows)."""
    groups = [(heading, rows) for heading, rows in groups if rows]
    lines = table([head, *(row for _, rows in groups for row in rows)], left)
    height = len(lines) - sum(len(rows) for _, rows in groups)
    out, lines = lines[:height], lines[height:]
    for heading, rows in groups:
        out.append(heading)
        out += ["  " + line for line in lines[:len(rows)]]
        lines = lines[len(rows):]
    # The headings stand to the left of their rows.
    return ["  " + line if line else "" for line in out[:height]] + out[height:]


def duration(value):
    return (seconds(value) if value < 120 else f"{value / 60:.0f} min" if value < 7200
            else f"{value / 3600:.1f} h")


def span(low, high, limit):
    if low is None or low == high:
        return seconds(low, limit)
    return f"{seconds(low).removesuffix(' s')} to {seconds(high, limit)}"


def rate(row):
    """The rate against the default setting, with its range."""
    other = row.get("against_default")
    if not other or other["hazard_ratio"] is None:
        return "", ""
    return (f"{other['hazard_ratio']:.2f}",
            f"{other['hazard_low']:.2f} to {other['hazard_high']:.2f}")


def bare(share):
    return percent(share).replace(" %", "")


METHOD_HEAD = ("method", "bugs\nfound", "reached\n%", "triggered\n%", "detected\n%", "expected\n%",
               "median", "range", "1 s\n%", "10 s\n%", "60 s\n%", "rate", "range", "bugs")


def method_row(row):
    within = [bare(row["within"][key]["share"]) if row["within"][key] else "-"
              for key in ("1", "10", "60")]
    other = row.get("against_default")
    bugs = f"-{len(other['only_default'])} +{len(other['only_here'])}" if other else ""
    return (row["method"], f"{row['bugs_detected']}/{row['bugs']}",
            *(bare(row[stage] / row["trials"]) for stage in summary.STAGES),
            bare(row["share_expected"]), seconds(row["median"], row["followed"]),
            span(row["median_low"], row["median_high"], row["followed"]), *within, *rate(row), bugs)


def method_table(report):
    rows = list(report["methods"])
    if len(set(report["default"]) & {row["method"] for row in rows}) > 1:
        rows.insert(0, report["best_of_default"])
    groups = [(heading, [method_row(row) for row in rows if row["kind"] == kind])
              for kind, heading in HEADINGS.items()]
    head = METHOD_HEAD
    # Without the default there is nothing to hold the others against.
    if not any(row.get("against_default") for row in rows):
        head = head[:-3]
        groups = [(heading, [row[:-3] for row in group]) for heading, group in groups]
    return sections(head, groups)


def stage(cells):
    """How far the best of trials came that detected nothing."""
    return ("triggered" if any(cell["triggered"] for cell in cells)
            else "reached" if any(cell["reached"] for cell in cells) else "unreached")


def cell_text(cell):
    if not cell["detected"]:
        return stage([cell])
    median = seconds(cell["median"], cell["cap"])
    all_of = cell["detected"] == cell["trials"]
    return median if all_of else f"{median} {cell['detected']}/{cell['trials']}"


def seen_text(cells):
    """What saw the bug, over @cells, the most frequent first."""
    seen, untriggered = {}, 0
    for cell in cells:
        untriggered += cell["detected_untriggered"]
        for item in cell["seen"]:
            key = (item["identity"], item["seen_by"])
            seen[key] = seen.get(key, 0) + item["trials"]
    out = [f"{identity} {count}" + (f" ({by})" if by != "expected" else "")
           for (identity, by), count in sorted(seen.items(), key=lambda item: (-item[1], item[0]))]
    if untriggered:
        out.append(f"untriggered {untriggered}")
    return ", ".join(out)


def bug_table(report):
    methods = [row["method"] for row in report["methods"]]
    head = ("bug", "", *(name.replace("-", "-\n") for name in methods), "seen by, trials")
    groups = []
    for state, bugs in itertools.groupby(report["bugs"], key=lambda bug: bug["state"]):
        rows = []
        for bug in bugs:
            cells = {cell["method"]: cell for cell in bug["cells"]}
            rows.append((bug["variant"], bug["slug"],
                         *(cell_text(cells[name]) if name in cells else "" for name in methods),
                         seen_text(bug["cells"])))
        groups.append((f"{state}: {len(rows)}", rows))
    return sections(head, groups, (0, 1, len(methods) + 2))


def how_far(bug):
    """How far searches came with a bug that none found."""
    cells = [cell for cell in bug["cells"] if summary.kind(cell["method"]) != summary.REPLAY]
    if not cells:
        return "not searched for"
    far = stage(cells)
    if far == "unreached":
        return far
    trials = sum(cell["trials"] for cell in cells)
    return f"{far} in {sum(cell[far] for cell in cells)} of {trials} trials"


def head_lines(report):
    totals = report["totals"]
    caps = " and ".join(f"{cap:g}" for cap in totals["caps"])
    out = [f"{totals['detected']} of {totals['bugs']} bugs found; {totals['trials']} trials, "
           f"{len(totals['seeds'])} seeds, cap {caps} s, {duration(totals['cpu_seconds'])} of CPU"]
    for header in report["headers"]:
        out.append(f"{header['date']}  build {header['build']}, {header['cpu']}")
    if summary.mixed(report["headers"]):
        out.append("not of one build and CPU: times do not compare between them")
    if totals["superseded"]:
        out.append(f"{totals['superseded']} trials were run again; the last run counts")
    return out


def never_lines(report):
    never = [bug for bug in report["bugs"] if bug["state"] == summary.NEVER]
    out = ["", f"never found: {len(never) or 'none'}"]
    rows = [("", "", "", "")]
    for bug in never:
        rows.append((bug["variant"], bug["slug"], f"expected {bug['expect']}", how_far(bug)))
    return out + ["  " + line for line in table(rows, (0, 1, 2, 3))[1:]]


def goal_lines(report):
    out = ["", f"goals, by the default setting ({', '.join(report['default'])})"]
    marks = {True: "met", False: "SHORT", None: "open"}
    if not report["goals"]:
        return out + ["  it was not run; --default names another"]
    return out + ["  " + line for line in table([(marks[goal["met"]], goal["goal"], goal["found"])
                                                 for goal in report["goals"]], (0, 1, 2))]


def text(report):
    out = head_lines(report) + never_lines(report) + goal_lines(report)
    out += ["", *method_table(report), "", *bug_table(report), "", CELLS, SHARES, RANGES]
    if any(row["against_default"] for row in report["methods"]):
        out.append(RATES)
    return "\n".join(out) + "\n"
