#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Fresh processes of one build agree on traces and, where the build counts edges, on coverage.
# shellcheck source=tests/cli.sh
source tests/cli.sh

for run in 1 2; do
	"$build/tests/run_determinism_test" 2>&1 | grep '^digest:' >"$room/$run" ||
		fail "run_determinism_test prints no digest"
done
cmp -s "$room/1" "$room/2" || fail "two processes differ: $(cat "$room/1") and $(cat "$room/2")"
[ "${SLUICE_FLAVOUR:-plain}" != asan ] || ! grep -q 'coverage 0000000000000000' "$room/1" ||
	fail "no coverage was counted: $(cat "$room/1")"
finish
