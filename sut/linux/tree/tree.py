#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the build asks of a kernel tree. docs/linux.md tells the whole.

usage: tree.py patterns              what to unpack of a source package, one tar pattern a line
       tree.py check TREE            prints the layout; fails with all that the tree lacks
       tree.py version TREE          the version string
       tree.py identity TREE [FILE]  path, layout and version: by these a build knows its tree
       tree.py cmake TREE FILE       writes the variables that cmake/linux.cmake reads
       tree.py forward TREE DIR      writes a forwarder for each <header> that the sources name
       tree.py cuts TREE DIR         writes the files of cut definitions
       tree.py manifest TREE         sha256 of each file of an unpacked package
       tree.py verify TREE           compares the files with TREE/MANIFEST
"""

import hashlib
import os
import re
import subprocess
import sys

import csource
import cut
import layout
from layout import TreeError

# Headers that lie beside the sources, for their quoted includes.
BESIDE = ["Makefile", "drivers/iommu/*.h", "drivers/iommu/intel/*.h"]
# Ours, in the folder of an unpacked package.
MANIFEST, VERSION, PATTERNS = "MANIFEST", "VERSION", "PATTERNS"
# What the table's names of shim files are relative to.
LINUX = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCLUDE = re.compile(r'#\s*include\s*(?:<([^>]+)>|"([^"]+)")')


def write_if_changed(path, text):
    """So that what depends on the file is not built again for nothing."""
    try:
        if csource.read_text(path) == text:
            return
    except OSError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="latin-1", newline="") as file:
        file.write(text)


def patterns():
    names = list(BESIDE)
    for each in layout.parse():
        names += each.sources()
        for header in each.real:
            names += layout.header_places(header)
    print("\n".join(dict.fromkeys(names)))


def makefile_version(tree):
    values = {}
    for line in csource.read_text(os.path.join(tree, "Makefile")).split("\n")[:20]:
        match = re.match(r"(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)\s*=[ \t]*(\S*)", line)
        if match:
            values[match[1]] = match[2]
    if not values.get("VERSION"):
        raise TreeError(f"{tree}/Makefile names no VERSION; is this a kernel tree?")
    version = ".".join(values[name] for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")
                       if values.get(name))
    return version + values.get("EXTRAVERSION", "")


def git_version(tree):
    """`git describe` of a tree that is the root of a checkout, else nothing."""
    if not os.path.exists(os.path.join(tree, ".git")):
        return ""
    command = ["git", "--no-optional-locks", "-C", tree, "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def version(tree):
    """An unpacked package knows its own, and a copy says if it was changed; a user's tree has its
    Makefile's, and git's."""
    if os.path.isfile(os.path.join(tree, MANIFEST)):
        text = csource.read_text(os.path.join(tree, VERSION)).strip()
        return text + ("+changed" if differences(tree) else "")
    git = git_version(tree)
    text = makefile_version(tree) + (f"+{git}" if git else "")
    # As `expect ... version` can name it.
    return re.sub(r"[^A-Za-z0-9.+~:-]", "-", text)


def included(path):
    """(names in <>, names in quotes) that a file includes, in whatever conditional."""
    angled, quoted = [], []
    for token in csource.tokenize(csource.read_text(path)):
        match = token.kind == "directive" and INCLUDE.match(token.text)
        if match:
            (angled if match[1] else quoted).append(match[1] or match[2])
    return angled, quoted


def scan(tree, chosen):
    """(files read, names in <> with all that they lead to inside the tree)."""
    real = {name.lstrip("?"): layout.real_header(tree, name.lstrip("?")) for name in chosen.real}
    waiting = chosen.sources() + [place for place in real.values() if place]
    files, names = [], set(name for name, place in real.items() if place)
    while waiting:
        file = os.path.normpath(waiting.pop())
        if file in files:
            continue
        files.append(file)
        angled, quoted = included(os.path.join(tree, file))
        names.update(angled)
        for name in quoted:
            beside = os.path.normpath(os.path.join(os.path.dirname(file), name))
            if os.path.isfile(os.path.join(tree, beside)):
                waiting.append(beside)
    return sorted(files), {name: real.get(name) for name in sorted(names)}


def forward(tree, folder):
    """One forwarder for each name. libc includes some of them too: who includes libc's headers
    defines SLUICE_LIBC meanwhile, and the system's file is meant."""
    chosen = layout.check(tree)
    _, names = scan(tree, chosen)
    for name, place in names.items():
        shim = os.path.join(LINUX, chosen.shim.get(name, "shim/kernel.h"))
        target = os.path.join(tree, place) if place else shim
        text = f'#include "{target}"\n'
        if not place:
            text = f"#ifdef SLUICE_LIBC\n#include_next <{name}>\n#else\n{text}#endif\n"
        write_if_changed(os.path.join(folder, name), text)
    for root, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(root, file)
            if os.path.relpath(path, folder) not in names:
                os.remove(path)


