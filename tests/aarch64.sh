#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# usage: tests/aarch64.sh
#
# The context switch of the other processor: cross-built with the whole engine, run under an emulator.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

aarch64-linux-gnu-gcc -O1 -std=gnu17 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -I. -static \
	-o "$room/smoke" tests/host_switch_smoke.c host/*.c host/engine/*.c host/fiber/*.c host/fiber/switch_aarch64.S
qemu-aarch64 "$room/smoke"
