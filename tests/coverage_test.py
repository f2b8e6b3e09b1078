# SPDX-License-Identifier: GPL-2.0-only
"""What scripts/coverage makes of llvm-cov's counts and of docs/coverage.md, both ways."""

import os
import re
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True

import coverage  # noqa: E402

SOURCE = """int first(int a)
{
	if (a)
		return 1;
	return 0;
}

int second(int a)
{
	if (a || !a) {
		return 1;
	}
	if (a)
		return 1;
	return 0;
}
"""
# first() is reached but for line 4; second() but for lines 13 to 15.
LCOV = """SF:{path}
FN:1,x.c:first
FN:8,second
DA:2,2
DA:3,2
DA:4,0
DA:5,2
DA:6,2
DA:9,1
DA:10,1
DA:11,1
DA:12,1
DA:13,1
DA:14,0
DA:15,0
DA:16,0
BRDA:3,0,0,0
BRDA:3,0,1,2
BRDA:13,0,0,-
BRDA:13,0,1,1
end_of_record
"""
DOC = """# Title

## core

| file | function | lines | why |
|---|---|---|---|
| `x.c` | `first` | `return 1;` | a reason |
| `x.c` | `second` | `return 1; #2`, `return 0;` | another |
"""


class Coverage(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.room.name, "x.c")
        self.write(SOURCE)

    def tearDown(self):
        self.room.cleanup()

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def report(self, doc=DOC, lcov=LCOV):
        path = os.path.join(self.room.name, "doc.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(doc)
        report = coverage.Report()
        found = {part[0]: coverage.read_lcov(lcov.format(path=self.path)) for part in coverage.ASKED["core"]}
        report.add("core", found, coverage.read_reasons(path))
        return report

    def reasons_asked(self, report):
        return [problem for problem in report.problems if "asked for" not in problem]

    def test_counts(self):
        entry = self.report().systems[0]
        self.assertEqual(entry["files"][0]["lines"], 13)
        self.assertEqual(entry["files"][0]["lines_missed"], 4)
        self.assertEqual(entry["files"][0]["branches_missed_at"], [3, 13])
        self.assertEqual(entry["parts"][0]["lines"], round(900 / 13, 2))
        self.assertEqual(entry["parts"][0]["branches"], 50)

    def test_below_what_is_asked(self):
        self.assertEqual(sum("asked for" in problem for problem in self.report().problems), 2)

    def test_all_explained(self):
        report = self.report()
        self.assertEqual(self.reasons_asked(report), [])
        self.assertEqual([missed["why"] for missed in report.systems[0]["missed"]],
                         ["a reason", "another", "another"])

    def test_line_without_a_reason(self):
        report = self.report(DOC.replace("`return 1; #2`, ", ""))
        self.assertEqual(len(self.reasons_asked(report)), 1)
        self.assertIn(":14: not reached", self.reasons_asked(report)[0])
        self.assertEqual(report.rows, ["| `x.c` | `second` | `return 1; #2` | why? |"])

    def test_printed_row_is_read_back(self):
        self.write(SOURCE.replace("return 1;\n\treturn", "return a || 1;\n\treturn"))
        report = self.report("## core\n")
        self.assertEqual(len(report.rows), 3)
        table = "## core\n" + "".join(row.replace("why?", "so") + "\n" for row in report.rows)
        self.assertEqual(self.reasons_asked(self.report(table)), [])

    def test_reason_of_a_line_that_is_reached(self):
        report = self.report(lcov=LCOV.replace("DA:4,0", "DA:4,7"))
        self.assertEqual(len(self.reasons_asked(report)), 1)
        self.assertIn("reached, or not there: x.c first", self.reasons_asked(report)[0])

    def test_reason_survives_an_edit_elsewhere(self):
        self.write("\n\n" + SOURCE)
        moved = "\n".join(
            ",".join([f"{word}:{int(rest[0]) + 2}", *rest[1:]]) if word in ("FN", "DA", "BRDA") else line
            for line in LCOV.splitlines()
            for word, rest in [(line.partition(":")[0], line.partition(":")[2].split(","))])
        self.assertEqual(self.reasons_asked(self.report(lcov=moved)), [])

    def test_reason_of_another_version(self):
        report = self.report(DOC.replace("## core", "## core 2"))
        self.assertEqual(self.reasons_asked(report), [])
        self.assertIn("not compared", report.systems[0]["note"])

    def test_row_without_a_why(self):
        with self.assertRaises(coverage.ToolError):
            self.report(DOC.replace("another", ""))

    def test_kernel_lines_are_told_by_their_digest(self):
        file = coverage.File(self.path)
        file.starts = {1: "first", 8: "second"}
        self.assertEqual(file.key(11, False), "return 1;")
        self.assertEqual(file.key(14, False), "return 1; #2")
        self.assertRegex(file.key(14, True), "^[0-9a-f]{8} #2$")
        self.assertEqual(file.key(4, True), file.key(11, True))

    def test_lines_without_a_caller(self):
        file = coverage.read_lcov(LCOV.format(path=self.path)).popitem()[1]
        missed = [{"line": 14, "why": coverage.NO_CALLER + ": x"}, {"line": 15, "why": coverage.NO_CALLER}]
        self.assertEqual(coverage.count(file, missed, True)["lines_no_caller"], 3)
        self.assertEqual(coverage.count(file, missed, False)["lines_no_caller"], 0)

    def marks(self, table, lcov=LCOV):
        path = os.path.join(self.room.name, "doc.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write("## core\n\n## Marks\n\n| mark | file | function | line | meaning |\n|---|---|---|---|---|\n" + table)
        files = {"x.c": coverage.read_lcov(lcov.format(path=self.path)).popitem()[1]}
        return coverage.missed_marks(coverage.read_marks(path), files)

    def test_marks(self):
        self.assertEqual(self.marks("| one | `x.c` | `second` | `return 1;` | |\n"), [])
        self.assertIn(":14: no seed meets the mark two", self.marks("| two | `x.c` | `second` | `return 1; #2` | |\n")[0])
        self.assertIn("there is no such line", self.marks("| three | `x.c` | `first` | `return 7;` | |\n")[0])
        self.assertIn("there is no such line", self.marks("| four | `y.c` | `first` | `return 1;` | |\n")[0])

    def test_marks_of_this_tree(self):
        """Without a build: each mark is a line of the function it names, and there are enough."""
        marks = coverage.read_marks(os.path.join(ROOT, coverage.REASONS))
        self.assertGreaterEqual(len(marks), 25)
        self.assertEqual(len({mark for mark, *_ in marks}), len(marks))
        for mark, path, function, key in marks:
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                body = re.search(rf"^\w[^;\n]*\b{function}\([^;{{]*\n{{\n(.*?)^}}", file.read(), re.M | re.S)
            self.assertTrue(body, f"{mark}: {path} has no {function}()")
            text, _, nth = key.partition(" #")
            lines = [line.strip() for line in body[1].splitlines()]
            self.assertGreaterEqual(lines.count(text), int(nth or 1), f"{mark}: {function}() has no {key}")


if __name__ == "__main__":
    unittest.main()
