# SPDX-License-Identifier: GPL-2.0-only
"""Whether one harness finds the zoo's bugs later than another did (report.py compare)."""

import math

import summary
import survival
from summary import found, percent, seconds, strata
from tables import table
from trials import BadInput

LEVEL = 0.05
LISTED = 10
NOTES = """\
Hazard ratio above 1: B detects sooner; p by the log-rank test, bug by bug, and by Holm's correction
for all the searches; - is a baseline's, which is not judged. Ranks: Wilcoxon's test on the bugs'
medians. Bugs: what B lost and gained."""


def by_method(trials):
    """{method: {variant: [trial]}}"""
    out = {}
    for trial in trials:
        out.setdefault(trial["method"], {}).setdefault(trial["variant"], []).append(trial)
    return out


def followed(times):
    return max(time for time, _ in times)


def log_ratio(a, b):
    """By how much b is sooner, from medians; 0 where both have none, for nothing is known then.

    One that has none takes longer than anything that was seen on either side.
    """
    ends = [survival.median(a), survival.median(b)]
    if min(ends) == survival.NEVER:
        return 0.0
    longest = max(followed(a), followed(b))
    # A clock has its grain: what takes less is as good as it.
    ends = [max(min(end, longest), 1e-4) for end in ends]
    return math.log(ends[0] / ends[1])


def finite(value):
    return None if value == survival.NEVER else value


def compare_method(name, groups):
    pairs = [(a, b) for a, b, _ in groups.values()]
    out = {"method": name, "bugs": len(pairs),
           "trials": [sum(len(pair[side]) for pair in pairs) for side in (0, 1)],
           "detected": [sum(d for pair in pairs for _, d in pair[side]) for side in (0, 1)],
           "median": [finite(survival.median([one for pair in pairs for one in pair[side]]))
                      for side in (0, 1)],
           "followed": max(followed(side) for pair in pairs for side in pair),
           "cut": sum(1 for _, _, cap in groups.values() if cap != math.inf),
           "p_holm": None, "slower": False, "faster": False}
    out.update(survival.logrank(pairs))
    out["sooner"] = survival.sooner(pairs)
    out["signed_rank"] = survival.signed_rank([log_ratio(a, b) for a, b in pairs])
    out["gained"] = [v for v, (a, b, _) in groups.items() if found(b) and not found(a)]
    out["lost"] = [v for v, (a, b, _) in groups.items() if found(a) and not found(b)]
    return out


def changes(methods):
    """What became slower and what faster, the most first."""
    out = []
    for name, groups in methods.items():
        for variant, (a, b, _) in groups.items():
            out.append({"variant": variant, "method": name, "a": finite(survival.median(a)),
                        "b": finite(survival.median(b)), "limit_a": followed(a),
                        "limit_b": followed(b), "factor": math.exp(log_ratio(a, b))})
    slower = sorted((c for c in out if c["factor"] < 1),
                    key=lambda c: (c["factor"], c["variant"], c["method"]))
    faster = sorted((c for c in out if c["factor"] > 1),
                    key=lambda c: (-c["factor"], c["variant"], c["method"]))
    return slower[:LISTED], faster[:LISTED]


def overall(methods):
    """(gained, lost): bugs that some method found on one side, and none on the other."""
    sides = [set(), set()]
    for groups in methods.values():
        for variant, pair in groups.items():
            for side in (0, 1):
                if found(pair[side]):
                    sides[side].add(variant)
    return sorted(sides[1] - sides[0]), sorted(sides[0] - sides[1])


def only(one, other):
    """What @one tried and @other did not: [method variant]."""
    return sorted(f"{name} {variant}" for name, bugs in one.items()
                  for variant in bugs if variant not in other.get(name, {}))


def judged(methods):
    """The searches: that a baseline is slower is no loss. Where there is none, whatever there is."""
    return [name for name in methods if summary.kind(name) == summary.SEARCH] or list(methods)


def machines(loaded):
    return sorted({(header["build"], header["cpu"]) for header in loaded.headers})


def compare(a, b):
    one, other = by_method(a.trials), by_method(b.trials)
    methods = {name: strata(one[name], other[name]) for name in sorted(set(one) & set(other))}
    methods = {name: groups for name, groups in methods.items() if groups}
    if not methods:
        raise BadInput(f"{b.path}:1: expected a bug and method that {a.path} has too, found none")
    names = judged(methods)
    rows = [compare_method(name, methods[name])
            for name in sorted(methods, key=lambda name: (name not in names, name))]
    for row, value in zip(rows, survival.holm([row["p"] for row in rows if row["method"] in names])):
        row["p_holm"] = value
        row["slower"] = value < LEVEL and row["z"] < 0
        row["faster"] = value < LEVEL and row["z"] > 0
    methods = {name: methods[name] for name in names}
    slower, faster = changes(methods)
    gained, lost = overall(methods)
    result = {
        "schema": "sluice-bugs-compare/1", "a": a.path, "b": b.path, "methods": rows,
        "gained": gained, "lost": lost, "most_slower": slower, "most_faster": faster,
        "only_a": only(one, other), "only_b": only(other, one),
        "same_cpu": {cpu for _, cpu in machines(a)} == {cpu for _, cpu in machines(b)},
        "machines_a": machines(a), "machines_b": machines(b),
        "held": not lost and not any(row["slower"] for row in rows),
    }
    result["verdict"] = verdict(result)
    return result


