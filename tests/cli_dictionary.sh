#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice list dictionary`: lines as fuzz engines read them, and nothing in them that the language has not.
# shellcheck source=tests/cli.sh
source tests/cli.sh

# tokens: those of the last dictionary, which must be comments and name="token", each name and token once.
tokens() {
	! grep -vE '^(#.*|[A-Za-z0-9_]+="[^"]+")$' "$room/stdout" || fail "lines that no engine reads"
	sed -n 's/^[A-Za-z0-9_]*="\(.*\)"$/\1/p' "$room/stdout" >"$room/tokens"
	[ -z "$(sort "$room/tokens" | uniq -d)" ] || fail "a token stands there twice"
	[ -z "$(sed -n 's/=.*//p' "$room/stdout" | sort | uniq -d)" ] || fail "a name stands there twice"
}

expect 0 '' "$sluice" list dictionary
tokens
[ "$(wc -l <"$room/tokens")" -ge 200 ] || fail "few words"
cp "$room/tokens" "$room/words"
# Each is in a stored text, or in the table of those who own it.
cat corpora/*/*.sluice corpora/*/*/*.sluice >"$room/used"
for table in systems invariants promises sites; do
	"$sluice" list "$table" --json | jq -r '.[].name' | sed 's/$/#1/;p;s/#1$//' >>"$room/used"
done
"$sluice" list knobs --json | jq -r '.[] | .name as $knob | .values[] | "\($knob)=\(.name)"' >>"$room/used"
while read -r token; do
	grep -qF -- "$token" "$room/used" || fail "nobody uses $token"
done <"$room/words"
# And each word that operations or a device have is in it.
tr -s ' ;:' '\n' <corpora/format/1/operations.sluice |
	sed -E 's/=(0x)?[0-9].*/=/;/^(0x)?[0-9]/d' | sort -u >"$room/wanted"
while read -r word; do
	grep -qxF -- "$word" "$room/words" || fail "the dictionary lacks $word"
done <"$room/wanted"

expect 0 '' "$sluice" list dictionary --form bytes
tokens
cp "$room/stdout" "$room/dictionary"
"$sluice" list ops --json | jq -r '.[].name' >"$room/ops"
while read -r op; do
	token=$(sed -n "s/^$op=\"\(.*\)\"$/\1/p" "$room/dictionary")
	[ -n "$token" ] || fail "no record of $op"
	printf '\x80\0\0\0\x02\0\0\0%b' "$token" >"$room/record"
	expect 0 '' "$sluice" show "$room/record"
	# One that can't stand alone has become a pause.
	case $op in await) says '^task app0: pause$' ;; *) says "^task app0: $op( |$)" ;; esac
done <"$room/ops"

expect 2 'expected text or bytes' "$sluice" list dictionary --form words
expect 2 'a form of its own' "$sluice" list dictionary --json
finish
