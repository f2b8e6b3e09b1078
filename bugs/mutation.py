# SPDX-License-Identifier: GPL-2.0-only
"""Small changes of C functions as kernel developers write them: what bugs/mutants.py makes systems of.

Operators:
  drop       a statement is left out
  negate     a condition holds where it did not
  half       of a condition joined by && or ||, one side is left out
  compare    a bound is moved by one: < becomes <=
  off-by-one a number is one more, or one less
  flag       of flags joined by |, one is left out
  swap       two neighbouring statements, one of them an access to a register or of an order that others
             can see, change places
  unlock     a lock is not taken in a function, nor given back
  weaken     a wait ends whatever its condition says, or at the first time; what it returned is taken
             for success
"""

import collections
import re

# The text from offset .begin to .end becomes .text; that is shown as .shown. .host: (begin, end, wrap) of
# the statement around it, which gets the canary.
Change = collections.namedtuple("Change", "operator function begin end text shown host")
Token = collections.namedtuple("Token", "kind text begin end")

LEXER = re.compile(r"""
    (?P<skip>\s+|/\*.*?\*/|//[^\n]*|^\#(?:[^\n\\]|\\.|\\\n)*)
  | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<mark>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[][(){};,.?:=<>!~+*/%&|^-])
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

OPEN, CLOSE = "([{", ")]}"
REGISTER = re.compile(r"\b(?:read|write)[lq]\b")
# What others can see the order of.
ORDERED = re.compile(r"\b(?:(?:read|write)[lq]|WRITE_ONCE|READ_ONCE|host_smp_\w+|wake_up\w*|list_\w+|xa_\w+|"
                     r"qi_\w+|host_pci_\w+|\w*_put|\w*_get|queue_work|free\w*|\w+_free|complete\w*)\b")
WAIT = re.compile(r"wait|drain|submit|flush")
COMPARE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
EQUAL = {"==": "!=", "!=": "=="}
TYPES = {"u8", "u16", "u32", "u64", "int", "unsigned", "bool", "void", "char", "long", "size_t", "struct",
         "enum", "union", "const", "static", "_Bool"}
FLAG = re.compile(r"[A-Z][A-Z0-9_]+")
REACHED = "bug_reached();"


def tokens(source):
    out, at = [], 0
    while at < len(source):
        match = LEXER.match(source, at)
        if not match:
            raise ValueError(f"offset {at}: expected C, found `{source[at:at + 20]}`")
        if match.lastgroup != "skip":
            out.append(Token(match.lastgroup, match.group(), match.start(), match.end()))
        at = match.end()
    return out


class Statement:
    """Of tokens first to last. .inner: statements that it holds; .clause: (first, last) of what is
    between its parentheses."""

    def __init__(self, kind, first, last, inner=(), clause=None):
        self.kind, self.first, self.last = kind, first, last
        self.inner, self.clause = list(inner), clause


class Function:
    def __init__(self, source, toks, name, void, first, last):
        self.source, self.toks = source, toks
        self.name, self.void = name, void
        self.body = self.block(first)
        assert self.body.last == last

    # --- Statements ---

    def match(self, at):
        """The token that closes what opens at @at."""
        depth = 0
        while True:
            text = self.toks[at].text
            depth += text in OPEN
            depth -= text in CLOSE
            if not depth:
                return at
            at += 1

    def block(self, first):
        at, inner = first + 1, []
        while self.toks[at].text != "}":
            inner.append(self.statement(at))
            at = inner[-1].last + 1
        return Statement("block", first, at, inner)

    def until_semicolon(self, at):
        while self.toks[at].text != ";":
            at = self.match(at) + 1 if self.toks[at].text in OPEN else at + 1
        return at

    def statement(self, at):
        word = self.toks[at].text
        if word == "{":
            return self.block(at)
        if word in ("if", "while", "for", "switch") or word.startswith("list_for_each"):
            return self.controlled(at, word)
        if word == "else":
            inner = self.statement(at + 1)
            return Statement("else", at, inner.last, [inner])
        if word == "do":
            inner = self.statement(at + 1)
            end = self.match(inner.last + 2)
            return Statement("do", at, end + 1, [inner], (inner.last + 3, end - 1))
        if word in ("case", "default"):
            while self.toks[at].text != ":":
                at += 1
            return Statement("label", at, at)
        if self.toks[at].kind == "name" and self.toks[at + 1].text == ":":
            return Statement("label", at, at + 1)
        end = self.until_semicolon(at)
        if word in ("break", "continue", "goto", "return"):
            return Statement(word, at, end)
        return Statement("declaration" if word in TYPES else "expression", at, end)

    def controlled(self, at, word):
        close = self.match(at + 1)
        kind = "each" if word.startswith("list_for_each") else word
        inner = [self.statement(close + 1)]
        if word == "if" and self.toks[inner[0].last + 1].text == "else":
            inner.append(self.statement(inner[0].last + 1))
        return Statement(kind, at, inner[-1].last, inner, (at + 2, close - 1))

    def statements(self, of=None):
        of = of or self.body
        yield of
        for inner in of.inner:
            yield from self.statements(inner)

    # --- Text ---

    def text(self, first, last):
        return self.source[self.toks[first].begin:self.toks[last].end]

    def change(self, operator, first, last, text, shown=None):
        """The tokens from @first to @last become @text."""
        return Change(operator, self.name, self.toks[first].begin, self.toks[last].end, text,
                      text if shown is None else shown, self.host(first, last))

    def host(self, first, last):
        """Of the smallest statement that holds these tokens, and whether it has no block around it."""
        around, wrap = None, False
        below = self.body
        while below:
            above, below = below, None
            for inner in above.inner:
                if inner.first <= first and last <= inner.last:
                    below = inner
            if below and below.kind not in ("block", "else", "label"):
                around, wrap = below, above.kind != "block"
        if not around:
            return None
        return self.toks[around.first].begin, self.toks[around.last].end, wrap

    # --- Operators ---

    def changes(self):
        for operator in (self.drops, self.conditions, self.numbers, self.flags, self.swaps,
                         self.locks, self.waits):
            yield from operator()

    def drops(self):
        for one in self.statements():
            if one.first == one.last and one.kind == "expression":
                continue  # empty already
            if one.kind in ("expression", "break", "continue", "goto") or \
                    (one.kind == "return" and self.void):
                yield self.change("drop", one.first, one.last, ";", "nothing")

    def conditions(self):
        for one in self.statements():
            if one.kind not in ("if", "while", "for", "do"):
                continue
            first, last = one.clause
            if one.kind == "for":
                first = self.until_semicolon(first) + 1
                last = self.until_semicolon(first) - 1
                if last < first:
                    continue
            text = self.text(first, last)
            yield self.change("negate", first, last, f"!({text})")
        first, last = self.body.first, self.body.last
        for at in range(first, last):
            text = self.toks[at].text
            if text in ("&&", "||"):
                yield from self.half(at)
            elif text in COMPARE:
                yield self.change("compare", at, at, COMPARE[text])
            elif text in EQUAL and not self.whole_condition(at):
                yield self.change("compare", at, at, EQUAL[text])

    def whole_condition(self, at):
        """This comparison is all of an `if`, which is negated already."""
        first, last = self.operand(at, ("&&", "||"))
        return self.toks[first - 1].text == "(" and self.toks[last + 1].text == ")" and \
            self.toks[first - 2].text in ("if", "while")

    def operand(self, at, stops):
        """What the mark at @at joins, both sides, up to a mark of @stops or one that binds less."""
        stops = set(stops) | {",", ";", "?", ":", "=", "return", "{", "}"}
        first, last = at, at
        while self.toks[first - 1].text not in stops and self.toks[first - 1].text not in OPEN:
            first -= 1
            if self.toks[first].text in CLOSE:
                depth = 1
                while depth:
                    first -= 1
                    depth += self.toks[first].text in CLOSE
                    depth -= self.toks[first].text in OPEN
        while self.toks[last + 1].text not in stops and self.toks[last + 1].text not in CLOSE:
            last += 1
            if self.toks[last].text in OPEN:
                last = self.match(last)
        return first, last

    def half(self, at):
        stops = ("||",) if self.toks[at].text == "&&" else ()
        first, last = self.operand(at, stops)
        for kept in ((first, at - 1), (at + 1, last)):
            text = self.text(*kept)
            yield self.change("half", first, last, text)

    def numbers(self):
        for at in range(self.body.first, self.body.last):
            tok = self.toks[at]
            if tok.kind != "number" or self.toks[at - 1].text == "case":
                continue
            value, suffix = re.match(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", tok.text).groups()
            for other in (int(value, 0) + 1, int(value, 0) - 1):
                if other >= 0:
                    text = f"{other}{suffix}"
                    yield self.change("off-by-one", at, at, text)

    def flags(self):
        """A flag is a constant, or a constant of an argument: QI_PASID(pasid)."""
        for at in range(self.body.first, self.body.last):
            if self.toks[at].text != "|":
                continue
            before, after = at - 1, at + 1
            if FLAG.fullmatch(self.toks[before].text):
                yield self.change("flag", before, at, "", f"(no {self.toks[before].text})")
            if FLAG.fullmatch(self.toks[after].text):
                last = self.match(after + 1) if self.toks[after + 1].text == "(" else after
                yield self.change("flag", at, last, "", f"(no {self.text(after, last)})")

    def swaps(self):
        for one in self.statements():
            if one.kind != "block":
                continue
            for a, b in zip(one.inner, one.inner[1:]):
                if a.kind != "expression" or b.kind != "expression":
                    continue
                texts = self.text(a.first, a.last), self.text(b.first, b.last)
                if texts[0] == texts[1] or not all("(" in text for text in texts):
                    continue
                if REGISTER.search(texts[0] + texts[1]) or all(ORDERED.search(t) for t in texts):
                    change = self.change("swap", a.first, b.last, f"{texts[1]} {texts[0]}")
                    yield change._replace(host=(change.begin, change.begin, False))

    def locks(self):
        calls = collections.OrderedDict()
        for one in self.statements():
            match = re.fullmatch(r"(\w*(?:lock|lock_irqsave|unlock_irqrestore|unlock))\((.*)\);",
                                 self.text(one.first, one.last), re.DOTALL)
            if one.kind == "expression" and match and re.search(r"(?:spin|mutex|read|write|rcu)_", match[1]):
                kind = match[1].replace("unlock", "lock")
                calls.setdefault((kind, match[2]), []).append(one)
        for (kind, what), ones in calls.items():
            if not any("unlock" in self.text(one.first, one.last) for one in ones) or len(ones) < 2:
                continue
            begin, end = self.toks[ones[0].first].begin, self.toks[ones[-1].last].end
            text, at = "", begin
            for one in ones:
                text += self.source[at:self.toks[one.first].begin] + ";"
                at = self.toks[one.last].end
            yield Change("unlock", self.name, begin, end, text, f"(no {kind}({what}))",
                         (begin, begin, False))

    def waits(self):
        for one in self.statements():
            if one.kind == "while" and not {"break", "continue"} & {i.kind for i in self.statements(one)}:
                yield self.change("weaken", one.first, one.first, "if")
        for at in range(self.body.first, self.body.last):
            name = self.toks[at]
            if name.kind != "name" or self.toks[at + 1].text != "(":
                continue
            close = self.match(at + 1)
            if re.match(r"wait_event", name.text):
                yield from self.wait_event(at, close)
            elif WAIT.search(name.text) and self.toks[at - 1].text in ("=", "return"):
                yield self.change("weaken", at, close, "0")

    def wait_event(self, at, close):
        comma = at + 2
        while self.toks[comma].text != ",":
            comma += 1
        last = comma + 1
        while last + 1 < close and self.toks[last + 1].text != ",":
            last += 1
            if self.toks[last].text in OPEN:
                last = self.match(last)
        yield self.change("weaken", comma + 1, last, "true")


def functions(source):
    toks = tokens(source)
    at = depth = 0
    while at < len(toks):
        text = toks[at].text
        if text == "{" and not depth and toks[at - 1].text == ")":
            opened, level = at - 1, 0
            while True:
                level += toks[opened].text == ")"
                level -= toks[opened].text == "("
                if not level:
                    break
                opened -= 1
            end, level = at, 0
            while True:
                level += toks[end].text == "{"
                level -= toks[end].text == "}"
                if not level:
                    break
                end += 1
            yield Function(source, toks, toks[opened - 1].text, toks[opened - 2].text == "void", at, end)
            at = end
        elif text == "{":
            depth += 1
        elif text == "}":
            depth -= 1
        at += 1


def apply(source, change):
    """@source with @change and a canary in it."""
    before, after = source[:change.begin], source[change.end:]
    if not change.host:
        return before + REACHED + change.text + after
    begin, end, wrap = change.host
    open_, close = ("{ " + REACHED + " ", " }") if wrap else (REACHED + " ", "")
    end = max(end, change.end)
    return source[:begin] + open_ + source[begin:change.begin] + change.text + \
        source[change.end:end] + close + source[end:]


def changes(source):
    """Every Change of @source, in order; none twice."""
    seen = set()
    for function in functions(source):
        for change in function.changes():
            after = (change.begin, change.end, change.text)
            if after not in seen:
                seen.add(after)
                yield change
