#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The core has no finding whose premises hold: over generated scenarios that keep all promises but
# the kind of stop, with the knob values that the specification allows, by random and PCT schedules;
# over those that break promises, with disputed and broken values too; and with descriptors that no
# device sent, and registers that somebody else writes.
# shellcheck source=tests/cli.sh
source tests/cli.sh

# Builds without optimisation, or with a heavy sanitizer, get their share and no more.
case $(basename "$build") in
release) runs=300000 ;;
dev | asan | tsan) runs=60000 ;;
*) runs=3000 ;;
esac

# clean ARGUMENTS...: a long search tells its progress on standard error.
clean() {
	"$sluice" search --runs $runs "$@" >"$room/stdout" 2>"$room/stderr" </dev/null ||
		fail "search $* exits with $?"
	says "^core: $runs runs"
	says '^0 findings'
}

clean --chooser random --seed 1000
clean --chooser pct --seed 1000
clean --promises any --knobs disputed --seed 77
clean --promises any --knobs all --seed 78
clean --raw --seed 79
clean --raw --registers --promises any --knobs all --seed 80
finish
