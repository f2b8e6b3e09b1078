#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What `cmake --install` makes works without the source: the command, the library, manual pages, completion.
# shellcheck source=tests/cli.sh
source tests/cli.sh
source=$PWD
at=$room/root$SLUICE_PREFIX
installed=$at/bin/sluice

expect 0 '' env DESTDIR="$room/root" cmake --install "$build"
cd "$room" || exit 3

# away COMMAND...: with the source out of sight, where that can be done.
away() {
	# shellcheck disable=SC2016
	unshare --map-root-user --mount sh -c 'mount -t tmpfs none "$1" && shift && exec "$@"' sh "$source" "$@"
}
hidden=yes
if ! away true 2>"$room/stderr"; then
	hidden=
	echo "this place has no mount namespaces: the source stays in sight"
	away() { "$@"; }
fi

expect 0 '' away "$installed" --version
says '^sluice [0-9]+\.[0-9]+\.[0-9]+, build .plain.$'
expect 0 '' away "$installed" help
mapfile -t commands < <(sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' "$room/stdout")
[ ${#commands[@]} -ge 11 ] || fail "help names ${#commands[@]} commands"
scenarios=$at/share/sluice/corpora
rest=$scenarios/regress/v2/overflow-left-by-an-earlier-owner.sluice
expect 0 '' away "$installed" run --quiet "$scenarios"/seeds/0*.sluice "$rest"
expect 0 '' away "$installed" explain "$rest"
says '^v2: REST'
expect 0 '' away "$installed" triage "$rest"
says ', 0 new$'
expect 0 '' away "$at/bin/sluice-stress-drain" --help
doc=$(echo "$at"/share/doc/sluice*)
[ -f "$doc/docs/scenario.md" ] || fail "there is no manual"
[ -f "$doc/corpora/README.md" ] || fail "the manual's links to scenarios lead nowhere"
# It is the installed list that says what is known, and the installed file that gdb reads.
echo '# nothing' >"$at/share/sluice/docs/findings/known"
expect 1 '' away "$installed" triage "$rest"
says '1 new$'
mkdir "$room/bin"
printf '#!/bin/sh\necho "$@"\n' >"$room/bin/gdb"
chmod +x "$room/bin/gdb"
expect 0 '' away env PATH="$room/bin:$PATH" "$installed" run --gdb "$rest"
gdb_reads=$(grep -oE '[^ ]*/sluice_gdb.py' "$room/stdout")
[ "$gdb_reads" -ef "$at/share/sluice/tools/sluice_gdb.py" ] || fail "gdb reads $gdb_reads"

if [ -n "$hidden" ]; then
	expect 2 "tree: expected Sluice's repository" away "$installed" bisect --good a --bad b "$rest"
	expect 2 "program: expected Sluice's scripts/sluice" away "$installed" bisect --linux-tree . --good a --bad b "$rest"
fi

# A test stands on the installed library; each header on itself.
export PKG_CONFIG_LIBDIR=$at/$SLUICE_LIBDIR/pkgconfig
read -ra flags <<<"$(pkg-config --cflags sluice)"
read -ra libraries <<<"$(pkg-config --libs sluice)"
[ ${#libraries[@]} -gt 0 ] || fail "pkg-config does not know sluice"
expect 0 '' away "$installed" emit-c --output "$room/rest.c" "$rest"
expect 0 '' away cc -Wall -Wextra -Werror "$room/rest.c" "${flags[@]}" "${libraries[@]}" -o "$room/rest"
expect 1 '' away "$room/rest"
says '^v2: REST'
expect 0 '' away "$room/rest" core
(cd "$at/include/sluice" && find . -name '*.h') | while read -r header; do
	echo "#include \"${header#./}\"" >"$room/header.c"
	away cc -fsyntax-only -Wall -Wextra -Werror "${flags[@]}" "$room/header.c" || echo "$header"
done >"$room/bad" 2>&1
[ ! -s "$room/bad" ] || fail "headers that do not compile: $(head -c 400 "$room/bad")"

# Every subcommand has a page, with all its options, and is completed.
for command in "${commands[@]}"; do
	page=$at/share/man/man1/sluice-$command.1.gz
	zcat "$page" >"$room/page" || fail "$command has no page"
	grep -q "^\.SH EXIT STATUS" "$room/page" || fail "the page of $command does not say what exit codes mean"
	"$installed" "$command" --help >"$room/help"
	grep -oE -- '^  (-.,|   ) --[a-z-]+' "$room/help" | sed 's/.*--//' >"$room/options"
	[ -s "$room/options" ] || fail "$command has no options"
	while read -r option; do
		grep -qF -- "\\-\\-${option//-/\\-}\\fP" "$room/page" || fail "the page of $command lacks --$option"
	done <"$room/options"
	if command -v man >/dev/null; then
		man --warnings -l "$page" 2>&1 >"$room/shown" | grep . && fail "$page does not set well"
		grep -q '^EXIT STATUS' "$room/shown" || fail "man does not show $page"
	fi
done
# shellcheck disable=SC1091
source "$at/share/bash-completion/completions/sluice"
# completes EXPECTED WORD...: what is offered for the last word
completes() {
	local expected=$1
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_sluice
	[ "${COMPREPLY[*]}" = "$expected" ] || fail "$* is completed with ${COMPREPLY[*]}, expected $expected"
}
PATH=$at/bin:$PATH
completes "${commands[*]} --help --version" sluice ''
completes 'triage' sluice tri
completes '--preemptions' sluice run --pre
completes 'pct' sluice run --chooser pc
completes 'conformant disputed all' sluice search --knobs =
completes 'v2' sluice run --system = v
completes 'knobs' sluice list k
for shell in zsh fish; do
	script=$(find "$at/share" -name _sluice -o -name sluice.fish | grep "/$shell/")
	! command -v "$shell" >/dev/null || "$shell" -n "$script" || fail "$shell does not read $script"
	for command in "${commands[@]}"; do
		grep -qE "(^|[ '])$command([ :']|\$)" "$script" || fail "$script lacks $command"
	done
done
finish
