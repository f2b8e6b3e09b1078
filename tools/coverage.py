#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the corpora reach: replays them, asks llvm-cov, holds the answer against docs/coverage.md.

Each system is replayed and read by itself, from its own object: systems share sources and names of
functions, and llvm-cov knows a function by its name alone.

A line that is not reached is known by its file, its function and its text, so that edits elsewhere leave
its reason in force; a kernel's by the first digits of the text's SHA-256. `#2` is the second of equal
lines in a function. Lines without a letter (a closing brace) count in the figures and need no reason.
"""

import argparse
import glob
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REASONS = "docs/coverage.md"
NO_CALLER = "No caller"  # a reason that begins so takes a kernel's line out of what is asked for
# What is asked for, in percent: of each system's files the lines, and the branches, or None.
KERNEL = "drivers/iommu"
ASKED = {
    "core": (("core/*.c", "all of core/", 98, 95),),
    "linux-6.12": (
        (KERNEL + "/intel/prq.c", "prq.c", 95, None),
        (KERNEL + "/io-pgfault.c", "io-pgfault.c", 95, None),
    ),
}
# Marks are looked for with the seeds alone, on the first system.
MARKED = ("core/*.c", "model/*.c")
RUN_AT_ONCE = 500


class ToolError(Exception):
    """The tool itself failed: exit code 3."""


def call(args, good=(0,), **options):
    """Standard output of a program that must end with one of the codes in `good`."""
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, **options)
    if done.returncode not in good:
        raise ToolError(f"{' '.join(args[:4])} ...: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


# --- Replay ---


def corpus(folders=("corpora/seeds", "corpora/regress", "corpora/grown")):
    """Texts, and files in the byte form; the target `language` plays none of its own."""
    texts, blobs = [], []
    for folder in folders:
        for path in sorted(glob.glob(f"{folder}/**/*", recursive=True)):
            if path.endswith(".sluice"):
                texts.append(path)
            elif os.path.isfile(path) and folder == "corpora/grown" and "/language/" not in path:
                blobs.append(path)
    return texts, blobs


def without_needs(path, folder):
    """A scenario that a sanitizer has to judge takes the same way without one. Access points are another
    build's: None."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    needs = re.search(r"^needs (.*)\n", text, re.M)
    if not needs:
        return path
    if "access" in needs[1]:
        return None
    copy = os.path.join(folder, path.replace("/", "-"))
    os.makedirs(folder, exist_ok=True)
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text.replace(needs[0], ""))
    return copy


def replay(build, system, profile, *folders):
    """Runs the corpora on `system`; a finding is no fault here, a refused file is."""
    texts, blobs = corpus(*folders)
    texts = [text for text in (without_needs(path, profile + "-texts") for path in texts) if text]
    environment = dict(os.environ, LLVM_PROFILE_FILE=profile + "-%m.profraw")
    for old in glob.glob(profile + "-*.profraw"):
        os.remove(old)
    for files, how in ((texts, []), (blobs, ["--bytes"])):
        for i in range(0, len(files), RUN_AT_ONCE):
            call([f"{build}/sluice", "run", "--quiet", "--system", system, *how,
                  *files[i:i + RUN_AT_ONCE]], good=(0, 1), env=environment)
    raw = glob.glob(profile + "-*.profraw")
    if not raw:
        raise ToolError(f"{system}: the replay left no profile; is this the flavour `coverage`?")
    call(["llvm-profdata-19", "merge", "-o", profile, *raw])


# --- What was reached ---


class File:
    """One source file: its counts, its functions by their first lines, its lines."""

    def __init__(self, path):
        self.path = path
        self.starts, self.lines, self.branches = {}, {}, []
        with open(path, encoding="utf-8") as file:
            self.text = [line.strip() for line in file]

    def function(self, line):
        first = max((start for start in self.starts if start <= line), default=0)
        return self.starts.get(first, "")

    def key(self, line, secret):
        """The name of a line within its function."""
        text = self.text[line - 1]
        function = self.function(line)
        nth = sum(self.text[other - 1] == text for other in range(1, line + 1)
                  if self.function(other) == function)
        if secret:
            text = hashlib.sha256(text.encode()).hexdigest()[:8]
        return text + (f" #{nth}" if nth > 1 else "")

    def missed(self):
        return [line for line, count in sorted(self.lines.items()) if not count]

    def missed_branches(self):
        return [line for line, taken in self.branches if not taken]


