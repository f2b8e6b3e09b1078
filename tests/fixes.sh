#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Each semantic patch of docs/findings fits the packages that it names, every rule of it, and names
# scenarios that there are; what try-fix can't use it says.
set -uo pipefail
failed=0
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

fail() {
	echo "FAILED: $*"
	head -c 600 "$room/out"
	failed=1
}

# try CODE ARGUMENT...
try() {
	local code=$1 got=0
	shift
	scripts/try-fix "$@" >"$room/out" 2>&1 </dev/null || got=$?
	[ "$got" = "$code" ] || fail "try-fix $* exits with $got, expected $code"
}

for fix in docs/findings/*.cocci; do
	versions=$(sed -n 's,^// versions: *,,p' "$fix" | tr -d ,)
	[ -n "$versions" ] || fail "$fix names no versions"
	for version in $versions; do
		try 0 --linux "$version" --diff "$fix"
		grep -q '^[-+][^-+]' "$room/out" || fail "$fix changes nothing in $version"
	done
	read -ra scenarios < <(sed -n 's,^// scenarios: *,,p' "$fix" | paste -sd ' ')
	for scenario in "${scenarios[@]}"; do
		[ -f "corpora/regress/linux/$scenario.sluice" ] || fail "$fix: no scenario $scenario"
	done
done
: >"$room/out"
try 2 --no-such-option
try 2
try 2 "$room/none.cocci"
printf '// files: drivers/iommu/intel/prq.c\n// versions: 6.12\n\n@@\n@@\n-no_such_call();\n' \
	>"$room/misfit.cocci"
try 2 --diff "$room/misfit.cocci"
[ $failed = 0 ]
