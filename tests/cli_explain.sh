#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice explain`: what broke, who did it, the chart; as text, as a page, as a trace; and bad input.
# shellcheck source=tests/cli.sh
source tests/cli.sh
pushed=corpora/regress/v2/pushed-in-by-the-drain.sluice
rest=corpora/regress/v2/overflow-left-by-an-earlier-owner.sluice
context=corpora/regress/v2/drain-in-rcu-section.sluice
seed=corpora/seeds/01-one-drain.sluice

expect 0 '' "$sluice" explain "$pushed"
says '^v2: PEND-HAND request 3 '
says '^What must hold: When a drain returns success, no request .*VT-d 7.11'
says '^It broke at step [0-9]+: app0: unbind d0 p1 returns$'
says '^The last that was seen of request 3: page fault '
says '^  step  irq +app0 .*hardware$'
says '^\*' # the schedule's own steps
says '^! +[0-9]+ '
says '\{life of p1' # the books, the queue
says '<u0 head [0-9]+ tail [0-9]+ \[r'
says '^  premises: stopped-marker'
cp "$room/stdout" "$room/once"
expect 0 '' "$sluice" explain "$pushed"
cmp -s "$room/once" "$room/stdout" || fail "two explanations of one file differ"
# Each arrow begins and ends somewhere.
grep -oE '[^0-9]>[0-9]+' "$room/once" | tr -dc '0-9\n' | sort -u >"$room/begin"
grep -oE '[0-9]+> ' "$room/once" | tr -dc '0-9\n' | sort -u >"$room/end"
[ -s "$room/begin" ] || fail "there are no arrows"
cmp -s "$room/begin" "$room/end" || fail "arrows without an end"
if [ "${SLUICE_FLAVOUR-}" != asan ]; then # which dies of a consequence
	expect 0 '' "$sluice" explain "$context"
	says '^It broke at step [0-9]+: app1: sleeps at wait_for_completion'
	says '^app1 is in .exit +space 0., which it began at step'
fi
expect 0 '' "$sluice" explain --columns 60 "$pushed" # a list
says '^ +-- app0'
[ "$(wc -L <"$room/stdout")" -gt 0 ] || fail "nothing is said in 60 columns"

# A wait that does not end: who waits, and who woke another one.
if "$sluice" list systems | grep -q '^linux-6.12 ' && [ "${SLUICE_NEEDS-}" != asan ]; then
	expect 0 '' "$sluice" explain corpora/regress/linux/two-waiters-one-token.sluice
	says '^It broke at step [0-9]+: app0: sleeps at wait_for_completion'
	says '^app0 waits for prq_complete at wait_for_completion#2, since step'
	says '^app0 is in .unbind d0 p1., which it began at step'
	says '^irq woke app1 out of a wait_for_completion.* at step [0-9]+, and app0 not'
	says 'wakes app1 >[0-9]+'
	says 'x[0-9]+> sleeps at'
fi

expect 0 '' "$sluice" explain --html "$room/page.html" --trace "$room/trace.json" "$pushed"
[ ! -s "$room/stdout" ] || fail "--html speaks"
jq -e '.traceEvents | length > 10' "$room/trace.json" >"$room/jq" || fail "--trace is no trace"
python3 - "$room/page.html" >"$room/html" 2>&1 <<'END' || fail "the page: $(cat "$room/html")"
import html.parser
import sys
import xml.etree.ElementTree

text = open(sys.argv[1], encoding="utf-8").read()


class Page(html.parser.HTMLParser):
    open, seen = [], {}

    def handle_starttag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag != "meta":
            self.open.append(tag)
        for name, value in attrs:
            assert name not in ("src", "href", "onload", "onclick"), f"{tag} {name}={value}"

    def handle_startendtag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> at {self.getpos()}"
        self.open.pop()


page = Page()
page.feed(text)
assert not page.open, page.open
assert "script" not in page.seen and page.seen["svg"] == 1 and page.seen["h1"] == 1, page.seen
assert "url(http" not in text and "@import" not in text, "the page is not self-contained"
assert "prefers-color-scheme:dark" in text and "@media print" in text
svg = xml.etree.ElementTree.fromstring(text[text.index("<svg"):text.index("</svg>") + 6])
name = "{http://www.w3.org/2000/svg}"
boxes = svg.findall(f"{name}rect")
width, height = (float(n) for n in svg.get("viewBox").split()[2:])
assert len(boxes) > 10 and page.seen["tr"] >= len(boxes), (len(boxes), page.seen)
for box in boxes:
    x, y, w, h = (float(box.get(n)) for n in ("x", "y", "width", "height"))
    assert 0 <= x and x + w <= width and 0 <= y and y + h <= height, box.attrib
for one, other in zip(boxes, boxes[1:]):
    assert float(one.get("y")) + float(one.get("height")) <= float(other.get("y")), "boxes overlap"
assert [box for box in boxes if box.get("class") == "breaks"], "no box is where it broke"
assert svg.findall(f"{name}path[@class='missing']"), "no arrow from the last of the request"
END
grep -q 'stop d0 p1 marker' "$room/page.html" || fail "the page lacks the scenario"
expect 0 '' "$sluice" explain --html - "$rest"
says '^</body></html>$'

# Bytes are of the system that one names.
expect 0 '' "$sluice" encode --output "$room/rest.bytes" "$rest"
expect 0 '' "$sluice" explain --bytes --system v2 "$room/rest.bytes"
says '^v2: REST '

# No longer fails, fails differently, is of a system that is not there, or needs another build.
expect 1 'nothing is broken: core is clean' "$sluice" explain "$seed"
says '^core: clean'
sed 's/^expect v2.*/expect v2 HANG/' "$rest" >"$room/other.sluice"
expect 1 'other.sluice:[0-9]+: expected v2 HANG, found REST' "$sluice" explain "$room/other.sluice"
says '^v2: REST'
sed 's/^expect v2.*/expect linux-9.9 HANG/' "$rest" >"$room/stranger.sluice"
expect 2 'stranger.sluice: expects a finding of a system that is not in this build' "$sluice" explain "$room/stranger.sluice"
sed 's/^expect v2.*/needs msan/' "$rest" >"$room/needs.sluice"
expect 2 'needs the build .msan' "$sluice" explain "$room/needs.sluice"
expect 2 'system: expected one of' "$sluice" explain --system nobody "$seed"
expect 2 'nowhere/page.html: No such file' "$sluice" explain --html "$room/nowhere/page.html" "$pushed"
expect 2 'columns: expected a number' "$sluice" explain --columns 5 "$pushed"
expect 2 'Usage' "$sluice" explain
expect 2 'Usage' "$sluice" explain "$seed" "$seed"
bad_inputs "$sluice" explain
bad_texts "$sluice" explain
expect 0 '' "$sluice" explain --help
says 'Exit code 0: it fails'

# The free that a use follows.
uaf=corpora/regress/v2/request-freed-under-the-drain.sluice
if [ "${SLUICE_NEEDS-}" = asan ]; then
	expect 0 'AddressSanitizer' "$sluice" explain "$uaf"
	says '^v2: UAF:v2_svm_drain_prq'
	says '^It broke at step [0-9]+: app0: UAF:v2_svm_drain_prq heap-use-after-free'
	says '^app0 is in .drain d0 p1.'
	says '^[a-z0-9]+ freed an object of this size, [0-9]+ bytes, last at step'
	says ' frees allocation +[0-9]+ +>'
fi
finish
