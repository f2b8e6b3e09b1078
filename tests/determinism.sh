#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# usage: tests/determinism.sh BUILD BUILD
#
# Two builds give the same verdicts and trace hashes: for each stored scenario on each system, twice and in
# shuffled order, and for some ten thousand generated scenarios.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

mapfile -t seeds < <(find corpora -name '*.sluice' -exec grep -L '^needs' {} + | sort)
mapfile -t shuffled < <(printf '%s\n' "${seeds[@]}" | shuf --random-source=<(yes))

# hashes BUILD FILE...: the exit code is that of the findings, which are not the question here.
hashes() {
	local build=$1
	shift
	"$build/sluice" run --hash --system all "$@" 2>"$room/errors" || [ $? = 1 ] ||
		{ cat "$room/errors"; exit 1; }
}

digest() {
	local build=$1
	shift
	{ "$build/sluice" search --runs 5000 --promises any --knobs all "$@" 2>/dev/null || [ $? = 1 ]; } |
		grep '^digest'
}

for build in "$@"; do
	hashes "$build" "${seeds[@]}" | sort >"$room/first"
	hashes "$build" "${shuffled[@]}" | sort >"$room/again"
	diff "$room/first" "$room/again" || { echo "$build: order or repetition matters"; exit 1; }
	for system in $("$build/sluice" list systems --json | jq -r ".[].name"); do
		digest "$build" --system "$system" --chooser mix
		digest "$build" --system "$system" --chooser bytes --seed 9
	done >"$room/generated"
	cat "$room/first" "$room/generated" >"$room/$(basename "$build")"
done
wc -l "$room/first"
diff "$room/$(basename "$1")" "$room/$(basename "$2")" || { echo "the builds differ"; exit 1; }
