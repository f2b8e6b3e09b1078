#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Makes manual pages and shell completion of what the programs say of themselves with --help.

usage: tools/manual.py --version V --date YYYY-MM-DD --data DIR --doc DIR --output OUT SLUICE [NAME=PROGRAM...]

SLUICE is the `sluice` command: sluice(1), a page for each subcommand, completion for bash, zsh and fish.
NAME=PROGRAM: a page NAME(1) of a program without subcommands. DIR: where data and pages are installed.
"""

import argparse
import gzip
import os
import re
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True

import completion  # noqa: E402

OPTION = re.compile(r"^  (?:-(.), |    )--([a-z0-9-]+)(?:(\[?)=([^\s\]]+)\]?)?(?:\s{2,}(\S.*))?$")
COMMAND = re.compile(r"^  ([a-z][a-z-]*) +(\S.*)$")
LITERAL = re.compile(r"`([^`]+)`|(?<![\w-])(--?[a-z][a-z-]*)")


class Option:
    def __init__(self, short, name, value, text):
        self.short, self.name, self.value, self.text = short, name, value, text or ""


class Help:
    """What `PROGRAM WORD... --help` says: usage, paragraphs ahead of the options, options, paragraphs behind."""

    def __init__(self, command, name):
        # No line is broken for want of room.
        environment = dict(os.environ, ARGP_HELP_FMT="no-dup-args-note,rmargin=9000", LC_ALL="C")
        text = subprocess.run(command + ["--help"], env=environment, check=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True).stdout
        self.name, self.options = name, []
        first, _, text = text.partition("\n")
        self.arguments = first.partition("[OPTION...]")[2].strip()
        before, after = [], []
        for line in text.splitlines():
            found = OPTION.match(line)
            if found:
                short, long, _, value, words = found.groups()
                self.options.append(Option(short, long, value, words))
            elif self.options and not after and re.match(r"^ {20,}\S", line):
                self.options[-1].text += line.strip()
            else:
                (after if self.options else before).append(line)
        self.before, self.after = blocks(before), blocks(after)
        if not self.options or not self.before:
            raise SystemExit(f"{name}: --help has no options, or does not say what it is for")


def blocks(lines):
    """Paragraphs, and examples: lines that are indented."""
    found = []
    for line in lines:
        example = line.startswith("  ")
        if not line.strip():
            found.append(None)
        elif found and found[-1] and found[-1][0] == example:
            found[-1][1].append(line)
        else:
            found.append((example, [line]))
    return [block for block in found if block]


def plain(text):
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", "\\e"), flags=re.MULTILINE)


def literal(text):
    return plain(text).replace("-", "\\-")


def rich(text):
    """Roff of a sentence: what is between backquotes, and options, in bold."""
    def bold(found):
        return "\\fB" + (found.group(1) or found.group(2)).replace("-", "\\-") + "\\fP"
    lines = textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)
    return LITERAL.sub(bold, plain("\n".join(lines)))


def body(found):
    lines = []
    for number, (example, block) in enumerate(found):
        if example:
            lines += [".PP" if number else None, ".nf", ".RS"]
            lines += [literal(line.strip()) for line in block]
            lines += [".RE", ".fi"]
        else:
            lines += [".PP" if number else None, rich(" ".join(block))]
    return [line for line in lines if line]


def option_list(options):
    lines = []
    for option in options:
        head = f"\\fB\\-{option.short}\\fP, " if option.short else ""
        head += f"\\fB\\-\\-{literal(option.name)}\\fP"
        head += f"=\\fI{literal(option.value)}\\fP" if option.value else ""
        lines += [".TP", head, rich(option.text) or "\\&"]
    return lines


class Book:
    def __init__(self, version, date, output):
        self.version, self.date, self.output = version, date, output

    def write(self, name, summary, synopsis, sections, see):
        lines = ['.\\" Made by tools/manual.py of what the program says with --help.',
                 f'.TH {name.upper()} 1 "{self.date}" "sluice {self.version}" "Sluice"',
                 ".SH NAME", literal(name) + " \\- " + plain(summary), ".SH SYNOPSIS"] + synopsis
        for title, text in sections:
            lines += [f".SH {title}"] + text if text else []
        others = [other for other in see if other != name]
        lines += [".SH SEE ALSO"]
        lines += [f".BR {literal(other)} (1)" + ("," if other != others[-1] else "") for other in others]
        with gzip.GzipFile(os.path.join(self.output, name + ".1.gz"), "wb", mtime=0) as file:
            file.write(("\n".join(lines) + "\n").encode())

    def command(self, page, command, summary, codes, see):
        """The page of one Help; @codes: what exit codes mean where it does not say so itself."""
        notes = [block for block in page.after if not block[1][0].startswith("Exit code")]
        own = [block for block in page.after if block[1][0].startswith("Exit code")]
        self.write(page.name, summary, [f".B {literal(command)}", ("[OPTION...] " + plain(page.arguments)).strip()],
                   [("DESCRIPTION", body(page.before)), ("OPTIONS", option_list(page.options)),
                    ("NOTES", body(notes)), ("EXIT STATUS", body(own) or [rich(codes)])], see)


def overview(sluice):
    """Of `sluice help`: what it is for, [(command, summary)], what exit codes mean."""
    text = subprocess.run([sluice, "help"], check=True, stdout=subprocess.PIPE, text=True).stdout
    commands = [found.groups() for found in map(COMMAND.match, text.splitlines()) if found]
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    codes = re.search(r"Exit codes: (.*)", paragraphs[-1])
    if not commands or not codes or len(paragraphs) != 4:
        raise SystemExit("sluice help: expected usage, a sentence, commands, and exit codes")
    return paragraphs[1], commands, codes.group(1)


def write_overview(book, purpose, commands, codes, places, see):
    lines = [".PP", rich("Findings are text files that replay exactly. Each command has a page of its own:")]
    for name, summary in commands:
        lines += [".TP", f"\\fBsluice\\-{literal(name)}\\fP(1)", rich(summary)]
    files = []
    for path, what in places:
        files += [".TP", f"\\fI{plain(path)}\\fP", rich(what)]
    book.write("sluice", "break the draining of PCIe page requests",
               [".B sluice", "COMMAND [OPTION...] [FILE...]", ".br", ".B sluice", "\\-\\-version"],
               [("DESCRIPTION", [rich(purpose)] + lines), ("EXIT STATUS", [rich(codes)]), ("FILES", files)], see)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    for option in ("version", "date", "data", "doc", "output"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("sluice")
    parser.add_argument("programs", nargs="*")
    given = parser.parse_args()
    os.makedirs(given.output, exist_ok=True)
    for old in os.listdir(given.output):
        os.remove(os.path.join(given.output, old))
    book = Book(given.version, given.date, given.output)
    purpose, commands, codes = overview(given.sluice)
    programs = [program.split("=", 1) for program in given.programs]
    see = ["sluice"] + ["sluice-" + name for name, _ in commands] + [name for name, _ in programs]
    helps = {name: Help([given.sluice, name], "sluice-" + name) for name, _ in commands}
    for name, summary in commands:
        book.command(helps[name], "sluice " + name, summary, codes, see)
    for name, path in programs:
        page = Help([path], name)
        sentence = page.before[0][1][0].split(". ")[0].rstrip(".")
        if sentence[1].islower():
            sentence = sentence[0].lower() + sentence[1:]
        book.command(page, name, sentence, codes, see)
    write_overview(book, purpose, commands, codes, [
        (given.data + "/corpora", "scenarios: `seeds` has those with a purpose each, `regress` what was found"),
        (given.data + "/docs/findings/known", "what `sluice triage` calls known"),
        (given.doc, "the manual; `docs/scenario.md` has the language, `docs/findings` a page for each finding"),
    ], see)
    for name, text in completion.scripts(commands, helps).items():
        with open(os.path.join(given.output, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
