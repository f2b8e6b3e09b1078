#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice show` and `sluice encode`: exact both ways, and nothing written where they fail.
# shellcheck source=tests/cli.sh
source tests/cli.sh

for seed in corpora/seeds/*.sluice; do
	"$sluice" encode --output "$room/a.bytes" "$seed" 2>/dev/null || fail "encode $seed"
	"$sluice" show --output "$room/a.sluice" "$room/a.bytes" || fail "show of $seed"
	"$sluice" encode --output "$room/b.bytes" "$room/a.sluice" || fail "encode of show of $seed"
	cmp -s "$room/a.bytes" "$room/b.bytes" || fail "bytes -> text -> bytes of $seed is not exact"
done

# arbitrary N: bytes without a meaning, the same at each run: a piece of the program itself.
arbitrary() {
	dd if="$sluice" of="$room/random" bs=1 skip=$((20000 + $1)) count="$1" status=none
}

# Any bytes are a scenario; theirs is a fixed point after one turn.
for n in 1 2 3 50 777 4096; do
	arbitrary "$n"
	expect 0 '' "$sluice" show --output "$room/r.sluice" "$room/random"
	expect 0 '' "$sluice" encode --output "$room/r.bytes" "$room/r.sluice"
	expect 0 '' "$sluice" show --output "$room/s.sluice" "$room/r.bytes"
	cmp -s "$room/r.sluice" "$room/s.sluice" || fail "decoding $n random bytes is no fixed point"
done

# Anchored, the schedule is the same run.
arbitrary 300
expect 0 '' "$sluice" show --system core --output "$room/anchored.sluice" "$room/random"
"$sluice" run --hash --system core --bytes "$room/random" 2>/dev/null | cut -c 1-30 >"$room/one"
"$sluice" run --hash --system core "$room/anchored.sluice" 2>/dev/null | cut -c 1-30 >"$room/two"
cmp -s "$room/one" "$room/two" || fail "the anchored text runs differently"
expect 0 '' "$sluice" encode --system core --output "$room/back.bytes" "$room/anchored.sluice"
"$sluice" run --hash --system core --bytes "$room/back.bytes" 2>/dev/null | cut -c 1-30 >"$room/two"
cmp -s "$room/one" "$room/two" || fail "the schedule does not survive the way back"

expect 2 'Usage' "$sluice" show
expect 2 'Usage' "$sluice" encode a b
expect 2 'system: expected one of' "$sluice" show --system nobody "$room/random"
bad_inputs "$sluice" encode --output "$room/out"
bad_texts "$sluice" encode --output "$room/out"
bad_inputs "$sluice" show --output "$room/out"
expect 2 'expected the byte form' "$sluice" show --output "$room/out" "$room/anchored.sluice"
expect 2 'No such file' "$sluice" show --output "$room/nowhere/out" "$room/random"
nothing_written "$room/out"
finish
