#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# usage: tests/engines.sh BUILD BUILD
#
# Each fuzz target gives the same verdicts and trace hashes in two builds with different engines, for all that is
# stored of it. Coverage is counted in another way by each.
export SLUICE_BUILD=$1
# shellcheck source=tests/cli.sh
source tests/cli.sh

encode_seeds
compared=0
for page in fuzz/*_fuzzer.c; do
	name=$(basename "$page" .c)
	[ "$name" != canary_fuzzer ] || continue
	mapfile -t stored < <(find "$room/seeds" "corpora/grown/${name%_fuzzer}" -type f | sort)
	digests "$1/$name" "${stored[@]}" >"$room/one"
	digests "$2/$name" "${stored[@]}" >"$room/other"
	diff <(cut -d ' ' -f 1-4 "$room/one") <(cut -d ' ' -f 1-4 "$room/other") >"$room/stdout" ||
		fail "$name: the engines differ"
	compared=$((compared + ${#stored[@]}))
done
echo "$compared inputs have equal verdicts and traces"
[ "$compared" -gt 1000 ] || fail "$compared inputs are no test"
finish
