#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is known to fail fails on real threads, is told with who waits for what, and becomes a replay by the
# fiber engine that is exact.
# shellcheck source=tests/cli.sh
source tests/cli.sh

# finds SYSTEM ID: a finding of that kind within the rounds, and of one of them a replay.
finds() {
	local system=$1 id=$2 seed output=$room/$1 report=$room/$1.json
	for seed in 1 2 3; do
		expect 1 '' unwatched "$build/stress_drain" --system "$system" --until "$id" --rounds 5000 --seconds 5000 \
			--seed $seed --search 6000 --output "$output" --report "$report"
		jq -e --arg id "$id" '[.findings[] | select(.identity | test("^" + $id + "([:~]|$)")) |
			select(.replay_is == "exact")] | length > 0' "$report" >/dev/null && break
	done
	says "^found: [1-9]"
	says 'exact, by the fiber engine'
	file=$(jq -r '[.findings[] | select(.replay_is == "exact") | .replay][0]' "$report")
	grep -qE "^expect $system ${id%%:*}( |$)" "$file" || fail "$file expects something else"
	race=$(jq -r '[.findings[] | select(.replay_is == "exact") | .identity | select(startswith("RACE:"))][0] // ""' \
		"$report")
	expect 0 '' "$sluice" run --quiet ${race:+--race "$race"} "$file"
	jq -r '.findings[] | .report, .scenario' "$report" | while read -r kept; do
		[ -s "$kept" ] || fail "$kept is not there"
	done
	text=$(jq -r --arg id "$id" '[.findings[] | select(.identity | startswith($id)) | .report][0]' "$report")
	grep -q '^timeline:$' "$text" || fail "$text has no timeline"
}

finds v2 UAF
if [ "$SLUICE_FLAVOUR" = asan ]; then
	finds v2 UAF:v2_svm_drain_prq
	grep -q 'AddressSanitizer: heap-use-after-free' "$text" || fail "$text lacks the sanitizer's report"
fi
"$sluice" list systems | grep -q '^linux-6.12' || finish
if [ "$SLUICE_FLAVOUR" = tsan ]; then
	finds linux-6.12 RACE
	grep -q 'ThreadSanitizer: data race' "$text" || fail "$text lacks the sanitizer's report"
	finish
fi
finds linux-6.12 HANG
grep -q 'waits for prq_complete at wait_for_completion' "$text" || fail "nobody waits"
grep -q '^    in intel_iommu_drain_pasid_prq$' "$text" || fail "$text has no stacks"
grep -qE '^  PQA=[0-9a-f]+ PQH=' "$text" || fail "$text has no registers"
finish
