# SPDX-License-Identifier: GPL-2.0-only
"""What the build asks of a kernel tree: its layout, what it lacks, forwarders, changed bytes."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, "sut", "linux", "tree")
sys.path.insert(0, TOOLS)
sys.dont_write_bytecode = True

import layout  # noqa: E402

TABLE = """
whole a/all.c		# everywhere
real linux/list.h ?linux/gone.h
shim trace/end.h shim/ring.h
cut a/big.c as big.inc
	one

layout new
mark a/split.c
whole a/split.c
cut a/big.c as big.inc
	struct two

layout old
mark a/all.c
unless a/split.c
cut a/other.c as other.inc
	three|drei
"""
FILES = {
    "Makefile": "# x\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION = -rc1\n",
    "a/all.c": '#include <linux/errno.h>\n#include "all.h"\n',
    "a/all.h": "#ifdef A\n# include <asm/page.h>\n#endif\n#include <trace/end.h>\n",
    "a/split.c": "#include <linux/list.h>\n",
    "a/big.c": "/* #include <linux/never.h> */\nint one(void)\n{\n\treturn 1;\n}\nstruct two { int a; };\n",
    "include/linux/list.h": "#include <linux/inner.h>\n",
}


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = os.path.join(folder.name, "tree")
        self.out = os.path.join(folder.name, "out")
        # The tools beside a table of this test's own.
        self.tools = os.path.join(folder.name, "sut", "tree")
        os.makedirs(self.tools)
        for name in os.listdir(TOOLS):
            if name.endswith(".py"):
                shutil.copy(os.path.join(TOOLS, name), self.tools)
        self.table = os.path.join(self.tools, "layouts")
        self.write(self.table, TABLE)
        for name, text in FILES.items():
            self.write(os.path.join(self.tree, name), text)

    def write(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, *path):
        with open(os.path.join(*path), encoding="utf-8") as file:
            return file.read()

    def ask(self, *arguments):
        """(exit code, what tree.py printed, what it complained about)."""
        done = subprocess.run([sys.executable, "-B", os.path.join(self.tools, "tree.py"), *arguments],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def fails(self, *arguments):
        code, _, complaint = self.ask(*arguments)
        self.assertEqual(code, 1)
        self.assertNotIn("Traceback", complaint)
        return complaint

    def remove(self, name):
        os.remove(os.path.join(self.tree, name))

    def test_layout_is_found_by_marks(self):
        self.assertEqual(self.ask("check", self.tree), (0, "new\n", ""))
        self.remove("a/split.c")
        self.write(os.path.join(self.tree, "a/other.c"), "int drei;\n")
        self.assertEqual(self.ask("check", self.tree), (0, "old\n", ""))

    def test_what_is_lacking_is_named(self):
        self.write(os.path.join(self.tree, "a/big.c"), "int one(void);\nstruct two;\n")
        self.remove("include/linux/list.h")
        complaint = self.fails("check", self.tree)
        for part in ("looks like layout new", "a/big.c has no function, variable or macro `one`",
                     "a/big.c has no `struct two`", "there is no header linux/list.h"):
            self.assertIn(part, complaint)
        self.assertNotIn("gone.h", complaint)
        self.remove("a/big.c")
        self.assertIn("there is no a/big.c", self.fails("check", self.tree))

    def test_unknown_trees(self):
        self.remove("a/split.c")
        self.remove("a/all.c")
        self.assertIn("has no layout that", self.fails("check", self.tree))
        self.remove("Makefile")
        self.assertIn("is no kernel tree", self.fails("check", self.tree))

    def test_mistakes_in_the_table_have_a_line(self):
        for text, line in (("whole\n", 1), ("whole a\n\tname\n", 2), ("layout x\ncut a to b\n", 2)):
            self.write(self.table, text)
            self.assertIn(f"layouts:{line}:", self.fails("patterns"))

    def test_version(self):
        self.assertEqual(self.ask("version", self.tree)[1], "6.12.3-rc1\n")

    def test_version_of_a_package_and_its_copies(self):
        self.write(os.path.join(self.tree, "MANIFEST"), self.ask("manifest", self.tree)[1])
        self.write(os.path.join(self.tree, "VERSION"), "6.12.9-1~deb12u1\n")
        self.assertEqual(self.ask("version", self.tree)[1], "6.12.9-1~deb12u1\n")
        self.write(os.path.join(self.tree, "a/all.c"), "")
        self.assertEqual(self.ask("version", self.tree)[1], "6.12.9-1~deb12u1+changed\n")

    def test_version_of_a_checkout(self):
        def git(*arguments):
            subprocess.run(["git", "-C", self.tree, "-c", "user.name=n", "-c", "user.email=e",
                            *arguments], check=True, capture_output=True)

        git("init")
        git("add", "-A")
        git("commit", "-m", "x")
        git("tag", "-a", "-m", "x", "mine/v6_12")
        self.assertEqual(self.ask("version", self.tree)[1], "6.12.3-rc1+mine-v6-12\n")
        self.write(os.path.join(self.tree, "a/all.c"), "")
        self.assertEqual(self.ask("version", self.tree)[1], "6.12.3-rc1+mine-v6-12-dirty\n")

    def test_identity_tells_trees_apart(self):
        code, before, _ = self.ask("identity", self.tree)
        self.assertEqual((code, before), (0, f"{self.tree} new 6.12.3-rc1\n"))
        self.ask("identity", self.tree, os.path.join(self.out, "identity"))
        self.assertEqual(self.read(self.out, "identity"), before)

    def test_forwarders(self):
        self.write(os.path.join(self.out, "linux", "stale.h"), "")
        self.assertEqual(self.ask("forward", self.tree, self.out)[0], 0)
        found = sorted(os.path.relpath(os.path.join(root, file), self.out)
                       for root, _, files in os.walk(self.out) for file in files)
        self.assertEqual(found, ["asm/page.h", "linux/errno.h", "linux/inner.h", "linux/list.h",
                                 "trace/end.h"])
        self.assertEqual(self.read(self.out, "linux/list.h"),
                         f'#include "{self.tree}/include/linux/list.h"\n')
        self.assertIn("/shim/kernel.h\"\n", self.read(self.out, "asm/page.h"))
        self.assertIn("/shim/ring.h\"\n", self.read(self.out, "trace/end.h"))
        self.assertIn("#include_next <linux/errno.h>\n", self.read(self.out, "linux/errno.h"))

    def test_unchanged_output_is_left_alone(self):
        self.ask("cuts", self.tree, self.out)
        path = os.path.join(self.out, "big.inc")
        os.utime(path, (1, 1))
        self.ask("cuts", self.tree, self.out)
        self.assertEqual(os.stat(path).st_mtime, 1)
        self.write(os.path.join(self.tree, "a/big.c"), FILES["a/big.c"].replace("return 1", "return 2"))
        self.ask("cuts", self.tree, self.out)
        self.assertIn("return 2", self.read(path))

    def test_layouts_add_to_a_shared_cut(self):
        self.ask("cuts", self.tree, self.out)
        text = self.read(self.out, "big.inc")
        self.assertIn("struct two { int a; };", text)
        self.assertIn(f'#line 2 "{self.tree}/a/big.c"\nint one(void)\n', text)

    def test_cmake_variables(self):
        self.ask("cmake", self.tree, os.path.join(self.out, "tree.cmake"))
        text = self.read(self.out, "tree.cmake")
        self.assertIn(f"set(LINUX_WHOLE [=[{self.tree}/a/all.c;{self.tree}/a/split.c]=])\n", text)
        self.assertIn("set(LINUX_LAYOUT [=[new]=])\n", text)
        self.assertIn(f"{self.tree}/a/all.h", text)

    def test_changed_bytes_are_named(self):
        code, manifest, _ = self.ask("manifest", self.tree)
        self.assertEqual(code, 0)
        self.write(os.path.join(self.tree, "MANIFEST"), manifest)
        self.assertEqual(self.ask("verify", self.tree), (0, "", ""))
        self.write(os.path.join(self.tree, "a/big.c"), FILES["a/big.c"].replace("1", "2"))
        self.remove("a/all.h")
        complaint = self.fails("verify", self.tree)
        self.assertIn("a/big.c is not as in the package", complaint)
        self.assertIn("a/all.h is gone", complaint)
        self.assertNotIn("a/all.c", complaint)

    def test_patterns_name_all_that_any_layout_wants(self):
        found = self.ask("patterns")[1].split("\n")
        for name in ("Makefile", "a/all.c", "a/split.c", "a/other.c", "a/big.c",
                     "include/linux/list.h", "include/uapi/linux/list.h"):
            self.assertIn(name, found)

    def test_the_table_itself(self):
        """Each layout has its mark, takes nothing twice, and no name twice from one file."""
        for each in layout.parse():
            self.assertTrue(each.marks, each.name)
            for names in (each.whole, each.real, *(part.names for part in each.cuts)):
                self.assertEqual(sorted(names), sorted(set(names)), each.name)
                self.assertTrue(names, each.name)


if __name__ == "__main__":
    unittest.main()
