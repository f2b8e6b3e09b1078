#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# usage: tests/aarch64.sh
#
# The context switch of the other processor, and the raw lock of the threads: cross-built with either engine,
# run under an emulator.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

cross() {
	aarch64-linux-gnu-gcc -O1 -std=gnu17 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -I. -static \
		tests/host_switch_smoke.c host/*.c host/engine/*.c "$@"
}
cross -o "$room/fibers" host/fiber/*.c host/fiber/switch_aarch64.S
qemu-aarch64 "$room/fibers"
cross -o "$room/threads" -DSLUICE_THREADS=1 -pthread host/thread/*.c
qemu-aarch64 "$room/threads"
