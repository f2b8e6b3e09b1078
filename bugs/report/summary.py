# SPDX-License-Identifier: GPL-2.0-only
"""What a table of trials comes to: for each method, for each bug, and for the default setting."""

import math

import survival

STAGES = ("reached", "triggered", "detected")
WITHIN = (1, 10, 60)

# Of a bug, the worst first, which is also the order they are listed in.
NEVER, UNREACHED, UNEXPECTED, MISSED, FOUND = (
    "never found", "not reached", "unexpected", "missed", "found")
STATES = (NEVER, UNREACHED, UNEXPECTED, MISSED, FOUND)

BEST = "best of the default setting"

# These are there to be beaten: each is the default less one part of the harness, or less all.
BASELINES = ("libfuzzer-unscheduled", "libfuzzer-plain", "walk", "stress")
# Nor is it a search to replay what was found before.
REPLAYS = ("stored", "corpus", "test")
SEARCH, BASELINE, REPLAY = "search", "baseline", "replay"


def kind(method):
    return BASELINE if method in BASELINES else REPLAY if method in REPLAYS else SEARCH


def finite(value):
    return None if value is None or value == survival.NEVER else value


def spent(trial):
    """How long the trial's bug is known to take, at the least if it was not detected.

    A search that ends before its cap has nothing left to try: the rest would have changed nothing.
    """
    return trial["cpu_seconds"] if trial["detected"] else max(trial["cpu_seconds"], trial["cap"])


def sample(trials):
    return [(spent(trial), trial["detected"]) for trial in trials]


def cut(trials, cap):
    """The sample that @trials would have given with @cap: a longer search is no better search."""
    return [(time, detected) if time <= cap else (cap, False) for time, detected in sample(trials)]


def strata(one, other):
    """{variant: (a, b, cap)} of the bugs that both have, cut at the smaller cap."""
    out = {}
    for variant in sorted(set(one) & set(other)):
        pair = one[variant], other[variant]
        caps = {trial["cap"] for group in pair for trial in group}
        # A search may run over its cap by its last run; that is no reason to lose a detection.
        cap = min(caps) if len(caps) > 1 else math.inf
        out[variant] = (cut(pair[0], cap), cut(pair[1], cap), cap)
    return out


def found(times):
    return any(detected for _, detected in times)


def counts(trials):
    """How far trials came. What was detected without its canary counts as that: detected."""
    out = {"trials": len(trials)}
    for stage in STAGES:
        out[stage] = sum(1 for trial in trials if trial[stage])
    return out


def seen_by(trials):
    return {kind: sum(1 for trial in trials if trial["seen_by"] == kind)
            for kind in ("expected", "allowed", "unexpected")}


def by_variant(trials):
    out = {}
    for trial in trials:
        out.setdefault(trial["variant"], []).append(trial)
    return out


def method_row(name, trials):
    """The figures of one method over all of its bugs and seeds."""
    times = sample(trials)
    points = survival.curve(times, [trial["variant"] for trial in trials])
    bugs = by_variant(trials)
    seen = [variant for variant, group in bugs.items() if any(t["detected"] for t in group)]
    low, high = survival.median_range(points)
    shares = {}
    for seconds in WITHIN:
        share = survival.within(times, points, seconds)
        shares[str(seconds)] = None if share is None else {
            "share": share[0], "low": share[1], "high": share[2]}
    row = {"method": name, "kind": kind(name), "bugs": len(bugs), "bugs_detected": len(seen),
           "bugs_missed": sorted(set(bugs) - set(seen))}
    row.update(counts(trials))
    row.update({
        "seen_by": seen_by(trials),
        "share_detected": row["detected"] / row["trials"],
        "share_expected": row_share(seen_by(trials)["expected"], row["detected"]),
        "median": finite(survival.curve_median(points)),
        "median_low": finite(low), "median_high": finite(high),
        "p95": finite(survival.quantile(points, 0.95)),
        "slowest": max((t["cpu_seconds"] for t in trials if t["detected"]), default=None),
        "followed": max(time for time, _ in times), "within": shares,
        "curve": [list(point) for point in points],
    })
    return row


