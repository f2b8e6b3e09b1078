# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts share. Sourced, with the project's root as the current folder afterwards.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3

die() { # die CODE TEXT...
	local code=$1
	shift
	echo "$(basename "$0"): $*" >&2
	exit "$code"
}

# The comment at the head of the calling script is its help.
help_if_asked() {
	case " $* " in *" --help "* | *" -h "*)
		sed -n '3,/^[^#]/{s/^# \{0,1\}//p}' "$0"
		exit 0
		;;
	esac
}

# build PRESET [TARGET...]: configures once, builds what is stale; speaks only if that fails.
build() {
	local preset=$1 log=build/$1.log
	shift
	mkdir -p build
	if [ ! -f "build/$preset/build.ninja" ] || { [ -n "${SLUICE_WERROR-}" ] &&
		! grep -q '^SLUICE_WERROR:BOOL=ON' "build/$preset/CMakeCache.txt"; }; then
		cmake --preset "$preset" ${SLUICE_WERROR:+-DSLUICE_WERROR=ON} >"$log" 2>&1 ||
			{ cat "$log" >&2; die 3 "can't configure build/$preset"; }
	fi
	if ! ninja -C "build/$preset" "$@" >"$log" 2>&1; then
		sed -n '/^FAILED/,$p;/^ninja: error/p' "$log" >&2
		die 3 "can't build build/$preset"
	fi
	# A warning is worth a look even where it is no error.
	grep -A3 'warning:' "$log" >&2 || :
}

# seeds PRESET SYSTEM: the byte form of all seeds, their schedules as taken on SYSTEM. Prints the folder.
seeds() {
	local preset=$1 system=$2 folder=build/$1/seeds-$2 file out
	mkdir -p "$folder"
	for file in corpora/seeds/*.sluice; do
		[ -f "$file" ] || continue
		out=$folder/$(basename "$file" .sluice)
		[ "$out" -nt "$file" ] && [ "$out" -nt "build/$preset/sluice" ] && continue
		# A seed whose schedule was made on another system goes in without it.
		"build/$preset/sluice" encode --system "$system" --output "$out" "$file" 2>/dev/null ||
			"build/$preset/sluice" encode --output "$out" "$file" 2>/dev/null ||
			die 3 "can't encode $file"
	done
	echo "$folder"
}
