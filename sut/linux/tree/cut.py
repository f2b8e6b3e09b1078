#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cuts definitions out of a C file by name, each as it stands there, under a #line directive.

usage: cut.py [--needs | --list] SOURCE NAME...

NAME is a function, variable, macro, enumerator or typedef, or `struct X`, `union X`, `enum X`.
`?NAME` may be missing; `A|B` is the first of these that there is. Types and macros come first, then
declarations of the static functions, then the rest; in the order of the source each time.
--needs: instead, what the cut uses of the same file and does not hold. --list: all that could be cut.
"""

import sys

import csource


class MissingName(Exception):
    """A name that the file does not define."""


def wanted(name):
    """(alternatives, optional) of one name as written in the table."""
    optional = name.startswith("?")
    return [part.strip() for part in name.lstrip("?").split("|")], optional


def describe(name):
    first = name.split(" ")[0]
    return f"`{name}`" if first in csource.TAGS else f"function, variable or macro `{name}`"


def index(definitions):
    found = {}
    for definition in definitions:
        for name in definition.names:
            found.setdefault(name, []).append(definition)
    return found


def choose(definitions, names):
    """(definitions to cut, in order; the names that were not found)."""
    found, chosen, missing = index(definitions), set(), []
    for name in names:
        alternatives, optional = wanted(name)
        hit = next((part for part in alternatives if part in found), None)
        if hit:
            chosen.update(id(definition) for definition in found[hit])
        elif not optional:
            missing.append(" or ".join(map(describe, alternatives)))
    return [item for item in definitions if id(item) in chosen], missing


def needs(definitions, chosen):
    """Names of the same file that the chosen definitions use and do not hold."""
    found = index(definitions)
    held = {name for item in chosen for name in item.names}
    used = {}
    for item in chosen:
        previous = ""
        for token in item.tokens:
            words = [token.text] if token.kind == "word" else []
            if token.kind == "directive":
                words = csource.WORD.findall(token.text)
            for word in words:
                name = f"{previous} {word}" if previous in csource.TAGS else word
                if name in found and name not in held:
                    used.setdefault(name, item.names[0])
                previous = word
    return used


def wrapped(definition, path, body):
    """The text under its conditionals, with the place it comes from."""
    lines = [directive for group in definition.conditions for directive in group]
    lines += [f'#line {definition.line} "{path}"', body]
    lines += ["#endif"] * len(definition.conditions)
    return "\n".join(lines) + "\n"


def cut(path, names, shown=None):
    """The text to include. Raises MissingName with all that was not found."""
    text = csource.read_text(path)
    try:
        definitions = csource.definitions(text)
    except csource.SourceError as error:
        raise MissingName(f"{path}: can't be read as C: {error}") from None
    chosen, missing = choose(definitions, names)
    complaints = [f"{path}: no {name}" for name in missing]
    complaints += [
        f"{path}:{item.line}: `{item.names[0]}` begins and ends under different conditionals"
        for item in chosen
        if item.straddles
    ]
    if complaints:
        raise MissingName("\n".join(complaints))
    shown = (shown or path).replace("\\", "\\\\").replace('"', '\\"')

    types = [item for item in chosen if item.kind in csource.TYPE_KINDS]
    rest = [item for item in chosen if item.kind not in csource.TYPE_KINDS]
    declared = [item for item in rest if item.kind == "function" and item.is_static()]
    pieces = [wrapped(item, shown, text[item.start : item.end]) for item in types]
    pieces += [wrapped(item, shown, text[item.start : item.head] + ";") for item in declared]
    pieces += [wrapped(item, shown, text[item.start : item.end]) for item in rest]
    return "\n".join(pieces)


def main(arguments):
    mode = arguments.pop(0) if arguments[:1] in (["--needs"], ["--list"]) else ""
    if not arguments or arguments[0].startswith("-") or (mode != "--list" and len(arguments) < 2):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    path, names = arguments[0], arguments[1:]
    try:
        if not mode:
            sys.stdout.reconfigure(encoding="latin-1", newline="")
            sys.stdout.write(cut(path, names))
            return 0
        definitions = csource.definitions(csource.read_text(path))
        if mode == "--list":
            for item in definitions:
                print(f"{item.line}\t{item.kind}\t{', '.join(item.names)}")
            return 0
        for name, user in needs(definitions, choose(definitions, names)[0]).items():
            print(f"{name}\t# used by {user}")
        return 0
    except (MissingName, csource.SourceError, OSError) as error:
        print(f"cut: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
