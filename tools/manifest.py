#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Prints corpora/README.md: what each seed is for, from the head of its file.

usage: tools/manifest.py [--write]
--write: into corpora/README.md. tests/corpora_test.py asks that nothing differs.
"""

import glob
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "corpora/README.md"
HEAD = """# Corpora

| folder | what it holds |
|---|---|
| `seeds/` | scenarios with a purpose each, below: what fuzzers start from. They reach what [docs/coverage.md](../docs/coverage.md) says, and meet all of its marks |
| `regress/` | what was found once, by the system it was found in: never deleted |
| `bugs/` | for each planted bug a scenario that shows it ([bugs/README.md](../bugs/README.md)) |
| `grown/TARGET/` | what `scripts/corpus` keeps of long campaigns on the core: for each fuzz target the smallest set of inputs, in the byte form, that meets all that was met |
| `format/N/` | samples of version N of the scenario format, as text and as bytes in hexadecimal: later versions read them as this one did |

A seed's purpose is the comment at its head. This page is made from them: `tools/manifest.py --write`.

| seed | purpose |
|---|---|
"""


def purpose(path):
    """The comment between the first line and the first statement."""
    words = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number and not line.startswith("#"):
                break
            words += line.lstrip("#").split() if number else []
    return " ".join(words).replace("|", "\\|")


def order(path):
    number, _, name = os.path.basename(path).partition("-")
    return int(number), name


def page():
    os.chdir(ROOT)
    seeds = sorted(glob.glob("corpora/seeds/*.sluice"), key=order)
    return HEAD + "".join(f"| [{os.path.basename(path)[:-7]}](seeds/{os.path.basename(path)}) | {purpose(path)} |\n"
                          for path in seeds)


def main(arguments):
    if arguments not in ([], ["--write"]):
        print(__doc__.split("\n\n", 1)[1].strip(), file=sys.stderr if "--help" not in arguments else sys.stdout)
        return 0 if "--help" in arguments else 2
    if not arguments:
        sys.stdout.write(page())
        return 0
    text = page()
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
