#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice list`: each table, for people and as JSON.
# shellcheck source=tests/cli.sh
source tests/cli.sh

for table in systems invariants promises knobs sites ops; do
	expect 0 '' "$sluice" list "$table"
	rows=$(wc -l <"$room/stdout")
	[ "$rows" -ge 1 ] || fail "list $table is empty"
	expect 0 '' "$sluice" list "$table" --json
	jq -e 'length >= 1 and all(.[]; .name and .meaning)' "$room/stdout" >"$room/jq" ||
		fail "list $table --json has rows without name or meaning"
done
expect 0 '' "$sluice" list systems
says '^core '
expect 0 '' "$sluice" list sites
says '^wait_for_completion +a call of the host'
says '^read_PQT +a read of the register'
expect 0 '' "$sluice" list knobs --json
jq -e 'length == 27 and ([.[].id] == [range(1; 28) | "K\(.)"])' "$room/stdout" >"$room/jq" ||
	fail "the knobs are not K1 to K27"
jq -e 'all(.[]; if .modelled then (.values | length > 0) else (.values | length == 0) end)' \
	"$room/stdout" >"$room/jq" || fail "a knob that is not modelled has values, or the reverse"
jq -r '.[] | select(.modelled | not) | .name' "$room/stdout" >"$room/not-yet"
expect 0 '' "$sluice" list knobs
[ "$(grep -c '(not yet)' "$room/stdout")" = "$(wc -l <"$room/not-yet")" ] ||
	fail "the table for people marks other knobs as not yet modelled"
# None is silently ignored.
while read -r knob; do
	printf 'sluice 1\nunit u0 %s=on\n' "$knob" >"$room/knob.sluice"
	expect 2 "knob.sluice:2:[0-9]+: " "$sluice" run "$room/knob.sluice"
done <"$room/not-yet"

expect 2 'Usage' "$sluice" list
expect 2 'expected systems' "$sluice" list nonsense
finish
