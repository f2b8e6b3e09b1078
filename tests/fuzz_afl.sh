#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The fuzz targets under AFL++: each gives verdict, trace and coverage of all that is stored again, in any order and
# in a fresh process; the canary's bug is found; what is the same each time reads as stable; our own
# mutator is called, and the extra counters are in AFL++'s map; the house feeds no map; so it is with the language
# and on the kernels; Ctrl-C leaves nothing.
# shellcheck source=tests/cli.sh
source tests/cli.sh

encode_seeds
campaign=("$build/campaign" --sluice "$sluice" --jobs 1)

# quiet COMMAND...: without the lines that tell how far it has come.
# shellcheck disable=SC2317
quiet() {
	"$@" 2>/dev/null
}

# --- The mutator, by itself -------------------------------------------------------------------------
expect 0 '' python3 -B tests/afl_mutator.py "$build/drain_fuzzer_mutator.so" "$room/seeds" "$room/trimmed"
for file in "$room"/trimmed/*; do
	expect 0 '' "$sluice" show "$file"
done

# --- What is instrumented ---------------------------------------------------------------------------
[ "$(llvm-nm-19 "$build"/lib{scenario,host,model,judge,run}_room.a | grep -c __sanitizer_cov)" = 0 ] ||
	fail "the house is instrumented"
[ "$(readelf -SW "$build/sut_core.o" | grep -c __sancov_guards)" -gt 0 ] || fail "the core is not instrumented"

# --- Determinism -----------------------------------------------------------------------------------
for page in fuzz/*_fuzzer.c; do
	name=$(basename "$page" .c)
	[ "$name" != canary_fuzzer ] || continue
	mapfile -t stored < <(find "$room/seeds" "corpora/grown/${name%_fuzzer}" -type f | sort)
	same_digests "$build/$name" "${stored[@]}"
	! grep -q ' 0000000000000000$' "$room/once" || fail "$name: no coverage was counted"
done

# --- From nothing, and from the seeds ---------------------------------------------------------------
expect 1 '' quiet "${campaign[@]}" --afl "$build/canary_fuzzer" \
	--target canary_fuzzer --system v2 --seconds 20 --first --output "$room/canary"
says 'replays in a fresh process'
says_not 'NOT REPLAY'
for file in "$room"/canary/*.sluice; do
	expect 0 '' "$sluice" run --quiet "$file"
	[ -s "${file%.sluice}.bytes" ] || fail "$file has no byte form beside it"
done

expect 0 'core: [0-9]+ executions, .* coverage [1-9]' "${campaign[@]}" --afl "$build/drain_fuzzer" \
	--seeds "$room/seeds" --seconds 12 --output "$room/core"
says 'AFL\+\+ main: stability 100.00%, [1-9][0-9]+ mutations by our own mutator, [1-9][0-9]+ extra counters met'
# has FOLDER PATTERN: a file of such a name.
has() {
	[ -n "$(find "$1" -name "$2" -print -quit)" ]
}
has "$room/core/state/afl/main/queue" '*,scenario*' || fail "no find of our own mutator"
has "$room/core/state/afl/main/queue" '*havoc*' || fail "no find of AFL++'s own mutations"
has "$room/core/state/corpus" 'afl-*' || fail "no find is in the corpus"

# What is known is passed over: an identity is a death once or twice, not each time.
expect 1 '' quiet "${campaign[@]}" --afl "$build/drain_fuzzer" --seeds "$room/seeds" --system v2 --seconds 8 \
	--output "$room/known"
deaths=$(grep -c '^DEDUP_TOKEN: QERR$' "$room/known/state/worker0.log")
met=$(($(sed -n '/^QERR /,/met/s/.*met \([0-9]*\) times.*/\1/p' "$room/stdout" | paste -sd+)))
[ "$met" -gt $((2 * deaths)) ] || fail "QERR was met $met times, and $deaths of them were deaths"

# --- The language, and the kernels ----------------------------------------------------------------------
cp corpora/seeds/*.sluice "$room/seeds"
expect 0 '' quiet "${campaign[@]}" --afl "$build/language_fuzzer" --target language_fuzzer --seeds "$room/seeds" \
	--cpu-milliseconds 3000 --output "$room/language"
says 'AFL\+\+ main: stability 100.00%, [1-9][0-9]+ mutations by our own mutator'
has "$room/language/state/afl/main/queue" '*,scenario*' || fail "no find of our own mutator in the language"

systems=$("$sluice" list systems)
for system in linux-6.1 linux-6.12; do
	grep -q "^$system " <<<"$systems" || continue
	expect 1 '' quiet "${campaign[@]}" --afl "$build/drain_fuzzer" --seeds corpora/grown/drain --system "$system" \
		--cpu-milliseconds 3000 --output "$room/$system"
	says 'AFL\+\+ main: stability 100.00%, [1-9][0-9]+ mutations by our own mutator'
	says 'the text replays in a fresh process'
	says_not 'NOT REPLAY'
	# A bad pointer is a death with a word, though afl-fuzz would have the signal.
	[ "$system" != linux-6.1 ] || says '^UB:null-deref:dmar_remove_one_dev_info '
	for file in "$room/$system"/*.sluice; do
		expect 0 '' "$sluice" run --quiet "$file"
	done
done

# --- Bad usage, and Ctrl-C --------------------------------------------------------------------------
expect 2 'expected behind the --afl' "${campaign[@]}" --cmplog "$build/drain_fuzzer"
expect 3 'said no finding' "${campaign[@]}" --afl /bin/false --seconds 5 --output "$room/none"

"${campaign[@]}" --afl "$build/drain_fuzzer" --seeds "$room/seeds" --seconds 60 --output "$room/stopped" \
	>"$room/stdout" 2>"$room/stderr" &
sleep 4
kill -INT $!
code=0
wait $! || code=$?
[ "$code" = 0 ] || fail "an interrupted campaign exits with $code"
says 'stopped by the user'
says 'AFL\+\+ main: stability 100.00%'
for _ in 1 2 3 4 5; do
	left=$(grep -lsa "$room/stopped" /proc/[0-9]*/environ || :)
	[ -n "$left" ] || break
	sleep 1
done
[ -z "$left" ] || fail "processes are left: $left"
finish
