#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice triage`: buckets, what is new, what is set aside, and what it says to bad input.
# shellcheck source=tests/cli.sh
source tests/cli.sh
life='stop d0 p1 marker; unbind d0 p1'

# file NAME OPERATIONS EXPECT...: a scenario of one task.
file() {
	local name=$1 operations=$2
	shift 2
	printf 'sluice 1\ndevice d0 unit=u0 rid=00:02.0\nspace A\ntask app0: %s\n' "$operations" >"$room/in/$name"
	[ $# = 0 ] || printf 'expect %s\n' "$@" >>"$room/in/$name"
}

mkdir -p "$room/in/crashes" "$room/in/queue"
hang='finish u0; prs u0 pro ppr; start u0; bind d0 A as p1; request d0 p1 group=1 r last;'
file rest.sluice "$hang $life" 'v2 REST'
file larger.sluice "$hang request d0 p1 group=2 r last; $life" 'v2 REST' 'core clean'
file holds.sluice "bind d0 A as p1; $life" 'core clean'
file gone.sluice "bind d0 A as p1; $life" 'v2 HANG'
file otherwise.sluice "$hang $life" 'v2 RC'
file stranger.sluice "bind d0 A as p1; $life" 'core clean' 'linux-9.9 HANG'
file broken.sluice "bind d0 A as p1; $life"
sed -i 's/bind d0/bind d7/' "$room/in/broken.sluice"
file other.sluice "bind d0 A as p1; $life" 'core clean'
echo 'needs msan' >>"$room/in/other.sluice"
echo 'Some words' >"$room/in/notes.md"
: >"$room/in/crash-0"
expect 0 '' "$sluice" encode --output "$room/in/crashes/id:000000,sig:06,src:000001,op:havoc" "$room/in/rest.sluice"
cp "$room/in/crashes/id:"* "$room/in/crash-1"
cp "$room/in/crash-1" "$room/in/rest.bytes" # beside its text
cp "$room/in/crash-1" "$room/in/queue/id:000001"
echo 'Command line used to find this crash' >"$room/in/crashes/README.txt"

expect 1 'broken.sluice:4:17: expected' "$sluice" triage "$room/in"
says '^known +REST +3  [0-9: -]{16}  v2.*broken: none.*(rest|otherwise).sluice \(7 operations, 0 choices\)  corpora/regress/v2/'
says '^1 file: no finding where' && says 'gone.sluice: expected v2 HANG, found clean'
says '^1 file: another finding' && says 'otherwise.sluice: expected v2 RC, found REST'
says '^1 file: a system is not' && says 'stranger.sluice: expects HANG of linux-9.9'
says '^1 file: another build' && says 'other.sluice: needs the build .msan'
says '^4 files: no scenario' && says 'crashes/README.txt: it is neither' && says 'crash-0: it is empty'
says_not 'queue|rest.bytes'
says '^13 files, 1 identity, 0 new'

# Bytes tell no system: core, or what one asks for.
expect 0 '' "$sluice" triage "$room/in/crashes"
says 'README.txt' && says ', 0 identities'
expect 0 '' "$sluice" triage --system v2 --json "$room/in/crashes"
jq -e '.files == 2 and (.buckets | length == 1) and .no_scenario[0].why and (.buckets[0] |
	.identity == "REST" and .known and .files == 1 and .smallest.system == "v2" and .broken == [] and
	(.systems | index("v2")) and (.pages | index("corpora/regress/v2/overflow-left-by-an-earlier-owner.sluice")))' \
	"$room/stdout" >"$room/jq" || fail "--json says something else"

# With another list it is news.
printf '# nothing\n\n' >"$room/known"
expect 1 '' "$sluice" triage --known "$room/known" "$room/in/rest.sluice"
says '^new +REST' && says '1 identity, 1 new'
printf 'REST~disputed v2 page.md\n' >"$room/known"
expect 1 '' "$sluice" triage --known "$room/known" "$room/in/rest.sluice"
printf 'REST nobody page.md\nHANG v2 page.md\n' >"$room/known"
expect 1 '' "$sluice" triage --known "$room/known" "$room/in/rest.sluice"

# It says of whom it is new.
printf 'REST core page.md\n' >"$room/known"
expect 1 '' "$sluice" triage --json --known "$room/known" "$room/in/rest.sluice"
jq -e '.buckets[0] | (.known | not) and (.new_of | index("v2"))' "$room/stdout" >"$room/jq" || fail "new_of lacks v2"
expect 0 '' "$sluice" triage --json "$room/in/rest.sluice"
jq -e '.buckets[0] | .known and .new_of == []' "$room/stdout" >"$room/jq" || fail "new_of has what is known"

# A report names its files.
jq -n --arg file "$room/in/rest.sluice" '{findings: [{identity: "REST", scenario: $file, replay: null}]}' >"$room/report.json"
expect 0 '' "$sluice" triage "$room/report.json"
says '^known +REST +1 '

# All that is stored is known, wherever it can be run, and every page is there.
expect 0 '' "$sluice" triage corpora/regress
says ', 0 new$'
while read -r identity _ page; do
	case $identity in '' | '#'*) continue ;; esac
	[ -f "$page" ] || fail "docs/findings/known: there is no $page"
done <docs/findings/known

for line in 'NOTHING v2 a.md:an invariant, found .NOTHING' 'HANG:a system, found the end' 'HANG v2:a page, found the end' 'HANG v2 a b:the end of the line, found .b'; do
	printf '%s\n' "${line%%:*}" >"$room/known"
	expect 2 "known:1:[0-9]+: expected ${line#*:}" "$sluice" triage --known "$room/known" "$room/in"
done
expect 2 'nowhere: No such file' "$sluice" triage --known "$room/nowhere" "$room/in"
expect 2 'missing: No such file' "$sluice" triage "$room/missing"
expect 2 'Usage' "$sluice" triage
expect 2 'system: expected one of' "$sluice" triage --system nobody "$room/in"
expect 2 '' "$sluice" triage "$room/in/notes.md"
expect 0 '' "$sluice" triage --help
says 'Exit code 0: nothing new'
finish
