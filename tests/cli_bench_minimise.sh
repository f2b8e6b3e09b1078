#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The minimiser's benchmark: it goes on where it was stopped, and a result that is another finding and
# a tool that fails are told.
# shellcheck source=tests/cli.sh
source tests/cli.sh

# bench FOLDER BUILD OPTION...: of v2 as it is; the goal for time is no test's.
bench() {
	local code=0
	python3 -B bench/minimise.py --bugs none --systems v2 --files 1 --runs 40 --replay 3 --replay-builds plain \
		--output "$1" --build "plain=$2" "${@:3}" 2>"$room/progress" || code=$?
	[ $code = 0 ] || [ $code = 1 ] || cat "$room/progress" >&2
	return $code
}

# goal PATTERN FOLDER: is it met?
goal() {
	jq -e --arg goal "$1" '[.goals[] | select(.goal | test($goal)) | .met] | length > 0 and all' \
		"$2/report.json" >"$room/jq"
}

expect 2 'tools: expected some of min, .*, found .frob' bench "$room/none" "$build" --tools frob
expect 2 'files: expected a number above 0' bench "$room/none" "$build" --files 0
expect 2 'sluice: not there' bench "$room/none" "$room/nowhere"
expect 2 'nothing to minimise' bench "$room/none" "$build" --systems none
expect 0 '' python3 -B bench/minimise.py --needs --bugs none --replay 0
[ "$(cat "$room/stdout")" = 'bugs sluice' ] || fail "--needs: not the one build"
expect 0 '' python3 -B bench/minimise.py --needs --bugs none --replay-builds tsan --tools min,afl-tmin
says '^afl-bugs drain_fuzzer$'
says '^tsan-bugs sluice$'

# --- What searches show becomes small, and stays what it is -------------------------------------------
bench "$room/real" "$build" >"$room/stdout"
[ $? -le 1 ] || fail "the benchmark fails"
report=$room/real/report.json
files=$(jq '.tools[0].files' "$report")
[ "$files" -ge 3 ] || fail "expected three findings of v2 or more, found $files"
for of in operations preemptions slid 'replays every time in the build plain'; do
	goal "$of" "$room/real" || fail "not met: $of"
done
jq -e --argjson files "$files" '.replays[0].files == $files and .replays[0].good == 3 * $files and (.failed | length == 0)
	and all(.results[] | select(.tool == "min"); .now.operations < .before.operations and .one_minimal)' \
	"$report" >"$room/jq" || fail "report.json: not as it should be"
says '^min +'"$files"' +'"$files"' .* -> '
[ "$(wc -l <"$room/real/results.jsonl")" = $((2 * files)) ] || fail "expected a line for each step"

# --- Stopped, and gone on with --------------------------------------------------------------------------
cp "$room/real/results.jsonl" "$room/before"
bench "$room/real" "$build" >"$room/stdout"
cmp -s "$room/real/results.jsonl" "$room/before" || fail "steps were done again"
truncate -s -20 "$room/real/results.jsonl"
bench "$room/real" "$build" >"$room/stdout"
[ "$(jq -s length "$room/real/results.jsonl")" = $((2 * files)) ] || fail "a step that was cut off was not done again"

# --- What is wrong is told ------------------------------------------------------------------------------
# In place of `sluice min`: what $fake says; all else is the real one's.
mkdir "$room/fake"
cat >"$room/fake/sluice" <<'END'
#!/usr/bin/env bash
[ "$1" = min ] || exec "$real" "$@"
while [ $# -gt 1 ]; do
	case $1 in --output) out=$2 ;; esac
	shift
done
case $fake in
slides) cp "$other" "$out" ;;
fails) echo 'sluice: cannot' >&2; exit 3 ;;
esac
size='{"operations": 9, "preemptions": 3, "choices": 3, "tasks": 1, "parts": 1, "broken_promises": 0}'
identity=$(sed -n 's/^# \([A-Z][^ ]*\) .*/\1/p;T;q' "$1")
echo "{\"finding\": \"$identity\", \"before\": $size, \"now\": $size, \"tried\": 1, \"one_minimal\": true}"
END
chmod +x "$room/fake/sluice"
export real=$sluice fake other
other=$(find "$room/real/small" -name '*GROUP*' | head -n 1)
[ -s "$other" ] || fail "v2 has no GROUP"
for fake in slides fails; do
	mkdir "$room/$fake"
	cp -r "$room/real/search" "$room/$fake/"
	expect 1 '' bench "$room/$fake" "$room/fake"
	cp "$room/stdout" "$room/$fake.out"
done
[ "$(jq '.slid | length' "$room/slides/report.json")" = $((files - 1)) ] || fail "not each slide was seen"
! goal slid "$room/slides" || fail "slid, and no goal is missed"
! goal operations "$room/slides" || fail "nine operations meet the goal"
grep -q '^slid, by min: v2:.* to GROUP$' "$room/slides.out" || fail "slid, and not said"
grep -q '^failed, min: .*: sluice: cannot$' "$room/fails.out" || fail "failed, and not said"
[ "$(jq '.failed | length' "$room/fails/report.json")" = $((2 * files)) ] || fail "not each failure was seen"
finish
