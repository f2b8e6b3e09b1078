#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice emit-c`: the test compiles without a warning, fails where the scenario fails, and passes elsewhere.
# shellcheck source=tests/cli.sh
source tests/cli.sh
rest=corpora/regress/v2/overflow-left-by-an-earlier-owner.sluice
pushed=corpora/regress/v2/pushed-in-by-the-drain.sluice
seed=corpora/seeds/01-one-drain.sluice
cc=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")

# compile NAME: $room/NAME.c to $room/NAME
compile() {
	expect 0 '' "$cc" -Wall -Wextra -Werror "$room/$1.c" "@$build/house.rsp" -o "$room/$1"
}

# What it runs is what `run` runs. An odd comment must not end the test's own.
sed '2s,^# .*,# What "is" it?? */ \\ int x; /* ???/,' "$pushed" >"$room/odd.sluice"
grep -q 'int x' "$room/odd.sluice" || fail "there is no odd comment"
expect 0 '' "$sluice" emit-c --output "$room/odd.c" "$room/odd.sluice"
grep -q '^ \* PEND-HAND request 3 ' "$room/odd.c" || fail "the test does not say what it is of"
compile odd
expect 1 '' "$room/odd"
says '^v2: PEND-HAND request 3 '
expect 0 '' "$room/odd" core
says '^core: (clean|drift)'
expect 2 '' "$room/odd" nobody
says 'no such system'

expect 0 '' "$sluice" encode --output "$room/rest.bytes" "$rest"
expect 0 '' "$sluice" emit-c --bytes --system v2 "$room/rest.bytes"
cp "$room/stdout" "$room/bytes.c"
expect 0 '' "$cc" -std=gnu17 -I. -Wall -Wextra -Werror -fsyntax-only "$room/bytes.c"

if [ "${SLUICE_NEEDS-}" = asan ]; then
	expect 0 '' "$sluice" emit-c --output "$room/uaf.c" corpora/regress/v2/request-freed-under-the-drain.sluice
	compile uaf
	expect 1 'heap-use-after-free' "$room/uaf"
	expect 0 '' "$room/uaf" core
fi

expect 1 'nothing to test: core is clean' "$sluice" emit-c --output "$room/out" "$seed"
expect 1 'nothing to test: core is clean' "$sluice" emit-c --output "$room/out" --system core "$rest"
sed 's/^expect v2.*/expect v2 HANG/' "$rest" >"$room/other.sluice"
expect 0 'other.sluice:8: expected v2 HANG, found REST' "$sluice" emit-c --output "$room/other.c" "$room/other.sluice"
sed 's/^expect v2.*/expect linux-9.9 HANG/' "$rest" >"$room/stranger.sluice"
expect 2 'a system that is not in this build' "$sluice" emit-c --output "$room/out" "$room/stranger.sluice"
sed 's/^expect v2.*/needs msan/' "$rest" >"$room/needs.sluice"
expect 2 'needs the build .msan' "$sluice" emit-c --output "$room/out" "$room/needs.sluice"
expect 2 'system: expected one of' "$sluice" emit-c --system nobody "$rest"
expect 2 'Usage' "$sluice" emit-c
bad_inputs "$sluice" emit-c --output "$room/out"
bad_texts "$sluice" emit-c --output "$room/out"
nothing_written "$room/out"
expect 0 '' "$sluice" emit-c --help
says 'Exit code 0: written'
finish
