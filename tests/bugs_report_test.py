# SPDX-License-Identifier: GPL-2.0-only
"""The zoo's report: what it says of trials, its input's errors, its page."""

import contextlib
import html.parser
import io
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUGS = os.path.join(ROOT, "bugs", "report")
sys.path.insert(0, BUGS)
sys.dont_write_bytecode = True

import report  # noqa: E402
import tables  # noqa: E402

HEADER = {"format": 1, "build": "asan b1", "cpu": "a CPU", "date": "2026-01-02T03:04:05Z"}


def trial(bug, method, number, time, **more):
    """Of a bug that is detected after @time; undetected within a cap of 20 s if @time is None."""
    found = time is not None
    row = {"bug": bug, "slug": f"slug-{bug}", "variant": f"core-{bug}", "twin": "core",
           "method": method, "seed": number, "cap": 20, "detected": found,
           "cpu_seconds": time if found else 20.01, "wall_seconds": 21, "runs": 7,
           "identity": "HANG" if found else None, "expect": "HANG MISS",
           "seen_by": "expected" if found else "none", "premises": None,
           "reached": 9, "triggered": 2, "reached_seconds": 0.001, "triggered_seconds": 0.002,
           "scenario": None}
    row.update(more)
    return row


ZOO = [
    *(trial("Z01", "libfuzzer", seed, 0.1 * seed) for seed in (1, 2, 3)),
    *(trial("Z01", "walk", seed, None, reached=0, triggered=0) for seed in (1, 2, 3)),
    *(trial("Z02", "libfuzzer", seed, None) for seed in (1, 2, 3)),
    *(trial("Z02", "walk", seed, None, triggered=0) for seed in (1, 2, 3)),
    trial("Z02", "stored", 1, 0.01),
    *(trial("Z03", "libfuzzer", seed, 3, identity="UAF", seen_by="unexpected")
      for seed in (1, 2, 3)),
    *(trial("Z03", "walk", seed, 5) for seed in (1, 2, 3)),
    *(trial("Z04", "libfuzzer", seed, None, reached=0, triggered=0) for seed in (1, 2, 3)),
    *(trial("Z04", "walk", seed, 5) for seed in (1, 2, 3)),
]


class ReportCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, rows, name="trials.jsonl"):
        """@rows as a file: objects, or lines as they are."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
        return path

    def run_tool(self, *words):
        """What the command would do, without the time that a process takes to start."""
        out, err = io.StringIO(), io.StringIO()
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = report.main(list(words))
        except SystemExit as exit_:
            code = exit_.code
        finally:
            os.chdir(here)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def run_process(self, *words, seed="0"):
        return subprocess.run([sys.executable, "-B", os.path.join(BUGS, "report.py"), *words],
                              capture_output=True, text=True, check=False, cwd=self.folder,
                              env={**os.environ, "PYTHONHASHSEED": seed})

    def output(self, *words, code=0):
        done = self.run_tool(*words)
        self.assertEqual((done.returncode, done.stderr), (code, ""))
        return done.stdout

    def summary(self, rows, *more):
        return json.loads(self.output("report", self.write([HEADER, *rows]), "--json", *more))


class ReportTest(ReportCase):
    def test_text(self):
        text = self.output("report", self.write([HEADER, *ZOO]))
        lines = [" ".join(line.split()) for line in text.split("\n")]
        self.assertEqual(lines[0], "3 of 4 bugs found; 25 trials, 3 seeds, cap 20 s, 5 min of CPU")
        self.assertEqual(lines[1], "2026-01-02T03:04:05Z build asan b1, a CPU")
        self.assertEqual(lines[3:5], [
            "never found: 1", "core-Z02 slug-Z02 expected HANG MISS triggered in 3 of 6 trials"])
        self.assertIn("SHORT all bugs detected 2 of 4", lines)
        self.assertIn("SHORT median at most 1 s > 20 s", lines)
        self.assertIn("open all within 60 s not followed that long", lines)
        self.assertIn("core-Z01 slug-Z01 0.2 s unreached HANG 3", lines)
        self.assertIn("core-Z03 slug-Z03 3 s 5 s HANG 3, UAF 3 (unexpected)", lines)
        self.assertLess(lines.index("never found: 1"), lines.index("not reached: 1"))

    def test_states(self):
        result = self.summary(ZOO)
        self.assertEqual([(bug["variant"], bug["state"]) for bug in result["bugs"]],
                         [("core-Z02", "never found"), ("core-Z04", "not reached"),
                          ("core-Z03", "unexpected"), ("core-Z01", "found")])
        self.assertEqual(result["totals"]["states"], {
            "never found": 1, "not reached": 1, "unexpected": 1, "missed": 0, "found": 1})

    def test_methods(self):
        rows = {row["method"]: row for row in self.summary(ZOO)["methods"]}
        self.assertEqual(list(rows), ["libfuzzer", "walk", "stored"])
        row = rows["libfuzzer"]
        counts = ("bugs", "bugs_detected", "trials", "reached", "triggered", "detected")
        self.assertEqual([row[key] for key in counts], [4, 2, 12, 9, 9, 6])
        self.assertEqual(row["bugs_missed"], ["core-Z02", "core-Z04"])
        self.assertEqual(row["seen_by"], {"expected": 3, "allowed": 0, "unexpected": 3})
        # Half of them, and the other half maybe never.
        self.assertIsNone(row["median"])
        self.assertEqual(row["within"]["1"]["share"], 0.25)
        self.assertIsNone(row["within"]["60"])
        other = rows["walk"]["against_default"]
        self.assertEqual((other["only_default"], other["only_here"]), (["core-Z01"], ["core-Z04"]))
        self.assertIsNone(row["against_default"])
        self.assertIsNone(rows["stored"]["against_default"])

    def test_search_that_gives_up_is_not_sooner_than_its_cap(self):
        given_up = trial("Z05", "libfuzzer", 1, None, cpu_seconds=0.5)
        rows = [given_up, trial("Z05", "libfuzzer", 2, 4), trial("Z05", "libfuzzer", 3, 6)]
        row = self.summary(rows)["methods"][0]
        self.assertEqual((row["followed"], row["median"], row["slowest"]), (20, 6, 6))
        # As if it had dropped out at 0.5 s, the second would have been half of those left.
        self.assertAlmostEqual(row["curve"][0][1], 2 / 3, 9)

    def goals(self, times, **more):
        """Whether they are met, by one trial for each of @times."""
        rows = [trial(f"Z{i:02}", "libfuzzer", 1, time, cap=60, **more)
                for i, time in enumerate(times)]
        return [goal["met"] for goal in self.summary(rows)["goals"]]

    def test_goals(self):
        """All detected; by what was expected or allowed; half in 1 s; 95 % in 10 s; all in 60 s."""
        self.assertEqual(self.goals([1] * 10 + [10] * 9 + [60]), [True, True, False, True, True])
        self.assertEqual(self.goals([1] * 11 + [10] * 8 + [60]), [True, True, True, True, True])
        self.assertEqual(self.goals([1] * 11 + [10] * 7 + [11] * 2), [True, True, True, False, True])
        self.assertEqual(self.goals([1] * 19 + [61]), [True, True, True, True, False])
        self.assertEqual(self.goals([1] * 19 + [None]), [False, True, True, True, False])
        self.assertTrue(self.goals([1], seen_by="allowed", identity="MISS")[1])
        self.assertFalse(self.goals([1], seen_by="unexpected", identity="UAF")[1])

    def test_default_of_more_than_one_method(self):
        result = self.summary(ZOO, "--default", "libfuzzer,walk")
        best = result["best_of_default"]
        self.assertEqual((best["bugs_detected"], best["trials"], best["detected"]), (3, 12, 9))
        # By the time that the sooner one takes, the other has taken as much.
        self.assertEqual(best["curve"][-1][0], 10)
        # What no method finds is known to take longer than the shorter of their caps, for both.
        rows = [trial("Z01", "libfuzzer", 1, None),
                trial("Z01", "walk", 1, None, cap=5, cpu_seconds=5)]
        for order in (rows, rows[::-1]):
            result = self.summary(order, "--default", "libfuzzer,walk")
            self.assertEqual(result["best_of_default"]["followed"], 10)
        # One that was run alone counts once.
        best = self.summary([trial("Z01", "libfuzzer", 1, 3)])["best_of_default"]
        self.assertEqual(best["median"], 3)
        pair = [trial("Z01", "libfuzzer", 1, 3), trial("Z01", "libfuzzer-tsan", 1, None)]
        self.assertEqual(self.summary(pair)["best_of_default"]["median"], 6)
        self.write([HEADER, *ZOO])
        text = self.output("report", self.folder, "--default", "libfuzzer,walk")
        self.assertIn("best of the default setting", text)

    def test_default_that_was_not_run(self):
        result = self.summary([row for row in ZOO if row["method"] == "walk"])
        self.assertIsNone(result["goals"])
        self.assertIn("it was not run", self.output("report", self.folder))

    def test_resumed_run(self):
        """A later line replaces an earlier one; a line that was cut off is left out, and said."""
        again = trial("Z02", "libfuzzer", 1, 0.5)
        path = self.write([HEADER, *ZOO, HEADER, {**HEADER, "build": "asan b2"}, again,
                           '{"bug": "Z02", "sl'])
        done = self.run_tool("report", path)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, f"{path}:{len(ZOO) + 5}: cut off, left out\n")
        self.assertEqual([done.stdout.count(f"build {name},") for name in ("asan b1", "asan b2")], [1, 1])
        for line in ("4 of 4 bugs found; 25 trials", "1 trials were run again; the last run counts",
                     "not of one build and CPU", "never found: none"):
            self.assertIn(line, done.stdout)

    def test_one_build_of_each_flavour(self):
        """Is what the default setting has; another machine is not."""
        self.write([HEADER, {**HEADER, "build": "tsan b1"}, *ZOO])
        self.assertNotIn("not of one build", self.output("report", self.folder))
        self.write([HEADER, {**HEADER, "build": "tsan b1", "cpu": "another"}, *ZOO])
        self.assertIn("not of one build", self.output("report", self.folder))

    def test_report_of_a_report(self):
        text = self.output("report", self.write([HEADER, *ZOO]))
        copy = os.path.join(self.folder, "report.json")
        self.assertEqual(self.output("report", self.folder, "--json", copy), "")
        self.assertEqual(self.output("report", copy), text)

    def test_same_input_same_bytes(self):
        path = self.write([HEADER, *ZOO])
        turned = self.write([HEADER, *reversed(ZOO)], "turned.jsonl")
        for option in ([], ["--json"], ["--html", "-"]):
            first = self.run_process("report", path, *option).stdout
            self.assertGreater(len(first), 1000)
            self.assertEqual(first, self.run_process("report", path, *option, seed="7").stdout)
            self.assertEqual(first, self.output("report", turned, *option))

    def test_numbers_in_words(self):
        self.assertEqual([tables.bare(share) for share in (0, 0.00001, 0.5, 0.99999, 1)],
                         ["0.0", "0.1", "50.0", "99.9", "100.0"])
        self.assertEqual([tables.seconds(time) for time in (0, 0.0001, 0.0123, 1.5, 19.96, 250)],
                         ["0 s", "< 0.001 s", "0.012 s", "1.5 s", "20 s", "250 s"])
        self.assertEqual(tables.seconds(None, 20), "> 20 s")
        ranges = (1, 2), (1, None), (None, None), (2, 2)
        self.assertEqual([tables.span(*ends, 20) for ends in ranges],
                         ["1 to 2 s", "1 to > 20 s", "> 20 s", "2 s"])


class InputTest(ReportCase):
    def refused(self, rows, line, message):
        path = self.write(rows)
        done = self.run_tool("report", path)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, f"{path}:{line}: {message}\n")

    def altered(self, key, value):
        return [HEADER, ZOO[0], {**trial("Z01", "libfuzzer", 2, 1), key: value}]

    def test_lines(self):
        self.refused([HEADER, "{", ZOO[0]], 2, "expected a JSON object, found `{`")
        self.refused([HEADER, "[1]"], 2, "expected a JSON object, found [1]")
        self.refused([ZOO[0]], 1,
                     f"expected a header with `format` first, found {', '.join(ZOO[0])}")
        self.refused([HEADER], 1, "expected a trial, found the end")
        self.refused([""], 1, "expected a trial, found the end")
        self.refused([{**HEADER, "format": 2}, ZOO[0]], 1, "expected format 1, found 2")
        self.refused([{"format": 1, "build": "b"}, ZOO[0]], 1,
                     "expected `cpu`, found format, build")

    def test_fields(self):
        self.refused(self.altered("cpu_seconds", -1), 3,
                     "expected seconds from 0 in `cpu_seconds`, found -1")
        self.refused(self.altered("cap", 0), 3, "expected seconds above 0 in `cap`, found 0")
        self.refused(self.altered("seed", True), 3,
                     "expected a number from 0 in `seed`, found true")
        self.refused(self.altered("bug", ""), 3, "expected a bug's id in `bug`, found \"\"")
        self.refused(self.altered("method", ["x"]), 3,
                     "expected a method's name in `method`, found [\"x\"]")
        self.refused(self.altered("seen_by", "him"), 3,
                     "expected expected, allowed, unexpected or none in `seen_by`, found \"him\"")
        self.refused(self.altered("cpu_seconds", math.nan), 3,
                     "expected seconds from 0 in `cpu_seconds`, found NaN")
        lacking = trial("Z01", "walk", 1, 1)
        del lacking["cap"]
        self.refused([HEADER, lacking], 2, f"expected `cap`, found {', '.join(lacking)}")

    def test_fields_that_contradict_each_other(self):
        self.refused(self.altered("seen_by", "none"), 3,
                     "expected `seen_by` other than none just where `detected` is true, "
                     "found true and \"none\"")
        self.refused(self.altered("identity", None), 3,
                     "expected an `identity` where `detected` is true, found null")

    def test_reports(self):
        self.write([HEADER, *ZOO])
        copy = os.path.join(self.folder, "report.json")
        self.output("report", self.folder, "--json", copy)
        with open(copy, encoding="utf-8") as file:
            text = file.read()
        line = 1 + next(i for i, line in enumerate(text.split("\n")) if '"seed": 3' in line)
        self.refused([text.replace('"seed": 3', '"seed": -3', 1)], line,
                     "expected a number from 0 in `seed`, found -3")
        self.refused([text.replace("report/1", "report/9")], 1,
                     'expected schema sluice-bugs-report/1, found "sluice-bugs-report/9"')
        cut = text[:len(text) // 2]
        done = self.run_tool("report", self.write([cut]))
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"trials\.jsonl:\d+: expected a report as JSON, found ")

    def test_files(self):
        done = self.run_tool("report", "nowhere.jsonl")
        self.assertEqual((done.returncode, done.stderr), (
            2, "nowhere.jsonl:1: expected a file of trials, found No such file or directory\n"))
        done = self.run_tool("report", ".")
        self.assertEqual(done.returncode, 2)
        self.assertTrue(done.stderr.startswith("./trials.jsonl:1: expected a file of trials"))
        path = self.write([HEADER, ZOO[0]])
        done = self.run_tool("report", path, "--html", "no/such/page.html")
        self.assertEqual(done.returncode, 2)
        self.assertTrue(done.stderr.startswith("no/such/page.html:1: expected a file to write"))
        with open(path, "ab") as file:
            file.write(b"\xff")
        done = self.run_tool("report", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn(":1: expected UTF-8, found byte 0xff", done.stderr)

    def test_usage(self):
        for words in ([], ["explain"], ["report"], ["compare", "one"]):
            done = self.run_process(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
        self.assertIn("usage: report.py report", self.output("--help"))


def zoo(factor, bugs=12, method="random"):
    """Some bugs of different hardness, three seeds each."""
    return [trial(f"Z{bug:02}", method, seed, factor * 0.01 * bug * (1 + 0.3 * seed))
            for bug in range(1, bugs + 1) for seed in (1, 2, 3)]


class CompareTest(ReportCase):
    def compare(self, a, b, code=0):
        one, other = self.write([HEADER, *a], "a.jsonl"), self.write([HEADER, *b], "b.jsonl")
        text = self.output("compare", one, other, code=code)
        return text, json.loads(self.output("compare", one, other, "--json", code=code))

    def test_no_change(self):
        text, result = self.compare(zoo(1), zoo(1))
        low = result["methods"][0]["hazard_low"]
        self.assertEqual(text.strip().split("\n")[-1], "No significant loss; not excluded is that "
                         f"random has lost up to {100 * (1 - low):.1f} % of its rate.")
        self.assertEqual((result["held"], result["methods"][0]["p"]), (True, 1))
        self.assertEqual(result["methods"][0]["sooner"], 0.5)

    def test_slower(self):
        text, result = self.compare(zoo(1), zoo(4), code=1)
        self.assertIn("Power is lost: random is slower (hazard ratio 0.", text)
        row = result["methods"][0]
        self.assertEqual((row["slower"], row["faster"], result["held"]), (True, False, False))
        self.assertLess(row["hazard_high"], 1)
        # Each bug's median is four times what it was: the most extreme of 2^12 signs.
        self.assertEqual(row["signed_rank"]["p"], 2 / 2 ** 12)
        self.assertAlmostEqual(result["most_slower"][0]["factor"], 0.25, 9)
        self.assertEqual(self.compare(zoo(4), zoo(1))[1]["methods"][0]["faster"], True)

    def test_one_bug_proves_nothing(self):
        """Three seeds a side: what the normal curve takes for p = 0.025 has one chance in ten."""
        result = self.compare(zoo(1, bugs=1), zoo(4, bugs=1))[1]
        self.assertAlmostEqual(result["methods"][0]["p"], 0.1, 9)

    def test_lost(self):
        rest = [row for row in zoo(1) if row["bug"] != "Z12"]
        gone = [trial("Z12", "random", seed, None) for seed in (1, 2, 3)]
        text, result = self.compare(zoo(1), rest + gone, code=1)
        self.assertEqual((result["lost"], result["gained"]), (["core-Z12"], []))
        self.assertIn("1 lost by all methods (core-Z12)", text)
        self.assertEqual(self.compare(rest + gone, zoo(1))[1]["gained"], ["core-Z12"])
        # Another search that finds it on both sides makes up for it.
        other = zoo(1, method="pct")
        self.assertEqual(self.compare(zoo(1) + other, rest + gone + other)[1]["lost"], [])

    def test_baselines_are_not_judged(self):
        searches = zoo(1)
        text, result = self.compare(searches + zoo(1, method="walk"),
                                    searches + zoo(4, method="walk"))
        walk = result["methods"][1]
        self.assertEqual((walk["method"], walk["p_holm"], walk["slower"]), ("walk", None, False))
        self.assertLess(walk["p"], 0.001)
        self.assertIn("No significant loss", text)

    def test_longer_search_is_no_better_search(self):
        """Where caps differ, what was found behind the smaller one does not count."""
        short = [trial("Z01", "random", seed, None, cap=5, cpu_seconds=5) for seed in (1, 2, 3)]
        longer = [trial("Z01", "random", seed, 8) for seed in (1, 2, 3)]
        text, result = self.compare(longer, short)
        self.assertEqual((result["lost"], result["methods"][0]["detected"]), ([], [0, 0]))
        self.assertIn("random: 1 bugs had other caps; the smallest is taken", text)

    def test_median_that_is_missing_is_the_longest(self):
        """Also where the side that has none was not followed as long as the other's median."""
        result = self.compare([trial("Z01", "random", 1, 19.9)],
                              [trial("Z01", "random", 1, None, cpu_seconds=12)], code=1)[1]
        self.assertEqual([row["variant"] for row in result["most_slower"]], ["core-Z01"])

    def test_what_only_one_has(self):
        text, result = self.compare(zoo(1), zoo(1, bugs=10))
        self.assertEqual(result["only_a"], ["random core-Z11", "random core-Z12"])
        self.assertIn("only in A, not compared: random core-Z11 core-Z12", text)
        self.write([HEADER, *zoo(1)], "a.jsonl")
        self.write([HEADER, *zoo(1, method="walk")], "b.jsonl")
        done = self.run_tool("compare", "a.jsonl", "b.jsonl")
        self.assertEqual((done.returncode, done.stderr), (
            2, "b.jsonl:1: expected a bug and method that a.jsonl has too, found none\n"))


