# SPDX-License-Identifier: GPL-2.0-only
"""Completion of the `sluice` command for bash, zsh and fish, of its help (tools/manual.py)."""

import re

SYSTEMS = "sluice list systems 2>/dev/null | sed -n 's/^\\([a-z][^ ]*\\) .*/\\1/p'"
MADE = "# Made by tools/manual.py of what `sluice COMMAND --help` says.\n"


def kind(option):
    """None, or what a value of @option is: ("words", [...]), ("systems", []), ("files", []), ("other", [])."""
    if not option.value:
        return None
    if option.name in ("system", "systems", "against"):
        return "systems", ["all"] if "`all`" in option.text else []
    if "|" in option.value:
        return "words", option.value.split("|")
    words = [word.strip() for word in re.sub(r"\([^()]*\)", "", option.text).split(",")]
    if len(words) > 1 and all(re.fullmatch(r"[a-z]+", word) for word in words):
        return "words", words
    if option.value in ("FILE", "OUT", "DIR", "LIST", "PATH", "PROGRAM"):
        return "files", []
    return "other", []


def positional(page):
    """The words that stand in the place of a file, if it takes none."""
    words = page.arguments.split("|")
    return words if len(words) > 1 and all(re.fullmatch(r"[a-z]+", word) for word in words) else []


def bash(commands, helps):
    lines = [MADE + "_sluice_systems()", "{", f"\t{SYSTEMS}", "}", "_sluice()", "{",
             "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words='' files=",
             "\tCOMPREPLY=()",
             "\t# `=` is a word of its own here.",
             "\tif [ \"$cur\" = = ]; then", "\t\tcur=",
             "\telif [ \"$prev\" = = ]; then", "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}", "\tfi",
             "\tif [ \"$COMP_CWORD\" = 1 ]; then",
             f"\t\twords='{' '.join(name for name, _ in commands)} --help --version'",
             "\telse", "\t\tcase \"${COMP_WORDS[1]} $prev\" in"]
    for name, _ in commands:
        for option in helps[name].options:
            found = kind(option)
            if not found:
                continue
            what, words = found
            either = f"{name}\\ --{option.name}" + (f" | {name}\\ -{option.short}" if option.short else "")
            act = {"files": "files=yes", "other": ":", "words": f"words='{' '.join(words)}'",
                   "systems": f"words=\"$(_sluice_systems){''.join(' ' + word for word in words)}\""}[what]
            lines.append(f"\t\t{either}) {act} ;;")
    for name, _ in commands:
        options = " ".join("--" + option.name for option in helps[name].options)
        words = positional(helps[name])
        rest = f"words='{' '.join(words)}'" if words else "files=yes"
        lines += [f"\t\t{name}\\ *)", f"\t\t\tcase $cur in -*) words='{options}' ;; *) {rest} ;; esac", "\t\t\t;;"]
    lines += ["\t\tesac", "\tfi",
              "\tif [ -n \"$files\" ]; then", "\t\tcompopt -o filenames 2>/dev/null",
              "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")", "\telse",
              "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")", "\tfi", "}",
              "complete -F _sluice sluice"]
    return "\n".join(lines) + "\n"


def zsh_word(text):
    return re.sub(r"([\[\]:\\])", r"\\\1", text.replace("`", "")).replace("'", "'\\''")


def zsh_option(option):
    found = kind(option)
    value = ""
    if found:
        what, words = found
        act = {"files": "_files", "other": " ", "words": f"({' '.join(words)})",
               "systems": f"_sluice_systems {' '.join(words)}".rstrip()}[what]
        value = f":{zsh_word(option.value)}:{act}"
    text = f"[{zsh_word(option.text)}]{value}"
    sign = "=" if found else ""
    if not option.short or option.short == "?":
        return f"'--{option.name}{sign}{text}'"
    plus = "+" if found else ""
    return (f"'(-{option.short} --{option.name})'{{-{option.short}{plus},--{option.name}{sign}}}'{text}'")


def zsh(commands, helps):
    lines = ["#compdef sluice", MADE + "_sluice_systems() {", f"\tlocal -a systems=( $({SYSTEMS}) $@ )",
             "\tcompadd -a systems", "}", "_sluice() {", "\tlocal -a commands=("]
    lines += [f"\t\t'{name}:{zsh_word(summary)}'" for name, summary in commands]
    lines += ["\t)", "\tif (( CURRENT == 2 )); then", "\t\t_describe command commands", "\t\treturn", "\tfi",
              "\tshift words; (( CURRENT-- ))", "\tcase $words[1] in"]
    for name, _ in commands:
        words = positional(helps[name])
        rest = f"'1:table:({' '.join(words)})'" if words else "'*:file:_files'"
        lines += [f"\t{name})", "\t\t_arguments -s \\"]
        lines += [f"\t\t\t{zsh_option(option)} \\" for option in helps[name].options]
        lines += [f"\t\t\t{rest}", "\t\t;;"]
    lines += ["\tesac", "}", "_sluice \"$@\""]
    return "\n".join(lines) + "\n"


def fish(commands, helps):
    def quoted(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    lines = [MADE + f"function __sluice_systems\n\t{SYSTEMS}\nend"]
    for name, summary in commands:
        lines.append(f"complete -c sluice -n __fish_use_subcommand -f -a {name} -d {quoted(summary)}")
    for name, _ in commands:
        begin = f"complete -c sluice -n '__fish_seen_subcommand_from {name}'"
        for option in helps[name].options:
            found = kind(option)
            line = f"{begin} -l {option.name}" + (f" -s {option.short}" if option.short and option.short != "?" else "")
            if found:
                what, words = found
                line += {"files": " -r -F", "other": " -x", "words": f" -x -a {quoted(' '.join(words))}",
                         "systems": f" -x -a {quoted(' '.join(['(__sluice_systems)'] + words))}"}[what]
            lines.append(f"{line} -d {quoted(option.text)}")
        words = positional(helps[name])
        if words:
            lines.append(f"{begin} -f -a {quoted(' '.join(words))}")
    return "\n".join(lines) + "\n"


def scripts(commands, helps):
    """The text of each, by its file's name."""
    return {"sluice.bash": bash(commands, helps), "_sluice": zsh(commands, helps), "sluice.fish": fish(commands, helps)}
