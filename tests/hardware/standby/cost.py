"""Memory and processor time of our processes, beside empty loops of the sensing periods."""

import contextlib
import shutil
import subprocess
import sys
import time

from common import ratio, sleep_until
from processes import command_line, descendants, end, memory_kib, processor_seconds, switches

EMPTY_LOOP = r"""
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <time.h>
int main(int count, char **arguments) {
    long period_ms = count > 1 ? atol(arguments[1]) : 40;
    struct timespec now;
    for (;;) {
        struct timespec rest = {0, period_ms * 1000000L};
        ppoll(0, 0, &rest, 0);
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
}
"""
EMPTY_LOOP_PYTHON = "import time, sys\nwhile True: time.sleep(int(sys.argv[1]) / 1000); time.monotonic()"
PERIODS_MS = (20, 40)


def soon_after(run, entry):
    """Within a minute of a request, at the short sensing period."""
    run.server.ask()
    time.sleep(run.options.linger + 3)
    measure(run, entry, 10, 20)


def after_a_minute(run, entry):
    sleep_until(run.server.last_end + 66)
    measure(run, entry, 10, 40)


def start_loops(run):
    """Empty loops of the sensing periods, in C where there is a compiler."""
    source, program = run.folder / "empty.c", run.folder / "empty"
    source.write_text(EMPTY_LOOP)
    for compiler in ("cc", "gcc", "clang"):
        if program.exists() or not shutil.which(compiler):
            continue
        subprocess.run([compiler, "-O2", "-o", program, source], timeout=30)
    command = [str(program)] if program.exists() else [sys.executable, "-c", EMPTY_LOOP_PYTHON]
    loops = {period: subprocess.Popen([*command, str(period)]) for period in PERIODS_MS}
    return loops, "C" if program.exists() else "Python"


def measure(run, entry, seconds, assumed_period):
    loops, entry["loop"] = start_loops(run)
    try:
        time.sleep(0.5)
        hold = run.engine.hold_process()
        ours = descendants(run.engine.process.pid)
        watched = ours + [loop.pid for loop in loops.values()]
        before = {pid: (processor_seconds(pid), switches(pid)) for pid in watched}
        start = time.monotonic()
        time.sleep(seconds)
        lasted = time.monotonic() - start
        used = {}
        for pid, (time_before, switches_before) in before.items():
            with contextlib.suppress(OSError, IndexError):
                now = switches(pid)
                slept = None if None in (now, switches_before) else now - switches_before
                used[pid] = (processor_seconds(pid) - time_before, slept)
    finally:
        for loop in loops.values():
            end(loop)

    def as_entry(pid):
        seconds_used, slept = used.get(pid, (None, None))
        if seconds_used is None:
            return None
        per_second = round(slept / lasted, 1) if slept is not None else None
        return {"percent": round(100 * seconds_used / lasted, 4), "sleeps_per_s": per_second}

    entry["period_ms"] = assumed_period
    entry["processes"] = [
        {"command": " ".join(command_line(pid)[1:2]), **memory_kib(pid), **(as_entry(pid) or {})} for pid in ours
    ]
    entry["all_rss_kib"] = sum(process["rss_kib"] or 0 for process in entry["processes"])
    entry["loops"] = {period: as_entry(loop.pid) for period, loop in loops.items()}
    if hold is None:
        entry["hold"] = None
        return
    entry["hold"] = {**memory_kib(hold), **(as_entry(hold) or {})}
    rate = entry["hold"].get("sleeps_per_s")
    if rate:
        entry["period_ms"] = 20 if rate > 37 else 40
    loop = entry["loops"][entry["period_ms"]]
    entry["ratio"] = ratio(entry["hold"].get("percent"), loop["percent"] if loop else None)
