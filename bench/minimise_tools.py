# SPDX-License-Identifier: GPL-2.0-only
"""The tools that bench/minimise.py measures, and how it looks at what they make."""

import collections
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

TOOLS = ("min", "libfuzzer", "afl-tmin")
TWIN_SCHEDULES = 400
LIBFUZZER_RUNS = 2000  # that a step of -minimize_crash=1 has to find something smaller
LINE_SECONDS = 10.0

Done = collections.namedtuple("Done", "code out err clock cpu")


class Failed(Exception):
    """A program did not do what it is there for; says which, and what it said."""


def needed(path):
    """The build that a scenario's line `needs ...` names, or None."""
    with open(path, encoding="utf-8") as file:
        match = re.search(r"^needs (asan|tsan)", file.read(), re.M)
    return match and match.group(1)


def race_of(path):
    """The data race that a file is about, as its first line says; or `none`, which all are passed over for."""
    with open(path, encoding="utf-8") as file:
        match = re.search(r"^# (RACE:\S+)", file.read(), re.M)
    return match.group(1) if match else "none"


def base(identity):
    return re.split("[:~]", identity or "")[0]


def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command, seconds=None, loud=False, **environment):
    """Runs it in a session of its own. After @seconds it is killed, which is no failure: code None."""
    begin, cpu = time.monotonic(), cpu_of_children()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=None if loud else subprocess.PIPE, start_new_session=True,
                             env={**os.environ, **environment})
    try:
        out, err = child.communicate(timeout=seconds)
        code = child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        code = None
    except KeyboardInterrupt:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise
    return Done(code, out.decode(errors="replace"), (err or b"").decode(errors="replace"),
                time.monotonic() - begin, cpu_of_children() - cpu)


class Bench:
    """What the steps share: programs, folders, and how far it has come."""

    def __init__(self, options):
        self.options = options
        self.left = self.all = self.done = 0
        self.started = self.said = time.monotonic()
        if not self.has("plain"):
            raise FileNotFoundError(f"{self.program('plain')}: not there")

    def program(self, kind, name="sluice"):
        return os.path.join(self.options.builds[kind], name)

    def has(self, kind):
        return os.access(self.program(kind), os.X_OK)

    def sluice(self, kind, *arguments, **more):
        return run([self.program(kind), *arguments], **more)

    def file(self, folder, name):
        path = os.path.join(self.options.output, folder)
        os.makedirs(path, exist_ok=True)
        return os.path.join(path, name)

    def say(self, text):
        print(text, file=sys.stderr)

    def begin(self, left, before):
        self.left, self.all = left, left + before
        self.started = time.monotonic()

    def progress(self, row):
        """On a terminal one line that is written over; else a line every ten seconds."""
        self.done += 1
        now, terminal = time.monotonic(), sys.stderr.isatty()
        if not terminal and now < self.said + LINE_SECONDS and self.done < self.left:
            return
        self.said = now
        rest = (now - self.started) / self.done * (self.left - self.done)
        text = f"{self.all - self.left + self.done} of {self.all} steps, {rest:.0f} s left: {describe(row)}"
        last = self.done == self.left
        print(f"\r\033[K{text}" if terminal else text, end="" if terminal and not last else "\n", file=sys.stderr,
              flush=True)


def describe(row):
    text = f"{row['finding']} {row['number']}, {row['tool']}"
    if "good" in row:
        return f"{text} in {row['build']}: {row['good']} of {row['runs']}"
    if "why" in row:
        return f"{text}: {row['why']}"
    return f"{text}: {row['before']['operations']} operations, now {row['now']['operations']}, {row['cpu']:.1f} s"


# --- Looking at a file ----------------------------------------------------------------------------------------

SIZES = ("operations", "preemptions", "choices", "tasks", "parts", "broken_promises")


def sizes(size):
    return {name: size[name] for name in SIZES}


def judged(bench, kind, case, path, system=None):
    """What a run of the text in a fresh process gives."""
    done = bench.sluice(kind, "run", "--race", race_of(path), "--json", "--system", system or case.system, path)
    if done.code is None or done.code > 1:
        raise Failed(f"run of {path}: {done.err.strip()}")
    return json.loads(done.out.splitlines()[0])["verdict"]


def look(bench, case, path):
    """Identity and size of bytes, in the build of the engines; identity None: nothing fails."""
    scratch = bench.file("state", "look.sluice")
    done = bench.sluice("asan", "min", "--bytes", "--system", case.system, "--budget", "1", "--json", "--output",
                        scratch, path)
    if done.code == 2:
        return {"identity": None}
    if done.code:
        raise Failed(f"min of {path}: {done.err.strip()}")
    report = json.loads(done.out)
    return {"identity": report["finding"], **sizes(report["before"]), "bytes": os.path.getsize(path)}