def cuts(tree, folder):
    for part in layout.check(tree).cuts:
        source = os.path.join(tree, part.source)
        write_if_changed(os.path.join(folder, part.output), cut.cut(source, part.names))


def cmake(tree, output):
    chosen = layout.check(tree)
    files, _ = scan(tree, chosen)
    values = {
        "LINUX_LAYOUT": [chosen.name],
        "LINUX_VERSION": [version(tree)],
        "LINUX_WHOLE": [os.path.join(tree, name) for name in chosen.whole],
        "LINUX_CUTS": [part.output for part in chosen.cuts],
        "LINUX_FILES": [os.path.join(tree, name) for name in files],
    }
    lines = [f"set({name} [=[{';'.join(value)}]=])\n" for name, value in values.items()]
    write_if_changed(output, "".join(lines))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def manifest(tree):
    found = []
    for root, _, files in os.walk(tree):
        found += [os.path.relpath(os.path.join(root, file), tree) for file in files]
    for name in sorted(found):
        if name not in (MANIFEST, VERSION, PATTERNS):
            print(f"{digest(os.path.join(tree, name))}  {name}")


def differences(tree):
    """What is not as in the package that the tree was unpacked from, as sentences."""
    wrong = []
    for line in csource.read_text(os.path.join(tree, MANIFEST)).splitlines():
        expected, name = line.split("  ", 1)
        path = os.path.join(tree, name)
        if not os.path.isfile(path):
            wrong.append(f"{name} is gone")
        elif digest(path) != expected:
            wrong.append(f"{name} is not as in the package")
    return wrong


def verify(tree):
    wrong = differences(tree)
    if wrong:
        raise TreeError("\n".join(
            [f"{tree} holds changed kernel files:"] + [f"  {line}" for line in wrong]
            + ["Remove the folder and run scripts/setup --linux; to test changes of your own, "
               "make them in a copy and use --linux-tree DIR."]))


def identity(tree, file=None):
    text = f"{tree} {layout.detect(tree).name} {version(tree)}\n"
    if file:
        write_if_changed(file, text)
    else:
        print(text, end="")


COMMANDS = {
    "patterns": (patterns, [0]),
    "check": (lambda tree: print(layout.check(tree).name), [1]),
    "version": (lambda tree: print(version(tree)), [1]),
    "identity": (identity, [1, 2]),
    "cmake": (cmake, [2]),
    "forward": (forward, [2]),
    "cuts": (cuts, [2]),
    "manifest": (manifest, [1]),
    "verify": (verify, [1]),
}


def main(arguments):
    name, values = arguments[:1], arguments[1:]
    if not name or name[0] not in COMMANDS or len(values) not in COMMANDS[name[0]][1]:
        print(__doc__.strip())
        return 0 if name in (["--help"], ["-h"]) else 2
    try:
        COMMANDS[name[0]][0](*values)
    except (TreeError, cut.MissingName, csource.SourceError, OSError) as error:
        print(f"sluice: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
