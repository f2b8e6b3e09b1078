#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice min`: what a search finds becomes small, stays the same finding, and nothing more can go.
# shellcheck source=tests/cli.sh
source tests/cli.sh
runs=12000 wanted='*' enough=10
# A death costs a process there: what has one, and what is looked at below.
[ "${SLUICE_FLAVOUR:-plain}" != asan ] || runs=2000 wanted='@(UAF*|MISS|PEND-RING)' enough=3
shopt -s extglob

# count FIELD FILE: what the summary in JSON says.
count() {
	jq -er "$1" "$2" || fail "$2 lacks $1"
}

# cuts FILE: the file without each of its operations, and without each `at` line, in $room/cuts.
cuts() {
	rm -rf "$room/cuts"
	mkdir "$room/cuts"
	awk -v room="$room/cuts" '
		{ line[NR] = $0 }
		function write(skip, with) {
			file = room "/" ++files ".sluice"
			for (i = 1; i <= NR; i++)
				if (i != skip)
					print line[i] >file
				else if (with != "")
					print with >file
			close(file)
		}
		END {
			for (n = 1; n <= NR; n++) {
				if (line[n] ~ /^at /)
					write(n, "")
				if (line[n] !~ /^task /)
					continue
				head = line[n]
				sub(/:.*/, ":", head)
				ops = substr(line[n], length(head) + 2)
				count = split(ops, op, "; ")
				for (k = 1; k <= count; k++) {
					left = ""
					for (l = 1; l <= count; l++)
						if (l != k)
							left = left (left == "" ? " " : "; ") op[l]
					write(n, head left)
				}
			}
		}' "$1"
}

"$sluice" search --system v2 --runs $runs --knobs disputed --promises any --output "$room/found" \
	>"$room/stdout" 2>"$room/stderr"
# shellcheck disable=SC2206
files=("$room"/found/$wanted.sluice)
[ ${#files[@]} -ge $enough ] || fail "expected $enough findings of v2, found ${files[*]}"
for file in "${files[@]}"; do
	name=$(basename "$file" .sluice)
	identity=${name%%-[[:lower:]_]*}
	expect 0 ', nothing more can go$' "$sluice" min --json --output "$room/$name.min" "$file"
	cp "$room/stdout" "$room/$name.json"
	expect 0 '' "$sluice" run --quiet --runs 100 "$room/$name.min"
	says "^ +100 +$identity"
	grep -qE "^expect v2 $identity\$" "$room/$name.min" || fail "$name.min has become another finding"
	[ "$("$sluice" run --json "$room/$name.min" | jq -r .verdict)" = "$(count .finding "$room/$name.json")" ] ||
		fail "$name.min fails elsewhere"
	[ "$(count .one_minimal "$room/$name.json")" = true ] || fail "$name.min is not 1-minimal"
	[ "$(count .now.operations "$room/$name.json")" -le 12 ] || fail "$name.min has many operations"
	[ "$(count .now.preemptions "$room/$name.json")" -le 2 ] || fail "$name.min has many preemptions"
	[ "$(count '.before.broken_promises - .now.broken_promises' "$room/$name.json")" -ge 0 ] ||
		fail "$name.min breaks more than $name did"
done
jq -es 'map(.now.operations) | sort | .[length / 2 | floor] <= 6' "$room"/*.json >"$room/stdout" ||
	fail "half of the findings have more than six operations"

# No operation, and no choice, can go: tried by hand.
for name in PEND-RING MISS; do
	[ -s "$room/$name.min" ] || fail "v2 has no $name"
	cuts "$room/$name.min"
	for cut in "$room"/cuts/*.sluice; do
		"$sluice" run --json "$cut" >"$room/stdout" 2>"$room/stderr"
		[ "$(jq -r .verdict "$room/stdout")" != "$name" ] || fail "$cut of $name.min gives it, too"
	done
	[ "$(find "$room/cuts" -type f | wc -l)" = \
		"$(count '.now.operations + .now.choices' "$room/$name.json")" ] ||
		fail "the cuts of $name.min are not all there is"
done

# The same for any number of processes; and what is small stays as it is.
for file in "${files[0]}" "$room/found/MISS.sluice"; do
	name=$(basename "$file" .sluice)
	for jobs in 1 3; do
		expect 0 'nothing more' "$sluice" min --jobs $jobs --output "$room/$name.$jobs" "$file"
		cmp -s "$room/$name.$jobs" "$room/$name.min" || fail "$jobs processes make another $name"
	done
	expect 0 'nothing more' "$sluice" min --output "$room/$name.again" "$room/$name.min"
	cmp -s "$room/$name.again" "$room/$name.min" || fail "$name.min is not the end of it"
done

# Less than all of it: the best so far, which is the finding, too.
for budget in 1 40 400; do
	expect 0 'budget used up' "$sluice" min --budget $budget --output "$room/part" "$room/found/MISS.sluice"
	expect 0 '' "$sluice" run --quiet "$room/part"
done
"$sluice" min --output "$room/stopped" "$room/found/MISS.sluice" >"$room/stdout" 2>"$room/stderr" &
pid=$!
# As soon as it has a child it listens; it may be over by then.
while kill -0 $pid 2>/dev/null && [ -z "$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)" ]; do
	sleep 0.01
done
kill -INT $pid 2>/dev/null
wait $pid || fail "an interrupt ends min with $?"
expect 0 '' "$sluice" run --quiet "$room/stopped"

# The byte form; the finding is that of the system that is asked for.
expect 0 '' "$sluice" encode --output "$room/bytes" corpora/seeds/40-stale-ppr-at-start.sluice
expect 2 'expected a text, found bytes' "$sluice" min --output "$room/out" "$room/bytes"
expect 2 'nothing to minimise: core is clean' "$sluice" min --bytes --output "$room/out" "$room/bytes"
expect 2 'expected GROUP of v2, found MISS' "$sluice" min --bytes --system v2 --identity GROUP \
	--output "$room/out" "$room/bytes"
expect 0 'MISS of v2: .* nothing more can go$' "$sluice" min --bytes --system v2 --identity MISS \
	--output "$room/small" "$room/bytes"
expect 0 '' "$sluice" run --quiet "$room/small"
says_not .
grep -q '^expect v2 MISS$' "$room/small" || fail "the bytes have become another finding"
expect 2 'json: expected --output' "$sluice" min --json "$room/small"
expect 2 'jobs: expected' "$sluice" min --jobs 0 "$room/small"
nothing_written "$room/out"
finish