def twin_gives(bench, case, path, identity):
    """Has the twin what was planted? On this schedule; of kernels' files, whose twin has defects left, on others."""
    if not case.twin:
        return False
    if base(judged(bench, case.kind, case, path, case.twin)) == base(identity):
        return True
    if case.twin == "core":
        return False
    done = bench.sluice(case.kind, "run", "--race", "none", "--chooser", "mix", "--runs", str(TWIN_SCHEDULES), "--system",
                        case.twin, path)
    seen = re.findall(r"^ +\d+  (\S+)", done.out, re.M)
    if not seen:
        raise Failed(f"run of {path} on {case.twin}: {done.err.strip()}")
    return base(identity) in map(base, seen)


# --- The tools ------------------------------------------------------------------------------------------------


def small(bench, case):
    return bench.file("small", f"{case.stem}.sluice")


def minimise(bench, case, _):
    out = small(bench, case)
    race = race_of(case.path)
    race = () if race == "none" else ("--identity", race)
    done = bench.sluice(case.kind, "min", "--json", "--system", case.system, "--jobs", str(bench.options.jobs), *race,
                        "--output", out, case.path)
    if done.code:
        return {"why": done.err.strip()[:300]}
    report = json.loads(done.out)
    identity, verdict = report["finding"], judged(bench, case.kind, case, out)
    return {"identity": identity, "before": sizes(report["before"]), "now": sizes(report["now"]), "cpu": done.cpu,
            "clock": done.clock, "tried": report["tried"], "one_minimal": report["one_minimal"],
            "slid": verdict if verdict != identity else
            f"{identity} of {case.twin}" if twin_gives(bench, case, out, identity) else None}


def stock(bench, case, tool):
    """@tool: a function of the file and that for what it makes; the command, its environment."""
    start, out = bench.file("bytes", case.stem), bench.file("bytes", f"{case.stem}.small")
    done = bench.sluice("asan", "encode", "--system", case.system, "--output", start, case.path)
    if done.code:
        return {"why": done.err.strip()[:300]}
    before = look(bench, case, start)
    if not before["identity"]:
        return {"why": "the bytes do not fail"}
    if os.path.exists(out):
        os.remove(out)
    command, environment = tool(start, out)
    done = run(command, seconds=bench.options.other_seconds, SLUICE_SYSTEM=case.system, **environment)
    # What has found nothing smaller writes nothing.
    now = look(bench, case, out if os.path.exists(out) else start)
    return {"identity": before["identity"], "before": before, "now": now if now["identity"] else before, "cpu": done.cpu,
            "clock": done.clock, "out_of_time": done.code is None, "gone": not now["identity"],
            "slid": now["identity"] if now["identity"] not in (None, before["identity"]) else None}


def libfuzzer(bench, case, _):
    return stock(bench, case, lambda start, out: (
        [bench.program("asan", "drain_fuzzer"), "-minimize_crash=1", f"-runs={LIBFUZZER_RUNS}",
         f"-exact_artifact_path={out}", start], {}))


def afl_tmin(bench, case, _):
    return stock(bench, case, lambda start, out: (
        ["afl-tmin", "-i", start, "-o", out, "-t", "5000", "-m", "none", "--", bench.program("afl", "drain_fuzzer")],
        {"AFL_NO_AFFINITY": "1", "AFL_SKIP_CPUFREQ": "1"}))


# --- Replays ----------------------------------------------------------------------------------------------------


def same_access(plain, checked):
    """Without a sanitizer a null pointer that is followed is a bad access like any other."""
    return checked.startswith("UB:null-deref:") and plain.startswith("UAF:") and \
        plain.split(":")[-1] == checked.split(":")[-1]


def replay(bench, case, build):
    """The minimised file in @build, many times, each in a process of its own: its finding, and one trace."""
    out, count = small(bench, case), bench.options.replay
    if not os.path.exists(out):
        return {"why": "there is no minimised file"}
    # What the file expects of other systems was asked for once.
    alone = bench.file("state", "alone.sluice")
    with open(out, encoding="utf-8") as file:
        text = re.sub(rf"^expect (?!{re.escape(case.system)} ).*\n", "", file.read(), flags=re.M)
    with open(alone, "w", encoding="utf-8") as file:
        file.write(text)
    done = bench.sluice(build, "run", "--hash", "--race", race_of(out), *[alone] * count)
    if done.code is None or done.code > 1:
        raise Failed(f"run of {out} in the build {build}: {done.err.strip()[:300]}")
    lines = [tuple(line.split()[:2]) for line in done.out.splitlines()]
    bad = len(re.findall(r": expected ", done.err))
    row = {"runs": count, "traces": len(set(lines)), "cpu": done.cpu}
    if bad:
        row["said"] = done.err.splitlines()[0]
    if bad == count and same_access(judged(bench, case.kind, case, out), lines[0][1]):
        bad, row["called"] = 0, lines[0][1]
    row["good"] = min(collections.Counter(lines).most_common(1)[0][1] if lines else 0, count - bad)
    return row


RUN = {"min": minimise, "libfuzzer": libfuzzer, "afl-tmin": afl_tmin, "replay": replay}
