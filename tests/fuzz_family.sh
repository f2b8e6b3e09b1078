#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Each target of the family: all seeds and its own corpus pass on the core, in any order, again and in a
# fresh process with the same verdict, trace and coverage; it bears nonsense, a moment of fuzzing and, where the flavour has the
# engine, makes inputs of its own; and the canary dies.
# shellcheck source=tests/cli.sh
source tests/cli.sh

encode_seeds
mapfile -t seeds < <(find "$room/seeds" -type f | sort)
: >"$room/empty"
head -c 5000 /dev/zero | tr '\0' '\201' >"$room/nonsense"

found=0
for page in fuzz/*_fuzzer.c; do
	name=$(basename "$page" .c)
	program=$build/$name
	[ -x "$program" ] || program=${program}_replay
	if [ ! -x "$program" ]; then
		fail "$name is not built"
		continue
	fi
	found=$((found + 1))
	if [ "$name" = canary_fuzzer ]; then
		continue
	fi
	# What is stored of it is clean on the core, and as it was stored: canonical, on its ground.
	mapfile -t grown < <(find "corpora/grown/${name%_fuzzer}" -type f | sort)
	[ ${#grown[@]} -ge 50 ] || fail "$name has no corpus"
	expect 0 . "$program" "$room/empty" "$room/nonsense" "${seeds[@]}" "${grown[@]}"
	if [ "$name" = language_fuzzer ]; then
		expect 0 . "$program" corpora/seeds/*.sluice README.md
	else
		rm -rf "$room/canonical" && mkdir "$room/canonical"
		SLUICE_CANONICAL=$room/canonical "$program" "${grown[@]}" >"$room/stdout" 2>"$room/stderr"
		diff <(sha256sum "${grown[@]}" | cut -d ' ' -f 1 | sort) \
			<(sha256sum "$room"/canonical/* | cut -d ' ' -f 1 | sort) >"$room/stdout" ||
			fail "$name: its corpus is not in canonical form: scripts/corpus puts it right"
	fi
	same_digests "$program" "${seeds[@]}" "${grown[@]}"
	if [ -x "$build/$name" ]; then
		expect 0 'Done 4 runs' "$program" -- -seed=1337 -runs=4
		expect 0 'Done 1500 runs' "$program" -seed=7 -runs=1500 -max_len=4096 -print_funcs=0
	fi
done
[ "$found" -ge 9 ] || fail "$found targets are built"

canary=$build/canary_fuzzer
if [ -x "$canary" ]; then
	for seed in 1 2 3; do
		code=0
		"$canary" "-seed=$seed" -runs=200000 -max_len=4096 "-artifact_prefix=$room/canary-" \
			>"$room/stdout" 2>"$room/stderr" || code=$?
		# 77 is the engine's, 1 the sanitizer's
		[ "$code" = 77 ] || [ "$code" = 1 ] || fail "the canary lives: it exits with $code"
		grep -q '^DEDUP_TOKEN: ' "$room/stderr" || fail "the canary says nothing"
	done
	find "$room" -name 'canary-*' -empty | grep -q . && fail "the canary leaves an empty artifact"
fi

# What has no text, since no scenario was played, is kept as the input, and tried by the target itself.
cat >"$room/dies" <<'END'
#!/usr/bin/env bash
for word; do
	case $word in -artifact_prefix=*) prefix=${word#*=} ;; -*) ;; *) file=$word ;; esac
done
if [ -z "${prefix-}" ] && [ "$(cat "$file")" != bad ]; then
	exit 0
fi
echo "DEDUP_TOKEN: LANGUAGE:test"
echo "finding: LANGUAGE:test is broken"
if [ -n "${prefix-}" ]; then
	printf %s "$INPUT" >"${prefix}crash"
	echo "artifact_prefix='$prefix'; Test unit written to ${prefix}crash"
fi
exit 77
END
chmod +x "$room/dies"
for input in bad good; do
	expect 1 '' env "INPUT=$input" "$build/campaign" --fuzzer "$room/dies" --sluice "$sluice" \
		--target language_fuzzer --first --seconds 20 --output "$room/$input"
	says 'LANGUAGE:test is broken'
	says "replay: .*dies $room/$input/LANGUAGE-test.bytes"
	[ "$(cat "$room/$input/LANGUAGE-test.bytes")" = "$input" ] || fail "the input was not kept"
	[ "$input" = good ] || says 'the input replays in a fresh process'
	[ "$input" = bad ] || says 'the input DOES NOT REPLAY'
done
finish
