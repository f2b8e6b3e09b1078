#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How soon the zoo's bugs are found, and whether a change of the harness loses power.

usage: report.py report [DIR|FILE] [--default METHOD,...] [--html FILE] [--json [FILE]]
       report.py compare A B [--json]

DIR is a folder that `sluice bugs run` wrote to (findings/bugs); FILE is its trials.jsonl, or what
`report --json` wrote; A and B are either. `report` prints text unless --html or --json is given. --default names the
methods that make up the default setting of `scripts/fuzz`, one worker each: libfuzzer and
libfuzzer-tsan, if nothing is said.

`compare` asks whether B finds the bugs later than A. For each method: a log-rank test stratified by
bug, the hazard ratio (above 1: B is sooner), the chance that B is sooner, and Wilcoxon's
signed-rank test on each bug's medians. Exit code 1: a search is significantly slower (p < 0.05 by
the log-rank test, Holm's correction for the number of searches), or a bug that A found by some
search B found by none. Baselines and replays are shown, and judged only where there is no search.
0: neither. 2: bad usage or input, said as `file:line: expected ..., found ...`.

JSON of `report`; times are seconds of CPU, null where there is none:
  schema            "sluice-bugs-report/1"
  headers           [{build, cpu, date}], one for each that was used
  default           [method]: the default setting, as far as it was run
  totals            trials, superseded (run again later), bugs, detected (by any search or
                    baseline), seeds, caps, cpu_seconds, states {state: bugs}
  methods           [ROW], the default first, then by share detected, baselines behind searches
  best_of_default   ROW over the default methods side by side: for each bug and seed the soonest, its
                    time counted once for each of them that was run; or null
  goals             [{goal, found, met}] of that row; met null: not followed that long; or null
  bugs              [BUG], never found first, then not reached, unexpected, missed, found
  trials            [trial] as in trials.jsonl, one a line, by variant, method, seed
ROW: method, kind (search, baseline, replay), bugs, bugs_detected, bugs_missed [variant]; trials,
  and how many of them reached, triggered and detected; seen_by {expected, allowed, unexpected};
  share_detected (of trials), share_expected (of detected ones); median, median_low, median_high,
  p95, slowest; followed (the longest that a trial was given); within {"1", "10", "60": {share, low,
  high}}, null beyond what was followed; curve [[time, share not yet detected, low, high, at risk,
  detected]]; against_default {bugs, z, p, exact, hazard_ratio, hazard_low, hazard_high, sooner,
  only_default [variant], only_here [variant]}, null for the default itself and for replays.
BUG: variant, bug, slug, twin, expect, premises, state, best (its soonest median), cells [{method,
  trials, reached, triggered, detected, median, low, high, coverage, cap, median_reached,
  median_triggered, seen [{identity, seen_by, trials}], detected_untriggered}].
"""

import argparse
import json
import os
import sys

sys.dont_write_bytecode = True

import compare  # noqa: E402
import page  # noqa: E402
import summary  # noqa: E402
import tables  # noqa: E402
import trials  # noqa: E402
# Where `sluice bugs run` writes to unless it is told otherwise.
WRITTEN = "findings/bugs"


def dump(report):
    """JSON with one trial a line, which a message can name."""
    body = dict(report)
    rows = body.pop("trials")
    text = json.dumps(body, indent=1, ensure_ascii=False)
    lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{text[:-2]},\n "trials": [\n  {lines}\n ]\n}}\n'


def write(path, content):
    if path == "-":
        sys.stdout.write(content)
        return
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
    except OSError as error:
        raise trials.BadInput(f"{path}:1: expected a file to write, found {error.strerror}") from None


def load(path):
    loaded = trials.load(path)
    for note in loaded.notes:
        print(note, file=sys.stderr)
    return loaded


def run_report(options):
    loaded = load(options.source)
    default = [name for name in options.default.split(",") if name]
    report = {"schema": trials.SCHEMA}
    report.update(summary.summarise(loaded, default))
    if options.json:
        write(options.json, dump(report))
    if options.html:
        write(options.html, page.page(report))
    if not options.json and not options.html:
        write("-", tables.text(report))
    return 0


def run_compare(options):
    result = compare.compare(load(options.a), load(options.b))
    if options.json:
        write("-", json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    else:
        write("-", compare.text(result))
    return 0 if result["held"] else 1


def arguments(words):
    parser = argparse.ArgumentParser(prog="report.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True, metavar="report | compare")
    one = commands.add_parser("report", prog="report.py report",
                              help="time to detect, per method and per bug")
    one.add_argument("source", metavar="DIR|FILE", nargs="?", default=WRITTEN,
                     help=f"what `sluice bugs run` wrote ({WRITTEN})")
    one.add_argument("--default", default="libfuzzer,libfuzzer-tsan", metavar="METHOD,...",
                     help="methods that make up the default setting of scripts/fuzz "
                          "(libfuzzer,libfuzzer-tsan)")
    one.add_argument("--html", metavar="FILE", help="a page with curves; - is standard output")
    one.add_argument("--json", nargs="?", const="-", metavar="FILE", help="all figures and trials")
    one.set_defaults(run=run_report)
    two = commands.add_parser("compare", prog="report.py compare",
                              help="whether B finds the bugs later than A")
    two.add_argument("a", metavar="A", help="DIR or FILE, before")
    two.add_argument("b", metavar="B", help="DIR or FILE, after")
    two.add_argument("--json", action="store_true", help="all figures")
    two.set_defaults(run=run_compare)
    return parser.parse_args(words)


def main(words):
    options = arguments(words)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except trials.BadInput as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
