#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice compare`: a table, who breaks what, and what it says to bad input.
# shellcheck source=tests/cli.sh
source tests/cli.sh
left=corpora/regress/v2/overflow-left-by-an-earlier-owner.sluice
pushed=corpora/regress/v2/pushed-in-by-the-drain.sluice
seed=corpora/seeds/01-one-drain.sluice

expect 1 '' "$sluice" compare --systems core,v2 "$left" "$seed" "$pushed"
says '^file +core +v2$'
says '^overflow-left-by-an-earlier-owner.sluice +clean +REST$'
says '^01-one-drain.sluice +clean +clean$'
says '^pushed-in-by-the-drain.sluice +clean\* +PEND-HAND$'
says '^\* not all of its schedule fits'
says '^[^ ]*overflow-left-by-an-earlier-owner.sluice: v2: REST .*overflow bit'
says '^  broken promises: none$'
says '^  knobs: '
says_not '^[^ ]*01-one-drain.sluice: '

# The same as `run` says of each.
expect 0 '' "$sluice" compare "$seed"
for system in $(head -1 "$room/stdout"); do
	[ "$system" = file ] && continue
	expect 0 '' "$sluice" run --json --system "$system" "$seed"
	jq -e '.verdict == "clean"' "$room/stdout" >"$room/jq" || fail "$system is not clean"
done

expect 1 '' "$sluice" compare --json "$left"
jq -e '.files[0].results.v2 | .verdict == "REST" and .finding and (.drifted | not) and (.premises | test("broken: none"))' \
	"$room/stdout" >"$room/jq" || fail "--json has another v2"
jq -e '.files[0].results.core.verdict == "clean" and (.systems | length >= 2)' "$room/stdout" >"$room/jq" ||
	fail "--json has another core"
expect 1 '' "$sluice" compare --json --systems core,v2 "$pushed"
jq -e '.files[0].results.core | .verdict == "clean" and .drifted' "$room/stdout" >"$room/jq" || fail "--json lacks a drift"

# Bytes have no system either.
expect 0 '' "$sluice" encode --output "$room/left.bytes" "$left"
expect 1 '' "$sluice" compare --bytes --systems v2 "$room/left.bytes"
says '^left.bytes  REST$'

# A bad file does not hide the next.
expect 2 'missing: No such file' "$sluice" compare "$room/missing" "$seed"
says '^01-one-drain.sluice  clean'
sed 's/^expect.*/needs msan/' "$seed" >"$room/needs.sluice"
expect 2 'needs the build .msan' "$sluice" compare "$room/needs.sluice"
expect 2 'system: expected one of.* core.*, found .nobody' "$sluice" compare --systems core,nobody "$seed"
expect 2 'systems: expected names' "$sluice" compare --systems , "$seed"
expect 2 'Usage' "$sluice" compare
bad_inputs "$sluice" compare
bad_texts "$sluice" compare
expect 0 '' "$sluice" compare --help
says 'Exit code 0: nobody'
finish
