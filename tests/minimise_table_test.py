# SPDX-License-Identifier: GPL-2.0-only
"""What the minimiser's benchmark makes of its results."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "bench"))
sys.dont_write_bytecode = True

import minimise_table  # noqa: E402
import minimise_tools  # noqa: E402


def result(finding, operations, tool="min", number=1, **more):
    size = {"operations": operations, "preemptions": 1, "choices": 4}
    row = {"tool": tool, "finding": finding, "number": number, "identity": "HANG",
           "before": {"operations": 20, "preemptions": 9, "choices": 50}, "now": size, "cpu": 1.0, "clock": 2.0,
           "slid": None}
    row.update(more)
    return row


def replay(finding, good, build="plain"):
    return {"tool": "replay", "finding": finding, "number": 1, "build": build, "runs": 100, "good": good, "traces": 1}


def report(*rows):
    return minimise_table.report(list(rows), [], {})


def missed(of):
    return [goal["goal"] for goal in of["goals"] if not goal["met"]]


class Figures(unittest.TestCase):
    def test_quantiles_lie_between_neighbours(self):
        self.assertEqual(minimise_table.quantile([4, 1, 2, 3], 0.5), 2.5)
        self.assertEqual(minimise_table.quantile([7], 0.9), 7)
        self.assertEqual(minimise_table.spread(range(1, 12)), {"median": 6, "p90": 10, "most": 11})

    def test_a_row_is_over_all_files_of_a_tool(self):
        row, = report(result("a", 2), result("a", 4, number=2), result("b", 9, slid="MISS"))["tools"]
        self.assertEqual((row["findings"], row["files"], row["slid"]), (2, 3, 1))
        self.assertEqual(row["operations_now"], {"median": 4, "p90": 8, "most": 9})

    def test_tools_are_compared_on_the_files_that_all_had(self):
        of = report(result("a", 2), result("b", 3), result("a", 15, "libfuzzer", gone=True),
                    {"tool": "libfuzzer", "finding": "b", "number": 1, "why": "the bytes do not fail"})
        self.assertEqual([(row["tool"], row["files"], row["operations_now"]["median"], row["gone"])
                          for row in of["same"]], [("min", 1, 2, 0), ("libfuzzer", 1, 15, 1)])
        self.assertEqual(report(result("a", 2))["same"], [])


class Goals(unittest.TestCase):
    def test_all_met(self):
        of = report(result("a", 6), replay("a", 100))
        self.assertEqual((missed(of), of["met"]), ([], True))

    def test_each_can_be_missed(self):
        for row, goal in ((result("a", 7), "operations"), (result("a", 2, cpu=5.1), "CPU"),
                          (result("a", 2, slid="MISS"), "slid"),
                          (result("a", 2, now={"operations": 2, "preemptions": 3, "choices": 9}), "preemptions")):
            of = report(row)
            self.assertEqual(len(missed(of)), 1)
            self.assertIn(goal, missed(of)[0])
            self.assertFalse(of["met"])

    def test_one_replay_that_differs_is_one_too_many(self):
        of = report(result("a", 2), replay("a", 100), replay("a", 99, "asan"))
        self.assertEqual(missed(of), ["every file replays every time in the build asan"])
        self.assertEqual(of["failed"][0]["why"], "99 of 100 in asan, 1 traces")

    def test_what_fails_is_no_success(self):
        of = report(result("a", 2), {"tool": "min", "finding": "b", "number": 1, "why": "cannot"})
        self.assertEqual((missed(of), of["met"]), ([], False))
        self.assertFalse(report()["met"])
        # Another tool's failure is its own.
        self.assertTrue(report(result("a", 2), {"tool": "afl-tmin", "finding": "a", "number": 1, "why": "x"})["met"])


class Replays(unittest.TestCase):
    def test_a_null_pointer_has_two_names(self):
        for plain, checked, same in (("UAF:drain", "UB:null-deref:drain", True), ("UAF:drain", "UB:null-deref:bind", False),
                                     ("HANG", "UB:null-deref:drain", False), ("UAF:drain", "UB:shift:drain", False)):
            self.assertEqual(minimise_tools.same_access(plain, checked), same)


class Text(unittest.TestCase):
    def test_what_is_wrong_is_named(self):
        text = "\n".join(minimise_table.lines(minimise_table.report(
            [result("a", 17), result("b", 2, slid="MISS"), replay("a", 7)], ["core-Z99"], {})))
        for line in ("no starting file: core-Z99", "slid, by min: b 1: HANG to MISS",
                     "failed, replay: a 1: 7 of 100 in plain, 1 traces", "large: a 1: 17 operations, 1 preemptions",
                     "NOT MET: no file has slid to another finding: 1",
                     "NOT MET: every file replays every time in the build plain: 0 of 1"):
            self.assertIn(line, text)


if __name__ == "__main__":
    unittest.main()
