#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes what can be computed into the pages of docs/findings: the verdicts of their scenarios, and a timeline.

usage: tools/finding.py [--check] --sluice PROGRAM PAGE...
       tools/finding.py --needs PAGE...

A page names its scenarios in `<!-- scripts/finding: NAME... -->`; of the first there is the timeline. What stands
from there to `<!-- scripts/finding: end -->` is made by `sluice compare` and `sluice explain`. PROGRAM makes the
rows of the scenarios that need its build, and leaves those of others as they are. --check writes nothing; what
was made with other versions of the kernels is not compared. --needs: the builds that all rows take.
Exit code 0: done, or as it should be; 1: something is out of date, or not made yet; 2: a page or a scenario is
not as it should be; 77: the program's kernels are not those of the page.
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = "corpora/regress/linux"
SYSTEMS = ("linux-6.12", "linux-6.1", "core")
BLOCK = re.compile(r"(<!-- scripts/finding: (?!end)([^>]*?)\s+-->\n)(.*?)(<!-- scripts/finding: end -->\n)", re.DOTALL)
WIDTH = "140"


class Page:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        found = BLOCK.search(self.text)
        if not found or not found.group(2).split():
            raise ValueError(f"{path}: expected `<!-- scripts/finding: NAME... -->` and its end")
        self.names = found.group(2).split()
        self.old = found.group(3)
        self.rows = {row.split("[", 1)[1].split("]")[0]: row for row in self.old.splitlines() if row.startswith("| [")}
        self.timeline = (re.findall(r"```text\n(.*?)```", self.old, re.DOTALL) or [""])[0]

    def block(self, versions):
        systems = ", ".join(f"{name} is {version}" for name, version in versions.items() if version)
        rows = "".join(self.rows[name] + "\n" for name in self.names if name in self.rows)
        return (f"## As it replays\n\nMade by `scripts/finding`; {systems}. `*`: not all of the schedule fits that system.\n\n"
                f"| scenario | {' | '.join(SYSTEMS)} | premises |\n|---|{'---|' * len(SYSTEMS)}---|\n{rows}\n"
                f"<details>\n<summary>sluice explain {FOLDER}/{self.names[0]}.sluice</summary>\n\n"
                f"```text\n{self.timeline}```\n\n</details>\n")

    def with_block(self, block):
        return BLOCK.sub(lambda found: found.group(1) + block + found.group(4), self.text, count=1)


def scenario(name):
    """The path, the build that it needs, and the system of which it expects a finding (None: of none)."""
    path = f"{FOLDER}/{name}.sluice"
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read()
    needs = re.search(r"^needs (.*)$", text, re.MULTILINE)
    expects = re.findall(r"^expect (\S+) (\S+)", text, re.MULTILINE)
    subject = [system for system, result in expects if result not in ("clean", "n/a")]
    return path, needs.group(1).strip() if needs else "plain", (subject or [None])[0]


def ask(program, *arguments):
    """What it says; its report of a sanitizer is not for the page."""
    result = subprocess.run([program, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False)
    if result.returncode > 1:
        raise ValueError(f"{' '.join(arguments)}: exit code {result.returncode}")
    return result.stdout


def premises(text, needs):
    broken = re.search(r"broken: (.*)", text)
    words = []
    if broken:
        words.append("all promises kept" if broken.group(1) == "none" else f"broken: {broken.group(1)}")
    words += [f"`{value}` ({kind})" for value, kind in re.findall(r"(\S+=\S+) \((disputed|broken)", text)]
    words += [f"assumes `{word}`" for word in re.findall(r"assumes: (\S+)", text)]
    words += [f"seen in the build `{needs}`"] if needs != "plain" else []
    return "; ".join(words)


def row(name, results, needs, subject):
    cells = []
    for system in SYSTEMS:
        cell = results[system]
        word = f"`{cell['verdict']}`" if cell["finding"] else cell["verdict"]
        cells.append(word + ("*" if cell["drifted"] else ""))
    return (f"| [{name}](../../{FOLDER}/{name}.sluice) | {' | '.join(cells)} "
            f"| {premises(results[subject]['premises'], needs) if subject else ''} |")


def timeline(program, path):
    lines = ask(program, "explain", "--columns", WIDTH, path).split("\n  premises:")[0].rstrip().splitlines()
    return "".join(line.rstrip() + "\n" for line in lines)


def compare(program, names):
    paths = [scenario(name)[0] for name in names]
    told = json.loads(ask(program, "compare", "--json", "--systems", ",".join(SYSTEMS), *paths))
    return dict(zip(names, (file["results"] for file in told["files"])))


def about(program):
    """The program's build, and its systems' versions; None if it lacks one."""
    systems = {system["name"]: system.get("version") for system in json.loads(ask(program, "list", "systems", "--json"))}
    if any(name not in systems for name in SYSTEMS):
        return None, None
    some = json.loads(ask(program, "compare", "--json", "--systems", "core", "corpora/seeds/01-one-drain.sluice"))
    return some["build"], {name: systems[name] for name in SYSTEMS}


def make(program, build, versions, page):
    """What the page should be, as far as this build can tell."""
    mine = [name for name in page.names if scenario(name)[1] == build]
    results = compare(program, mine) if mine else {}
    for name in mine:
        _, needs, subject = scenario(name)
        page.rows[name] = row(name, results[name], needs, subject)
    if page.names[0] in mine:
        page.timeline = timeline(program, scenario(page.names[0])[0])
    return page.with_block(page.block(versions))


def check(page, text):
    """0, or 1 with what differs printed."""
    missing = [name for name in page.names if f"| [{name}]" not in page.old]
    for name in missing:
        print(f"{page.path}: {name} has no row: scripts/finding makes it")
    difference = list(difflib.unified_diff(page.text.splitlines(), text.splitlines(), page.path, "as it is now", "", "", 0, ""))
    print("\n".join(difference), end="\n" if difference else "")
    return 1 if missing or difference else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--needs", action="store_true")
    parser.add_argument("--sluice")
    parser.add_argument("pages", nargs="+")
    given = parser.parse_args()
    if given.needs == bool(given.sluice):
        parser.error("expected --sluice or --needs")
    pages = [Page(path) for path in given.pages]
    if given.needs:
        print("\n".join(sorted({scenario(name)[1] for page in pages for name in page.names})))
        return 0
    program, code, compared = os.path.abspath(given.sluice), 0, 0
    build, versions = about(program)
    if not versions:
        print("this program has no kernels: see scripts/setup --linux")
        return 77
    for page in pages:
        stated = re.findall(r"(\S+) is (\S+?)[,.]? ", page.old.partition("\n\n")[2].partition("\n\n")[0])
        if given.check and any(versions.get(name) != version.rstrip(".") for name, version in stated):
            print(f"{page.path}: made with other kernels: {', '.join(' '.join(pair) for pair in stated)}")
            continue
        text = make(program, build, versions, page)
        compared += 1
        if given.check:
            code |= check(page, text)
        elif text != page.text:
            with open(page.path, "w", encoding="utf-8") as file:
                file.write(text)
    return code if compared else 77


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as problem:
        print(f"finding.py: {problem}", file=sys.stderr)
        sys.exit(2)