def read_lcov(text):
    """File by file what `llvm-cov export -format=lcov` says."""
    files, file = {}, None
    for record in text.splitlines():
        word, _, rest = record.partition(":")
        if word == "SF":
            file = files.setdefault(os.path.relpath(rest, ROOT), File(rest))
        elif word == "FN":
            line, name = rest.split(",", 1)
            file.starts[int(line)] = name.rpartition(":")[2]
        elif word == "DA":
            line, count = rest.split(",")[:2]
            file.lines[int(line)] = int(count)
        elif word == "BRDA":
            line, _, _, taken = rest.split(",")
            file.branches.append((int(line), taken not in ("-", "0")))
    return files


def tree_of(system):
    return f"build/linux/{system[6:]}/" if system.startswith("linux-") else ""


def version_of(system):
    if not tree_of(system):
        return ""
    with open(tree_of(system) + "VERSION", encoding="utf-8") as file:
        return file.read().strip()


def export(shape, profile, *patterns):
    paths = sorted(path for pattern in patterns for path in glob.glob(pattern))
    if not paths:
        raise ToolError(f"there is no {' '.join(patterns)}")
    return read_lcov(call(["llvm-cov-19", "export", shape, f"-instr-profile={profile}", "-format=lcov",
                           *paths]))


def measure(build, system, profile):
    """Files of `system` that something is asked of, by pattern."""
    shape = f"{build}/sut_{re.sub('[-.]', '_', system)}.o"
    return {pattern: export(shape, profile, tree_of(system) + pattern) for pattern, *_ in ASKED[system]}


def write_html(build, system, profile, output):
    shape = f"{build}/sut_{re.sub('[-.]', '_', system)}.o"
    paths = [path for pattern, *_ in ASKED[system] for path in glob.glob(tree_of(system) + pattern)]
    call(["llvm-cov-19", "show", shape, f"-instr-profile={profile}", "-format=html", "-show-branches=count",
          f"-output-dir={output}", *paths])


# --- Reasons and marks ---


def cells_of(line):
    """Of a row of a table; none if its second cell is no code."""
    cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
    return cells if len(cells) > 1 and cells[1].startswith("`") else []


def read_marks(path):
    """[(mark, file, function, key)] from the table below `## Marks`."""
    marks, here = [], False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            here = line.strip() == "## Marks" if line.startswith("## ") else here
            cells = cells_of(line) if here else []
            if not cells:
                continue
            if len(cells) != 5:
                raise ToolError(f"{path}:{number}: expected mark, file, function, line and meaning")
            marks.append((cells[0], *(cell.strip("`") for cell in cells[1:4])))
    return marks


def missed_marks(marks, files):
    """What is wrong with each of @marks that is not met."""
    problems = []
    for mark, path, function, key in marks:
        file = files.get(path)
        lines = [line for line in (file.lines if file else ())
                 if file.function(line) == function and file.key(line, False) == key]
        if not lines:
            problems.append(f"{REASONS}: mark {mark}: there is no such line: {path} {function} {key}")
        elif not any(file.lines[line] for line in lines):
            problems.append(f"{path}:{lines[0]}: no seed meets the mark {mark}: {key}")
    return problems


def read_reasons(path):
    """{system: (version, {(file, function, key): why})} from the tables of docs/coverage.md."""
    reasons, rows = {}, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("## "):
                system, _, version = line[3:].strip().partition(" ")
                rows = {}
                reasons[system] = (version, rows)
            cells = cells_of(line)
            if rows is None or system == "Marks" or not cells:
                continue
            if len(cells) != 4 or not cells[3]:
                raise ToolError(f"{path}:{number}: expected file, function, lines and why")
            for key in re.findall(r"`([^`]*)`", cells[2]):
                rows[(cells[0].strip("`"), cells[1].strip("`"), key)] = cells[3]
    return reasons


def row(name):
    return "| " + " | ".join(f"`{cell}`" for cell in name).replace("||", "\\|\\|") + " | why? |"


