# SPDX-License-Identifier: GPL-2.0-only
"""A C file as the list of its definitions, each with its exact place in the text.

Not a parser of C: a tokenizer and the few rules by which external declarations end. Preprocessor
conditionals are followed, not evaluated: each branch of one starts with the brackets that were open
at its `#if`, and a definition remembers the conditionals it lies in.
"""

import re

TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\f\v\r]|\\\n)+)
      | (?P<newline>\n)
      | (?P<comment>/\*.*?\*/|//(?:\\\n|[^\n])*)
      | (?P<string>(?:u8|[LuU])?"(?:\\.|[^"\\\n])*")
      | (?P<char>[LuU]?'(?:\\.|[^'\\\n])*')
      | (?P<word>[A-Za-z_$][\w$]*)
      | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
      | (?P<mark>.)""",
    re.S | re.X,
)
DIRECTIVE = re.compile(r'#(?:\\\n|/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|[^\n])*', re.S)
WORD = re.compile(r"[A-Za-z_$][\w$]*")

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {")", "]", "}"}
TAGS = ("struct", "union", "enum")
TYPE_KINDS = ("macro", "type")

# Words that may stand behind a declarator without being its name.
ATTRIBUTES = re.compile(
    r"__(attribute__|aligned|section|read_mostly|ro_after_init|initdata|initconst|refdata|refconst"
    r"|maybe_unused|used|weak|packed|percpu|rcu|iomem|user|cacheline_aligned\w*|counted_by|cold"
    r"|always_unused|visible|exitdata|alias|latent_entropy|nosavedata|page_aligned_\w+)$"
)
# Macro calls that say something about a name and do not define it.
REMARKS = re.compile(r"(EXPORT|MODULE|DECLARE_PCI_FIXUP|ALLOW_ERROR|NOKPROBE|BUILD_BUG)_?")


class SourceError(Exception):
    """The text is not what was expected; says where."""


class Token:
    __slots__ = ("kind", "text", "start", "end", "line")

    def __init__(self, kind, text, start, line):
        self.kind, self.text, self.start, self.line = kind, text, start, line
        self.end = start + len(text)


class Definition:
    """names: all that it defines. kind: function, variable, type or macro. head: end of a function's
    declarator. conditions: for each conditional it lies in, the directives from `#if` to here."""

    def __init__(self, kind, names, tokens, end, conditions):
        self.kind, self.names, self.tokens, self.conditions = kind, names, tokens, conditions
        self.start, self.line, self.end = tokens[0].start, tokens[0].line, end
        self.head = None
        self.straddles = False

    def is_static(self):
        return any(token.text == "static" for token in self.tokens if token.start < self.head)


def tokenize(text):
    """Tokens without space and comments; a directive with its continuation lines is one token."""
    tokens, at, line, fresh = [], 0, 1, True
    while at < len(text):
        match = TOKEN.match(text, at)
        kind, piece = match.lastgroup, match.group()
        if kind == "mark" and piece == "#" and fresh:
            kind, piece = "directive", DIRECTIVE.match(text, at).group()
        if kind == "newline":
            fresh = True
        elif kind not in ("space", "comment"):
            tokens.append(Token(kind, piece, at, line))
            fresh = kind == "directive"
        line += piece.count("\n")
        at += len(piece)
    return tokens


class Item:
    """What a declaration consists of at its top level: a token, or a bracketed group of them."""

    __slots__ = ("token", "inside")

    def __init__(self, token, inside=None):
        self.token, self.inside = token, inside

    def word(self):
        return self.token.text if self.inside is None and self.token.kind == "word" else None

    def group(self, bracket):
        return self.inside is not None and self.token.text == bracket


def top_level(tokens):
    items, depth = [], []
    for token in tokens:
        if token.kind == "directive":
            continue
        if token.kind == "mark" and token.text in OPENING:
            if not depth:
                items.append(Item(token, []))
            else:
                items[-1].inside.append(token)
            depth.append(token.text)
        elif token.kind == "mark" and token.text in CLOSING and depth:
            depth.pop()
            if depth:
                items[-1].inside.append(token)
        elif depth:
            items[-1].inside.append(token)
        else:
            items.append(Item(token))
    return items


def function_name(items):
    """The word before the parameters: behind those come only attributes. None: no function."""
    for place, item in enumerate(items[:-1]):
        word = item.word()
        if not word or not items[place + 1].group("(") or word == "__attribute__":
            continue
        if items[place + 1].inside[:1] and items[place + 1].inside[0].text == "*":
            continue
        behind = items[place + 2 :]
        if all((part.word() or "").startswith("__") or part.group("(") for part in behind) and not (
            behind and behind[0].group("(")
        ):
            return word
    return None


def declarator_name(items):
    """The name in one declarator, without its initial value. None: it has none."""
    for place, item in enumerate(items):
        if item.token.text == "=" and item.inside is None:
            items = items[:place]
            break
    for item in items:
        if item.group("(") and item.inside and item.inside[0].text == "*":
            words = [token.text for token in item.inside if token.kind == "word"]
            return words[0] if words else None
    words = [item.word() for item in items if item.word()]
    while words and ATTRIBUTES.match(words[-1]):
        words.pop()
    # A lone word is a type without a declarator.
    return words[-1] if words else None


def split_at_commas(items):
    parts = [[]]
    for item in items:
        if item.inside is None and item.token.text == ",":
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def first_words(inside):
    """The enumerators in the braces of an enum."""
    names, fresh, depth = [], True, 0
    for token in inside:
        if token.kind == "directive":
            continue
        if token.text in OPENING:
            depth += 1
        elif token.text in CLOSING:
            depth -= 1
        if fresh and token.kind == "word":
            names.append(token.text)
        fresh = token.text == "," and depth == 0
    return names


def tag_names(items):
    """(names a struct, union or enum with a body defines, items behind the body)."""
    for place, item in enumerate(items):
        if not item.group("{"):
            continue
        words = [part.word() for part in items[:place] if part.word()]
        tags = [word for word in words if word in TAGS]
        if not tags or any(part.token.text == "=" for part in items[:place]):
            return [], items
        names = []
        if words[-1] not in TAGS and not ATTRIBUTES.match(words[-1]):
            names.append(f"{tags[-1]} {words[-1]}")
        if tags[-1] == "enum":
            names += first_words(item.inside)
        return names, items[place + 1 :]
    return [], items


def classify(tokens):
    """(kind, names) of a declaration that ends with a semicolon; kind None: it defines nothing."""
    items = top_level(tokens[:-1])
    words = [item.word() for item in items if item.word()]
    if not words or words[0] == "extern":
        return None, []
    names, rest = tag_names(items)
    if words[0] == "typedef":
        name = declarator_name(rest)
        return "type", names + ([name] if name else [])
    if names or (rest is not items):
        names += [name for name in map(declarator_name, split_at_commas(rest)) if name]
        return ("variable" if rest else "type"), names
    if len(words) == 2 and words[0] in TAGS and len(items) == 2:
        return None, []
    assigned = any(item.inside is None and item.token.text == "=" for item in items)
    if not assigned:
        for place, item in enumerate(items[:-1]):
            word = item.word()
            if word and word.isupper() and items[place + 1].group("("):
                inside = [token.text for token in items[place + 1].inside if token.kind == "word"]
                if REMARKS.match(word) or not inside:
                    return None, []
                return "variable", inside[:1]
        if function_name(items):
            return None, []
    names = [declarator_name(part) for part in split_at_commas(items)]
    return "variable", [name for name in names if name]


class Reader:
    """Walks the tokens of one file and collects its definitions."""

    def __init__(self, text):
        self.tokens = tokenize(text)
        self.definitions = []
        self.open = []  # brackets, innermost last
        self.conditionals = []  # [directives so far, brackets open at the #if]
        self.current = []  # tokens of the declaration at hand
        self.conditions = ()  # those at its start
        self.brace = None  # where in `current` its outermost brace opened

    def snapshot(self):
        return tuple(tuple(directives) for directives, _ in self.conditionals)

    def directive(self, token):
        word = WORD.search(token.text)
        word = word.group() if word else ""
        if word in ("if", "ifdef", "ifndef"):
            self.conditionals.append(([token.text], list(self.open)))
        elif word in ("elif", "elifdef", "elifndef", "else", "endif"):
            if not self.conditionals:
                raise SourceError(f"line {token.line}: #{word} without #if")
            if word == "endif":
                self.conditionals.pop()
            else:
                directives, brackets = self.conditionals[-1]
                directives.append(token.text)
                self.open = list(brackets)
        elif word == "define" and not self.current:
            name = WORD.findall(token.text)[1]
            self.definitions.append(
                Definition("macro", [name], [token], token.end, self.snapshot())
            )
        if self.current:
            self.current.append(token)

    def finish(self, kind, names, head=None):
        tokens, self.current = self.current, []
        if not kind or not names:
            return
        definition = Definition(kind, names, tokens, tokens[-1].end, self.conditions)
        definition.head = head
        definition.straddles = self.conditions != self.snapshot()
        self.definitions.append(definition)

    def ends_macro_call(self, following):
        """A call like `module_init(x)`, alone on its line and without a semicolon."""
        items = top_level(self.current)
        if len(items) != 2 or not items[0].word() or not items[1].group("("):
            return False
        if items[0].word().startswith("__") or following is None:
            return False
        if following.kind == "directive":
            return True
        return following.kind == "word" and following.line > self.current[-1].line

    def mark(self, token, following):
        text = token.text
        if text in OPENING:
            if not self.open and text == "{":
                self.brace = len(self.current) - 1
            self.open.append(text)
            return
        if text in CLOSING:
            if not self.open or OPENING[self.open[-1]] != text:
                raise SourceError(f"line {token.line}: `{text}` closes nothing")
            self.open.pop()
        if self.open:
            return
        if text == ";":
            self.finish(*(classify(self.current) if len(self.current) > 1 else (None, [])))
        elif text == "}":
            head = top_level(self.current[: self.brace])
            assigned = any(item.inside is None and item.token.text == "=" for item in head)
            name = None if assigned else function_name(head)
            if name:
                self.finish("function", [name], self.current[self.brace - 1].end)
        elif text == ")" and self.ends_macro_call(following):
            self.finish(*classify(self.current + [token]))

    def read(self):
        for place, token in enumerate(self.tokens):
            if token.kind == "directive":
                self.directive(token)
                continue
            if not self.current:
                self.conditions = self.snapshot()
            self.current.append(token)
            if token.kind == "mark":
                following = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
                self.mark(token, following)
        if self.open:
            raise SourceError(f"`{self.open[-1]}` is never closed")
        if self.conditionals:
            raise SourceError(f"`{self.conditionals[-1][0][0]}` is never ended")
        return self.definitions


def read_text(path):
    """Bytes, one character each: what is written out again is what was read."""
    with open(path, encoding="latin-1", newline="") as file:
        return file.read()


def definitions(text):
    return Reader(text).read()