def row_share(part, whole):
    return part / whole if whole else None


def moments(trials, key, count):
    return finite(survival.median([(t[key], True) if t[count] and t[key] is not None
                                   else (spent(t), False) for t in trials]))


def cell(method, trials):
    """The figures of one bug with one method, over its seeds."""
    times = sample(trials)
    low, high, coverage = survival.order_range(times)
    identities = {}
    for trial in trials:
        if trial["detected"]:
            key = (trial["identity"], trial["seen_by"])
            identities[key] = identities.get(key, 0) + 1
    out = {"method": method}
    out.update(counts(trials))
    out.update({
        "median": finite(survival.median(times)), "low": finite(low), "high": finite(high),
        "coverage": coverage, "cap": max(trial["cap"] for trial in trials),
        "median_reached": moments(trials, "reached_seconds", "reached"),
        "median_triggered": moments(trials, "triggered_seconds", "triggered"),
        "seen": [{"identity": identity, "seen_by": kind, "trials": count}
                 for (identity, kind), count in sorted(identities.items())],
        # The canary and the judge disagree: what was seen may not be what was planted.
        "detected_untriggered": sum(1 for t in trials if t["detected"] and not t["triggered"]),
    })
    return out


def bug_state(cells):
    """Of the searches; of the baselines where nothing else was run, and then of replays."""
    if not any(item["detected"] for item in cells if kind(item["method"]) != REPLAY):
        return NEVER
    searches = [item for item in cells if kind(item["method"]) == SEARCH] or cells
    if any(not item["reached"] and not item["detected"] for item in searches):
        return UNREACHED
    if any(seen["seen_by"] == "unexpected" for item in cells for seen in item["seen"]):
        return UNEXPECTED
    if any(not item["detected"] for item in searches):
        return MISSED
    return FOUND


def bug_row(variant, trials, order):
    methods = {}
    for trial in trials:
        methods.setdefault(trial["method"], []).append(trial)
    cells = [cell(name, methods[name]) for name in sorted(methods, key=order.index)]
    first = trials[0]
    medians = [item["median"] for item in cells
               if item["median"] is not None and kind(item["method"]) != REPLAY]
    out = {key: first[key] for key in ("variant", "bug", "slug", "twin", "expect")}
    out.update({"state": bug_state(cells), "best": min(medians, default=None),
                "premises": first["premises"] or "", "cells": cells})
    return out


def best_of(trials, methods):
    """For each bug and seed, what those of @methods that were run come to side by side."""
    groups = {}
    for trial in trials:
        if trial["method"] in methods:
            groups.setdefault((trial["variant"], trial["seed"]), []).append(trial)
    return [side_by_side(groups[key]) for key in sorted(groups)]


def side_by_side(trials):
    """One worker each: the first detection ends it, and by then all have taken as much time.

    Where none detects, the one that gave up first: its time is what is known to be too short.
    """
    first = min(trials, key=lambda trial: (not trial["detected"], spent(trial)))
    workers = len(trials)
    return {**first, "cpu_seconds": workers * first["cpu_seconds"], "cap": workers * first["cap"]}


def against(best, trials):
    """How the method of @trials does against the default setting, on the bugs that both tried."""
    pairs = strata(by_variant(best), by_variant(trials))
    if not pairs:
        return None
    out = {"bugs": len(pairs)}
    out.update(survival.logrank([(a, b) for a, b, _ in pairs.values()]))
    out["sooner"] = survival.sooner([(a, b) for a, b, _ in pairs.values()])
    out["only_default"] = [v for v, (a, b, _) in pairs.items() if found(a) and not found(b)]
    out["only_here"] = [v for v, (a, b, _) in pairs.items() if found(b) and not found(a)]
    return out


