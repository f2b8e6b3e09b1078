#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Findings as searches make them, minimised: how small do they get, how soon, and are they still the same?

usage: scripts/bench minimise [OPTION...]

The findings are all planted bugs, and whatever a search shows of the systems as they are; of each there
are some starting files, each of another seed, as the search wrote them. Every file goes through
`sluice min`, some of them through libFuzzer's -minimize_crash=1 and afl-tmin as well. Of each result: does
it still show what the file showed, in a fresh process; of a planted bug: is the twin still clean of it? And
every minimised file is run many times, in each build, each time in a process of its own.

DIR keeps starting files, results and what is known so far (results.jsonl, a line for each step), so the same
command goes on where it was stopped. After a change of the minimiser take another folder, with the old one's
`found` and `search` in it: those do not depend on it. report.json has all figures, and what is listed
behind the table: what was not found, what slid, what is larger than the bound.

What is asked of time is asked of CPU time; that by the clock is this machine's, with what else it does.
Exit code 0: the goals are met; 1: they are not; 2: bad usage or input; 3: a search failed, or it was stopped.
"""

import argparse
import fnmatch
import json
import os
import signal
import sys
import zlib

sys.dont_write_bytecode = True

import minimise_table  # noqa: E402
import minimise_tools  # noqa: E402
from minimise_tools import Failed  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STORED = os.path.join(ROOT, "corpora", "bugs")
BUILDS = {"plain": "bugs", "asan": "asan-bugs", "tsan": "tsan-bugs", "afl": "afl-bugs"}
SEEDS_APART = 1 << 32


class Bad(Exception):
    """What was asked for can't be done; says why."""


def words(text):
    return [] if text == "none" else text.split(",")


def build_of(text):
    kind, _, folder = text.partition("=")
    if kind not in BUILDS or not folder:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(BUILDS)} with =FOLDER, found `{text}`")
    return kind, folder


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/bench minimise", description=__doc__.split("\n\nusage")[0],
        epilog=__doc__.split("[OPTION...]\n\n")[1], formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--output", default="findings/minimise", metavar="DIR", help="where all is kept (findings/minimise)")
    add("--bugs", type=words, default=["*"], metavar="LIST",
        help="planted bugs: names with commas between, or the beginning of one and *; none (all)")
    add("--systems", type=words, default=["v2", "linux-6.1", "linux-6.12"], metavar="LIST",
        help="systems that are searched as they are; none (v2,linux-6.1,linux-6.12)")
    add("--files", type=int, default=5, metavar="N", help="starting files of each finding (5)")
    add("--method", default="pct", metavar="NAME",
        help="what finds planted bugs, as `sluice bugs run --methods` has it (pct)")
    add("--cap", type=float, default=20, metavar="SECONDS", help="CPU time for each of those searches (20)")
    add("--runs", type=int, default=20000, metavar="N", help="of each search of a system as it is (20000)")
    add("--tools", type=words, default=["min"], metavar="LIST",
        help=f"some of {', '.join(minimise_tools.TOOLS)} (min)")
    add("--other-files", type=int, default=1, metavar="N",
        help="starting files of each finding for the tools that are not ours (1)")
    add("--other-seconds", type=int, default=60, metavar="N", help="that these have for a file (60)")
    add("--replay", type=int, default=100, metavar="N", help="runs of each minimised file in each build; 0: none (100)")
    add("--replay-builds", type=words, default=["plain", "asan", "tsan"], metavar="LIST",
        help="some of plain, asan, tsan (all)")
    add("--jobs", type=int, default=2, metavar="N", help="processes at a time (2)")
    add("--build", type=build_of, action="append", default=[], metavar="KIND=FOLDER",
        help="where a build is: plain, asan, tsan or afl (build/bugs, build/asan-bugs, ...)")
    add("--needs", action="store_true", help="print the builds that the other options need, with what of each")
    options = parser.parse_args(arguments)
    for option, known in (("tools", minimise_tools.TOOLS), ("replay_builds", ("plain", "asan", "tsan"))):
        for word in getattr(options, option):
            if word not in known:
                parser.error(f"--{option.replace('_', '-')}: expected some of {', '.join(known)}, found `{word}`")
    for option in ("files", "runs", "other_files", "other_seconds", "jobs"):
        if getattr(options, option) < 1:
            parser.error(f"--{option.replace('_', '-')}: expected a number above 0")
    options.builds = {kind: os.path.join(ROOT, "build", name) for kind, name in BUILDS.items()}
    options.builds.update({kind: os.path.abspath(folder) for kind, folder in options.build})
    return options


