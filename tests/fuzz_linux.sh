#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A campaign on a kernel's own files that begins with nothing: what it finds replays, says which package
# it was found in, and what was taken for granted.
# shellcheck source=tests/cli.sh
source tests/cli.sh
fuzzer=$build/drain_fuzzer

if [ -x "$fuzzer" ] && "$sluice" list systems | grep -q '^linux-6.12'; then
	mkdir "$room/none"
	expect 1 'linux-6.12: [0-9]+ executions, .* s left' "$build/campaign" --fuzzer "$fuzzer" \
		--sluice "$sluice" --system linux-6.12 --seeds "$room/none" --seconds 15 \
		--output "$room/campaign"
	says 'linux-6.12: .* from 0 seeds'
	says 'the text replays in a fresh process'
	says 'assumes: sva-on-x86'
	says_not 'NOT REPLAY'
	for file in "$room"/campaign/*.sluice; do
		expect 0 '' "$sluice" run --quiet "$file"
		grep -q '^expect linux-6.12 .* version ' "$file" || fail "$file names no version"
	done
fi
finish
