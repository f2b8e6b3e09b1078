#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bugs/mutation.py, mutants.py and adequacy.py: what each operator makes, that names last, what is counted."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "bugs"))

import adequacy  # noqa: E402
import mutants  # noqa: E402
import mutation  # noqa: E402
import trials  # noqa: E402


def shown(body, operator, head="int f(int a, int b)"):
    """What @operator makes of a function with @body, by the text that is put in."""
    return [change.shown for change in mutation.changes(f"{head}\n{{\n{body}\n}}\n")
            if change.operator == operator]


def applied(body, operator, head="int f(int a, int b)"):
    source = f"{head}\n{{\n{body}\n}}\n"
    return [" ".join(mutation.apply(source, change).split()) for change in mutation.changes(source)
            if change.operator == operator]


class Operators(unittest.TestCase):
    def test_drop(self):
        self.assertEqual(applied("g(a);\nreturn b;", "drop"),
                         ["int f(int a, int b) { bug_reached(); ; return b; }"])
        self.assertEqual(len(shown("if (a)\n return;\n g(b);", "drop", "void f(int a)")), 2)
        self.assertEqual(shown("int c = a;\nreturn c;", "drop"), [])
        self.assertEqual(shown("while (f(a, b))\n ;", "drop"), [])
        self.assertEqual(len(shown("while (a) { if (b) break; }\nreturn 1;", "drop")), 1)

    def test_drop_under_an_if_keeps_its_else(self):
        self.assertEqual(applied("if (a)\n g();\nelse\n h();", "drop"), [
            "int f(int a, int b) { if (a) { bug_reached(); ; } else h(); }",
            "int f(int a, int b) { if (a) g(); else { bug_reached(); ; } }"])

    def test_negate(self):
        self.assertEqual(shown("if (a < b) g();\nwhile (a) b--;\ndo b--; while (b);", "negate"),
                         ["!(a < b)", "!(a)", "!(b)"])
        self.assertEqual(shown("for (;;) g();", "negate"), [])
        self.assertEqual(shown("for (int i = 0; i < a; i++) g();", "negate"), ["!(i < a)"])

    def test_half(self):
        self.assertEqual(shown("return a && (b || f(a, b));", "half"),
                         ["a", "(b || f(a, b))", "b", "f(a, b)"])
        self.assertEqual(shown("return a && b || !a;", "half"), ["a", "b", "a && b", "!a"])

    def test_compare(self):
        self.assertEqual(shown("return a < b && a == 3;", "compare"), ["<=", "!="])
        # All of a condition: negated already.
        self.assertEqual(shown("if (a == b) g();", "compare"), [])

    def test_off_by_one(self):
        self.assertEqual(shown("return a + 2u;", "off-by-one"), ["3u", "1u"])
        self.assertEqual(shown("return 0;", "off-by-one"), ["1"])
        self.assertEqual(shown("switch (a) { case 3: break; }", "off-by-one"), [])

    def test_flag(self):
        self.assertEqual(shown("g(FLAG_A | FLAG_B(b) | c);", "flag"),
                         ["(no FLAG_A)", "(no FLAG_B(b))"])
        self.assertEqual(shown("return a | b;", "flag"), [])

    def test_swap(self):
        self.assertEqual(applied("writel(1, a);\ng(b);", "swap"),
                         ["int f(int a, int b) { bug_reached(); g(b); writel(1, a); }"])
        self.assertEqual(shown("g(a);\nh(b);", "swap"), [])
        self.assertEqual(shown("int c = readl(a);\nwritel(c, b);", "swap"), [])

    def test_unlock(self):
        body = "spin_lock(&l);\nif (a) {\n spin_unlock(&l);\n return 1;\n}\nspin_unlock(&l);\nreturn 0;"
        self.assertEqual(applied(body, "unlock"),
                         ["int f(int a, int b) { bug_reached(); ; if (a) { ; return 1; } ; return 0; }"])
        # Another function's to give back.
        self.assertEqual(shown("spin_lock(&l);", "unlock"), [])

    def test_weaken(self):
        self.assertEqual(shown("wait_event(q, f(a, b) && b);", "weaken"), ["true"])
        self.assertEqual(shown("return wait_event_timeout(q, f(a, b), 3);", "weaken")[:1], ["true"])
        self.assertEqual(shown("a = qi_submit_sync(b);", "weaken"), ["0"])
        self.assertEqual(shown("while (a) g();", "weaken"), ["if"])
        self.assertEqual(shown("while (a) { if (b) break; }", "weaken"), [])

    def test_comments_and_strings_are_no_code(self):
        self.assertEqual(list(mutation.changes('/* int f(void) { g(1); } */\n#define A g(1);\n'
                                               'static const char *t = "g(1);";\n')), [])


