#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Small mutants of core/, each one more system under test: would the harness see any careless change?

usage: mutants.py make OUT [--only WORDS]   their sources and tables below OUT, as bugs/zoo.py does
       mutants.py list [--only WORDS]       what there is, a line each

WORDS, with commas between, are parts of names, operators, files or functions.

A mutant's name, core-M1f3a2, is a digest of the function, the operator and the text that it replaces:
it stays what it is when other lines change. Each calls bug_reached() where it was changed, so that a
survivor is known to have been run, or not.
"""

import fcntl
import hashlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import mutation  # noqa: E402
import zoo  # noqa: E402


class Mutant:
    """One change of one file, with the attributes that zoo.py's tables ask for."""

    folder, twin = "core", "core"

    def __init__(self, path, source, change, ordinal):
        self.path, self.change = path, change
        before = source[change.begin:change.end]
        self.line = source.count("\n", 0, change.begin) + 1
        key = "\0".join([path, change.function, change.operator, before, change.text, str(ordinal)])
        self.id = "M" + hashlib.sha256(key.encode()).hexdigest()[:5]
        self.slug = change.operator
        self.variant = f"core-{self.id}"
        self.symbol = f"sut_core_{self.id}"
        self.source = mutation.apply(source, change)
        self.head = {
            "origin": f"mutation of {path}:{self.line}, {change.function}()",
            "breaks": f"{change.operator}: {' '.join(before.split())} -> {' '.join(change.shown.split())}",
            "expect": "",
        }

    def touched(self):
        return [self.path]


def all_mutants(only=None):
    mutants, seen = [], set()
    room = os.path.join(zoo.ROOT, "core")
    for name in sorted(os.listdir(room)):
        if not name.endswith(".c"):
            continue
        path = "core/" + name
        source = zoo.read(os.path.join(zoo.ROOT, path)).decode()
        for change in mutation.changes(source):
            ordinal = 0
            mutant = Mutant(path, source, change, ordinal)
            while mutant.id in seen:
                ordinal += 1
                mutant = Mutant(path, source, change, ordinal)
            seen.add(mutant.id)
            words = f"{mutant.variant} {mutant.slug} {mutant.head['origin']}"
            if not only or any(word in words for word in only.split(",")):
                mutants.append(mutant)
    return mutants


def make(out, only):
    mutants = all_mutants(only)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for mutant in mutants:
            zoo.write_if_changed(os.path.join(out, mutant.variant, mutant.path), mutant.source.encode())
        zoo.write_if_changed(os.path.join(out, "zoo.cmake"), zoo.cmake_text(out, mutants).encode())
        zoo.write_if_changed(os.path.join(out, "zoo.c"), zoo.table_text(mutants).encode())


def main(arguments):
    command, rest = (arguments or [""])[0], arguments[1:]
    out = rest.pop(0) if command == "make" and rest else None
    if command not in ("make", "list") or (command == "make") != (out is not None) \
            or rest[:1] not in ([], ["--only"]) or len(rest) not in (0, 2):
        print(__doc__, file=sys.stderr)
        return 2
    only = rest[1] if rest else None
    if command == "make":
        make(out, only)
        return 0
    for mutant in all_mutants(only):
        print(f"{mutant.variant}  {mutant.head['origin'][len('mutation of '):]}  {mutant.head['breaks']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
