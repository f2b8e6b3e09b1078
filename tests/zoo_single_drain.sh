#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# No false alarm. One drain at a time, promises kept, `stopped-answered`, pipe closed: the core is clean,
# Linux 6.12 shows what docs/findings/README.md lists for that and nothing else, and with the fixes in it
# it is clean, with any number of drains, too.
#
# SLUICE_SINGLE_RUNS: for each (20000); a night has time for 3000000.
# shellcheck source=tests/cli.sh
source tests/cli.sh
runs=${SLUICE_SINGLE_RUNS:-20000}

# search SYSTEM OPTION...: standard output has what came of it.
search() {
	local system=$1 code=0
	shift
	"$sluice" search --system "$system" --runs "$runs" "$@" >"$room/stdout" 2>"$room/stderr" || code=$?
	[ "$code" -le 1 ] || fail "search --system $system exits with $code"
	says "^$system .*: $runs runs|^$system: $runs runs"
}

# clean SYSTEM OPTION...
clean() {
	search "$@"
	says '^0 findings whose premises hold$'
}

# seen: identities of findings whose premises hold, by the first word of their lines.
seen() {
	sed -nE 's/^linux-6\.12 \([^)]*\): ([A-Z-]+)[: ].*\(run [0-9]+\)$/\1/p' "$room/stdout" | sort -u
}

listed=$(sed -n '/^## One drain at a time/,/^## /p' docs/findings/README.md |
	sed -nE 's/^\| .([A-Z-]+). \|.*/\1/p' | sort -u)
[ -n "$listed" ] || fail "docs/findings/README.md lists nothing"

clean core --one-drain
clean linux-6.12-fixed --one-drain
clean linux-6.12-fixed --seed 400000

search linux-6.12 --one-drain
seen >"$room/seen"
[ -s "$room/seen" ] || fail "linux-6.12 shows nothing at all"
unlisted=$(comm -23 "$room/seen" <(printf '%s\n' "$listed"))
[ -z "$unlisted" ] || fail "linux-6.12 shows what is not listed:" "$unlisted"

exit "$failed"
