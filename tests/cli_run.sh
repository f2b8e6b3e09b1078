#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice run`: verdicts, exit codes, and what it says to bad input.
# shellcheck source=tests/cli.sh
source tests/cli.sh

cat >"$room/good.sluice" <<'END'
sluice 1
# one life
unit u0 ring=8
device d0 unit=u0 rid=00:02.0 credits=8
space A
task app0: bind d0 A as p1; request d0 p1 group=1 page=0x7f00 rw last; stop d0 p1; unbind d0 p1
expect core clean
END
sed 's/expect core clean/expect core HANG/' "$room/good.sluice" >"$room/wrong.sluice"
sed 's/expect core clean/expect nobody clean/' "$room/good.sluice" >"$room/nobody.sluice"
sed 's/expect core clean/needs msan/' "$room/good.sluice" >"$room/needs.sluice"
sed 's/expect core clean/at app0 kmalloc#77 -> worker0\n&/' "$room/good.sluice" >"$room/drift.sluice"

expect 0 '' "$sluice" run "$room/good.sluice"
says '^core: clean'
says 'premises: '
says '^ step '
expect 0 '' "$sluice" run --quiet "$room/good.sluice"
[ ! -s "$room/stdout" ] || fail "--quiet speaks"
expect 0 '' "$sluice" run --json "$room/good.sluice"
jq -e '.verdict == "clean" and .system == "core" and .as_expected and (.hash | length == 16)' \
	"$room/stdout" >"$room/jq" || fail "--json lacks something"
expect 0 '' "$sluice" run --hash "$room/good.sluice"
says '^[0-9a-f]{16} clean +core '
expect 0 '' "$sluice" run --trace "$room/trace.json" "$room/good.sluice"
jq -e '.traceEvents | length > 10' "$room/trace.json" >"$room/jq" || fail "--trace is no trace"
expect 0 '' "$sluice" run --runs 50 "$room/good.sluice"
says ' 50  clean +trace hash [0-9a-f]{16} in all of them'
expect 0 '' "$sluice" run --chooser random --runs 50 --seed 7 "$room/good.sluice"
expect 0 '' "$sluice" run --chooser pct --runs 50 "$room/good.sluice"
expect 0 '' "$sluice" run --chooser exhaustive --preemptions 0 --runs 50 "$room/good.sluice"

# Not as expected, in all ways.
expect 1 'wrong.sluice:7: expected core HANG, found clean' "$sluice" run "$room/wrong.sluice"
expect 0 '' "$sluice" run --system core "$room/wrong.sluice"
expect 1 'drift.sluice:8: expected core clean, found .*drift.*kmalloc#77' "$sluice" run "$room/drift.sluice"
expect 2 'nobody.sluice:7: expected a system, found .nobody' "$sluice" run "$room/nobody.sluice"
expect 2 'needs.sluice: needs the build .msan.' "$sluice" run "$room/needs.sluice"

# Of another version of the system it is news: `core` has none.
sed 's/expect core clean/& version 1.2-3~deb1/' "$room/good.sluice" >"$room/version.sluice"
sed 's/expect core HANG/& version 1.2-3~deb1/' "$room/wrong.sluice" >"$room/changed.sluice"
sed 's/expect core clean/& version 1.2-3~deb1/' "$room/drift.sluice" >"$room/drifted.sluice"
expect 0 '' "$sluice" run "$room/version.sluice"
says '^core: as expected: clean'
expect 0 'changed.sluice:7: changed: with version 1.2-3~deb1 HANG, now core: clean' \
	"$sluice" run "$room/changed.sluice"
says_not 'as expected'
expect 0 'changed: ' "$sluice" run --quiet "$room/changed.sluice"
expect 0 'drifted.sluice:8: changed: .*drift' "$sluice" run "$room/drifted.sluice"
expect 0 'changed: ' "$sluice" run --json "$room/changed.sluice"
jq -e '.changed and (.as_expected | not) and .version == null and .assumptions == []' \
	"$room/stdout" >"$room/jq" || fail "--json does not say that it has changed"

# One bad file does not hide the next.
expect 2 'missing: No such file' "$sluice" run --hash "$room/missing" "$room/good.sluice"
says 'good.sluice$'

# A recorded schedule is the run: the byte form of a text gives the text's trace.
"$sluice" run --hash --system core "$room/good.sluice" | cut -c 1-16 >"$room/one"
"$sluice" encode --output "$room/good.bytes" "$room/good.sluice"
"$sluice" run --hash --system core --bytes "$room/good.bytes" | cut -c 1-16 >"$room/two"
cmp -s "$room/one" "$room/two" || fail "bytes and text give different traces"

# Bad usage.
expect 2 'Usage' "$sluice" run
expect 2 'system: expected one of' "$sluice" run --system nobody "$room/good.sluice"
expect 2 'chooser: expected' "$sluice" run --chooser dice "$room/good.sluice"
expect 2 'runs: expected a number' "$sluice" run --runs -3 "$room/good.sluice"
expect 2 'runs: expected a number' "$sluice" run --runs 1e3 "$room/good.sluice"
expect 2 'unrecognized option' "$sluice" run --frobnicate "$room/good.sluice"
expect 2 'expected a command' "$sluice" frobnicate
expect 2 'usage: sluice' "$sluice"
expect 0 '' "$sluice" --help
expect 0 '' "$sluice" --version
says '^sluice [0-9.]+, build '
expect 0 '' "$sluice" run --help

bad_inputs "$sluice" run
bad_texts "$sluice" run
bad_inputs "$sluice" run --bytes
head -c 300 /dev/zero >"$room/zeros"
expect 2 'zeros: .*--bytes' "$sluice" run "$room/zeros"
expect 2 'good.sluice: expected the byte form' "$sluice" run --bytes "$room/good.sluice"
# Only a system that promises errors is asked what the state forbids, and given devices without ATS.
for seed in corpora/seeds/120-misuse.sluice corpora/seeds/121-device-without-ats.sluice; do
	expect 0 '' "$sluice" run --system core "$seed"
	says '^core: clean'
	says_not 'WARN play_misuse'
	expect 0 '' "$sluice" run --system v2 "$seed"
	says '^v2: n/a'
done
finish
