# SPDX-License-Identifier: GPL-2.0-only
"""Every finding has a page, and what is computed in a page is of the scenarios as they are."""

import glob
import os
import re
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True

import finding  # noqa: E402

# Of no one finding: the index, claims that nothing shows, and all fixes at once.
OTHERS = {"README.md", "not-shown.md", "together.md"}


def pages():
    paths = sorted(glob.glob(os.path.join(ROOT, "docs/findings/*.md")))
    return [finding.Page(path) for path in paths if os.path.basename(path) not in OTHERS]


def expects(name):
    with open(os.path.join(ROOT, finding.FOLDER, name + ".sluice"), encoding="utf-8") as file:
        return dict(re.findall(r"^expect (\S+) (\S+)", file.read(), re.MULTILINE))


class Pages(unittest.TestCase):
    def test_rows_say_what_the_scenarios_expect(self):
        for page in pages():
            self.assertEqual(list(page.rows), page.names, page.path)
            for name in page.names:
                cells = [cell.strip() for cell in page.rows[name].strip("|").split(" | ")]
                told = dict(zip(finding.SYSTEMS, cells[1:]))
                for system, result in expects(name).items():
                    word = told[system].replace("`", "").rstrip("*").split(":")[0]
                    self.assertEqual(word, result, f"{page.path}: {name} on {system}")

    def test_the_timeline_is_of_the_first_scenario(self):
        for page in pages():
            _, _, subject = finding.scenario(page.names[0])
            begin = rf"{re.escape(subject)} \(\S+\): {expects(page.names[0])[subject]}[ :]"
            self.assertRegex(page.timeline, begin, page.path)
            self.assertIn("What must hold: ", page.timeline, page.path)

    def test_every_finding_has_a_page(self):
        named = {name for page in pages() for name in page.names}
        for path in glob.glob(os.path.join(ROOT, finding.FOLDER, "*.sluice")):
            name = os.path.basename(path)[:-7]
            if finding.scenario(name)[2]:
                self.assertIn(name, named)
        with open(os.path.join(ROOT, "docs/findings/README.md"), encoding="utf-8") as file:
            index = file.read()
        for page in pages():
            self.assertIn(f"({os.path.basename(page.path)})", index)


class Blocks(unittest.TestCase):
    VERSIONS = {"linux-6.12": "6.12.1", "linux-6.1": "6.1.2", "core": None}

    def page(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".md", delete=False) as file:
            file.write(text)
        self.addCleanup(os.remove, file.name)
        return finding.Page(file.name)

    def test_what_stands_around_the_block_stays(self):
        page = self.page("# Title\n\nStory \\1.\n\n<!-- scripts/finding: a\nb -->\nold\n<!-- scripts/finding: end -->\nMore.\n")
        self.assertEqual(page.names, ["a", "b"])
        page.rows = {"b": "| [b](x) | y |", "a": "| [a](x) | y |"}
        page.timeline = "line \\g<0>\n"
        text = page.with_block(page.block(self.VERSIONS))
        self.assertTrue(text.startswith("# Title\n\nStory \\1.\n\n<!-- scripts/finding: a\nb -->\n## "))
        self.assertTrue(text.endswith("<!-- scripts/finding: end -->\nMore.\n"))
        self.assertLess(text.index("| [a]"), text.index("| [b]"))
        self.assertIn("line \\g<0>\n```", text)

    def test_rows_of_another_build_are_kept(self):
        page = self.page("<!-- scripts/finding: a -->\n| [a](x) | kept |\n```text\nold\n```\n<!-- scripts/finding: end -->\n")
        self.assertIn("| [a](x) | kept |\n", page.block(self.VERSIONS))
        self.assertIn("```text\nold\n```", page.block(self.VERSIONS))

    def test_a_page_without_markers_is_refused(self):
        for text in ("# Title\n", "<!-- scripts/finding: a -->\n", "<!-- scripts/finding: end -->\n"):
            with self.assertRaises(ValueError):
                self.page(text)

    def test_premises(self):
        text = "premises: stopped; broken: none\nknobs: u0 pipe=open (disputed: may be)\nassumes: sva-on-x86 (Debian)"
        self.assertEqual(finding.premises(text, "plain"),
                         "all promises kept; `pipe=open` (disputed); assumes `sva-on-x86`")
        self.assertEqual(finding.premises("premises: a; broken: b, c", "asan"), "broken: b, c; seen in the build `asan`")


if __name__ == "__main__":
    unittest.main()
