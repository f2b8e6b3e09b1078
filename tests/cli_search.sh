#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice search` and `sluice min`: findings become files that replay, and small ones.
# shellcheck source=tests/cli.sh
source tests/cli.sh

runs=2000
[ "${SLUICE_FLAVOUR:-plain}" = tsan ] && runs=200
seed=corpora/seeds/$(basename "$(find corpora/seeds -name '*.sluice' | sort | head -n 1)")

# The same runs come to the same, whatever the number of workers.
expect 0 '' "$sluice" search --runs $runs --jobs 1
grep digest "$room/stdout" >"$room/one"
expect 0 '' "$sluice" search --runs $runs --jobs 3
grep digest "$room/stdout" >"$room/two"
cmp -s "$room/one" "$room/two" || fail "the number of workers changes the runs"
says "^core: $runs runs"
says '^0 findings'
expect 0 '' "$sluice" search --runs $runs --seed 2
grep -q "$(cat "$room/one")" "$room/stdout" && fail "the seed changes nothing"
for option in --raw --registers; do
	expect 0 '' "$sluice" search --runs $runs $option
	grep -q "$(cat "$room/one")" "$room/stdout" && fail "$option changes nothing"
done

# Two tasks that only pause have few schedules, and more with each preemption allowed.
printf 'sluice 1\ntask app0: pause; pause\ntask app1: pause; pause\n' >"$room/pause.sluice"
last=0
for bound in 0 1 2; do
	expect 0 '' "$sluice" search --chooser exhaustive --preemptions $bound "$room/pause.sluice"
	says '^every schedule within the bound was run'
	count=$(sed -nE 's/^core: ([0-9]+) runs.*/\1/p' "$room/stdout")
	[ "$count" -gt "$last" ] || fail "bound $bound allows $count schedules, less than before"
	last=$count
done
expect 0 '' "$sluice" search --chooser exhaustive --runs 50 "$seed"
says '^not every schedule'
expect 0 '' "$sluice" search --chooser bytes --runs 100 "$seed"

expect 1 '' "$sluice" search --system v2 --runs $runs --knobs disputed --promises any \
	--output "$room/found"
says 'written to '
files=("$room"/found/*.sluice)
[ ${#files[@]} -ge 3 ] || fail "v2 has fewer findings than expected: ${files[*]}"
for file in "${files[@]}"; do
	grep -q '^needs plain' "$file" && fail "$file needs no build"
	expect 0 '' "$sluice" run --quiet "$file"
	expect 0 '' "$sluice" run --quiet --runs 100 "$file"
done

# A race that comes behind so many operations takes the long schedules among the others.
{
	printf 'sluice 1\nunit u0\ndevice d0 unit=u0 rid=00:02.0 credits=32\nspace A\ntask app0: pause'
	printf '; bind d0 A as p2; unbind d0 p2%.0s' {1..24}
	printf '\ntask app0: bind d0 A as p1; request d0 p1 group=1 last; stop d0 p1 marker; unbind d0 p1\n'
} >"$room/late.sluice"
expect 1 '' "$sluice" search --system v2 --runs 300 "$room/late.sluice"
says ' PEND-RING$'

file=${files[0]}
expect 0 'operations, .* choices now' "$sluice" min --output "$room/min.sluice" "$file"
expect 0 '' "$sluice" run --quiet "$room/min.sluice"
[ "$(wc -c <"$room/min.sluice")" -le "$(wc -c <"$file")" ] || fail "min made $file larger"
expect 0 'nothing more can go' "$sluice" min --output "$room/min2.sluice" "$room/min.sluice"
cmp -s "$room/min.sluice" "$room/min2.sluice" || fail "min is no fixed point"
expect 2 'nothing to minimise' "$sluice" min --system core --output "$room/out" "$seed"
expect 2 'expected NOSUCH' "$sluice" min --identity NOSUCH --output "$room/out" "$file"
expect 2 'Usage' "$sluice" min
bad_inputs "$sluice" min --output "$room/out"
bad_texts "$sluice" min --output "$room/out"
nothing_written "$room/out"

expect 2 'system: expected one of' "$sluice" search --system nobody
expect 2 'exhaustive: expected a FILE' "$sluice" search --chooser exhaustive
expect 2 'promises' "$sluice" search --promises maybe
expect 2 'jobs: expected' "$sluice" search --jobs 0
bad_inputs "$sluice" search --runs 1
finish
