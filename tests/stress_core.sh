#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The core under every stress binary, on real threads: nothing is found, and the report says what was done.
# shellcheck source=tests/cli.sh
source tests/cli.sh
rounds=150

# field FILTER VALUE: what the report says.
field() {
	local got
	got=$(jq -r "$1" "$room/report.json") || fail "the report is no JSON"
	[ "$got" = "$2" ] || fail "report: $1 is $got, expected $2"
}

for page in stress/stress_*.c; do
	name=$(basename "$page" .c)
	expect 0 '' unwatched "$build/$name" --rounds $rounds --seconds 500 --seed 3 --output "$room/$name" \
		--report "$room/report.json"
	says "^$name on core, .*: $rounds rounds from 0 on .*, seed 3, noise mixed, 6 tasks, 1 workers$"
	says "^rounds: $rounds clean$"
	says '^drains take: p50 .*, p99.99 .*, at most '
	says '^found: nothing whose premises hold$'
	field .program "$name"
	field .system core
	field .seed 3
	field .threads 6
	field .noise mixed
	field .rounds $rounds
	field .verdicts.clean $rounds
	field '.findings | length' 0
	field .interrupted false
	field .failure null
	field .silent 0
	field '.operations > .lives and .lives > 0 and .drains > 0 and .faults > 0' true
	field '.drain_ns.count > 0 and .drain_ns["p50"] <= .drain_ns["p99.99"]' true
	field '.drain_ns["p99.99"] <= .drain_ns.max' true
	field '.per_second.drains > 0 and .cpu_seconds > 0' true
done

# What is played hangs on seed and number alone, and so does how much that is.
for noise in none yields naps favours; do
	expect 0 '' unwatched "$build/stress_drain" --rounds 40 --from 20 --seconds 500 --seed 3 --noise $noise \
		--threads 3 --output "$room/noise" --report "$room/report.json"
	field .noise $noise
	field .threads 3
	field .from 20
	jq -r '"\(.operations) \(.lives) \(.requests)"' "$room/report.json" >>"$room/played"
done
[ "$(cut -d' ' -f1 "$room/played" | sort -u | wc -l)" = 1 ] || fail "equal rounds differ: $(cat "$room/played")"
finish
