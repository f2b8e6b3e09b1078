# SPDX-License-Identifier: GPL-2.0-only
"""corpora/README.md says of each seed what its file says."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True

import manifest  # noqa: E402


class Manifest(unittest.TestCase):
    def test_page_is_as_made(self):
        with open(os.path.join(ROOT, manifest.PAGE), encoding="utf-8") as file:
            self.assertEqual(file.read(), manifest.page(), "run tools/manifest.py --write")

    def test_each_seed_has_a_number_and_a_purpose_of_its_own(self):
        rows = [line.split(" | ") for line in manifest.page().splitlines() if line.startswith("| [")]
        self.assertGreaterEqual(len(rows), 100)
        numbers = [row[0].split("-")[0] for row in rows]
        purposes = [row[1] for row in rows]
        self.assertEqual(len(set(numbers)), len(rows))
        self.assertEqual(len(set(purposes)), len(rows))
        self.assertTrue(all(len(purpose.strip(" |")) > 20 for purpose in purposes))


if __name__ == "__main__":
    unittest.main()
