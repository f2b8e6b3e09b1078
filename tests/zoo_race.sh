#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Data races under libFuzzer, in the tsan build with planted bugs: a planted one is found, keeps its name
# and its input, and ends a worker once; the clean twin is silent.
# shellcheck source=tests/cli.sh
source tests/cli.sh
fuzzer=$build/drain_fuzzer
token=RACE:iopf_wait_groups:iopf_work

# --- The engine alone ---------------------------------------------------------------------------------
mkdir "$room/seeds" "$room/artifacts"
for seed in corpora/seeds/0*.sluice; do
	"$sluice" encode --output "$room/seeds/$(basename "$seed" .sluice)" "$seed" 2>/dev/null ||
		fail "can't encode $seed"
done
find=("$fuzzer" -seed=1 -runs=20000 -max_len=4096 "-artifact_prefix=$room/artifacts/" "$room/seeds")
expect 66 "^DEDUP_TOKEN: $token\$" "${find[@]}" --system=core-S19
artifacts=("$room"/artifacts/*)
[ "${#artifacts[@]}" = 1 ] || fail "expected one input, found ${artifacts[*]}"
[ -s "${artifacts[0]}" ] || fail "expected the input of the race, found an empty one"
for _ in 1 2; do
	expect 66 "^DEDUP_TOKEN: $token\$" "$fuzzer" --system=core-S19 "${artifacts[0]}"
done
expect 0 'Executed ' env SLUICE_KNOWN="X=1,$token=0" "$fuzzer" --system=core-S19 "${artifacts[0]}"
expect 0 'Executed ' env SLUICE_KNOWN=RACE:=0 "$fuzzer" --system=core-S19 "${artifacts[0]}"
expect 66 "^DEDUP_TOKEN: $token\$" env SLUICE_KNOWN=RACE:iopf_work:iopf_work=0 "$fuzzer" \
	--system=core-S19 "${artifacts[0]}"
expect 0 'Executed ' "$fuzzer" --system=core "${artifacts[0]}"
expect 0 'Done 20000 runs' "${find[@]}" --system=core

# --- A campaign, of two builds that happen to be one: first side by side ------------------------------
# Which input comes first is a matter of time there, so the rest is asked of one worker with a seed.
expect 1 'core-S19: [0-9]+ executions, .* s left' "$build/campaign" --fuzzer "$fuzzer" --sluice "$sluice" \
	--fuzzer "$fuzzer" --sluice "$sluice" --system core-S19 --seeds "$room/seeds" --seconds 11 --jobs 2 \
	--output "$room/both"
says "^$token data-race between"
says 'workers were restarted [1-9][0-9]* times,$'
expect 1 'core-S19: [0-9]+ executions, .* s left' "$build/campaign" --fuzzer "$fuzzer" --sluice "$sluice" \
	--fuzzer "$fuzzer" --sluice "$sluice" --system core-S19 --seeds "$room/seeds" --seconds 11 --jobs 1 --seed 1 \
	--output "$room/campaign"
says '^found: 1, in '
says "^$token data-race between"
says '^  met [0-9]{2,} times, .* the text replays in a fresh process$'
says 'workers were restarted [1-9] times,$'
file=$room/campaign/${token//:/-}
[ -s "$file.bytes" ] || fail "$file.sluice has no byte form beside it"
grep -q '^needs tsan$' "$file.sluice" || fail "$file.sluice does not say that it needs tsan"
expect 0 '' "$sluice" run --quiet "$file.sluice"
expect 0 '' "$sluice" run --quiet --race "$token" "$file.sluice"
expect 1 'expected core-S19 RACE, found clean' "$sluice" run --quiet --race none "$file.sluice"
expect 0 'tried' "$sluice" min --identity "$token" --output "$room/small.sluice" "$file.sluice"
expect 1 '' "$sluice" run --quiet --system core-S19 "$room/small.sluice"
says "core-S19: $token"

# --- A trial --------------------------------------------------------------------------------------------
# The other one's canary races, and is not what was planted.
expect 0 '' "$sluice" bugs run core-S19 core-Z01 --methods libfuzzer-tsan --seeds 1 --cap 60 --output "$room/trial"
says '^libfuzzer-tsan +2 +2 +100.0 %'
jq -se 'all(.[] | select(.variant); .seen_by == "expected")' "$room/trial/trials.jsonl" >"$room/jq" ||
	fail "not each bug was seen as what it is: $(cat "$room/trial/trials.jsonl")"
finish
