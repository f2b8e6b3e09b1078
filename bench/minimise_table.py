# SPDX-License-Identifier: GPL-2.0-only
"""What bench/minimise.py's results come to.

JSON of the report: schema; options; goals [{goal, found, met}], met (all of them); tools [ROW], each over all
files that the tool was given; same [ROW], each over the files that all tools were given; replays [{build,
files, runs, good, whole}], whole being the files of which every run was as it should be; not_found [bug];
slid [{tool, finding, number, identity, slid}]; large [{finding, number, operations, preemptions}]; failed
[{tool, finding, number, why}]; results, all of them.
ROW: tool, findings, files, slid, gone (the result does not fail at all), out_of_time; and before and now of
operations, preemptions and choices, cpu and clock in seconds, each {median, p90, most}.
"""

SCHEMA = "sluice-bench-minimise/1"
OPERATIONS, PREEMPTIONS, SECONDS = 6, 2, 5.0
SIZES = ("operations", "preemptions", "choices")


def quantile(values, part):
    """Between the two neighbours, by its distance from each."""
    values = sorted(values)
    at = part * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)


def spread(values):
    return {"median": quantile(values, 0.5), "p90": quantile(values, 0.9), "most": max(values)}


def row_of(tool, rows):
    out = {"tool": tool, "findings": len({row["finding"] for row in rows}), "files": len(rows)}
    for name in ("slid", "gone", "out_of_time"):
        out[name] = sum(bool(row.get(name)) for row in rows)
    for size in SIZES:
        for moment in ("before", "now"):
            out[f"{size}_{moment}"] = spread([row[moment][size] for row in rows])
    for time in ("cpu", "clock"):
        out[time] = spread([row[time] for row in rows])
    return out


def by_tool(rows):
    out = {}
    for row in rows:
        if row["tool"] != "replay" and "why" not in row:
            out.setdefault(row["tool"], []).append(row)
    return out


def same_files(tools):
    """The rows of those files that each tool was given."""
    names = [{(row["finding"], row["number"]) for row in rows} for rows in tools.values()]
    common = set.intersection(*names) if len(names) > 1 else set()
    return {tool: [row for row in rows if (row["finding"], row["number"]) in common]
            for tool, rows in tools.items()} if common else {}


def replays(rows):
    out = {}
    for row in rows:
        if row["tool"] == "replay" and "why" not in row:
            to = out.setdefault(row["build"], {"build": row["build"], "files": 0, "runs": 0, "good": 0, "whole": 0})
            to["files"] += 1
            to["runs"] += row["runs"]
            to["good"] += row["good"]
            to["whole"] += row["good"] == row["runs"]
    return [out[build] for build in sorted(out)]


def goals(mins, again):
    if not mins:
        return []
    row = row_of("min", mins)
    out = [(f"a median of at most {OPERATIONS} operations", row["operations_now"]["median"], OPERATIONS),
           (f"a median of at most {PREEMPTIONS} preemptions", row["preemptions_now"]["median"], PREEMPTIONS),
           (f"a median of at most {SECONDS:g} s of CPU", row["cpu"]["median"], SECONDS),
           ("no file has slid to another finding", row["slid"], 0)]
    out = [{"goal": goal, "found": found, "met": found <= bound} for goal, found, bound in out]
    for of in again:
        out.append({"goal": f"every file replays every time in the build {of['build']}",
                    "found": f"{of['whole']} of {of['files']}", "met": of["whole"] == of["files"]})
    return out


def report(rows, missing, options):
    tools, again = by_tool(rows), replays(rows)
    wanted = goals(tools.get("min", []), again)
    large = [row for row in tools.get("min", [])
             if row["now"]["operations"] > OPERATIONS or row["now"]["preemptions"] > PREEMPTIONS]
    large.sort(key=lambda row: (-row["now"]["operations"], -row["now"]["preemptions"], row["finding"]))
    # What a planted bug is not found by is the search's matter; what can't be minimised is ours.
    failed = [row for row in rows if "why" in row or (row["tool"] == "replay" and row["good"] < row["runs"])]
    return {"schema": SCHEMA, "options": {name: value for name, value in options.items() if name != "build"},
            "met": bool(wanted) and all(goal["met"] for goal in wanted) and
            not any(row["tool"] in ("min", "replay") for row in failed),
            "goals": wanted, "tools": [row_of(tool, of) for tool, of in tools.items()],
            "same": [row_of(tool, of) for tool, of in same_files(tools).items()], "replays": again,
            "not_found": missing,
            "slid": [{name: row[name] for name in ("tool", "finding", "number", "identity", "slid")}
                     for of in tools.values() for row in of if row["slid"]],
            "large": [{"finding": row["finding"], "number": row["number"], "operations": row["now"]["operations"],
                       "preemptions": row["now"]["preemptions"]} for row in large],
            "failed": [{"tool": row["tool"], "finding": row["finding"], "number": row["number"],
                        "why": row.get("why") or row.get("said") or
                        f"{row['good']} of {row['runs']} in {row['build']}, {row['traces']} traces"} for row in failed],
            "results": rows}


# --- Text -----------------------------------------------------------------------------------------------------


def figure(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


def change(row, size):
    now = row[f"{size}_now"]
    return f"{figure(row[f'{size}_before']['median'])} -> {figure(now['median'])} ({figure(now['most'])})"


def table(rows):
    cells = [("tool", "findings", "files", *SIZES, "CPU s", "clock s", "slid", "gone", "out of time")]
    for row in rows:
        cells.append((row["tool"], str(row["findings"]), str(row["files"]), *(change(row, size) for size in SIZES),
                      *(f"{figure(row[time]['median'])} ({figure(row[time]['most'])})" for time in ("cpu", "clock")),
                      str(row["slid"]), str(row["gone"]), str(row["out_of_time"])))
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in cells]


def lines(of):
    """The report for people. Medians; in brackets the most."""
    yield from table(of["tools"])
    if of["same"]:
        yield "on the same files:"
        yield from table(of["same"])
    for row in of["replays"]:
        yield f"replays in the build {row['build']}: {row['good']} of {row['runs']}, of {row['files']} files"
    for goal in of["goals"]:
        found = figure(goal["found"]) if isinstance(goal["found"], (int, float)) else goal["found"]
        yield f"{'met' if goal['met'] else 'NOT MET'}: {goal['goal']}: {found}"
    if of["not_found"]:
        yield f"no starting file: {' '.join(of['not_found'])}"
    for row in of["slid"]:
        yield f"slid, by {row['tool']}: {row['finding']} {row['number']}: {row['identity']} to {row['slid']}"
    for row in of["failed"]:
        yield f"failed, {row['tool']}: {row['finding']} {row['number']}: {row['why']}"
    for row in of["large"]:
        yield (f"large: {row['finding']} {row['number']}: {row['operations']} operations, {row['preemptions']} "
               "preemptions")
