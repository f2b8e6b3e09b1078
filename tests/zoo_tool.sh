#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice bugs`: the table, trials that are kept and gone on with, and a check that can fail. In builds
# with planted bugs only.
# shellcheck source=tests/cli.sh
source tests/cli.sh

trials=$room/trials/trials.jsonl
# Bugs that a search finds in its first runs.
quick=(core-Z55 core-Z77)

# count: trials that are kept, each once; a line that is cut off is none.
count() {
	jq -Rr 'fromjson? | select(.variant) | [.variant, .method, .seed] | @tsv' "$trials" | sort -u | wc -l
}

# patient COMMAND...: without the lines that tell how far it has come, every ten seconds.
# shellcheck disable=SC2317
patient() {
	local code=0
	"$@" 2>"$room/patient" || code=$?
	grep -vE ' left$| not known yet$' "$room/patient" >&2
	return "$code"
}

# --- list -------------------------------------------------------------------------------------------
expect 0 '' "$sluice" bugs list
says '^core-Z05 +reinit-after-scan +HANG'
expect 0 '' "$sluice" bugs list Z05 --json
jq -e 'length > 0 and all(.id == "Z05" and (.twin | length > 0) and (.breaks | length > 0)
	and (.patch | endswith(".patch") or endswith(".cocci")))' "$room/stdout" >"$room/jq" ||
	fail "list --json: not the rows of Z05"
expect 0 '' "$sluice" bugs list 'core-Z0*'
says '^core-Z05 '
says_not '^core-Z55 '

# --- bad usage --------------------------------------------------------------------------------------
expect 2 'usage: sluice bugs' "$sluice" bugs
expect 2 'expected a command, found .frob' "$sluice" bugs frob
expect 2 'found .core-Z0;.*nearest: core-Z0|found .core-Z0.; nearest: core-Z0' "$sluice" bugs list core-Z0
expect 2 'expected some of random, pct, .*; found .frob' "$sluice" bugs run --methods random,frob
expect 2 '--cap: expected seconds above 0, found .0' "$sluice" bugs run --cap 0
expect 2 '--seeds: expected a number' "$sluice" bugs run --seeds 0
: >"$room/file"
expect 2 'expected a directory' "$sluice" bugs run core-Z55 --methods random --output "$room/file"
mkdir "$room/broken"
printf '{"format": 1, "build": "", "cpu": "", "date": ""}\nfrob\n' >"$room/broken/trials.jsonl"
expect 2 'trials.jsonl:2: expected a JSON object, found .frob' \
	"$sluice" bugs run core-Z55 --methods random --output "$room/broken"

# --- run --------------------------------------------------------------------------------------------
run=("$sluice" bugs run "${quick[@]}" --seeds 2 --jobs 1 --output "$room/trials")
expect 0 '' "${run[@]}" --methods random,stored
says '^random +4 +4 +100.0 %'
[ "$(count)" = 8 ] || fail "run: expected 8 trials, found $(count)"
jq -se 'all(.[] | select(.variant); .detected and .seen_by == "expected" and .reached > 0 and
	.triggered > 0 and .cpu_seconds <= .cap and .runs > 0)' "$trials" >"$room/jq" ||
	fail "run: not each trial is as it should be"
