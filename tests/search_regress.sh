#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A stored finding is one run, a hundred times out of a hundred, each in a fresh process.
# shellcheck source=tests/cli.sh
source tests/cli.sh

checked=0
for file in corpora/regress/*/*.sluice; do
	needs=$(sed -n 's/^needs //p' "$file")
	[ -z "$needs" ] || [ "$needs" = "${SLUICE_FLAVOUR:-plain}" ] ||
		[ "$needs" = "${SLUICE_NEEDS:-plain}" ] || continue
	for ((i = 0; i < 100; i++)); do
		"$sluice" run --quiet "$file" >"$room/stdout" 2>"$room/stderr" ||
			fail "$file: run $i is not as expected"
	done
	checked=$((checked + 1))
done
[ $checked -ge 5 ] || fail "only $checked files were checked"
finish
