#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The first thousands of generated scenarios meet the kernels' known defects, in every build alike: two
# drains that wait for one wake-up, a request pushed into the ring behind the drain, and others.
# shellcheck source=tests/cli.sh
source tests/cli.sh

# finds SYSTEM IDENTITY...: progress, which what takes long tells, is not asked for.
finds() {
	local system=$1
	shift
	"$sluice" search --system "$system" --knobs disputed --runs 30000 >"$room/stdout" \
		2>"$room/stderr"
	[ $? = 1 ] || fail "search on $system finds nothing"
	for identity in "$@"; do
		says " $identity(\$|[ :])"
	done
}

if "$sluice" list systems | grep -q '^linux-6.12'; then
	finds linux-6.12 HANG PEND-RING PEND-PARTIAL OLDNEW DUP FAULTLOG QERR MISS
	finds linux-6.1 PEND-RING PEND-PARTIAL MISS
fi
finish
