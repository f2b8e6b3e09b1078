# SPDX-License-Identifier: GPL-2.0-only
"""Trials as `sluice bugs run` writes them, one JSON object a line, and as report.py repeats them.

A trial is one search against one bug with one seed. It ends when the bug is seen or its cap is spent;
in the latter case its time is censored: what is known is only that the bug takes longer.
"""

import json
import math
import os
import re

FORMAT = 1
SCHEMA = "sluice-bugs-report/1"
FILE = "trials.jsonl"
SEEN_BY = ("expected", "allowed", "unexpected", "none")


class BadInput(Exception):
    """The input is not what was expected; says where."""


def is_text(value):
    return isinstance(value, str)


def is_word(value):
    return isinstance(value, str) and value != ""


def is_flag(value):
    return isinstance(value, bool)


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_seconds(value):
    return (isinstance(value, (int, float)) and not isinstance(value, bool)
            and math.isfinite(value) and value >= 0)


def is_cap(value):
    return is_seconds(value) and value > 0


def is_moment(value):
    return value is None or is_seconds(value)


def is_optional(value):
    return value is None or isinstance(value, str)


HEADER = {
    "build": (is_text, "text"), "cpu": (is_text, "text"), "date": (is_text, "text"),
}

# What is not here is a later writer's, and left alone.
TRIAL = {
    "bug": (is_word, "a bug's id"), "slug": (is_text, "text"),
    "variant": (is_word, "a system's name"), "twin": (is_text, "text"),
    "method": (is_word, "a method's name"), "seed": (is_count, "a number from 0"),
    "cap": (is_cap, "seconds above 0"), "detected": (is_flag, "true or false"),
    "cpu_seconds": (is_seconds, "seconds from 0"), "wall_seconds": (is_seconds, "seconds from 0"),
    "runs": (is_count, "a number from 0"), "identity": (is_optional, "text or null"),
    "expect": (is_text, "text"),
    "seen_by": (lambda value: value in SEEN_BY, "expected, allowed, unexpected or none"),
    "premises": (is_optional, "text or null"),
    "reached": (is_count, "a number from 0"), "triggered": (is_count, "a number from 0"),
    "reached_seconds": (is_moment, "seconds from 0 or null"),
    "triggered_seconds": (is_moment, "seconds from 0 or null"),
    "scenario": (is_optional, "text or null"),
}


def shown(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def check(where, item, fields):
    """The fields of @item, or BadInput."""
    out = {}
    for name, (holds, wanted) in fields.items():
        if name not in item:
            raise BadInput(f"{where}: expected `{name}`, found {', '.join(item) or 'nothing'}")
        # An unhashable value can't be looked up; none of the tests takes a list or an object.
        if isinstance(item[name], (list, dict)) or not holds(item[name]):
            raise BadInput(f"{where}: expected {wanted} in `{name}`, found {shown(item[name])}")
        out[name] = item[name]
    return out


def check_trial(where, item):
    if not isinstance(item, dict):
        raise BadInput(f"{where}: expected a trial, found {shown(item)}")
    trial = check(where, item, TRIAL)
    if trial["detected"] == (trial["seen_by"] == "none"):
        raise BadInput(f"{where}: expected `seen_by` other than none just where `detected` is true, "
                       f"found {shown(trial['detected'])} and {shown(trial['seen_by'])}")
    if trial["detected"] and not trial["identity"]:
        raise BadInput(f"{where}: expected an `identity` where `detected` is true, found "
                       f"{shown(trial['identity'])}")
    return trial


def check_header(where, item):
    if not isinstance(item, dict):
        raise BadInput(f"{where}: expected a header, found {shown(item)}")
    if item.get("format", FORMAT) != FORMAT:
        raise BadInput(f"{where}: expected format {FORMAT}, found {shown(item['format'])}")
    return check(where, item, HEADER)


class Trials:
    """What a file holds. A trial that is run again, with a larger cap say, replaces the one before."""

    def __init__(self, path):
        self.path = path
        self.headers = []     # the distinct ones, as they came
        self.superseded = 0   # trials that a later line replaced
        self.notes = []       # what was left out, with its place
        self._trials = {}

    def add_header(self, header):
        if header not in self.headers:
            self.headers.append(header)

    def add(self, trial):
        key = (trial["variant"], trial["method"], trial["seed"])
        self.superseded += key in self._trials
        self._trials[key] = trial

    @property
    def trials(self):
        """In an order that does not depend on who ran first."""
        return [self._trials[key] for key in sorted(self._trials)]


def parse_lines(path, text):
    out = Trials(path)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines):
                # A run that is killed leaves a line without its end; it is run again.
                out.notes.append(f"{where}: cut off, left out")
                continue
            raise BadInput(f"{where}: expected a JSON object, found `{line.strip()[:40]}`") from None
        if not isinstance(item, dict):
            raise BadInput(f"{where}: expected a JSON object, found {shown(item)}")
        if "format" in item:
            out.add_header(check_header(where, item))
        elif not out.headers:
            raise BadInput(f"{where}: expected a header with `format` first, found "
                           f"{', '.join(item) or 'nothing'}")
        else:
            out.add(check_trial(where, item))
    return out


def parse_report(path, text, report):
    """The trials inside the output of `report.py report --json`."""
    if report.get("schema") != SCHEMA:
        raise BadInput(f"{path}:1: expected schema {SCHEMA}, found {shown(report.get('schema'))}")
    for key in ("headers", "trials"):
        if not isinstance(report.get(key), list):
            raise BadInput(f"{path}:1: expected a list `{key}`, found {shown(report.get(key))}")
    out = Trials(path)
    for header in report["headers"]:
        out.add_header(check_header(f"{path}:1", header))
    # The decoder forgets lines, so the array is walked once more. Only a key is followed by a colon.
    start = re.search(r'"trials"\s*:\s*\[', text).end()
    decoder = json.JSONDecoder()
    for trial in report["trials"]:
        start = re.compile(r"[\s,]*").match(text, start).end()
        out.add(check_trial(f"{path}:{text.count(chr(10), 0, start) + 1}", trial))
        start = decoder.raw_decode(text, start)[1]
    return out


def parse(path, text):
    whole = None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        # Such a report begins with a brace on a line of its own, which no line of trials does.
        if text.split("\n", 1)[0].strip() == "{":
            line = getattr(error, "lineno", 1)
            raise BadInput(f"{path}:{line}: expected a report as JSON, found "
                           f"{str(error).split(':')[0].lower()}") from None
    if isinstance(whole, dict) and "schema" in whole:
        out = parse_report(path, text, whole)
    else:
        out = parse_lines(path, text)
    if not out.trials:
        raise BadInput(f"{path}:{text.count(chr(10)) + 1}: expected a trial, found the end")
    return out


def load(path):
    """The Trials of @path: a file, or a folder that `sluice bugs run` wrote to."""
    if os.path.isdir(path):
        path = os.path.join(path, FILE)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise BadInput(f"{path}:1: expected a file of trials, found {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}:1: expected UTF-8, found byte {error.object[error.start]:#04x} "
                       f"at offset {error.start}") from None
    return parse(path, text)
