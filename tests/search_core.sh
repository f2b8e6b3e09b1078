#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The core has no finding whose premises hold: over generated scenarios that keep all promises but
# the kind of stop, with the knob values that the specification allows, by random and PCT schedules;
# and over those that break promises, with disputed values too.
# shellcheck source=tests/cli.sh
source tests/cli.sh

case ${SLUICE_FLAVOUR:-plain} in
plain) runs=300000 ;;
asan | coverage) runs=60000 ;;
*) runs=3000 ;;
esac

for chooser in random pct; do
	expect 0 '' "$sluice" search --runs $runs --chooser $chooser --seed 1000
	says "^core: $runs runs"
	says '^0 findings'
done
expect 0 '' "$sluice" search --runs $runs --promises any --knobs disputed --seed 77
says '^0 findings'
expect 0 '' "$sluice" search --runs $runs --promises any --knobs all --seed 78
says '^0 findings'
finish
