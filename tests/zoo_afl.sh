#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted bugs are found by AFL++, and a trial of it leaves nothing behind. In the build afl-bugs only.
# shellcheck source=tests/cli.sh
source tests/cli.sh

run=("$sluice" bugs run core-Z55 core-Z77 --seeds 1 --cap 60 --jobs 1 --output "$room/trials")

# patient COMMAND...: without the lines that tell how far it has come, every ten seconds.
# shellcheck disable=SC2317
patient() {
	local code=0
	"$@" 2>"$room/patient" || code=$?
	grep -vE ' left$| not known yet$' "$room/patient" >&2
	return "$code"
}

expect 0 '' patient "${run[@]}" --methods afl
says '^afl +2 +2 +100.0 %'
jq -se 'all(.[] | select(.variant); .detected and .method == "afl" and .reached > 0 and .triggered > 0 and
	.cpu_seconds <= .cap and .runs > 0)' "$room/trials/trials.jsonl" >"$room/jq" ||
	fail "not each trial is as it should be"
for file in "$room"/trials/*.sluice; do
	expect 0 '' "$sluice" run --quiet "$file"
done
[ -z "$(find "$room/trials/state" -path '*-afl-*')" ] || fail "a trial's folder was left"
expect 2 'libfuzzer: needs the build asan-bugs, this is .afl' "${run[@]}" --methods libfuzzer
finish
