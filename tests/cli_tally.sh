#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# scripts/tally sums what was spent on one system with the code as it is, and says when it is not enough.
# shellcheck source=tests/cli.sh
source tests/cli.sh
export SLUICE_TALLY=$room/tally

expect 2 'is not there yet' scripts/tally
code=$(bash -c 'source scripts/lib.sh; verdict_code fiber')
threads=$(bash -c 'source scripts/lib.sh; verdict_code thread')
[ "$code" != "$threads" ] || fail "both engines are one code"
# run CODE SYSTEM TARGET FINDINGS SECONDS [ENGINE]
run() {
	printf '{"when":"2020-01-01T00:00:00Z","code":"%s","target":"%s","system":"%s",' "$1" "$3" "$2"
	printf '"engine":"%s","findings":%s,"workers":[' "${6:-libfuzzer}" "$4"
	printf '{"sanitizer":"asan","cpu_seconds":%s,"executions":10},' "$5"
	printf '{"sanitizer":"tsan","cpu_seconds":%s,"executions":1}]}\n' "$5"
}
{
	run "$code" core drain 0 900
	run "$code" core drain 0 900
	run "$code" core ring 0 450
	run 0 core drain 1 7200
	run "$code" v2 drain 9 3600
} >"$SLUICE_TALLY"
expect 0 '' scripts/tally --hours 1.25
says '^drain +libfuzzer +asan +1800 +20$'
says '^ring +libfuzzer +tsan +450 +1$'
says '^core: 1.25 hours of CPU in 3 runs, 33 executions, 0 findings$'
expect 1 '' scripts/tally --hours 1.26
expect 1 '' scripts/tally --all
says '^core: 5.25 hours of CPU in 4 runs, .* 1 findings$'
expect 1 '' scripts/tally --system v2
run "$threads" core stress_drain 0 450 stress >>"$SLUICE_TALLY"
run "$code" core stress_drain 1 450 stress >>"$SLUICE_TALLY"
expect 0 '' scripts/tally --hours 1.5
expect 0 '' scripts/tally --engine stress
says '^core: 0.25 hours of CPU in 1 runs, 11 executions, 0 findings$'
expect 2 '--engine: expected fuzz or stress' scripts/tally --engine horse
expect 0 '' scripts/tally --engine fuzz --json
[ "$(jq .cpu_hours "$room/stdout")" = 1.25 ] || fail "--json says otherwise"
expect 2 '--hours: expected a number' scripts/tally --hours long
expect 2 'no such option' scripts/tally --nonsense
expect 0 '' scripts/tally --help
says '^Sums the CPU time'
echo nonsense >>"$SLUICE_TALLY"
expect 2 'expected a line of JSON' scripts/tally
finish
