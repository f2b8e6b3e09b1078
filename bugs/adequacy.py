#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Mutation adequacy: what share of core/'s mutants is killed, by what, and which survive.

usage: adequacy.py left DIR      the mutants that no trial in DIR kills, a variant's name a line
       adequacy.py report DIR    the share that each stage kills; the survivors

DIR is what `sluice bugs run` of the preset `mutants` wrote; scripts/mutants does all of it. Mutants of
bugs/equivalent are left out of both. Exit code of report 0: none survives; 1: some do, or a line of
bugs/equivalent does not hold; 2: bad usage or input.
"""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "report"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import mutants  # noqa: E402
import trials  # noqa: E402

EQUIVALENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "equivalent")
FAST = ("corpus", "test")
SHORT = 10  # seconds of a search that count as the second stage
STAGES = ("the fast tests", f"searches of {SHORT} s", "longer searches")


def read_equivalent(path):
    """{id: (line number, function, reason)} of lines `ID FUNCTION(): REASON`; one goes on in lines that
    begin with a blank."""
    out, last = {}, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line[0].isspace() and last:
                where, function, reason = out[last]
                out[last] = where, function, f"{reason} {line.strip()}"
                continue
            match = re.fullmatch(r"(M[0-9a-f]{5}) (\w+)\(\): (\S.*)", line.rstrip())
            if not match:
                raise trials.BadInput(f"{path}:{number}: expected `ID FUNCTION(): REASON`, "
                                      f"found `{line.strip()[:40]}`")
            last, function, reason = match.groups()
            if last in out:
                raise trials.BadInput(f"{path}:{number}: {last} stands in line {out[last][0]}, too")
            out[last] = number, function, reason
    return out


def stage_of(trial):
    if trial["method"] in FAST:
        return 0
    return 1 if trial["cap"] <= SHORT else 2


class Adequacy:
    """Of @every mutant, what @tried says and @equivalent leaves out."""

    def __init__(self, every, tried, equivalent):
        self.by_id = {mutant.id: mutant for mutant in every}
        self.killed = {}   # id: first stage that did
        self.reached = set()
        self.seen = set()  # ids that some trial is about
        for trial in tried:
            name = trial["bug"]
            if name not in self.by_id:
                continue
            self.seen.add(name)
            if trial["reached"]:
                self.reached.add(name)
            if trial["detected"]:
                self.killed[name] = min(stage_of(trial), self.killed.get(name, len(STAGES)))
        self.equivalent = {name for name in equivalent if name in self.by_id and name not in self.killed}
        self.wrong = [self.complaint(name, *equivalent[name][:2]) for name in equivalent
                      if name not in self.equivalent or not self.is_of(name, equivalent[name][1])]

    def is_of(self, name, function):
        return f"{function}()" in self.by_id[name].head["origin"]

    def complaint(self, name, line, function):
        if name not in self.by_id:
            return f"{line}: {name} is no mutant any more"
        if name in self.killed:
            return f"{line}: {name} is killed by {STAGES[self.killed[name]]}"
        return f"{line}: {name} is not of {function}()"

    def left(self):
        return [mutant for name, mutant in self.by_id.items()
                if name not in self.killed and name not in self.equivalent]

    def survivors(self):
        return [mutant for mutant in self.left() if mutant.id in self.seen]

    def lines(self):
        count = len(self.seen - self.equivalent)
        yield (f"{len(self.by_id)} mutants, {len(self.by_id) - len(self.seen)} of them not tried, "
               f"{len(self.equivalent)} equivalent")
        killed = 0
        for stage, name in enumerate(STAGES):
            here = sum(of == stage for of in self.killed.values())
            killed += here
            yield (f"{name:20} kill {here:5}, {100 * here / max(count, 1):5.1f} %; "
                   f"so far {killed:5}, {100 * killed / max(count, 1):5.1f} % of {count}")
        for mutant in self.survivors():
            run = "survives" if mutant.id in self.reached else "not reached"
            yield f"{run}: {describe(mutant)}"
        for complaint in self.wrong:
            yield f"bugs/equivalent:{complaint}"


def describe(mutant):
    return f"{mutant.variant} {mutant.head['origin'][len('mutation of '):]}: {mutant.head['breaks']}"


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("left", "report"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        tried = trials.load(arguments[1]).trials
        adequacy = Adequacy(mutants.all_mutants(), tried, read_equivalent(EQUIVALENT))
    except trials.BadInput as error:
        print(f"adequacy.py: {error}", file=sys.stderr)
        return 2
    if arguments[0] == "left":
        for mutant in adequacy.left():
            print(mutant.variant)
        return 0
    for line in adequacy.lines():
        print(line)
    return 1 if adequacy.left() or adequacy.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