def search_of(method, kind):
    """The method and the build that look for a bug of the build @kind: engines have builds of their own."""
    if not method.startswith("libfuzzer"):
        return method, kind
    return ("libfuzzer-tsan", "tsan") if kind == "tsan" else (method, "asan")


def like(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def stored_kinds(patterns):
    """The builds that the planted bugs of these names show in, by their stored scenarios."""
    names = [name for name in os.listdir(STORED) if like(name.removesuffix(".sluice"), patterns)]
    return {minimise_tools.needed(os.path.join(STORED, name)) or "plain" for name in names}


def needs(options):
    """{preset: targets}: what must be built ahead."""
    out = {"bugs": {"sluice"}}
    for kind in stored_kinds(options.bugs):
        build = search_of(options.method, kind)[1]
        engine = ("drain_fuzzer", "campaign") if options.method.startswith("libfuzzer") else ()
        out.setdefault(BUILDS[build], set()).update(("sluice", *engine))
    if options.replay:
        for kind in options.replay_builds:
            out.setdefault(BUILDS[kind], set()).add("sluice")
    for tool in options.tools:
        if tool != "min":
            out.setdefault("asan-bugs", set()).add("sluice")
            out.setdefault(BUILDS["afl" if tool == "afl-tmin" else "asan"], set()).add("drain_fuzzer")
    return out


# --- Starting files ---------------------------------------------------------------------------------------


class Case:
    """One starting file."""

    def __init__(self, name, system, twin, number, path):
        self.name, self.system, self.twin, self.number, self.path = name, system, twin, number, path
        self.kind = minimise_tools.needed(path) or "plain"

    @property
    def stem(self):
        return f"{self.name.replace(':', '-')}-{self.number}"


def stored_kind(row):
    """The build in which the planted bug of @row shows."""
    path = os.path.join(ROOT, row["scenario"])
    return (os.path.exists(path) and minimise_tools.needed(path)) or "plain"


def bug_rows(bench):
    rows = json.loads(bench.sluice("plain", "bugs", "list", "--json").out)
    rows = [row for row in rows if like(row["variant"], bench.options.bugs)]
    if not rows:
        raise Bad(f"--bugs: there is no bug like {', '.join(bench.options.bugs)}")
    return rows


def planted(bench):
    """[Case] of planted bugs, and the names of those of which there is none."""
    options, cases, rows = bench.options, [], bug_rows(bench) if bench.options.bugs else []
    for kind in ("plain", "asan", "tsan"):
        here = {row["variant"]: row for row in rows if stored_kind(row) == kind}
        method, build = search_of(options.method, kind)
        if not here or not bench.has(build):
            continue
        folder = os.path.join(options.output, f"found-{kind}")
        bench.say(f"starting files of {len(here)} planted bugs, in the build {build}")
        done = bench.sluice(build, "bugs", "run", "--methods", method, "--seeds", str(options.files),
                            "--cap", str(options.cap), "--jobs", str(options.jobs), "--output", folder, *here,
                            loud=True)
        if done.code > 1:
            raise Failed(f"bugs run: exit code {done.code}")
        cases += read_trials(folder, here, method, options.files)
    found = {case.name for case in cases}
    return cases, sorted(row["variant"] for row in rows if row["variant"] not in found)


def read_trials(folder, rows, method, files):
    """Those that are asked for: the folder may hold more."""
    last = {}
    with open(os.path.join(folder, "trials.jsonl"), encoding="utf-8") as file:
        for line in file:
            trial = json.loads(line)
            if trial.get("variant") in rows and trial["method"] == method and trial["seed"] <= files:
                last[trial["variant"], trial["seed"]] = trial
    # What the bug's head does not name may be the twin's own, too rare for the search to tell.
    return [Case(name, name, rows[name]["twin"], seed, os.path.join(folder, trial["scenario"]))
            for (name, seed), trial in sorted(last.items()) if trial["seen_by"] in ("expected", "allowed")]


def as_they_are(bench):
    """[Case] of what searches of whole systems show: a finding is a system and an identity."""
    options, cases = bench.options, []
    for system in options.systems:
        for number in range(1, options.files + 1):
            folder = os.path.join(options.output, "search", f"{system}-{number}-{options.runs}")
            if not os.path.isdir(folder):
                bench.say(f"starting files of {system}, seed {number}")
                os.makedirs(folder + ".part", exist_ok=True)
                done = bench.sluice("plain", "search", "--system", system, "--promises", "any", "--knobs", "disputed",
                                    "--seed", str(number * SEEDS_APART), "--runs", str(options.runs), "--jobs", "1",
                                    "--output", folder + ".part")
                if done.code > 1:
                    raise Failed(f"search of {system}: {done.err.strip()}")
                os.rename(folder + ".part", folder)
            for name in sorted(os.listdir(folder)):
                if name.endswith(".sluice"):
                    cases.append(Case(f"{system}:{name[:-len('.sluice')]}", system, None, number,
                                      os.path.join(folder, name)))
    return renumbered(cases)


def renumbered(cases):
    """A seed need not show each finding: the first file of one is its number 1."""
    count = {}
    for case in cases:
        count[case.name] = case.number = count.get(case.name, 0) + 1
    return cases


# --- The work -----------------------------------------------------------------------------------------------


def steps(options, cases):
    """[(tool, case, build)]. First files come first, and names are shuffled: an early stop has something of all."""
    order = sorted(cases, key=lambda case: (case.number, zlib.crc32(case.name.encode())))
    out = [("min", case, None) for case in order] if "min" in options.tools else []
    out += [("replay", case, kind) for case in order for kind in options.replay_builds
            if options.replay and "min" in options.tools and case.kind in ("plain", kind)]
    out += [(tool, case, None) for case in order for tool in options.tools
            if tool != "min" and case.number <= options.other_files and case.kind != "tsan"]
    return out


def key(tool, name, number, build):
    return f"{tool} {name} {number} {build or ''}".strip()


class Results:
    """results.jsonl: read once, then added to."""

    def __init__(self, path):
        self.rows = {}
        end = 0
        if os.path.exists(path):
            with open(path, "rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):
                        break  # cut off when it was stopped: done again
                    row = json.loads(line)
                    self.rows[key(row["tool"], row["finding"], row["number"], row.get("build"))] = row
                    end += len(line)
            os.truncate(path, end)
        self.file = open(path, "a", encoding="utf-8")

    def add(self, row):
        self.rows[key(row["tool"], row["finding"], row["number"], row.get("build"))] = row
        self.file.write(json.dumps(row) + "\n")
        self.file.flush()


def work(bench, cases, results):
    todo = steps(bench.options, cases)
    left = [step for step in todo if key(step[0], step[1].name, step[1].number, step[2]) not in results.rows]
    bench.begin(len(left), len(todo) - len(left))
    for tool, case, build in left:
        row = {"tool": tool, "finding": case.name, "number": case.number, "system": case.system}
        if build:
            row["build"] = build
        try:
            row.update(minimise_tools.RUN[tool](bench, case, build))
        except (Failed, OSError) as error:
            row["why"] = str(error)
        results.add(row)
        bench.progress(row)
    wanted = {key(tool, case.name, case.number, build) for tool, case, build in todo}
    return [row for name, row in results.rows.items() if name in wanted]


def finish(options, rows, missing, whole):
    report = minimise_table.report(rows, missing, vars(options))
    with open(os.path.join(options.output, "report.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    print("\n".join(minimise_table.lines(report)))
    if not whole:
        print("stopped; the same command goes on", file=sys.stderr)
        return 3
    return 0 if report["met"] else 1


def main(arguments):
    options = parse(arguments)
    if options.needs:
        for preset, targets in needs(options).items():
            print(preset, *sorted(targets))
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    rows, missing, results = [], [], None
    try:
        os.makedirs(options.output, exist_ok=True)
        bench = minimise_tools.Bench(options)
        cases, missing = planted(bench)
        cases += as_they_are(bench)
        if not cases:
            raise Bad("nothing to minimise (see --help)")
        results = Results(os.path.join(options.output, "results.jsonl"))
        rows = work(bench, cases, results)
    except KeyboardInterrupt:
        return finish(options, list(results.rows.values()) if results else [], missing, False)
    except (Bad, OSError) as error:
        print(f"minimise.py: {error}", file=sys.stderr)
        return 2
    except Failed as error:
        print(f"minimise.py: {error}; the same command goes on", file=sys.stderr)
        return 3
    return finish(options, rows, missing, True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