def number(value):
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def cell(value):
    return "-" if value is None else number(value).removeprefix("= ")


def verdict(result):
    slower = [f"{row['method']} is slower (hazard ratio {row['hazard_ratio']:.2f}, p "
              f"{number(row['p_holm'])})" for row in result["methods"] if row["slower"]]
    faster = [f"{row['method']} is faster (hazard ratio {row['hazard_ratio']:.2f}, p "
              f"{number(row['p_holm'])})" for row in result["methods"] if row["faster"]]
    parts = list(slower)
    if result["lost"]:
        parts.append(f"{len(result['lost'])} lost by all methods ({', '.join(result['lost'])})")
    head = "Power is lost: " if parts else "No significant loss" + reservation(result["methods"])
    if result["gained"]:
        faster.append(f"{len(result['gained'])} gained ({', '.join(result['gained'])})")
    if parts:
        return head + "; ".join(parts) + (f". Against that {'; '.join(faster)}." if faster else ".")
    return head + (f", and {'; '.join(faster)}." if faster else ".")


def reservation(rows):
    """What the trials do not exclude: few of them show nothing, and prove nothing."""
    rows = [row for row in rows if row["p_holm"] is not None and row["hazard_ratio"] is not None]
    if not rows:
        return ""
    worst = min(rows, key=lambda row: row["hazard_low"])
    return (f"; not excluded is that {worst['method']} has lost up to "
            f"{percent(max(0.0, 1 - worst['hazard_low']))} of its rate")


def hazard(row):
    if row["hazard_ratio"] is None:
        return "-", "-"
    return f"{row['hazard_ratio']:.2f}", f"{row['hazard_low']:.2f} to {row['hazard_high']:.2f}"


def method_rows(result):
    rows = [("method", "bugs", "detected\nA", "detected\nB", "median\nA", "median\nB",
             "hazard\nratio", "range", "B\nsooner", "p", "p,\nHolm", "p,\nranks", "bugs")]
    for row in result["methods"]:
        rows.append((row["method"], str(row["bugs"]),
                     *(f"{d}/{t}" for d, t in zip(row["detected"], row["trials"])),
                     *(seconds(value, row["followed"]) for value in row["median"]), *hazard(row),
                     percent(row["sooner"]), cell(row["p"]), cell(row["p_holm"]),
                     cell(row["signed_rank"]["p"]), f"-{len(row['lost'])} +{len(row['gained'])}"))
    return rows


def change_lines(title, items):
    if not items:
        return []
    rows = [(item["variant"], item["method"], seconds(item["a"], item["limit_a"]), "->",
             seconds(item["b"], item["limit_b"])) for item in items]
    return ["", title, *("  " + line for line in table(rows, (0, 1)))]


def only_line(side, missing):
    """What was not compared, short."""
    methods = {}
    for item in missing:
        name, variant = item.split(" ", 1)
        methods.setdefault(name, []).append(variant)
    parts = [f"{name} {' '.join(bugs)}" if len(bugs) <= 3 else f"{name} {len(bugs)} bugs"
             for name, bugs in methods.items()]
    return f"only in {side.upper()}, not compared: {', '.join(parts)}"


def text(result):
    out = []
    for side in "ab":
        of = ", ".join(f"build {build} on {cpu}" for build, cpu in result[f"machines_{side}"])
        out.append(f"{side.upper()}  {result[side]}: {of}")
    if not result["same_cpu"]:
        out.append("not of one CPU: a difference may be its own")
    out += ["", *table(method_rows(result)), "", NOTES]
    about = []
    for row in result["methods"]:
        if row["cut"]:
            about.append(f"{row['method']}: {row['cut']} bugs had other caps; the smallest is taken")
        for key in ("lost", "gained"):
            if row[key]:
                about.append(f"{key} by {row['method']}: {', '.join(row[key])}")
    about += [only_line(side, result[f"only_{side}"]) for side in "ab" if result[f"only_{side}"]]
    out += ["", *about] if about else []
    out += change_lines("most slower, by medians", result["most_slower"])
    out += change_lines("most faster, by medians", result["most_faster"])
    out += ["", result["verdict"]]
    return "\n".join(out) + "\n"
