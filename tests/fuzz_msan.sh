#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzz targets under MSan: what is stored passes, and the use of what was never written is found, told once,
# by the function that uses it, and replays.
# shellcheck source=tests/cli.sh
source tests/cli.sh

for page in fuzz/*_fuzzer.c; do
	name=$(basename "$page" .c)
	[ "$name" != canary_fuzzer ] || continue
	mapfile -t stored < <(find corpora/seeds "corpora/grown/${name%_fuzzer}" -type f | sort)
	expect 0 'Executed' "$build/$name" "${stored[@]}"
done
expect 0 '' "$sluice" list systems --json
jq -e 'any(.[]; .name == "core-unzeroed")' "$room/stdout" >"$room/jq" || fail "there is no core-unzeroed"

# quiet COMMAND...: without the lines that tell how far it has come.
# shellcheck disable=SC2317
quiet() {
	"$@" 2>/dev/null
}
expect 1 '' quiet "$build/campaign" --fuzzer "$build/drain_fuzzer" --sluice "$sluice" --jobs 1 \
	--system core-unzeroed --seed 1 --cpu-milliseconds 2000 --output "$room/found"
says 'the text replays in a fresh process'
says_not 'NOT REPLAY'
found=("$room"/found/*.sluice)
told=$(sed -n 's/^found: \([0-9]*\),.*/\1/p' "$room/stdout")
# One identity is one finding, however often it ends a worker.
met=$(sed -n '/^UB:/,/met/s/.*met \([0-9]*\) times.*/\1/p' "$room/stdout" | paste -sd+)
[ $((met)) -gt "$told" ] || fail "$told findings were met $((met)) times"
[ "${#found[@]}" = "$told" ] || fail "${#found[@]} texts of $told findings"
for file in "${found[@]}"; do
	name=$(basename "$file" .sluice)
	case $name in UB-use-of-uninitialized-value-iopf_*) ;; *) fail "$name is no finding of MSan in the core" ;; esac
	grep -qx 'needs msan' "$file" || fail "$name does not ask for this build"
	grep -qx 'expect core-unzeroed UB' "$file" || fail "$name does not expect it"
	for _ in 1 2; do
		expect 0 'use-of-uninitialized-value' "$sluice" run "$file"
		says "^core-unzeroed: as expected: UB"
	done
	# As its input, too, and in the words that libFuzzer looks for.
	expect 1 "^DEDUP_TOKEN: ${name/UB-use-of-uninitialized-value-/UB:use-of-uninitialized-value:}\$" \
		env SLUICE_SYSTEM=core-unzeroed "$build/drain_fuzzer" "${file%.sluice}.bytes"
done

expect 0 'UB:use-of-uninitialized-value:.* choices now' "$sluice" min --output "$room/small.sluice" "${found[0]}"
expect 0 '' "$sluice" run --quiet "$room/small.sluice"
expect 2 'expected some of asan,tsan,msan' scripts/fuzz --sanitizers asan,msan,asan
expect 2 'expected some of asan,tsan,msan' scripts/fuzz --sanitizers msan,
finish