class Page(html.parser.HTMLParser):
    """Complains of tags that do not match."""

    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.words = [], [], [], set(), []
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.links += [attrs["href"]] if "href" in attrs else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"{self.getpos()}: </{tag}> does not match")

    def handle_data(self, data):
        self.words.append(data)


class PageTest(ReportCase):
    def page(self, rows, *more):
        return self.output("report", self.write([HEADER, *rows]), "--html", "-", *more)

    def test_page(self):
        text = self.page(ZOO)
        page = Page(text)
        words = " ".join(page.words)
        for part in ("The zoo: 3 of 4 bugs found", "One bug is never found", "Time to detect",
                     "core-Z02", "all within 60 s", "unexpected: 1"):
            self.assertIn(part, words)
        self.assertEqual(len(page.ids), len(set(page.ids)))
        self.assertTrue({f"#{name}" for name in page.ids} >= set(page.links))
        self.assertIn("#bug-core-Z02", page.links)
        # The first bug that is told in detail is the one that was never found.
        self.assertEqual([name for name in page.ids if name.startswith("bug-")][0], "bug-core-Z02")
        self.assertIn("prefers-color-scheme: dark", text)

    def test_page_stands_alone(self):
        text = self.page(ZOO)
        for word in ("http", "//", "@import", "url(", "src=", "<script", "<link", "<img", "onload"):
            self.assertNotIn(word, text.lower())

    def test_plots(self):
        plots = re.findall(r"<svg.*?</svg>", self.page(ZOO))
        # For wide and narrow screens, a swatch and one plot for each of two methods.
        self.assertEqual(len(plots), 6)
        for svg in plots:
            root = xml.etree.ElementTree.fromstring(svg)
            width, height = map(float, root.get("viewBox").split()[2:])
            for path in root.iter("path"):
                pairs = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d"))
                for x, y in pairs:
                    self.assertTrue(0 <= float(x) <= width and 0 <= float(y) <= height,
                                    path.get("d"))

    def test_curve_is_where_the_numbers_are(self):
        """Half of them detect at 1 s: the step is on the goal's line, down to half of the height."""
        rows = [trial("Z01", "libfuzzer", 1, 1), trial("Z01", "libfuzzer", 2, None)]
        svg = re.search(r"<svg.*?</svg>", self.page(rows))[0]
        goal = re.search(r'class="goal" d="M([\d.]+) ([\d.]+)V([\d.]+)"', svg)
        curve = re.findall(r'class="curve" stroke="var\(--m0\)" d="([^"]*L[^"]*)"', svg)[0]
        corners = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.]+) ([\d.]+)", curve)]
        x, top, bottom = map(float, goal.groups())
        self.assertEqual(corners[1:3], [(x, top), (x, (top + bottom) / 2)])
        self.assertEqual(corners[3][1], corners[2][1])
        # The scales say the same.
        labels = dict((text, (float(x), float(y))) for x, y, text in re.findall(
            r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="\w+">([^<]*)</text>', svg))
        self.assertEqual(labels["1"][0], x)
        self.assertAlmostEqual(labels["100%"][1] - top, labels["0%"][1] - bottom, 6)
        self.assertLess(labels["100%"][1], labels["50%"][1])

    def test_text_is_escaped(self):
        rows = [trial("Z<1>", "a&b", 1, 1, slug="<b>\"bold\"", identity="<i>", premises="<u>")]
        page = Page(self.page(rows))
        self.assertFalse({"b", "i", "u"} & page.tags)
        self.assertIn('<b>"bold"', page.words)

    def test_page_without_the_default(self):
        text = self.page([row for row in ZOO if row["method"] == "walk"])
        self.assertIn("was not run", text)
        Page(text)
        Page(self.page([trial("Z01", "stored", 1, 0.01)]))
        Page(self.page([trial("Z01", "libfuzzer", 1, None)]))


if __name__ == "__main__":
    unittest.main()
