# SPDX-License-Identifier: GPL-2.0-only
"""The table `layouts`, and which of its layouts a kernel tree has."""

import os

import csource
import cut

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layouts")


class TreeError(Exception):
    """What was not found in a tree, or what is wrong with the table."""


class Cut:
    def __init__(self, source, output):
        self.source, self.output, self.names = source, output, []


class Layout:
    def __init__(self, name, common=None):
        self.name, self.marks, self.absent = name, [], []
        self.whole = list(common.whole) if common else []
        self.real = list(common.real) if common else []
        self.shim = dict(common.shim) if common else {}
        self.cuts = []
        for part in common.cuts if common else []:
            self.cut(part.source, part.output).names += part.names

    def cut(self, source, output):
        """A cut that all layouts share may get more names in one of them."""
        for part in self.cuts:
            if part.output == output:
                if part.source != source:
                    raise TreeError(f"{output} is cut from {part.source} and from {source}")
                return part
        self.cuts.append(Cut(source, output))
        return self.cuts[-1]

    def sources(self):
        """The C files that anything is taken of, once each."""
        return list(dict.fromkeys(self.whole + [part.source for part in self.cuts]))


def parse(path=TABLE):
    """All layouts, in order."""
    common, layouts, names = Layout("common"), [], None
    current = common
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text = line.split("#")[0].rstrip()
            words = text.split()
            if not words:
                continue
            if text[0].isspace():
                if names is None:
                    raise TreeError(f"{path}:{number}: a name without a `cut` above it")
                names.append(" ".join(words))
                continue
            names = None
            if words[0] == "layout" and len(words) == 2:
                current = Layout(words[1], common)
                layouts.append(current)
            elif words[0] in ("mark", "unless") and len(words) == 2:
                (current.marks if words[0] == "mark" else current.absent).append(words[1])
            elif words[0] == "whole" and len(words) == 2:
                current.whole.append(words[1])
            elif words[0] == "real" and len(words) >= 2:
                current.real += words[1:]
            elif words[0] == "shim" and len(words) == 3:
                current.shim[words[1]] = words[2]
            elif words[0] == "cut" and len(words) == 4 and words[2] == "as":
                names = current.cut(words[1], words[3]).names
            else:
                raise TreeError(f"{path}:{number}: expected layout, mark, unless, whole, real, "
                                f"shim or `cut FILE as NAME`, found `{text}`")
    return layouts


def header_places(name):
    """Where a header may lie in a tree."""
    name = name.lstrip("?")
    return [f"include/{name}", f"include/uapi/{name}", f"arch/x86/include/{name}"]


def real_header(tree, name):
    """The place of a real header in the tree, or None."""
    for place in header_places(name):
        if os.path.isfile(os.path.join(tree, place)):
            return place
    return None


def missing_names(tree, part):
    """What the table wants of one cut file and the file lacks."""
    path = os.path.join(tree, part.source)
    try:
        definitions = csource.definitions(csource.read_text(path))
    except csource.SourceError as error:
        return [f"{part.source} can't be read as C: {error}"]
    return [f"{part.source} has no {name}" for name in cut.choose(definitions, part.names)[1]]


def missing(tree, layout):
    """All that the table wants and the tree lacks, as sentences."""
    lacks = [f"there is no {source}" for source in layout.sources()
             if not os.path.isfile(os.path.join(tree, source))]
    lacks += [f"there is no header {name}: neither " + " nor ".join(header_places(name))
              for name in layout.real if not name.startswith("?") and not real_header(tree, name)]
    for part in layout.cuts:
        if os.path.isfile(os.path.join(tree, part.source)):
            lacks += missing_names(tree, part)
    return lacks


def detect(tree, table=TABLE):
    """The layout of the tree, without a look at what it lacks."""
    if not os.path.isfile(os.path.join(tree, "Makefile")):
        raise TreeError(f"{tree} is no kernel tree: there is no Makefile")

    def there(name):
        return os.path.isfile(os.path.join(tree, name))

    layouts = parse(table)
    for layout in layouts:
        if all(map(there, layout.marks)) and not any(map(there, layout.absent)):
            return layout
    known = "; ".join(f"{layout.name} has {' and '.join(layout.marks)}" for layout in layouts)
    raise TreeError(f"{tree} has no layout that sut/linux/tree/layouts knows ({known})")


def check(tree, table=TABLE):
    """The layout of the tree. Raises TreeError with all that is missing."""
    layout = detect(tree, table)
    lacks = missing(tree, layout)
    if lacks:
        raise TreeError("\n".join([f"{tree} looks like layout {layout.name} of "
                                   "sut/linux/tree/layouts, but"] + [f"  {lack}" for lack in lacks]))
    return layout