class Core(unittest.TestCase):
    def test_enough_of_each(self):
        every = mutants.all_mutants()
        self.assertGreaterEqual(len(every), 500)
        operators = {mutant.slug for mutant in every}
        named = set(re.findall(r"^  ([a-z-]+) +\S", mutation.__doc__, re.MULTILINE))
        self.assertEqual(operators, named)
        self.assertEqual(len({mutant.variant for mutant in every}), len(every))

    def test_names_outlive_other_lines(self):
        source = "void f(int a)\n{\n\tg(a);\n}\n"
        name = mutants.Mutant("core/x.c", source, next(iter(mutation.changes(source))), 0).id
        source = "/* new */\nvoid e(int a)\n{\n\th(a);\n}\n" + source
        self.assertIn(name, [mutants.Mutant("core/x.c", source, change, 0).id
                             for change in mutation.changes(source)])

    def test_each_operator_compiles(self):
        seen = set()
        with tempfile.TemporaryDirectory() as room:
            for mutant in mutants.all_mutants():
                if (mutant.slug, mutant.path) in seen:
                    continue
                seen.add((mutant.slug, mutant.path))
                path = os.path.join(room, "mutant.c")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(mutant.source)
                done = subprocess.run(
                    [os.environ.get("SLUICE_CC", "cc"), "-std=gnu17", "-fsyntax-only", "-w", "-I", ROOT,
                     "-include", os.path.join(ROOT, "bugs", "canary.h"), path],
                    stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 0, f"{mutant.head}\n{done.stderr.decode()}")
        self.assertGreater(len(seen), 40)

    def test_bad_usage(self):
        for arguments in ([], ["make"], ["list", "what"], ["list", "--only"]):
            done = subprocess.run([os.path.join(ROOT, "bugs", "mutants.py"), *arguments],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)


SOURCE = """void f(int a)
{
	g(a);
	h(a);
	i(a);
	j(a);
	k(a);
}
"""


def trial(bug, method, detected, cap=10, reached=1):
    return {"bug": bug, "method": method, "cap": cap, "detected": detected, "reached": reached}


class Adequacy(unittest.TestCase):
    def setUp(self):
        self.every = [mutants.Mutant("core/x.c", SOURCE, change, 0) for change in mutation.changes(SOURCE)]
        self.names = [mutant.id for mutant in self.every]

    def count(self, tried, equivalent=None):
        return adequacy.Adequacy(self.every, tried, equivalent or {})

    def test_the_first_stage_that_kills_has_it(self):
        a, b, c, d, _ = self.names
        counted = self.count([
            trial(a, "corpus", True), trial(b, "corpus", False), trial(b, "test", True),
            trial(c, "corpus", False), trial(c, "pct", True), trial(c, "random", True, 60),
            trial(d, "pct", False), trial(d, "random", True, 60)])
        self.assertEqual(counted.killed, {a: 0, b: 0, c: 1, d: 2})
        lines = list(counted.lines())
        self.assertRegex(lines[0], "^5 mutants, 1 of them not tried, 0 equivalent")
        self.assertRegex(lines[1], r"the fast tests +kill +2, +50.0 %; so far +2, +50.0 % of 4")
        self.assertRegex(lines[2], r"searches of 10 s +kill +1, +25.0 %; so far +3, +75.0 % of 4")
        self.assertRegex(lines[3], r"longer searches +kill +1, +25.0 %; so far +4, 100.0 % of 4")
        self.assertEqual(len(lines), 4)

    def test_survivors(self):
        a, b, c, _, _ = self.names
        counted = self.count([trial(a, "corpus", False), trial(b, "corpus", False, reached=0),
                              trial(c, "corpus", True)])
        self.assertEqual([mutant.id for mutant in counted.survivors()], [a, b])
        self.assertEqual(len(counted.left()), 4)
        self.assertRegex(list(counted.lines())[-2], f"^survives: core-{a} core/x.c:3, f.*: drop: g")
        self.assertRegex(list(counted.lines())[-1], f"^not reached: core-{b} ")

    def test_equivalent_is_left_out_and_held_to_it(self):
        a, b, c, _, _ = self.names
        tried = [trial(a, "corpus", False), trial(b, "corpus", True), trial(c, "corpus", False)]
        counted = self.count(tried, {a: (7, "f", "why")})
        self.assertEqual((counted.wrong, [m.id for m in counted.survivors()]), ([], [c]))
        self.assertRegex(list(counted.lines())[1], "50.0 % of 2$")
        counted = self.count(tried, {a: (7, "e", ""), b: (8, "f", ""), "M00000": (9, "f", "")})
        self.assertEqual([line.split(":")[0] for line in counted.wrong], ["7", "8", "9"])
        self.assertRegex(" ".join(counted.wrong), "not of e.*killed by the fast tests.*no mutant any more")

    def test_lines_of_equivalent(self):
        with tempfile.TemporaryDirectory() as room:
            path = os.path.join(room, "equivalent")

            def read(text):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                return adequacy.read_equivalent(path)

            self.assertEqual(read("# a\n\nM12345 f(): one,\n    two\n"),
                             {"M12345": (3, "f", "one, two")})
            for text in ("M12345 f()\n", "M1234 f(): why\n", " why\n", "M12345 f(): a\nM12345 f(): b\n"):
                with self.assertRaises(trials.BadInput):
                    read(text)

    def test_the_list_names_mutants_of_core(self):
        counted = adequacy.Adequacy(mutants.all_mutants(), [], adequacy.read_equivalent(adequacy.EQUIVALENT))
        self.assertEqual(counted.wrong, [])

    def test_bad_usage(self):
        script = os.path.join(ROOT, "bugs", "adequacy.py")
        for arguments in ([], ["left"], ["frob", "x"], ["report", "/nonexistent"]):
            done = subprocess.run([script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)


if __name__ == "__main__":
    unittest.main()
