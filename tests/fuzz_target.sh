#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzz target and the campaign: all seeds pass, findings die with a token and a text, are kept once,
# and are passed over when they are known.
# shellcheck source=tests/cli.sh
source tests/cli.sh
replay=$build/drain_fuzzer_replay
fuzzer=$build/drain_fuzzer

mkdir "$room/seeds"
for seed in corpora/seeds/*.sluice; do
	"$sluice" encode --system core --output "$room/seeds/$(basename "$seed" .sluice)" "$seed" \
		2>/dev/null || "$sluice" encode --output "$room/seeds/$(basename "$seed" .sluice)" \
		"$seed" 2>/dev/null || fail "can't encode $seed"
done
expect 0 ' files run' "$replay" "$room"/seeds/*
: >"$room/empty"
expect 0 '1 files run' "$replay" -- "$room/empty"
expect 2 'no system .nobody' "$replay" --system=nobody "$room/empty"
expect 2 'no system .nobody' env SLUICE_SYSTEM=nobody "$replay" "$room/empty"

# A judge's finding on v2, from a search in this same build.
"$sluice" search --system v2 --runs 300 --output "$room/found" >/dev/null 2>&1
text=$(grep -L '^needs' "$room"/found/*.sluice | head -n 1)
identity=$(basename "$text" .sluice)
"$sluice" encode --system v2 --output "$room/finding" "$text" || fail "can't encode $text"
expect 134 "^DEDUP_TOKEN: $identity\$" "$replay" --system=v2 "$room/finding"
sed -n '/^----- scenario -----$/,/^----- end/p' "$room/stderr" | sed '1d;$d' >"$room/words.sluice"
expect 1 '' "$sluice" run --quiet --system v2 "$room/words.sluice"
says ": $identity "
expect 0 '1 files run' env SLUICE_KNOWN="X,$identity" "$replay" --system=v2 "$room/finding"

if [ -x "$fuzzer" ]; then
	expect 0 'Done 4 runs' "$fuzzer" -- -seed=1337 -runs=4
	mkdir "$room/corpus"
	expect 0 'Done [0-9]+ runs' "$fuzzer" -runs=2000 "$room/corpus" "$room/seeds"
	# The engine sees the table of states, and the runs fill it: an optimiser may drop what is only written.
	expect 0 '4096 Extra Counters' "$fuzzer" -runs=1 "$room/seeds"
	with=$(sed -n 's/.*DONE.* ft: \([0-9]*\) .*/\1/p' "$room/stderr")
	expect 0 'Done' env SLUICE_FEEDBACK=none "$fuzzer" -runs=1 "$room/seeds"
	without=$(sed -n 's/.*DONE.* ft: \([0-9]*\) .*/\1/p' "$room/stderr")
	[ "${with:-0}" -gt $((${without:-0} + 1000)) ] ||
		fail "with the table of states there are $with features, without it $without"
	expect 2 'no system' "$fuzzer" --system=nobody -runs=1
	expect 1 'v2: [0-9]+ executions, .* s left' "$build/campaign" --fuzzer "$fuzzer" --sluice "$sluice" --system v2 \
		--seeds "$room/seeds" --seconds 12 --output "$room/campaign"
	says 'UAF:'
	says 'the text replays in a fresh process'
	says_not 'NOT REPLAY'
	for file in "$room"/campaign/*.sluice; do
		expect 0 '' "$sluice" run --quiet "$file"
		[ -s "${file%.sluice}.bytes" ] || fail "$file has no byte form beside it"
	done
	expect 2 'there is no .nobody' "$build/campaign" --fuzzer "$fuzzer" --sluice "$sluice" \
		--system nobody --output "$room/none"
	expect 2 'one of each for a build' "$build/campaign" --fuzzer "$fuzzer" --fuzzer "$fuzzer" --sluice "$sluice"
	expect 3 'said no finding' "$build/campaign" --fuzzer /bin/false --sluice "$sluice" \
		--seconds 5 --output "$room/none"
fi
finish
