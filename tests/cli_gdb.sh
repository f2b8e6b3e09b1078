#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `sluice run --gdb`: gdb stops at the step that breaks the invariant, and knows tasks, stacks and the queue.
# shellcheck source=tests/cli.sh
source tests/cli.sh
pushed=corpora/regress/v2/pushed-in-by-the-drain.sluice
seed=corpora/seeds/01-one-drain.sluice

expect 1 'nothing to stop at: core is clean' "$sluice" run --gdb "$seed"
expect 2 'gdb: expected one file, found .*one-drain' "$sluice" run --gdb "$pushed" "$seed"
expect 2 'gdb: expected one system, found .all' "$sluice" run --gdb --system all "$pushed"
expect 2 'system: expected one of' "$sluice" run --gdb --system nobody "$pushed"
sed 's/^expect.*//;$a expect linux-9.9 HANG' "$pushed" >"$room/stranger.sluice"
expect 2 'a system that is not in this build' "$sluice" run --gdb "$room/stranger.sluice"
bad_inputs "$sluice" run --gdb
bad_texts "$sluice" run --gdb
mkdir "$room/bin"
expect 3 'gdb: No such file' env PATH="$room/bin" "$sluice" run --gdb "$pushed"

# What follows takes a gdb that may trace, which not every place has.
if ! gdb -q -batch -ex run /bin/true 2>"$room/stderr" | grep -q 'exited normally'; then
	echo "there is no gdb that may trace: its commands are not tried"
	finish
fi

# debug FILE COMMAND...: what gdb says to the commands, at the step
debug() {
	local file=$1
	shift
	printf '%s\n' "$@" kill quit >"$room/commands"
	"$sluice" run --gdb "$file" <"$room/commands" >"$room/stdout" 2>"$room/stderr"
}

step=$("$sluice" run --json --system v2 "$pushed" | jq .finding.step)
debug "$pushed" sluice-tasks 'echo --- app0\n' 'sluice-stack app0' 'echo --- irq\n' 'sluice-stack irq' \
	'echo --- nobody\n' 'sluice-stack nobody' 'sluice-tasks -x' sluice-ring 'echo --- after\n' 'bt 1'
says "^PEND-HAND at step $step; sluice-tasks"
says '(^|\(gdb\) )\* app0 +runs'
says '^  (irq|worker0) +(is idle, waiting for|waits for|ready|polls)'
says '(^|\(gdb\) )u0 PQH 0x[0-9a-f]+ \(slot [0-9]+\) PQT '
says '^r3 d0 p1 group 3: in the ring, or behind it slot [0-9]+'
sed -n '/^\((gdb) \)*--- app0/,/--- irq/p' "$room/stdout" >"$room/app0"
grep -q 'judge_find ' "$room/app0" || fail "the stack of the task that runs does not end in the judge"
grep -q '/run/play' "$room/app0" ||
	fail "the stack of the task that runs does not begin in the run"
sed -n '/--- irq/,/--- nobody/p' "$room/stdout" >"$room/irq"
grep -qE 'fiber_switch|engine_|host_|has not begun' "$room/irq" || fail "the event thread has no stack"
! grep -q 'judge_find ' "$room/irq" || fail "the event thread has the stack of another task"
# The registers are what they were.
sed -n '/--- after/,$p' "$room/stdout" | grep -q '#0 .*judge_find ' || fail "the stack is not as it was"
grep -q 'sluice-stack: expected one of .*app0.*, found .nobody' "$room/stderr" || fail "nobody is not refused"
grep -q 'sluice-tasks: expected -s or nothing' "$room/stderr" || fail "-x is not refused"
debug "$pushed" 'sluice-tasks -s'
says '^#[0-9]+ .*(schedule_task_main|play)'

# Where a sanitizer ends it, gdb stops at the report, on the task's own stack.
if [ "${SLUICE_NEEDS-}" = asan ]; then
	debug corpora/regress/v2/request-freed-under-the-drain.sluice sluice-tasks bt
	says '(^|\(gdb\) )\* app0 +runs'
	says '#[0-9]+ .*v2_svm_drain_prq'
fi
finish
