#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Two systems on one scenario: what must agree, what may differ, and a file that says so by itself.
# shellcheck source=tests/cli.sh
source tests/cli.sh

# v2 serves execute requests, core refuses them.
file() {
	cat >"$room/$1.sluice" <<EOF
sluice 1
unit u0 ring=128
device d0 unit=u0 rid=00:02.0 credits=32
space A
task app: $2
expect core $3
expect v2 clean
EOF
}

life='stop d0 p1; unbind d0 p1'
file code "bind d0 A as p1; request d0 p1 group=1 page=0x10 rx last; $life" DIFF
expect 0 '' "$sluice" run "$room/code.sluice"
says 'as expected: DIFF'
says 'Invalid Request, and of v2: Success'
expect 0 'DIFF of core' "$sluice" min --output "$room/min.sluice" "$room/code.sluice"
expect 0 '' "$sluice" run --quiet "$room/min.sluice"

file same "bind d0 A as p1; request d0 p1 group=1 page=0x10 rw last; $life" DIFF
expect 1 'expected core DIFF, found clean' "$sluice" run "$room/same.sluice"
file domain "bind d0 A as p1 domain; request d0 p1 group=1 page=0x10 rx last; $life" DIFF
expect 1 'expected core DIFF, found clean' "$sluice" run "$room/domain.sluice"
file hole "hole A page=0x11; bind d0 A as p1; request d0 p1 group=1 page=0x10 rx last; $life" DIFF
expect 1 'expected core DIFF, found clean' "$sluice" run "$room/hole.sluice"
# Nobody asks for a comparison here.
file alone "bind d0 A as p1; request d0 p1 group=1 page=0x10 rx last; $life" clean
expect 0 '' "$sluice" run --quiet "$room/alone.sluice"

mkdir "$room/found"
expect 1 '' "$sluice" search --against v2 --runs 300 --output "$room/found"
expect 0 '' "$sluice" run --quiet "$room/found/DIFF.sluice"
expect 0 '' "$sluice" search --against core --runs 300
says '300  clean'
expect 2 'system: expected one of' "$sluice" search --against nobody
finish