COUNTS = ("lines", "lines_missed", "lines_no_caller", "branches", "branches_missed")


def count(file, missed, kernel):
    """Of one file. A brace goes with the line before it, the first one of a function with the next."""
    nobody = {entry["line"] for entry in missed if (entry["why"] or "").startswith(NO_CALLER)} if kernel else set()
    letters = {entry["line"] for entry in missed}
    order = sorted(file.lines)
    for line, before in zip(order[1:], order):
        if file.lines[line] == 0 and line not in letters and before in nobody:
            nobody.add(line)
    nobody |= {line for line, after in zip(order, order[1:])
               if file.text[line - 1] == "{" and after in nobody}
    return dict(zip(COUNTS, (len(file.lines), len(file.missed()), len(nobody), len(file.branches),
                             len(file.missed_branches()))))


def percent(all_, missed):
    return round(100 * (all_ - missed) / all_, 2) if all_ else 100


# --- From an empty corpus ---

# Of what a corpus that fuzzing has grown out of nothing reaches, in percent of what the seeds do.
FROM_EMPTY = 90


def reached_by(build, target, files, profile):
    """Lines and branches that `target` reaches with these inputs."""
    environment = dict(os.environ, LLVM_PROFILE_FILE=profile + "-%m.profraw")
    for old in glob.glob(profile + "-*.profraw"):
        os.remove(old)
    program = f"{build}/{target}_fuzzer_replay"
    for i in range(0, len(files), RUN_AT_ONCE):
        call([program, *files[i:i + RUN_AT_ONCE]], env=environment)
    call(["llvm-profdata-19", "merge", "-o", profile, *glob.glob(profile + "-*.profraw")])
    language = target == "language"
    found = export(program if language else f"{build}/sut_core.o", profile,
                   "scenario/*.c" if language else "core/*.c").values()
    return (sum(len(file.lines) - len(file.missed()) for file in found),
            sum(len(file.branches) - len(file.missed_branches()) for file in found))


def from_empty(options):
    """Compares what a grown corpus and the seeds reach; an exit code."""
    target, grown, seeds = options.from_empty
    rows = []
    for name, folder in (("seeds", seeds), ("grown", grown)):
        files = sorted(path for path in glob.glob(f"{folder}/*") if os.path.isfile(path))
        if not files:
            raise ToolError(f"{folder}: no inputs")
        lines, branches = reached_by(options.build, target, files, f"{options.output}/{target}-{name}.profdata")
        rows.append({"corpus": name, "inputs": len(files), "lines": lines, "branches": branches})
    share = {what: round(100 * rows[1][what] / rows[0][what], 1) for what in ("lines", "branches")}
    held = min(share.values()) >= FROM_EMPTY
    if options.json:
        print(json.dumps({"target": target, "corpora": rows, "share": share, "asked": FROM_EMPTY, "held": held}))
        return 0 if held else 1
    for row in rows:
        print(f"{target}: {row['corpus']}: {row['inputs']} inputs, {row['lines']} lines, {row['branches']} branches")
    print(f"{target}: from an empty corpus {share['lines']} % of the lines, {share['branches']} % of the branches "
          f"that the seeds reach; asked for {FROM_EMPTY} %")
    return 0 if held else 1


