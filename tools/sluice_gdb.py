# SPDX-License-Identifier: GPL-2.0-only
"""Commands of gdb for Sluice: tasks on fibers, their stacks, the page request queue.

`sluice run --gdb FILE` loads this file and goes to the step that breaks the invariant. By hand:
`gdb -x tools/sluice_gdb.py --args build/dev/sluice run FILE`.

A task has a stack of its own, but is no thread, so gdb knows only the one that runs. The others stand in
fiber_swap(), which has saved what a callee keeps; their stacks are shown by lending these values to the
registers for a moment, so it takes a process that lives.
"""

import os

import gdb

READY = "ready"
STATES = ("unused", READY, "blocked", "polling", "done")
HELD = ("mutex", "spin lock", "work of", "handler of")
STAGES = ("none", "held back by its device", "on the link", "received by the unit",
          "allowed by the tables", "accepted for the ring", "in the ring, or behind it", "ended")
SLOT = 32

# Where fiber_swap() puts what, by words from the saved stack pointer (host/fiber/switch_*.S).
FRAMES = {
    "x86-64": ({"r15": 1, "r14": 2, "r13": 3, "r12": 4, "rbx": 5, "rbp": 6, "rip": 7}, "rsp", 8),
    "aarch64": ({**{f"x{19 + n}": n for n in range(12)}, "pc": 11}, "sp", 20),
}


def value(expression):
    return gdb.parse_and_eval(expression)


def engine():
    try:
        return value("host_engine")
    except gdb.error as error:
        raise gdb.GdbError(f"there is no engine here: {error}") from error


def text(pointer):
    return pointer.string() if int(pointer) else "something"


def tasks():
    """(number, task) of all that there are."""
    state = engine()
    return [(n, state["task"][n]) for n in range(int(state["task_count"]))]


def running():
    """The number of the task that is on its stack now, or None."""
    state = engine()
    for n, task in tasks():
        if state["running"] == task.address:
            return n
    return None


def describe(number, task):
    state = STATES[int(task["state"])]
    if number == running():
        state = "runs"
    elif state in ("blocked", "polling"):
        wait = task["wait"]
        verb = "is idle, waiting for" if wait["idle"] else "waits for" if state == "blocked" else "polls for"
        state = f"{verb} {text(wait['what'])}"
    held = [task["held"][n] for n in range(int(task["held_count"]))]
    holds = ", ".join(f"{HELD[int(h['kind'])]} {text(h['name'])}" for h in held)
    return f"{task['name'].string():12s} {state}{'; has ' + holds if holds else ''}"


def backtrace(number, options):
    """The stack of one task."""
    if number == running():
        gdb.execute(f"bt {options}")
        return
    name = gdb.selected_inferior().architecture().name()
    known = next((frame for key, frame in FRAMES.items() if key in name), None)
    if known is None:
        raise gdb.GdbError(f"stacks of other tasks: expected x86-64 or aarch64, found {name}")
    registers, stack, size = known
    fiber = engine()["fiber"][number]
    words = fiber["sp"].cast(gdb.lookup_type("unsigned long").pointer())
    if int(words) == 0 or fiber["fresh"]:
        print("  has not begun")
        return
    chosen = gdb.selected_frame()
    gdb.newest_frame().select()
    before = {r: int(value(f"(unsigned long)${r}")) for r in [*registers, stack]}
    try:
        for register, word in registers.items():
            gdb.execute(f"set ${register} = {int(words[word])}")
        gdb.execute(f"set ${stack} = {int(words) + 8 * size}")
        gdb.execute(f"bt {options}")
    finally:
        for register, old in before.items():
            gdb.execute(f"set ${register} = {old}")
        if chosen.is_valid():
            chosen.select()


class Tasks(gdb.Command):
    """List tasks: what each waits for, what it holds. sluice-tasks [-s]: with their stacks."""

    def __init__(self):
        super().__init__("sluice-tasks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if words not in ([], ["-s"]):
            raise gdb.GdbError(f"sluice-tasks: expected -s or nothing, found `{argument}`")
        state = engine()
        print(f"step {int(state['steps'])}, {int(state['now'])} ns")
        for number, task in tasks():
            if STATES[int(task["state"])] == "unused":
                continue
            print(f"{'*' if number == running() else ' '} {describe(number, task)}")
            if words and STATES[int(task["state"])] != "done":
                backtrace(number, "")


class Stack(gdb.Command):
    """The stack of a task. sluice-stack TASK [OPTION of bt...]"""

    def __init__(self):
        super().__init__("sluice-stack", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        name, _, options = argument.strip().partition(" ")
        names = [task["name"].string() for _, task in tasks()]
        if name not in names:
            raise gdb.GdbError(f"sluice-stack: expected one of {' '.join(names)}, found `{name}`")
        backtrace(names.index(name), options)

    def complete(self, words, word):
        return [t["name"].string() for _, t in tasks() if t["name"].string().startswith(words)]


class Ring(gdb.Command):
    """The page request queue of each unit, and where all requests are."""

    def __init__(self):
        super().__init__("sluice-ring", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        model = value("model")
        for n in range(int(model["config"]["units"])):
            unit = model["unit"][n]
            prs = int(unit["prs"])
            print(f"u{n} PQH 0x{int(unit['pqh']):x} (slot {int(unit['pqh']) // SLOT}) "
                  f"PQT 0x{int(unit['pqt']):x} (slot {int(unit['pqt']) // SLOT}) "
                  f"PQA 0x{int(unit['pqa']):x} PPR={prs & 1} PRO={prs >> 1 & 1}; "
                  f"IQH 0x{int(unit['iqh']):x} IQT 0x{int(unit['iqt']):x} FSTS 0x{int(unit['fsts']):x}")
        for n in range(1, int(model["requests"]) + 1):
            request = model["req"][n]
            stage = STAGES[int(request["stage"])]
            pasid = int(request["pasid"])
            slot = f" slot {int(request['slot'])}" if "ring" in stage else ""
            print(f"r{n} d{int(request['dev'])} {'no pasid' if pasid == 0xffffffff else f'p{pasid}'} "
                  f"group {int(request['group'])}: {stage}{slot}")


class Finding(gdb.Breakpoint):
    """Stops where the judge finds it: the stack of the task, or of the run's end, is below."""

    def __init__(self, identity, number, step):
        super().__init__("judge_find", internal=True)
        self.identity, self.invariant, self.step = identity, number, step

    def stop(self):
        if int(gdb.newest_frame().read_var("id")) != self.invariant or int(engine()["steps"]) < self.step:
            return False
        print(f"\n{self.identity} at step {int(engine()['steps'])}; sluice-tasks, sluice-stack TASK and "
              f"sluice-ring show more")
        return True


Tasks()
Stack()
Ring()

if "SLUICE_GDB_ID" in os.environ:
    for setting in ("pagination off", "follow-fork-mode child", "detach-on-fork on",
                    "breakpoint pending on", "print thread-events off"):
        gdb.execute(f"set {setting}")
    if "SLUICE_GDB_DIES" in os.environ:
        for hook in ("__asan_on_error", "__ubsan_on_report", "__tsan_on_report"):
            if gdb.lookup_global_symbol(hook):
                gdb.Breakpoint(hook)
    else:
        Finding(os.environ["SLUICE_GDB_ID"], int(os.environ["SLUICE_GDB_NUMBER"]),
                int(os.environ["SLUICE_GDB_STEP"]))
    gdb.execute("run")
