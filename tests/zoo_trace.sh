#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A build without the planted bugs holds no trace of them: no symbol, no text, no system, no command.
# The same look at a build with them finds all four, so that it is known to see something.
# shellcheck source=tests/cli.sh
source tests/cli.sh

mapfile -t programs < <(find "$SLUICE_BUILD" -maxdepth 1 -type f -executable ! -name '*_test')
expect 0 '' "$sluice" list systems

# Canaries and table by their symbols, variants by the sections and files they are made of.
declare -A trace
trace[symbols]=$(nm -a "${programs[@]}" 2>"$room/nm" |
	grep -cE ' (bug_(reached|triggered|canary|table)|__start_sut_[a-z0-9_]*_[ZS][0-9]+_data)$')
trace[texts]=$(cat "${programs[@]}" |
	grep -aoE 'planted: |SLUICE_CANARY_FD|build/zoo/|(core|v2|linux-6\.12)-[ZS][0-9]{2}' | wc -l)
trace[systems]=$(grep -cE -- '-([ZS][0-9]+|fixed) ' "$room/stdout")
trace[commands]=$("$sluice" help | grep -cE '^  bugs ')

planted=no
! grep -q '^SLUICE_BUGS:BOOL=ON' "$SLUICE_BUILD/CMakeCache.txt" || planted=yes
for what in "${!trace[@]}"; do
	if [ "$planted" = yes ]; then
		[ "${trace[$what]}" -gt 0 ] || fail "with planted bugs: expected $what of them, found none"
	else
		[ "${trace[$what]}" = 0 ] ||
			fail "without planted bugs: expected no $what of them, found ${trace[$what]}"
	fi
done
[ "$planted" = yes ] || expect 2 'expected a command, found .bugs' "$sluice" bugs list
finish
