#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The first thousands of generated scenarios meet the kernels' known defects, in every build alike: two
# drains that wait for one wake-up, a request pushed into the ring behind the drain, and others.
# shellcheck source=tests/cli.sh
source tests/cli.sh

if "$sluice" list systems | grep -q '^linux-6.12'; then
	# What takes long tells its progress.
	expect 1 '' bash -c '"$sluice" search --system linux-6.12 --knobs disputed --runs 30000 2>"$0"' \
		"$room/progress"
	for identity in HANG PEND-RING PEND-PARTIAL OLDNEW DUP FAULTLOG QERR MISS; do
		says " $identity(\$|[ :])"
	done
	expect 1 '' bash -c '"$sluice" search --system linux-6.1 --knobs disputed --runs 30000 2>"$0"' \
		"$room/progress"
	for identity in PEND-RING PEND-PARTIAL MISS; do
		says " $identity(\$|[ :])"
	done
fi
finish
