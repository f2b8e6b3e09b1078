#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Access points: where the build has them, the core stands, equal runs are equal, and what is found
# with them is a file that replays; where it has none, whoever asks is told which build it takes.
# shellcheck source=tests/cli.sh
source tests/cli.sh

printf 'sluice 1\nworld access=on\ntask app0: pause\n' >"$room/on.sluice"
"$sluice" encode --output "$room/on.bytes" "$room/on.sluice" || fail "no bytes of access=on"
expect 0 '' "$sluice" show "$room/on.bytes"
says '^needs ([a-z]+ )?access$'
# Any bytes run in any build.
expect 0 '' "$sluice" run --bytes "$room/on.bytes"
expect 0 '1 files run' "$build/drain_fuzzer_replay" "$room/on.bytes"

case ${SLUICE_NEEDS:?is set by ctest} in
*access) ;;
*)
	expect 2 'on.sluice: needs the build .access., this is ' "$sluice" run "$room/on.sluice"
	expect 2 'on.sluice: needs the build .access., this is ' "$sluice" search --runs 1 "$room/on.sluice"
	expect 2 'access: needs the build .access.' "$sluice" search --access --runs 1
	finish
	;;
esac

expect 0 '' "$sluice" show "$room/on.bytes"
says "^needs $SLUICE_NEEDS\$"
sed "s/^needs .*//; \$a needs $SLUICE_NEEDS" "$room/on.sluice" >"$room/mine.sluice"
expect 0 '' "$sluice" run "$room/mine.sluice"
sed "s/^needs .*//; \$a needs msan access" "$room/on.sluice" >"$room/other.sluice"
expect 2 'other.sluice: needs the build .msan access.' "$sluice" run "$room/other.sluice"

for seed in 1 2; do
	"$sluice" search --access --runs 10000 --seed 7 >"$room/stdout" 2>"$room/stderr" ||
		fail "search --access exits with $?"
	says '^0 findings'
	grep '^digest' "$room/stdout" >"$room/digest$seed"
done
cmp -s "$room/digest1" "$room/digest2" || fail "equal searches have other digests"
"$sluice" search --access --runs 10000 --promises any --knobs all --seed 8 >"$room/stdout" \
	2>"$room/stderr" || fail "search --access --promises any exits with $?"
says '^0 findings'

"$sluice" search --access --system v2 --runs 2000 --output "$room/found" >/dev/null 2>&1
on=0
for file in "$room"/found/*.sluice; do
	expect 0 '' "$sluice" run --quiet "$file"
	grep -q '^world.* access=on' "$file" || continue
	on=$((on + 1))
	grep -q "^needs $SLUICE_NEEDS\$" "$file" || fail "$file does not say what it needs"
	"$sluice" encode --system v2 --output "$room/found.bytes" "$file" || fail "can't encode $file"
done
[ $on -ge 2 ] || fail "only $on findings with access points"
finish