for file in "$room"/trials/*.sluice; do
	expect 0 '' "$sluice" run --quiet "$file"
done
expect 0 '' "$sluice" bugs report "$room/trials" --default random
says 'random +2/2 +100.0 +100.0 +100.0 +100.0'

# Equal seeds, equal runs; other seeds come behind what is there.
expect 0 '' "${run[@]/%trials/again}" --methods random
runs='select(.method == "random") | [.variant, .seed, .runs, .identity] | @tsv'
diff <(jq -r "$runs" "$trials") <(jq -r "$runs" "$room/again/trials.jsonl") >"$room/stdout" ||
	fail "run: equal seeds gave other runs"

# A bug that a cap of next to nothing leaves no time for is never found; with a larger cap it is run again.
miss=("$sluice" bugs run core-Z18 --methods random --seeds 1 --output "$room/miss")
expect 1 '' "${miss[@]}" --cap 0.000001
says '^never found: core-Z18 '
expect 1 '' "${miss[@]}" --cap 0.000001 --json
jq -e '.never_found == ["core-Z18"] and .methods[0].median == null' "$room/stdout" >"$room/jq" ||
	fail "run --json: not what it should be"
[ "$(grep -c variant "$room/miss/trials.jsonl")" = 1 ] || fail "run: a trial was run twice"
expect 0 '' patient "${miss[@]}" --cap 60
[ "$(grep -c variant "$room/miss/trials.jsonl")" = 2 ] || fail "run: a larger cap did not run it again"

# --- corpus: all scenarios below a folder of which the twin is known to be clean ----------------------
corpus=("$sluice" bugs run core-Z55 --methods corpus --seeds 1 --corpora "$room/corpora")
mkdir -p "$room/corpora/deep"
expect 3 'expected scenarios, found none' "${corpus[@]}" --output "$room/none"
cp corpora/seeds/01-one-drain.sluice "$room/corpora/"
sed 's/^expect core clean/expect core HANG/' corpora/bugs/core-Z55.sluice >"$room/corpora/deep/other.sluice"
expect 1 '' "${corpus[@]}" --output "$room/clean"
says '^never found: core-Z55 '
cp corpora/bugs/core-Z55.sluice "$room/corpora/deep/"
expect 0 '' "${corpus[@]}" --output "$room/killed"
says '^corpus +1 +1 +100.0 %'
expect 0 '' "$sluice" run --quiet "$room/killed/core-Z55-corpus-1.sluice"
# Of unit tests only mutants have programs.
expect 3 'it is of the build .mutants' "$sluice" bugs run core-Z55 --methods test --output "$room/none"

# --- killed, and gone on with -----------------------------------------------------------------------
truncate -s -20 "$trials"
[ "$(count)" = 7 ] || fail "a line cut off counts as a trial"
expect 0 '' "${run[@]}" --methods random,stored
[ "$(count)" = 8 ] || fail "resume: expected 8 trials, found $(count)"
jq -c . "$trials" >"$room/jq" || fail "resume: a part of a line was left"

rm -rf "$room/trials"
long=("${run[@]}" --seeds 60 --methods "random,stored")
for signal in KILL INT; do
	before=$([ ! -f "$trials" ] || count)
	"${long[@]}" >"$room/stdout" 2>"$room/stderr" </dev/null &
	until [ -f "$trials" ] && [ "$(grep -c variant "$trials")" -gt $((${before:-0} + 3)) ]; do
		kill -0 $! 2>"$room/kill" || break
		sleep 0.02
	done
	kill -"$signal" $! 2>"$room/kill"
	wait $! 2>"$room/kill"
	kept=$(count)
	[ "$kept" -gt "${before:-0}" ] || fail "SIG$signal: no trial was kept"
done
expect 0 '' patient "${long[@]}"
[ "$(count)" = 240 ] || fail "expected 240 trials after two stops, found $(count)"
[ "$(grep -c variant "$trials")" -le 241 ] || fail "trials were run again after a stop"

# --- check ------------------------------------------------------------------------------------------
check=("$sluice" bugs check core-Z05 --scenarios "$room/stored" --searches "$room/searches")
mkdir "$room/stored"
printf 'core-Z55 random 1 1000 # of no bug that is asked for\ncore-Z05 random 1 20000\n' >"$room/searches"
expect 1 '' "${check[@]}"
says '^FAILED core-Z05: it has no stored scenario'
says '^2 passed, 1 failed'
cp corpora/bugs/core-Z05.sluice "$room/stored/"
expect 0 '' "${check[@]}"
says '^3 passed, 0 failed'
expect 0 '' "${check[@]}" --scenarios-only
says '^1 passed, 0 failed'
# A search that ends too early, a scenario that shows nothing, one that shows something else.
echo 'core-Z05 random 1 1' >"$room/searches"
expect 1 '' "${check[@]}"
says '^FAILED core-Z05: random, seed 1, 1 runs: found nothing'
sed -i '/^at /d' "$room/stored/core-Z05.sluice"
expect 1 '' "${check[@]}" --scenarios-only
says '^FAILED core-Z05: the stored scenario: core-Z05: expected HANG, found clean'
sed -i 's/^expect core-Z05 .*/expect core-Z05 clean/' "$room/stored/core-Z05.sluice"
expect 1 '' "${check[@]}" --scenarios-only
says '^FAILED core-Z05: the stored scenario: core-Z05: expected a finding, found clean'
sed -i '/^expect core clean/d' "$room/stored/core-Z05.sluice"
expect 1 '' "${check[@]}" --scenarios-only
says 'expected a line .expect core ....*, found none'
echo 'core-Z05 random 1' >"$room/searches"
expect 2 'searches:1: expected .VARIANT METHOD SEED RUNS., found .core-Z05 random 1' "${check[@]}"
echo 'core-Z05 libfuzzer 1 5' >"$room/searches"
expect 2 'searches:1: expected random, pct, exhaustive, differential or walk, found .libfuzzer' "${check[@]}"
expect 0 '' "$sluice" bugs check --propose-searches "$room/trials"
says '^core-Z55 random [0-9]+ [0-9]+$'

# --- libFuzzer, where it is -------------------------------------------------------------------------
fuzz=("$sluice" bugs run core-Z77 --seeds 1 --cap 60 --output "$room/fuzz" --methods libfuzzer)
if [ "$SLUICE_FLAVOUR" = asan ] && [ -x "$build/drain_fuzzer" ]; then
	expect 0 '' patient "${fuzz[@]}"
	expect 0 '' "$sluice" run --quiet "$room/fuzz/core-Z77-libfuzzer-1.sluice"
	[ -z "$(find "$room/fuzz/state" -path '*libfuzzer*')" ] || fail "a fuzzer's folder was left"
else
	expect 2 'libfuzzer: needs the build asan-bugs, this is .plain' "${fuzz[@]}"
fi

# --- real threads, where they are -------------------------------------------------------------------
stress=("$sluice" bugs run core-Z55 --seeds 1 --cap 600 --jobs 1 --output "$room/threads" --methods stress)
if [ -x "$build/stress_drain" ] && [ -x "$build/stress_lifecycle" ]; then
	expect 0 '' patient "${stress[@]}"
	says '^stress +1 +1 +100.0 %'
	jq -se 'any(.[]; .variant == "core-Z55" and .method == "stress" and .detected and .seen_by == "expected" and
		.triggered > 0 and .cpu_seconds > 0)' "$room/threads/trials.jsonl" >"$room/jq" ||
		fail "stress: the trial is not as it should be"
	# What was played, as a text of its own; the schedule was the machine's.
	grep -q '^# .* (stress_[a-z]*, round [0-9]*)$' "$room/threads/core-Z55-stress-1.sluice" ||
		fail "stress: the file does not name its round"
	expect 0 '' "$sluice" encode --output "$room/played" "$room/threads/core-Z55-stress-1.sluice"
	[ -z "$(ls "$room/threads/state")" ] || fail "a stress run's folder was left"
else
	expect 2 'stress: needs .*stress_.*, which is not built' "${stress[@]}"
fi
finish
