# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the tests of the command line. Sourced from the project's root; SLUICE_BUILD names the build tree.

set -uo pipefail
build=${SLUICE_BUILD:?is set by ctest: the build tree to test}
export sluice=$build/sluice
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
failed=0

fail() {
	echo "FAILED: $*"
	echo "  stdout: $(head -c 600 "$room/stdout")"
	echo "  stderr: $(head -c 600 "$room/stderr")"
	failed=1
}

# expect CODE STDERR COMMAND...: the exit code, and a pattern for standard error ('' for silence).
expect() {
	local code=$1 pattern=$2 got=0
	shift 2
	"$@" >"$room/stdout" 2>"$room/stderr" </dev/null || got=$?
	[ "$got" = "$code" ] || fail "$* exits with $got, expected $code"
	if [ -z "$pattern" ]; then
		[ ! -s "$room/stderr" ] || fail "$* says something on stderr"
	else
		grep -qE -- "$pattern" "$room/stderr" || fail "$* does not say /$pattern/ on stderr"
	fi
}

# says PATTERN: what the last command wrote on standard output.
says() {
	grep -qE -- "$1" "$room/stdout" || fail "standard output lacks /$1/"
}

says_not() {
	! grep -qE -- "$1" "$room/stdout" || fail "standard output has /$1/"
}

# unwatched COMMAND...: without its live lines, of which there are more where the machine is slow.
unwatched() {
	"$@" 2>"$room/live"
}

# encode_seeds: the byte form of all seeds, without the schedules that are anchored, in $room/seeds.
encode_seeds() {
	local seed
	mkdir "$room/seeds"
	for seed in corpora/seeds/*.sluice; do
		"$sluice" encode --output "$room/seeds/$(basename "$seed" .sluice)" "$seed" 2>/dev/null ||
			fail "can't encode $seed"
	done
}

# digests PROGRAM FILE...: verdict, trace and coverage that a fuzz target says of each, in the order of names.
digests() {
	local program=$1 options=(-detect_leaks=0) # an engine that looks for leaks runs an input again
	[ ! -f "${program}_mutator.so" ] || options=() # to AFL++'s driver all words are files
	shift
	SLUICE_DIGEST=1 "$program" "${options[@]}" "$@" >"$room/stdout" 2>"$room/stderr"
	grep '^digest: ' "$room/stderr" >"$room/lines" || fail "$program prints no digest"
	[ "$(wc -l <"$room/lines")" -ge $# ] || fail "$program prints fewer digests than there are files"
	# An engine may try the empty input first.
	tail -n $# "$room/lines" | paste -d ' ' <(printf '%s\n' "$@") - | sort
}

# same_digests PROGRAM FILE...: in any order, again and in a fresh process. They are left in $room/once.
same_digests() {
	local program=$1 shuffled
	shift
	digests "$program" "$@" >"$room/once"
	mapfile -t shuffled < <(printf '%s\n' "$@" | shuf --random-source=<(yes))
	digests "$program" "${shuffled[@]}" >"$room/shuffled"
	digests "$program" "$@" "$@" >"$room/twice"
	cmp -s "$room/once" "$room/shuffled" || fail "$program: the order of inputs matters"
	cmp -s "$room/once" <(sort -u "$room/twice") || fail "$program: an input run again is another run"
}

# bad_inputs COMMAND...: files that no command may take, given as its last argument.
bad_inputs() {
	: >"$room/empty"
	printf 'sluice 1\ntask app0: bind d9 A as p1\n' >"$room/device.sluice"
	printf 'sluice 1\ntask app0: frobnicate d0\n' >"$room/word.sluice"
	printf 'sluice 99\n' >"$room/version.sluice"
	printf 'hello\n' >"$room/hello"
	printf 'sluice 1\nunit u0 ring=8\ntask app0: bind d0 A as' >"$room/cut.sluice"
	truncate -s 100M "$room/large"
	mkdir -p "$room/folder"
	expect 2 'missing: No such file' "$@" "$room/missing"
	expect 2 'folder: .*directory' "$@" "$room/folder"
	expect 2 'empty: .*empty' "$@" "$room/empty"
	expect 2 'large: expected at most [0-9]+ bytes' "$@" "$room/large"
}

bad_texts() {
	expect 2 '^[^:]*device.sluice:2:[0-9]+: expected' "$@" "$room/device.sluice"
	expect 2 '^[^:]*word.sluice:2:[0-9]+: expected' "$@" "$room/word.sluice"
	expect 2 '^[^:]*version.sluice:1:[0-9]+: ' "$@" "$room/version.sluice"
	expect 2 '^[^:]*hello:1:1: expected' "$@" "$room/hello"
	expect 2 '^[^:]*cut.sluice:3:[0-9]+: expected' "$@" "$room/cut.sluice"
}

# nothing_written FILE: where a command that failed would have put its output.
nothing_written() {
	local left
	left=$(find "$(dirname "$1")" -name "$(basename "$1")*")
	[ -z "$left" ] || fail "a command that failed wrote $left"
}

finish() {
	exit "$failed"
}
