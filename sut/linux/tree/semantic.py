#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Semantic patches (Coccinelle), applied to a kernel tree.

usage: semantic.py apply TREE PATCH.cocci...     changes TREE, prints the files that were changed

The head of a patch, the lines before its first rule, names what it is for:
   // files: FILE...        what it is applied to; `a|b` is the first of them that TREE has

It is applied rule by rule, since spatch does not say that a rule matches nowhere: here that is an
error, as is a rule that spatch refuses. Exit code 2: the patch does not fit.
"""

import os
import re
import subprocess
import sys
import tempfile


class SemanticError(Exception):
    pass


def head(path):
    """The values of `// word: value` lines, each a list of words."""
    values = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("@"):
                break
            match = re.match(r"// (\w+): *(.*)", line)
            if match:
                values.setdefault(match[1], []).extend(match[2].split())
    return values


def rules(path):
    """(number of its first line, text) of each rule."""
    found, inside = [], False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("@"):
                inside = not inside
                if inside:
                    found.append((number, []))
            if found:
                found[-1][1].append(line)
    return [(number, "".join(lines)) for number, lines in found]


def targets(patch, tree):
    names = head(patch).get("files", [])
    if not names:
        raise SemanticError(f"{patch}: expected a line `// files: FILE...` in its head")
    files = []
    for choice in names:
        there = [name for name in choice.split("|") if os.path.isfile(os.path.join(tree, name))]
        if not there:
            raise SemanticError(f"{patch}: the tree has no {choice}")
        files.append(there[0])
    return files


def contents(tree, files):
    texts = []
    for name in files:
        with open(os.path.join(tree, name), "rb") as file:
            texts.append(file.read())
    return texts


def apply(patch, tree):
    """The files that it names. TREE's files are replaced, not written to: they may be hard links."""
    files = targets(patch, tree)
    for number, text in rules(patch):
        before = contents(tree, files)
        with tempfile.NamedTemporaryFile("w", suffix=".cocci", encoding="utf-8") as rule:
            rule.write(text)
            rule.flush()
            for name in files:
                path = os.path.join(tree, name)
                with open(path, "rb") as file:
                    data = file.read()
                os.unlink(path)
                with open(path, "wb") as file:
                    file.write(data)
            done = subprocess.run(
                ["spatch", "--very-quiet", "--in-place", "--sp-file", rule.name, *files],
                cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise SemanticError(f"{patch}:{number}: spatch refuses this rule\n"
                                + done.stdout.decode(errors="replace"))
        if contents(tree, files) == before:
            raise SemanticError(f"{patch}:{number}: this rule matches nothing")
    return files


def main(arguments):
    if len(arguments) < 3 or arguments[0] != "apply":
        print(__doc__, file=sys.stderr)
        return 2
    try:
        changed = {}
        for patch in arguments[2:]:
            changed.update(dict.fromkeys(apply(patch, arguments[1])))
        print("\n".join(changed))
    except SemanticError as error:
        print(f"semantic.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
