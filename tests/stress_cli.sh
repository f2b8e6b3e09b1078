#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The stress binaries' options, good and bad; an end by Ctrl-C; and scripts/stress.
# shellcheck source=tests/cli.sh
source tests/cli.sh
drain=$build/stress_drain

for page in stress/stress_*.c; do
	expect 0 '' "$build/$(basename "$page" .c)" --help
	says '--noise=PROFILE'
	says 'Exit code 0: nothing found'
done
expect 2 'expected a number from 1 to' "$drain" --seconds 0
expect 2 'expected a number from 1 to 6, found .7' "$drain" --threads 7
expect 2 'expected a number from 0 to .*found .-1' "$drain" --seed=-1
expect 2 'expected a number .*found .1x' "$drain" --rounds 1x
expect 2 'there is no profile .loud.; there are: none yields naps favours mixed' "$drain" --noise loud
expect 2 'there is no .nobody.; there are: .*core' "$drain" --system nobody
expect 2 'expected an identity or any, found .RAIN' "$drain" --until RAIN
expect 2 'expected options only, found .file' "$drain" file
expect 2 'nonsense' "$drain" --nonsense
expect 2 'no/such/sluice' "$drain" --sluice no/such/sluice
touch "$room/file"
expect 2 'file: not a directory' "$drain" --output "$room/file"
nothing_written "$room/stress"

# JSON instead of words.
expect 0 '' unwatched "$drain" --rounds 5 --seconds 500 --json --output "$room/json"
jq -e '.rounds == 5 and .findings == []' "$room/stdout" >/dev/null || fail "--json says something else"

# Ctrl-C: the round that is on is played to its end, and the report is whole.
"$drain" --seconds 5000 --output "$room/stopped" --report "$room/stopped.json" >"$room/stdout" 2>"$room/stderr" &
pid=$!
while [ ! -e "$room/stopped/state/report" ]; do sleep 0.05; done
kill -INT $pid
code=0
wait $pid || code=$?
[ $code = 0 ] || fail "Ctrl-C ends it with $code"
says '^stopped by the user$'
jq -e '.interrupted and .failure == null and .silent == 0 and .verdicts.clean == .rounds' "$room/stopped.json" >/dev/null ||
	fail "the report of what was stopped: $(cat "$room/stopped.json")"

# A worker that gets no time is not one that hangs.
"$drain" --rounds 20 --seconds 5000 --output "$room/paused" --report "$room/paused.json" >"$room/stdout" 2>"$room/stderr" &
pid=$!
while [ ! -e "$room/paused/state/report" ]; do sleep 0.01; done
worker=$(cat /proc/$pid/task/$pid/children)
kill -STOP "${worker:-$pid}" && sleep 2 && kill -CONT "${worker:-$pid}"
wait $pid || fail "a worker that was stopped for a while is a finding"
jq -e '.rounds == 20 and .verdicts.clean == 20' "$room/paused.json" >/dev/null || fail "rounds are missing"

expect 2 'no such option' scripts/stress --nonsense 1
expect 2 'expected an option with its value' scripts/stress --seconds
expect 2 '--seconds: expected a number above 0' scripts/stress --seconds none
expect 2 '--only: expected some of drain .*found .rain' scripts/stress --only drain,rain
expect 2 '--sanitizers: expected some of tsan asan plain' scripts/stress --sanitizers lsan
expect 0 '' scripts/stress --help
says '^Sets up, builds, and stresses'
finish
