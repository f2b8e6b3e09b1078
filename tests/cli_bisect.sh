#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice bisect`: the first bad revision of a small repository, whose `sluice` runs another system from one
# revision on; revisions without a verdict are skipped; the checkout stays as it is.
# shellcheck source=tests/cli.sh
source tests/cli.sh
rest=$PWD/corpora/regress/v2/overflow-left-by-an-earlier-owner.sluice
tree=$room/tree
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x
git init -q "$tree"

# revision TEXT: what that revision asks instead of v2, or `broken`, which does not build
revision() {
	echo "$1 $2" >"$tree/asks"
	git -C "$tree" add asks && git -C "$tree" commit -qm "$2" && git -C "$tree" tag "$2"
}
revision core r1
revision core r2
revision broken r3
revision core r4
revision nobody r5
revision v2 r6
revision v2 r7
revision v2 r8
git -C "$tree" checkout -q r2

# shellcheck disable=SC2016
build='read -r system _ <asks; [ "$system" != broken ] || { echo no; exit 1; }
	printf "#!/bin/sh\nfor file; do :; done\nexec %s run --json --system %s \"\$file\"\n" "$sluice" "$system" >asked
	chmod +x asked'
sluice=$(realpath "$sluice")
export sluice
# shellcheck disable=SC2317
bisect() { "$sluice" bisect --tree "$tree" --program ./asked "$@" -- "$build"; }

head=$(git -C "$tree" rev-parse HEAD)
expect 0 'cannot continue' bisect --good r1 --bad r6 "$rest"
says '^r6: REST$'
says '^r1: clean$'
says "only 'skip'ped commits"
says "^can't be run: .*expected one of.*nobody"
for name in r5 r6; do
	says "^$(git -C "$tree" rev-parse $name)$"
done
expect 0 'cannot continue' bisect --good r2 --bad r8 "$rest"
says_not "^$(git -C "$tree" rev-parse r8)$"
revision core s1
revision broken s2
revision core s3
revision v2 s4
revision v2 s5
revision v2 s6
git -C "$tree" checkout -q "$head"
expect 0 '' bisect --good s1 --bad s6 "$rest"
says "^$(git -C "$tree" rev-parse s4) is the first bad commit$"
expect 0 '' bisect --good s1 --bad s6 --system v2 --identity REST "$rest"
says "^$(git -C "$tree" rev-parse s4) is the first bad commit$"

# The checkout is as it was, and nothing of the search is left.
[ "$(git -C "$tree" rev-parse HEAD)" = "$head" ] || fail "the checkout has moved"
[ -z "$(git -C "$tree" status --porcelain)" ] || fail "the checkout has changed"
[ "$(git -C "$tree" worktree list | wc -l)" = 1 ] || fail "a work tree is left"
[ -z "$(git -C "$tree" for-each-ref refs/bisect)" ] || fail "a bisection is left"

expect 1 'v2 does not fail at s1' bisect --good s3 --bad s1 "$rest"
expect 1 'v2 fails at s4, too' bisect --good s4 --bad s6 "$rest"
expect 2 'no verdict at s2' bisect --good s1 --bad s2 "$rest"
says '^s2: does not build: no$'
expect 2 'tree: can.t check out .r99' bisect --good s1 --bad r99 "$rest"
expect 2 'good: expected a revision, found .r99' bisect --good r99 --bad s6 "$rest"
expect 2 'expected a finding of core to look for' bisect --good s1 --bad s6 corpora/seeds/01-one-drain.sluice
expect 2 'nowhere: No such file' "$sluice" bisect --tree "$room/nowhere" --good a --bad b "$rest"
expect 2 'Usage' "$sluice" bisect "$rest"
expect 2 'Usage' "$sluice" bisect --good a --bad b
bad_inputs "$sluice" bisect --good a --bad b
bad_texts "$sluice" bisect --good a --bad b
expect 0 '' "$sluice" bisect --help
says 'Exit code 0: git named'
finish
