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

# use_tree DIR: this kernel tree of the user's becomes the system linux-tree, in builds of its own
# (build/PRESET-$tree_builds): what does not compile there harms no other.
linux_tree=
tree_builds=tree
use_tree() {
	[ -d "$1" ] || die 2 "--linux-tree: there is no folder \`$1\`"
	linux_tree=$(cd "$1" && pwd)
	sut/linux/tree/tree.py check "$linux_tree" >/dev/null ||
		die 2 "--linux-tree: can't use this tree; docs/linux.md tells how to add a layout"
	mkdir -p build
	echo "$linux_tree" >build/linux-tree
}

# need_system NAME: the kernels of Debian's packages are brought when one is asked for; linux-tree
# without --linux-tree is the tree of the last time, so that a finding's replay command works.
need_system() {
	case $1 in
	linux-tree)
		[ -z "$linux_tree" ] || return 0
		[ -f build/linux-tree ] || die 2 "linux-tree: say which with --linux-tree DIR"
		use_tree "$(cat build/linux-tree)"
		echo "linux-tree is $linux_tree" >&2
		;;
	linux-*) scripts/setup --linux ;;
	esac
}

# is_planted NAME: a system of the zoo, which only the builds bugs and asan-bugs have.
is_planted() {
	case $1 in core-[ZS][0-9]* | v2-[ZS][0-9]* | linux-6.12-[ZS][0-9]* | linux-*-fixed) return 0 ;; esac
	return 1
}

# zoo_methods ARGUMENT...: the methods that `sluice bugs ARGUMENT...` names, or a fuzzer as by default.
zoo_methods() {
	local methods=libfuzzer before='' argument
	[ "${1-}" = run ] || methods=
	for argument in "$@"; do
		case $before in --methods | -m) methods=$argument ;; esac
		case $argument in --methods=*) methods=${argument#--methods=} ;; esac
		before=$argument
	done
	echo ",$methods,"
}

# zoo_flavour ARGUMENT...: the build that these need: fuzz engines have their own ones.
zoo_flavour() {
	case $(zoo_methods "$@") in
	*,libfuzzer,* | *,libfuzzer-plain,* | *,libfuzzer-unscheduled,*) echo asan-bugs ;;
	*,libfuzzer-tsan,*) echo tsan-bugs ;;
	*,afl,*) echo afl-bugs ;;
	*) echo bugs ;;
	esac
}

# fuzz_workers ENGINE SANITIZERS: what a campaign's workers are built as, in turn, a line each.
fuzz_workers() {
	local words
	read -ra words <<<"${2//,/ }"
	case $1 in
	libfuzzer) printf '%s\n' "${words[@]}" ;;
	afl) printf '%s\n' afl afl-cmplog ;;
	both) printf '%s\n' "${words[0]}" afl "${words[@]:1}" afl-cmplog ;;
	esac
}

# stress_flavour SANITIZER SYSTEM: the build that a stress run of this system needs.
stress_flavour() {
	local flavour=$1 planted=
	! is_planted "$2" || planted=1
	case $flavour$planted in
	plain) echo dev ;;
	plain1) echo bugs ;;
	*) echo "$flavour${planted:+-bugs}" ;;
	esac
}

# build_folder PRESET: where this preset is built.
build_folder() {
	echo "build/$1${linux_tree:+-$tree_builds}"
}

# stale FOLDER: it is not configured, or for other options or another kernel tree than now.
stale() {
	[ -f "$1/build.ninja" ] || return 0
	if [ -n "${SLUICE_WERROR-}" ] && ! grep -q '^SLUICE_WERROR:BOOL=ON' "$1/CMakeCache.txt"; then
		return 0
	fi
	[ -n "$linux_tree" ] || return 1
	! sut/linux/tree/tree.py identity "$linux_tree" | cmp -s - "$1/linux-tree/identity"
}

# build PRESET [TARGET...]: configures once, builds what is stale; speaks only if that fails.
configure_options=()
build() {
	local preset=$1 into log options=("${configure_options[@]}")
	shift
	into=$(build_folder "$preset")
	log=$into.log
	mkdir -p build
	if stale "$into"; then
		[ -z "${SLUICE_WERROR-}" ] || options+=(-DSLUICE_WERROR=ON)
		[ -z "$linux_tree" ] || options+=("-DSLUICE_LINUX_TREE=$linux_tree")
		cmake --preset "$preset" -B "$into" "${options[@]}" >"$log" 2>&1 ||
			{ cat "$log" >&2; die 3 "can't configure $into"; }
	fi
	if ! ninja -C "$into" "$@" >"$log" 2>&1; then
		sed -n '/^FAILED/,$p;/^ninja: error/p;/^CMake Error/,$p' "$log" >&2
		die 3 "can't build $into"
	fi
	# A warning is worth a look even where it is no error.
	grep -A3 'warning:' "$log" >&2 || :
}

# seeds PRESET SYSTEM: the byte form of all seeds, their schedules as taken on SYSTEM. Prints the folder.
seeds() {
	local system=$2 into room file out
	into=$(build_folder "$1")
	room=$into/seeds-$2
	mkdir -p "$room"
	for file in corpora/seeds/*.sluice; do
		[ -f "$file" ] || continue
		out=$room/$(basename "$file" .sluice)
		[ "$out" -nt "$file" ] && [ "$out" -nt "$into/sluice" ] && continue
		# A seed whose schedule was made on another system goes in without it.
		"$into/sluice" encode --system "$system" --output "$out" "$file" 2>/dev/null ||
			"$into/sluice" encode --output "$out" "$file" 2>/dev/null ||
			die 3 "can't encode $file"
	done
	echo "$room"
}

# with_grown FOLDER TARGET: what is in there, and the target's corpus. Prints the folder.
with_grown() {
	local room=$1-and-$2
	rm -rf "$room" && mkdir -p "$room"
	find "$1" "corpora/grown/$2" -type f -exec cp -t "$room" {} + 2>/dev/null || :
	echo "$room"
}

# both_forms FOLDER: what is in there, and the seeds as text that is short enough. Prints the folder.
both_forms() {
	local room=$1-and-texts
	mkdir -p "$room"
	find "$1" corpora/seeds corpora/regress -type f -size -9 ! -name '*.md' -exec cp -u -t "$room" {} +
	echo "$room"
}

# verdict_code ENGINE: a name for all that decides a verdict on this engine (fiber, thread), as it is now. What only
# chooses inputs (scenario/, fuzz/, stress/) is not part of it.
verdict_code() {
	local other=fiber
	[ "$1" = thread ] || other=thread
	find core host judge model run sut -path "host/$other" -prune -o -type f -print0 | LC_ALL=C sort -z |
		xargs -0 sha256sum | sha256sum | cut -c 1-12
}