class Report:
    """What there is to say of all systems."""

    def __init__(self):
        self.systems, self.problems, self.rows = [], [], []

    def share(self, all_, missed, asked, what):
        share = percent(all_, missed)
        if asked is not None and share < asked:
            self.problems.append(f"{what}: {share:.2f} %, asked for {asked} %")
        return share

    def add(self, system, found, reasons):
        version = version_of(system)
        told, rows = reasons.get(system, ("", {}))
        of_this = told == version
        entry = {"system": system, "version": version, "parts": [], "files": [], "missed": []}
        used = set()
        for pattern, title, asked_lines, asked_branches in ASKED[system]:
            part = dict.fromkeys(COUNTS, 0)
            for file in found[pattern].values():
                missed = self.explain(system, file, rows if of_this else None, used)
                counts = count(file, missed, bool(tree_of(system)))
                entry["files"].append({"file": os.path.relpath(file.path, ROOT), **counts,
                                       "branches_missed_at": file.missed_branches()})
                entry["missed"] += missed
                part = {name: part[name] + counts[name] for name in COUNTS}
            lines = part["lines"] - part["lines_no_caller"], part["lines_missed"] - part["lines_no_caller"]
            entry["parts"].append({
                "part": title,
                "lines_of_all": percent(part["lines"], part["lines_missed"]),
                "lines": self.share(*lines, asked_lines, f"{system}: lines of {title}"),
                "branches": self.share(part["branches"], part["branches_missed"], asked_branches,
                                       f"{system}: branches of {title}")})
        if of_this:
            for name in sorted(set(rows) - used):
                self.problems.append(f"{REASONS}: {system}: reached, or not there: {' '.join(name)}")
        elif rows:
            entry["note"] = f"reasons are of version {told}, this is {version}: not compared"
        self.systems.append(entry)

    def explain(self, system, file, rows, used):
        name = os.path.basename(file.path)
        missed = []
        for line in file.missed():
            if not re.search("[a-zA-Z]", file.text[line - 1]):
                continue
            key = (name, file.function(line), file.key(line, bool(tree_of(system))))
            why = (rows or {}).get(key)
            used.add(key)
            missed.append({"file": os.path.relpath(file.path, ROOT), "line": line,
                           "function": key[1], "text": file.text[line - 1], "why": why})
            if rows is not None and why is None:
                self.problems.append(f"{missed[-1]['file']}:{line}: not reached, and {REASONS} says "
                                     f"nothing: {file.text[line - 1]}")
                self.rows.append(row(key))
        return missed


def print_text(report):
    for entry in report.systems:
        print(f"{entry['system']} {entry['version']}".rstrip())
        for file in entry["files"]:
            print(f"  {file['file']:54} lines {file['lines']:4} missed {file['lines_missed']:3}"
                  f"   branches {file['branches']:4} missed {file['branches_missed']:3}")
        for part in entry["parts"]:
            print(f"  {part['part']:54} lines {part['lines']:6.2f} %   branches {part['branches']:6.2f} %")
            if part["lines"] != part["lines_of_all"]:
                print(f"  {'':54} lines {part['lines_of_all']:6.2f} %, with those that have no caller")
        if entry.get("note"):
            print(f"  {entry['note']}")
        print()
        for missed in entry["missed"]:
            print(f"  {missed['file']}:{missed['line']}: {missed['function']}: {missed['text']}")
            print(f"      {missed['why'] or 'no reason given'}")
        print()
    for problem in report.problems:
        print(problem)
    if report.rows:
        print(f"\nRows for {REASONS}:")
        print("\n".join(report.rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-html", action="store_true")
    parser.add_argument("--output", default="build/coverage/report")
    parser.add_argument("--from-empty", nargs=3, metavar=("TARGET", "GROWN", "SEEDS"))
    options = parser.parse_args()
    os.chdir(ROOT)
    os.makedirs(options.output, exist_ok=True)
    if options.from_empty:
        return from_empty(options)
    reasons = read_reasons(REASONS)
    report = Report()
    for system in ASKED:
        profile = f"{options.output}/{system}.profdata"
        replay(options.build, system, profile)
        report.add(system, measure(options.build, system, profile), reasons)
        if not options.no_html:
            write_html(options.build, system, profile, f"{options.output}/{system}")
    marks = read_marks(REASONS)
    profile = f"{options.output}/seeds.profdata"
    replay(options.build, "core", profile, ("corpora/seeds",))
    report.problems += missed_marks(marks, {**export(f"{options.build}/sut_core.o", profile, MARKED[0]),
                                            **export(f"{options.build}/sluice", profile, MARKED[1])})
    if options.json:
        json.dump({"systems": report.systems, "marks": len(marks), "problems": report.problems}, sys.stdout, indent=1)
        print()
    else:
        print_text(report)
        if not options.no_html:
            for system in ASKED:
                print(f"{options.output}/{system}/index.html")
    return 1 if report.problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ToolError as error:
        print(f"coverage: {error}", file=sys.stderr)
        sys.exit(3)