def goals(row):
    """What the default setting is to reach: [(goal, found, met)], met None if it was not looked at."""
    within = row["within"]

    def share(seconds, least):
        if within[seconds] is None:
            return "not followed that long", None
        return percent(within[seconds]["share"]), within[seconds]["share"] >= least

    explained = row["seen_by"]["expected"] + row["seen_by"]["allowed"]
    expected = share_text(row["seen_by"]["expected"], row["detected"])
    median = row["median"]
    found = [
        ("all bugs detected", f"{row['bugs_detected']} of {row['bugs']}",
         row["bugs_detected"] == row["bugs"]),
        ("by the expected invariant, or with an explanation",
         f"{explained} of {row['detected']}, expected alone {expected}",
         explained == row["detected"]),
        ("median at most 1 s", seconds(median, row["followed"]),
         median is not None and median <= 1),
        ("95 % within 10 s", *share("10", 0.95)),
        ("all within 60 s", *share("60", 1 - 1e-12)),
    ]
    return [{"goal": goal, "found": text, "met": met} for goal, text, met in found]


def share_text(part, whole):
    return percent(part / whole) if whole else "none"


def percent(share):
    """Never rounded up to all, nor down to nothing."""
    if share is None:
        return "-"
    text = f"{100 * share:.1f}"
    if share < 1 and text == "100.0":
        text = "99.9"
    elif share > 0 and text == "0.0":
        text = "0.1"
    return f"{text} %"


def seconds(value, limit=None):
    """Three digits; more than @limit if there is no value."""
    if value is None:
        return "-" if limit is None else f"> {seconds(limit)}"
    if value < 0.0005:
        return "0 s" if value == 0 else "< 0.001 s"
    digits = 3 if value < 0.1 else 2 if value < 10 else 1 if value < 100 else 0
    text = f"{value:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " s"


def mixed(headers):
    """Two builds of one flavour, or two machines? The default setting is of two flavours."""
    builds = {header["build"] for header in headers}
    flavours = {build.partition(" ")[0] for build in builds}
    return len(builds) > len(flavours) or len({header["cpu"] for header in headers}) > 1


def summarise(loaded, default):
    """The report as JSON has it (report.py says what is what)."""
    trials = loaded.trials
    names = {trial["method"] for trial in trials}
    default = [name for name in default if name in names] or default
    best = best_of(trials, default)
    rows = []
    for name in names:
        of_name = [trial for trial in trials if trial["method"] == name]
        row = method_row(name, of_name)
        other = best and name not in default and row["kind"] != REPLAY
        row["against_default"] = against(best, of_name) if other else None
        rows.append(row)
    # The default first, the baselines behind what they are baselines of; then by power.
    kinds = (SEARCH, BASELINE, REPLAY)
    rows.sort(key=lambda row: (row["method"] not in default, kinds.index(row["kind"]),
                               -row["share_detected"], row["median"] is None, row["median"] or 0,
                               row["method"]))
    order = [row["method"] for row in rows]
    bugs = [bug_row(variant, group, order) for variant, group in by_variant(trials).items()]
    bugs.sort(key=lambda bug: (STATES.index(bug["state"]), bug["best"] is not None,
                               -(bug["best"] or 0), bug["variant"]))
    best_row = method_row(BEST, best) if best else None
    return {
        "headers": loaded.headers, "default": list(default), "methods": rows,
        "best_of_default": best_row, "goals": goals(best_row) if best_row else None,
        "totals": {
            "trials": len(trials), "superseded": loaded.superseded, "bugs": len(bugs),
            "detected": sum(1 for bug in bugs if bug["state"] != NEVER),
            "seeds": sorted({trial["seed"] for trial in trials}),
            "caps": sorted({trial["cap"] for trial in trials}),
            "cpu_seconds": sum(trial["cpu_seconds"] for trial in trials),
            "states": {state: sum(1 for bug in bugs if bug["state"] == state) for state in STATES},
        },
        "bugs": bugs, "trials": trials,
    }
