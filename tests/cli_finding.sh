#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The pages of docs/findings, as far as this build can make them anew, are as they stand.
# shellcheck source=tests/cli.sh
source tests/cli.sh
made() { python3 -B tools/finding.py --sluice "$sluice" "$@"; }

mapfile -t pages < <(grep -l '^<!-- scripts/finding:' docs/findings/*.md)
made --check "${pages[@]}" >"$room/stdout" 2>"$room/stderr"
case $? in
0) ;;
77)
	echo "other kernels than those of the pages, or none: nothing is compared"
	head -n 3 "$room/stdout"
	finish
	;;
*) fail "pages are out of date: see scripts/finding" ;;
esac

# A row that says something else, a step that is gone, and a page that says nothing are seen.
needs=${SLUICE_NEEDS:-plain}
mapfile -t mine < <(grep -lE "^needs $needs\$" corpora/regress/linux/*.sluice)
[ "$needs" != plain ] || mine=(corpora/regress/linux/two-waiters-one-token.sluice)
[ ${#mine[@]} -gt 0 ] || finish
name=$(basename "${mine[0]}" .sluice)
printf '<!-- scripts/finding: %s -->\n<!-- scripts/finding: end -->\n' "$name" >"$room/page.md"
expect 1 '' made --check "$room/page.md"
says "$name has no row"
expect 0 '' made "$room/page.md"
expect 0 '' made --check "$room/page.md"
cp "$room/page.md" "$room/good.md"
sed -i '/^| \[/s/| [^|]*[A-Z]\{2\}[^|]*|/| clean |/' "$room/page.md"
expect 1 '' made --check "$room/page.md"
says '^-\| .*\| clean \|' && says '^\+\| .*[A-Z]{2}'
sed '/^It broke at/d' "$room/good.md" >"$room/page.md"
expect 1 '' made --check "$room/page.md"
says '^\+It broke at'
sed "s/6\.12\.[0-9]*-/6.12.1-/" "$room/good.md" >"$room/page.md"
expect 77 '' made --check "$room/page.md"
says 'made with other kernels'
sed 's/scripts.finding: [^e]/&no-such-/' "$room/good.md" >"$room/page.md"
expect 2 'No such file' made --check "$room/page.md"
grep -v 'finding: end' "$room/good.md" >"$room/page.md"
expect 2 'expected .<!-- scripts/finding' made --check "$room/page.md"
finish
