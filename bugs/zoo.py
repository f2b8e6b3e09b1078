#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The zoo's sources: each planted bug's patch becomes the files of one more system under test.

usage: zoo.py make OUT [--linux TREE]   everything below, in OUT; what is as it was stays
       zoo.py check                     reads all heads and prints how many there are

OUT/VARIANT/...      the files that the patch changes, by their paths from the project's root; for the
                     kernel a whole tree
OUT/linux-6.12-fixed the kernel with the fixes of bugs/linux/fixes: the twin of its bugs
OUT/zoo.cmake        what cmake/bugs.cmake builds of them
OUT/zoo.c            the one table (bugs/bugs.h)

bugs/README.md tells what a head holds. Exit code 2: a file is not as it should be.
"""

import concurrent.futures
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "sut", "linux", "tree"))
import semantic  # noqa: E402

TWIN = {"core": "core", "v2": "v2", "linux": "linux-6.12-fixed"}
STEM = {"core": "core", "v2": "v2", "linux": "linux-6.12"}
KEYS = ("origin", "breaks", "expect", "why", "premises", "knobs", "files", "without")
FIXES = os.path.join(ROOT, "bugs", "linux", "fixes")
NAME = re.compile(r"([ZS]\d\d\d?)-([a-z0-9-]+)\.(patch|cocci)$")


class ZooError(Exception):
    pass


class Bug:
    """One file below bugs/."""

    def __init__(self, folder, name):
        self.folder = folder
        self.path = os.path.join("bugs", folder, name)
        match = NAME.match(name)
        if not match:
            raise ZooError(f"{self.path}: expected a name like Z05-reinit-after-scan.patch")
        self.id, self.slug, self.kind = match.groups()
        self.variant = f"{STEM[folder]}-{self.id}"
        self.symbol = "sut_" + re.sub(r"\W", "_", self.variant)
        with open(os.path.join(ROOT, self.path), encoding="utf-8") as file:
            self.text = file.read()
        if "SPDX-License-Identifier: GPL-2.0-only" not in self.text.split("\n", 1)[0]:
            raise ZooError(f"{self.path}:1: expected the licence, found `{self.text[:40].splitlines()[0]}`")
        self.head = self.read_head()

    def read_head(self):
        head, last = {}, None
        for number, line in enumerate(self.text.split("\n"), 1):
            if line.startswith(("---", "diff ", "@")):
                break
            line = re.sub(r"^// ?", "", line).rstrip()
            if not line or line.startswith("SPDX-License-Identifier"):
                continue
            match = re.match(r"(\w+): *(.*)$", line)
            if match and match[1] in KEYS:
                last = match[1]
                head[last] = match[2]
            elif last and line.startswith("  "):
                head[last] += " " + line.strip()
            else:
                raise ZooError(f"{self.path}:{number}: expected one of {', '.join(KEYS)}, "
                               f"found `{line[:40]}`")
        for key in ("origin", "breaks", "expect"):
            if not head.get(key):
                raise ZooError(f"{self.path}:1: expected a line `{key}: ...` in its head")
        if len(head["expect"].split()) > 1 and not head.get("why"):
            raise ZooError(f"{self.path}:1: expected a line `why: ...`, for it expects more than one")
        return head

    def touched(self):
        """Files that a plain patch changes."""
        return re.findall(r"^\+\+\+ b/(\S+)", self.text, re.MULTILINE)


def all_bugs():
    bugs = []
    for folder in TWIN:
        room = os.path.join(ROOT, "bugs", folder)
        for name in sorted(os.listdir(room)) if os.path.isdir(room) else []:
            if name.endswith((".patch", ".cocci")):
                bugs.append(Bug(folder, name))
    seen = {}
    for bug in bugs:
        if bug.variant in seen:
            raise ZooError(f"{bug.path}:1: {seen[bug.variant]} is {bug.variant}, too")
        seen[bug.variant] = bug.path
    return bugs


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write_if_changed(path, data):
    if os.path.isfile(path) and read(path) == data:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def files_below(folder):
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.relpath(os.path.join(base, name), folder)


def digest(*parts):
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part if isinstance(part, bytes) else part.encode()).digest())
    return total.hexdigest()


def settle(made, final, stamp):
    """MADE becomes FINAL; a file that is as it was keeps its age, so that nothing is compiled anew."""
    old = set(files_below(final)) if os.path.isdir(final) else set()
    for name in files_below(made):
        write_if_changed(os.path.join(final, name), read(os.path.join(made, name)))
        old.discard(name)
    for name in old:
        os.unlink(os.path.join(final, name))
    shutil.rmtree(made)
    write_if_changed(final + ".stamp", stamp.encode())


def is_made(final, stamp):
    return os.path.isdir(final) and os.path.isfile(final + ".stamp") and \
        read(final + ".stamp").decode() == stamp


def make_patched(out, bug):
    final = os.path.join(out, bug.variant)
    touched = bug.touched()
    if not touched:
        raise ZooError(f"{bug.path}: expected a patch with lines `+++ b/FILE`")
    sources = [read(os.path.join(ROOT, name)) for name in touched]
    stamp = digest(bug.text, *sources)
    if is_made(final, stamp):
        return
    made = final + ".made"
    shutil.rmtree(made, ignore_errors=True)
    for name, data in zip(touched, sources):
        write_if_changed(os.path.join(made, name), data)
    done = subprocess.run(["patch", "-p1", "--batch", "--fuzz=0", "--no-backup-if-mismatch",
                           "-i", os.path.join(ROOT, bug.path)],
                          cwd=made, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise ZooError(f"{bug.path}: does not fit\n{done.stdout.decode(errors='replace')}")
    settle(made, final, stamp)


# --- The kernel ----------------------------------------------------------------------------------

def fix_names():
    with open(FIXES, encoding="utf-8") as file:
        return [line.strip() for line in file if line.strip() and not line.startswith("#")]


def fix_path(name):
    return os.path.join(ROOT, "docs", "findings", name + ".cocci")


def make_tree(out, name, tree, fixes, patch):
    """OUT/NAME: TREE with FIXES and PATCH in it. The twin, made before, has all the fixes."""
    patches = [fix_path(fix) for fix in fixes] + ([patch] if patch else [])
    stamp = digest(read(os.path.join(tree, "MANIFEST")), *[read(each) for each in patches],
                   read(semantic.__file__))
    final = os.path.join(out, name)
    if is_made(final, stamp):
        return
    made = final + ".made"
    shutil.rmtree(made, ignore_errors=True)
    if patch and fixes == fix_names():
        shutil.copytree(os.path.join(out, TWIN["linux"]), made)
        patches = [patch]
    else:
        shutil.copytree(tree, made)
        os.unlink(os.path.join(made, "MANIFEST"))
    try:
        for each in patches:
            semantic.apply(each, made)
    except semantic.SemanticError as error:
        raise ZooError(str(error).replace(ROOT + "/", "")) from error
    settle(made, final, stamp)


def make_kernel_bug(out, bug, tree):
    fixes, patch = fix_names(), os.path.join(ROOT, bug.path)
    for name in bug.head.get("without", "").split():
        if name not in fixes:
            raise ZooError(f"{bug.path}: bugs/linux/fixes has no `{name}`")
        fixes.remove(name)
    if not semantic.rules(patch):
        if not bug.head.get("without"):
            raise ZooError(f"{bug.path}: expected a rule, or a line `// without: FIX`")
        patch = None
    make_tree(out, bug.variant, tree, fixes, patch)


def differing(out, bug):
    twin, mine = (os.path.join(out, name) for name in (TWIN["linux"], bug.variant))
    return [name for name in files_below(mine)
            if not os.path.isfile(os.path.join(twin, name))
            or read(os.path.join(twin, name)) != read(os.path.join(mine, name))]


# --- What the build reads ---------------------------------------------------------------------------

def cmake_text(out, bugs):
    lines = []
    for bug in bugs:
        changed = differing(out, bug) if bug.folder == "linux" else bug.touched()
        lines.append(f"sluice_add_bug(NAME {bug.variant} SYMBOL {bug.symbol} FOLDER {bug.folder} "
                     f"SLUG {bug.slug}\n"
                     f"\tCHANGED {' '.join(changed)})\n")
    return "# Made by bugs/zoo.py.\n" + "".join(lines)


def table_text(bugs):
    rows = []
    for bug in bugs:
        values = [bug.id, bug.slug, bug.variant, TWIN[bug.folder], bug.head["origin"],
                  bug.head["breaks"], " ".join(bug.head["expect"].split()),
                  bug.head.get("why", ""), bug.head.get("premises", ""),
                  bug.head.get("knobs", ""), bug.path]
        rows.append("\t{ " + ",\n\t  ".join(json.dumps(value) for value in values) + " },\n")
    return ("/* Made by bugs/zoo.py from the heads of the patches. */\n#include \"bugs/bugs.h\"\n\n"
            "const struct bug bug_table[] = {\n" + "".join(rows) + "\t{ 0 },\n};\n")


def make(out, tree):
    bugs = [bug for bug in all_bugs() if tree or bug.folder != "linux"]
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, ".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if tree:
            make_tree(out, TWIN["linux"], tree, fix_names(), None)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(make_kernel_bug, out, bug, tree) if bug.folder == "linux"
                    else pool.submit(make_patched, out, bug) for bug in bugs]
            complaints = [str(job.exception()) for job in jobs if job.exception()]
        if complaints:
            raise ZooError("\n".join(complaints))
        write_if_changed(os.path.join(out, "zoo.cmake"), cmake_text(out, bugs).encode())
        write_if_changed(os.path.join(out, "zoo.c"), table_text(bugs).encode())


def main(arguments):
    try:
        if arguments[:1] == ["check"] and len(arguments) == 1:
            print(f"{len(all_bugs())} bugs")
            return 0
        if arguments[:1] == ["make"] and (len(arguments) == 2 or arguments[2:3] == ["--linux"]
                                          and len(arguments) == 4):
            make(arguments[1], arguments[3] if len(arguments) == 4 else None)
            return 0
        print(__doc__, file=sys.stderr)
        return 2
    except ZooError as error:
        print("\n".join("zoo.py: " + line for line in str(error).split("\n")), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
